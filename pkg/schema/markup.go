package schema

import (
	"maps"
	"regexp"
	"slices"
	"sync"

	"github.com/microcosm-cc/bluemonday"
	"golang.org/x/net/html/atom"
)

// MarkupElement is an HTML element that rich text keeps.
type MarkupElement struct {
	Name       string
	Attributes []MarkupAttribute // beside those of every element
}

// MarkupAttribute is an attribute that rich text keeps where its value matches.
type MarkupAttribute struct {
	Name    string
	Pattern string // a regular expression, ASCII and without lookaround; "" accepts every value
}

// Markup lists the HTML that a rich text field stores. The sanitiser and editors use this one list.
type Markup struct {
	Elements  []MarkupElement
	Everybody []MarkupAttribute // attributes of every element
	Schemes   []string          // of addresses in href; "entry" leads to an entry: entry:project/<documentId>
	Becomes   map[string]string // elements that are stored as another one; other unknown blocks become p
}

// RichTextMarkup returns the markup of rich text fields.
//
// mark, del and ins are kept because a text without them says something else: an amended statute
// shows deleted words. dir is kept for Arabic and Hebrew. q is stored as quotation marks, since
// pages print none of their own for copied text.
func RichTextMarkup() Markup {
	address := MarkupAttribute{Name: "href", Pattern: hrefForm.String()}
	cell := []MarkupAttribute{{"colspan", spanForm.String()}, {"rowspan", spanForm.String()}}
	elements := []MarkupElement{
		{"a", []MarkupAttribute{address, {"target", `^_blank$`}, {"rel", `^noopener$`}}},
		{"img", []MarkupAttribute{{"src", srcForm.String()}, {"alt", ""}}},
		{"abbr", []MarkupAttribute{{"title", ""}}},
		{"ol", []MarkupAttribute{{"start", `^-?[0-9]{1,6}$`}}},
		{"td", cell},
		{"th", append(cell[:2:2], MarkupAttribute{"scope", `^(row|col|rowgroup|colgroup)$`})},
		{"span", nil}, // keeps its text's language, which screen readers need; without lang or dir it is unwrapped
	}
	for _, name := range []string{"h2", "h3", "h4"} {
		elements = append(elements, MarkupElement{name, []MarkupAttribute{{"id", anchorForm.String()}}})
	}
	for _, name := range []string{
		"p", "ul", "li", "dl", "dt", "dd", "strong", "em", "b", "i", "u", "s", "sub", "sup", "mark", "del", "ins",
		"blockquote", "table", "caption", "thead", "tbody", "tfoot", "tr", "hr", "br", "code", "pre", "figure", "figcaption",
	} {
		elements = append(elements, MarkupElement{Name: name})
	}
	return Markup{
		Elements:  elements,
		Everybody: []MarkupAttribute{{"lang", `^[A-Za-z]{2,8}(-[A-Za-z0-9]{1,8})*$`}, {"dir", `^(ltr|rtl|auto)$`}},
		Schemes:   []string{"http", "https", "mailto", "tel", entryScheme},
		Becomes: map[string]string{
			"h1": "h2", "h5": "h4", "h6": "h4", "menu": "ul", "dir": "ul", "strike": "s",
			"tt": "code", "kbd": "code", "samp": "code",
		},
	}
}

var (
	hrefForm = regexp.MustCompile(
		`^([Hh][Tt][Tt][Pp][Ss]?://[^/]|[Mm][Aa][Ii][Ll][Tt][Oo]:|[Tt][Ee][Ll]:|entry:|/$|/[^/\\]|#)`)
	srcForm    = regexp.MustCompile(`^([Hh][Tt][Tt][Pp][Ss]://[^/]|/[^/\\])`)
	spanForm   = regexp.MustCompile(`^[1-9][0-9]{0,2}$`)
	anchorForm = regexp.MustCompile(`^[^\s"'<>&#%]{1,100}$`)
)

// vocabulary is the markup as the sanitiser looks it up.
type vocabulary struct {
	elements  map[string]map[string]*regexp.Regexp // by element and attribute; nil matches every value
	becomes   map[string]string
	everybody map[string]*regexp.Regexp
	policy    *bluemonday.Policy
}

// words is made once, and only read afterwards.
var words = sync.OnceValue(func() *vocabulary {
	m := RichTextMarkup()
	v := &vocabulary{
		elements: map[string]map[string]*regexp.Regexp{}, becomes: m.Becomes, everybody: patterns(m.Everybody),
	}
	for _, e := range m.Elements {
		v.elements[e.Name] = patterns(e.Attributes)
	}
	v.policy = policyOf(v, m)
	return v
})

func patterns(list []MarkupAttribute) map[string]*regexp.Regexp {
	out := map[string]*regexp.Regexp{}
	for _, a := range list {
		out[a.Name] = nil
		if a.Pattern != "" {
			out[a.Name] = regexp.MustCompile(a.Pattern)
		}
	}
	return out
}

// policyOf builds the policy that has the last word on what is stored.
func policyOf(v *vocabulary, m Markup) *bluemonday.Policy {
	p := bluemonday.NewPolicy()
	for _, e := range slices.Sorted(maps.Keys(v.elements)) {
		if e != "a" && e != "img" && e != "span" { // these are nothing without an attribute
			p.AllowElements(e)
		}
		allow(v.elements[e], func(b attributes) { b.OnElements(e) }, p)
		allow(v.everybody, func(b attributes) { b.OnElements(e) }, p)
	}
	p.RequireParseableURLs(true)
	p.AllowRelativeURLs(true)
	for _, scheme := range m.Schemes {
		if scheme == entryScheme {
			p.AllowURLSchemeWithCustomPolicy(scheme, isEntryAddress)
		} else {
			p.AllowURLSchemes(scheme)
		}
	}
	return p
}

// attributes is the part of bluemonday's builder that has no exported name.
type attributes interface {
	OnElements(...string) *bluemonday.Policy
}

func allow(list map[string]*regexp.Regexp, on func(attributes), p *bluemonday.Policy) {
	for name, form := range list {
		if b := p.AllowAttrs(name); form != nil {
			on(b.Matching(form))
		} else {
			on(b)
		}
	}
}

// isBlock tells whether an element is a block or a part of one; others stand in running text.
func isBlock(a atom.Atom) bool {
	switch a {
	case atom.P, atom.H1, atom.H2, atom.H3, atom.H4, atom.H5, atom.H6, atom.Ul, atom.Ol, atom.Li, atom.Dl,
		atom.Dt, atom.Dd, atom.Blockquote, atom.Table, atom.Caption, atom.Colgroup, atom.Col, atom.Thead,
		atom.Tbody, atom.Tfoot, atom.Tr, atom.Th, atom.Td, atom.Hr, atom.Pre, atom.Figure, atom.Figcaption,
		atom.Menu, atom.Dir:
		return true
	}
	return isForeignBlock(a)
}

// isForeignBlock tells whether an element is a block that rich text does not keep.
func isForeignBlock(a atom.Atom) bool {
	switch a {
	case atom.Div, atom.Section, atom.Article, atom.Header, atom.Footer, atom.Main, atom.Aside, atom.Nav,
		atom.Address, atom.Center, atom.Form, atom.Fieldset, atom.Legend, atom.Details, atom.Summary,
		atom.Dialog, atom.Hgroup, atom.Listing, atom.Xmp, atom.Plaintext, atom.Option, atom.Optgroup,
		atom.Select, atom.Marquee:
		return true
	}
	return false
}

// isHidden tells whether nobody reads what stands in an element, so that its content goes with it.
func isHidden(a atom.Atom) bool {
	switch a {
	case atom.Script, atom.Style, atom.Iframe, atom.Frame, atom.Frameset, atom.Noembed, atom.Noframes,
		atom.Noscript, atom.Object, atom.Embed, atom.Template, atom.Title:
		return true
	}
	return false
}
