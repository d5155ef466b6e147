package schema

import (
	"maps"
	"slices"

	"kontor/pkg/fault"
	"kontor/pkg/value"
)

// Check judges values as they are stored, against this type: what Normalise would have refused, and what it would have stored in
// another form. It does not ask for what only a published entry needs.
func (t *Type) Check(values value.Object) []fault.Field {
	w := writer{newID: RandomItemID, stored: true}
	for _, name := range slices.Sorted(maps.Keys(values)) {
		f, ok := t.byName[name]
		if !ok {
			continue
		}
		at := (*place)(nil).at(f)
		v := values[name]
		before := len(w.problems)
		// As its own predecessor a list may have the ids that it has.
		again := w.field(f, at, v, v)
		if len(w.problems) == before && (v == nil || !value.Equal(again, v)) {
			w.report(at, notStored(), v)
		}
	}
	w.unknown(nil, values, func(name string) bool { return t.byName[name] != nil })
	return w.problems
}

func notStored() *problem {
	return &problem{code: "stored", english: "is not in the form in which it is stored", german: "ist nicht in der Form gespeichert, die der Typ verlangt."}
}
