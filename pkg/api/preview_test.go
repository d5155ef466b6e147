package api_test

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"kontor/pkg/auth"
	"kontor/pkg/query"
	"kontor/pkg/value"
)

// preview gives out the preview of a draft and makes its token known under a name.
func (s *server) preview(name, by, entry string) reply {
	s.t.Helper()
	r := s.want(201, call{method: "POST", path: "/manage/entries/" + entry, by: by})
	s.secrets[name] = "Bearer " + r.text(s.t, "data.token")
	return r
}

// draft makes an entry that is not published.
func (s *server) draft(plural, data string) string {
	s.t.Helper()
	return s.want(201, call{method: "POST", path: "/api/" + plural + "?status=draft", by: auth.Admin, body: `{"data": ` + data + `}`}).text(s.t, "data.documentId")
}

func TestPreviewOpensOneDraft(t *testing.T) {
	s := pathServer(t)
	far := s.draft("dossiers", `{"title": "Zwei Schritte weit"}`)
	farPublic := s.create("dossiers", `{"title": "Zwei Schritte, veröffentlicht"}`)
	s.want(200, call{method: "PUT", path: "/api/dossiers/" + farPublic + "?status=draft", by: auth.Admin, body: `{"data": {"title": "Zwei Schritte, geändert"}}`})
	memo := s.create("memos", `{"title": "Nicht öffentlich"}`)
	near := s.draft("dossiers", `{"title": "Ein Schritt weit", "year": 1999, "verdict": "Urteil daneben", "see": ["`+far+`", "`+farPublic+`"], "memo": "`+memo+`"}`)
	id := s.create("dossiers", `{"title": "Akte", "verdict": "Urteil", "see": ["`+near+`"], "clues": ["`+near+`"], "memo": "`+memo+`"}`)
	s.want(200, call{method: "PUT", path: "/api/dossiers/" + id + "?status=draft", by: auth.Admin, body: `{"data": {"title": "Neuer Titel", "year": 2024}}`})
	s.want(200, call{method: "PUT", path: "/api/dossiers/" + id + "?locale=en&status=draft", by: auth.Admin, body: `{"data": {"title": "Secret translation"}}`})
	other := s.draft("dossiers", `{"title": "Andere Akte"}`)
	s.create("topics", `{"name": "Öffentlich"}`)
	r := s.preview("preview", auth.Admin, "dossier/"+id+"/previews")
	r.wantAt(t, "data.url", "null") // the type has no page
	r.wantAt(t, "data.locale", `"de"`)
	if !strings.HasPrefix(r.text(t, "data.token"), "kontor_p_") || r.header.Get("Cache-Control") != "private, no-store" {
		t.Errorf("%s %v", r.body, r.header)
	}
	expires, err := time.Parse(time.RFC3339, r.text(t, "data.expiresAt"))
	if left := time.Until(expires); err != nil || left < 10*time.Minute || left > 15*time.Minute {
		t.Errorf("it expires in %v (%v)", left, err)
	}
	draft := "/api/dossiers/" + id + "?status=draft"
	s.run(t, []scenario{
		{call{method: "GET", path: draft, by: "preview"}, 200, []string{"Neuer Titel"}, []string{"verdict", "Urteil"}},
		{call{method: "GET", path: draft + "&locale=de&populate=see", by: "preview"}, 200, []string{"Ein Schritt weit"}, []string{"Urteil", "Zwei"}},
		{call{method: "GET", path: draft + "&populate[see][populate][see]=true", by: "preview"}, 200, []string{"Zwei Schritte, veröffentlicht"}, []string{"Zwei Schritte weit", "geändert"}},
		// What the issuer may read of what the draft refers to is shown, of what that refers to only what the public reads.
		{call{method: "GET", path: draft + "&populate=memo", by: "preview"}, 200, []string{"Nicht öffentlich"}, nil},
		{call{method: "GET", path: draft + "&populate[see][populate][memo]=true", by: "preview"}, 400, []string{"Invalid key memo"}, []string{"Nicht öffentlich"}},
		{call{method: "GET", path: draft + "&populate[see][populate]=*", by: "preview"}, 200, []string{"Ein Schritt"}, []string{"Nicht öffentlich", "Zwei Schritte weit", "geändert"}},
		{call{method: "GET", path: draft + "&populate[see][filters][year]=1999&populate[see][sort]=title", by: "preview"}, 200, []string{"Ein Schritt"}, nil},
		{call{method: "GET", path: draft + "&populate[see][filters][see][title][$startsWith]=Zwei", by: "preview"}, 400, []string{"filtered through relations"}, nil},
		{call{method: "GET", path: draft + "&populate[see][filters][memo][title][$contains]=Nicht", by: "preview"}, 400, nil, []string{"Ein Schritt"}},
		{call{method: "GET", path: draft + "&populate[see][filters][verdict][$contains]=Urteil", by: "preview"}, 400, []string{"Invalid key verdict"}, nil},
		// What x-access keeps from the public is not for those who have an address only, whoever has issued it.
		{call{method: "GET", path: draft + "&fields=verdict", by: "preview"}, 400, []string{"Invalid key verdict"}, nil},
		{call{method: "GET", path: draft + "&populate=clues", by: "preview"}, 400, []string{"Invalid key clues"}, nil},
		{call{method: "GET", path: draft + "&populate=localizations", by: "preview"}, 200, []string{`"localizations":[]`}, []string{"translation"}},
		// Everything else is as it is for the public.
		{call{method: "GET", path: "/api/dossiers/" + id, by: "preview"}, 200, []string{`"Akte"`}, []string{"Neuer"}},
		{call{method: "GET", path: "/api/dossiers/" + id + "?populate=memo", by: "preview"}, 400, []string{"Invalid key memo"}, nil},
		{call{method: "GET", path: draft + "&locale=en", by: "preview"}, 403, nil, nil},
		{call{method: "GET", path: "/api/dossiers/" + near + "?status=draft", by: "preview"}, 403, nil, nil},
		{call{method: "GET", path: "/api/dossiers/" + other + "?status=draft", by: "preview"}, 403, nil, nil},
		{call{method: "GET", path: "/api/dossiers?status=draft", by: "preview"}, 403, nil, nil},
		{call{method: "GET", path: "/api/dossiers/count?status=draft", by: "preview"}, 403, nil, nil},
		{call{method: "GET", path: "/api/memos/" + id + "?status=draft", by: "preview"}, 404, nil, nil},
		{call{method: "GET", path: "/api/memos", by: "preview"}, 404, nil, nil},
		{call{method: "GET", path: "/api/topics?filters[name]=%C3%96ffentlich", by: "preview"}, 200, []string{"Öffentlich"}, nil},
		{call{method: "GET", path: "/api/settings?status=draft", by: "preview"}, 403, nil, nil},
	})
	if got := s.want(200, call{method: "GET", path: draft, by: "preview"}).header.Get("Cache-Control"); got != "private, no-store" {
		t.Errorf("Cache-Control %s", got)
	}
	if got := s.want(200, call{method: "GET", path: "/api/topics", by: "preview"}).header.Get("Cache-Control"); got != "private, no-store" {
		t.Errorf("Cache-Control of a list %s", got)
	}
	s.want(403, call{method: "GET", path: draft})
}

// TestPreviewAddresses: where the site shows the page as it will be.
func TestPreviewAddresses(t *testing.T) {
	s := pathServer(t)
	id := s.draft("topics", `{"name": "Straßenbau"}`)
	s.want(200, call{method: "PUT", path: "/api/topics/" + id + "?locale=de-simple&status=draft", by: auth.Editor, body: `{"data": {"name": "Wege"}}`})
	for query, page := range map[string]string{"": "/themen/strassenbau", "?locale=de-simple": "/de-simple/themen/wege"} {
		r := s.preview("preview", auth.Editor, "topic/"+id+"/previews"+query)
		if got, want := r.text(t, "data.url"), portalSite+page+"?documentId="+id+"&preview="+r.text(t, "data.token"); got != want {
			t.Errorf("%s, want %s", got, want)
		}
		locale := strings.TrimPrefix(query, "?")
		s.want(200, call{method: "GET", path: "/api/topics/" + id + "?status=draft&" + locale, by: "preview"})
	}
	home := s.want(200, call{method: "PUT", path: "/api/home?status=draft", by: auth.Editor, body: `{"data": {"title": "Bald"}}`}).text(t, "data.documentId")
	if got := s.preview("preview", auth.Editor, "home/"+home+"/previews").text(t, "data.url"); !strings.HasPrefix(got, portalSite+"/?") {
		t.Errorf("the home page: %s", got)
	}
	s.want(200, call{method: "GET", path: "/api/home?status=draft", by: "preview"}).wantAt(t, "data.title", `"Bald"`)
	s.run(t, []scenario{
		{call{method: "POST", path: "/manage/entries/topic/" + id + "/previews"}, 403, nil, nil},
		{call{method: "POST", path: "/manage/entries/topic/" + id + "/previews", by: "preview"}, 403, nil, nil},
		{call{method: "POST", path: "/manage/entries/topic/" + id + "/previews?locale=en", by: auth.Editor}, 404, nil, nil},
		{call{method: "POST", path: "/manage/entries/topic/" + id + "/previews?locale=xx", by: auth.Editor}, 400, nil, nil},
		{call{method: "POST", path: "/manage/entries/topic/" + id + "/previews?x=1", by: auth.Editor}, 400, nil, nil},
		{call{method: "POST", path: "/manage/entries/topic/" + strings.Repeat("a", 24) + "/previews", by: auth.Editor}, 404, nil, nil},
		{call{method: "POST", path: "/manage/entries/nothing/" + id + "/previews", by: auth.Editor}, 404, nil, nil},
	})
	s.want(204, call{method: "DELETE", path: "/api/topics/" + id, by: auth.Editor})
	s.want(404, call{method: "POST", path: "/manage/entries/topic/" + id + "/previews", by: auth.Editor})
}

// TestPreviewOfFiles: the files of the draft are open, by a header and by an address, and no others.
func TestPreviewOfFiles(t *testing.T) {
	s := pathServer(t)
	image := s.upload("bild.jpg", jpegText(t, 2, 2))
	near := s.upload("nah.jpg", jpegText(t, 3, 3))
	other := s.upload("anderes.jpg", jpegText(t, 4, 4))
	topic := s.draft("topics", fmt.Sprintf(`{"name": "Thema", "image": %d}`, near.ID))
	project := s.draft("projects", fmt.Sprintf(`{"title": "Projekt", "image": %d, "topics": ["%s"]}`, image.ID, topic))
	s.preview("preview", auth.Editor, "project/"+project+"/previews")
	token := strings.TrimPrefix(s.secrets["preview"], "Bearer ")
	session := strings.TrimPrefix(s.secrets[auth.Editor], "Bearer ")
	for _, tt := range []struct {
		by, path string
		status   int
	}{
		{"", image.URL, 404}, {"preview", image.URL, 200}, {"", image.URL + "?preview=" + token, 200}, {"preview", other.URL, 404},
		{"", other.URL + "?preview=" + token, 404}, {"preview", near.URL, 404}, {"", image.URL + "?preview=" + session, 404},
		{"", image.URL + "?preview=x", 404}, {"", image.URL + "?preview=kontor_p_" + strings.Repeat("A", 43), 401},
		{"", "/api/projects/" + project + "?status=draft&preview=" + token, 403},
	} {
		r := s.do(call{method: "GET", path: tt.path, by: tt.by})
		if r.status != tt.status {
			t.Errorf("%.60s by %q: %d, want %d", tt.path, tt.by, r.status, tt.status)
		}
		if tt.status == 200 && (r.header.Get("Cache-Control") != "private, no-store" || r.header.Get("X-Robots-Tag") != "") {
			t.Errorf("%s: %v", tt.path, r.header)
		}
	}
	// Once the draft has let go of the file, so has the preview.
	s.want(200, call{method: "PUT", path: "/api/projects/" + project + "?status=draft", by: auth.Editor, body: `{"data": {"image": null}}`})
	s.want(404, call{method: "GET", path: image.URL, by: "preview"})
}

// TestPreviewDies: with its time, with the account or token that issued it, with their right to the draft, and with the draft.
func TestPreviewDies(t *testing.T) {
	f := newField(t)
	ctx := context.Background()
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	account := func(name string) auth.Account {
		t.Helper()
		a, err := f.auth.AccountByMail(ctx, name+"@x.example")
		must(err)
		return a
	}
	yes, password, organizer, other := true, "another good password", "organizer", strings.Repeat("x", 24)
	for _, tt := range []struct {
		name   string
		end    func(name string)
		status int
	}{
		{"time", func(string) {
			_, err := f.store.Touch(ctx, "_previews", query.Filter{}, value.Object{"expires": "2026-01-01T00:00:00.000Z"}, nil)
			must(err)
		}, 401},
		{"blocked", func(name string) {
			_, err := f.auth.UpdateAccount(ctx, account(name).ID, auth.AccountChanges{Blocked: &yes})
			must(err)
		}, 401},
		{"password", func(name string) {
			_, err := f.auth.UpdateAccount(ctx, account(name).ID, auth.AccountChanges{Password: &password})
			must(err)
		}, 401},
		{"deleted", func(name string) { must(f.auth.DeleteAccount(ctx, account(name).ID)) }, 401},
		{"demoted", func(name string) {
			_, err := f.auth.UpdateAccount(ctx, account(name).ID, auth.AccountChanges{Role: &organizer, Organisation: &other})
			must(err)
		}, 404}, // an organizer of another organisation: the draft is not there
		{"revoked", func(name string) {
			tok, err := f.auth.TokenByName(ctx, name)
			must(err)
			must(f.auth.RevokeToken(ctx, tok.ID))
		}, 401},
		{"gone", func(string) {
			f.want(204, call{method: "DELETE", path: "/api/events/" + f.entries["event"]["ownDraft"], by: "admin"})
		}, 404},
	} {
		t.Run(tt.name, func(t *testing.T) {
			name := "issuer-" + tt.name
			if tt.name == "revoked" {
				secret, _, err := f.auth.CreateToken(ctx, auth.Token{Name: name, Role: "editor"})
				must(err)
				f.server.secrets[name] = "Bearer " + secret
			} else {
				f.account(name, "editor", "")
			}
			path := "/api/events/" + f.entries["event"]["ownDraft"] + "?status=draft"
			f.preview("preview", name, "event/"+f.entries["event"]["ownDraft"]+"/previews")
			f.want(200, call{method: "GET", path: path, by: "preview"})
			tt.end(name)
			if r := f.get("preview", path); r.status != tt.status {
				t.Errorf("status %d, want %d: %s", r.status, tt.status, r.body)
			}
		})
	}
}

// TestPreviewLearnsNothingElse asks by a preview in all the ways in which entries come out, for everything that is kept from the public.
func TestPreviewLearnsNothingElse(t *testing.T) {
	f := newField(t)
	typ := f.typ("event")
	own := f.entries["event"]["own"]
	near := map[string]bool{} // what an event refers to
	for _, x := range typ.Fields {
		for _, id := range f.entries[relationOf(x)] {
			near[id] = true
		}
	}
	for _, issuer := range []string{"admin", "editor", "organizer", "clerk"} {
		by := "preview by " + issuer
		f.preview(by, issuer, "event/"+own+"/previews")
		seen := 0
		for _, asked := range f.types {
			for _, path := range f.channels(asked) {
				r := f.get(by, path)
				if r.status >= 500 {
					t.Errorf("%s: %d %s", path, r.status, r.body)
				}
				for _, w := range secretWord.FindAllString(r.body+fmt.Sprint(r.header), -1) {
					s := f.secrets[w]
					shown := s.below(auth.Public) && f.may(issuer, s) && s.state != "gone"
					if s.id == own && shown {
						seen++
					}
					if !f.may("", s) && !(shown && (s.id == own || near[s.id])) {
						t.Errorf("%s tells by %s the field %s of %s (own %v, %s)", by, path, s.field, s.typ.ID, s.own, s.state)
						break
					}
				}
			}
			f.export(t, by, asked, func(path, body string) {
				for _, w := range secretWord.FindAllString(body, -1) {
					if !f.may("", f.secrets[w]) {
						t.Errorf("%s tells by %s %v", by, path, f.secrets[w])
					}
				}
			})
		}
		if seen == 0 {
			t.Errorf("%s shows nothing", by)
		}
	}
}
