package content

import (
	"slices"

	"kontor/pkg/auth"
	"kontor/pkg/fault"
	"kontor/pkg/query"
	"kontor/pkg/schema"
	"kontor/pkg/value"
)

// TypeView is a content type as one caller sees it.
type TypeView struct {
	Type   *schema.Type
	Fields []string     // those that some entry shows, in the order of the type
	Rights []TypeRight  // what the caller may do, in the order of auth.Actions
	Schema value.Object // the type's file without the other fields; the caller's own copy
}

// TypeRight is an action that the caller may do on entries of a type.
type TypeRight struct {
	Action auth.Action
	Every  bool     // on every entry; else only on those that the rules of the caller's role hit
	Fields []string // those that are open to it in some entry; nil for an action on whole entries
}

// TypeViews lists the types that the caller works with: those on whose entries the rules of its own role open anything. Forbidden if there
// is none, and for the public.
func (s *Service) TypeViews(c auth.Caller) ([]TypeView, error) {
	var out []TypeView
	for _, t := range s.types.Types() {
		if v, err := s.TypeView(c, t); err == nil {
			out = append(out, v)
		}
	}
	if out == nil {
		return nil, fault.New(fault.Forbidden, "Forbidden")
	}
	return out, nil
}

// TypeView is one of TypeViews. Forbidden if it is not among them.
func (s *Service) TypeView(c auth.Caller, t *schema.Type) (TypeView, error) {
	v := TypeView{Type: t, Fields: []string{}}
	c = c.ByOwnRules()
	shown := auth.Nothing(t).Fields
	for _, a := range auth.Actions() {
		g, err := s.grant(c, a, t)
		if err != nil {
			continue
		}
		right := TypeRight{Action: a, Every: g.Filter.Op == query.All}
		switch a {
		case auth.Read, auth.ReadDraft:
			shown = shown.Join(g.Some)
			right.Fields = openNames(t, g.Some)
		case auth.Create, auth.Update:
			right.Fields = openNames(t, g.Some)
		}
		v.Rights = append(v.Rights, right)
	}
	if c.IsAnonymous() || v.Rights == nil {
		return v, fault.New(fault.Forbidden, "Forbidden")
	}
	v.Fields = openNames(t, shown)
	file, _ := value.Decode(t.Raw)
	v.Schema, _ = file.(value.Object)
	withoutShut(v.Schema, t, v.Fields)
	return v, nil
}

// Knows tells whether a type exists for a caller: one that it may do nothing with is answered like a
// name that no type has. A preview opens the type of its draft.
func (s *Service) Knows(c auth.Caller, t *schema.Type) bool {
	if c.Preview != nil && c.Preview.Type == t.ID {
		return true
	}
	for _, a := range auth.Actions() {
		if _, ok := s.roles.Grant(c, a, t, s.types); ok {
			return true
		}
	}
	return false
}

// Readable tells which fields of a type lists can show, filter and sort by for a caller: in drafts or in what is published. None if the
// caller may not read those.
func (s *Service) Readable(c auth.Caller, t *schema.Type, draft bool) func(*schema.Field) bool {
	a := auth.Read
	if draft {
		a = auth.ReadDraft
	}
	g, err := s.grant(c, a, t)
	if err != nil {
		g = auth.Nothing(t)
	}
	return func(f *schema.Field) bool { return g.Fields.Open(f.Name) }
}

func openNames(t *schema.Type, open auth.Fields) []string {
	out := []string{}
	for _, f := range t.Fields {
		if open.Open(f.Name) {
			out = append(out, f.Name)
		}
	}
	return out
}

// withoutShut takes the fields that are not among names out of a type's file.
func withoutShut(doc value.Object, t *schema.Type, names []string) {
	props, _ := doc["properties"].(value.Object)
	for _, f := range t.Fields {
		if !slices.Contains(names, f.Name) {
			delete(props, f.Name)
		}
	}
	if required, ok := doc["required"].(value.List); ok {
		doc["required"] = slices.DeleteFunc(required, func(name any) bool { _, ok := props[name.(string)]; return !ok })
	}
}
