package content

import (
	"context"
	"math/rand/v2"
	"time"

	"kontor/pkg/auth"
	"kontor/pkg/fault"
	"kontor/pkg/schema"
	"kontor/pkg/value"
)

// maxAttempts bounds how often a write is merged again into what others wrote meanwhile.
const maxAttempts = 60

// mutate runs fn on an entry until its result could be written on top of what fn has seen. fn changes w.next.
func (s *Service) mutate(ctx context.Context, c auth.Caller, t *schema.Type, documentID string, o Write, fn func(*write) error) (Saved, error) {
	if err := s.check(ctx); err != nil {
		return Saved{}, err
	}
	locale, err := s.locale(t, o.Locale)
	if err != nil {
		return Saved{}, err
	}
	var before *write // the attempt before this
	for attempt := range maxAttempts {
		w := &write{svc: s, ctx: ctx, caller: c, typ: t, now: s.timestamp(), action: o.Action, merging: o.merging}
		if err := w.load(documentID, locale); err != nil {
			return Saved{}, err
		}
		if before.left(w.cur) {
			s.spread(ctx, t, documentID)
			return before.warned(before.saved(w.cur.rev)), nil
		}
		before = w
		if w.cur.live() {
			if err := w.matches(o.IfMatch); err != nil {
				return Saved{}, err
			}
		}
		if err := fn(w); err != nil {
			return Saved{}, err
		}
		saved, err := w.commit()
		if err == nil && w.spreads() {
			s.spread(ctx, t, documentID)
		}
		if !fault.Is(err, fault.Conflict) {
			return saved, err
		}
		if err := pause(ctx, attempt); err != nil {
			return Saved{}, err
		}
	}
	return Saved{}, fault.New(fault.Conflict, "Too many others write this entry at the same time")
}

// left tells whether a record is what this attempt was to make of it, though one of its later steps failed: the store may have done those
// before. Who asked for it has it then, and must not be told that somebody else was first.
func (w *write) left(r *record) bool {
	if w == nil || !w.next.live() || !r.live() || r.rev != w.next.rev+1 {
		return false
	}
	for _, fact := range []string{"at", "action", "actorId"} {
		if !value.Equal(r.meta[fact], w.next.meta[fact]) {
			return false
		}
	}
	return sameFields(w.typ, r.draft, w.next.draft) && sameFields(w.typ, r.published, w.next.published)
}

// saved is what this write has come to.
func (w *write) saved(rev int64) Saved {
	return Saved{
		DocumentID: w.next.documentID, Locale: w.next.locale, Published: w.publishing, Rev: rev,
		Merged: w.merged, Removed: w.removed,
	}
}

// pause waits a little longer with each attempt, by chance, so that writers of one entry fall out of step.
func pause(ctx context.Context, attempt int) error {
	select {
	case <-ctx.Done():
		return fault.Wrap(fault.Timeout, ctx.Err(), "The request took too long")
	case <-time.After(rand.N(time.Duration(1+min(attempt, 20)) * 500 * time.Microsecond)):
		return nil
	}
}
