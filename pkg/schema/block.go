package schema

import (
	"slices"
	"strings"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
)

func rename(n *html.Node, name string) { n.Data, n.DataAtom = name, atom.Lookup([]byte(name)) }

// unwrap puts the children of a node in its place.
func unwrap(n *html.Node) {
	for child := n.FirstChild; child != nil; child = n.FirstChild {
		n.RemoveChild(child)
		n.Parent.InsertBefore(child, n)
	}
	n.Parent.RemoveChild(n)
}

// blockToParagraphs replaces a block that rich text does not keep by what stands in it: blocks stay
// blocks, running text becomes paragraphs. They take over its language and direction.
func blockToParagraphs(n *html.Node) {
	var paragraph *html.Node
	for child := n.FirstChild; child != nil; child = n.FirstChild {
		n.RemoveChild(child)
		if holdsBlock(child) {
			paragraph = nil
			inherit(child, n.Attr)
			n.Parent.InsertBefore(child, n)
			continue
		}
		if paragraph == nil {
			if child.Type == html.TextNode && strings.TrimFunc(child.Data, isSpace) == "" {
				continue // space between blocks
			}
			paragraph = &html.Node{Type: html.ElementNode, DataAtom: atom.P, Data: "p", Attr: slices.Clone(n.Attr)}
			n.Parent.InsertBefore(paragraph, n)
		}
		paragraph.AppendChild(child)
	}
	n.Parent.RemoveChild(n)
}

func holdsBlock(n *html.Node) bool {
	if isBlock(n.DataAtom) {
		return true
	}
	for d := range n.Descendants() {
		if isBlock(d.DataAtom) {
			return true
		}
	}
	return false
}

func inherit(n *html.Node, list []html.Attribute) {
	for _, a := range list {
		if n.Type == html.ElementNode && !hasAttr(n, a.Key) {
			n.Attr = append(n.Attr, a)
		}
	}
}

// quote replaces q by the quotation marks that a browser shows for it, which nobody sees outside a
// browser.
func (c *conversion) quote(n *html.Node) {
	depth := 0
	language := attribute(n, "lang")
	for up := n.Parent; up != nil; up = up.Parent {
		if up.DataAtom == atom.Q {
			depth++
		}
		if language == "" {
			language = attribute(up, "lang")
		}
	}
	if language == "" {
		language = c.locale
	}
	marks := quotationMarks(language)[depth%2]
	open, end, _ := strings.Cut(marks, "|")
	n.InsertBefore(&html.Node{Type: html.TextNode, Data: open}, n.FirstChild)
	n.AppendChild(&html.Node{Type: html.TextNode, Data: end})
	unwrap(n)
}

// quotationMarks returns the outer and the inner marks of a language, those of German if it has
// none here.
func quotationMarks(language string) [2]string {
	language = strings.ToLower(language)
	main, _, _ := strings.Cut(language, "-")
	switch {
	case language == "de-ch", language == "de-li", main == "it", main == "es", main == "pt", main == "el",
		main == "no", main == "nb":
		return [2]string{"«|»", "‹|›"}
	case main == "en", main == "tr", main == "ar", main == "nl", main == "zh", main == "ko":
		return [2]string{"“|”", "‘|’"}
	case main == "fr":
		return [2]string{"«\u00a0|\u00a0»", "“|”"}
	case main == "ru", main == "uk", main == "be":
		return [2]string{"«|»", "„|“"}
	case main == "pl", main == "ro", main == "hu":
		return [2]string{"„|”", "«|»"}
	case main == "sv", main == "fi":
		return [2]string{"”|”", "’|’"}
	}
	return [2]string{"„|“", "‚|‘"}
}
