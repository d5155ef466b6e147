// Package index keeps the search engine equal to the store, and answers the public's searches from it.
//
// Content marks every entry whose public face has changed. One process, the leader, takes the marks one after the other: it reads the entry
// as an anonymous caller would, gives the engine the whole document, waits until that is searchable, and only then takes the mark away. So
// what the public may not read is never in the engine, and nothing that may die in between loses a change.
//
// A logical index is the entries of a type in a locale, named by the plural and, but for the default locale, the locale: projects,
// projects-en. all, all-en and so on have a few attributes of every type that has pages. Documents are flat. A relation or an enumeration
// gives its labels as topics and the documentIds or constants as topics_id; what a relation includes of its targets is municipalities.district;
// times have twins in seconds, start_ts; the first place of a type is search.GeoAttribute; rich text is plain text; the
// facts of a file are image.url, image.alternativeText.
package index

import (
	"context"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"sync/atomic"

	"kontor/pkg/auth"
	"kontor/pkg/content"
	"kontor/pkg/fault"
	"kontor/pkg/lead"
	"kontor/pkg/schema"
	"kontor/pkg/search"
	"kontor/pkg/store"
)

// Options are what a Service is made from. Log may be nil.
type Options struct {
	Content *content.Service
	Roles   *auth.Roles
	Store   store.Store
	Jobs    *lead.Lead // what others ask for
	Log     *slog.Logger
}

// Service answers searches. It is safe for use by many goroutines.
type Service struct {
	content *content.Service
	roles   *auth.Roles
	store   store.Store
	jobs    *lead.Lead
	log     *slog.Logger

	known   atomic.Pointer[catalogue]
	current atomic.Pointer[view] // nil: this process has no engine
	trouble atomic.Pointer[fault.Error]
}

// view is what searches see of an engine. It is never changed.
type view struct {
	engine search.Engine
	built  map[string]built // by the names of the indexes that are filled
}

// refused is the collection of what the engine does not take, by "index/id".
const refused = "_refused"

// New makes the service. It answers Unavailable until somebody follows the store in this process, see Follow.
func New(ctx context.Context, o Options) (*Service, error) {
	s := &Service{content: o.Content, roles: o.Roles, store: o.Store, jobs: o.Jobs, log: o.Log}
	if s.log == nil {
		s.log = slog.New(slog.DiscardHandler)
	}
	return s, o.Store.Ensure(ctx, store.Collection{Name: refused})
}

// Listening says which writes a process that serves has to hear of: those that the public sees, and
// those after which the leader has to do something.
func Listening() store.Listening {
	work := content.ToSearch()
	work.Own = append(work.Own, lead.WorkCollections()...)
	return store.Listening{Seen: content.Shown(), Work: work}
}

// Names lists the logical indexes that the public may search now, by name, whether they are filled or not.
func (s *Service) Names(context.Context) []string { return s.catalogue().names }

// Ready tells why searches can't be answered by this process now, or not all of them; nil if they can.
func (s *Service) Ready(context.Context) error {
	v, c := s.current.Load(), s.catalogue()
	if v == nil {
		return notHere()
	}
	for _, name := range c.names {
		if _, ok := v.built[name]; !ok {
			return filling()
		}
	}
	if f := s.trouble.Load(); f != nil {
		return f
	}
	return nil
}

// RetryAfter is the detail of an Unavailable error that says after how many seconds to ask again, an int.
const RetryAfter = "retryAfter"

// Why is the detail of a NotFound error that says why there is no such index, a sentence; absent
// where there is nothing to say but that.
const Why = "why"

// noIndex is the error of a name that no index has. Of a type that the public may read it says why.
func (s *Service) noIndex(name string) error {
	err := fault.New(fault.NotFound, "Index `%s` not found.", name).With("index", name)
	types := s.content.Types()
	for _, t := range types.Types() {
		if _, ok := s.roles.Grant(auth.Anonymous(), auth.Read, t, types); ok {
			if why := whyNoIndex(t, name); why != "" {
				return err.With(Why, why)
			}
		}
	}
	return err
}

// whyNoIndex says why a type that the public reads has no index of a name; "" if the name is not
// meant for the type.
func whyNoIndex(t *schema.Type, name string) string {
	switch {
	case name == t.ID && t.Plural != t.ID && !t.Single:
		return fmt.Sprintf("The index of the type `%s` is called `%s`.", t.ID, t.Plural)
	case name != t.Plural && name != t.ID && !(t.Localized() && strings.HasPrefix(name, t.Plural+"-")):
		return ""
	case t.Single:
		return fmt.Sprintf("The type `%s` has one entry only, which is read at `/api/%s`.", t.ID, t.ID)
	case !slices.ContainsFunc(t.Fields, (*schema.Field).Searched):
		return fmt.Sprintf("The type `%s` has no field with `x-search`, so it is not searched; "+
			"its entries are listed at `/api/%s`.", t.ID, t.Plural)
	case strings.HasPrefix(name, t.Plural+"-"):
		return fmt.Sprintf("The locales of the type `%s` are %s; the index of `%s` is called `%s`.",
			t.ID, strings.Join(t.Locales, ", "), t.DefaultLocale(), t.Plural)
	}
	return ""
}

func filling() error {
	return fault.New(fault.Unavailable, "The search is being filled").With(RetryAfter, 2)
}

func notHere() error {
	return fault.New(fault.Unavailable, "The search is not open in this process: another one has it, or it is about to begin").With(RetryAfter, 5)
}
