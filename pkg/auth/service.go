package auth

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"kontor/pkg/fault"
	"kontor/pkg/rate"
	"kontor/pkg/store"
	"kontor/pkg/value"
)

// The collections of the package. What they hold lies in the meta part.
const (
	accounts     = "_accounts"      // by the account's ID in decimal
	accountMails = "_account-mails" // claims: the folded e-mail address, held by an account
	accountNames = "_account-names" // claims: the folded user name, held by an account
	sessions     = "_sessions"      // by the SHA-256 of the secret, hex
	tokens       = "_tokens"        // by the SHA-256 of the secret, hex
	previews     = "_previews"      // likewise
	tokenNames   = "_token-names"   // claims: the folded name, held by a token
	roles        = "_roles"         // by the role's name
	singles      = "_auth"          // the counters of IDs and the set of admins, one document each
)

// maxAttempts bounds how often a conditional write is tried again after another process was first. Whoever conflicts lets somebody
// else through, so only a crowd gets that far.
const maxAttempts = 50

// Options are what a Service can be given; the zero value is ready for use.
type Options struct {
	Now    func() time.Time // the clock; time.Now if nil
	Log    *slog.Logger     // nil discards
	Office string           // how callers of an organisation read the authors of other changes; DefaultOffice if ""
	Slots  *rate.Slots      // shared by password hashing and other heavy work; nil: slots of its own
}

// Service is the accounts, sessions, API tokens and roles in one store. It is safe for use by many goroutines, and any number of
// processes may work on the store at once: whatever one changes is seen by the others at their next request.
type Service struct {
	store    store.Store
	now      func() time.Time
	log      *slog.Logger
	hasher   hasher
	throttle *throttle
	roles    *Roles
	office   string

	networkHash []byte // the key of the hash of networks
}

// New makes the service and its collections.
func New(ctx context.Context, st store.Store, o Options) (*Service, error) {
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	for _, c := range []store.Collection{
		{Name: accounts, Indexes: [][]string{{"meta.id"}, {"meta.role", "meta.id"}}},
		{Name: accountMails}, {Name: accountNames},
		{Name: sessions, Indexes: [][]string{{"meta.account"}, {"meta.expires"}, {"meta.used"}}},
		{Name: tokens, Indexes: [][]string{{"meta.id"}}},
		{Name: previews, Indexes: [][]string{{"meta.expires"}}},
		{Name: tokenNames},
		{Name: networks, Indexes: [][]string{{"meta.account", "meta.used"}, {"meta.used"}}},
		{Name: roles},
		{Name: singles, Many: []string{"meta.admins"}},
	} {
		if err := st.Ensure(ctx, c); err != nil {
			return nil, fmt.Errorf("collection %s: %w", c.Name, err)
		}
	}
	if err := seedRoles(ctx, st); err != nil {
		return nil, fmt.Errorf("the shipped roles: %w", err)
	}
	held := &Roles{store: st, now: o.Now, log: o.Log}
	if err := held.refresh(ctx); err != nil {
		return nil, err
	}
	hashKey, err := networkHashKey(ctx, st)
	if err != nil {
		return nil, fmt.Errorf("the key for the networks of sign-ins: %w", err)
	}
	return &Service{
		store: st, now: o.Now, log: o.Log, hasher: newHasher(o.Slots), throttle: newThrottle(o.Now), roles: held,
		office: cmp.Or(o.Office, DefaultOffice), networkHash: hashKey,
	}, nil
}

// nextID takes the next number of a counter. A number that is not used, since the process ended, is never given again.
func (s *Service) nextID(ctx context.Context, counter string) (int64, error) {
	for range maxAttempts {
		d, err := s.store.Get(ctx, singles, counter, nil)
		id, op := int64(1), store.Op{Kind: store.Replace, Collection: singles, Key: counter, Rev: d.Rev, Inc: map[string]int64{"last": 1}}
		switch {
		case fault.Is(err, fault.NotFound):
			op = store.Op{Kind: store.Insert, Collection: singles, Key: counter, Parts: metaPart(value.Object{"last": id})}
		case err != nil:
			return 0, err
		default:
			id = integer(d.Part(store.Meta), "last") + 1
		}
		if err = s.store.Apply(ctx, []store.Op{op}); !isConflict(err) {
			return id, err
		}
	}
	return 0, crowded()
}

func crowded() error { return fault.New(fault.Unavailable, "Too many writers at once") }

// isConflict tells whether a condition of an Apply failed, so that reading again and trying again makes sense.
func isConflict(err error) bool {
	var op *store.OpError
	return errors.As(err, &op) && fault.Is(err, fault.Conflict)
}

func metaPart(o value.Object) map[string]value.Object {
	return map[string]value.Object{store.Meta: o}
}

func text(o value.Object, name string) string {
	s, _ := o[name].(string)
	return s
}

func integer(o value.Object, name string) int64 {
	n, _ := o[name].(int64)
	return n
}

// timeFormat is the one form of a point in time in a document: UTC, fixed width, so that text order is time order.
const timeFormat = "2006-01-02T15:04:05.000Z"

func formatTime(t time.Time) string { return t.UTC().Format(timeFormat) }

// pointInTime reads a stored time; the zero time if there is none.
func pointInTime(o value.Object, name string) time.Time {
	t, err := time.Parse(timeFormat, text(o, name))
	if err != nil {
		return time.Time{}
	}
	return t
}

// optionalText is how a text that may be empty is stored: absent.
func optionalText(s string) any {
	if s == "" {
		return nil
	}
	return s
}
