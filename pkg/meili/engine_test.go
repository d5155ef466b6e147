package meili

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"

	"kontor/pkg/search"
	"kontor/pkg/search/blevesearch"
	"kontor/pkg/value"
)

// openEngine opens an engine of its own with a few projects.
func openEngine(t *testing.T) search.Engine {
	t.Helper()
	e, err := blevesearch.Open(t.TempDir(), blevesearch.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = e.Close() })
	ctx := context.Background()
	if err := e.Ensure(ctx, "projects", projects()); err != nil {
		t.Fatal(err)
	}
	doc := func(id, title, body string, year int64, lat float64, topics ...any) search.Document {
		return search.Document{ID: id, Rev: 1, Want: 1, Attributes: map[string]any{"documentId": id, "title": title, "body": body, "startYear": year,
			"topics": value.List(topics), "secret": strings.Repeat(id, 8), "extra": id == "a", "_geo": search.Point{Lat: lat, Lng: 7}}}
	}
	bare := search.Document{ID: "e", Rev: 1, Want: 1, Attributes: map[string]any{"documentId": "e", "title": "Ohne alles"}}
	refused, err := e.Put(ctx, "projects", []search.Document{
		doc("a", "Gemeinsamer Bauhof Unna", "Zwei Städte teilen sich Maschinen, Personal und Gebäude. Der Bauhof liegt in Unna.", 2020, 51.5, "Bau", "IT"),
		doc("b", "Bauhöfe im Vergleich", "Was kostet ein Bauhof? Eine Studie.", 2015, 52, "Bau"),
		doc("c", "Leitstelle für den Rettungsdienst", "Drei Kreise betreiben eine Leitstelle.", 2010, 50, "Sicherheit"),
		doc("d", "Rechenzentrum", "Server für alle: \"Cloud\" der Städte.", 2020, 51, "IT"), bare,
	})
	if err != nil || len(refused) > 0 {
		t.Fatal(refused, err)
	}
	return e
}

// asked sends a search through the dialect to the engine and back.
func asked(t *testing.T, e search.Engine, body string) map[string]any {
	t.Helper()
	p := planned(t, body)
	results, err := e.Search(context.Background(), []search.Query{p.Query})
	if err != nil {
		t.Fatalf("%s: %v", body, err)
	}
	var out map[string]any
	if err := json.Unmarshal([]byte(appended(t, p, results[0], 0)), &out); err != nil {
		t.Fatalf("%s: %v", body, err)
	}
	return out
}

// ids are the hits of an answer.
func ids(answer map[string]any) string {
	var out []string
	for _, h := range answer["hits"].([]any) {
		out = append(out, h.(map[string]any)["documentId"].(string))
	}
	return strings.Join(out, "")
}

// Every filter hits in the engine what it says, and with NOT everything else.
func TestFiltersOverEngine(t *testing.T) {
	e := openEngine(t)
	for filter, want := range map[string]string{
		`startYear = 2020`: "ad", `startYear != 2020`: "bce", `startYear > 2015`: "ad", `startYear >= 2015`: "abd", `startYear < 2015`: "c", `startYear <= 2015`: "bc",
		`startYear 2010 TO 2015`: "bc", `startYear IN [2010, 2015]`: "bc", `startYear NOT IN [2010, 2015]`: "ade", `topics IN []`: "", `topics NOT IN []`: "abcde",
		`topics = IT`: "ad", `topics = it`: "ad", `topics = "IT" AND topics = Bau`: "a", `topics = IT OR topics = Sicherheit`: "acd", `NOT topics = IT`: "bce",
		`topics EXISTS`: "abcd", `topics NOT EXISTS`: "e", `topics IS NULL`: "e", `topics IS EMPTY`: "e", `topics IS NOT NULL`: "abcd", `topics IS NOT EMPTY`: "abcd",
		`topics CONTAINS icher`: "c", `topics STARTS WITH Si`: "c", `topics NOT STARTS WITH B`: "cde", `topics NOT CONTAINS t`: "be",
		`NOT (startYear = 2020 OR topics = Sicherheit)`: "be", `(startYear = 2020 AND topics = Bau) OR startYear = 2010`: "ac",
		`_geoRadius(51.5, 7, 1000)`: "a", `_geoRadius(51.5, 7, 60000)`: "abd", `NOT _geoRadius(51.5, 7, 60000)`: "ce",
		`_geoBoundingBox([51.6, 7.1], [50.9, 6.9])`: "ad", `documentId = a`: "a",
	} {
		body, _ := json.Marshal(map[string]any{"filter": filter, "attributesToRetrieve": []string{"documentId"}})
		answer := asked(t, e, string(body))
		got := []byte(ids(answer))
		slices.Sort(got)
		if string(got) != want || answer["estimatedTotalHits"] != float64(len(want)) {
			t.Errorf("%s hits %s, not %s: %v", filter, got, want, answer["estimatedTotalHits"])
		}
	}
}

func TestSearchOverEngine(t *testing.T) {
	e := openEngine(t)
	for _, c := range []struct{ body, path, want string }{
		{`{"q":"bauhof","attributesToRetrieve":["documentId"]}`, "estimatedTotalHits", `2`},
		{`{"sort":["startYear:asc","title:desc"]}`, "ids", `"cbdae"`},
		{`{"sort":["startYear:desc","title:asc"]}`, "ids", `"adbce"`},
		{`{"sort":["_geoPoint(50,7):asc"]}`, "ids", `"cdabe"`},
		{`{"sort":["_geoPoint(51.5,7):asc"]}`, "hits.0._geoDistance", `0`},
		{`{"sort":["startYear:asc"],"limit":2,"offset":1}`, "ids", `"ba"`},
		{`{"sort":["startYear:asc"],"hitsPerPage":2,"page":3}`, "ids", `"e"`},
		{`{"hitsPerPage":2}`, "totalPages", `3`},
		{`{"limit":0}`, "hits", `[]`},
		{`{"facets":["topics","startYear"],"limit":0}`, "facetDistribution", `{"startYear":{"2010":1,"2015":1,"2020":2},"topics":{"Bau":2,"IT":2,"Sicherheit":1}}`},
		{`{"facets":["topics","startYear"],"limit":0}`, "facetStats", `{"startYear":{"max":2020,"min":2010}}`},
		{`{"facets":["*"],"limit":0,"filter":"startYear = 2010"}`, "facetDistribution", `{"documentId":{"c":1},"startYear":{"2010":1},"topics":{"Sicherheit":1}}`},
		{`{"q":"leitstelle","attributesToHighlight":["title"],"attributesToRetrieve":[]}`, "hits.0._formatted.title", `"<em>Leitstelle</em> für den Rettungsdienst"`},
		{`{"q":"unna","attributesToCrop":["body:4"],"attributesToHighlight":["body"],"highlightPreTag":"[","highlightPostTag":"]","attributesToRetrieve":[]}`,
			"hits.0._formatted.body", `"…Bauhof liegt in [Unna]."`},
		{`{"q":"sicherheit","showMatchesPosition":true,"attributesToRetrieve":[]}`, "hits.0._matchesPosition.topics", `[{"indices":[0],"length":10,"start":0}]`},
		{`{"q":"städte","attributesToHighlight":["*"],"attributesToRetrieve":[],"filter":"documentId = d"}`, "hits.0._formatted.body", `"Server für alle: \"Cloud\" der <em>Städte</em>."`},
		{`{"q":"aaaaaaaa"}`, "estimatedTotalHits", `1`}, // what is hidden is searched; the index puts there only what may be
		{`{"q":"aaaaaaaa","attributesToSearchOn":["title"]}`, "estimatedTotalHits", `0`},
		{`{"q":"bauhof","attributesToSearchOn":["title"],"matchingStrategy":"all"}`, "hits.0.documentId", `"a"`},
		{`{"q":"bauhof","attributesToSearchOn":[]}`, "hits", `[]`},
		{`{"q":"","attributesToSearchOn":[]}`, "estimatedTotalHits", `5`},
		{`{"q":"bauhof leitstelle","matchingStrategy":"all"}`, "estimatedTotalHits", `0`},
		{`{"q":"xyzzyx"}`, "hits", `[]`},
		{`{"distinct":"startYear","sort":["startYear:asc","title:asc"]}`, "ids", `"cbae"`},
		{`{"filter":"documentId = a"}`, "hits.0._geo", `{"lat":51.5,"lng":7}`},
		{`{"filter":"documentId = a"}`, "hits.0.extra", `true`},
		{`{"filter":"documentId = a"}`, "hits.0.secret", `null`},
		{`{"filter":"documentId = e"}`, "hits.0", `{"documentId":"e","title":"Ohne alles"}`},
		{`{"q":"bauhof","rankingScoreThreshold":1,"attributesToRetrieve":["documentId"],"showRankingScore":true}`, "hits.0._rankingScore", `null`},
	} {
		answer := asked(t, e, c.body)
		got := at(answer, c.path)
		if c.path == "ids" {
			got = ids(answer)
		}
		text, _ := json.Marshal(got)
		if plain := strings.NewReplacer(`\u003c`, "<", `\u003e`, ">").Replace(string(text)); plain != c.want {
			t.Errorf("%s\n%s is %s, not %s in %v", c.body, c.path, plain, c.want, answer)
		}
	}
	score := at(asked(t, e, `{"q":"leitstelle","showRankingScore":true}`), "hits.0._rankingScore")
	if n, ok := score.(float64); !ok || n <= 0 || n > 1 {
		t.Errorf("a score of %v", score)
	}
}

func TestFacetSearchOverEngine(t *testing.T) {
	e := openEngine(t)
	for body, want := range map[string]string{
		`{"facetName":"topics"}`:                                              `[{"value":"Bau","count":2},{"value":"IT","count":2},{"value":"Sicherheit","count":1}]`,
		`{"facetName":"topics","facetQuery":"si"}`:                            `[{"value":"Sicherheit","count":1}]`,
		`{"facetName":"topics","facetQuery":"xyz"}`:                           `[]`,
		`{"facetName":"topics","filter":"startYear = 2020"}`:                  `[{"value":"IT","count":2},{"value":"Bau","count":1}]`,
		`{"facetName":"topics","q":"rechenzentrum","facetQuery":""}`:          `[{"value":"IT","count":1}]`,
		`{"facetName":"startYear","facetQuery":"201"}`:                        `[{"value":"2010","count":1},{"value":"2015","count":1}]`,
		`{"facetName":"topics","filter":["startYear = 1900"],"limit":1}`:      `[]`,
		`{"facetName":"topics","q":"cloud","attributesToSearchOn":["title"]}`: `[]`,
	} {
		s, err := DecodeFacetSearch("projects", []byte(body))
		if err != nil {
			t.Fatal(err)
		}
		q, err := s.Plan(projects())
		if err != nil {
			t.Fatal(err)
		}
		r, err := e.FacetSearch(context.Background(), q)
		if err != nil {
			t.Fatalf("%s: %v", body, err)
		}
		if got := string(s.Append(nil, r, 0)); !strings.HasPrefix(got, `{"facetHits":`+want+`,`) {
			t.Errorf("%s answers %s, not %s", body, got, want)
		}
	}
}

// at finds a value by a dotted path.
func at(v any, path string) any {
	for name := range strings.SplitSeq(path, ".") {
		switch x := v.(type) {
		case map[string]any:
			v = x[name]
		case []any:
			i := 0
			if _, err := fmt.Sscan(name, &i); err != nil || i >= len(x) {
				return nil
			}
			v = x[i]
		}
	}
	return v
}
