package mongostore

import (
	"strings"

	"go.mongodb.org/mongo-driver/v2/bson"

	"kontor/pkg/fault"
	"kontor/pkg/query"
	"kontor/pkg/store"
)

// maxDepth bounds the nesting of a query; MongoDB refuses objects of more than 200 levels and conditions of more than 100.
const maxDepth = 100

// compiler turns a filter into a MongoDB query that hits what query.Eval does. MongoDB's comparisons are bracketed by type as the
// port's are and look into lists as they do. It also looks into lists on the way to a name, which the port does not.
type compiler struct {
	col    *collection
	inside bool // within the element of a list of objects
}

// compile turns a filter into a query; an empty one hits everything.
func (c compiler) compile(f query.Filter) (bson.D, error) {
	if err := f.Check(); err != nil {
		return nil, err
	}
	q, err := c.filter(f)
	if err == nil && depth(q) > maxDepth {
		return nil, fault.New(fault.Invalid, "The filter is nested too deeply for the database")
	}
	return q, err
}

// depth counts the levels of a query.
func depth(v any) int {
	deepest := 0
	switch x := v.(type) {
	case bson.D:
		for _, e := range x {
			deepest = max(deepest, depth(e.Value))
		}
	case []bson.D:
		for _, e := range x {
			deepest = max(deepest, depth(e))
		}
	case bson.A:
		for _, e := range x {
			deepest = max(deepest, depth(e))
		}
	default:
		return 0
	}
	return deepest + 1
}

func (c compiler) filter(f query.Filter) (bson.D, error) {
	switch f.Op {
	case query.All:
		return bson.D{}, nil
	case query.And:
		terms, err := c.all(f.Args)
		return allOf(terms), err
	case query.Or:
		terms, err := c.all(f.Args)
		return anyOf(terms), err
	}
	if !c.inside && f.Path == store.KeyPath {
		return c.key(f)
	}
	path, err := c.path(f.Path)
	if err != nil {
		return nil, err
	}
	way := c.way(f.Path, path)
	switch f.Op {
	case query.Null:
		return c.absent(path, way), nil
	case query.NotNull:
		return allOf(append(way, c.present(f.Path, path))), nil
	case query.Match, query.NoMatch:
		hit, err := c.match(path, f.Args[0])
		hit = allOf(append(way, hit))
		if f.Op == query.NoMatch {
			hit = not(hit)
		}
		return hit, err
	}
	if !f.Op.Negative() {
		hit, err := c.compare(f.Path, path, f)
		return allOf(append(way, hit)), err
	}
	hit, err := c.compare(f.Path, path, complement(f))
	if c.col.many[f.Path] {
		return not(allOf(append(way, hit))), err
	}
	return allOf(append(way, c.present(f.Path, path), not(hit))), err
}

func (c compiler) all(args []query.Filter) ([]bson.D, error) {
	terms := make([]bson.D, len(args))
	for i, a := range args {
		t, err := c.filter(a)
		if err != nil {
			return nil, err
		}
		terms[i] = t
	}
	return terms, nil
}

func (c compiler) path(path string) (string, error) {
	if c.inside {
		return elementPath(path)
	}
	return documentPath(path)
}

// way tells that no list lies on the way to a name: there the path ends for the port, and every element begins for MongoDB. A
// part is no list, and on the way to an indexed scalar there is none, as the collection was declared.
func (c compiler) way(path, stored string) []bson.D {
	if !c.inside && c.col.scalars[path] {
		return nil
	}
	var terms []bson.D
	from := 0
	if !c.inside {
		from = strings.IndexByte(stored, '.') + 1
	}
	for i := from; i > 0 || c.inside && i == 0; i++ {
		next := strings.IndexByte(stored[i:], '.')
		if next < 0 {
			break
		}
		i += next
		terms = append(terms, bson.D{{Key: stored[:i], Value: bson.D{{Key: "$not", Value: bson.D{{Key: "$type", Value: "array"}}}}}})
	}
	return terms
}

// present tells that there is a value. No null is ever stored, so what is not null is there; unlike $exists that leaves the absent
// out of what is read of an index, but MongoDB does not do so for lists.
func (c compiler) present(path, stored string) bson.D {
	switch {
	case !c.inside && path == store.Meta: // may be left empty, which is absent
		return bson.D{{Key: stored, Value: bson.D{{Key: "$exists", Value: true}, {Key: "$ne", Value: bson.D{}}}}}
	case c.col.many[path]:
		return bson.D{{Key: stored, Value: bson.D{{Key: "$exists", Value: true}}}}
	}
	return bson.D{{Key: stored, Value: bson.D{{Key: "$ne", Value: nil}}}}
}

func (c compiler) absent(stored string, way []bson.D) bson.D {
	switch {
	case !c.inside && stored == store.Meta:
		return anyOf([]bson.D{{{Key: stored, Value: bson.D{{Key: "$exists", Value: false}}}}, {{Key: stored, Value: bson.D{}}}})
	case len(way) > 0:
		return not(allOf(append(way, bson.D{{Key: stored, Value: bson.D{{Key: "$exists", Value: true}}}})))
	}
	return bson.D{{Key: stored, Value: bson.D{{Key: "$exists", Value: false}}}}
}

// match hits lists with an object in them that a condition hits. To $elemMatch a list within the list is an object with the fields
// "0", "1" and so on, a name that no object has as it is stored.
func (c compiler) match(path string, f query.Filter) (bson.D, error) {
	hit, err := compiler{col: c.col, inside: true}.filter(f)
	element := append(bson.D{{Key: "0", Value: bson.D{{Key: "$exists", Value: false}}}}, hit...)
	return bson.D{{Key: path, Value: bson.D{{Key: "$elemMatch", Value: element}}}}, err
}

// key compares the document's key, which is always there and always text.
func (c compiler) key(f query.Filter) (bson.D, error) {
	switch f.Op {
	case query.Null, query.Match:
		return nothing(), nil
	case query.NotNull, query.NoMatch:
		return bson.D{}, nil
	}
	if f.Op.Negative() {
		hit, err := c.compare("", keyField, complement(f))
		return not(hit), err
	}
	return c.compare("", keyField, f)
}

func complement(f query.Filter) query.Filter {
	return query.Filter{Op: query.Not, Args: []query.Filter{f}}.Positive()
}

// allOf joins conditions; an empty one hits everything.
func allOf(terms []bson.D) bson.D {
	kept := make(bson.A, 0, len(terms))
	for _, t := range terms {
		if len(t) > 0 {
			kept = append(kept, t)
		}
	}
	switch len(kept) {
	case 0:
		return bson.D{}
	case 1:
		return kept[0].(bson.D)
	}
	return bson.D{{Key: "$and", Value: kept}}
}

func anyOf(terms []bson.D) bson.D {
	switch len(terms) {
	case 0:
		return nothing()
	case 1:
		return terms[0]
	}
	for _, t := range terms {
		if len(t) == 0 {
			return bson.D{}
		}
	}
	return bson.D{{Key: "$or", Value: terms}}
}

func not(d bson.D) bson.D { return bson.D{{Key: "$nor", Value: bson.A{d}}} }

// nothing hits nothing, and MongoDB sees it before it reads.
func nothing() bson.D { return bson.D{{Key: keyField, Value: bson.D{{Key: "$in", Value: bson.A{}}}}} }
