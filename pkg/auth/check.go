package auth

import (
	"fmt"
	"slices"
	"strconv"

	"kontor/pkg/fault"
	"kontor/pkg/query"
	"kontor/pkg/schema"
	"kontor/pkg/store"
	"kontor/pkg/value"
)

// metaFacts are the facts about an entry that a rule may compare beside its fields. None of them ever comes from a body.
var metaFacts = []string{"meta.organisation", "meta.owner", "meta.createdBy", "meta.updatedBy"}

// updatedBy is who wrote an entry last, be it a draft. A saved draft must change nothing for the
// public, so no rule of the public may name it.
const updatedBy = "meta.updatedBy"

// checker compares a role with the content types.
type checker struct {
	reader
	types *schema.Set
	role  string // its name
}

// Check says everything in a role that does not fit the content types: unknown types, fields, operators for a field, and what stands
// above the ceiling of the public.
func (role Role) Check(types *schema.Set) []fault.Field {
	c := checker{types: types, role: role.Name}
	for i, rule := range role.Rules {
		c.under(func() { c.rule(role.Name, rule) }, "rules", strconv.Itoa(i))
	}
	return c.problems
}

func (c *checker) rule(role string, rule Rule) {
	if slices.Contains(rule.Actions, Upload) {
		if rule.Source != nil {
			c.under(func() { c.facts(rule.Entries) }, "entries")
		}
		if role == Public {
			c.wrong("ceiling", nil, "lets the public upload", "lässt die Öffentlichkeit hochladen")
		}
		return
	}
	concerned := c.concerned(rule)
	if role == Public {
		c.public(rule, concerned)
	}
	for _, name := range rule.Fields {
		c.under(func() { c.fieldNamed(name, rule, concerned) }, "fields")
	}
	for _, t := range concerned {
		if n := len(c.problems); rule.Source != nil {
			c.under(func() { c.condition(t, rule.Entries) }, "entries")
			if len(c.problems) > n {
				return // what is wrong for one type is for most
			}
		}
	}
}

// concerned lists the types that a rule speaks of.
func (c *checker) concerned(rule Rule) []*schema.Type {
	if slices.Contains(rule.Types, anything) {
		return c.types.Types()
	}
	var out []*schema.Type
	for _, id := range rule.Types {
		t, ok := c.types.Type(id)
		if !ok {
			c.under(func() {
				c.wrong("unknown", id, "has the unknown type "+strconv.Quote(id), "nennt den unbekannten Inhaltstyp „"+id+"“")
			}, "types")
			continue
		}
		out = append(out, t)
	}
	return out
}

func (c *checker) public(rule Rule, concerned []*schema.Type) {
	for _, a := range rule.Actions {
		if a != Read {
			c.under(func() {
				c.wrong("ceiling", string(a), "lets the public do more than read", "erlaubt der Öffentlichkeit mehr als Lesen")
			}, "actions")
		}
	}
	for _, t := range concerned {
		if !t.Public && !slices.Contains(rule.Types, anything) {
			c.under(func() {
				c.wrong("ceiling", t.ID, "has the type "+t.ID+", which is not public", "nennt den Inhaltstyp „"+t.ID+"“, der nicht öffentlich ist")
			}, "types")
		}
	}
}

func (c *checker) fieldNamed(name string, rule Rule, concerned []*schema.Type) {
	known := 0
	for _, t := range concerned {
		if _, ok := t.Field(name); ok {
			known++
		}
	}
	if known < len(concerned) && !slices.Contains(rule.Types, anything) || known == 0 && len(concerned) > 0 {
		c.wrong("unknown", name, "has the unknown field "+strconv.Quote(name), "nennt das unbekannte Feld „"+name+"“")
	}
}

// condition checks names and values of a filter on entries of a type.
func (c *checker) condition(t *schema.Type, f query.Filter) {
	c.names(place{t: t}, f)
}

// place is where in a type a condition stands: at its top or in an object.
type place struct {
	t  *schema.Type
	in *schema.Field
}

func (p place) field(name string) (*schema.Field, bool) {
	if p.in != nil {
		return p.in.Field(name)
	}
	switch name {
	case "id":
		return &schema.Field{Name: name, Kind: schema.Integer}, true
	case "documentId", "locale":
		return &schema.Field{Name: name, Kind: schema.Slug}, true
	case "createdAt", "updatedAt", "publishedAt":
		return &schema.Field{Name: name, Kind: schema.DateTime}, true
	}
	return p.t.Field(name)
}

func (c *checker) names(p place, f query.Filter) {
	if f.Path == "" {
		for _, a := range f.Args {
			c.names(p, a)
		}
		return
	}
	if p.in == nil && slices.Contains(metaFacts, f.Path) {
		if c.role == Public && f.Path == updatedBy {
			c.wrong("ceiling", f.Path, "opens entries to the public by who saved their draft last", "öffnet der Öffentlichkeit Einträge danach, wer zuletzt ihren Entwurf gespeichert hat")
		}
		c.fact(f)
		return
	}
	field, ok := p.field(f.Path)
	if !ok {
		c.wrong("unknown", f.Path, fmt.Sprintf("names %q, which %s does not have", f.Path, p.t.ID), fmt.Sprintf("nennt „%s“; das hat „%s“ nicht", f.Path, p.t.ID))
		return
	}
	if f.Op == query.Match || f.Op == query.NoMatch {
		c.inner(p, field, f.Args[0])
		return
	}
	c.comparable(field, f)
}

func (c *checker) inner(p place, field *schema.Field, f query.Filter) {
	switch field.Kind {
	case schema.Relation:
		if t, ok := c.types.Type(field.Relation.To); ok {
			c.names(place{t: t}, f)
			return
		}
	case schema.Object:
		c.names(place{t: p.t, in: field}, f)
		return
	}
	c.wrong("unfit", field.Name, "has conditions under "+field.Name+", which has nothing inside", "hat Bedingungen unter „"+field.Name+"“, das nichts enthält")
}

// comparable checks that an operator says something about the field's kind, and that its values are of it.
func (c *checker) comparable(field *schema.Field, f query.Filter) {
	_, folded := f.Op.Folded()
	fits := true
	switch {
	case f.Op == query.Null || f.Op == query.NotNull:
		return
	case field.Kind == schema.Object || field.Kind == schema.Point || field.Kind == schema.JSON:
		fits = false
	case folded || f.Op.Textual():
		fits = field.Textual()
	case f.Op.Ranged():
		fits = field.Sortable() && field.Kind != schema.Boolean
	}
	if !fits {
		c.wrong("unfit", field.Name, fmt.Sprintf("compares %s by $%s, which says nothing about %s", field.Name, f.Op, field.Kind),
			fmt.Sprintf("vergleicht „%s“ mit $%s; das passt nicht zu %s", field.Name, f.Op, field.Kind))
		return
	}
	list, ok := f.Value.(value.List)
	if !ok {
		list = value.List{f.Value}
	}
	for _, v := range list {
		if _, ok := v.(userValue); ok || folded || f.Op.Textual() {
			continue
		}
		if _, err := field.ParseQuery(v); err != nil {
			c.wrong("type", v, fmt.Sprintf("compares %s with what is no %s", field.Name, field.Kind), fmt.Sprintf("vergleicht „%s“ mit einem Wert, der nicht %s ist", field.Name, field.Kind))
		}
	}
}

// fact checks a comparison with a fact in meta: those are documentIds and IDs, so there is no order and no part of them.
func (c *checker) fact(f query.Filter) {
	switch f.Op {
	case query.Eq, query.Ne, query.In, query.NotIn, query.Null, query.NotNull:
	default:
		c.wrong("unfit", f.Path, fmt.Sprintf("compares %s by $%s", f.Path, f.Op), fmt.Sprintf("vergleicht „%s“ mit $%s", f.Path, f.Op))
	}
}

// facts checks the filter of a rule on files: it knows nothing but who owns one.
func (c *checker) facts(f query.Filter) {
	if f.Path == "" {
		for _, a := range f.Args {
			c.facts(a)
		}
		return
	}
	if f.Path != store.Meta+".organisation" && f.Path != store.Meta+".createdBy" {
		c.wrong("unknown", f.Path, fmt.Sprintf("names %q; files have meta.organisation and meta.createdBy", f.Path),
			fmt.Sprintf("nennt „%s“; Dateien haben meta.organisation und meta.createdBy", f.Path))
		return
	}
	c.fact(f)
}
