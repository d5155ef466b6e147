package auth

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"kontor/pkg/fault"
)

func TestThrottle(t *testing.T) {
	now := time.Date(2026, 3, 1, 8, 0, 0, 0, time.UTC)
	th := newThrottle(func() time.Time { return now })
	// try says whether an attempt is let through; n of them must all be, or all not.
	try := func(n int, identifier, address string, want bool) {
		t.Helper()
		for i := range n {
			_, err := th.begin(identifier, address)
			if (err == nil) != want {
				t.Fatalf("attempt %d of %s from %s: %v", i+1, identifier, address, err)
			}
			if err != nil {
				wait, _ := fault.As(err).Details["retryAfter"].(int64)
				if !fault.Is(err, fault.TooMany) || wait < 1 || wait > 30 {
					t.Fatalf("refused by %#v", err)
				}
			}
		}
	}
	try(10, "A@x.example", "", true)
	try(1, "a@x.EXAMPLE", "", false) // the same person
	try(1, "b@x.example", "", true)
	now = now.Add(29 * time.Second)
	try(1, "a@x.example", "", false)
	now = now.Add(time.Second)
	try(1, "a@x.example", "", true)
	try(1, "a@x.example", "", false)
	now = now.Add(-time.Hour) // a clock set back gives nothing and takes nothing
	try(1, "a@x.example", "", false)
	now = now.Add(24 * time.Hour)
	try(10, "a@x.example", "", true) // never more than a full bucket
	try(1, "a@x.example", "", false)

	for i := range 50 {
		try(1, fmt.Sprint(i), "2001:db8::1", true)
	}
	try(1, "other", "2001:db8::ffff", false) // the same network
	try(1, "other", "2001:db8:0:1::1", true)
	for i := range 50 {
		try(1, fmt.Sprint("v4 ", i), "192.0.2.1", true)
	}
	try(1, "another", "::ffff:192.0.2.1", false)
	try(1, "another", "192.0.2.2", true)
	try(10, strings.Repeat("a", 1000), "", true)
	try(1, strings.Repeat("b", 1000), "", false)
}

func TestThrottleForgives(t *testing.T) {
	now := time.Now()
	th := newThrottle(func() time.Time { return now })
	for range 100 {
		a, err := th.begin("a", "192.0.2.1")
		if err != nil {
			t.Fatal(err)
		}
		a.forgive()
	}
	for range 10 {
		if _, err := th.begin("a", "192.0.2.1"); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := th.begin("a", "192.0.2.1"); err == nil {
		t.Error("more than a full bucket")
	}
}
