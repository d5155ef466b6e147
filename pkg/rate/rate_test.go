package rate

import (
	"net/netip"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

type clock struct{ time.Time }

func (c *clock) now() time.Time { return c.Time }

func TestLimiter(t *testing.T) {
	c := &clock{time.Date(2026, 3, 1, 8, 0, 0, 0, time.UTC)}
	l := New[string](c.now, 10)
	limit := Limit{Burst: 3, Every: 10 * time.Second}
	take := func(key string, ok bool, want State) {
		t.Helper()
		if got, let := l.Take(key, limit); let != ok || got != want {
			t.Fatalf("%s: %v %+v, want %v %+v", key, let, got, ok, want)
		}
	}
	take("a", true, State{Left: 2, Full: 10 * time.Second})
	take("a", true, State{Left: 1, Full: 20 * time.Second})
	take("a", true, State{Wait: 10 * time.Second, Full: 30 * time.Second})
	take("a", false, State{Wait: 10 * time.Second, Full: 30 * time.Second})
	take("b", true, State{Left: 2, Full: 10 * time.Second})
	c.Time = c.Add(9 * time.Second)
	take("a", false, State{Wait: time.Second, Full: 21 * time.Second})
	c.Time = c.Add(time.Second)
	if s, ok := l.Look("a", limit); !ok || s.Left != 1 {
		t.Fatalf("looking: %v %+v", ok, s)
	}
	take("a", true, State{Wait: 10 * time.Second, Full: 30 * time.Second})
	c.Time = c.Add(-time.Hour) // a clock set back gives nothing and takes nothing
	take("a", false, State{Wait: 10 * time.Second, Full: 30 * time.Second})
	c.Time = c.Add(24 * time.Hour) // never more than a full bucket
	take("a", true, State{Left: 2, Full: 10 * time.Second})
	if s, ok := l.Take("nobody", Limit{}); !ok || s != (State{}) || len(l.buckets) != 2 {
		t.Errorf("no limit: %v %+v, %d buckets", ok, s, len(l.buckets))
	}
}

func TestLimiterIsBounded(t *testing.T) {
	l := New[int](time.Now, 100)
	limit := Per(1, time.Hour)
	for i := range 110 {
		l.Take(i, limit)
	}
	if len(l.buckets) != 100 || l.order.Len() != 100 {
		t.Errorf("%d buckets, %d in order", len(l.buckets), l.order.Len())
	}
	if _, ok := l.Take(109, limit); ok {
		t.Error("the newest was forgotten")
	}
	if _, ok := l.Take(0, limit); !ok {
		t.Error("the oldest was kept")
	}
}

func TestLimiterUnderLoad(t *testing.T) {
	c := &clock{time.Now()}
	l := New[int](c.now, 10)
	var through atomic.Int64
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			for i := range 1000 {
				if _, ok := l.Take(i%2, Per(100, time.Hour)); ok {
					through.Add(1)
				}
			}
		})
	}
	wg.Wait()
	if through.Load() != 200 {
		t.Errorf("%d were let through, not twice 100", through.Load())
	}
}

func TestPer(t *testing.T) {
	if l := Per(600, time.Minute); l != (Limit{Burst: 600, Every: 100 * time.Millisecond}) || l.Span() != time.Minute {
		t.Errorf("%+v", l)
	}
	if l := Per(0, time.Minute); !l.IsZero() {
		t.Errorf("%+v", l)
	}
	if l := Per(1<<40, time.Second); l.Every <= 0 {
		t.Errorf("%+v", l)
	}
}

func TestNetwork(t *testing.T) {
	for in, want := range map[string]string{
		"192.0.2.1": "192.0.2.1/32", "::ffff:192.0.2.1": "192.0.2.1/32", "2001:db8::ffff": "2001:db8::/64", "fe80::1%eth0": "fe80::/64",
	} {
		if got := Network(netip.MustParseAddr(in)).String(); got != want {
			t.Errorf("%s is in %s, want %s", in, got, want)
		}
	}
	if got := Network(netip.Addr{}); got.IsValid() {
		t.Errorf("no address is in %v", got)
	}
	if Seconds(time.Nanosecond) != 1 || Seconds(0) != 0 || Seconds(2*time.Second) != 2 {
		t.Error("seconds are not rounded up")
	}
}
