package index

import (
	"slices"

	"kontor/pkg/schema"
	"kontor/pkg/search"
)

// The index of all types has what a card shows under one name, whatever a type calls it: its picture, its file, the
// address that stands in place of a file, its date and its kind.

// onCard is an attribute of the index of all types that repeats one of a type's own index.
type onCard struct {
	field    string // the field it is made of
	own, all string // the attribute there and here
}

// cardAttributes are those of the index of all types that cards are made of.
func cardAttributes() []search.Attribute {
	out := []search.Attribute{
		{Name: "url"}, {Name: "date"}, {Name: "date_ts", Filter: true, Sort: true}, {Name: "kind", Filter: true}, {Name: "kind_id", Filter: true},
	}
	for _, fact := range imageFacts {
		out = append(out, search.Attribute{Name: "image." + fact})
	}
	for _, fact := range fileFacts {
		out = append(out, search.Attribute{Name: "file." + fact})
	}
	return out
}

// cards lists the attributes of a type that cards show: of each sort of field those of the first one.
func (k *kind) cards() []onCard {
	var out []onCard
	add := func(fits func(*schema.Field) bool, names func(*schema.Field) []onCard) {
		if i := slices.IndexFunc(k.pieces, func(p piece) bool { return fits(p.field) }); i >= 0 {
			out = append(out, names(k.pieces[i].field)...)
		}
	}
	facts := func(as string) func(*schema.Field) []onCard {
		return func(f *schema.Field) (list []onCard) {
			for _, fact := range factsOf(f) {
				list = append(list, onCard{f.Name, f.Name + "." + fact, as + "." + fact})
			}
			return list
		}
	}
	twin := func(as, suffix string) func(*schema.Field) []onCard {
		return func(f *schema.Field) []onCard {
			return []onCard{{f.Name, f.Name, as}, {f.Name, f.Name + suffix, as + suffix}}
		}
	}
	isFile := func(f *schema.Field) bool { return showsFile(f) && !onlyImages(f) }
	add(func(f *schema.Field) bool { return showsFile(f) && onlyImages(f) }, facts("image"))
	add(isFile, facts("file"))
	if slices.ContainsFunc(k.pieces, func(p piece) bool { return isFile(p.field) }) {
		add(showsAddress, func(f *schema.Field) []onCard { return []onCard{{f.Name, f.Name, "url"}} })
	}
	add(datesEntry, twin("date", "_ts"))
	add(namesKind, twin("kind", "_id"))
	return out
}

// datesEntry reports whether a field is when an entry is: a date that readers choose by.
func datesEntry(f *schema.Field) bool {
	switch f.Kind {
	case schema.Date, schema.DateTime, schema.LocalTime:
		return !f.Many && f.Search.Facet
	}
	return false
}

// namesKind reports whether a field is what an entry is: an enumeration whose words it is found by.
func namesKind(f *schema.Field) bool {
	return f.Kind == schema.Enum && !f.Many && f.Search.Weight > 0
}
