package content

import (
	"slices"

	"kontor/pkg/query"
	"kontor/pkg/schema"
	"kontor/pkg/store"
	"kontor/pkg/value"
)

// What is loaded already is judged and ordered here as a store would do it.

// tree gives a document as query.Eval reads it.
func tree(d store.Document) value.Object {
	out := make(value.Object, len(d.Parts)+1)
	for name, p := range d.Parts {
		out[name] = p
	}
	out[store.KeyPath] = d.Key
	return out
}

// manyOf tells which paths of a type's documents hold lists.
func manyOf(t *schema.Type) func(string) bool {
	many := collectionOf(t).Many
	return func(path string) bool { return slices.Contains(many, path) }
}

func sortDocuments(docs []store.Document, orders []query.Order) {
	if len(orders) == 0 {
		return
	}
	slices.SortStableFunc(docs, func(a, b store.Document) int { return compareBy(tree(a), tree(b), orders) })
}

// compareBy compares two documents by the keys of a sort.
func compareBy(a, b value.Object, orders []query.Order) int {
	for _, o := range orders {
		x, y := value.Get(a, o.Path), value.Get(b, o.Path)
		c, _ := value.Compare(x, y)
		switch {
		case x == nil && y != nil:
			c = -1
		case x != nil && y == nil:
			c = 1
		}
		if o.Desc {
			c = -c
		}
		if c != 0 {
			return c
		}
	}
	return 0
}

// objects gives the objects of a value that is one, or a list of them.
func objects(v any) []value.Object {
	switch x := v.(type) {
	case value.Object:
		return []value.Object{x}
	case value.List:
		out := make([]value.Object, 0, len(x))
		for _, e := range x {
			if o, ok := e.(value.Object); ok {
				out = append(out, o)
			}
		}
		return out
	}
	return nil
}

// links gives the documentIds of a relation's value.
func links(v any) []string {
	switch x := v.(type) {
	case string:
		return []string{x}
	case value.List:
		out := make([]string, 0, len(x))
		for _, e := range x {
			if s, ok := e.(string); ok {
				out = append(out, s)
			}
		}
		return out
	}
	return nil
}
