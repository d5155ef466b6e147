package content

import (
	"context"
	"fmt"
	"io/fs"
	"log/slog"
	"slices"
	"time"

	"kontor/pkg/asset"
	"kontor/pkg/auth"
	"kontor/pkg/fault"
	"kontor/pkg/schema"
	"kontor/pkg/store"
)

// Options are what a Service can be given; the zero value is ready for use.
type Options struct {
	Now func() time.Time // the clock; time.Now if nil
	Log *slog.Logger     // nil discards

	Roles *auth.Roles    // the roles in force, for callers that were not identified by others; nil: those shipped
	Files *asset.Service // what asset fields point to; nil: there are no files

	// Actors returns the names that a caller sees of actors, see auth.Service.ActorNames; nil: the stored ones but for addresses.
	Actors func(context.Context, auth.Caller, []auth.Actor) ([]string, error)

	Meta fs.FS // the meta-schemas, to read the stored set of types with; only Activate and what follows it need them

	Generation func() int64 // numbers what the store holds, see store.Tracked; nil: nobody does
}

// Service is the entries of one set of content types in one store. It is safe for use by many goroutines.
type Service struct {
	store   store.Store
	files   *asset.Service
	types   *schema.Set
	locales []string // every locale that some type has
	now     func() time.Time
	log     *slog.Logger
	ids     store.Numbers
	roles   *auth.Roles
	active  activeSet

	displayed map[string][]string // see displayed

	generation func() int64 // nil: not known
	actors     func(context.Context, auth.Caller, []auth.Actor) ([]string, error)
}

// New makes the service and the collections that the types need. It does not look at stored entries; see Activate.
func New(ctx context.Context, st store.Store, types *schema.Set, o Options) (*Service, error) {
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	s := &Service{store: st, files: o.Files, types: types, now: o.Now, log: o.Log, roles: o.Roles, displayed: displayed(types), generation: o.Generation,
		actors: o.Actors}
	if s.actors == nil {
		s.actors = plainNames
	}
	if s.roles == nil {
		var err error
		if s.roles, err = auth.ShippedRoles(); err != nil {
			return nil, fmt.Errorf("the shipped roles: %w", err)
		}
	}
	s.ids.Store, s.ids.Collection = st, counters
	s.active.meta = o.Meta
	for _, c := range []string{claims, counters, settings, spreads, notes} {
		if err := st.Ensure(ctx, store.Collection{Name: c}); err != nil {
			return nil, fmt.Errorf("collection %s: %w", c, err)
		}
	}
	for _, t := range types.Types() {
		for _, l := range t.Locales {
			if !slices.Contains(s.locales, l) {
				s.locales = append(s.locales, l)
			}
		}
	}
	former, d, err := s.inForce(ctx)
	if err != nil {
		return nil, err
	}
	if d.Rev == 0 || s.inUse(d) {
		former = nil
	}
	if err := s.ensure(ctx, former); err != nil {
		return nil, err
	}
	return s, nil
}

// ensure makes the types' collections and indexes: those of the former set, as long as that is in force, so that looking at what would
// change takes nothing from a process that serves it.
func (s *Service) ensure(ctx context.Context, former *schema.Set) error {
	for _, t := range s.types.Types() {
		if was := (transition{from: former}).former(t.ID); was != nil {
			t = was
		}
		if err := s.store.Ensure(ctx, collectionOf(t)); err != nil {
			return fmt.Errorf("collection %s: %w", t.ID, err)
		}
		if err := s.store.Ensure(ctx, store.Collection{Name: historyOf(t)}); err != nil {
			return fmt.Errorf("history of %s: %w", t.ID, err)
		}
	}
	return nil
}

// Types gives the content types.
func (s *Service) Types() *schema.Set { return s.types }

// Files gives the service of what asset fields point to, nil if there is none.
func (s *Service) Files() *asset.Service { return s.files }

// Ping tells whether the store answers and the service's types are the ones in force.
func (s *Service) Ping(ctx context.Context) error {
	if err := s.store.Ping(ctx); err != nil {
		return err
	}
	return s.check(ctx)
}

func (s *Service) timestamp() string { return s.now().UTC().Format(TimeFormat) }

// TimeFormat is the one form of a point in time in a document: UTC, fixed width.
const TimeFormat = "2006-01-02T15:04:05.000Z"

// locale gives the locale that a caller means by name for entries of a type. A type without locales takes any that some other
// type has, because clients send one locale with everything.
func (s *Service) locale(t *schema.Type, name string) (string, error) {
	switch {
	case name == "":
		return t.DefaultLocale(), nil
	case slices.Contains(t.Locales, name):
		return name, nil
	case !t.Localized() && slices.Contains(s.locales, name):
		return schema.NoLocale, nil
	}
	return "", fault.New(fault.Invalid, "Invalid locale %s", name).With("locale", name).With("locales", t.Locales)
}

// grant gives the entries of a type on which the caller may do the action, or Forbidden.
func (s *Service) grant(c auth.Caller, a auth.Action, t *schema.Type) (auth.Grant, error) {
	g, ok := s.roles.Grant(c, a, t, s.types)
	if !ok {
		return g, fault.New(fault.Forbidden, "Forbidden")
	}
	return g, nil
}
