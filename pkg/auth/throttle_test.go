package auth

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"kontor/pkg/fault"
)

// limits is a throttle with a clock that the test moves.
type limits struct {
	*testing.T
	*throttle
	at time.Time
}

func newLimits(t *testing.T) *limits {
	l := &limits{T: t, at: time.Date(2026, 3, 1, 8, 0, 0, 0, time.UTC)}
	l.throttle = newThrottle(func() time.Time { return l.at })
	return l
}

// guess makes n wrong guesses, of which the first want must be admitted and the others refused.
func (l *limits) guess(n, want int, a attempt) {
	l.Helper()
	for i := range n {
		err := a.admit()
		if (err == nil) != (i < want) {
			l.Fatalf("guess %d of %q from %q: %v, want %d admitted", i+1, a.who, a.network, err, want)
		}
		if err == nil {
			a.fail()
			continue
		}
		if wait, _ := fault.As(err).Details["retryAfter"].(int64); !fault.Is(err, fault.TooMany) || wait < 1 || wait > 300 {
			l.Fatalf("refused by %#v", err)
		}
	}
}

func TestThrottleCountsAnAccountByNetwork(t *testing.T) {
	l := newLimits(t)
	l.guess(12, 10, l.signIn(1, "a@x.example", "evil", false))
	l.guess(1, 0, l.signIn(1, "anne", "evil", false)) // the user name is no second bucket
	l.guess(1, 1, l.signIn(2, "b@x.example", "evil", false))
	l.guess(1, 1, l.signIn(1, "a@x.example", "home", false))
	l.at = l.at.Add(29 * time.Second)
	l.guess(1, 0, l.signIn(1, "a@x.example", "evil", false))
	l.at = l.at.Add(time.Second)
	l.guess(2, 1, l.signIn(1, "a@x.example", "evil", false))
	l.at = l.at.Add(-time.Hour) // a clock set back gives nothing and takes nothing
	l.guess(1, 0, l.signIn(1, "a@x.example", "evil", false))
	l.at = l.at.Add(24 * time.Hour)
	l.guess(11, 10, l.signIn(1, "a@x.example", "evil", false)) // never more than a full bucket
}

// An attacker with many networks has 100 guesses at an account, and the owner signs in all the same where the account is known.
func TestThrottleBoundsManyNetworks(t *testing.T) {
	l := newLimits(t)
	admitted := 0
	for i := range 400 {
		if a := l.signIn(1, "a@x.example", fmt.Sprint("bot ", i%40), false); a.admit() == nil {
			a.fail()
			admitted++
		}
	}
	if admitted != perAccount.Burst {
		t.Errorf("%d guesses from 40 networks, want %d", admitted, perAccount.Burst)
	}
	l.guess(1, 0, l.signIn(1, "a@x.example", "new", false))
	l.guess(12, 10, l.signIn(1, "a@x.example", "home", true))
	l.at = l.at.Add(perAccount.Every)
	l.guess(2, 1, l.signIn(1, "a@x.example", "new", false))
}

// Whoever invents names locks out nobody behind the same address, and has three guesses at each account there.
func TestThrottleOfInventedNames(t *testing.T) {
	l := newLimits(t)
	for i := range 200 {
		l.guess(1, 1, l.signIn(0, fmt.Sprintf("nobody%d@x.example", i), "hall", false))
	}
	l.guess(12, 10, l.signIn(1, "a@x.example", "hall", true)) // works there
	l.guess(5, 3, l.signIn(2, "b@x.example", "hall", false))  // has never signed in there
	l.guess(5, 3, l.signIn(0, "nobody@x.example", "hall", false))
	l.at = l.at.Add(perPairStrict.Every)
	l.guess(1, 1, l.signIn(2, "b@x.example", "hall", false))
	l.guess(12, 10, l.signIn(2, "b@x.example", "elsewhere", false))
	l.guess(11, 10, l.signIn(0, strings.Repeat("a", 1000), "long", false))
	l.guess(1, 0, l.signIn(0, strings.Repeat("b", 1000), "long", false)) // names that no account can have are one
}

// A name behaves the same whether it is an account's or not.
func TestThrottleDoesNotTellAccounts(t *testing.T) {
	var seen [2][]bool
	for i, id := range []int64{1, 0} {
		l := newLimits(t)
		for step := range 300 {
			a := l.signIn(id, "a@x.example", fmt.Sprint(step%7), false)
			err := a.admit()
			if err == nil {
				a.fail()
			}
			l.at = l.at.Add(time.Second)
			seen[i] = append(seen[i], err == nil)
		}
	}
	if fmt.Sprint(seen[0]) != fmt.Sprint(seen[1]) {
		t.Errorf("an account: %v\nno account: %v", seen[0], seen[1])
	}
}

// A flood of invented names, or of networks at one account, pushes no failure of other accounts out of memory.
func TestThrottleSurvivesAFlood(t *testing.T) {
	l := newLimits(t)
	for i := range perAccount.Burst {
		l.guess(1, 1, l.signIn(2, "b@x.example", fmt.Sprint("bot ", i), false))
	}
	for i := range maxBuckets + 10 {
		_ = l.signIn(3, "c@x.example", fmt.Sprint("bot ", i), false).admit()
	}
	l.guess(1, 0, l.signIn(2, "b@x.example", "new", false))
	l.guess(10, 10, l.signIn(1, "a@x.example", "evil", false))
	for i := range maxBuckets + 10 {
		l.signIn(0, fmt.Sprint("nobody", i), "evil", false).fail()
	}
	l.guess(1, 0, l.signIn(1, "a@x.example", "evil", false))
}

func TestThrottleForgetsAfterSuccess(t *testing.T) {
	l := newLimits(t)
	a := l.signIn(1, "a@x.example", "home", false)
	l.guess(9, 9, a)
	a.succeed()
	l.guess(11, 10, a)
	// Attempts that are under way count for nothing: a page that signs in for each request is not locked out.
	b := l.signIn(2, "b@x.example", "site", false)
	for range 100 {
		if err := b.admit(); err != nil {
			t.Fatal(err)
		}
	}
	// A stolen session guesses the password ten times, and its owner still signs in.
	l.guess(11, 10, l.change(3, "session"))
	l.guess(1, 1, l.signIn(3, "c@x.example", "home", false))
}
