package sqlitestore

import (
	"context"
	"slices"

	"kontor/pkg/query"
	"kontor/pkg/store"
)

// popularHits is how many elements of a list make it popular. Looking a document up and reading its JSON costs as much as testing
// some dozens of index entries, so few hits are looked up and many are tested.
const popularHits = 300

// popular tells whether a condition on a side table hits many documents; a nil one says no.
type popular func(side, hit string, args []any) bool

// popularity answers by counting up to the bound, which takes some microseconds. SQLite would have to guess: it knows averages at
// best, and topics are anything but average. Without an index that yields documents in another way there is nothing to choose.
func (s *Store) popularity(ctx context.Context, c *conn, col *collection, f query.Filter, sort []query.Order, ordered bool) popular {
	if len(col.side) == 0 || !col.serves(f, sort, ordered) {
		return nil
	}
	return func(side, hit string, args []any) bool {
		n, err := s.remembered(ctx, c, compiled{"SELECT count(*) FROM (SELECT 1 FROM " + side + " WHERE " + hit + " LIMIT " + itoa(popularHits) + ")", args})
		return err == nil && n == popularHits // what fails here fails again in the query
	}
}

// serves tells whether an index on expressions, or that of the key, yields the hits of a filter or their order.
func (c *collection) serves(f query.Filter, sort []query.Order, ordered bool) bool {
	paths := narrowing(f, nil)
	switch {
	case !ordered:
	case len(sort) == 0:
		return true
	default:
		paths = append(paths, sort[0].Path)
	}
	if slices.Contains(paths, store.KeyPath) {
		return true
	}
	return slices.ContainsFunc(c.decl.Indexes, func(index []string) bool {
		return !c.many[index[0]] && slices.Contains(paths, index[0])
	})
}

// narrowing lists the paths of conditions that an index can answer and that hold for every hit.
func narrowing(f query.Filter, paths []string) []string {
	switch f.Op {
	case query.And:
		for _, a := range f.Args {
			paths = narrowing(a, paths)
		}
	case query.Eq, query.In, query.Lt, query.Lte, query.Gt, query.Gte, query.Between, query.StartsWith, query.Null, query.NotNull:
		paths = append(paths, f.Path)
	}
	return paths
}
