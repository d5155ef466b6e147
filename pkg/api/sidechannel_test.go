package api_test

import (
	"fmt"
	"strings"
	"testing"

	"kontor/pkg/value"
)

// A slug is the same whether or not a foreign draft has the same title: no number after it, and no "not
// unique", confirms what the draft is called. The first to be published gets the slug.
func TestForeignDraftsLeaveSlugsAlone(t *testing.T) {
	f := newField(t)
	const event = `{"data":{"title":"Geheimes Treffen","start":{"local":"2027-05-01T09:00","zone":"Europe/Berlin"}%s}}`
	body := func(more string) string { return fmt.Sprintf(event, more) }
	start := value.Object{"local": "2027-05-01T09:00", "zone": "Europe/Berlin"}
	foreign := f.made(f.owners()[false], "event", value.Object{"title": "Geheimes Treffen", "start": start}, false)
	draft := f.want(201, call{"POST", "/api/events?status=draft", "organizer", body(""), nil})
	draft.wantAt(t, "data.slug", `"geheimes-treffen"`)
	own := "/api/events/" + draft.text(t, "data.documentId")
	set := `{"data":{"slug":"geheimes-treffen"}}`
	f.want(200, call{"PUT", own + "?status=draft", "organizer", set, nil}).wantAt(t, "data.slug", `"geheimes-treffen"`)
	f.want(200, call{"PUT", own, "organizer", `{"data":{}}`, nil}).wantAt(t, "data.slug", `"geheimes-treffen"`)
	second := f.want(201, call{"POST", "/api/events?status=draft", "organizer", body(""), nil})
	second.wantAt(t, "data.slug", `"geheimes-treffen-2"`) // what the caller reads is no secret
	taken := f.do(call{"PUT", own + "?status=draft", "organizer", `{"data":{"slug":"geheimes-treffen-2"}}`, nil})
	if taken.status != 400 || !strings.Contains(taken.body, "must be unique") {
		t.Errorf("a slug of the caller's own: %d %s", taken.status, taken.body)
	}
	published := f.want(200, call{"PUT", "/api/events/" + foreign, "admin", `{"data":{}}`, nil}).text(t, "data.slug")
	if published == "geheimes-treffen" || !strings.HasPrefix(published, "geheimes-treffen-") {
		t.Errorf("the foreign draft is published as %s, beside the organizer's", published)
	}
	if breaches, err := f.content.Verify(t.Context()); err != nil || len(breaches) > 0 {
		t.Errorf("%v %v", breaches, err)
	}
}

// What is not there and what the caller may not know of are answered in the same words with the same
// headers: types, entries and files.
func TestUnknownAndHiddenAreAnsweredAlike(t *testing.T) {
	f := newField(t)
	hidden := f.entries["event"]["foreignDraft"]
	file := f.upload("geheim.txt", "hello")
	none := strings.Repeat("z", 24)
	pairs := [][2]string{ // what is hidden, what there is not
		{"/files/" + strings.Split(file.URL, "/")[2], "/files/" + strings.Repeat("z", len(strings.Split(file.URL, "/")[2]))},
		{"/api/events/" + hidden, "/api/events/" + none},
		{"/api/events/" + hidden + "?locale=en", "/api/events/" + none + "?locale=en"},
		{"/manage/entries/event/" + hidden, "/manage/entries/event/" + none},
		{"/manage/entries/event/" + hidden + "/history", "/manage/entries/event/" + none + "/history"},
		{"/manage/entries/event/" + hidden + "/uses", "/manage/entries/event/" + none + "/uses"},
		{"/manage/paths?path=/veranstaltungen/" + hidden, "/manage/paths?path=/veranstaltungen/" + none},
	}
	for _, form := range []string{"/api/%ss", "/api/%ss/" + none, "/api/%ss/count", "/api/%ss?status=draft", "/api/%ss?filters[title]=x", "/manage/types/%s",
		"/manage/paths/%s", "/manage/redirects/%s", "/manage/trash/%s", "/manage/entries/%s/" + none, "/manage/entries/%ss/" + none + "/history",
		"/sitemap/%s.xml"} {
		pairs = append(pairs, [2]string{strings.ReplaceAll(form, "%s", "memo"), strings.ReplaceAll(form, "%s", "nemo")})
	}
	same := func(a, b call) {
		t.Helper()
		one, other := f.do(a), f.do(b)
		text := strings.NewReplacer(hidden, none, "memo", "nemo", a.path, b.path)
		if one.status != other.status || text.Replace(one.body) != other.body || one.header.Get("Allow") != other.header.Get("Allow") ||
			one.header.Get("ETag") != other.header.Get("ETag") {
			t.Errorf("%s %s by %q is answered %d %s, %s is answered %d %s", a.method, a.path, a.by, one.status, one.body, b.path, other.status, other.body)
		}
	}
	const change = `{"data":{"title":"x"}}`
	for _, by := range []string{"", "organizer", "clerk", "site", "stranger"} {
		for i, p := range pairs {
			if i == 0 && by == "organizer" { // whose organisation owns the file
				continue
			}
			same(call{"GET", p[0], by, "", nil}, call{"GET", p[1], by, "", nil})
		}
		for _, method := range []string{"PUT", "DELETE", "OPTIONS", "PATCH"} {
			for _, header := range []map[string]string{nil, {"If-Match": `"1-x"`}} {
				same(call{method, "/api/events/" + hidden, by, change, header}, call{method, "/api/events/" + none, by, change, header})
				same(call{method, "/api/memos/" + hidden, by, change, header}, call{method, "/api/nemos/" + none, by, change, header})
				same(call{method, "/api/memos", by, change, header}, call{method, "/api/nemos", by, change, header})
			}
		}
		same(call{"POST", "/api/memos", by, change, nil}, call{"POST", "/api/nemos", by, change, nil})
		for _, act := range []string{"publish", "unpublish", "discard", "previews", "history/1/restore"} {
			anyRev := map[string]string{"If-Match": "*"}
			same(call{"POST", "/manage/entries/event/" + hidden + "/" + act, by, "", anyRev}, call{"POST", "/manage/entries/event/" + none + "/" + act, by, "", anyRev})
			same(call{"POST", "/manage/entries/memo/" + none + "/" + act, by, "", anyRev}, call{"POST", "/manage/entries/nemo/" + none + "/" + act, by, "", anyRev})
		}
	}
}

// A documentId in the history tells of a link as much as an answer would: targets that the caller does
// not read are left out of old versions and of comparisons.
func TestHistoryHidesForeignTargets(t *testing.T) {
	f := newField(t)
	own := f.entries["event"]["own"]
	foreign := map[string]bool{}
	for _, typ := range f.types {
		for _, name := range []string{"foreignDraft", "foreignGone"} {
			foreign[f.entries[typ.ID][name]] = true
		}
	}
	told := func(by string) (n int) {
		root := "/manage/entries/event/" + own + "/history/"
		for _, path := range []string{root + "1", root + "2", root + "3", root + "compare?from=1&to=2", root + "compare?from=1&to=3"} {
			r := f.want(200, call{"GET", path, by, "", nil})
			for id := range foreign {
				n += strings.Count(r.body, id)
			}
		}
		return n
	}
	if n := told("organizer"); n > 0 {
		t.Errorf("the organizer's history names %d foreign drafts", n)
	}
	if told("editor") == 0 {
		t.Error("no version links to a foreign draft, so nothing was tested")
	}
}

// A preview opens one draft and what that refers to. It can't be asked what lies beyond by conditions on
// relations, whichever operator they use.
func TestPreviewsAnswerNoRelationFilters(t *testing.T) {
	f := newField(t)
	f.preview("shown", "editor", "project/"+f.entries["project"]["own"]+"/previews")
	for _, condition := range []string{"[topics][$null]=true", "[topics][$notNull]=true", "[topics]=1", "[topics][$in][0]=1", "[topics][$ne]=1", "[topics][name]=x",
		"[$not][topics][$null]=true"} {
		r := f.get("shown", "/api/projects/"+f.entries["project"]["own"]+"?status=draft&populate[relatedProjects][filters]"+condition)
		if r.status != 400 || !strings.Contains(r.body, "A preview can't be filtered through relations") {
			t.Errorf("%s: %d %s", condition, r.status, r.body)
		}
	}
}
