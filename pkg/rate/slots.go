package rate

import (
	"context"
	"runtime"
	"time"
)

// Slots bound how much heavy work runs at once in a process, so that light work always finds a processor.
// A nil *Slots bounds nothing.
type Slots struct {
	free chan struct{}
}

// SlotWait is how long heavy work of the public waits for its turn before it is refused.
const SlotWait = 100 * time.Millisecond

// CallerWait is how long heavy work of credentials and a sign-in wait for a slot: a search of an editor takes
// a second or two, and several people work at once.
const CallerWait = 3 * time.Second

// NewSlots makes so many slots; 0 means one less than there are processors, and at least one.
func NewSlots(n int) *Slots {
	if n <= 0 {
		n = max(1, runtime.GOMAXPROCS(0)-1)
	}
	return &Slots{free: make(chan struct{}, n)}
}

// TakeWithin waits for a slot, first come, first served. It returns false if none was free in time or ctx has
// ended; else the caller returns the slot with release, once. Work whose refusal costs the client much waits
// longest: of an upload all bytes would have to be sent again.
func (s *Slots) TakeWithin(ctx context.Context, patience time.Duration) (release func(), ok bool) {
	if s == nil {
		return func() {}, true
	}
	select {
	case s.free <- struct{}{}:
		return s.give, true
	default:
	}
	var late <-chan time.Time // never, for patient work
	if patient, _ := ctx.Value(patientKey).(bool); !patient {
		timer := time.NewTimer(patience)
		defer timer.Stop()
		late = timer.C
	}
	select {
	case s.free <- struct{}{}:
		return s.give, true
	case <-late:
	case <-ctx.Done():
	}
	return nil, false
}

// Patient returns a context whose work waits for a slot as long as it takes: no client waits for it.
func Patient(ctx context.Context) context.Context {
	return context.WithValue(ctx, patientKey, true)
}

func (s *Slots) give() { <-s.free }
