package content

import (
	"slices"
	"strconv"

	"kontor/pkg/fault"
	"kontor/pkg/query"
	"kontor/pkg/schema"
	"kontor/pkg/store"
	"kontor/pkg/value"
)

// warnings names the required relations of what a write published that lead to nothing the public could
// see: all of their targets are drafts. The entry is public and looks incomplete. That is no error,
// since the targets may be published next.
func (w *write) warnings() ([]fault.Field, error) {
	if !w.publishing {
		return nil, nil
	}
	wanted := map[string]value.List{}
	for _, r := range requiredRelations(w.typ.Fields, w.next.published, nil) {
		for _, id := range r.ids {
			wanted[r.field.Relation.To] = append(wanted[r.field.Relation.To], id)
		}
	}
	public := map[string]bool{}
	for to, ids := range wanted {
		t, ok := w.svc.types.Type(to)
		if !ok {
			continue
		}
		r := &resolver{locale: "*"}
		docs, err := w.svc.store.Find(w.ctx, to, store.Query{
			Filter: query.AllOf(r.keys(t, ids), query.Where("published.id", query.NotNull, nil)), Parts: []string{},
		})
		if err != nil {
			return nil, err
		}
		for _, d := range docs {
			id, _ := splitKey(d.Key)
			public[to+"/"+id] = true
		}
	}
	var out []fault.Field
	for _, r := range requiredRelations(w.typ.Fields, w.next.published, nil) {
		if !slices.ContainsFunc(r.ids, func(id string) bool { return public[r.field.Relation.To+"/"+id] }) {
			out = append(out, hiddenTargets(r.field, r.path))
		}
	}
	return out, nil
}

func hiddenTargets(f *schema.Field, path []string) fault.Field {
	return fault.Field{
		Path: path, Code: "hidden_target",
		English: f.Name + " leads only to drafts, so the public sees nothing there",
		German:  "„" + f.Title.DE + "“: führt nur zu Entwürfen. Die Öffentlichkeit sieht hier nichts, bis einer davon veröffentlicht ist.",
	}
}

// heldRelation is a relation in values with the documentIds that it holds.
type heldRelation struct {
	field *schema.Field
	path  []string
	ids   []string
}

// requiredRelations lists those that must not be empty and are not, also within objects.
func requiredRelations(fields []*schema.Field, values value.Object, path []string) []heldRelation {
	var out []heldRelation
	for _, f := range fields {
		at := append(slices.Clip(path), f.Name)
		switch {
		case f.Kind == schema.Relation && (f.Required || f.MinItems > 0):
			if ids := links(values[f.Name]); len(ids) > 0 {
				out = append(out, heldRelation{f, at, ids})
			}
		case f.Kind == schema.Object:
			for i, item := range objects(values[f.Name]) {
				out = append(out, requiredRelations(f.Fields, item, itemPath(f, at, i))...)
			}
		}
	}
	return out
}

func itemPath(f *schema.Field, at []string, i int) []string {
	if !f.Many {
		return at
	}
	return append(slices.Clip(at), strconv.Itoa(i))
}
