package content

import (
	"context"
	"slices"
	"strconv"

	"kontor/pkg/auth"
	"kontor/pkg/fault"
	"kontor/pkg/schema"
	"kontor/pkg/store"
	"kontor/pkg/value"
)

// AttachFiles puts files into an asset field of an entry's draft: a list gets them at its end, a single field the last of them. The entry
// is named by its documentId or its id. What is published stays as it is, unless the type has no drafts.
func (s *Service) AttachFiles(ctx context.Context, c auth.Caller, t *schema.Type, ref, field string, ids value.List) (Saved, error) {
	if _, err := s.grant(c, auth.Update, t); err != nil {
		return Saved{}, err
	}
	f, ok := t.Field(field)
	if !ok || f.Kind != schema.Asset {
		return Saved{}, fault.Key(field, "", "body", "")
	}
	documentID, err := s.named(ctx, t, ref)
	if err != nil {
		return Saved{}, err
	}
	o := Write{Draft: true, Action: "update"}
	return s.mutate(ctx, c, t, documentID, o, func(w *write) error {
		if !w.cur.live() {
			return fault.New(fault.NotFound, "Not Found")
		}
		if err := w.found(); err != nil {
			return err
		}
		if err := w.permit(auth.Update, w.cur); err != nil {
			return err
		}
		changes := Changes{field: ids[len(ids)-1]}
		if f.Many {
			had, _ := w.cur.draft[field].(value.List)
			added := slices.DeleteFunc(slices.Clone(ids), func(id any) bool { return slices.Contains(had, id) }) // it may be tried again
			changes[field] = append(slices.Clone(had), added...)
		}
		return w.change(auth.Update, changes, o)
	})
}

// named gives the documentId of an entry that is named by that or by its id.
func (s *Service) named(ctx context.Context, t *schema.Type, ref string) (string, error) {
	id, err := strconv.ParseInt(ref, 10, 64)
	if err != nil { // also of 24 digits, which no id has
		return ref, nil
	}
	r := &resolver{svc: s, ctx: ctx, part: store.Draft, locale: "*"}
	docs, err := s.store.Find(ctx, t.ID, store.Query{Filter: r.numbered(t, value.List{id}), Limit: 1, Parts: []string{}})
	if err != nil {
		return "", err
	}
	if len(docs) == 0 {
		return "", fault.New(fault.NotFound, "Not Found")
	}
	documentID, _ := splitKey(docs[0].Key)
	return documentID, nil
}
