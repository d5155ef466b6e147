package content

import (
	"context"
	"slices"
	"strings"

	"kontor/pkg/asset"
	"kontor/pkg/auth"
	"kontor/pkg/fault"
	"kontor/pkg/query"
	"kontor/pkg/schema"
	"kontor/pkg/store"
	"kontor/pkg/value"
)

// without copies a snapshot or an object, leaving out what its relations and asset fields hold and drop says.
func without(list []*schema.Field, o value.Object, drop func(f *schema.Field, held any) bool) value.Object {
	out := make(value.Object, len(o))
	for k, v := range o {
		out[k] = v
	}
	for _, f := range list {
		v, ok := o[f.Name]
		held := f.Kind == schema.Relation || f.Kind == schema.Asset
		switch {
		case !ok:
			continue
		case held && f.Many:
			v = value.Normal(slices.DeleteFunc(slices.Clone(v.(value.List)), func(x any) bool { return drop(f, x) }))
		case held && drop(f, v):
			v = nil
		case f.Kind == schema.Object && f.Many:
			items := slices.Clone(v.(value.List))
			for i, x := range items {
				items[i] = without(f.Fields, x.(value.Object), drop)
			}
			v = value.List(items)
		case f.Kind == schema.Object:
			v = value.Normal(without(f.Fields, v.(value.Object), drop))
		}
		if v == nil {
			delete(out, f.Name)
		} else {
			out[f.Name] = v
		}
	}
	return out
}

// relationTo tells which relations hold a documentId.
func relationTo(documentID string) func(*schema.Field, any) bool {
	return func(f *schema.Field, held any) bool { return f.Kind == schema.Relation && held == any(documentID) }
}

// existing is what entries point to that is there: targets as "type/documentId", and files by id.
type existing struct {
	targets map[string]bool
	files   map[int64]asset.File
}

// gone tells whether what a field holds is there no more.
func (e existing) gone(f *schema.Field, held any) bool {
	switch x := held.(type) {
	case string:
		return f.Kind == schema.Relation && !e.targets[f.Relation.To+"/"+x]
	case int64:
		_, there := e.files[x]
		return f.Kind == schema.Asset && !there
	}
	return false
}

// existingOf looks up what the snapshots of a type point to by relations and asset fields: one call of the store for each type.
func (s *Service) existingOf(ctx context.Context, t *schema.Type, snapshots ...value.Object) (e existing, err error) {
	wanted := map[string]value.List{}
	var held []placedFile
	for _, snapshot := range snapshots {
		held = append(held, filesIn(t.Fields, snapshot, nil)...)
		for _, ref := range refs(t, snapshot) {
			if ref.To != "" && !ref.Link {
				wanted[ref.To] = append(wanted[ref.To], ref.DocumentID)
			}
		}
	}
	if e.files, err = s.filesOf(ctx, held); err != nil {
		return e, err
	}
	e.targets = map[string]bool{}
	for to, ids := range wanted {
		target, ok := s.types.Type(to)
		if !ok {
			continue
		}
		r := &resolver{svc: s, ctx: ctx, part: store.Draft, locale: "*"}
		docs, err := s.store.Find(ctx, to, store.Query{
			Filter: query.AllOf(r.keys(target, ids), query.Where("meta.deletedAt", query.Null, nil)), Parts: []string{},
		})
		if err != nil {
			return e, err
		}
		for _, d := range docs {
			id, _ := splitKey(d.Key)
			e.targets[to+"/"+id] = true
		}
	}
	return e, nil
}

// stillThere gives values of an earlier state without what has been deleted since: what nobody may point to any more does not come back
// as a reference that leads nowhere and counts as filled in.
func (w *write) stillThere(values value.Object) (value.Object, error) {
	e, err := w.svc.existingOf(w.ctx, w.typ, values)
	if err != nil {
		return nil, err
	}
	return without(w.typ.Fields, values, e.gone), nil
}

// hideTargets takes out of values the targets that the caller does not read, as populate does: a
// documentId in the history would tell of a link to a foreign draft.
func (w *write) hideTargets(values ...value.Object) ([]value.Object, error) {
	wanted := map[string]value.List{}
	for _, v := range values {
		for _, ref := range refs(w.typ, v) {
			if ref.To != "" && !ref.Link {
				wanted[ref.To] = append(wanted[ref.To], ref.DocumentID)
			}
		}
	}
	hidden := map[string]bool{}
	for to, ids := range wanted {
		read, err := w.readTargets(to, ids)
		if err != nil {
			return nil, err
		}
		for _, id := range ids {
			hidden[to+"/"+id.(string)] = !read[id.(string)]
		}
	}
	out := make([]value.Object, len(values))
	for i, v := range values {
		out[i] = without(w.typ.Fields, v, func(f *schema.Field, held any) bool {
			id, _ := held.(string)
			return f.Kind == schema.Relation && hidden[f.Relation.To+"/"+id]
		})
	}
	return out, nil
}

// readTargets tells which entries of a type the caller reads in some locale. Whoever reads every draft
// also learns of those that are deleted.
func (w *write) readTargets(to string, ids value.List) (map[string]bool, error) {
	read := map[string]bool{}
	t, ok := w.svc.types.Type(to)
	if !ok {
		return read, nil
	}
	if g, err := w.svc.grant(w.caller, auth.ReadDraft, t); err == nil && g.Filter.Op == query.All {
		for _, id := range ids {
			read[id.(string)] = true
		}
		return read, nil
	}
	r := (&resolver{svc: w.svc, ctx: w.ctx, caller: w.caller, part: store.Draft, locale: "*"}).over(t)
	rules, err := r.rules(t)
	if fault.Is(err, fault.Forbidden) {
		return read, nil
	}
	if err != nil {
		return nil, err
	}
	docs, err := w.svc.store.Find(w.ctx, t.ID, store.Query{
		Filter: query.AllOf(r.keys(t, ids), query.Where(r.part+".id", query.NotNull, nil), rules), Parts: []string{},
	})
	for _, d := range docs {
		id, _ := splitKey(d.Key)
		read[id] = true
	}
	return read, err
}

// Dangling lists the relations that lead to what is not there any more, one line for each entry. A write that raced a deletion may have
// left one; it reads as absent, and a person has to take it out.
func (s *Service) Dangling(ctx context.Context) ([]string, error) {
	var out []string
	for _, t := range s.types.Types() {
		where, parts := query.Where("draft.id", query.NotNull, nil), []string{store.Draft, store.Published}
		err := s.store.Scan(ctx, t.ID, where, parts, func(d store.Document) error {
			r := recordOf(t, d)
			e, err := s.existingOf(ctx, t, r.draft, r.published)
			if err != nil {
				return err
			}
			var lost []string
			for _, ref := range append(refs(t, r.draft), refs(t, r.published)...) {
				line := ref.Field + " leads to " + ref.To + " " + ref.DocumentID
				if ref.To != "" && !ref.Link && !e.targets[ref.To+"/"+ref.DocumentID] && !slices.Contains(lost, line) {
					lost = append(lost, line)
				}
			}
			if len(lost) > 0 {
				out = append(out, t.ID+" "+r.key()+": "+strings.Join(lost, ", ")+": not there")
			}
			return nil
		})
		if err != nil {
			return nil, err
		}
	}
	return out, nil
}
