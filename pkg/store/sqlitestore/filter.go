package sqlitestore

import (
	"strconv"

	"kontor/pkg/fault"
	"kontor/pkg/query"
	"kontor/pkg/store"
	"kontor/pkg/value"
)

// maxDepth bounds the nesting of a filter; SQLite refuses expressions of more than 1,000 levels.
const maxDepth = 100

// compiler turns a filter into SQL whose truth is query.Eval's. No condition it writes is ever NULL for a row it is asked about
// under a NOT, so SQL's third truth value does not come up.
type compiler struct {
	col      *collection
	windowed bool // only the first hits are wanted
	args     []any
	aliases  int
	inside   bool // within the element of a list of objects, whose JSON is in element
	element  string

	// popular tells whether a condition on a side table hits so many documents that it should test what another index yields
	// instead of leading to them one by one. Nil means never.
	popular popular
}

// where compiles a checked filter; an empty text hits everything.
func (c *compiler) where(f query.Filter) (string, error) {
	if err := f.Check(); err != nil {
		return "", err
	}
	if _, depth := f.Size(); depth > maxDepth {
		return "", fault.New(fault.Invalid, "The filter is nested more than %d levels deep", maxDepth)
	}
	return c.filter(f, true)
}

// filter compiles a filter; top says that it must hold for every hit, as one of the conditions that a plan may start from.
func (c *compiler) filter(f query.Filter, top bool) (string, error) {
	switch f.Op {
	case query.All:
		return "1", nil
	case query.And, query.Or:
		terms := make([]string, len(f.Args))
		for i, a := range f.Args {
			t, err := c.filter(a, top && f.Op == query.And)
			if err != nil {
				return "", err
			}
			terms[i] = t
		}
		if f.Op == query.And {
			return tree(terms, " AND ", "1"), nil
		}
		return tree(terms, " OR ", "0"), nil
	case query.Match, query.NoMatch:
		return c.match(f)
	}
	if !c.inside && f.Path == store.KeyPath {
		return c.key(f)
	}
	p, err := c.place(f.Path)
	if err != nil {
		return "", err
	}
	switch f.Op {
	case query.Null:
		return p.scalar() + " IS NULL", nil
	case query.NotNull:
		// Every value is below this one; SQLite uses an index for it, which it does not for IS NOT NULL of an expression. Whoever
		// indexes a path to ask whether it is there has few documents in mind: marks, tombstones.
		return "unlikely(" + p.scalar() + " < " + sqlAbove + ")", nil
	}
	positive, negated := f, f.Op.Negative()
	if negated {
		positive = complement(f)
	}
	if c.col.many[f.Path] {
		hit, err := c.list(p, positive, top && !negated)
		if negated {
			hit = "NOT (" + hit + ")"
		}
		return hit, err
	}
	hit, err := c.one(p, positive)
	if negated {
		hit = "(" + p.scalar() + " IS NOT NULL AND NOT (" + hit + "))"
	}
	return hit, err
}

// tree joins terms in a balanced tree, so that many of them do not make a deep expression.
func tree(terms []string, op, none string) string {
	switch len(terms) {
	case 0:
		return none
	case 1:
		return terms[0]
	}
	half := len(terms) / 2
	return "(" + tree(terms[:half], op, none) + op + tree(terms[half:], op, none) + ")"
}

func (c *compiler) place(path string) (place, error) {
	if c.inside {
		return within(c.element, path)
	}
	return documentPlace(path)
}

func (c *compiler) alias() string {
	c.aliases++
	return "e" + strconv.Itoa(c.aliases)
}

// one compares what is declared to be no list. An index's path is its expression alone; elsewhere a list that is there is
// searched all the same, as Eval does.
func (c *compiler) one(p place, f query.Filter) (string, error) {
	hit, err := c.compare(p.scalar(), f)
	if err != nil || !c.inside && c.col.scalars[f.Path] {
		return hit, err
	}
	in, err := c.each(p, f)
	return "(" + hit + " OR " + p.kind() + " IS 'array' AND " + in + ")", err
}

// list tells whether some element of a declared list is hit.
func (c *compiler) list(p place, f query.Filter, top bool) (string, error) {
	if side, ok := c.col.side[f.Path]; ok && !c.inside {
		hit, err := c.compare("value", f)
		id := "d.id"
		if err == nil && top && c.popular != nil && c.popular(side, hit, c.args) {
			if c.windowed && lookedUp(f) {
				// A window ends after some rows, so each is looked up; the list of all hits would be made for nothing.
				return "EXISTS (SELECT 1 FROM " + side + " WHERE " + hit + " AND id=d.id)", nil
			}
			id = "+d.id" // not a way to look rows up
		}
		return id + " IN (SELECT id FROM " + side + " WHERE " + hit + ")", err
	}
	in, err := c.each(p, f)
	return "(" + p.kind() + " IS NOT 'object' AND " + in + ")", err
}

// maxLookups is how many values of an In are looked up for a row one by one. If few rows are hit, a window ends
// after all rows, and each value is one more search for every one of them.
const maxLookups = 4

func lookedUp(f query.Filter) bool {
	list, _ := f.Value.(value.List)
	return f.Op == query.Eq || f.Op == query.In && len(list) <= maxLookups
}

func (c *compiler) each(p place, f query.Filter) (string, error) {
	alias := c.alias()
	hit, err := c.compare(element(alias), f)
	return "EXISTS (SELECT 1 FROM " + p.elements(alias) + " WHERE " + hit + ")", err
}

func (c *compiler) match(f query.Filter) (string, error) {
	p, err := c.place(f.Path)
	if !c.inside && f.Path == store.KeyPath {
		p, err = place{json: "NULL", path: "'$'"}, nil
	}
	if err != nil {
		return "", err
	}
	inner := compiler{col: c.col, args: c.args, aliases: c.aliases + 1, inside: true}
	alias := c.alias()
	inner.element = alias + ".value"
	hit, err := inner.filter(f.Args[0], false)
	c.args, c.aliases = inner.args, inner.aliases
	out := "(" + p.kind() + " IS 'array' AND EXISTS (SELECT 1 FROM " + p.elements(alias) + " WHERE " + alias + ".type='object' AND " + hit + "))"
	if f.Op == query.NoMatch {
		out = "NOT " + out
	}
	return out, err
}

// key compares the document's key, which is always there and always text. The column has text affinity, so a number must not
// reach it: SQLite would make text of it.
func (c *compiler) key(f query.Filter) (string, error) {
	switch f.Op {
	case query.Null:
		return "0", nil
	case query.NotNull:
		return "1", nil
	}
	positive, negated := f, f.Op.Negative()
	if negated {
		positive = complement(f)
	}
	hit, err := "0", error(nil)
	switch v := positive.Value.(type) {
	case string:
		hit, err = c.compare("d.key", positive)
	case value.List:
		var texts value.List
		for _, e := range v {
			if s, ok := e.(string); ok {
				texts = append(texts, s)
			}
		}
		if positive.Op == query.In || len(texts) == 2 {
			positive.Value = texts
			hit, err = c.compare("d.key", positive)
		}
	}
	if negated {
		hit = "NOT (" + hit + ")"
	}
	return hit, err
}

func complement(f query.Filter) query.Filter {
	return query.Filter{Op: query.Not, Args: []query.Filter{f}}.Positive()
}
