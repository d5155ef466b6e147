package api_test

import (
	"context"
	"encoding/json"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// Of the secrets that TestRightsMatrix plants, searches give those away that the public may read, and no other, whoever asks and in whatever way:
// not in a hit, not as a facet, not by being found, not by a count. What the public may not read is in no answer and finds nothing.
func TestSearchMatrix(t *testing.T) {
	f := newFieldOn(t, newServer(t, setup{searched: true}))
	f.followed()
	indexes := f.index.Names(context.Background())
	seen := map[string]bool{}
	look := func(what, body string) {
		for _, w := range secretWord.FindAllString(body, -1) {
			if s, known := f.secrets[w]; !known || !f.may("", s) {
				t.Errorf("%s shows the field %s of %s (%s)", what, s.field, s.typ.ID, s.state)
				return
			}
			seen[w] = true
		}
	}
	everything := `{"limit":1000,"facets":["*"],"attributesToHighlight":["*"],"attributesToCrop":["*:3"],"showMatchesPosition":true,"showRankingScore":true}`
	for _, name := range indexes {
		for _, by := range f.callers {
			r := f.do(call{"POST", "/search/indexes/" + name + "/search", by, everything, nil})
			if r.status != 200 {
				t.Errorf("%s: %d %s", name, r.status, r.body)
			}
			look(name+" by "+by, r.body)
		}
		look(name+" by GET", f.get("", "/search/indexes/"+name+"/search?limit=1000&facets=*").body)
	}
	if slices.Contains(indexes, "memos") {
		t.Error("what is not public has an index")
	}
	var planted []string // where something may be found: entries are in the default locale
	for _, typ := range f.types {
		if slices.Contains(indexes, typ.PathName()) {
			planted = append(planted, typ.PathName())
		}
	}
	planted = append(planted, "all")
	if racing { // which makes each search as slow as ten; the gate runs this without it too
		planted = []string{"projects", "all"}
	}
	found := f.findSecrets(t, planted, look)
	shown := 0
	for w, s := range f.secrets {
		x, _ := s.typ.Field(s.field)
		if !f.may("", s) || x.Search.Weight == 0 || x.Populated() || x.Kind == "object" {
			continue
		}
		shown++
		if !seen[w] || !found[w] && slices.Contains(planted, s.typ.PathName()) {
			t.Errorf("%s of %s is public and searched, and was not seen (%v) or not found (%v)", s.field, s.typ.ID, seen[w], found[w])
		}
	}
	if shown < 20 {
		t.Errorf("only %d words are public and searched", shown)
	}
	t.Logf("%d indexes, %d secrets, %d of them public and searched", len(indexes), len(f.secrets), shown)
}

// findSecrets asks for every secret word: as a text and, with all that can be filtered, as a value. Those are found that may be.
func (f *field) findSecrets(t *testing.T, indexes []string, look func(what, body string)) map[string]bool {
	t.Helper()
	found := map[string]bool{}
	for _, name := range indexes {
		var facets []string
		for facet := range f.searchIn(name, `{"limit":0,"facets":["*"]}`).at(t, "facetDistribution").(map[string]any) {
			facets = append(facets, facet)
		}
		var words, queries []string
		for w := range f.secrets {
			words = append(words, w)
			phrase, _ := json.Marshal(`"` + w + `"`)
			queries = append(queries, fmt.Sprintf(`{"indexUid":%q,"q":%s,"limit":5,"attributesToHighlight":["*"]}`, name, phrase))
			var filters []string
			for _, facet := range facets {
				filters = append(filters, "'"+facet+"' = "+w, "'"+facet+"' CONTAINS "+w)
			}
			text, _ := json.Marshal(strings.Join(filters, " OR "))
			queries = append(queries, fmt.Sprintf(`{"indexUid":%q,"filter":%s,"limit":5,"attributesToHighlight":["*"]}`, name, text))
		}
		for start := 0; start < len(queries); start += 50 {
			part := queries[start:min(start+50, len(queries))]
			r := f.want(200, call{"POST", "/search/multi-search", "", `{"queries":[` + strings.Join(part, ",") + `]}`, nil})
			for i, result := range r.at(t, "results").([]any) {
				w := words[(start+i)/2]
				hits := result.(map[string]any)["hits"].([]any)
				if len(hits) == 0 {
					continue
				}
				if found[w] = true; !f.may("", f.secrets[w]) {
					t.Errorf("%s of %s (%s) is found in %s: %v", f.secrets[w].field, f.secrets[w].typ.ID, f.secrets[w].state, name, hits)
				}
			}
		}
		for _, facet := range facets {
			look("the values of "+facet, f.want(200, call{"POST", "/search/indexes/" + name + "/facet-search", "", `{"facetName":"` + facet + `","facetQuery":"zq"}`, nil}).body)
		}
	}
	return found
}

// tookPattern is what differs from one answer to the next.
var tookPattern = regexp.MustCompile(`"processingTimeMs":\d+`)

// A field that the public sees nowhere is refused like one that there is not, in the same words, by every way to name it.
func TestHiddenFieldsAreUnknownToSearch(t *testing.T) {
	f := newFieldOn(t, newServer(t, setup{searched: true}))
	f.followed()
	shut := map[string]map[string]bool{}
	for _, s := range f.secrets {
		if x, _ := s.typ.Field(s.field); s.typ.Public && s.state == "published" && x.Access.ReadIf == nil && !f.may("", s) {
			if shut[s.typ.PathName()] == nil {
				shut[s.typ.PathName()] = map[string]bool{}
			}
			shut[s.typ.PathName()][s.field] = true
		}
	}
	asked := 0
	for index, names := range shut {
		for name := range names {
			for _, body := range []string{
				`{"filter":"? EXISTS"}`, `{"filter":[["NOT ? = x","? CONTAINS a"]]}`, `{"sort":["?:asc"]}`, `{"facets":["?"]}`, `{"distinct":"?"}`, `{"attributesToSearchOn":["?"]}`,
				`{"attributesToRetrieve":["?"]}`, `{"attributesToRetrieve":[],"attributesToHighlight":["?"]}`, `{"attributesToRetrieve":[],"attributesToCrop":["?:2"],"q":"zq"}`,
			} {
				for _, path := range []string{"/search/indexes/" + index + "/search", "/search/multi-search", "/search/indexes/" + index + "/facet-search"} {
					answer := func(name string) string {
						asks := strings.ReplaceAll(body, "?", name)
						switch {
						case strings.HasSuffix(path, "multi-search"):
							asks = `{"queries":[{"indexUid":"` + index + `",` + asks[1:] + `]}`
						case strings.HasSuffix(path, "facet-search"):
							asks = `{"facetName":"` + name + `",` + asks[1:]
						}
						asked++
						r := f.do(call{"POST", path, "", asks, nil})
						if r.status >= 500 {
							t.Errorf("%s %s: %d %s", path, asks, r.status, r.body)
						}
						return fmt.Sprint(r.status, " ", tookPattern.ReplaceAllString(strings.ReplaceAll(r.body, name, "?"), ""))
					}
					// Names of one length, since columns are in the words.
					if hidden, unknown := answer(name), answer(strings.Repeat("x", len(name))); hidden != unknown {
						t.Errorf("%s %s\nhidden:  %s\nunknown: %s", path, strings.ReplaceAll(body, "?", name), hidden, unknown)
					}
				}
			}
		}
	}
	if asked < 100 {
		t.Errorf("only %d questions were asked", asked)
	}
}
