package api

import "testing"

// TestSitemapParts: enough parts that each holds what one sitemap takes, none that is not needed, and an index that can be answered.
func TestSitemapParts(t *testing.T) {
	for _, tt := range []struct{ pages, parts int }{
		{1, 1}, {sitemapPages, 1}, {sitemapPages + 1, 36}, {36 * sitemapPages, 36}, {36*sitemapPages + 1, 36 * 36}, {1 << 40, maxSitemaps},
	} {
		parts := sitemapParts(tt.pages)
		seen := map[string]bool{}
		for _, p := range parts {
			seen[p] = true
			if !sitemapPart.MatchString(p) || len(p) != len(parts[0]) {
				t.Fatalf("%d pages: the part %q", tt.pages, p)
			}
		}
		if len(parts) != tt.parts || len(seen) != tt.parts {
			t.Errorf("%d pages: %d parts, %d different ones, want %d", tt.pages, len(parts), len(seen), tt.parts)
		}
	}
}
