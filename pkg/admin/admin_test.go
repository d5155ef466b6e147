package admin

import (
	"compress/gzip"
	"io/fs"
	"regexp"
	"strings"
	"testing"
)

// firstLoad is how many compressed bytes a browser may load before it shows the first page.
const firstLoad = 400_000

type counter int

func (c *counter) Write(p []byte) (int, error) {
	*c += counter(len(p))
	return len(p), nil
}

func TestFirstLoad(t *testing.T) {
	files, err := Files()
	if err != nil {
		t.Fatal(err)
	}
	page, err := fs.ReadFile(files, "index.html")
	if err != nil {
		t.Fatal(err)
	}
	found := regexp.MustCompile(`(?:src|href)="/admin/([^"]+)"`).FindAllStringSubmatch(string(page), -1)
	if len(found) < 2 {
		t.Fatalf("the page names no script and no style sheet: %s", page)
	}
	var size counter
	for _, f := range found {
		data, err := fs.ReadFile(files, f[1])
		if err != nil {
			t.Fatal(err)
		}
		w := gzip.NewWriter(&size)
		if _, err := w.Write(data); err != nil {
			t.Fatal(err)
		}
		if err := w.Close(); err != nil {
			t.Fatal(err)
		}
	}
	if size > firstLoad {
		t.Errorf("the first page takes %d compressed bytes, more than %d", size, firstLoad)
	}
	t.Logf("%d compressed bytes", size)
}

// TestPageFitsItsPolicy: the policy allows no script and no style within the page.
func TestPageFitsItsPolicy(t *testing.T) {
	files, err := Files()
	if err != nil {
		t.Fatal(err)
	}
	data, err := fs.ReadFile(files, "index.html")
	if err != nil {
		t.Fatal(err)
	}
	page := string(data)
	if !strings.Contains(page, "KONTOR-NONCE") {
		t.Error("the page has no place for a nonce")
	}
	if regexp.MustCompile(`(?i)<script(?:\s[^>]*)?>[^<]|<style|\sstyle=|\son[a-z]+=`).MatchString(page) {
		t.Errorf("the page has a script or a style that its policy forbids: %s", page)
	}
	if regexp.MustCompile(`(?:src|href)="(?:https?:)?//`).MatchString(page) {
		t.Errorf("the page asks another host: %s", page)
	}
}
