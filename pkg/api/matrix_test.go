package api_test

import (
	"bytes"
	"context"
	"fmt"
	"net/url"
	"strings"
	"testing"

	"kontor/pkg/auth"
	"kontor/pkg/schema"
	"kontor/pkg/transfer"
)

// In every field, draft, foreign entry and thing in the trash stands a word of its own. Whoever asks in whatever way for whatever type
// gets those words that the roles say, all of them and no other.
func TestRightsMatrix(t *testing.T) {
	f := newField(t)
	asked := 0
	for _, by := range f.callers {
		t.Run("by "+by, func(t *testing.T) {
			seen := map[string]bool{}
			look := func(path, body string) {
				asked++
				for _, w := range secretWord.FindAllString(body, -1) {
					s, known := f.secrets[w]
					if !known || !f.may(by, s) {
						t.Errorf("%q learns by %s the field %s of %s (own %v, %s)", by, path, s.field, s.typ.ID, s.own, s.state)
						return
					}
					seen[w] = true
				}
			}
			for _, typ := range f.types {
				for _, path := range f.channels(typ) {
					r := f.get(by, path)
					if r.status >= 500 {
						t.Errorf("%s: %d %s", path, r.status, r.body)
					}
					look(path, r.body+fmt.Sprint(r.header))
				}
				f.export(t, by, typ, look)
				f.probe(t, by, typ)
				f.unknown(t, by, typ)
			}
			f.wantSeen(t, by, seen)
		})
	}
	if asked < 1500 {
		t.Errorf("only %d questions were asked", asked)
	}
	t.Logf("%d questions, %d secrets", asked, len(f.secrets))
}

// channels are the ways in which a type's entries come out.
func (f *field) channels(typ *schema.Type) []string {
	root := "/api/" + typ.PathName()
	out := []string{
		root + "?populate=*", root + "?status=draft&populate=*", root + "?locale=*&populate=*&status=draft", root + "?fields=*", root + "?_q=zq",
		root + "?_q=zq&status=draft", root + "/count", root + "?sort=id:desc", root + "?locale=en&populate=*",
		"/manage/types/" + typ.ID, "/manage/trash/" + typ.ID,
	}
	for _, x := range typ.Fields {
		if x.Populated() {
			out = append(out, root+"?populate["+x.Name+"][populate]=*", root+"?status=draft&populate["+x.Name+"][populate]=*",
				root+"?populate["+x.Name+"][populate][topics][populate]=*", root+"?populate["+x.Name+"][sort]=title&populate["+x.Name+"][fields]=internalNote")
		}
	}
	for _, id := range f.entries[typ.ID] {
		entry := "/manage/entries/" + typ.ID + "/" + id
		out = append(out, root+"/"+id+"?populate=*", root+"/"+id+"?status=draft&populate=*", root+"/"+id+"?status=draft&locale=en", entry,
			entry+"/history", entry+"/history/1", entry+"/history/2", entry+"/history/3", entry+"/history/compare?from=1&to=2",
			entry+"/history/compare?from=2&to=3", entry+"/uses")
	}
	return out
}

// export writes the type's entries as the caller sees them.
func (f *field) export(t *testing.T, by string, typ *schema.Type, look func(path, body string)) {
	caller := auth.Anonymous()
	if by != "" {
		var err error
		if caller, err = f.auth.Caller(context.Background(), strings.TrimPrefix(f.server.secrets[by], "Bearer ")); err != nil {
			t.Fatal(err)
		}
	}
	for _, draft := range []bool{false, true} {
		var out bytes.Buffer
		_, _ = transfer.Export(context.Background(), f.content, caller, &out, transfer.ExportOptions{Type: typ, Format: transfer.NDJSON, Draft: draft})
		look("export of "+typ.ID, out.String())
	}
}

// probe asks for what the caller may not read by filters and searches: nothing is hit, also not by one that knows the word.
func (f *field) probe(t *testing.T, by string, typ *schema.Type) {
	t.Helper()
	done := map[string]bool{}
	for w, s := range f.secrets {
		x, _ := typ.Field(s.field)
		kind := fmt.Sprint(s.field, s.own, s.state)
		if s.typ != typ || f.may(by, s) || done[kind] || x.Populated() {
			continue
		}
		done[kind] = true
		root := "/api/" + typ.PathName() + "/count?"
		name := url.QueryEscape(s.field)
		for _, q := range []string{"filters[" + name + "][$contains]=" + w, "filters[" + name + "][$contains]=" + w + "&status=draft", "_q=" + w, "_q=" + w + "&status=draft"} {
			if r := f.get(by, root+q); r.status == 200 && r.body != "0" {
				t.Errorf("%q finds %s of %s (own %v, %s) by %s: %s", by, s.field, typ.ID, s.own, s.state, q, r.body)
			}
		}
	}
}

// unknown asks for fields that the caller sees in no entry: they are refused like fields that do not exist.
func (f *field) unknown(t *testing.T, by string, typ *schema.Type) {
	t.Helper()
	if f.get(by, "/api/"+typ.PathName()).status != 200 {
		return
	}
	shut, some := map[string]bool{}, false
	for _, s := range f.secrets {
		some = some || s.typ == typ && f.may(by, s)
		if x, _ := s.typ.Field(s.field); s.typ == typ && x.Access.ReadIf == nil {
			shown, told := shut[s.field]
			shut[s.field] = (shown || !told) && !f.may(by, s)
		}
	}
	for name, is := range shut {
		if is && some { // of a type without any entry for the caller it still knows the fields
			f.wantUnknown(t, by, typ, name)
		}
	}
}

// wantSeen checks that the search above finds what is there: every text at the top of an entry that the caller may read was seen.
func (f *field) wantSeen(t *testing.T, by string, seen map[string]bool) {
	t.Helper()
	n := 0
	for w, s := range f.secrets {
		if x, _ := s.typ.Field(s.field); s.state == "gone" || x.Populated() || !f.may(by, s) {
			continue
		}
		n++
		if !seen[w] {
			t.Errorf("%q never sees %s of %s %s (own %v, %s)", by, s.field, s.typ.ID, s.id, s.own, s.state)
		}
	}
	if n == 0 {
		t.Errorf("%q may read nothing", by)
	}
}

// mayDo is what the test expects of writes: whether who asks may do an action on an entry of a type.
func mayDo(by string, a auth.Action, typ string, own bool) bool {
	switch by {
	case "admin", "editor":
		return true
	case "reviewer":
		return a == auth.Publish || a == auth.Unpublish
	case "organizer":
		return typ == "event" && (own || a == auth.Create)
	case "author":
		return typ == "article" && (a == auth.Create || a == auth.Update && own)
	case "clerk":
		return typ == "event" && own && a == auth.Update
	}
	return false
}

// Whoever may not do something with an entry is refused and changes nothing; whoever may, does it.
func TestActionsMatrix(t *testing.T) {
	f := newField(t)
	anyRev := map[string]string{"If-Match": "*"}
	act := func(by string, a auth.Action, typ *schema.Type, id string) call {
		root, manage := "/api/"+typ.PathName(), "/manage/entries/"+typ.ID+"/"+id
		name := "summary"
		if _, ok := typ.Field(name); !ok {
			name = typ.Display
		}
		switch a {
		case auth.Create:
			return call{"POST", root + "?status=draft", by, `{"data":{"` + typ.Display + `":"Neu ` + by + `"}}`, nil}
		case auth.Update:
			return call{"PUT", root + "/" + id + "?status=draft", by, `{"data":{"` + name + `":"Neu"}}`, nil}
		case auth.Delete:
			return call{"DELETE", root + "/" + id, by, "", nil}
		}
		return call{"POST", manage + "/" + string(a), by, "", anyRev}
	}
	actions := []auth.Action{auth.Create, auth.Update, auth.Publish, auth.Unpublish, auth.Delete}
	for _, by := range f.callers {
		before := f.dump()
		var allowed []call
		for _, typ := range f.types {
			for _, a := range actions {
				for _, name := range []string{"own", "ownDraft", "foreign", "foreignDraft"} {
					own := strings.HasPrefix(name, "own")
					c := act(by, a, typ, f.entries[typ.ID][name])
					if mayDo(by, a, typ.ID, own) {
						if name == "own" && a != auth.Delete && typ.ID != "project" {
							allowed = append(allowed, c)
						}
						continue
					}
					if r := f.do(c); a == auth.Delete && r.status == 204 {
						continue // what is not there for the caller is deleted already; that nothing changed is checked below
					} else if r.status != 403 && r.status != 404 && r.status != 400 {
						t.Errorf("%s %s by %q: %d %s", c.method, c.path, by, r.status, r.body)
					}
				}
			}
		}
		if after := f.dump(); after != before {
			t.Errorf("%q changed something:\n%s", by, firstDifference(before, after))
		}
		for _, c := range allowed {
			if r := f.do(c); r.status >= 300 {
				t.Errorf("%s %s %s by %q: %d %s", c.method, c.path, c.body, by, r.status, r.body)
			}
		}
	}
}
