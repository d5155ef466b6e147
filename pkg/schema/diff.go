package schema

import (
	"fmt"
	"slices"
	"strings"
)

// Difference is one change between two sets of types.
type Difference struct {
	Type     string // ID
	Field    string // dotted, "place.address.city"; "" for the type itself
	What     string // in English: "the field is gone", "maxLength changes from 200 to 60"
	Breaking bool   // values that are stored may have to be converted, or may not fit any more
}

// String is the difference as a line for people.
func (d Difference) String() string {
	if d.Field == "" {
		return d.Type + ": " + d.What
	}
	return d.Type + "." + d.Field + ": " + d.What
}

// Diff tells what changes from s to next, type by type, fields in their order.
func (s *Set) Diff(next *Set) []Difference {
	var d differences
	for _, o := range s.types {
		d.of = o.ID
		if n, ok := next.byID[o.ID]; ok {
			d.compare(o, n)
		} else {
			d.add("", true, "the type is gone")
		}
	}
	for _, n := range next.types {
		if _, ok := s.byID[n.ID]; !ok {
			d.of = n.ID
			d.add("", false, "the type is new")
		}
	}
	slices.SortStableFunc(d.list, func(a, b Difference) int { return strings.Compare(a.Type, b.Type) })
	return d.list
}

type differences struct {
	of   string
	list []Difference
}

func (d *differences) add(field string, breaking bool, format string, args ...any) {
	d.list = append(d.list, Difference{Type: d.of, Field: field, What: fmt.Sprintf(format, args...), Breaking: breaking})
}

// changed adds a difference if a and b are not the same.
func changed[T comparable](d *differences, field, word string, a, b T, breaking bool) {
	if a != b {
		d.add(field, breaking, "%s changes from %s to %s", word, inWords(a), inWords(b))
	}
}

// inWords writes a value of a keyword for people: no limit and no text are none.
func inWords(v any) string {
	switch v {
	case true:
		return "yes"
	case false:
		return "no"
	case 0, int64(0), "", "[]", "<nil>":
		return "none"
	}
	return fmt.Sprint(v)
}

func (d *differences) compare(o, n *Type) {
	changed(d, "", "single", o.Single, n.Single, true)
	changed(d, "", "plural", o.Plural, n.Plural, false)
	changed(d, "", "display", o.Display, n.Display, false)
	changed(d, "", "slug from", o.Slug, n.Slug, false)
	changed(d, "", "path", o.Path, n.Path, false)
	changed(d, "", "public", o.Public, n.Public, false)
	changed(d, "", "drafts", o.Drafts, n.Drafts, !n.Drafts)
	changed(d, "", "versions", o.Versions, n.Versions, n.Versions < o.Versions)
	changed(d, "", "review", o.Review, n.Review, false)
	changed(d, "", "indexes", fmt.Sprint(o.Indexes), fmt.Sprint(n.Indexes), false)
	changed(d, "", "choices", fmt.Sprint(o.Choices), fmt.Sprint(n.Choices), false)
	d.locales(o, n)
	d.fields("", o.Fields, n.Fields, o.byName)
}

func (d *differences) locales(o, n *Type) {
	if o.DefaultLocale() != n.DefaultLocale() {
		d.add("", true, "default locale changes from %s to %s", o.DefaultLocale(), n.DefaultLocale())
	}
	for _, locale := range o.Locales {
		if !slices.Contains(n.Locales, locale) {
			d.add("", true, "locale %s is gone", locale)
		}
	}
	for _, locale := range n.Locales {
		if !slices.Contains(o.Locales, locale) {
			d.add("", false, "locale %s is new", locale)
		}
	}
}

func (d *differences) fields(prefix string, old, next []*Field, byName map[string]*Field) {
	used := map[string]bool{}
	for _, n := range next {
		o := byName[n.Name]
		if o == nil && n.Migrate != nil {
			if o = byName[n.Migrate.From]; o != nil {
				d.add(prefix+n.Name, true, "takes the values of %s", o.Name)
			}
		}
		if o == nil {
			d.add(prefix+n.Name, false, "the field is new")
			continue
		}
		used[o.Name] = true
		d.field(prefix+n.Name, o, n)
	}
	for _, o := range old {
		if !used[o.Name] {
			d.add(prefix+o.Name, true, "the field is gone")
		}
	}
}

func (d *differences) field(at string, o, n *Field) {
	changed(d, at, "kind", o.Kind, n.Kind, true)
	changed(d, at, "list", o.Many, n.Many, true)
	changed(d, at, "required", o.Required, n.Required, false)
	changed(d, at, "unique", o.Unique, n.Unique, n.Unique)
	changed(d, at, "localized", o.Localized, n.Localized, true)
	changed(d, at, "default", fmt.Sprint(o.Default), fmt.Sprint(n.Default), false)
	changed(d, at, "search", fmt.Sprint(o.Search), fmt.Sprint(n.Search), false)
	changed(d, at, "minItems", o.MinItems, n.MinItems, false)
	changed(d, at, "maxItems", o.MaxItems, n.MaxItems, narrower(o.MaxItems, n.MaxItems))
	changed(d, at, "read", access(o.Access.Read), access(n.Access.Read), false)
	changed(d, at, "write", access(o.Access.Write), access(n.Access.Write), false)
	changed(d, at, "readIf", condition(o), condition(n), false)
	if o.Kind == n.Kind {
		d.limits(at, o, n)
	}
}

// limits compares what only has a meaning within one kind.
func (d *differences) limits(at string, o, n *Field) {
	changed(d, at, "minLength", o.MinLength, n.MinLength, false)
	changed(d, at, "maxLength", o.MaxLength, n.MaxLength, narrower(o.MaxLength, n.MaxLength))
	changed(d, at, "pattern", pattern(o), pattern(n), n.Pattern != nil)
	changed(d, at, "minimum", bound(o.Min), bound(n.Min), n.Min != nil && (o.Min == nil || *n.Min > *o.Min))
	changed(d, at, "maximum", bound(o.Max), bound(n.Max), n.Max != nil && (o.Max == nil || *n.Max < *o.Max))
	changed(d, at, "currency", o.Currency, n.Currency, true)
	changed(d, at, "zone", o.Zone, n.Zone, false)
	switch o.Kind {
	case Enum:
		d.options(at, o, n)
	case Relation:
		changed(d, at, "relation to", o.Relation.To, n.Relation.To, true)
		changed(d, at, "onDelete restrict", o.Relation.Restrict, n.Relation.Restrict, false)
	case Asset:
		changed(d, at, "accept", fmt.Sprint(o.Asset.Types), fmt.Sprint(n.Asset.Types), false)
		changed(d, at, "maxBytes", o.Asset.MaxBytes, n.Asset.MaxBytes, false)
	case Object:
		d.fields(at+".", o.Fields, n.Fields, o.byName)
	}
}

func (d *differences) options(at string, o, n *Field) {
	for _, option := range o.Options {
		if !n.hasOption(option.Const) {
			d.add(at, true, "constant %s is gone", option.Const)
		}
	}
	for _, option := range n.Options {
		if !o.hasOption(option.Const) {
			d.add(at, false, "constant %s is new", option.Const)
		}
	}
}

// narrower compares limits of which 0 is none.
func narrower(old, next int) bool { return next > 0 && (old == 0 || next < old) }

func pattern(f *Field) string {
	if f.Pattern == nil {
		return "none"
	}
	return f.Pattern.String()
}

func bound(n *float64) string {
	if n == nil {
		return "none"
	}
	return number(*n)
}

func access(roles []string) string {
	if roles == nil {
		return "everybody"
	}
	return strings.Join(roles, " ")
}

func condition(f *Field) string {
	if c := f.Access.ReadIf; c != nil {
		return c.Field + " holds " + c.Value
	}
	return "none"
}
