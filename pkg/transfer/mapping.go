package transfer

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"kontor/pkg/fault"
	"kontor/pkg/schema"
)

// Mapping says where the values of a column go.
type Mapping struct {
	Column string
	Path   string // a field, with dots within objects, points and local times; "-" leaves the column out
}

// ParseMapping reads "column=field".
func ParseMapping(s string) (Mapping, error) {
	i := strings.LastIndexByte(s, '=')
	if i <= 0 || i == len(s)-1 {
		return Mapping{}, fault.New(fault.Invalid, "%q is no mapping; write column=field, or column=- to leave a column out", s)
	}
	return Mapping{Column: strings.TrimSpace(s[:i]), Path: strings.TrimSpace(s[i+1:])}, nil
}

// target is where in an entry a column's values go.
type target struct {
	path   []string
	fields []*schema.Field // along the path; one less than path if it ends within a point or a local time
}

func (t *target) field() *schema.Field { return t.fields[len(t.fields)-1] }
func (t *target) name() string         { return strings.Join(t.path, ".") }

// part is the name within a point or a local time, "" for a field.
func (t *target) part() string {
	if len(t.path) == len(t.fields) {
		return ""
	}
	return t.path[len(t.path)-1]
}

// column is one column of a file.
type column struct {
	name   string
	target *target // nil: left out
	key    bool    // holds documentIds that are the key
}

// plan knows where columns go.
type plan struct {
	typ      *schema.Type
	explicit map[string]explicit // by folded column
	key      string
}

type explicit struct {
	Mapping
	target *target
}

func newPlan(t *schema.Type, maps []Mapping, key string) (*plan, error) {
	p := &plan{typ: t, explicit: map[string]explicit{}, key: key}
	for _, m := range maps {
		e := explicit{Mapping: m}
		if m.Path != "-" && (m.Path != documentID || key != documentID) {
			if e.target = resolve(t, m.Path); e.target == nil {
				return nil, fault.New(fault.Invalid, "%s has no field %q, to which the column %q is mapped%s", t.ID, m.Path, m.Column, p.suggest(m.Path))
			}
		}
		name := foldName(m.Column)
		if old, ok := p.explicit[name]; ok && old.Path != m.Path {
			return nil, fault.New(fault.Invalid, "The column %q is mapped twice, to %s and %s", m.Column, old.Path, m.Path)
		}
		p.explicit[name] = e
	}
	return p, nil
}

// resolve finds the place of a dotted path in a type, nil if there is none.
func resolve(t *schema.Type, path string) *target {
	out := &target{path: strings.Split(path, ".")}
	find := t.Field
	for i, name := range out.path {
		f, ok := find(name)
		if !ok {
			return nil
		}
		out.fields = append(out.fields, f)
		rest := out.path[i+1:]
		switch {
		case len(rest) == 0:
			return out
		case f.Many:
			return nil
		case f.Kind == schema.Object:
			find = f.Field
		case len(rest) == 1 && slices.Contains(partsOf(f), rest[0]):
			return out
		default:
			return nil
		}
	}
	return nil
}

// partsOf are the values that a field's value consists of, beside the fields of objects.
func partsOf(f *schema.Field) []string {
	if f.Many {
		return nil
	}
	switch f.Kind {
	case schema.Point:
		return []string{"lat", "lng"}
	case schema.LocalTime:
		return []string{"local", "zone"}
	}
	return nil
}

// foldName makes names of columns comparable.
func foldName(s string) string { return schema.Fold(strings.Join(strings.Fields(s), " ")) }

// column finds out about one column.
func (p *plan) column(name string) (column, *Problem) {
	folded := foldName(name)
	if e, ok := p.explicit[folded]; ok {
		return column{name: name, target: e.target, key: e.Path == documentID}, nil
	}
	if p.key == documentID && name == documentID {
		return column{name: name, key: true}, nil
	}
	if t := resolve(p.typ, name); t != nil {
		return column{name: name, target: t}, nil
	}
	if slices.Contains(systemColumns, name) {
		return column{name: name}, nil
	}
	for _, of := range []func(*schema.Field) string{
		func(f *schema.Field) string { return f.Name },
		func(f *schema.Field) string { return f.Title.DE },
		func(f *schema.Field) string { return f.Title.EN },
	} {
		var found []*schema.Field
		for _, f := range p.typ.Fields {
			if foldName(of(f)) == folded {
				found = append(found, f)
			}
		}
		if len(found) == 1 {
			return column{name: name, target: &target{path: []string{found[0].Name}, fields: found}}, nil
		}
		if len(found) > 1 {
			w := bad("unknown", fmt.Sprintf("the column %q fits the fields %s; map it", name, names(found)),
				fmt.Sprintf("Die Spalte „%s“ passt zu mehreren Feldern: %s.", name, names(found)))
			w.Column = name
			return column{}, &w
		}
	}
	w := bad("unknown", fmt.Sprintf("the column %q is no field of %s%s", name, p.typ.ID, p.suggest(name)),
		fmt.Sprintf("Die Spalte „%s“ gibt es bei „%s“ nicht.", name, p.typ.Title.DE))
	w.Column = name
	return column{}, &w
}

func names(fields []*schema.Field) string {
	var out []string
	for _, f := range fields {
		out = append(out, f.Name)
	}
	return strings.Join(out, ", ")
}

// header finds out about all columns of a table, and names all that are wrong at once.
func (p *plan) header(columns []string) ([]column, error) {
	out := make([]column, 0, len(columns))
	var wrong []string
	for _, name := range columns {
		c, problem := p.column(name)
		if problem != nil {
			wrong = append(wrong, problem.English)
			continue
		}
		if other := conflict(out, c); other != "" {
			wrong = append(wrong, fmt.Sprintf("the columns %q and %q both go to %s", other, name, c.target.name()))
		}
		out = append(out, c)
	}
	for _, folded := range slices.Sorted(maps.Keys(p.explicit)) {
		if !slices.ContainsFunc(columns, func(name string) bool { return foldName(name) == folded }) {
			e := p.explicit[folded]
			wrong = append(wrong, fmt.Sprintf("the file has no column %q, which is mapped to %s", e.Column, e.Path))
		}
	}
	if len(wrong) > 0 {
		return nil, fault.New(fault.Invalid, "%s. Say where such a column goes with --map column=field, or leave it out with --map column=-",
			capital(strings.Join(wrong, "; ")))
	}
	if p.key != "" && !slices.ContainsFunc(out, p.isKey) {
		return nil, fault.New(fault.Invalid, "No column goes to %s, which is the key", p.key)
	}
	return out, nil
}

func (p *plan) isKey(c column) bool { return c.key || c.target != nil && c.target.name() == p.key }

// conflict gives the name of a column that goes to the same place, or to one around or inside it.
func conflict(columns []column, c column) string {
	if c.target == nil {
		return ""
	}
	for _, o := range columns {
		if o.target == nil {
			continue
		}
		n := min(len(o.target.path), len(c.target.path))
		if slices.Equal(o.target.path[:n], c.target.path[:n]) {
			return o.name
		}
	}
	return ""
}

func capital(s string) string {
	if s == "" {
		return s
	}
	return strings.ToUpper(s[:1]) + s[1:]
}
