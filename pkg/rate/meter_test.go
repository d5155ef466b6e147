package rate

import (
	"context"
	"errors"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"kontor/pkg/fault"
)

func TestSlots(t *testing.T) {
	s := NewSlots(2)
	first, ok := s.TakeWithin(t.Context(), time.Second)
	second, also := s.TakeWithin(t.Context(), time.Second)
	if !ok || !also {
		t.Fatal("two slots do not let two in")
	}
	if _, ok := s.TakeWithin(t.Context(), time.Millisecond); ok {
		t.Error("two slots let three in")
	}
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	if _, ok := s.TakeWithin(ended, time.Hour); ok {
		t.Error("a wait outlives its context")
	}
	time.AfterFunc(5*time.Millisecond, first)
	third, ok := s.TakeWithin(t.Context(), time.Minute)
	if !ok {
		t.Fatal("a slot that was given back lets nobody in")
	}
	second()
	third()
	if release, ok := (*Slots)(nil).TakeWithin(t.Context(), time.Second); !ok {
		t.Error("no slots refuse")
	} else {
		release()
	}
	if n := cap(NewSlots(0).free); n < 1 {
		t.Errorf("%d slots by default", n)
	}
}

// TestSlotsBound: however many ask, no more are in at once.
func TestSlotsBound(t *testing.T) {
	s := NewSlots(3)
	var in, most atomic.Int64
	var wg sync.WaitGroup
	for range 40 {
		wg.Go(func() {
			release, ok := s.TakeWithin(t.Context(), time.Minute)
			if !ok {
				t.Error("nobody got in within a minute")
				return
			}
			defer release()
			n := in.Add(1)
			for old := most.Load(); n > old && !most.CompareAndSwap(old, n); old = most.Load() {
			}
			time.Sleep(time.Millisecond)
			in.Add(-1)
		})
	}
	wg.Wait()
	if most.Load() > 3 {
		t.Errorf("%d at once in 3 slots", most.Load())
	}
}

func TestMeter(t *testing.T) {
	var charged int64
	slots := NewSlots(1)
	m := NewMeter(MeterOptions{Most: 10 * LightWork, Slots: slots, Charge: func(work int64, _ bool) error { charged += work; return nil }})
	free := func() bool {
		release, ok := slots.TakeWithin(t.Context(), 0)
		if ok {
			release()
		}
		return ok
	}
	ctx := WithMeter(t.Context(), m)
	admit := func(work, heavy int64) error { return MeterOf(ctx).Admit(ctx, work, heavy, "body", 3) }
	if err := admit(LightWork, LightWork); err != nil || charged != 0 || !free() {
		t.Errorf("light work: charged %d, a slot is free: %v, %v", charged, free(), err)
	}
	if err := admit(2*LightWork, 0); err != nil || charged != 2*LightWork || !free() {
		t.Errorf("work along indexes: charged %d, a slot is free: %v, %v", charged, free(), err)
	}
	if err := admit(2*LightWork, 1); err != nil || charged != 4*LightWork || free() {
		t.Errorf("heavy work: charged %d, a slot is free: %v, %v", charged, free(), err)
	}
	err := admit(6*LightWork, 0)
	if !fault.Is(err, fault.TooDear) || !strings.Contains(err.Error(), "3 conditions on body") || charged != 4*LightWork {
		t.Errorf("work beyond what a request may take: %v, charged %d", err, charged)
	}
	m.Note(5*LightWork, 3*LightWork)
	if left := m.Close(); left != 2*LightWork || charged != 2*LightWork || !free() {
		t.Errorf("after a request that used 3 of 5: charged %d (%d), a slot is free: %v", charged, left, free())
	}
}

func TestMeterRefuses(t *testing.T) {
	slots := NewSlots(1)
	release, _ := slots.TakeWithin(t.Context(), 0)
	m := NewMeter(MeterOptions{Slots: slots})
	began := time.Now()
	err := m.Admit(t.Context(), 2*LightWork, 2*LightWork, "", 0)
	if !fault.Is(err, fault.Unavailable) || fault.As(err).Details["retryAfter"] != 1 || time.Since(began) < SlotWait {
		t.Errorf("without a free slot, after %v: %v", time.Since(began), err)
	}
	if err := m.Admit(t.Context(), LightWork, 0, "", 0); !fault.Is(err, fault.Unavailable) {
		t.Errorf("the same request goes on without its slot: %v", err)
	}
	m.Close()
	release()
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	if m := NewMeter(MeterOptions{Slots: slots}); m.Hold(t.Context()) != nil {
		t.Error("a free slot is not given")
	} else if err := NewMeter(MeterOptions{Slots: slots}).Hold(ended); !errors.Is(err, context.Canceled) || !fault.Is(err, fault.Timeout) {
		t.Errorf("a context that ended: %v", err)
	} else {
		m.Close()
	}
	poor := NewMeter(MeterOptions{Charge: func(int64, bool) error { return fault.New(fault.TooMany, "no") }})
	if err := poor.Admit(t.Context(), 2*LightWork, 0, "", 0); !fault.Is(err, fault.TooMany) {
		t.Errorf("a limit that is used up: %v", err)
	}
	if err := (*Meter)(nil).Admit(t.Context(), 1<<40, 1<<40, "", 0); err != nil || (*Meter)(nil).Hold(t.Context()) != nil {
		t.Errorf("no meter refuses: %v", err)
	}
}

func TestSpend(t *testing.T) {
	now := time.Unix(0, 0)
	l, limit := New[string](func() time.Time { return now }, 10), Per(10, 10*time.Second)
	if s, ok := l.Spend("a", limit, 25, false); !ok || s.Left != 0 || s.Wait != 16*time.Second {
		t.Errorf("more than there is: %v, %+v", ok, s)
	}
	if _, ok := l.Spend("a", limit, 1, false); ok {
		t.Error("a debtor spends")
	}
	if s, ok := l.Spend("a", limit, 1, true); !ok || s.Wait != 17*time.Second {
		t.Errorf("a debtor who goes on: %v, %+v", ok, s)
	}
	if s, ok := l.Spend("a", limit, -1, false); !ok || s.Wait != 16*time.Second {
		t.Errorf("a debtor who gets back: %v, %+v", ok, s)
	}
	if _, ok := l.Take("a", limit); ok {
		t.Error("a debtor takes")
	}
	if s, ok := l.Spend("a", limit, -14, false); !ok || s.Wait != 2*time.Second {
		t.Errorf("a debt that is given back: %v, %+v", ok, s)
	}
	if s, _ := l.Spend("a", limit, -100, false); s.Left != 10 {
		t.Errorf("a bucket holds %d of 10", s.Left)
	}
	if now = now.Add(time.Hour); true {
		if s, ok := l.Spend("b", Limit{}, 1e9, false); !ok || s.Wait != 0 {
			t.Errorf("without a limit: %+v", s)
		}
	}
}

// TestPatientWork waits for a slot beyond the patience of a request, and gives up with its context.
func TestPatientWork(t *testing.T) {
	slots := NewSlots(1)
	release, _ := slots.TakeWithin(t.Context(), 0)
	time.AfterFunc(3*time.Millisecond, release)
	again, ok := slots.TakeWithin(Patient(t.Context()), 0)
	if !ok {
		t.Fatal("patient work is refused")
	}
	defer again()
	ended, cancel := context.WithCancel(Patient(t.Context()))
	cancel()
	if _, ok := slots.TakeWithin(ended, time.Hour); ok {
		t.Error("a context that has ended gets a slot")
	}
}
