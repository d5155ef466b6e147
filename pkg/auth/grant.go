package auth

import (
	"maps"
	"slices"
	"sync"

	"kontor/pkg/query"
	"kontor/pkg/schema"
)

// Grant is what a caller may do by one action with the entries of one type.
type Grant struct {
	Filter query.Filter // the entries; paths as in Rule.Entries. The zero Filter: every one
	Fields Fields       // those that are open in every one of the entries, so also to filters and sorts
	Some   Fields       // those that are open in some of them

	// Clauses are there only if the fields differ from entry to entry: an entry shows the fields of the clauses whose filter hits it.
	Clauses []Clause
}

// Clause opens fields of the entries that Filter hits.
type Clause struct {
	Filter query.Filter
	Fields Fields
}

// Fields are the fields of one type that are open. The zero Fields are all.
type Fields struct {
	shut map[string]shutness // the fields that are not open
}

type shutness int

const (
	open      shutness = iota
	condition          // open in the entries that the field's own x-access.readIf opens
	shut
)

// Open tells whether the field is open wherever it stands.
func (f Fields) Open(name string) bool { return len(f.shut) == 0 || f.shut[name] == open }

// Conditional tells whether the field is open only where its x-access.readIf holds.
func (f Fields) Conditional(name string) bool { return f.shut[name] == condition }

// Some tells whether the field is open in some entry.
func (f Fields) Some(name string) bool { return f.shut[name] != shut }

// Join gives the fields that are open in f or in o: an entry that two clauses hit shows what either shows.
func (f Fields) Join(o Fields) Fields {
	out := map[string]shutness{}
	for name, s := range f.shut {
		if s = min(s, o.shut[name]); s != open {
			out[name] = s
		}
	}
	return Fields{out}
}

// meet gives the fields that are open in both.
func (f Fields) meet(o Fields) Fields {
	out := maps.Clone(f.shut)
	if out == nil {
		out = map[string]shutness{}
	}
	for name, s := range o.shut {
		out[name] = max(s, out[name])
	}
	return Fields{out}
}

func (f Fields) equal(o Fields) bool { return maps.Equal(f.shut, o.shut) }

// below gives the grant of those fields that are open in f too.
func (g Grant) below(f Fields) Grant {
	g.Fields, g.Some = g.Fields.meet(f), g.Some.meet(f)
	clauses := make([]Clause, len(g.Clauses))
	for i, c := range g.Clauses {
		clauses[i] = Clause{c.Filter, c.Fields.meet(f)}
	}
	g.Clauses = clauses
	return g
}

// none has every field of a type shut.
func none(t *schema.Type) Fields {
	f := Fields{map[string]shutness{}}
	for _, x := range t.Fields {
		f.shut[x.Name] = shut
	}
	return f
}

// fieldsOf are the fields of a type that a rule opens to an action, below the ceiling of x-access.
func fieldsOf(role string, rule Rule, a Action, t *schema.Type) Fields {
	f := Fields{map[string]shutness{}}
	for _, x := range t.Fields {
		switch {
		case rule.Fields != nil && (a == Read || a == ReadDraft || a == Create || a == Update) && !slices.Contains(rule.Fields, x.Name):
			f.shut[x.Name] = shut
		case (a == Create || a == Update) && !within(x.Access.Write, role):
			f.shut[x.Name] = shut
		case within(x.Access.Read, role):
		case a != Create && a != Update && x.Access.ReadIf != nil:
			f.shut[x.Name] = condition
		default:
			f.shut[x.Name] = shut
		}
	}
	return f
}

// Nothing is the grant of no entry and no field of a type.
func Nothing(t *schema.Type) Grant {
	f := none(t)
	return Grant{Filter: query.Nothing(), Fields: f, Some: f}
}

// unrestricted is what the admin role has of everything.
var unrestricted = Grant{}

// clausesOf are what the rules of a role open to an action on a type. Rules that do not fit the types
// open nothing.
func clausesOf(role Role, a Action, t *schema.Type, types *schema.Set) []Clause {
	if !ceiling(role.Name, a, t) {
		return nil
	}
	var clauses []Clause
	for _, rule := range role.Rules {
		if !rule.opens(a, t) || rule.brokenFor(t, types) {
			continue
		}
		clauses = addClause(clauses, Clause{rule.Entries, fieldsOf(role.Name, rule, a, t)})
	}
	return clauses
}

// publicClauses are what everybody reads of a type because the public does. A rule of the public that asks
// for a fact about the caller opens nothing, since the public has none.
func publicClauses(public Role, a Action, t *schema.Type, types *schema.Set) []Clause {
	if a != Read {
		return nil
	}
	clauses := clausesOf(public, Read, t, types)
	for i, c := range clauses {
		clauses[i].Filter, _ = Anonymous().bind(c.Filter)
	}
	return clauses
}

// joinEverywhere adds to every clause the fields that are open in every entry, so that a clause for some
// entries never narrows the filters of a list below what one for all of them gives.
func joinEverywhere(clauses []Clause) []Clause {
	var everywhere *Fields
	for _, c := range clauses {
		if c.Filter.Op != query.All {
			continue
		}
		if everywhere != nil {
			c.Fields = c.Fields.Join(*everywhere)
		}
		everywhere = &c.Fields
	}
	if everywhere == nil {
		return clauses
	}
	var out []Clause
	for _, c := range clauses {
		out = addClause(out, Clause{c.Filter, c.Fields.Join(*everywhere)})
	}
	return out
}

// compile sums up what clauses open of a type; nil if there are none.
func compile(t *schema.Type, clauses []Clause) *compiled {
	if len(clauses) == 0 {
		return nil
	}
	clauses = joinEverywhere(clauses)
	out := &compiled{Grant: grantOf(t, clauses)}
	for _, c := range clauses {
		out.personal = out.personal || personal(c.Filter)
	}
	out.typ = t
	return out
}

// brokenFor tells whether a rule can't be applied to a type: its filter names what the type does not have. The name of a field that is
// not there opens nothing and does no harm.
func (r Rule) brokenFor(t *schema.Type, types *schema.Set) bool {
	if r.Source == nil {
		return false
	}
	c := checker{types: types}
	c.condition(t, r.Entries)
	return len(c.problems) > 0
}

// addClause joins clauses that open the same fields into one.
func addClause(list []Clause, c Clause) []Clause {
	for i, o := range list {
		if o.Fields.equal(c.Fields) {
			list[i].Filter = union(o.Filter, c.Filter)
			return list
		}
	}
	return append(list, c)
}

// union hits what either filter hits.
func union(a, b query.Filter) query.Filter {
	if a.Op == query.All || b.Op == query.All {
		return query.Filter{}
	}
	return query.AnyOf(a, b)
}

// grantOf sums clauses up.
func grantOf(t *schema.Type, clauses []Clause) Grant {
	g := Grant{Filter: query.Nothing(), Fields: Fields{}, Some: none(t)}
	for i, c := range clauses {
		if i == 0 {
			g.Filter = c.Filter
		} else {
			g.Filter = union(g.Filter, c.Filter)
		}
		g.Fields, g.Some = g.Fields.meet(c.Fields), g.Some.Join(c.Fields)
	}
	if len(clauses) > 1 {
		g.Clauses = clauses
	}
	if len(g.Fields.shut) == 0 {
		g.Fields = Fields{}
	}
	return g
}

// compiled is a grant whose filters may still have the caller's facts to be put in.
type compiled struct {
	Grant
	typ      *schema.Type
	personal bool
}

// of gives the grant to a caller.
func (g *compiled) of(c Caller) Grant {
	if g == nil {
		return Grant{Filter: query.Nothing()}
	}
	if !g.personal {
		return g.Grant
	}
	clauses := g.Clauses
	if len(clauses) == 0 {
		clauses = []Clause{{g.Filter, g.Fields}}
	}
	bound := make([]Clause, 0, len(clauses))
	for _, cl := range clauses {
		f, _ := c.bind(cl.Filter) // what can't be bound hits nothing
		if !hitsNothing(f) {      // and shows no fields
			bound = append(bound, Clause{f, cl.Fields})
		}
	}
	if len(bound) == 0 {
		return Grant{Filter: query.Nothing(), Fields: g.Fields, Some: g.Some}
	}
	return grantOf(g.typ, bound)
}

// hitsNothing tells whether a filter is, or demands, the one that hits nothing.
func hitsNothing(f query.Filter) bool {
	return f.Op == query.Or && len(f.Args) == 0 || f.Op == query.And && slices.ContainsFunc(f.Args, hitsNothing)
}

// held is a role in force with what is compiled of it.
type held struct {
	Role
	public *held    // that of everybody, whose rights to read this role has too; nil for itself
	rev    int64    // of its document; a role that was deleted and made again may have the same
	text   string   // as stored
	broken string   // why it opens nothing; "" if it is sound
	sets   sync.Map // *schema.Set to *rights
}

// rights is a role compiled for one set of types.
type rights struct {
	grants map[right]*compiled
	own    map[right]*compiled // without what everybody reads
}

type right struct {
	action Action
	typ    *schema.Type
}

// in gives the role compiled for a set of types, once.
func (h *held) in(types *schema.Set) *rights {
	if r, ok := h.sets.Load(types); ok {
		return r.(*rights)
	}
	r := &rights{grants: map[right]*compiled{}, own: map[right]*compiled{}}
	for _, t := range types.Types() {
		for _, a := range Actions() {
			clauses := clausesOf(h.Role, a, t, types)
			if g := compile(t, clauses); g != nil {
				r.own[right{a, t}] = g
			}
			if h.public != nil {
				for _, c := range publicClauses(h.public.Role, a, t, types) {
					clauses = addClause(clauses, c)
				}
			}
			if g := compile(t, clauses); g != nil {
				r.grants[right{a, t}] = g
			}
		}
	}
	out, _ := h.sets.LoadOrStore(types, r)
	return out.(*rights)
}
