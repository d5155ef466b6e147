package auth

import (
	"context"
	"net/netip"
	"time"

	"kontor/pkg/fault"
	"kontor/pkg/rate"
)

// The wrong passwords that a sign-in may try. A network is one IPv4 address or an IPv6 /64.
//
// perPair is the limit that people meet. An account counts from each network by itself, so failures elsewhere do not lock its
// owner out. perAccount bounds an attacker with many networks: 100 failures, then one in five minutes. A network from which the
// account signed in lately passes it.
//
// perNetwork bounds nobody by itself, since an address is often a whole town hall or a mobile network: after so many failures of
// people who never signed in from there, each further name has perPairStrict in place of perPair. Invented names therefore lock
// out nobody, and guessing one password for many accounts has three tries for each.
var (
	perPair       = rate.Limit{Burst: 10, Every: 30 * time.Second}
	perPairStrict = rate.Limit{Burst: 3, Every: 5 * time.Minute}
	perAccount    = rate.Limit{Burst: 100, Every: 5 * time.Minute}
	perNetwork    = rate.Limit{Burst: 50, Every: 5 * time.Second}
)

// perLine is how often the log repeats that the same name is refused from the same network.
var perLine = rate.Limit{Burst: 1, Every: time.Minute}

// maxBuckets bounds the memory of each kind of bucket, about 250 bytes a bucket.
const maxBuckets = 20_000

// pair is a name, an account's number or an invented one, and the network from which somebody signs in with it.
type pair struct{ who, network string }

// failures are those of one kind of names. The wide buckets have room of their own: whoever guesses at one account from many
// networks fills the pairs, and must not push the failures of all other accounts out of memory.
type failures struct {
	pairs *rate.Limiter[pair]
	wide  *rate.Limiter[string] // by name
}

func newFailures(now func() time.Time) failures {
	return failures{pairs: rate.New[pair](now, maxBuckets), wide: rate.New[string](now, maxBuckets)}
}

// throttle slows down password guessing. It counts failures only.
type throttle struct {
	accounts failures
	invented failures              // of names that are no account, apart from accounts for the same reason
	networks *rate.Limiter[string] // by network
	lines    *rate.Limiter[pair]   // of the log
}

func newThrottle(now func() time.Time) *throttle {
	return &throttle{
		accounts: newFailures(now), invented: newFailures(now),
		networks: rate.New[string](now, maxBuckets), lines: rate.New[pair](now, maxBuckets),
	}
}

// attempt is one sign-in or one change of a password.
type attempt struct {
	t        *throttle
	failures failures
	pair
	known bool // the account signed in lately from the network
}

// signIn prepares the attempt of a sign-in. E-mail address and user name of one account are one; id is 0 if there is no account.
func (t *throttle) signIn(id int64, identifier, network string, known bool) attempt {
	if id > 0 {
		return attempt{t: t, failures: t.accounts, pair: pair{key(id), network}, known: known}
	}
	if len(identifier) > maxMail {
		identifier = "" // no account's is so long; all such share a bucket
	}
	return attempt{t: t, failures: t.invented, pair: pair{fold(identifier), network}}
}

// change prepares the attempt to change a password within a session, which counts by itself: a stolen session must not lock the
// owner out of signing in.
func (t *throttle) change(id int64, session string) attempt {
	return attempt{t: t, failures: t.accounts, pair: pair{key(id), session}, known: true}
}

func (a attempt) pairLimit() rate.Limit {
	if a.known || a.network == "" {
		return perPair
	}
	if _, ok := a.t.networks.Look(a.network, perNetwork); !ok {
		return perPairStrict
	}
	return perPair
}

// admit returns TooMany with the seconds to wait in details.retryAfter if the attempt may not be made now. It changes nothing.
func (a attempt) admit() error {
	state, ok := a.failures.pairs.Look(a.pair, a.pairLimit())
	if ok && !a.known {
		state, ok = a.failures.wide.Look(a.who, perAccount)
	}
	if !ok {
		return fault.New(fault.TooMany, "Too many sign-in attempts, try again later").With("retryAfter", rate.Seconds(state.Wait))
	}
	return nil
}

// fail counts a wrong password.
func (a attempt) fail() {
	a.failures.pairs.Take(a.pair, a.pairLimit())
	if a.known {
		return
	}
	a.failures.wide.Take(a.who, perAccount)
	if a.network != "" {
		a.t.networks.Take(a.network, perNetwork)
	}
}

// succeed forgets the failures that the account had from the network. Those of the account elsewhere stand: they were not its owner's.
func (a attempt) succeed() { a.failures.pairs.Forget(a.pair) }

// failedSignIn counts a wrong password and logs it. The identifier is not logged, since people also type passwords there.
func (s *Service) failedSignIn(ctx context.Context, a attempt, r record, address string) {
	a.fail()
	s.log.InfoContext(ctx, "sign-in failed", "address", address, "account", r.ID)
}

// refusedSignIn logs a sign-in that a limit refused, once a minute for one name and network.
func (s *Service) refusedSignIn(ctx context.Context, a attempt, r record, address string, err error) {
	if _, first := s.throttle.lines.Take(a.pair, perLine); first {
		s.log.InfoContext(ctx, "sign-in refused after too many failures", "address", address, "account", r.ID,
			"retryAfter", fault.As(err).Details["retryAfter"])
	}
}

// network is the part of an address that counts as one caller; "" if there is no address.
func network(address string) string {
	ip, err := netip.ParseAddr(address)
	if err != nil {
		return address
	}
	return rate.Network(ip).String()
}
