package api_test

import "testing"

// A write keeps the words of pasted HTML and says which markup it removed; editors can ask for both
// beforehand.
func TestRichTextOverHTTP(t *testing.T) {
	s := newServer(t, setup{})
	html := `<h1>Titel</h1><div>Erste <q>Zeile</q></div><div onclick='x()'>Zweite</div><script>x</script>`
	made := s.want(
		201,
		call{"POST", "/api/projects?status=draft", "editor", `{"data":{"title":"Eins","body":"` + html + `"}}`, nil},
	)
	wantText(t, made, "data.body", `<h2>Titel</h2><p>Erste „Zeile“</p><p>Zweite</p>`)
	if got := made.header.Get("Kontor-Removed"); got != "body div[onclick], body script" {
		t.Errorf("removed: %q", got)
	}
	path := "/api/projects/" + made.text(t, "data.documentId")
	english := s.want(
		200,
		call{
			"PUT",
			path + "?status=draft&locale=en",
			"editor",
			`{"data":{"title":"One","body":"<p><q>line</q></p>"}}`,
			nil,
		},
	)
	wantText(t, english, "data.body", `<p>“line”</p>`)
	if got, sent := english.header["Kontor-Removed"]; sent {
		t.Errorf("removed of nothing: %q", got)
	}

	clean := s.want(
		200,
		call{
			"POST",
			"/manage/richtext",
			"editor",
			`{"html":"<p style='x'>a</p><a href='javascript:x'>b</a>","locale":"en"}`,
			nil,
		},
	)
	wantText(t, clean, "data.html", `<p>a</p>b`)
	clean.wantAt(t, "meta.removed", `[{"attribute":"style","count":1,"element":"p","field":null,"value":null},`+
		`{"attribute":"href","count":1,"element":"a","field":null,"value":"javascript:x"}]`)
	s.want(200, call{"POST", "/manage/richtext", "editor", `{"html":"<p> </p>"}`, nil}).wantAt(t, "data.html", "null")
	for body, status := range map[string]int{`{}`: 400, `{"html":1}`: 400, `{"html":"a","foo":"b"}`: 400, `{"html":"a\u0000"}`: 400, `[`: 400} {
		c := call{"POST", "/manage/richtext", "editor", body, nil}
		s.want(status, c).checkForm(t, c)
	}
	s.want(403, call{"POST", "/manage/richtext", "", `{"html":"a"}`, nil})

	list := s.want(200, call{"GET", "/manage/richtext", "editor", "", nil})
	s.want(403, call{"GET", "/manage/richtext", "", "", nil})
	list.wantAt(t, "data.schemes", `["http","https","mailto","tel","entry"]`)
	list.wantAt(t, "data.becomes.h1", `"h2"`)
	list.wantAt(t, "data.elements.0.name", `"a"`)
	list.wantAt(t, "data.attributes.1", `{"name":"dir","pattern":"^(ltr|rtl|auto)$"}`)
}

// wantText compares a text in an answer; wantAt would compare it as JSON, where signs of HTML are
// escaped.
func wantText(t *testing.T, r reply, path, want string) {
	t.Helper()
	if got := r.text(t, path); got != want {
		t.Errorf("%s is %s, want %s", path, got, want)
	}
}
