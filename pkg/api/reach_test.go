package api_test

import (
	"bytes"
	"cmp"
	"fmt"
	"image"
	"image/png"
	"net/url"
	"slices"
	"strings"
	"testing"
)

// titles lists the titles of a list, as a caller gets it.
func (s *server) titles(by, path string) string {
	s.t.Helper()
	r := s.want(200, call{"GET", path, by, "", nil})
	var out []string
	for _, e := range r.at(s.t, "data").([]any) {
		out = append(out, fmt.Sprint(e.(map[string]any)["title"]))
	}
	return strings.Join(out, " ")
}

// A list sorted by a field of a relation's target has full pages in one order, entries without a visible
// target first, like absent values; the pages together are the whole list.
func TestSortThroughARelation(t *testing.T) {
	s := newServer(t, setup{})
	type event struct{ title, town string }
	var towns []string
	for _, name := range []string{"Ahlen", "Ämter", "Bonn", "Celle", "Zell"} {
		towns = append(towns, s.create("municipalities", `{"name":"`+name+`","kind":"town"}`))
	}
	hidden := s.draft("municipalities", `{"name":"Aachen","kind":"city"}`)
	var events []event
	add := func(title, town string, place int) {
		link := `null`
		if town != "" {
			link = `"` + town + `"`
		}
		s.create("events", `{"title":"`+title+`","start":{"local":"2027-05-01T09:00"},"municipality":`+link+`}`)
		events = append(events, event{title, fmt.Sprint(place)})
	}
	for i, n := range []int{7, 1, 0, 12, 3} {
		for j := range n {
			add(fmt.Sprintf("e%d%02d", 9-i, j), towns[i], i+1)
		}
	}
	add("none", "", 0)
	add("draft", hidden, 0)
	for _, desc := range []bool{false, true} {
		want := slices.Clone(events)
		slices.SortFunc(want, func(a, b event) int {
			places := cmp.Compare(a.town, b.town)
			if desc {
				places = -places
			}
			return cmp.Or(places, cmp.Compare(b.title, a.title))
		})
		var all []string
		for _, e := range want {
			all = append(all, e.title)
		}
		key := map[bool]string{false: "municipality.name", true: "municipality.name:desc"}[desc]
		for _, size := range []int{1, 2, 5, 7, 8, 100} {
			var got []string
			for page := 1; page <= len(all)/size+2; page++ {
				path := fmt.Sprintf("/api/events?sort=%s,title:desc&fields=title&pagination[page]=%d&pagination[pageSize]=%d", url.QueryEscape(key), page, size)
				if part := s.titles("", path); part != "" {
					got = append(got, strings.Fields(part)...)
				}
			}
			if !slices.Equal(got, all) {
				t.Errorf("%s in pages of %d: %v, want %v", key, size, got, all)
			}
		}
	}
	if r := s.get("", "/api/events?sort=municipality.name&pagination[pageSize]=5"); r.at(t, "meta.pagination.total") != float64(len(events)) {
		t.Errorf("%s", r.body)
	}
	if got := s.titles("", "/api/events?sort=municipality.name,title&filters[municipality][name]=Zell&fields=title"); got != "e500 e501 e502" {
		t.Errorf("a filter beside it: %s", got)
	}
	if got := s.titles("editor", "/api/events?sort=municipality.name&fields=title&pagination[pageSize]=2&status=draft"); got != "none draft" {
		t.Errorf("the editor sees Aachen: %s", got)
	}
	for sort, message := range map[string]string{
		"topics.name": "a relation to many", "municipality.nope": "Invalid key nope", "title,municipality.name": "Only the first sort key", "municipality.internalNote": "Invalid key internalNote",
		"municipality.topics.name": "Invalid key topics", "municipality": "can't be sorted by municipality", "seo.title": "Invalid key title",
	} {
		if r := s.get("", "/api/events?sort="+sort); r.status != 400 || !strings.Contains(r.body, message) {
			t.Errorf("%s: %d %s, want %s", sort, r.status, r.body, message)
		}
	}
}

// dot is a picture of one pixel.
func dot(t *testing.T) string {
	t.Helper()
	var b bytes.Buffer
	if err := png.Encode(&b, image.NewGray(image.Rect(0, 0, 1, 1))); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// Entries are found by facts of their files.
func TestFilterByFiles(t *testing.T) {
	s := newServer(t, setup{})
	plan, note := s.upload("plan.png", dot(t)), s.upload("note.bmp", "BM\x00\x00\x00\x00\x00\x00\x00\x00\x36\x00\x00\x00\x28\x00\x00\x00")
	s.want(200, call{"POST", fmt.Sprintf("/api/upload?id=%d", note.ID), "admin", `{"fileInfo":{"alternativeText":"Notiz"}}`, nil})
	for title, file := range map[string]string{"Plan": fmt.Sprint(plan.ID), "Notiz": fmt.Sprint(note.ID), "Leer": "null"} {
		s.want(201, call{"POST", "/api/events?status=draft", "admin", `{"data":{"title":"` + title + `","image":` + file + `}}`, nil})
	}
	for filter, want := range map[string]string{
		"[image][mime]=image/png": "Plan", "[image][mime][$startsWith]=image/b": "Notiz", "[image][alternativeText][$null]=true": "Plan",
		"[image][alternativeText][$notNull]=true": "Notiz", "[image][alternativeText][$containsi]=NOTIZ": "Notiz", "[image][name][$endsWith]=.png": "Plan",
		"[$not][image][mime]=image/png": "Notiz", "[image][$null]=true": "Leer", "[image][$notNull]=true": "Notiz Plan", "[image][mime]=image/webp": "",
		"[$or][0][image][mime]=image/bmp&filters[$or][1][image][$null]=true": "Leer Notiz", "[image][id]=" + fmt.Sprint(plan.ID): "Plan",
	} {
		if got := s.titles("admin", "/api/events?status=draft&sort=title&fields=title&filters"+filter); got != want {
			t.Errorf("%s: %q, want %q", filter, got, want)
		}
	}
	for _, filter := range []string{"[image][nope]=1", "[image][organisation]=1", "[image][sha256]=x", "[image][key]=x", "[image][image][mime]=x", "[image][size]=x"} {
		if r := s.get("admin", "/api/events?filters"+filter); r.status != 400 {
			t.Errorf("%s: %d %s", filter, r.status, r.body)
		}
	}
}

// Entries are found by what their other locales have, or by that they have none: a draft in another
// locale is none for the public.
func TestFilterByLocalizations(t *testing.T) {
	s := newServer(t, setup{})
	ids := map[string]string{}
	for _, title := range []string{"Alle", "Englisch", "Entwurf", "Nur deutsch"} {
		ids[title] = s.create("events", `{"title":"`+title+`","start":{"local":"2027-05-01T09:00"}}`)
	}
	add := func(title, locale, status string) {
		s.want(200, call{"PUT", "/api/events/" + ids[title] + "?locale=" + locale + "&status=" + status, "admin", `{"data":{"title":"` + title + ` ` + locale + `"}}`, nil})
	}
	add("Alle", "en", "published")
	add("Alle", "de-simple", "published")
	add("Englisch", "en", "published")
	add("Entwurf", "de-simple", "draft")
	const simple = "[localizations][locale]=de-simple"
	for filter, want := range map[string]string{
		simple: "Alle", "[$not]" + simple: "Englisch Entwurf Nur deutsch", "[localizations][$null]=true": "Entwurf Nur deutsch", "[localizations][$notNull]=true": "Alle Englisch",
		"[localizations][title][$endsWith]=en": "Alle Englisch", "[localizations][locale]=de": "", "[localizations][locale][$in][0]=en&filters[title]=Alle": "Alle",
	} {
		if got := s.titles("", "/api/events?sort=title&fields=title&filters"+filter); got != want {
			t.Errorf("%s: %q, want %q", filter, got, want)
		}
	}
	if got := s.titles("editor", "/api/events?status=draft&sort=title&fields=title&filters[$not]"+simple); got != "Englisch Nur deutsch" {
		t.Errorf("the editor's drafts without plain language: %q", got)
	}
	if got := s.titles("", "/api/events?locale=en&sort=title&fields=title&filters[localizations][locale]=de"); got != "Alle en Englisch en" {
		t.Errorf("in English: %q", got)
	}
	if got := s.titles("", "/api/events?locale=de-simple&localeFallback=true&sort=title&fields=title&filters[localizations][locale]=en"); got != "Alle de-simple Englisch" {
		t.Errorf("with a fallback: %q", got)
	}
	for _, filter := range []string{"[localizations]=x", "[localizations][$contains]=x", "[localizations][nope]=x", "[localizations][internalNote]=x"} {
		if r := s.get("", "/api/events?filters"+filter); r.status != 400 {
			t.Errorf("%s: %d %s", filter, r.status, r.body)
		}
	}
	if r := s.get("", "/api/settings?filters[localizations][locale]=en"); r.status != 400 {
		t.Errorf("a single type: %d", r.status)
	}
}

// With options.strict of false a target that has nothing to stand beside goes to the end; else the write
// is refused.
func TestLoosePositions(t *testing.T) {
	s := newServer(t, setup{})
	var ids []string
	for _, name := range []string{"A", "B", "C"} {
		ids = append(ids, s.create("topics", `{"name":"`+name+`"}`))
	}
	project := s.create("projects", `{"title":"Projekt","topics":["`+ids[0]+`"]}`)
	connect := func(options string) call {
		body := `{"data":{"topics":{"connect":[{"documentId":"` + ids[1] + `","position":{"before":"` + ids[2] + `"}}]` + options + `}}}`
		return call{"PUT", "/api/projects/" + project + "?populate=topics", "editor", body, nil}
	}
	for _, options := range []string{"", `,"options":{"strict":true}`} {
		if r := s.want(400, connect(options)); !strings.Contains(r.body, "no_place") {
			t.Errorf("%s: %s", options, r.body)
		}
	}
	r := s.want(200, connect(`,"options":{"strict":false}`))
	r.wantAt(t, "data.topics.0.name", `"A"`)
	r.wantAt(t, "data.topics.1.name", `"B"`)
}
