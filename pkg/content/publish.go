package content

import (
	"context"

	"kontor/pkg/auth"
	"kontor/pkg/fault"
	"kontor/pkg/schema"
	"kontor/pkg/value"
)

// publishable are the values that publishing makes public: those of the draft. A locale that does not lead takes the shared fields
// from what the leading one has published, so that the leading one's unpublished changes stay unpublished.
func (w *write) publishable() value.Object {
	values := fields(w.typ, w.next.draft)
	if !w.leads() {
		if lead := w.lead(); lead.published != nil {
			return w.withShared(values, lead.published)
		}
	}
	return values
}

// unpublishable lists why the draft can not be published: fields that publishing requires, and files
// that can not be shown to the public. It leaves out what is reported wrong already.
func (w *write) unpublishable(wrong []fault.Field) ([]fault.Field, error) {
	unshowable, err := w.showable(w.publishable())
	if err != nil {
		return nil, err
	}
	return append(w.missing(wrong), unshowable...), nil
}

// publish makes the draft the published snapshot. It is Invalid and names each field for which it
// can not be.
func (w *write) publish() error {
	wrong, err := w.unpublishable(nil)
	if err == nil {
		err = fault.Fields(wrong)
	}
	if err == nil {
		w.setPublished()
	}
	return err
}

// setPublished makes the draft the published snapshot, for a caller that has asked unpublishable.
func (w *write) setPublished() {
	w.publishing = true
	values := w.publishable()
	if w.next.published != nil && sameFields(w.typ, w.next.published, values) {
		return
	}
	w.next.published = w.next.snapshot(values, w.now, w.now)
	if w.next.meta["firstPublishedAt"] == nil {
		w.next.meta["firstPublishedAt"] = w.now
	}
	w.next.meta["publishedAt"] = w.now
}

// Publish makes an entry's draft public. Invalid names every field that publishing wants and the draft lacks.
func (s *Service) Publish(ctx context.Context, c auth.Caller, t *schema.Type, documentID string, o Write) (Saved, error) {
	if _, err := s.grant(c, auth.Publish, t); err != nil {
		return Saved{}, err
	}
	o.Action = word(o.Action, "publish")
	return s.mutate(ctx, c, t, documentID, o, func(w *write) error {
		if err := w.found(); err != nil {
			return err
		}
		if err := w.permit(auth.Publish, w.cur); err != nil {
			return err
		}
		w.followSlug(nil)
		return w.publish()
	})
}

// Unpublish takes an entry from the public; its draft stays.
func (s *Service) Unpublish(ctx context.Context, c auth.Caller, t *schema.Type, documentID string, o Write) (Saved, error) {
	if _, err := s.grant(c, auth.Unpublish, t); err != nil {
		return Saved{}, err
	}
	if !t.Drafts {
		return Saved{}, fault.New(fault.Invalid, "Entries of %s have no drafts; delete it instead", t.ID)
	}
	o.Action = word(o.Action, "unpublish")
	return s.mutate(ctx, c, t, documentID, o, func(w *write) error {
		if err := w.found(); err != nil {
			return err
		}
		if err := w.permit(auth.Unpublish, w.cur); err != nil {
			return err
		}
		w.next.published = nil
		delete(w.next.meta, "publishedAt")
		return nil
	})
}

// Discard makes the draft what is published again. Conflict if nothing is published.
func (s *Service) Discard(ctx context.Context, c auth.Caller, t *schema.Type, documentID string, o Write) (Saved, error) {
	if _, err := s.grant(c, auth.Update, t); err != nil {
		return Saved{}, err
	}
	o.Action = word(o.Action, "discard")
	return s.mutate(ctx, c, t, documentID, o, func(w *write) error {
		if err := w.found(); err != nil {
			return err
		}
		if err := w.permit(auth.Update, w.cur); err != nil {
			return err
		}
		if w.cur.published == nil {
			return fault.New(fault.Conflict, "Nothing is published that the draft could go back to")
		}
		values := fields(t, w.cur.published)
		if !w.leads() {
			values = fields(t, w.withShared(values, w.lead().draft))
		}
		w.next.draft = w.next.snapshot(values, w.now, "")
		return w.confined()
	})
}
