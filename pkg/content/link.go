package content

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"

	"kontor/pkg/auth"
	"kontor/pkg/fault"
	"kontor/pkg/query"
	"kontor/pkg/schema"
	"kontor/pkg/store"
	"kontor/pkg/value"
)

// maxLinks bounds the targets that one write names.
const maxLinks = 2000

// resolveLinks gives changes with every Links, also inside objects, replaced by the documentIds that the relation will hold.
// Targets that do not exist for the caller are problems of their field.
func (w *write) resolveLinks(changes Changes, current value.Object) (Changes, []fault.Field, error) {
	l := &linker{write: w, wanted: map[string]*wantedLinks{}}
	l.walk(w.typ.Field, changes, current, nil, l.note)
	if l.count == 0 && l.walked == 0 {
		return changes, nil, nil
	}
	if l.count > maxLinks {
		return nil, nil, fault.New(fault.Invalid, "A write names at most %d targets", maxLinks)
	}
	for to, want := range l.wanted {
		if err := l.look(to, want); err != nil {
			return nil, nil, err
		}
	}
	out := l.walk(w.typ.Field, changes, current, nil, l.apply)
	return out, l.wrong, nil
}

// linker looks up the targets that a body names, one store call for each type.
type linker struct {
	*write
	wanted map[string]*wantedLinks
	count  int // targets named
	walked int // relation fields met
	wrong  []fault.Field
}

type wantedLinks struct {
	documentIDs, ids value.List
	byID             map[int64]string
	exist            map[string]bool
}

type linkFunc func(f *schema.Field, c Links, current any, path []string) any

// walk visits every Links in changes and gives a copy with fn's results in their places.
func (l *linker) walk(field func(string) (*schema.Field, bool), changes, current value.Object, path []string, fn linkFunc) value.Object {
	out := make(value.Object, len(changes))
	for name, v := range changes {
		f, ok := field(name)
		at := append(slices.Clip(path), name)
		switch x := v.(type) {
		case Links:
			if !ok || f.Kind != schema.Relation {
				out[name] = value.Object{} // Normalise names what is wrong with it
				continue
			}
			out[name] = fn(f, x, current[name], at)
		case value.Object:
			out[name] = v
			if ok && f.Kind == schema.Object {
				inner, _ := current[name].(value.Object)
				out[name] = l.walk(f.Field, x, inner, at, fn)
			}
		case value.List:
			out[name] = v
			if ok && f.Kind == schema.Object {
				out[name] = l.walkItems(f, x, current[name], at, fn)
			}
		default:
			out[name] = v
		}
	}
	return out
}

func (l *linker) walkItems(f *schema.Field, items value.List, current any, path []string, fn linkFunc) value.List {
	out := make(value.List, len(items))
	for i, v := range items {
		out[i] = v
		item, ok := v.(value.Object)
		if !ok {
			continue
		}
		var was value.Object
		for _, o := range objects(current) {
			if item["id"] != nil && value.Equal(o["id"], item["id"]) {
				was = o
			}
		}
		out[i] = l.walk(f.Field, item, was, append(slices.Clip(path), strconv.Itoa(i)), fn)
	}
	return out
}

// note collects what is to be looked up.
func (l *linker) note(f *schema.Field, c Links, _ any, _ []string) any {
	l.walked++
	want := l.wanted[f.Relation.To]
	if want == nil {
		want = &wantedLinks{byID: map[int64]string{}, exist: map[string]bool{}}
		l.wanted[f.Relation.To] = want
	}
	for _, links := range [][]Link{c.Set, c.Connect, c.Disconnect} {
		for _, k := range links {
			l.count++
			if k.ID != 0 {
				want.ids = append(want.ids, k.ID)
			} else {
				want.documentIDs = append(want.documentIDs, k.DocumentID)
			}
		}
	}
	return nil
}

// look finds which of the wanted targets the caller's own role opens: as drafts if it may read drafts, else what is published.
func (l *linker) look(to string, want *wantedLinks) error {
	t, ok := l.svc.types.Type(to)
	if !ok || len(want.documentIDs)+len(want.ids) == 0 {
		return nil
	}
	r := &resolver{svc: l.svc, ctx: l.ctx, caller: l.caller.ByOwnRules(), part: store.Draft, locale: "*"}
	if _, err := l.svc.grant(r.caller, auth.ReadDraft, t); err != nil {
		r.part = store.Published
	}
	rules, err := r.rules(t)
	if err != nil {
		return nil // the caller may not read the type: nothing exists for it
	}
	named := r.keys(t, want.documentIDs)
	if !t.Localized() {
		r.locale = schema.NoLocale
	}
	parts := []string{}
	if len(want.ids) > 0 {
		named, parts = query.AnyOf(named, r.numbered(t, want.ids)), []string{store.Meta}
	}
	exists := query.Where("meta.deletedAt", query.Null, nil)
	if r.part == store.Published {
		exists = query.Where("published.id", query.NotNull, nil)
	}
	docs, err := l.svc.store.Find(l.ctx, t.ID, store.Query{Filter: query.AllOf(named, exists, rules), Parts: parts})
	if err != nil {
		return err
	}
	for _, d := range docs {
		id, _ := splitKey(d.Key)
		want.exist[id] = true
		want.byID[integer(d.Part(store.Meta), "id")] = id
	}
	return nil
}

// numbered hits the entries with one of the numeric ids, in whichever locale.
func (r *resolver) numbered(t *schema.Type, ids value.List) query.Filter {
	if len(ids) == 0 {
		return query.Nothing()
	}
	locales := value.List{schema.NoLocale}
	if t.Localized() {
		locales = nil
		for _, l := range t.Locales {
			locales = append(locales, l)
		}
	}
	return query.AllOf(query.Where(r.part+".locale", query.In, locales), query.Where(r.part+".id", query.In, ids))
}

// apply gives the value that the relation will have.
func (l *linker) apply(f *schema.Field, c Links, current any, path []string) any {
	want := l.wanted[f.Relation.To]
	id := func(k Link) string {
		documentID := k.DocumentID
		if k.ID != 0 {
			documentID = want.byID[k.ID]
		}
		if documentID == "" || !want.exist[documentID] {
			l.wrong = append(l.wrong, noTarget(f, k, path))
			return ""
		}
		return documentID
	}
	var list []string
	if c.Replace {
		for _, k := range c.Set {
			list = place(list, id(k), Position{})
		}
	} else {
		list = links(current)
		for _, k := range c.Disconnect {
			gone := k.DocumentID
			if k.ID != 0 {
				gone = want.byID[k.ID]
			}
			list = slices.DeleteFunc(list, func(s string) bool { return s == gone })
		}
		list = l.connect(f, list, c, id, path)
	}
	return asValue(f, list)
}

// connect puts targets in their places. One that is to stand beside another of the same body waits until that is placed.
func (l *linker) connect(f *schema.Field, list []string, c Links, id func(Link) string, path []string) []string {
	type step struct {
		Link
		id string
	}
	waiting := make([]step, len(c.Connect))
	for i, k := range c.Connect {
		waiting[i] = step{k, id(k)}
	}
	if !f.Many {
		for _, s := range waiting {
			if s.id != "" {
				list = []string{s.id} // wherever it was to go, it takes the one place
			}
		}
		return list
	}
	for len(waiting) > 0 {
		var later []step
		for _, s := range waiting {
			if beside := cmp.Or(s.Position.Before, s.Position.After); beside != "" && (beside == s.id || !slices.Contains(list, beside)) {
				later = append(later, s)
				continue
			}
			list = place(list, s.id, s.Position)
		}
		if len(later) == len(waiting) {
			for _, s := range later {
				if c.Loose {
					list = place(list, s.id, Position{})
					continue
				}
				l.wrong = append(l.wrong, noPlace(f, cmp.Or(s.Position.Before, s.Position.After), path))
			}
			break
		}
		waiting = later
	}
	return list
}

// place puts an id in its position, where there is one; one that is in the list already moves only if a position is given.
func place(list []string, id string, p Position) []string {
	if id == "" {
		return list
	}
	if at := slices.Index(list, id); at >= 0 {
		if p == (Position{}) {
			return list
		}
		list = slices.Delete(list, at, at+1)
	}
	at := len(list)
	switch {
	case p.Start:
		at = 0
	case p.Before != "":
		at = slices.Index(list, p.Before)
	case p.After != "":
		at = slices.Index(list, p.After) + 1
	}
	return slices.Insert(list, at, id)
}

func asValue(f *schema.Field, list []string) any {
	if !f.Many {
		if len(list) == 0 {
			return nil
		}
		return list[len(list)-1] // what was connected last
	}
	out := make(value.List, len(list))
	for i, s := range list {
		out[i] = s
	}
	return out
}

func noPlace(f *schema.Field, beside string, path []string) fault.Field {
	return fault.Field{
		Path: path, Code: "no_place", Value: beside,
		English: fmt.Sprintf("%s has no relation to %q to stand before or after", f.Name, beside),
		German:  fmt.Sprintf("„%s“: Vor oder hinter „%s“ geht es nicht, da dieser Eintrag hier nicht verknüpft ist.", f.Title.DE, beside),
	}
}

func noTarget(f *schema.Field, k Link, path []string) fault.Field {
	name := k.DocumentID
	if k.ID != 0 {
		name = strconv.FormatInt(k.ID, 10)
	}
	return fault.Field{
		Path: path, Code: "no_target", Value: name,
		English: fmt.Sprintf("Document with id %q, locale \"null\" not found", name),
		German:  fmt.Sprintf("„%s“: Der Eintrag „%s“ ist nicht vorhanden.", f.Title.DE, name),
	}
}
