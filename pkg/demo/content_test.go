package demo_test

import (
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"
	"testing"

	"kontor/pkg/schema"
	"kontor/pkg/store"
	"kontor/pkg/value"
)

// entry is one locale of an entry as the store has it.
type entry struct {
	typ       *schema.Type
	id        string // documentId
	locale    string
	published value.Object
	draft     value.Object
}

func (e entry) name() string { return e.typ.ID + " " + e.id + "/" + e.locale }

type entries []entry

func entriesOf(k *kit) entries {
	var out entries
	for typ, docs := range k.snapshot() {
		t, _ := k.content.Types().Type(typ)
		for _, key := range slices.Sorted(maps.Keys(docs)) {
			id, locale, _ := strings.Cut(key, "/")
			e := entry{typ: t, id: id, locale: locale}
			e.published, _ = docs[key][store.Published].(value.Object)
			if e.draft, _ = docs[key][store.Draft].(value.Object); e.draft != nil {
				out = append(out, e)
			}
		}
	}
	return out
}

// german are the published entries of a type in their first locale.
func (all entries) german(typ string) entries {
	return slices.DeleteFunc(slices.Clone(all), func(e entry) bool {
		return e.typ.ID != typ || e.published == nil || e.locale != e.typ.DefaultLocale()
	})
}

func (all entries) counts(t *testing.T) {
	for typ, want := range map[string]int{
		"topic": 48, "municipality": 75, "organisation": 24, "person": 80, "legal-form": 9, "focus": 6, "expert": 40, "document": 120, "term": 36,
		"project": 500, "event": 60, "faq": 30, "article": 20, "page": 8, "home": 1, "settings": 1,
	} {
		if n := len(all.german(typ)); n != want {
			t.Errorf("%d published of %s, want %d", n, typ, want)
		}
	}
	drafts, pending, variants := 0, 0, map[string]int{}
	for _, e := range all {
		switch {
		case e.published == nil:
			drafts++
		case !value.Equal(e.published, e.draft):
			pending++
		}
		variants[e.locale]++
	}
	if drafts != 10 || pending < 8 || pending > 14 {
		t.Errorf("%d drafts, %d pending edits", drafts, pending)
	}
	if variants["de-simple"] < 50 || variants["en"] < 50 {
		t.Errorf("locales %v", variants)
	}
}

// strings of an entry that the public can read, with where they stand.
func (e entry) public() map[string]string {
	out := map[string]string{}
	for _, f := range e.typ.Fields {
		if len(f.Access.Read) > 0 {
			continue
		}
		collect(out, f.Name, e.published[f.Name], f.Kind == schema.RichText)
	}
	return out
}

func collect(out map[string]string, at string, v any, rich bool) {
	switch x := v.(type) {
	case string:
		if rich || strings.HasPrefix(x, "<") {
			x = strings.NewReplacer("</p>", "\n", "</li>", "\n", "</h2>", "\n").Replace(x)
			x = regexp.MustCompile(`<[^>]*>`).ReplaceAllString(x, "")
		}
		out[at] = x
	case value.Object:
		for name, e := range x {
			collect(out, at+"."+name, e, rich)
		}
	case value.List:
		for i, e := range x {
			collect(out, fmt.Sprint(at, ".", i), e, rich)
		}
	}
}

// unlikely finds what a template or a form of grammar went wrong leaves behind.
var unlikely = []*regexp.Regexp{
	regexp.MustCompile(`[{}|\[\]]|%[sdv!]|\$|lorem|ipsum|TODO|<|>`),
	regexp.MustCompile(`  | [.,;:!?](\s|$)|[^.]\.\.([^.]|$)|,,|;;|\( | \)`),
	regexp.MustCompile(`(?i)\b(die|das) (Kreis|Rhein-\S+-Kreis|Hochsauerlandkreis)\b`),
	regexp.MustCompile(`(?i)\b(der|das|dem|des|den) (die|der|das|dem|des|den)\b [A-Z]`),
	regexp.MustCompile(`\b(dem|des|den) (Stadt|Gemeinde|Städteregion)\b|\b(das|den) Stadt\b|\bim (Stadt|Städteregion|Gemeinde)\b`),
	regexp.MustCompile(`\b(von|aus|mit|zwischen|bei) der (Kreis|Rhein-\S+-Kreis|Hochsauerlandkreis)\b`),
	regexp.MustCompile(`\beins (Kommunen|Jahre|Stellen|Millionen)\b|\b(ein|eine) (zwei|drei|vier)\b|\balle zwei (Verwaltungen|Kommunen|Städte|Bauhöfe)\b`),
	regexp.MustCompile(`[a-zäöüß)“]\n?[.!?] [a-zäöü]`),
}

// repeated finds a word that stands twice in a row.
func repeated(s string) string {
	words := strings.Fields(s)
	for i := 1; i < len(words); i++ {
		if words[i] == words[i-1] && len(words[i]) > 2 && words[i] != "Üben," && words[i] != "üben," {
			return words[i]
		}
	}
	return ""
}

func (all entries) texts(t *testing.T) {
	for _, e := range all {
		for at, s := range e.public() {
			if strings.HasPrefix(s, "https://") || at == "slug" {
				continue
			}
			for _, r := range unlikely {
				if m := r.FindString(s); m != "" {
					t.Errorf("%s, %s has %q: %s", e.name(), at, m, s)
				}
			}
			if w := repeated(s); w != "" {
				t.Errorf("%s, %s has %q twice: %s", e.name(), at, w, s)
			}
			if strings.TrimSpace(s) != s && !strings.HasSuffix(s, "\n") {
				t.Errorf("%s, %s has space around it: %q", e.name(), at, s)
			}
		}
	}
}

// titles: no two entries of a type read alike, and none got a slug with a number because another has the same title.
func (all entries) titles(t *testing.T) {
	type key struct{ typ, locale, field, text string }
	seen := map[key]string{}
	numbered := regexp.MustCompile(`-\d$`)
	for _, e := range all {
		for _, field := range []string{"title", "body", "summary"} {
			s, _ := e.published[field].(string)
			if s == "" || field == "summary" && e.locale != "de" {
				continue
			}
			k := key{e.typ.ID, e.locale, field, s}
			if other := seen[k]; other != "" {
				t.Errorf("%s has the %s of %s: %s", e.name(), field, other, s)
			}
			seen[k] = e.id
		}
		slug, _ := e.published["slug"].(string)
		if numbered.MatchString(slug) && !regexp.MustCompile(`\d`).MatchString(fmt.Sprint(e.published[e.typ.Display])) {
			t.Errorf("%s has the slug %s", e.name(), slug)
		}
	}
}

func (all entries) notes(t *testing.T) {
	for _, e := range all {
		if e.published == nil {
			continue
		}
		noted := false
		for _, s := range e.public() {
			noted = noted || strings.Contains(s, "Beispieldaten") || strings.Contains(s, "Sample data") || strings.Contains(s, "beispieldaten.")
		}
		if !noted {
			t.Errorf("%s does not say that it is sample data: %v", e.name(), e.public())
		}
	}
}

// relations: whatever an entry that is published refers to is there and published.
func (all entries) relations(t *testing.T) {
	public := map[string]bool{}
	for _, e := range all {
		if e.published != nil {
			public[e.typ.ID+"/"+e.id] = true
		}
	}
	n := 0
	var walk func(e entry, fields []*schema.Field, o value.Object)
	walk = func(e entry, fields []*schema.Field, o value.Object) {
		for _, f := range fields {
			list, many := o[f.Name].(value.List)
			if !many {
				list = value.List{o[f.Name]}
			}
			for _, v := range list {
				switch x := v.(type) {
				case string:
					if f.Kind == schema.Relation {
						n++
						if !public[f.Relation.To+"/"+x] {
							t.Errorf("%s: %s leads to nothing", e.name(), f.Name)
						}
					}
				case value.Object:
					walk(e, f.Fields, x)
				}
			}
		}
	}
	for _, e := range all {
		walk(e, e.typ.Fields, e.published)
	}
	if n < 4000 {
		t.Errorf("only %d relations", n)
	}
}

// spread: facets mean something, and dates lie on both sides of the day.
func (all entries) spread(t *testing.T) {
	facets := map[string]map[string]int{}
	count := func(facet string, v any) {
		if facets[facet] == nil {
			facets[facet] = map[string]int{}
		}
		facets[facet][fmt.Sprint(v)]++
	}
	for _, e := range all.german("project") {
		for _, name := range []string{"phase", "startYear"} {
			count(name, e.published[name])
		}
		for _, name := range []string{"topics", "legalForms", "municipalities"} {
			for _, v := range e.published[name].(value.List) {
				count(name, v)
			}
		}
		from, _ := e.published["startYear"].(int64)
		to, _ := e.published["endYear"].(int64)
		if to != 0 && to < from || e.published["phase"] == "planned" != (from > int64(today.Year())) {
			t.Errorf("%s: from %d to %d, %v", e.name(), from, to, e.published["phase"])
		}
	}
	for _, e := range all.german("event") {
		count("eventStatus", e.published["eventStatus"])
		count("format", e.published["format"])
		start := e.published["start"].(value.Object)["utc"].(string)
		count("past", start < today.Format("2006-01-02T15:04"))
	}
	for facet, least := range map[string]int{
		"phase": 4, "startYear": 15, "topics": 40, "legalForms": 9, "municipalities": 75, "eventStatus": 4, "format": 3, "past": 2,
	} {
		if len(facets[facet]) < least {
			t.Errorf("%s has %d values: %v", facet, len(facets[facet]), facets[facet])
		}
	}
	if facets["past"]["true"] < 20 || facets["past"]["false"] < 20 {
		t.Errorf("past and coming: %v", facets["past"])
	}
}

// shown: what a start page and the lists of a portal show is there: images, arms, galleries, accessible documents, chosen entries.
func (all entries) shown(t *testing.T) {
	filled := func(typ, field string) (n int) {
		for _, e := range all.german(typ) {
			if v := e.published[field]; v != nil && v != false {
				n++
			}
		}
		return n
	}
	for _, c := range []struct {
		typ, field  string
		least, most int
	}{
		{"event", "image", 60, 60}, {"municipality", "coatOfArms", 75, 75}, {"document", "accessible", 120, 120}, {"project", "gallery", 40, 120},
		{"project", "image", 60, 200}, {"focus", "image", 6, 6}, {"home", "projects", 1, 1}, {"home", "events", 1, 1}, {"home", "articles", 1, 1},
	} {
		if n := filled(c.typ, c.field); n < c.least || n > c.most {
			t.Errorf("%d of %s have %s, want %d to %d", n, c.typ, c.field, c.least, c.most)
		}
	}
	names := map[any]bool{}
	for _, e := range all.german("focus") {
		names[e.published["name"]] = true
	}
	if !names["Digitalisierung von Kommunalverwaltungen"] || !names["Shared Service Center"] {
		t.Errorf("focuses %v", names)
	}
	events := map[string]value.Object{}
	for _, e := range all.german("event") {
		events[e.id] = e.published
	}
	for _, id := range all.german("home")[0].published["events"].(value.List) {
		e := events[id.(string)]
		if e["eventStatus"] != "scheduled" || value.Get(e, "start.utc").(string) < today.Format("2006-01-02T15:04") {
			t.Errorf("the home page shows an event that is past or called off: %v, %v", e["title"], e["start"])
		}
	}
}
