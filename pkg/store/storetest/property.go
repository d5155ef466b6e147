package storetest

import (
	"fmt"
	"math/rand/v2"
	"testing"

	"kontor/pkg/query"
	"kontor/pkg/store"
	"kontor/pkg/value"
)

// testProperty compares thousands of random filters on random documents with query.Eval. The seeds are fixed; a failure names its own.
func testProperty(t *testing.T, h Harness) {
	scalars := []string{"published.s", "published.n", "published.b", "published.x", "published.o.a", "meta.s"}
	lists := []string{"published.l", "published.k", "draft.l"}
	rounds, filters := 4, 200
	if Sparse() {
		rounds, filters = 1, 60
	}
	for how, c := range declared(scalars, lists) {
		for seed := range rounds {
			t.Run(fmt.Sprint(how, " ", seed), func(t *testing.T) {
				g := &generator{rand.New(rand.NewPCG(uint64(seed), 7)), h}
				f := h.open(t, c)
				var docs []store.Document
				for i := range 45 {
					docs = append(docs, g.document(numbered("p", i)))
				}
				docs = h.storable(docs)
				f.put(docs...)
				for range filters {
					if filter := g.filter(3); !f.agrees(docs, filter, c.Many) && t.Failed() {
						break
					}
				}
			})
		}
	}
}

// generator makes documents and filters from small pools, so that they meet.
type generator struct {
	*rand.Rand
	h Harness
}

func pick[T any](g *generator, from ...T) T { return from[g.IntN(len(from))] }

func (g *generator) text() string {
	return pick(g, "", "a", "b", "ab", "abc", "B", "ä", "Ä", "a%", "_", "*", `\`, `"`, "'", "[x]", "x\x00y", "x", "😀", "\u2028", "1", "true", "2.5")
}

func (g *generator) scalar() any {
	switch g.IntN(6) {
	case 0, 1:
		return g.text()
	case 2:
		return int64(g.IntN(6) - 2)
	case 3:
		return pick(g, -1.5, 0.0, 1.0, 2.0, 2.5, 1e300, 0.1)
	case 4:
		return g.IntN(2) == 0
	default:
		return pick[any](g, int64(value.MaxInt), 1e-300, int64(-value.MaxInt), 9007199254740993.0, "z")
	}
}

func (g *generator) list() any {
	if g.IntN(6) == 0 {
		return nil
	}
	l := value.List{}
	for range g.IntN(4) {
		l = append(l, pick[func() any](g, g.scalar, g.scalar, g.scalar, func() any { return nil }, func() any { return value.List{g.scalar()} }, func() any { return value.Object{"a": g.scalar()} })())
	}
	return l
}

func (g *generator) maybe(v any) any {
	if g.IntN(4) == 0 {
		return nil
	}
	return v
}

func (g *generator) either() any {
	return pick[func() any](g, g.scalar, g.scalar, g.list, func() any { return nil }, func() any { return value.Object{"a": g.text()} })()
}

func (g *generator) objects(depth int) any {
	l := value.List{}
	for range g.IntN(3) {
		o := value.Object{"s": g.maybe(g.text()), "n": g.maybe(int64(g.IntN(3))), "l": g.list(), "u": g.either()}
		if depth > 0 {
			o["sub"] = g.objects(depth - 1)
		}
		l = append(l, pick[any](g, o, o, o, g.scalar()))
	}
	return l
}

func (g *generator) document(key string) store.Document {
	d := store.Document{Key: key, Parts: parts{}}
	if g.IntN(8) > 0 {
		d.Parts[store.Published] = value.Object{
			"s": g.maybe(g.text()), "n": g.maybe(int64(g.IntN(6))), "b": g.maybe(g.IntN(2) == 0), "x": g.maybe(g.scalar()), "o": g.maybe(value.Object{"a": g.maybe(g.text())}),
			"l": pick(g, g.list(), g.list(), g.scalar()), "k": g.list(), "u": g.either(), "links": g.objects(1),
		}
	}
	if g.IntN(3) > 0 {
		d.Parts[store.Meta] = value.Object{"s": g.maybe(g.text()), "u": g.either()}
	}
	if g.IntN(3) > 0 {
		d.Parts[store.Draft] = value.Object{"l": g.list(), "u": g.either()}
	}
	return d
}

func (g *generator) filter(depth int) query.Filter {
	return g.condition(depth, []string{
		"published.s", "published.n", "published.b", "published.x", "published.o", "published.o.a", "published.l", "published.k", "published.u", "published.u.a", "published.none",
		"meta.s", "meta.u", "draft.l", "draft.u", "published", "meta", store.KeyPath,
	}, "published.links")
}

// condition makes a filter over some paths and one list of objects.
func (g *generator) condition(depth int, paths []string, objects string) query.Filter {
	if depth > 0 {
		switch g.IntN(6) {
		case 0, 1, 2:
			f := query.Filter{Op: pick(g, query.And, query.Or, query.And)}
			for range g.IntN(4) {
				f.Args = append(f.Args, g.condition(depth-1, paths, objects))
			}
			return f
		case 3:
			if g.h.lacks(Elements) {
				break
			}
			in := g.condition(depth-1, []string{"s", "n", "l", "u", "none", "u.a"}, "sub")
			return query.Filter{Op: pick(g, query.Match, query.NoMatch), Path: objects, Args: []query.Filter{in}}
		}
	}
	path := pick(g, paths...)
	switch op := pick(g, query.Eq, query.Eq, query.Ne, query.Lt, query.Lte, query.Gt, query.Gte, query.In, query.NotIn, query.Between, query.NotBetween, query.Null, query.NotNull,
		query.Contains, query.NotContains, query.StartsWith, query.NotStartsWith, query.EndsWith, query.NotEndsWith); {
	case op == query.Null || op == query.NotNull:
		return query.Where(path, op, nil)
	case op == query.In || op == query.NotIn:
		list := value.List{}
		for range g.IntN(5) * pick(g, 1, 1, 1, 8) {
			list = append(list, g.operand())
		}
		return query.Where(path, op, list)
	case (op == query.Between || op == query.NotBetween) && g.h.lacks(Elements):
		return query.Where(path, query.Gte, g.operand())
	case op == query.Between || op == query.NotBetween:
		return query.Where(path, op, value.List{g.operand(), g.operand()})
	case op.Textual():
		return query.Where(path, op, g.text())
	default:
		return query.Where(path, op, g.operand())
	}
}

func (g *generator) operand() any {
	if g.IntN(12) == 0 {
		return numbered("p", g.IntN(60))
	}
	return g.scalar()
}
