package schema

import (
	"maps"
	"math/rand/v2"
	"slices"

	"kontor/pkg/value"
)

// itemID is the key of an item of a list of objects; it stays as long as the item does.
const itemID = "id"

// MaxItemID is the largest id of an item.
const MaxItemID = 1<<31 - 1

// objectKind is fields within a field. The writer takes objects apart; normal is only reached for what is none.
type objectKind struct{}

func (objectKind) yup() string { return "object" }

func (objectKind) traits() traits { return traits{populated: true} }

func (objectKind) normal(_ *Field, sent any) (any, *problem) { return nil, notObject(sent) }

func (objectKind) parse(*Field, string) (any, *problem) { return nil, notComparable() }

func notObject(sent any) *problem {
	return wrongType("object", sent, "erwartet werden die Felder des Objekts.")
}

// object normalises the fields that sent names. Fields that it doesn't name are taken from base where merge is set.
func (w *writer) object(at *place, fields []*Field, base, sent value.Object, merge bool) value.Object {
	out := value.Object{}
	for _, f := range fields {
		v, named := sent[f.Name]
		switch {
		case named:
			if n := w.field(f, at.at(f), base[f.Name], v); n != nil {
				out[f.Name] = n
			}
		case merge && base[f.Name] != nil:
			out[f.Name] = base[f.Name]
		}
	}
	return out
}

// unknown reports the names in sent that are no fields.
func (w *writer) unknown(at *place, sent value.Object, known func(string) bool) {
	for _, name := range slices.Sorted(maps.Keys(sent)) {
		if !known(name) {
			at := at.key(name)
			w.report(at, unknownKey(at), sent[name])
		}
	}
}

// single normalises an object that is no item. It is replaced as a whole, as Strapi does with components.
func (w *writer) single(f *Field, at *place, current, sent any) any {
	o, ok := sent.(value.Object)
	if !ok {
		w.report(at, notObject(sent), sent)
		return nil
	}
	base, _ := current.(value.Object)
	out := w.object(at, f.Fields, base, o, false)
	w.unknown(at, o, func(name string) bool { return f.byName[name] != nil })
	if len(out) == 0 {
		return nil
	}
	return out
}

// items normalises a list of objects. An item with the id of one that is there merges into it; the others are new.
func (w *writer) items(f *Field, at *place, current any, list value.List) any {
	old := itemsByID(current)
	taken := map[int64]bool{}
	out := make(value.List, 0, len(list))
	for i, e := range list {
		at := at.item(i)
		o, ok := e.(value.Object)
		if !ok {
			w.report(at, notObject(e), e)
			continue
		}
		id, ok := w.itemID(at, o, old, taken)
		if !ok {
			continue
		}
		item := w.object(at, f.Fields, old[id], o, true)
		w.unknown(at, o, func(name string) bool { return name == itemID || f.byName[name] != nil })
		if id != 0 {
			item[itemID] = id
		}
		out = append(out, item)
	}
	w.number(out, old, taken)
	if len(out) == 0 {
		return nil
	}
	return out
}

// itemID reads the id that an item was sent with; 0 if it is new.
func (w *writer) itemID(at *place, o value.Object, old map[int64]value.Object, taken map[int64]bool) (int64, bool) {
	sent := o[itemID]
	if sent == nil {
		return 0, true
	}
	id, wrong := whole(sent)
	switch {
	case wrong != nil:
	case old[id] == nil:
		wrong = &problem{code: "unknown", english: "is not the id of an item that is there", german: "diesen Eintrag gibt es nicht (mehr)."}
	case taken[id]:
		wrong = duplicate()
	}
	if wrong != nil {
		w.report(at.key(itemID), wrong, sent)
		return 0, false
	}
	taken[id] = true
	return id, true
}

// number gives new items an id that neither an old item nor another new one has.
func (w *writer) number(items value.List, old map[int64]value.Object, taken map[int64]bool) {
	for _, e := range items {
		item := e.(value.Object)
		for item[itemID] == nil {
			id := w.newID()
			if id > 0 && id <= MaxItemID && old[id] == nil && !taken[id] {
				taken[id] = true
				item[itemID] = id
			}
		}
	}
}

// RandomItemID gives an id for a new item.
func RandomItemID() int64 { return rand.Int64N(MaxItemID) + 1 }

func itemsByID(current any) map[int64]value.Object {
	list, _ := current.(value.List)
	items := make(map[int64]value.Object, len(list))
	for _, e := range list {
		o, ok := e.(value.Object)
		if !ok {
			continue
		}
		if id, w := whole(o[itemID]); w == nil {
			items[id] = o
		}
	}
	return items
}

func (objectKind) compare(any) (any, *problem) { return nil, notComparable() }
