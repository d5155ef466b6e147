package content

import (
	"strings"
	"testing"

	"kontor/pkg/schema"
)

// FuzzPathMarks takes paths apart: what comes out, put back in the place of the marks, is the path, and no slug reaches over a slash.
func FuzzPathMarks(f *testing.F) {
	forms := []string{"/", "/{slug}", "/projekte/{slug}", "/{locale}/meldungen/{id}-{slug}", "/x/{documentId}.html", "/a.b/{slug}/{id}", "/faltblaetter", "/{slug}{slug}"}
	for i, path := range []string{"/", "/bauhof", "/projekte/bauhof", "/de/meldungen/7-bau-hof", "/x/abcdefghijklmnopqrstuvwx.html", "/aXb/s/1", "/faltblaetter", "/\n", "/projekte/a/b", "/projekte/"} {
		f.Add(path, i)
	}
	f.Fuzz(func(t *testing.T, path string, n int) {
		typ := &schema.Type{Path: forms[uint(n)%uint(len(forms))]}
		typ.Single = !strings.Contains(typ.Path, "{")
		marks, ok := marksIn(typ, path)
		if !ok {
			return
		}
		for m, v := range marks {
			if v == "" || strings.Contains(v, "/") {
				t.Errorf("%q in %q is %q", m, typ.Path, v)
			}
		}
		if strings.Count(typ.Path, slugMark) > 1 {
			return // two places, one name
		}
		back := mark.ReplaceAllStringFunc(typ.Path, func(m string) string { return marks[m] })
		if back != path {
			t.Errorf("%q of %q gives %v, which is %q", path, typ.Path, marks, back)
		}
	})
}
