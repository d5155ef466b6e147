package api

import (
	"encoding/xml"
	"net/url"
	"regexp"

	"github.com/gofiber/fiber/v2"

	"kontor/pkg/auth"
	"kontor/pkg/content"
	"kontor/pkg/fault"
	"kontor/pkg/schema"
)

// The sitemap protocol (sitemaps.org/protocol.html), with a page's other languages as search engines read them.
type (
	sitemapIndex struct {
		XMLName  xml.Name     `xml:"http://www.sitemaps.org/schemas/sitemap/0.9 sitemapindex"`
		Sitemaps []sitemapURL `xml:"sitemap"`
	}
	sitemap struct {
		XMLName xml.Name     `xml:"http://www.sitemaps.org/schemas/sitemap/0.9 urlset"`
		XHTML   string       `xml:"xmlns:xhtml,attr"`
		URLs    []sitemapURL `xml:"url"`
	}
	sitemapURL struct {
		Loc     string        `xml:"loc"`
		LastMod string        `xml:"lastmod,omitempty"`
		Links   []sitemapLink `xml:"xhtml:link"`
	}
	sitemapLink struct {
		Rel      string `xml:"rel,attr"`
		Language string `xml:"hreflang,attr"`
		Href     string `xml:"href,attr"`
	}
)

const (
	// sitemapPages is how many pages of a type one sitemap takes: what an answer costs, in memory and in time, is bounded by that. The
	// protocol allows 50,000.
	sitemapPages = 5000
	// maxSitemaps keeps the index below the 50,000 sitemaps that the protocol allows.
	maxSitemaps = 46_656
)

// sitemapParts are the beginnings of documentIds by which a type with many pages is spread over sitemaps. DocumentIds are random, so the
// parts are about equal; an entry stays in its sitemap, and nothing but the number of pages must be known to list them all.
func sitemapParts(pages int) []string {
	parts := []string{""}
	for pages > sitemapPages*len(parts) && len(parts) < maxSitemaps {
		next := make([]string, 0, 36*len(parts))
		for _, p := range parts {
			for _, r := range "0123456789abcdefghijklmnopqrstuvwxyz" {
				next = append(next, p+string(r))
			}
		}
		parts = next
	}
	return parts
}

// sitemapIndex lists the sitemaps: one for each type that has pages, and more where it has many. Sitemaps show what the public sees,
// whoever asks.
func (s *Server) sitemapIndex(c *fiber.Ctx) error {
	if _, err := s.wantsSite(c); err != nil {
		return err
	}
	index := sitemapIndex{}
	for _, t := range s.content.Types().Types() {
		n, err := s.content.CountPages(c.UserContext(), auth.Anonymous(), t)
		if fault.Is(err, fault.Forbidden) {
			continue
		}
		if err != nil {
			return err
		}
		if n == 0 {
			continue
		}
		for _, part := range sitemapParts(n) {
			name := s.baseURL + "/sitemap/" + t.ID + ".xml"
			if part != "" {
				name += "?part=" + part
			}
			index.Sitemaps = append(index.Sitemaps, sitemapURL{Loc: name})
		}
	}
	return sendXML(c, index)
}

// sitemapPart is the form of the parameter.
var sitemapPart = regexp.MustCompile(`^[a-z0-9]{0,3}$`)

// sitemap lists the pages of a type, except those that search engines are to leave out.
func (s *Server) sitemap(c *fiber.Ctx) error {
	in, err := s.wantsSite(c, "part")
	if err != nil {
		return err
	}
	t, ok := s.content.Types().Type(c.Params("type"))
	if !ok {
		return fault.New(fault.NotFound, "Not Found")
	}
	if !sitemapPart.MatchString(in["part"]) {
		return fault.New(fault.Invalid, "part is the beginning of documentIds").With("key", "part")
	}
	// Should the parts be very unequal, or somebody ask for a larger one than the index names, what is beyond is left out.
	w := content.PlaceWindow{Prefix: in["part"], Limit: sitemapPages}
	places, _, err := s.content.Places(c.UserContext(), auth.Anonymous(), t, w)
	if fault.Is(err, fault.Forbidden) {
		return fault.New(fault.NotFound, "Not Found")
	}
	if err != nil {
		return err
	}
	out := sitemap{XHTML: "http://www.w3.org/1999/xhtml"}
	for _, p := range places {
		out.URLs = append(out.URLs, s.urls(p)...)
	}
	return sendXML(c, out)
}

// hreflang are the languages that search engines take: a language, with a script or a country. A variant such as de-simple, plain
// language, is sound BCP 47, but to them an unknown code, and beside it "de" again would name two pages for one language. So those pages
// are listed as pages in their own right and not as translations.
var hreflang = regexp.MustCompile(`^[a-z]{2,3}(-[A-Z][a-z]{3})?(-[A-Z]{2})?$`)

// urls are the addresses of an entry's pages, each with those in other languages.
func (s *Server) urls(p content.Place) []sitemapURL {
	var out []sitemapURL
	var links []sitemapLink
	translated := map[int]bool{}
	for _, page := range p.Pages {
		if page.NoIndex {
			continue
		}
		u := s.pageURL(p.Type, page.Locale, page.Path)
		if hreflang.MatchString(page.Locale) {
			links = append(links, sitemapLink{"alternate", page.Locale, u})
			translated[len(out)] = true
		}
		out = append(out, sitemapURL{Loc: u, LastMod: page.UpdatedAt})
	}
	for i := range out {
		if translated[i] && len(links) > 1 {
			out[i].Links = links
		}
	}
	return out
}

// pageURL is where a page is on the public site; "" if nobody said where that is.
func (s *Server) pageURL(t *schema.Type, locale, path string) string {
	if s.siteURL == "" {
		return ""
	}
	u := url.URL{Path: content.PublicPath(t, locale, path)}
	return s.siteURL + u.EscapedPath()
}

// wantsSite reads the parameters of a sitemap, and refuses it as long as nobody said where the site is.
func (s *Server) wantsSite(c *fiber.Ctx, names ...string) (map[string]string, error) {
	if s.siteURL == "" || s.baseURL == "" {
		return nil, fault.New(fault.NotFound, "There is no sitemap: the settings site-url and base-url do not say where the site and Kontor are")
	}
	return params(c, names...)
}

func sendXML(c *fiber.Ctx, v any) error {
	text, err := xml.Marshal(v)
	if err != nil {
		return err
	}
	return sendAs(c, fiber.MIMEApplicationXMLCharsetUTF8, 0, append([]byte(xml.Header), text...))
}
