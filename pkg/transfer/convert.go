package transfer

import (
	"maps"
	"slices"

	"kontor/pkg/schema"
	"kontor/pkg/value"
)

// converter turns rows into changes of entries. Relations in them are still wanted.
type converter struct {
	plan   *plan
	cells  cells
	header []column // of a table
	opened map[string]column
}

// converted is what a row says.
type converted struct {
	changes    value.Object
	covered    map[string]bool // dotted places within objects that the row speaks of; true where it has the whole value
	columns    []column
	documentID string // where that is the key
	problems   []Problem
}

func (c *converter) convert(r row) *converted {
	out := &converted{changes: value.Object{}, covered: map[string]bool{}, problems: r.problems}
	switch {
	case len(r.problems) > 0:
	case r.object != nil:
		c.object(out, r.object)
	default:
		out.columns = c.header
		for i, col := range c.header {
			c.cell(out, col, r.cells[i])
		}
	}
	out.prune()
	return out
}

// cell puts a cell of a table in its place.
func (c *converter) cell(out *converted, col column, cell tableCell) {
	if col.key {
		out.documentID = cell.shown
		if cell.broken != nil {
			out.problems = append(out.problems, Problem{Column: col.name, Field: cell.broken.at([]string{documentID}, nil, cell.shown)})
		}
	}
	if col.target == nil {
		return
	}
	f := col.target.field()
	if w := cell.refused(f.Kind); w != nil {
		out.put(col, nil, w, cell.shown)
		return
	}
	text := cell.text(f.Kind)
	var v any
	var w *wrong
	if part := col.target.part(); part != "" {
		v, w = c.cells.part(f, part, text)
	} else {
		v, w = c.cells.parse(f, text)
		if v == nil && w == nil {
			if f.Kind == schema.Slug {
				return
			}
			if len(col.target.path) == 1 { // an object that nobody fills must not come to be by a default
				v = value.Clone(f.Default)
			}
		}
	}
	out.put(col, v, w, text)
}

// object puts the values of a JSON object in their places.
func (c *converter) object(out *converted, o value.Object) {
	for _, name := range slices.Sorted(maps.Keys(o)) {
		col, known := c.opened[name]
		if !known {
			var p *Problem
			if col, p = c.plan.column(name); p != nil {
				out.problems = append(out.problems, *p)
				continue
			}
			if len(c.opened) < maxColumns {
				c.opened[name] = col
			}
		}
		if col.key {
			out.documentID, _ = o[name].(string)
		}
		if col.target == nil {
			continue
		}
		if other := conflict(out.columns, col); other != "" {
			p := bad("duplicate", "the names "+other+" and "+name+" both go to "+col.target.name(),
				"„"+other+"“ und „"+name+"“ meinen dasselbe Feld.")
			p.Column = name
			out.problems = append(out.problems, p)
			continue
		}
		out.columns = append(out.columns, col)
		f := col.target.field()
		if f.Kind == schema.Slug && (o[name] == nil || o[name] == "") {
			continue
		}
		v, w := o[name], (*wrong)(nil)
		if col.target.part() == "" {
			v, w = typed(f, v)
		}
		out.put(col, v, w, o[name])
	}
}

// put sets a value at a column's target, or notes what is wrong with it.
func (out *converted) put(col column, v any, w *wrong, sent any) {
	t := col.target
	if w != nil {
		out.problems = append(out.problems, Problem{Column: col.name, Field: w.at(t.path, t.fields, sent)})
		return
	}
	at, path := out.changes, ""
	for i, name := range t.path {
		path = joined(path, name)
		if i == len(t.path)-1 {
			at[name] = v
			break
		}
		out.covered[path] = false
		inner, ok := at[name].(value.Object)
		if !ok {
			inner = value.Object{}
			at[name] = inner
		}
		at = inner
	}
	if len(t.path) > 1 {
		out.covered[path] = true
	}
}

func joined(path, name string) string {
	if path == "" {
		return name
	}
	return path + "." + name
}

// prune makes objects nothing of which all columns were empty, and leaves out the empty places of the others.
func (out *converted) prune() {
	for name, v := range out.changes {
		if _, ok := out.covered[name]; ok {
			out.changes[name] = pruned(v)
		}
	}
}

func pruned(v any) any {
	o, ok := v.(value.Object)
	if !ok {
		return v
	}
	for name, e := range o {
		if e = pruned(e); e == nil {
			delete(o, name)
		} else {
			o[name] = e
		}
	}
	if len(o) == 0 {
		return nil
	}
	return o
}

// columnOf names the column that a problem of a field comes from.
func (out *converted) columnOf(path []string) string {
	for _, col := range out.columns {
		if col.target == nil {
			continue
		}
		n := min(len(path), len(col.target.path))
		if slices.Equal(path[:n], col.target.path[:n]) {
			return col.name
		}
	}
	return ""
}

// mapLeaves gives a copy of a value in which fn has replaced everything of kind T, such as what stands for a relation until its targets
// are known. path is the place of the value.
func mapLeaves[T any](v any, path []string, fn func(T, []string) any) any {
	switch x := v.(type) {
	case T:
		return fn(x, path)
	case value.Object:
		out := make(value.Object, len(x))
		for _, name := range slices.Sorted(maps.Keys(x)) {
			out[name] = mapLeaves(x[name], append(slices.Clip(path), name), fn)
		}
		return out
	case value.List:
		out := make(value.List, len(x))
		for i, e := range x {
			out[i] = mapLeaves(e, append(slices.Clip(path), decimal(i)), fn)
		}
		return out
	}
	return v
}
