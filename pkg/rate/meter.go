package rate

import (
	"cmp"
	"context"
	"fmt"
	"sync"
	"time"

	"kontor/pkg/fault"
)

// Work measures reads in one unit, whatever does them: testing one condition on one stored document, which takes
// about 10 microseconds.

// LightWork is what every request may take without waiting for a slot, and what its one token of a rate limit
// pays for: about 5 ms.
const LightWork = 500

// Meter counts the work of one request and keeps it within what its caller may ask for. It is safe for use by
// many goroutines.
type Meter struct {
	most   int64
	slots  *Slots
	wait   time.Duration
	charge func(work int64, goesOn bool) error

	mu      sync.Mutex
	work    int64 // measured of work that has ended, and estimated of the rest
	heavy   int64 // of that, without walking along indexes
	used    int64 // as far as it was measured
	charged int64
	release func() // of the slot; nil: none is held
}

// MeterOptions are what a Meter is made from.
type MeterOptions struct {
	Most  int64         // the work that the request may take; 0 for any
	Wait  time.Duration // for a slot; SlotWait if 0
	Slots *Slots        // where requests wait whose work is not light; nil: nowhere

	// Charge takes work beyond LightWork from the caller's rate limit before it is done. Where that is used up
	// it refuses, unless a request goes on that it has let begin; negative work is given back. Nil: nothing
	// is charged.
	Charge func(work int64, goesOn bool) error
}

// NewMeter makes the meter of a request, which ends with Close.
func NewMeter(o MeterOptions) *Meter {
	return &Meter{most: o.Most, slots: o.Slots, wait: cmp.Or(o.Wait, SlotWait), charge: o.Charge}
}

type contextKey int

const (
	meterKey contextKey = iota
	patientKey
)

// WithMeter gives a context in which work is counted by the meter.
func WithMeter(ctx context.Context, m *Meter) context.Context {
	return context.WithValue(ctx, meterKey, m)
}

// MeterOf gives the meter in a context; nil if there is none, and nothing of a nil Meter has a bound.
func MeterOf(ctx context.Context) *Meter {
	m, _ := ctx.Value(meterKey).(*Meter)
	return m
}

// Unmetered gives a context without a meter, for reads whose conditions no caller chooses.
func Unmetered(ctx context.Context) context.Context { return WithMeter(ctx, nil) }

// Admit asks for work before it is done. TooDear names the field if the request as a whole then takes more than
// it may, where work that Note has replaced counts as it was measured; TooMany if its caller's rate limit is used up; Unavailable, to be tried again, if it is heavy work
// and no slot is free in time. The slot is held until Close.
func (m *Meter) Admit(ctx context.Context, work, heavy int64, field string, conditions int) error {
	if m == nil {
		return nil
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.most > 0 && m.work+work > m.most && work > 0 {
		return tooDear(m.work+work, m.most, field, conditions)
	}
	if due := m.work + work - LightWork - m.charged; due > 0 && m.charge != nil {
		if err := m.charge(due, m.charged > 0); err != nil {
			return err
		}
		m.charged += due
	}
	m.work, m.heavy = m.work+work, m.heavy+heavy
	if m.heavy <= LightWork {
		return nil
	}
	return m.hold(ctx)
}

// Hold waits for a slot for work that is heavy whatever it takes, such as a search.
func (m *Meter) Hold(ctx context.Context) error {
	if m == nil {
		return nil
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.hold(ctx)
}

func (m *Meter) hold(ctx context.Context) error {
	if m.release != nil {
		return nil
	}
	release, ok := m.slots.TakeWithin(ctx, m.wait)
	if !ok {
		return Busy(ctx)
	}
	m.release = release
	return nil
}

// Busy is the error of heavy work that found no free slot, or of the context that ended meanwhile.
func Busy(ctx context.Context) error {
	if err := ctx.Err(); err != nil {
		return fault.Wrap(fault.Timeout, err, "The request took too long")
	}
	return fault.New(fault.Unavailable, "The server is busy with other requests of this kind, try again in a second").
		With("retryAfter", 1)
}

// Note replaces work that Admit has admitted, which has ended, by the work that it took in whatever way that can be
// measured.
func (m *Meter) Note(admitted, done int64) {
	if m == nil {
		return
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	m.work += done - admitted
	m.used += done
}

// Close gives the slot back, and of what was charged the part that was not used. It says how much was charged
// in the end.
func (m *Meter) Close() (charged int64) {
	if m == nil {
		return 0
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.release != nil {
		m.release()
		m.release = nil
	}
	if due := max(0, m.used-LightWork) - m.charged; due < 0 && m.charge != nil {
		_ = m.charge(due, true) // giving back is never refused
		m.charged += due
	}
	return m.charged
}

// tooDear says what makes a request too dear, and what its caller can do.
func tooDear(work, most int64, field string, conditions int) error {
	asked := "it reads too many entries"
	switch {
	case field != "" && conditions > 1:
		asked = fmt.Sprintf("%d conditions on %s are tested on each entry", conditions, field)
	case field != "" && conditions == 1:
		asked = fmt.Sprintf("the condition on %s is tested on each entry", field)
	case field != "":
		asked = fmt.Sprintf("sorting by %s reads each entry", field)
	}
	e := fault.New(fault.TooDear, "The request is too expensive: %s. Its cost is %d, and you may ask for %d; use fewer conditions, "+
		"fields with an index, a search, or credentials", asked, work, most)
	return e.With("field", field).With("cost", work).With("limit", most)
}
