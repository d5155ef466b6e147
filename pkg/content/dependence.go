package content

import (
	"slices"

	"kontor/pkg/auth"
	"kontor/pkg/query"
	"kontor/pkg/schema"
	"kontor/pkg/value"
)

// What search shows of an entry hangs on others too: those that its relations lead to, one level deep. Whoever changes such another one has
// it marked by MarkUsers.

// displayed says which fields of each type others show in search: what stands for an entry, and what they include.
func displayed(types *schema.Set) map[string][]string {
	out := map[string][]string{}
	for _, t := range types.Types() {
		for _, f := range t.Fields {
			if !f.Searched() || f.Kind != schema.Relation {
				continue
			}
			to, ok := types.Type(f.Relation.To)
			if !ok {
				continue
			}
			for _, name := range append([]string{to.Display}, f.Search.Include...) {
				if !slices.Contains(out[to.ID], name) {
					out[to.ID] = append(out[to.ID], name)
				}
			}
		}
	}
	return out
}

// displayedElsewhere tells whether a change of an entry's public face is one that others show: what stands for it, what they include, or
// whether it is there. Where rules judge entries by their values, or others by theirs, every change may be.
func (s *Service) displayedElsewhere(t *schema.Type, cur, next *record) bool {
	if slices.ContainsFunc(s.types.Types(), func(user *schema.Type) bool { return s.judgedBy(user, t) }) {
		return true
	}
	names, ok := s.displayed[t.ID]
	if !ok {
		return false
	}
	if cur == nil || (cur.published == nil) != (next.published == nil) {
		return true
	}
	if g, ok := s.roles.Grant(auth.Anonymous(), auth.Read, t, s.types); ok && (g.Filter.Op != query.All || len(g.Clauses) > 0) {
		return true
	}
	return slices.ContainsFunc(names, func(name string) bool { return !value.Equal(cur.published[name], next.published[name]) })
}

// looksAt tells whether what search has of a type's entries hangs on entries of another.
func (s *Service) looksAt(user, t *schema.Type) bool {
	return s.judgedBy(user, t) || slices.ContainsFunc(user.Fields, func(f *schema.Field) bool {
		return f.Kind == schema.Relation && f.Searched() && f.Relation.To == t.ID
	})
}

// judgedBy tells whether rules open entries of a type to the public by what their relations to another lead to.
func (s *Service) judgedBy(user, t *schema.Type) bool {
	g, ok := s.roles.Grant(auth.Anonymous(), auth.Read, user, s.types)
	if !ok {
		return false
	}
	return reaches(user.Field, g.Filter, t) || slices.ContainsFunc(g.Clauses, func(c auth.Clause) bool { return reaches(user.Field, c.Filter, t) })
}

// reaches tells whether a condition on entries leads over a relation to a type.
func reaches(field func(string) (*schema.Field, bool), f query.Filter, t *schema.Type) bool {
	if f.Op != query.Match && f.Op != query.NoMatch {
		return slices.ContainsFunc(f.Args, func(a query.Filter) bool { return reaches(field, a, t) })
	}
	over, ok := field(f.Path)
	switch {
	case !ok:
		return false
	case over.Kind == schema.Object:
		return reaches(over.Field, f.Args[0], t)
	}
	return over.Kind == schema.Relation && over.Relation.To == t.ID
}
