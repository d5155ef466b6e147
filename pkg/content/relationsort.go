package content

import (
	"slices"
	"sort"
	"strings"

	"kontor/pkg/fault"
	"kontor/pkg/query"
	"kontor/pkg/schema"
	"kontor/pkg/store"
	"kontor/pkg/value"
)

// A store sorts by what a document holds, so a sort by a field of a relation's target goes by groups: the
// targets that the caller reads are put in order once, and a page is cut out of the entries that point
// to the first of them, to the next, and so on. Where it begins and ends is found by counting with half
// of the targets, then half of the rest: at most 2 × 15 counts and three pages, however many entries
// there are. Entries whose target is hidden or absent come where absent values do.

// relationOrder is the order of a relation's targets.
type relationOrder struct {
	field  *schema.Field
	scope  scope
	desc   bool
	groups []value.List   // documentIds of targets that compare equal, in order
	place  map[string]int // of a documentId among the groups
	absent int            // the place of entries without a target: before or after all groups
}

// splitRelationSort splits off a first sort key that leads through a relation; not ok if there is none.
func (v *view) splitRelationSort(t *schema.Type, orders []query.Order) (by *relationOrder, rest []query.Order, err error) {
	name, inner, deep := strings.Cut(orders[0].Path, ".")
	f, ok := t.Field(name)
	sc := scope{typ: t}
	if !deep || !ok || f.Kind != schema.Relation {
		return nil, orders, nil
	}
	if !v.reads(sc, f) {
		return nil, nil, sc.unknown(name, "sort")
	}
	to, err := v.target(sc, f)
	if err != nil {
		return nil, nil, sc.unknown(name, "sort")
	}
	if f.Many {
		return nil, nil, fault.New(fault.Invalid, "Sorting through a relation to many is not offered: %s", orders[0].Path).With("param", "sort")
	}
	by = &relationOrder{field: f, scope: sc, desc: orders[0].Desc, place: map[string]int{}}
	in := v.over(to)
	targets, err := in.sort(to, []query.Order{{Path: inner, Desc: by.desc}})
	if err != nil {
		return nil, nil, err
	}
	docs, err := in.hitDocuments(to, query.Filter{}, targets...)
	if err != nil {
		return nil, nil, err
	}
	if by.group(docs, targets); len(by.place) > maxRelationIDs {
		return nil, nil, tooManyTargets(to)
	}
	if rest = orders[1:]; len(rest) == 0 && by.desc {
		rest = []query.Order{{Path: "documentId", Desc: true}} // as the last key says
	}
	return by, rest, nil
}

// group puts targets that compare equal together. In several locales the first place counts.
func (by *relationOrder) group(docs []store.Document, orders []query.Order) {
	first := 0
	if !by.desc {
		first = 1
	}
	for i, d := range docs {
		id, _ := splitKey(d.Key)
		if _, known := by.place[id]; known {
			continue
		}
		if n := len(by.groups); n == 0 || compareBy(tree(docs[i-1]), tree(d), orders) != 0 {
			by.groups = append(by.groups, nil)
		}
		n := len(by.groups) - 1
		by.groups[n] = append(by.groups[n], id)
		by.place[id] = first + n
	}
	if by.desc {
		by.absent = len(by.groups)
	}
}

// count is how many places there are.
func (by *relationOrder) count() int { return len(by.groups) + 1 }

// placeOf is where a document stands.
func (by *relationOrder) placeOf(part string, d store.Document) int {
	id, _ := d.Part(part)[by.field.Name].(string)
	if n, ok := by.place[id]; ok {
		return n
	}
	return by.absent
}

// filter hits the entries at the places from one to before another.
func (by *relationOrder) filter(r *resolver, from, to int) query.Filter {
	var ids, all value.List
	absent := false
	for n := from; n < to; n++ {
		if n == by.absent {
			absent = true
			continue
		}
		ids = append(ids, by.groups[by.groupAt(n)]...)
	}
	var any []query.Filter
	if absent {
		for _, g := range by.groups {
			all = append(all, g...)
		}
		any = append(any, r.pointingNowhere(by.scope, by.field, orEmpty(all)))
	}
	if len(ids) > 0 {
		any = append(any, r.pointing(by.scope, by.field, ids))
	}
	return query.AnyOf(any...)
}

func (by *relationOrder) groupAt(place int) int {
	if by.desc {
		return place
	}
	return place - 1
}

func orEmpty(list value.List) value.List {
	if list == nil {
		return value.List{}
	}
	return list
}

// grouped makes pages of what a list's conditions hit in the order of a relation's targets.
type grouped struct {
	*view
	typ          *schema.Type
	rules, asked query.Filter
	by           *relationOrder
	err          error
}

// count says how many entries stand before a place.
func (g *grouped) count(place int) int {
	if place == 0 || g.err != nil {
		return 0
	}
	asked := g.asked
	if place < g.by.count() {
		asked = query.AllOf(asked, g.by.filter(&g.resolver, 0, place))
	}
	n := 0
	conds, _, err := g.here(g.typ, g.rules)
	for i := 0; i < len(conds) && err == nil; i++ {
		var part int
		part, err = g.svc.store.Count(g.ctx, g.typ.ID, query.AllOf(conds[i], g.rules, asked))
		n += part
	}
	g.err = orElse(g.err, err)
	return n
}

// findPlace is the first place from some place on such that at least n entries stand before the next one.
func (g *grouped) findPlace(from, n int) int {
	return from + sort.Search(g.by.count()-1-from, func(places int) bool { return g.count(from+places+1) >= n })
}

// find gives the documents at the places from one to before another.
func (g *grouped) find(q store.Query, from, to, offset, limit int) []store.Document {
	if g.err != nil || limit <= 0 || from >= to {
		return nil
	}
	q.Offset, q.Limit = offset, limit
	docs, _, err := g.window(g.typ, g.rules, query.AllOf(g.asked, g.by.filter(&g.resolver, from, to)), q, false)
	g.err = orElse(g.err, err)
	return docs
}

// page gives the documents of a page, and how many entries there are in all.
func (g *grouped) page(q store.Query) ([]store.Document, int, error) {
	total := g.count(g.by.count())
	end := min(q.Offset+q.Limit, total)
	if g.err != nil || q.Offset >= end {
		return nil, total, g.err
	}
	if q.Parts = sortedBy(q.Sort, q.Parts); !slices.Contains(q.Parts, g.part) {
		q.Parts = append(q.Parts, g.part)
	}
	first := g.findPlace(0, q.Offset+1)
	last := g.findPlace(first, end)
	docs := g.find(q, first, first+1, q.Offset-g.count(first), q.Limit)
	between := g.find(q, first+1, last, 0, q.Limit) // fewer than a page, since the last place reaches beyond them
	slices.SortStableFunc(between, func(a, b store.Document) int {
		if n := g.by.placeOf(g.part, a) - g.by.placeOf(g.part, b); n != 0 {
			return n
		}
		return order(a, b, q.Sort)
	})
	docs = append(docs, between...)
	if last > first {
		docs = append(docs, g.find(q, last, last+1, 0, q.Limit-len(docs))...)
	}
	return docs[:min(len(docs), q.Limit)], total, g.err
}
