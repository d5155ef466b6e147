package content

import (
	"encoding/json"
	"slices"

	"kontor/pkg/auth"
	"kontor/pkg/query"
	"kontor/pkg/schema"
	"kontor/pkg/store"
	"kontor/pkg/value"
)

// sees is the one decision whether a caller gets a field's value of a snapshot. The fields are those that the entry itself has open
// for the caller.
func sees(open auth.Fields, f *schema.Field, snapshot value.Object) bool {
	if open.Open(f.Name) {
		return true
	}
	cond := f.Access.ReadIf
	if cond == nil || !open.Conditional(f.Name) {
		return false
	}
	list, _ := snapshot[cond.Field].(value.List)
	return slices.Contains(list, any(cond.Value))
}

// readable gives the fields of a snapshot that are open.
func readable(open auth.Fields, t *schema.Type, snapshot value.Object) value.Object {
	out := value.Object{}
	for _, f := range t.Fields {
		if v, ok := snapshot[f.Name]; ok && sees(open, f, snapshot) {
			out[f.Name] = v
		}
	}
	return out
}

// mayShow tells whether an answer may hold the field of some entry: a field that is not open everywhere is shown only where the entry
// itself has it open.
func (r *resolver) mayShow(sc scope, f *schema.Field) bool {
	return sc.in != nil || r.trusted || r.access(sc.typ).Some.Some(f.Name)
}

// project makes entries of the view out of documents, with everything that the shape populates.
func (v *view) project(t *schema.Type, docs []store.Document, sh *shape) ([]*Entry, error) {
	v.files, v.wantFiles = nil, nil
	entries := make([]*Entry, len(docs))
	var nodes []node
	for i, d := range docs {
		open, err := v.open(t, v.part, d)
		if err != nil {
			return nil, err
		}
		e := v.entry(t, d, sh, v.part, open)
		entries[i] = e
		if len(sh.populate) > 0 {
			nodes = append(nodes, node{sh, d.Part(v.part), open, e.DocumentID, e.Locale, &e.Attributes})
		}
	}
	if len(nodes) == 0 {
		return entries, nil
	}
	return entries, v.populate(nodes)
}

// shape is what an answer shows of a type or an object: plain fields, system facts, and what is populated, in order.
type shape struct {
	plain    []*schema.Field
	system   []string
	populate []*branch
}

func (v *view) shape(sc scope, names []string, pop []query.Populate, param string, depth int) (*shape, error) {
	selected, err := v.selection(sc, names, param)
	if err != nil {
		return nil, err
	}
	sh := &shape{}
	list := sc.typ.Fields
	if sc.in != nil {
		list = sc.in.Fields
	}
	for _, f := range list {
		if !f.Populated() && selected(f.Name) && v.mayShow(sc, f) {
			sh.plain = append(sh.plain, f)
		}
	}
	if sc.in == nil {
		for _, n := range []string{"createdAt", "updatedAt", "publishedAt", "locale"} {
			if selected(n) && (n != "locale" || sc.typ.Localized()) {
				sh.system = append(sh.system, n)
			}
		}
	}
	sh.populate, err = v.plan(sc, pop, depth)
	return sh, err
}

// entry projects one document; what is populated follows later, for all entries of a level at once.
func (v *view) entry(t *schema.Type, d store.Document, sh *shape, part string, open auth.Fields) *Entry {
	snapshot := d.Part(part)
	e := &Entry{Type: t, ID: integer(snapshot, "id"), Rev: d.Rev}
	e.DocumentID, e.Locale = splitKey(d.Key)
	e.Attributes = make(Attributes, 0, len(sh.plain)+len(sh.system)+len(sh.populate))
	e.Attributes = attributes(e.Attributes, sh, snapshot, open)
	for _, n := range sh.system {
		e.Attributes = append(e.Attributes, Attribute{n, snapshot[n]})
	}
	return e
}

// attributes adds the plain fields of a snapshot, or of an object in one: that has all of its fields open.
func attributes(out Attributes, sh *shape, snapshot value.Object, open auth.Fields) Attributes {
	for _, f := range sh.plain {
		if !sees(open, f, snapshot) {
			continue
		}
		out = append(out, Attribute{f.Name, plainValue(f, snapshot[f.Name])})
	}
	return out
}

// plainValue renders what the store leaves out: an absent list is an empty one, JSON is stored as its text.
func plainValue(f *schema.Field, v any) any {
	switch {
	case v == nil && f.Many:
		return value.List{}
	case f.Kind == schema.JSON && v != nil:
		return json.RawMessage(v.(string))
	}
	return v
}

// wholeValue renders a value with everything within it, as the history shows it: relations as documentIds.
func wholeValue(f *schema.Field, v any) any {
	switch x := v.(type) {
	case value.List:
		if f.Kind != schema.Object {
			return v
		}
		out := make(value.List, len(x))
		for i, e := range x {
			out[i] = wholeObject(f, e)
		}
		return out
	case value.Object:
		return wholeObject(f, x)
	}
	return plainValue(f, v)
}

func wholeObject(f *schema.Field, v any) any {
	o, ok := v.(value.Object)
	if !ok || f.Kind != schema.Object {
		return v
	}
	out := make(value.Object, len(o))
	for name, x := range o {
		out[name] = x // also the id of an item
		if inner, ok := f.Field(name); ok {
			out[name] = wholeValue(inner, x)
		}
	}
	return out
}
