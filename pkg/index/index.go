// Package index keeps the search engine equal to the store, and answers the public's searches from it.
//
// Content marks every entry whose public face has changed. One process, the leader, takes the marks one after the other: it reads the entry
// as an anonymous caller would, gives the engine the whole document, waits until that is searchable, and only then takes the mark away. So
// what the public may not read is never in the engine, and nothing that may die in between loses a change.
package index

import (
	"context"
	"log/slog"

	"kontor/pkg/auth"
	"kontor/pkg/content"
	"kontor/pkg/fault"
	"kontor/pkg/search"
)

// Options are what a Service is made from. Content and Roles must be there.
type Options struct {
	Content *content.Service
	Roles   *auth.Roles
	Log     *slog.Logger // nil discards
}

// Service answers searches. It is safe for use by many goroutines.
type Service struct {
	content *content.Service
	roles   *auth.Roles
	log     *slog.Logger
}

// New makes the service.
func New(o Options) *Service {
	s := &Service{content: o.Content, roles: o.Roles, log: o.Log}
	if s.log == nil {
		s.log = slog.New(slog.DiscardHandler)
	}
	return s
}

// Names lists the logical indexes that the public may search now, by name.
func (s *Service) Names(context.Context) []string { return nil }

// Settings gives what the public may use of a logical index now: by the roles in force, and of what the index was built with. NotFound if
// there is no such index for it.
func (s *Service) Settings(_ context.Context, index string) (search.Settings, error) {
	return search.Settings{}, noIndex(index)
}

// Search answers queries on logical indexes for the public. Only attributes of Settings count, and a hit that the public may no longer read
// is left out. NotFound for an index that is not there; Unavailable with a hint when to ask again (RetryAfter) while it is not filled, and
// where this process has no engine. The error of one query is a *search.QueryError.
func (s *Service) Search(_ context.Context, queries []search.Query) ([]search.Result, error) {
	return nil, away()
}

// FacetSearch answers which values of a facet there are, as Search does.
func (s *Service) FacetSearch(context.Context, search.FacetQuery) (search.FacetResult, error) {
	return search.FacetResult{}, away()
}

func noIndex(name string) error {
	return fault.New(fault.NotFound, "Index `%s` not found.", name).With("index", name)
}

// RetryAfter is the detail of an Unavailable error that says after how many seconds to ask again, an int.
const RetryAfter = "retryAfter"

func away() error {
	return fault.New(fault.Unavailable, "The search is not ready yet").With(RetryAfter, 2)
}
