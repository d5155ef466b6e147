package content

import (
	"cmp"
	"slices"
	"strings"

	"kontor/pkg/query"
	"kontor/pkg/schema"
	"kontor/pkg/store"
)

// maxSkipped is how many documents in front of a page are loaded to find its beginning; for one further back it is searched for.
const maxSkipped = 200

// windows are pages of what one of several conditions hits, of which no document hits two. Each is asked for by itself, since an index
// gives the hits of each in order, and none those of all.
type windows struct {
	*view
	typ   *schema.Type
	conds []query.Filter // one or two
}

func (w windows) at(i int, q store.Query, offset, limit int) ([]store.Document, error) {
	q.Filter, q.Offset, q.Limit = w.conds[i], offset, limit
	return w.svc.store.Find(w.ctx, w.typ.ID, q)
}

func (w windows) count() (total int, err error) {
	for i := range w.conds {
		n, err := w.svc.store.Count(w.ctx, w.typ.ID, w.conds[i])
		if err != nil {
			return 0, err
		}
		total += n
	}
	return total, nil
}

// find gives the documents of a page of all hits in order.
func (w windows) find(q store.Query) ([]store.Document, error) {
	if len(w.conds) == 1 {
		return w.at(0, q, q.Offset, q.Limit)
	}
	q.Parts = sortedBy(q.Sort, q.Parts)
	skip := [2]int{}
	ahead := q.Offset // in front of the page, of those that are loaded
	if ahead > maxSkipped {
		first, err := w.split(q)
		if err != nil {
			return nil, err
		}
		skip, ahead = [2]int{first, q.Offset - first}, 0
	}
	var docs []store.Document
	for i := range w.conds {
		more, err := w.at(i, q, skip[i], ahead+q.Limit)
		if err != nil {
			return nil, err
		}
		docs = append(docs, more...)
	}
	slices.SortFunc(docs, func(a, b store.Document) int { return order(a, b, q.Sort) })
	return docs[min(ahead, len(docs)):min(ahead+q.Limit, len(docs))], nil
}

// split says how many of the documents in front of a page are hits of the first condition, by halving: that many come before as many of
// the second as are left.
func (w windows) split(q store.Query) (int, error) {
	var n [2]int
	for i := range w.conds {
		var err error
		if n[i], err = w.svc.store.Count(w.ctx, w.typ.ID, w.conds[i]); err != nil {
			return 0, err
		}
	}
	least, most := max(0, q.Offset-n[1]), min(q.Offset, n[0])
	q.Parts = sortedBy(q.Sort, nil)
	for least < most {
		middle := (least + most) / 2
		one, err := w.at(0, q, middle, 1)
		if err != nil {
			return 0, err
		}
		other, err := w.at(1, q, q.Offset-middle-1, 1)
		if err != nil {
			return 0, err
		}
		switch {
		case len(one) == 0: // some have gone meanwhile
			most = middle
		case len(other) == 0 || order(one[0], other[0], q.Sort) < 0:
			least = middle + 1
		default:
			most = middle
		}
	}
	return least, nil
}

// sortedBy adds to parts those by which a sort can be judged.
func sortedBy(orders []query.Order, parts []string) []string {
	out := append([]string{}, parts...)
	for _, o := range orders {
		if part, _, _ := strings.Cut(o.Path, "."); !slices.Contains(out, part) {
			out = append(out, part)
		}
	}
	return out
}

// order is that of a store's answers: the key decides last, in the direction of the last order.
func order(a, b store.Document, orders []query.Order) int {
	byKey := strings.Compare(a.Key, b.Key)
	if n := len(orders); n > 0 && orders[n-1].Desc {
		byKey = -byKey
	}
	return cmp.Or(compareBy(tree(a), tree(b), orders), byKey)
}
