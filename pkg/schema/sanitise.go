package schema

import (
	"regexp"
	"slices"
	"strings"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"

	"kontor/pkg/fault"
)

// maxRemovals bounds how many kinds of removed markup are told apart, so that a text full of
// invented names costs no more than another. The last one counts all further ones.
const maxRemovals = 50

// otherName stands for names that are not repeated.
const otherName = "other"

// maxPasses bounds how often sanitising is repeated; it comes to rest after two or three passes.
const maxPasses = 12

// Removal is markup that a write removed from a rich text.
type Removal struct {
	Path      []string // of the field
	Element   string   // "script"; "other" for a name that is not one of HTML's
	Attribute string   // "" where the element itself was removed; its text stays unless it is a script, style or frame
	Value     string   // the first address that was removed, at most 100 characters; else ""
	Count     int
}

// conversion turns HTML from outside into rich text, and collects what it removes.
type conversion struct {
	locale  string // of the text, "" for German
	removed []Removal

	targets map[string]bool // names that links in this text lead to
	ids     map[string]bool // names of headings that have been kept
}

// sanitise converts the HTML, applies the policy, and repeats both until nothing changes, because
// removing one thing can bring forth another, and a second write of the same text must not change
// it. The policy always comes last.
func (c *conversion) sanitise(s string) (string, bool) {
	for range maxPasses {
		converted, err := c.pass(s)
		if err != nil {
			return "", false
		}
		clean := unixLines(words().policy.Sanitize(converted))
		if clean == s && converted == s {
			return s, true
		}
		s = clean
	}
	return "", false
}

// pass parses the HTML, so that an element left open does not swallow the rest of the page, and
// converts it once.
func (c *conversion) pass(s string) (string, error) {
	body, err := parseFragment(s)
	if err != nil {
		return "", err
	}
	c.targets, c.ids = map[string]bool{}, map[string]bool{}
	for n := range body.Descendants() {
		if n.DataAtom == atom.A {
			if name := fragmentOf(normalAddress(attribute(n, "href"))); name != "" {
				c.targets[name] = true
			}
		}
	}
	c.children(body)
	return render(body)
}

func parseFragment(s string) (*html.Node, error) {
	body := &html.Node{Type: html.ElementNode, DataAtom: atom.Body, Data: "body"}
	nodes, err := html.ParseFragment(strings.NewReader(s), body)
	for _, n := range nodes {
		body.AppendChild(n)
	}
	return body, err
}

func render(body *html.Node) (string, error) {
	var b strings.Builder
	for n := range body.ChildNodes() {
		if err := html.Render(&b, n); err != nil {
			return "", err
		}
	}
	return strings.TrimFunc(b.String(), isSpace), nil
}

func (c *conversion) children(parent *html.Node) {
	for child := parent.FirstChild; child != nil; {
		next := child.NextSibling
		c.node(child)
		child = next
	}
}

// node converts a node after its children, so that a block knows whether there are blocks within
// it.
func (c *conversion) node(n *html.Node) {
	switch {
	case n.Type == html.TextNode:
		n.Data = tidyText(n.Data)
		return
	case n.Type != html.ElementNode:
		n.Parent.RemoveChild(n) // comments
		return
	case isHidden(n.DataAtom):
		c.remove(n.Data, "", "")
		n.Parent.RemoveChild(n)
		return
	}
	c.keepName(n)
	c.children(n)
	if name, ok := words().becomes[n.Data]; ok {
		rename(n, name)
	}
	switch {
	case n.Namespace != "":
		c.remove(n.Data, "", "")
		unwrap(n)
	case n.DataAtom == atom.Q:
		c.quote(n)
	case isForeignBlock(n.DataAtom):
		c.attributes(n)
		blockToParagraphs(n)
	case words().elements[n.Data] == nil:
		c.remove(n.Data, "", "")
		unwrap(n)
	default:
		c.attributes(n)
		tidyElement(n)
	}
}

// tidyElement does to an element that stays what the policy cannot.
func tidyElement(n *html.Node) {
	switch {
	case n.DataAtom == atom.A && attribute(n, "href") == "", n.DataAtom == atom.Span && len(n.Attr) == 0:
		unwrap(n)
	case n.DataAtom == atom.Img && attribute(n, "src") == "":
		n.Parent.RemoveChild(n)
	default:
		tidyNode(n)
	}
}

// attributes removes the attributes that rich text does not keep.
func (c *conversion) attributes(n *html.Node) {
	element, kept := n.Data, n.Attr[:0]
	for _, a := range n.Attr {
		form, ok := words().elements[n.Data][a.Key]
		if !ok {
			form, ok = words().everybody[a.Key]
		}
		if ok = ok && a.Namespace == ""; ok {
			a.Val, ok = c.attributeValue(a, form)
		}
		if ok {
			kept = append(kept, a)
			continue
		}
		if quiet := a.Key == "rel" || a.Key == "id" || a.Key == "name" && element == "a"; !quiet {
			c.remove(element, a.Key, a.Val)
		}
	}
	n.Attr = kept
}

// attributeValue returns an attribute's value in the form in which it is stored. It is not ok where
// the value is not kept.
func (c *conversion) attributeValue(a html.Attribute, form *regexp.Regexp) (string, bool) {
	v := a.Val
	switch a.Key {
	case "href", "src":
		v = normalAddress(tidyText(v))
		if !form.MatchString(v) {
			return v, false
		}
		return safeAddress(v)
	case "dir":
		v = strings.ToLower(strings.TrimSpace(v))
	case "id":
		if !c.targets[v] || c.ids[v] {
			return v, false
		}
		c.ids[v] = true
	}
	return v, form == nil || form.MatchString(v)
}

// keepName gives a heading the name of an element within it that a link leads to, as word
// processors write it.
func (c *conversion) keepName(n *html.Node) {
	name := attribute(n, "id")
	if name == "" && n.DataAtom == atom.A {
		name = attribute(n, "name")
	}
	if !c.targets[name] {
		return
	}
	for up := n; up != nil; up = up.Parent {
		switch up.DataAtom {
		case atom.H1, atom.H2, atom.H3, atom.H4, atom.H5, atom.H6:
			if up != n && attribute(up, "id") == "" {
				up.Attr = append(up.Attr, html.Attribute{Key: "id", Val: name})
			}
			return
		}
	}
}

// remove notes a removal. Control characters and names that HTML does not have are not repeated.
func (c *conversion) remove(element, attribute, address string) {
	r := Removal{Element: known(element), Attribute: known(attribute), Count: 1}
	if attribute == "href" || attribute == "src" {
		r.Value = cut(tidyText(address), 100)
	}
	same := func(o Removal) bool { return o.Element == r.Element && o.Attribute == r.Attribute }
	i := slices.IndexFunc(c.removed, same)
	switch {
	case i >= 0:
		c.removed[i].Count++
	case len(c.removed) < maxRemovals:
		c.removed = append(c.removed, r)
	default:
		last := &c.removed[maxRemovals-1]
		*last = Removal{Element: otherName, Count: last.Count + 1}
	}
}

func known(name string) string {
	odd := func(r rune) bool { return (r < 'a' || r > 'z') && (r < '0' || r > '9') && r != '-' && r != ':' }
	if len(name) > 40 || strings.ContainsFunc(name, odd) {
		return otherName
	}
	return name
}

func attribute(n *html.Node, key string) string {
	for _, a := range n.Attr {
		if a.Key == key && a.Namespace == "" {
			return a.Val
		}
	}
	return ""
}

// CleanRichText returns HTML as a rich text field of a locale stores it, "" if nobody would see any
// of it, and what it removed. Invalid for control characters and for HTML that is nested too
// deeply.
func CleanRichText(s, locale string) (string, []Removal, error) {
	c := conversion{locale: locale}
	v, p := richTextKind{}.convert(&Field{MaxLength: defaultRichText}, s, &c)
	if p != nil {
		return "", nil, fault.New(fault.Invalid, "html %s", p.english).With("key", "html")
	}
	clean, _ := v.(string)
	return clean, c.removed, nil
}
