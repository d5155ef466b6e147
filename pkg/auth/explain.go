package auth

import (
	"context"
	"strings"

	"kontor/pkg/fault"
	"kontor/pkg/query"
	"kontor/pkg/schema"
	"kontor/pkg/store"
)

// Judgement is what one rule of a caller's role says about an action on a type.
type Judgement struct {
	Number int // of the rule in its role, from 1; those of the public follow
	Rule   Rule
	Public bool         // whether it is a rule of the public, whose rights to read everybody has
	Opens  bool         // whether it opens anything at all here
	Why    string       // why it does not; "" if it does
	Filter query.Filter // the entries that it opens to this caller
	Fields Fields       // and of these the fields
}

// Judgements says rule by rule what a caller's role opens. Those of the admin are not looked at by anybody, see Roles.Grant.
func (r *Roles) Judgements(c Caller, a Action, t *schema.Type, types *schema.Set) []Judgement {
	if c.roles != nil {
		r = c.roles
	}
	var out []Judgement
	if h, ok := r.role(c.Role); ok {
		out = judge(nil, h.Role, c, a, t, types)
	}
	if public, ok := r.role(Public); ok && c.Role != Public && a == Read {
		n := len(out)
		out = judge(out, public.Role, Anonymous(), a, t, types)
		for i := range out[n:] {
			out[n+i].Public = true
		}
	}
	return out
}

// judge adds what the rules of a role say.
func judge(out []Judgement, role Role, c Caller, a Action, t *schema.Type, types *schema.Set) []Judgement {
	for _, rule := range role.Rules {
		j := Judgement{Number: len(out) + 1, Rule: rule, Filter: query.Nothing(), Fields: none(t)}
		j.Why = rule.silence(role.Name, a, t, types)
		if j.Why == "" {
			j.Opens = true
			j.Filter, _ = c.bind(rule.Entries)
			j.Fields = fieldsOf(role.Name, rule, a, t)
			if !c.has(rule.Entries) {
				j.Why = "it asks for a fact about the caller that this caller does not have"
			}
		}
		out = append(out, j)
	}
	return out
}

// silence says why a rule opens nothing of a type to an action; "" if it may.
func (r Rule) silence(role string, a Action, t *schema.Type, types *schema.Set) string {
	switch {
	case a == Upload || !r.names(a):
		return "it is not about " + string(a)
	case !r.opens(a, t):
		return "it is not about the type " + t.ID
	case !ceiling(role, a, t):
		return "the public may do no more than read, and only public types"
	case r.brokenFor(t, types):
		return "its entries do not fit the type " + t.ID + ", so it opens nothing"
	}
	return ""
}

// CallerNamed finds whom a person means: a role by its name, an account by e-mail address or user name, a token by "token:" and its
// name. A role alone has no organisation and no ID. NotFound if there is nobody of the name.
func (s *Service) CallerNamed(ctx context.Context, name string) (Caller, error) {
	if token, ok := strings.CutPrefix(name, "token:"); ok {
		t, err := s.TokenByName(ctx, token)
		if err != nil {
			return Caller{}, err
		}
		return Caller{ID: tokenCaller + key(t.ID), Name: t.Name, Role: t.Role, roles: s.roles}, nil
	}
	if _, err := s.RoleByName(ctx, name); err == nil {
		return Caller{Name: name, Role: name, roles: s.roles}, nil
	} else if !fault.Is(err, fault.NotFound) {
		return Caller{}, err
	}
	r, err := s.identified(ctx, name)
	if fault.Is(err, fault.NotFound) {
		return Caller{}, fault.New(fault.NotFound, "There is no role, account or token (token:NAME) called %q", shorten(name))
	}
	c := r.Caller()
	c.roles = s.roles
	return c, err
}

func shorten(s string) string {
	if len(s) > 100 {
		return strings.ToValidUTF8(s[:100], "") + "…"
	}
	return s
}

// Comparisons lists the comparisons of a filter at its top, with the paths that they read.
func Comparisons(f query.Filter) []query.Filter {
	if f.Path != "" {
		return []query.Filter{f}
	}
	var out []query.Filter
	for _, a := range f.Args {
		out = append(out, Comparisons(a)...)
	}
	return out
}

// IsFact tells whether a path of a rule's filter is about who an entry belongs to.
func IsFact(path string) bool { return strings.HasPrefix(path, store.Meta+".") }
