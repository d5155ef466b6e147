package api_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
)

// published makes a public topic with an image.
func (s *server) published(image int64) (id string) {
	s.t.Helper()
	id = s.create("topics?status=draft", fmt.Sprintf(`{"name":"Bauhof","image":%d}`, image))
	s.want(
		200,
		call{"POST", "/manage/entries/topic/" + id + "/publish", "editor", "", map[string]string{"If-Match": "*"}},
	)
	return id
}

// A new edition has the address of the file; its ETag is another one, the former one is for those
// who work with the file.
func TestEditions(t *testing.T) {
	s := newServer(t, setup{})
	f := s.upload("Satzung.pdf", "%PDF-1.7\nalt\n%%EOF\n")
	id := s.create("documents?status=draft", fmt.Sprintf(`{"title":"Satzung","kind":"statute","file":%d}`, f.ID))
	if r := s.do(call{"POST", "/manage/entries/document/" + id + "/publish", "editor", "", map[string]string{"If-Match": "*"}}); r.status != 200 {
		t.Fatalf("the document is not published: %s", r.body)
	}
	before := s.want(200, call{"GET", f.URL, "", "", nil})
	version := func() string {
		r := s.get("", "/api/documents/"+id+"?populate=file")
		return r.text(t, "data.file.versionUrl")
	}
	old := version()
	if r := s.get("", old); r.header.Get("Cache-Control") != "public, max-age=31536000, immutable" ||
		r.body != before.body {
		t.Errorf("the address of the version: %v", r.header)
	}
	if r := s.get("editor", old); r.header.Get("Cache-Control") != "private, no-cache" {
		t.Errorf("an editor's: %v", r.header)
	}
	r := s.form(
		"editor",
		fmt.Sprintf("/api/upload?id=%d", f.ID),
		formPart{"fileInfo", "", `{"caption":"Neue Fassung"}`},
		formPart{"files", "neu.pdf", "%PDF-1.7\nneu\n%%EOF\n"},
	)
	if r.status != 200 || !strings.Contains(r.body, `"edition":2`) ||
		!strings.Contains(r.body, `"caption":"Neue Fassung"`) ||
		!strings.Contains(r.body, f.URL) {
		t.Fatalf("the new edition: %d %s", r.status, r.body)
	}
	after := s.want(200, call{"GET", f.URL, "", "", map[string]string{"If-None-Match": before.header.Get("ETag")}})
	if !strings.Contains(after.body, "neu") || after.header.Get("ETag") == before.header.Get("ETag") ||
		after.header.Get("Cache-Control") != "no-cache" {
		t.Errorf("after the replacement: %q %v", after.body, after.header)
	}
	if r := s.get("", old); r.header.Get("Cache-Control") != "no-cache" || r.body != after.body {
		t.Errorf("the address of the version before: %v", r.header)
	}
	if version() == old {
		t.Error("the answer to the public has the version of before")
	}

	list := s.want(200, call{"GET", fmt.Sprintf("/manage/files/%d/editions", f.ID), "editor", "", nil})
	list.wantAt(t, "data.0.current", "true")
	list.wantAt(t, "data.1.number", "1")
	former := list.text(t, "data.1.url")
	if r := s.want(200, call{"GET", former, "editor", "", nil}); r.body != before.body ||
		r.header.Get("Cache-Control") != "private, no-cache" {
		t.Errorf("the former edition is %q", r.body)
	}
	s.want(200, call{"GET", f.URL + "?edition=2", "", "", nil})
	for path, status := range map[string]int{former: 404, f.URL + "?edition=1": 404, f.URL + "?edition=3": 404, f.URL + "?edition=x": 400} {
		s.want(status, call{"GET", path, "", "", nil})
	}
	s.want(404, call{"GET", f.URL + "?edition=3", "editor", "", nil})
	s.want(403, call{"GET", fmt.Sprintf("/manage/files/%d/editions", f.ID), "", "", nil})
	s.want(404, call{"GET", "/manage/files/99/editions", "editor", "", nil})

	for name, c := range map[string]struct {
		parts  []formPart
		status int
	}{
		"another type":   {[]formPart{{"files", "a.txt", "Text"}}, 400},
		"two files":      {[]formPart{{"files", "a.pdf", "%PDF-1.7\n3"}, {"files", "b.pdf", "%PDF-1.7\n4"}}, 400},
		"nothing":        {nil, 400},
		"another field":  {[]formPart{{"ref", "", "topic"}}, 400},
		"broken facts":   {[]formPart{{"fileInfo", "", `{"alt":1}`}}, 400},
		"an empty file":  {[]formPart{{"files", "a.pdf", ""}}, 400},
		"decorative no.": {[]formPart{{"fileInfo", "", `{"decorative":1}`}}, 400},
	} {
		if r := s.form("editor", fmt.Sprintf("/api/upload?id=%d", f.ID), c.parts...); r.status != c.status {
			t.Errorf("%s: %d %s", name, r.status, r.body)
		}
	}
}

// TestRefusedEdition: a form that is refused after its bytes were read leaves the public file alone.
func TestRefusedEdition(t *testing.T) {
	s := newServer(t, setup{})
	f := s.upload("Satzung.pdf", "%PDF-1.7\nalt\n")
	blobs := s.kept()
	bytes := formPart{"files", "neu.pdf", "%PDF-1.7\nneu\n"}
	for name, parts := range map[string][]formPart{
		"a long text":      {bytes, {"fileInfo", "", `{"alternativeText":"` + strings.Repeat("x", 1200) + `"}`}},
		"an unknown field": {bytes, {"bogus", "", "x"}},
		"a second file":    {bytes, {"files", "b.pdf", "%PDF-1.7\n4"}},
		"no facts":         {bytes, {"fileInfo", "", `[]`}},
	} {
		if r := s.form("editor", fmt.Sprintf("/api/upload?id=%d", f.ID), parts...); r.status != 400 {
			t.Errorf("%s: %d %s", name, r.status, r.body)
		}
		if r := s.want(200, call{"GET", f.URL, "editor", "", nil}); !strings.Contains(r.body, "alt") {
			t.Errorf("%s: the file has new bytes", name)
		}
		if now := s.kept(); !slices.Equal(now, blobs) {
			t.Errorf("%s: stored are %q, before %q", name, now, blobs)
		}
	}
}

// The facts of a file change by JSON.
func TestPutFile(t *testing.T) {
	s := newServer(t, setup{})
	f := s.upload("a.pdf", "%PDF-1.7\n")
	path := fmt.Sprintf("/manage/files/%d", f.ID)
	r := s.want(
		200,
		call{
			"PUT",
			path,
			"editor",
			`{"name":"Satzung","alternativeText":"Text","credit":"Stadt","decorative":true}`,
			nil,
		},
	)
	for name, want := range map[string]string{"name": `"Satzung.pdf"`, "alternativeText": `"Text"`, "credit": `"Stadt"`, "decorative": "true"} {
		r.wantAt(t, "data."+name, want)
	}
	s.want(200, call{"PUT", path, "editor", `{"alternativeText":null}`, nil}).wantAt(t, "data.alternativeText", "null")
	for _, body := range []string{`{"name":null}`, `{"name":1}`, `{"alt":"x"}`, `[]`, `{"decorative":null}`} {
		c := call{"PUT", path, "editor", body, nil}
		s.want(400, c).checkForm(t, c)
	}
	s.want(403, call{"PUT", path, "", `{}`, nil})
	s.want(404, call{"PUT", "/manage/files/99", "editor", `{}`, nil})
}

// An image without alternative text is not published where the field requires one, and keeps it
// while it is public.
func TestAlternativeText(t *testing.T) {
	s := newServer(t, setup{})
	f := s.upload("Bagger.jpg", jpegText(t, 30, 20))
	for _, c := range []call{
		{"POST", "/api/topics", "editor", fmt.Sprintf(`{"data":{"name":"A","image":%d}}`, f.ID), nil},
		{"POST", "/manage/entries/topic/" + s.create("topics?status=draft", fmt.Sprintf(`{"name":"B","image":%d}`, f.ID)) + "/publish", "editor", "", map[string]string{"If-Match": "*"}},
	} {
		r := s.want(400, c)
		r.checkForm(t, c)
		for _, want := range []string{`"alt"`, "Bagger.jpg", "„Bild“", "image"} {
			if !strings.Contains(r.body, want) {
				t.Errorf("%s is not named: %s", want, r.body)
			}
		}
	}
	path := fmt.Sprintf("/manage/files/%d", f.ID)
	s.want(200, call{"PUT", path, "editor", `{"alternativeText":"Ein Bagger"}`, nil})
	s.published(f.ID)
	c := call{"PUT", path, "editor", `{"alternativeText":" "}`, nil}
	s.want(409, c).checkForm(t, c)
	r := s.form("editor", fmt.Sprintf("/api/upload?id=%d", f.ID),
		formPart{"files", "neu.jpg", jpegText(t, 40, 20)}, formPart{"fileInfo", "", `{"alternativeText":" "}`})
	if now := s.get("editor", fmt.Sprintf("/api/upload/files/%d", f.ID)); r.status != 409 || !strings.Contains(now.body, `"width":30`) {
		t.Errorf("new bytes without alternative text: %d %s, then %s", r.status, r.body, now.body)
	}
	s.want(200, call{"PUT", path, "editor", `{"alternativeText":"","decorative":true}`, nil})
	s.want(409, call{"PUT", path, "editor", `{"decorative":false}`, nil})

	tiff := s.upload("a.tif", "II*\x00\x08\x00\x00\x00\x00\x00")
	s.want(
		200,
		call{"PUT", fmt.Sprintf("/manage/files/%d", tiff.ID), "editor", `{"alternativeText":"Ein Bagger"}`, nil},
	)
	if r := s.want(400, call{"POST", "/api/topics", "editor", fmt.Sprintf(`{"data":{"name":"C","image":%d}}`, tiff.ID), nil}); !strings.Contains(
		r.body,
		`"metadata"`,
	) {
		t.Errorf("a TIFF: %s", r.body)
	}
}

// The public gets a photo without the place where it was taken, and who works with the file gets
// the upload.
func TestPhotoWithoutMetadata(t *testing.T) {
	s := newServer(t, setup{})
	photo := jpegText(t, 600, 300)
	exif := "Exif\x00\x00II*\x00\x08\x00\x00\x00\x00\x00GPS-SECRET"
	photo = photo[:2] + "\xff\xe1" + string([]byte{0, byte(len(exif) + 2)}) + exif + photo[2:]
	f := s.upload("Foto.jpg", photo, formPart{"fileInfo", "", `{"alternativeText":"Ein Bagger"}`})
	s.published(f.ID)
	public := s.want(200, call{"GET", f.URL, "", "", nil})
	if strings.Contains(public.body, "SECRET") || s.get("editor", f.URL).body != public.body {
		t.Error("the photo is public with its metadata")
	}
	if want := fmt.Sprintf("%.2f", float64(len(public.body))/1000); fmt.Sprintf("%.2f", f.Size) != want {
		t.Errorf("the size is %v, want %s", f.Size, want)
	}
	original := f.URL + "?format=original"
	if r := s.want(200, call{"GET", original, "editor", "", nil}); r.body != photo ||
		r.header.Get("ETag") == public.header.Get("ETag") {
		t.Error("the upload is not kept as it was")
	}
	s.want(404, call{"GET", original, "", "", nil})
	if r := s.want(206, call{"GET", f.URL, "", "", map[string]string{"Range": "bytes=0-1"}}); !strings.HasSuffix(
		r.header.Get("Content-Range"),
		fmt.Sprint("/", len(public.body)),
	) {
		t.Errorf("a part of it: %v", r.header)
	}
}

// Names come unquoted and in Latin-1 too.
func TestFileNamesOfOldClients(t *testing.T) {
	s := newServer(t, setup{})
	for disposition, want := range map[string]string{
		`form-data; name=files; filename=Übersicht.pdf`:                       "Übersicht.pdf",
		`form-data; name="files"; filename=Über sicht 2.pdf`:                  "Über sicht 2.pdf",
		"form-data; name=\"files\"; filename=\"\xdcbersicht.pdf\"":            "Übersicht.pdf",
		"form-data; name=files; filename=\xdcbersicht.pdf":                    "Übersicht.pdf",
		`form-data; name="files"; filename*=UTF-8''%C3%9Cbersicht.pdf`:        "Übersicht.pdf",
		`form-data; name="files"; filename="a.pdf"; filename*=UTF-8''%zz.pdf`: "a.pdf",
	} {
		body := "--x\r\nContent-Disposition: " + disposition + "\r\n\r\n%PDF-1.7\n\r\n--x--\r\n"
		r := s.do(
			call{
				"POST",
				"/api/upload",
				"editor",
				body,
				map[string]string{"Content-Type": "multipart/form-data; boundary=x"},
			},
		)
		var list []fileAnswer
		if err := json.Unmarshal([]byte(r.body), &list); err != nil || r.status != http.StatusCreated ||
			len(list) != 1 ||
			list[0].Name != want {
			t.Errorf("%s: %d %s", disposition, r.status, r.body)
		}
	}
	for _, disposition := range []string{`form-data; name=files; filename="Übersicht.pdf`, `form-data; name=files; ä`, `attachment; filename=Übersicht.pdf`} {
		body := "--x\r\nContent-Disposition: " + disposition + "\r\n\r\nx\r\n--x--\r\n"
		r := s.do(
			call{
				"POST",
				"/api/upload",
				"editor",
				body,
				map[string]string{"Content-Type": "multipart/form-data; boundary=x"},
			},
		)
		if r.status != 400 {
			t.Errorf("%s: %d %s", disposition, r.status, r.body)
		}
	}
}
