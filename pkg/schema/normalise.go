package schema

import (
	"maps"
	"slices"

	"kontor/pkg/fault"
	"kontor/pkg/value"
)

// Normalise merges changes into a copy of current, which is nil for a new entry, and gives what is to be stored, together with
// every field that is wrong; the values are only good if none is. Only the fields that changes names are touched, nil clears one.
// The result is in the form of value.Normal: a field without a value is absent, and a text of nothing but space is none.
//
// It checks what a draft has to keep: kinds, lengths, ranges, constants. What a published entry needs besides is CheckPublish's.
// Links of relations have to be resolved to documentIds before. JSON is the one kind that is stored in another form than it is
// sent in (a string of JSON), so results must not be sent again as changes.
func (t *Type) Normalise(current, changes value.Object) (value.Object, []fault.Field) {
	n := t.NormaliseWith(current, changes, WriteOptions{})
	return n.Values, n.Problems
}

// WriteOptions is what NormaliseWith needs beside the values; the zero value is ready for use.
type WriteOptions struct {
	NewID  func() int64 // ids of new items in lists of objects; RandomItemID if nil. It is called again for an id that is taken or not of 31 bits.
	Locale string       // of the values, for the quotation marks of q; German if ""
}

// Normalised is the result of NormaliseWith.
type Normalised struct {
	Values   value.Object
	Problems []fault.Field
	Removed  []Removal // markup that rich texts lost
}

// NormaliseWith is Normalise with options; it also reports the markup that it removed.
func (t *Type) NormaliseWith(current, changes value.Object, o WriteOptions) Normalised {
	w := writer{newID: o.NewID, locale: o.Locale}
	if w.newID == nil {
		w.newID = RandomItemID
	}
	values, problems := w.entry(t, current, changes)
	return Normalised{Values: values, Problems: problems, Removed: w.removed}
}

// writer collects what is wrong while it turns values into their stored form.
type writer struct {
	problems []fault.Field
	newID    func() int64
	locale   string
	removed  []Removal
	stored   bool // the values come from the store and are only checked
	kept     bool // the values are those of stored entries, so no newcomer judges them
}

func (w *writer) report(at *place, p *problem, sent any) {
	w.problems = append(w.problems, at.report(p, sent))
}

func (w *writer) entry(t *Type, current, changes value.Object) (value.Object, []fault.Field) {
	out := make(value.Object, len(current)+len(changes))
	maps.Copy(out, current)
	for _, f := range t.Fields {
		sent, named := changes[f.Name]
		if !named {
			continue
		}
		if v := w.field(f, (*place)(nil).at(f), current[f.Name], sent); v != nil {
			out[f.Name] = v
		} else {
			delete(out, f.Name)
		}
	}
	w.unknown(nil, changes, func(name string) bool { return t.byName[name] != nil })
	return out, w.problems
}

func (w *writer) field(f *Field, at *place, current, sent any) any {
	if sent == nil {
		return nil
	}
	if !f.Many {
		return w.one(f, at, current, sent)
	}
	list, ok := sent.(value.List)
	if !ok {
		w.report(at, wrongType("array", sent, "muss eine Liste sein."), sent)
		return nil
	}
	if f.MaxItems > 0 && len(list) > f.MaxItems {
		w.report(at, tooMany(f.MaxItems), sent)
		return nil
	}
	if f.Kind == Object {
		return w.items(f, at, current, list)
	}
	return w.list(f, at, current, list)
}

func (w *writer) list(f *Field, at *place, current any, list value.List) any {
	out := make(value.List, 0, len(list))
	seen := map[any]bool{}
	for i, e := range list {
		v := w.one(f, at.item(i), current, e)
		if v == nil {
			continue
		}
		if f.isSet() && seen[v] {
			w.report(at.item(i), duplicate(), e)
			continue
		}
		seen[v] = f.isSet()
		out = append(out, v)
	}
	if len(out) == 0 {
		return nil
	}
	return out
}

func (w *writer) one(f *Field, at *place, current, sent any) any {
	if f.Kind == Object {
		return w.single(f, at, current, sent)
	}
	rules := kinds[f.Kind]
	if w.stored {
		if s, ok := rules.(stored); ok {
			if p := s.check(f, sent); p != nil {
				w.report(at, p, sent)
			}
			return sent
		}
	}
	v, p := w.normal(rules, f, at, sent)
	if p != nil {
		w.report(at, p, sent)
		return nil
	}
	if n, ok := rules.(newcomer); ok && !w.kept {
		if p := n.refuse(v); p != nil && !holds(current, v) { // only then, since a list is searched as a whole
			w.report(at, p, sent)
			return nil
		}
	}
	return v
}

// normal is the kind's own, with the removals of a rich text collected.
func (w *writer) normal(r rules, f *Field, at *place, sent any) (any, *problem) {
	rich, ok := r.(richTextKind)
	if !ok {
		return r.normal(f, sent)
	}
	c := conversion{locale: w.locale}
	v, p := rich.convert(f, sent, &c)
	for _, removal := range c.removed {
		removal.Path = at.path()
		w.removed = append(w.removed, removal)
	}
	return v, p
}

// holds tells whether a field has a value already: as its own, or as an element of its list.
func holds(current, v any) bool {
	if list, ok := current.(value.List); ok {
		return slices.ContainsFunc(list, func(e any) bool { return value.Equal(e, v) })
	}
	return current != nil && value.Equal(current, v)
}
