package index

import (
	"fmt"
	"slices"
	"strings"

	"kontor/pkg/content"
	"kontor/pkg/schema"
	"kontor/pkg/search"
	"kontor/pkg/value"
)

// systemAttributes are those that documents have whatever their type.
func systemAttributes() []search.Attribute {
	return []search.Attribute{
		{Name: "id", Filter: true, Sort: true}, {Name: "documentId", Filter: true}, {Name: "type", Filter: true}, {Name: "locale"}, {Name: "path"},
		{Name: "publishedAt", Sort: true}, {Name: "publishedAt_ts", Filter: true, Sort: true},
		{Name: "updatedAt", Sort: true}, {Name: "updatedAt_ts", Filter: true, Sort: true},
	}
}

// attributes are those of an index of the type alone. A field that is called like a fact of the system stands in its place.
func (k *kind) attributes() (list []search.Attribute, strict map[string]bool) {
	strict = map[string]bool{}
	for _, p := range k.pieces {
		for _, a := range p.attributes() {
			list = append(list, a)
			strict[a.Name] = p.strict
		}
	}
	for _, a := range systemAttributes() {
		if !slices.ContainsFunc(list, func(b search.Attribute) bool { return a.Name == b.Name }) {
			list = append(list, a)
			strict[a.Name] = true
		}
	}
	return list, strict
}

// document makes what an index of the type holds of an entry.
func (k *kind) document(r content.Reading, lang string) search.Document {
	d := search.Document{ID: r.DocumentID, Rev: r.Rev, Want: r.Want, Attributes: map[string]any{
		"id": r.ID, "documentId": r.DocumentID, "type": k.typ.ID,
	}}
	if r.Locale != schema.NoLocale {
		d.Attributes["locale"] = r.Locale
	}
	if path, ok := r.Path(); ok {
		d.Attributes["path"] = path
	}
	for _, name := range []string{"publishedAt", "updatedAt"} {
		if v, _ := r.Attributes.Get(name); v != nil {
			fillValue(d.Attributes, name, &schema.Field{Kind: schema.DateTime}, v, lang)
		}
	}
	for _, p := range k.pieces {
		if v, ok := r.Attributes.Get(p.field.Name); ok {
			p.fill(d.Attributes, v, lang)
		}
	}
	return d
}

// The weights in the index of all types. What is in a field of at least keyWeight counts as a name of the entry.
const (
	allTitle   = 10
	allTerms   = 6
	allSummary = 5
	allFacet   = 3
	allText    = 1
	keyWeight  = 5
)

// allAttributes are those of the index of all types.
func allAttributes(kinds []*kind) (list []search.Attribute, strict map[string]bool) {
	list = append(systemAttributes(),
		search.Attribute{Name: "typeTitle", Filter: true}, search.Attribute{Name: "slug"},
		search.Attribute{Name: "title", Weight: allTitle, Sort: true}, search.Attribute{Name: "summary", Weight: allSummary},
		search.Attribute{Name: "terms", Weight: allTerms, Hidden: true}, search.Attribute{Name: "text", Weight: allText, Hidden: true},
		search.Attribute{Name: search.GeoAttribute, Filter: true, Sort: true})
	list = append(list, cardAttributes()...)
	for _, name := range commonFacets(kinds) {
		list = append(list, search.Attribute{Name: name, Weight: allFacet, Filter: true}, search.Attribute{Name: name + "_id", Filter: true})
	}
	strict = map[string]bool{}
	for _, a := range list {
		strict[a.Name] = true
	}
	for _, k := range kinds {
		for _, p := range k.pieces {
			if !p.strict {
				for _, name := range k.inAll(p, kinds) {
					strict[name] = false
				}
			}
		}
	}
	return list, strict
}

// commonFacets are the relations that at least half of the types have as a facet, under one name and to one type.
func commonFacets(kinds []*kind) []string {
	count := map[string]int{}
	for _, k := range kinds {
		for _, p := range k.pieces {
			if p.target != nil && p.field.Search.Facet {
				count[p.name+" "+p.target.ID]++
			}
		}
	}
	var out []string
	for key, n := range count {
		name, _, _ := strings.Cut(key, " ")
		taken := slices.ContainsFunc(cardAttributes(), func(a search.Attribute) bool { return a.Name == name })
		if 2*n >= len(kinds) && !taken {
			out = append(out, name)
		}
	}
	slices.Sort(out)
	return out
}

// summary is the field of several lines that tells what an entry is about: the first one that is searched.
func (k *kind) summary() string {
	for _, p := range k.pieces {
		if p.field.Kind == schema.Text && p.field.Search.Weight > 0 {
			return p.name
		}
	}
	return ""
}

// inAll returns the attributes of the index of all types in which a piece ends up.
func (k *kind) inAll(p piece, kinds []*kind) []string {
	out := k.searchedInAll(p, kinds)
	for _, c := range k.card {
		if c.field == p.field.Name {
			out = append(out, c.all)
		}
	}
	return out
}

func (k *kind) searchedInAll(p piece, kinds []*kind) []string {
	switch {
	case showsFile(p.field):
		return nil
	case p.name == k.typ.Display:
		return []string{"title"}
	case p.name == k.summary():
		return []string{"summary"}
	case p.field.Kind == schema.Slug:
		return []string{"slug", "path"}
	case p.field.Kind == schema.Point:
		return []string{search.GeoAttribute}
	case p.target != nil && slices.Contains(commonFacets(kinds), p.name):
		return []string{p.name, p.name + "_id", "text"}
	case p.field.Search.Weight >= keyWeight:
		return []string{"terms"}
	}
	return []string{"text"}
}

// inEverything makes what the index of all types holds of an entry, from what that of its own type does.
func (s *source) inEverything(own search.Document, common []string, lang string) search.Document {
	d := search.Document{ID: s.typ.ID + "_" + own.ID, Rev: own.Rev, Want: own.Want, Attributes: map[string]any{
		"typeTitle": inLanguage(s.typ.Title, lang),
	}}
	for _, a := range systemAttributes() {
		set(d.Attributes, a.Name, own.Attributes[a.Name])
	}
	d.Attributes["id"], d.Attributes["type"], d.Attributes["documentId"] = own.Attributes["id"], s.typ.ID, own.ID
	set(d.Attributes, "title", own.Attributes[s.typ.Display])
	summary := s.summary()
	set(d.Attributes, "summary", own.Attributes[summary])
	set(d.Attributes, search.GeoAttribute, own.Attributes[search.GeoAttribute])
	for _, c := range s.card {
		set(d.Attributes, c.all, own.Attributes[c.own])
	}
	var terms, text []string
	for _, p := range s.pieces {
		switch {
		case p.name == s.typ.Display || p.name == summary && summary != "":
			continue
		case p.field.Kind == schema.Slug:
			set(d.Attributes, "slug", own.Attributes[p.name])
			continue
		case p.target != nil && slices.Contains(common, p.name):
			set(d.Attributes, p.name, listed(own.Attributes[p.name]))
			set(d.Attributes, p.name+"_id", listed(own.Attributes[p.name+"_id"]))
		}
		for _, a := range p.attributes() {
			switch {
			case a.Weight == 0 || slices.Contains(common, a.Name):
			case a.Weight >= keyWeight:
				terms = append(terms, textsOf(own.Attributes[a.Name])...)
			default:
				text = append(text, textsOf(own.Attributes[a.Name])...)
			}
		}
	}
	set(d.Attributes, "terms", nonEmpty(strings.Join(terms, "\n")))
	set(d.Attributes, "text", nonEmpty(strings.Join(text, "\n")))
	return d
}

// listed gives a list also of one value, so that an attribute is of one shape whatever the type.
func listed(v any) any {
	if list, ok := v.(value.List); ok || v == nil {
		return list
	}
	return value.List{v}
}

// textsOf gives the texts in a value.
func textsOf(v any) []string {
	switch x := v.(type) {
	case string:
		return []string{x}
	case value.List:
		var out []string
		for _, e := range x {
			out = append(out, textsOf(e)...)
		}
		return out
	case nil:
		return nil
	}
	return []string{fmt.Sprint(v)}
}
