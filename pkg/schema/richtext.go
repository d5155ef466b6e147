package schema

import (
	"regexp"
	"slices"
	"strings"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
	"golang.org/x/text/unicode/norm"
)

const (
	defaultRichText = 200_000
	entryScheme     = "entry"
)

var (
	fileLink  = regexp.MustCompile(`^(?:https?://[^/?#]+)?(?:/[^?#]*)?/files/([a-z0-9]{24})(?:/|$)`)
	entryLink = regexp.MustCompile(`^[a-z][a-z0-9-]{0,39}/[a-z0-9]{24}$`)
)

// richTextKind is HTML of a few elements; other markup is converted or removed on write.
type richTextKind struct{}

func (richTextKind) yup() string { return "string" }

func (richTextKind) traits() traits { return traits{textual: true, localized: true} }

func (k richTextKind) normal(f *Field, sent any) (any, *problem) {
	return k.convert(f, sent, &conversion{})
}

// convert is normal with the locale of the text, and notes what it removed.
func (richTextKind) convert(f *Field, sent any, c *conversion) (any, *problem) {
	s, w := utf8Text(sent)
	if w != nil {
		return nil, w
	}
	if strings.ContainsFunc(unixLines(s), isControl) {
		return nil, controlCharacter()
	}
	clean, ok := c.sanitise(unixLines(s))
	if !ok {
		return nil, notHTML()
	}
	if isBlank(clean) {
		return nil, nil
	}
	if w := longerThan(clean, f.MaxLength); w != nil {
		return nil, w
	}
	return clean, nil
}

// check accepts every stored text that holds nothing but the markup of rich text, also where a write today would store it in another
// form: what an earlier version stored stays valid.
func (richTextKind) check(f *Field, v any) *problem {
	s, w := utf8Text(v)
	if w != nil {
		return w
	}
	body, err := parseFragment(s)
	if err != nil {
		return notHTML()
	}
	for n := range body.Descendants() {
		if n.DataAtom == atom.A {
			tidyNode(n) // the parser sorts attributes, and rel is stored as the last one
		}
	}
	if again, err := render(body); err != nil || again != s || words().policy.Sanitize(s) != s || isBlank(s) {
		return notStored()
	}
	return longerThan(s, f.MaxLength)
}

func notHTML() *problem {
	return badFormat("must be well-formed HTML", "ist kein brauchbares HTML.")
}

func (richTextKind) plain(s string) string { return PlainText(s) }

func (richTextKind) declare(f *Field, k keywords) { declareLength(f, k, defaultRichText) }

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
