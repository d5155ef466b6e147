package meili

import (
	"errors"
	"reflect"
	"strings"
	"testing"
	"time"

	"kontor/pkg/fault"
	"kontor/pkg/search"
	"kontor/pkg/value"
)

// result is what an index answers in these tests.
func result() search.Result {
	stats := search.Stats{Min: 2010, Max: 2020}
	return search.Result{
		Total: 37,
		Hits: []search.Hit{
			{ID: "a", Rev: 3, Score: 0.75, Distance: 1200, Attributes: map[string]any{
				"documentId": "a", "title": "Bauhof <Unna>", "body": "Zwei Städte teilen sich ihren Bauhof.", "topics": value.List{"Bau", "IT"}, "startYear": int64(2020), "extra": true,
				"_geo": search.Point{Lat: 51.5, Lng: 7.75}, "secret": "planted", "_rev": int64(7)},
				Matches: map[string][]search.Match{"title": {{Start: 0, Length: 3, Element: -1}}, "body": {{Start: 31, Length: 3, Element: -1}}, "topics": {{Start: 0, Length: 3, Element: 0}},
					"secret": {{Start: 0, Length: 3, Element: -1}}}},
			{ID: "b", Distance: -1, Score: 0.5, Attributes: map[string]any{"documentId": "b", "title": "Leitstelle"}},
		},
		Facets: map[string]search.Facet{"topics": {Counts: []search.Count{{Value: "IT", Count: 20}, {Value: `B"au`, Count: 3}}}, "startYear": {Counts: []search.Count{{Value: "2020", Count: 1}}, Stats: &stats}},
	}
}

const firstHit = `"documentId":"a","title":"Bauhof <Unna>","body":"Zwei Städte teilen sich ihren Bauhof.","topics":["Bau","IT"],"startYear":2020,"extra":true,"_geo":{"lat":51.5,"lng":7.75}`

func TestAppend(t *testing.T) {
	for _, c := range []struct{ name, body, want string }{
		{"plain", `{"q":"bau"}`,
			`{"hits":[{` + firstHit + `},{"documentId":"b","title":"Leitstelle"}],"query":"bau","processingTimeMs":5,"limit":20,"offset":0,"estimatedTotalHits":37}`},
		{"pages", `{"page":2,"hitsPerPage":10,"attributesToRetrieve":["documentId"]}`,
			`{"hits":[{"documentId":"a"},{"documentId":"b"}],"query":"","processingTimeMs":5,"page":2,"hitsPerPage":10,"totalPages":4,"totalHits":37}`},
		{"no hits a page", `{"hitsPerPage":0,"attributesToRetrieve":[]}`,
			`{"hits":[{},{}],"query":"","processingTimeMs":5,"page":1,"hitsPerPage":0,"totalPages":0,"totalHits":37}`},
		{"facets", `{"facets":["topics","startYear","documentId"],"attributesToRetrieve":[]}`,
			`{"hits":[{},{}],"query":"","processingTimeMs":5,"limit":20,"offset":0,"estimatedTotalHits":37,` +
				`"facetDistribution":{"topics":{"IT":20,"B\"au":3},"startYear":{"2020":1},"documentId":{}},"facetStats":{"startYear":{"min":2010,"max":2020}}}`},
		{"no facets", `{"facets":[],"attributesToRetrieve":[]}`,
			`{"hits":[{},{}],"query":"","processingTimeMs":5,"limit":20,"offset":0,"estimatedTotalHits":37}`},
		{"highlight", `{"attributesToRetrieve":["title"],"attributesToHighlight":["title"]}`,
			`{"hits":[{"title":"Bauhof <Unna>","_formatted":{"title":"<em>Bau</em>hof <Unna>"}},{"title":"Leitstelle","_formatted":{"title":"Leitstelle"}}],` +
				`"query":"","processingTimeMs":5,"limit":20,"offset":0,"estimatedTotalHits":37}`},
		{"highlight all", `{"attributesToRetrieve":["documentId"],"attributesToHighlight":["*"],"highlightPreTag":"__ais-highlight__","highlightPostTag":"__/ais-highlight__","attributesToCrop":["body:2"]}`,
			`{"hits":[{"documentId":"a","_formatted":{"documentId":"a","title":"__ais-highlight__Bau__/ais-highlight__hof <Unna>","body":"…ihren __ais-highlight__Bau__/ais-highlight__hof.",` +
				`"topics":["__ais-highlight__Bau__/ais-highlight__","IT"],"startYear":"2020","extra":true,"_geo":{"lat":"51.5","lng":"7.75"}}},` +
				`{"documentId":"b","_formatted":{"documentId":"b","title":"Leitstelle"}}],"query":"","processingTimeMs":5,"limit":20,"offset":0,"estimatedTotalHits":37}`},
		{"what is not highlighted is in _formatted too", `{"attributesToRetrieve":["startYear"],"attributesToHighlight":["title"]}`,
			`{"hits":[{"startYear":2020,"_formatted":{"title":"<em>Bau</em>hof <Unna>","startYear":"2020"}},{"_formatted":{"title":"Leitstelle"}}],` +
				`"query":"","processingTimeMs":5,"limit":20,"offset":0,"estimatedTotalHits":37}`},
		{"nothing to format", `{"attributesToRetrieve":["documentId"],"attributesToHighlight":["body","secret"]}`,
			`{"hits":[{"documentId":"a","_formatted":{"documentId":"a","body":"Zwei Städte teilen sich ihren <em>Bau</em>hof."}},{"documentId":"b","_formatted":{"documentId":"b"}}],` +
				`"query":"","processingTimeMs":5,"limit":20,"offset":0,"estimatedTotalHits":37}`},
		{"an empty _formatted is none", `{"attributesToRetrieve":[],"attributesToHighlight":["body"]}`,
			`{"hits":[{"_formatted":{"body":"Zwei Städte teilen sich ihren <em>Bau</em>hof."}},{}],"query":"","processingTimeMs":5,"limit":20,"offset":0,"estimatedTotalHits":37}`},
		{"crop", `{"attributesToRetrieve":[],"attributesToCrop":["body"],"cropLength":3,"cropMarker":"..."}`,
			`{"hits":[{"_formatted":{"body":"...sich ihren Bauhof."}},{}],"query":"","processingTimeMs":5,"limit":20,"offset":0,"estimatedTotalHits":37}`},
		{"crop by star", `{"attributesToRetrieve":[],"attributesToCrop":["*:1","title:2"],"attributesToHighlight":["nope"]}`,
			`{"hits":[{"_formatted":{"documentId":"a","title":"Bauhof <Unna>","body":"…Bauhof.","topics":["Bau","IT"],"startYear":"2020","extra":true,"_geo":{"lat":"51.5","lng":"7.75"}}},` +
				`{"_formatted":{"documentId":"b","title":"Leitstelle"}}],"query":"","processingTimeMs":5,"limit":20,"offset":0,"estimatedTotalHits":37}`},
		{"the last crop counts", `{"attributesToRetrieve":[],"attributesToCrop":["body:1","title:x","body:2"],"cropLength":1}`,
			`{"hits":[{"_formatted":{"title":"Bauhof…","body":"…ihren Bauhof."}},{"_formatted":{"title":"Leitstelle"}}],"query":"","processingTimeMs":5,"limit":20,"offset":0,"estimatedTotalHits":37}`},
		{"the last crop is of all", `{"attributesToRetrieve":[],"attributesToCrop":["body:5","*:1"],"attributesToHighlight":["body"]}`,
			`{"hits":[{"_formatted":{"documentId":"a","title":"Bauhof…","body":"…<em>Bau</em>hof.","topics":["Bau","IT"],"startYear":"2020","extra":true,"_geo":{"lat":"51.5","lng":"7.75"}}},` +
				`{"_formatted":{"documentId":"b","title":"Leitstelle"}}],"query":"","processingTimeMs":5,"limit":20,"offset":0,"estimatedTotalHits":37}`},
		{"positions", `{"attributesToRetrieve":["documentId"],"showMatchesPosition":true}`,
			`{"hits":[{"documentId":"a","_matchesPosition":{"title":[{"start":0,"length":3}],"body":[{"start":31,"length":3}],"topics":[{"start":0,"length":3,"indices":[0]}]}},` +
				`{"documentId":"b","_matchesPosition":{}}],"query":"","processingTimeMs":5,"limit":20,"offset":0,"estimatedTotalHits":37}`},
		{"score and distance", `{"attributesToRetrieve":["documentId"],"showRankingScore":true,"sort":["startYear:asc","_geoPoint(51,7):asc"]}`,
			`{"hits":[{"documentId":"a","_geoDistance":1200,"_rankingScore":0.75},{"documentId":"b","_rankingScore":0.5}],` +
				`"query":"","processingTimeMs":5,"limit":20,"offset":0,"estimatedTotalHits":37}`},
	} {
		t.Run(c.name, func(t *testing.T) {
			got := appended(t, planned(t, c.body), result(), 5900*time.Microsecond)
			if got != c.want {
				t.Errorf("%s\nanswers %s\nnot     %s", c.body, got, c.want)
			}
			decoded(t, got)
		})
	}
}

func TestAppendNothing(t *testing.T) {
	got := appended(t, planned(t, `{"q":"x","facets":["topics"],"attributesToHighlight":["*"],"page":1}`), search.Result{}, 0)
	want := `{"hits":[],"query":"x","processingTimeMs":0,"page":1,"hitsPerPage":20,"totalPages":0,"totalHits":0,"facetDistribution":{"topics":{}},"facetStats":{}}`
	if got != want {
		t.Errorf("%s in place of %s", got, want)
	}
}

// Of more hits than are to have, no page is announced.
func TestPagesEndWithTheWindow(t *testing.T) {
	got := appended(t, planned(t, `{"page":1,"hitsPerPage":1000}`), search.Result{Total: 123_456}, 0)
	if !strings.Contains(got, `"totalPages":10,"totalHits":10000`) {
		t.Error(got)
	}
	got = appended(t, planned(t, `{}`), search.Result{Total: 123_456}, 0)
	if !strings.Contains(got, `"estimatedTotalHits":123456`) {
		t.Error(got)
	}
}

// appended is the answer to a search, however long.
func appended(t *testing.T, p *Plan, r search.Result, took time.Duration) string {
	t.Helper()
	out, err := p.Append(nil, r, took, 1<<30)
	if err != nil {
		t.Fatal(err)
	}
	return string(out)
}

func TestMulti(t *testing.T) {
	m := NewMulti([]byte("-"), 1<<20)
	for i, p := range []*Plan{planned(t, `{"attributesToRetrieve":["documentId"]}`), planned(t, `{"q":"x","hitsPerPage":5}`)} {
		if err := m.Add(p, []search.Result{result(), {}}[i], time.Millisecond); err != nil {
			t.Fatal(err)
		}
	}
	got := string(m.End())
	want := `-{"results":[{"indexUid":"projects","hits":[{"documentId":"a"},{"documentId":"b"}],"query":"","processingTimeMs":1,"limit":20,"offset":0,"estimatedTotalHits":37},` +
		`{"indexUid":"projects","hits":[],"query":"x","processingTimeMs":1,"page":1,"hitsPerPage":5,"totalPages":0,"totalHits":0}]}`
	if got != want {
		t.Errorf("%s in place of %s", got, want)
	}
	if got := string(NewMulti(nil, 0).End()); got != `{"results":[]}` {
		t.Error(got)
	}
}

// An answer that is longer than allowed is refused in one search, and in a multi-search by what all results take together.
func TestTooLong(t *testing.T) {
	p := planned(t, `{"attributesToRetrieve":["documentId"]}`)
	length := len(appended(t, p, result(), 0))
	if _, err := p.Append([]byte("before"), result(), 0, length); err != nil {
		t.Errorf("an answer of just the length allowed: %v", err)
	}
	for _, most := range []int{0, 20, length - 3} {
		if _, err := p.Append(nil, result(), 0, most); !fault.Is(err, fault.Invalid) || !strings.Contains(err.Error(), "attributesToRetrieve") {
			t.Errorf("at most %d of %d bytes: %v", most, length, err)
		}
	}
	m := NewMulti([]byte("before"), 3*length)
	if err := errors.Join(m.Add(p, result(), 0), m.Add(p, result(), 0)); err != nil {
		t.Errorf("two results in the room of three: %v", err)
	}
	if err := m.Add(p, result(), 0); !fault.Is(err, fault.Invalid) {
		t.Errorf("a third, with what stands around them: %v", err)
	}
}

func TestAppendFacetSearch(t *testing.T) {
	for body, want := range map[string]string{
		`{"facetName":"topics","facetQuery":"b"}`: `{"facetHits":[{"value":"Bau","count":3}],"facetQuery":"b","processingTimeMs":2}`,
		`{"facetName":"topics","facetQuery":""}`:  `{"facetHits":[{"value":"Bau","count":3}],"facetQuery":"","processingTimeMs":2}`,
		`{"facetName":"topics"}`:                  `{"facetHits":[{"value":"Bau","count":3}],"facetQuery":null,"processingTimeMs":2}`,
	} {
		s, err := DecodeFacetSearch("projects", []byte(body))
		if err != nil {
			t.Fatal(err)
		}
		if got := string(s.Append(nil, search.FacetResult{Counts: []search.Count{{Value: "Bau", Count: 3}}}, 2*time.Millisecond)); got != want {
			t.Errorf("%s answers %s, not %s", body, got, want)
		}
	}
}

func TestAppendError(t *testing.T) {
	for _, c := range []struct {
		err                 error
		message, code, kind string
	}{
		{IndexNotFound("movies", ""), "Index `movies` not found.", "index_not_found", "invalid_request"},
		{Inside(3, IndexNotFound("movies", "It moved.")), "Inside `.queries[3]`: Index `movies` not found. It moved.", "index_not_found", "invalid_request"},
		{refuse(invalidSort, "No"), "No", "invalid_search_sort", "invalid_request"},
		{MissingContentType(), "A Content-Type header is missing.", "missing_content_type", "invalid_request"},
		{InvalidContentType("text/plain"), "The Content-Type `text/plain` is invalid.", "invalid_content_type", "invalid_request"},
		{fault.New(fault.NotFound, "Not Found"), "Not Found", "not_found", "invalid_request"},
		{fault.New(fault.Method, "Method Not Allowed"), "Method Not Allowed", "bad_request", "invalid_request"},
		{fault.New(fault.TooLarge, "Large"), "Large", "payload_too_large", "invalid_request"},
		{fault.New(fault.TooMany, "Many"), "Many", "too_many_search_requests", "system"},
		{fault.New(fault.Unavailable, "Building"), "Building", "index_not_accessible", "internal"},
		{fault.New(fault.Timeout, "Slow"), "Slow", "internal", "internal"},
		{fault.Wrap(fault.Internal, errors.New("planted"), "planted").With("id", "abc"), "An internal error has occurred. It is logged as `abc`.", "internal", "internal"},
		{errors.New("planted"), "An internal error has occurred.", "internal", "internal"},
	} {
		got := decoded(t, string(AppendError(nil, fault.As(c.err)))).(value.Object)
		link := "https://docs.meilisearch.com/errors#" + c.code
		if !strings.HasPrefix(got["message"].(string), c.message) || got["code"] != c.code || got["type"] != c.kind || got["link"] != link || len(got) != 4 {
			t.Errorf("%v became %v", c.err, got)
		}
	}
	long := string(AppendError(nil, refuse(badRequest, "%s", strings.Repeat("ü", 10_000))))
	if len(long) > maxMessage+300 {
		t.Errorf("an error of %d bytes", len(long))
	}
}

func TestIndexNames(t *testing.T) {
	for _, uid := range []string{"", "hé", "a b", "a/b", "a~", "a.b", strings.Repeat("a", 401), "\xff", "a:startYear:desc"} {
		for _, err := range []error{second(DecodeSearch(uid, []byte(`{}`))), second(DecodeSearchURL(uid, "")), second(DecodeFacetSearch(uid, []byte(`{"facetName":"a"}`)))} {
			if e := fault.As(err); err == nil || e.Details[codeDetail] != invalidIndexUID {
				t.Errorf("%q: %v", uid, err)
			}
		}
	}
	if _, err := DecodeSearch("projects-de-simple", []byte(`{}`)); err != nil {
		t.Error(err)
	}
}

func second[T any](_ T, err error) error { return err }

// The settings stay as they were given, since many requests share them.
func TestPlanChangesNoSettings(t *testing.T) {
	given := projects()
	s, err := DecodeSearch("projects", []byte(`{"facets":["*"],"attributesToHighlight":["*"],"attributesToCrop":["*"],"attributesToRetrieve":["title"],"showMatchesPosition":true}`))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := s.Plan(given); err != nil || !reflect.DeepEqual(given, projects()) {
		t.Error(given, err)
	}
}

// A page of hits as InstantSearch asks for it: everything highlighted, the text cut to a snippet.
func BenchmarkAppend(b *testing.B) {
	text := strings.Repeat("Gemeinsam betreiben die Städte einen Bauhof für Straßen und Grünflächen. ", 40)
	at := strings.Index(text, "Bauhof")
	r := search.Result{Total: 1000, Facets: result().Facets}
	for range 20 {
		h := result().Hits[0]
		h.Attributes["body"], h.Matches["body"] = text, []search.Match{{Start: at, Length: 6, Element: -1}, {Start: at + 760, Length: 6, Element: -1}}
		r.Hits = append(r.Hits, h)
	}
	body := `{"q":"bauhof","facets":["topics","startYear"],"attributesToHighlight":["*"],"attributesToCrop":["body:30"],"filter":[["topics = IT","topics = Bau"],"startYear > 2000"]}`
	b.ReportAllocs()
	var dst []byte
	for b.Loop() {
		dst, _ = planned(b, body).Append(dst[:0], r, 0, 1<<30)
	}
	b.SetBytes(int64(len(dst)))
}
