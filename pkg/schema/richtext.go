package schema

import (
	"net/url"
	"regexp"
	"slices"
	"strings"
	"sync"

	"github.com/microcosm-cc/bluemonday"
	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
	"golang.org/x/text/unicode/norm"
)

const (
	defaultRichText = 200_000
	maxPasses       = 12 // sanitising comes to rest after two or three
	entryScheme     = "entry"
)

var (
	fileLink   = regexp.MustCompile(`^(?:https?://[^/?#]+)?(?:/[^?#]*)?/files/([a-z0-9]{24})(?:/|$)`)
	entryLink  = regexp.MustCompile(`^[a-z][a-z0-9-]{0,39}/[a-z0-9]{24}$`)
	hrefForm   = regexp.MustCompile(`(?i)^(https?://[^/]|mailto:|tel:|entry:|/$|/[^/\\]|#)`)
	srcForm    = regexp.MustCompile(`(?i)^(https://[^/]|/[^/\\])`)
	langForm   = regexp.MustCompile(`^[A-Za-z]{2,8}(-[A-Za-z0-9]{1,8})*$`)
	spanForm   = regexp.MustCompile(`^[1-9][0-9]{0,2}$`)
	scopeForm  = regexp.MustCompile(`^(row|col|rowgroup|colgroup)$`)
	numberForm = regexp.MustCompile(`^-?[0-9]{1,6}$`)
	blankForm  = regexp.MustCompile(`^_blank$`)
	relForm    = regexp.MustCompile(`^noopener$`)
)

// sanitiser is made once: it is a table of what is allowed, read only afterwards.
var sanitiser = sync.OnceValue(func() *bluemonday.Policy {
	p := bluemonday.NewPolicy()
	p.AllowElements("h2", "h3", "h4", "p", "ul", "ol", "li", "dl", "dt", "dd", "strong", "em", "b", "i", "u", "s", "sub", "sup", "blockquote",
		"table", "caption", "thead", "tbody", "tfoot", "tr", "th", "td", "hr", "br", "code", "pre", "figure", "figcaption", "abbr")
	p.AllowAttrs("href").Matching(hrefForm).OnElements("a")
	p.AllowAttrs("target").Matching(blankForm).OnElements("a")
	p.AllowAttrs("rel").Matching(relForm).OnElements("a")
	p.AllowAttrs("src").Matching(srcForm).OnElements("img")
	p.AllowAttrs("alt").OnElements("img")
	p.AllowAttrs("title").OnElements("abbr")
	p.AllowAttrs("start").Matching(numberForm).OnElements("ol")
	p.AllowAttrs("colspan", "rowspan").Matching(spanForm).OnElements("th", "td")
	p.AllowAttrs("scope").Matching(scopeForm).OnElements("th")
	// span is there for the language of a few words only, which readers with a screen reader depend on.
	p.AllowAttrs("lang").Matching(langForm).OnElements("span")
	p.AllowAttrs("lang").Matching(langForm).Globally()
	p.RequireParseableURLs(true)
	p.AllowRelativeURLs(true)
	p.AllowURLSchemes("http", "https", "mailto", "tel")
	p.AllowURLSchemeWithCustomPolicy(entryScheme, func(u *url.URL) bool {
		return entryLink.MatchString(u.Opaque) && u.RawQuery == "" && u.Fragment == ""
	})
	return p
})

// richTextKind is HTML of a few elements; everything else is dropped on write.
type richTextKind struct{}

func (richTextKind) yup() string { return "string" }

func (richTextKind) traits() traits { return traits{textual: true, localized: true} }

func (richTextKind) normal(f *Field, sent any) (any, *problem) {
	s, w := utf8Text(sent)
	if w != nil {
		return nil, w
	}
	if strings.ContainsFunc(unixLines(s), isControl) {
		return nil, controlCharacter()
	}
	clean, ok := sanitise(s)
	if !ok {
		return nil, badFormat("must be well-formed HTML", "ist kein brauchbares HTML.")
	}
	if isBlank(clean) {
		return nil, nil
	}
	if w := longerThan(clean, f.MaxLength); w != nil {
		return nil, w
	}
	return clean, nil
}

func (richTextKind) plain(s string) string { return PlainText(s) }

func (richTextKind) declare(f *Field, k keywords) { declareLength(f, k, defaultRichText) }

// sanitise applies the policy, closes what is open and repeats until nothing changes: taking one thing out can bring forth
// another, and a second write of the same text must not change it. The last word is always the policy's.
func sanitise(s string) (string, bool) {
	for range maxPasses {
		clean := sanitiser().Sanitize(unixLines(s))
		balanced, err := balance(clean)
		if err != nil {
			return "", false
		}
		if clean == s && balanced == s {
			return s, true
		}
		s = balanced
	}
	return "", false
}

// balance makes well-formed HTML, so that an element left open doesn't swallow the rest of the page.
func balance(s string) (string, error) {
	body := &html.Node{Type: html.ElementNode, DataAtom: atom.Body, Data: "body"}
	nodes, err := html.ParseFragment(strings.NewReader(s), body)
	if err != nil {
		return "", err
	}
	for _, n := range nodes {
		body.AppendChild(n)
	}
	tidy(body)
	var b strings.Builder
	for n := range body.ChildNodes() {
		if err := html.Render(&b, n); err != nil {
			return "", err
		}
	}
	return strings.TrimFunc(b.String(), isSpace), nil
}

// tidy does below n what the policy cannot.
func tidy(n *html.Node) {
	for child := n.FirstChild; child != nil; {
		next := child.NextSibling
		tidy(child)
		switch {
		case child.DataAtom == atom.Span && len(child.Attr) == 0:
			for inner := child.FirstChild; inner != nil; inner = child.FirstChild {
				child.RemoveChild(inner)
				n.InsertBefore(inner, child)
			}
			n.RemoveChild(child)
		case child.DataAtom == atom.Img && !hasAttr(child, "src"):
			n.RemoveChild(child)
		default:
			tidyNode(child)
		}
		child = next
	}
}

func tidyNode(n *html.Node) {
	switch {
	case n.Type == html.TextNode:
		n.Data = tidyText(n.Data)
	case n.DataAtom == atom.Img && !hasAttr(n, "alt"):
		n.Attr = append(n.Attr, html.Attribute{Key: "alt"})
	case n.DataAtom == atom.A:
		// A page that is opened in a window of its own must not get hold of the one it came from.
		n.Attr = slices.DeleteFunc(n.Attr, func(a html.Attribute) bool { return a.Key == "rel" })
		if hasAttr(n, "target") {
			n.Attr = append(n.Attr, html.Attribute{Key: "rel", Val: "noopener"})
		}
	}
	for i, a := range n.Attr {
		n.Attr[i].Val = tidyText(a.Val)
	}
}

// tidyText is where NFC and control characters of rich text are dealt with: in the markup itself NFC would make one character of
// a tag's end and a stroke after it, and with entities either can hide.
func tidyText(s string) string {
	return strings.TrimLeft(norm.NFC.String(strings.Map(dropControl, s)), "\u0338")
}

func hasAttr(n *html.Node, key string) bool {
	return slices.ContainsFunc(n.Attr, func(a html.Attribute) bool { return a.Key == key })
}

func dropControl(r rune) rune {
	if isControl(r) {
		return -1
	}
	return r
}

// isBlank tells whether nobody would see anything of it, such as the <p></p> that editors leave behind.
func isBlank(s string) bool {
	if strings.Contains(s, "<img") || strings.Contains(s, "<hr") {
		return false
	}
	for rest := s; rest != ""; {
		text, tag, found := strings.Cut(rest, "<")
		if strings.ContainsRune(text, '&') {
			return PlainText(s) == "" // a character by name may be a space
		}
		if strings.TrimFunc(text, isSpace) != "" {
			return false
		}
		if !found {
			break
		}
		_, rest, _ = strings.Cut(tag, ">")
	}
	return true
}

// entryLinks are the targets of links to entries, "project/<documentId>".
func entryLinks(s string) []string {
	if !strings.Contains(s, entryScheme+":") {
		return nil
	}
	var links []string
	for z := html.NewTokenizer(strings.NewReader(s)); z.Next() != html.ErrorToken; {
		token := z.Token()
		if token.DataAtom != atom.A || token.Type != html.StartTagToken {
			continue
		}
		for _, a := range token.Attr {
			if link, ok := strings.CutPrefix(a.Val, entryScheme+":"); ok && a.Key == "href" && entryLink.MatchString(link) {
				links = append(links, link)
			}
		}
	}
	return links
}

// fileLinks are the keys of the files that a text links to or shows.
func fileLinks(s string) []string {
	if !strings.Contains(s, "/files/") {
		return nil
	}
	var keys []string
	for z := html.NewTokenizer(strings.NewReader(s)); z.Next() != html.ErrorToken; {
		for _, a := range z.Token().Attr {
			if m := fileLink.FindStringSubmatch(a.Val); m != nil && (a.Key == "href" || a.Key == "src") {
				keys = append(keys, m[1])
			}
		}
	}
	return keys
}
