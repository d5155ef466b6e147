package store

import (
	"slices"
	"strings"

	"kontor/pkg/query"
	"kontor/pkg/value"
)

// weight adds up conditions.
type weight struct {
	tests   float64 // for a document that they are tested on
	entries float64 // of indexes, for such a document
	tables  float64 // for each document of the collection: entries of the indexes of lists, which are read at once
	lists   float64 // for the read: values of lists, which an engine sorts once to look up in them
	fields  tally
}

// weigh adds what a condition takes.
func (e *estimator) weigh(f query.Filter, inside bool, sum *weight) {
	switch f.Op {
	case query.All:
		return
	case query.And, query.Or:
		for _, a := range f.Args {
			e.weigh(a, inside, sum)
		}
		return
	case query.Match, query.NoMatch:
		sum.tests += elementWork
		sum.fields.add(f.Path, elementWork, 0)
		for _, a := range f.Args {
			e.weigh(under(f.Path, a), true, sum)
		}
		return
	}
	work := 1.0 // a lookup, however many values a list has
	if f.Op.Textual() {
		work = textWork
	}
	sum.lists += valueWork * float64(values(f)-1)
	switch {
	case inside:
		work *= elementWork
	case f.Path == KeyPath:
		sum.entries += work * entryWork
		return
	case e.inTable(f.Path) && f.Op != query.Null && f.Op != query.NotNull:
		sum.tables += 4 * work * entryWork
		sum.lists += valueWork * float64(values(f)-1) // each is also looked up in the index
		return
	case slices.Contains(e.Many, f.Path):
		work *= elementWork
	}
	sum.tests += work
	sum.fields.add(f.Path, work, 1)
}

// under puts the field of a list's elements, which people know by that of the list, in front of a condition's
// paths.
func under(path string, f query.Filter) query.Filter {
	args := make([]query.Filter, len(f.Args))
	for i, a := range f.Args {
		args[i] = under(path, a)
	}
	f.Args = args
	if f.Path != "" {
		f.Path = path + "." + f.Path
	}
	return f
}

// inTable tells whether the elements of the list at a path have an index.
func (e *estimator) inTable(path string) bool {
	return slices.Contains(e.Many, path) && slices.ContainsFunc(e.Indexes, func(paths []string) bool {
		return len(paths) == 1 && paths[0] == path
	})
}

// keysIn says how many keys a condition on the key names, -1 if it names none.
func keysIn(f query.Filter) int {
	if f.Op == query.Eq || f.Op == query.In {
		return values(f)
	}
	return -1
}

// values says how many values a condition has.
func values(f query.Filter) int {
	if list, ok := f.Value.(value.List); ok && (f.Op == query.In || f.Op == query.NotIn) {
		return len(list)
	}
	return 1
}

func positive(op query.Op) bool { return op == query.Eq || op == query.In || ranged(op) }

func ranged(op query.Op) bool { return below(op) || above(op) }

func below(op query.Op) bool {
	switch op {
	case query.Lt, query.Lte, query.Between, query.StartsWith, query.NotNull, query.Null:
		return true
	}
	return false
}

func above(op query.Op) bool {
	switch op {
	case query.Gt, query.Gte, query.Between, query.StartsWith, query.NotNull, query.Null:
		return true
	}
	return false
}

func sortedByKey(sort []query.Order) bool { return len(sort) == 0 || sort[0].Path == KeyPath }

// sortedAlong tells whether the rest of an index, which ends with the key, is in the order of a sort.
func sortedAlong(sort []query.Order, rest []string) bool {
	for i, o := range sort {
		switch {
		case o.Desc != sort[0].Desc:
			return false
		case o.Path == KeyPath:
			return i == len(rest) || rest[i] == KeyPath
		case i >= len(rest) || rest[i] != o.Path:
			return false
		}
	}
	return len(sort) == len(rest) || rest[len(sort)] == KeyPath
}

// tally adds up work by field.
type tally map[string]*share

type share struct {
	work       float64
	conditions int
}

func (t tally) add(path string, work float64, conditions int) {
	name := fieldOf(path)
	if t[name] == nil {
		t[name] = &share{}
	}
	t[name].work += work
	t[name].conditions += conditions
}

// most gives the field that takes most work, the first in the alphabet of several.
func (t tally) most() (field string, conditions int) {
	most := 0.0
	for name, s := range t {
		if s.work > most || s.work == most && name < field {
			field, conditions, most = name, s.conditions, s.work
		}
	}
	return field, conditions
}

// fieldOf is what people call the path of a document: without the part and the twin's form.
func fieldOf(path string) string {
	part, rest, _ := strings.Cut(path, ".")
	if part == PublishedTwin || part == DraftTwin {
		_, rest, _ = strings.Cut(rest, ".")
	}
	if rest == "" {
		return path
	}
	return rest
}
