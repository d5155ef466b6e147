package schema_test

import (
	"fmt"
	"math/rand/v2"
	"regexp"
	"slices"
	"strings"
	"testing"

	"golang.org/x/net/html"

	"kontor/pkg/schema"
	"kontor/pkg/value"
)

// markup is pieces of HTML; any sequence of them is what somebody may paste.
var markup = []string{
	"<div>", "</div>", "<p>", "</p>", "<h1 id=a>", "</h1>", "<h2>", "</h2>", "<h5 id=b lang=en>", "</h5>", "<ul>", "<li>", "</li>", "</ul>", "<b>", "</b>", "<table>",
	"<tr>", "<td>", "</td>", "</table>", "<a href='#a'>", "<a name=b>", "<a href='#b'>", "<a href=' /x y%'>", "<a href='tel:0 1'>", "</a>", "<q>", "</q>",
	"<section dir=rtl>", "</section>", "<span lang=fr>", "<span id=a>", "</span>", "<mark>", "</mark>", "<del>", "<strike>", "<blockquote>", "<pre>", "</pre>", "<select>",
	"<option>", "<button>", "</button>", "<script>", "</script>", "<svg>", "<style>", "</style>", "</svg>", "<math><mi>", "<template>", "</template>", "<noscript>", "<img src=/a>",
	"<img src=x>", "<br>", "<hr>", "<!-- c -->", "<o:p>", "<figure>", "<figcaption>", "<dl><dt>", "<dd>", "text", " ", "\n", "&nbsp;", "&lt;", "\u0338", "ä", "<", "&#1;", "<center>",
	"<form>", "</form>", "<fieldset>", "<menu>", "<nobr>", "<title>", "</title>", "<plaintext>", "<td style=x>", "<caption>", "<iframe>",
}

// Any HTML comes to rest: what was stored is stored again unchanged, is valid, and holds only what
// RichTextMarkup lists.
func TestRichTextComesToRest(t *testing.T) {
	typ := thing(t)
	r := rand.New(rand.NewPCG(3, 4))
	for range 3000 {
		var b strings.Builder
		for range 1 + r.IntN(14) {
			b.WriteString(markup[r.IntN(len(markup))])
		}
		first := typ.NormaliseWith(nil, value.Object{"body": b.String()}, schema.WriteOptions{})
		if len(first.Problems) > 0 {
			if first.Problems[0].Code != "characters" {
				t.Fatalf("%q: %v", b.String(), first.Problems)
			}
			continue
		}
		if problems := typ.Check(first.Values); len(problems) > 0 {
			t.Fatalf("%q: %v", b.String(), problems)
		}
		stored, _ := first.Values["body"].(string)
		again := typ.NormaliseWith(nil, value.Object{"body": stored}, schema.WriteOptions{})
		if len(again.Problems) > 0 || value.Equal(again.Values["body"], first.Values["body"]) == false ||
			len(again.Removed) > 0 {
			t.Fatalf("%q\n%q\n%v %v", b.String(), stored, again.Values["body"], again.Removed)
		}
		if what := unsafe(stored); what != "" {
			t.Fatalf("%s in %q from %q", what, stored, b.String())
		}
		if got := outside(stored); len(got) > 0 {
			t.Fatalf("%q is not in the list: %q from %q", got, stored, b.String())
		}
	}
}

// outside lists the elements and attributes of a stored text that RichTextMarkup does not have.
func outside(s string) []string {
	m := schema.RichTextMarkup()
	var out []string
	for z := html.NewTokenizer(strings.NewReader(s)); z.Next() != html.ErrorToken; {
		token := z.Token()
		if token.Type != html.StartTagToken && token.Type != html.SelfClosingTagToken {
			continue
		}
		i := slices.IndexFunc(m.Elements, func(e schema.MarkupElement) bool { return e.Name == token.Data })
		if i < 0 {
			out = append(out, token.Data)
			continue
		}
		for _, a := range token.Attr {
			list := append(slices.Clone(m.Everybody), m.Elements[i].Attributes...)
			j := slices.IndexFunc(list, func(m schema.MarkupAttribute) bool { return m.Name == a.Key })
			if j < 0 || list[j].Pattern != "" && !regexp.MustCompile(list[j].Pattern).MatchString(a.Val) {
				out = append(out, token.Data+"["+a.Key+"]")
			}
		}
	}
	return out
}

// What an earlier version stored stays valid, though a write today would store it in another form.
func TestRichTextStoredBefore(t *testing.T) {
	typ := thing(t)
	for text, valid := range map[string]bool{
		`<p>a</p>`: true, `<a target="_blank" rel="noopener">a</a>`: true, `<p>a`: false, `<div>a</div>`: false, `<p onclick="x">a</p>`: false,
		`<p></p>`: false, `<a href="javascript:x">a</a>`: false,
	} {
		if problems := typ.Check(value.Object{"body": text}); len(problems) == 0 != valid {
			t.Errorf("%s: %v", text, problems)
		}
	}
}

func TestRemoved(t *testing.T) {
	typ := thing(t)
	for text, want := range map[string]string{
		`<p>a</p>`: ``,
		`<h1>a</h1><div>b</div><q>c</q><strike>d</strike><a href="/x" rel="nofollow">e</a>`:                  ``,
		`<script>x</script><p style="a" class="b">a</p><p style="c">b</p>`:                                   `script ×1, p[style] ×2, p[class] ×1`,
		`<a href="javascript:x">a</a><a href=x>b</a><img src="http://a.de/b.png"><font color="red">x</font>`: `a[href]=javascript:x ×2, img[src]=http://a.de/b.png ×1, font ×1`,
		`<o:p>a</o:p><bad"name>b</bad"name><svg><circle></svg>`:                                              `o:p ×1, other ×1, circle ×1, svg ×1`,
	} {
		n := typ.NormaliseWith(nil, value.Object{"body": text}, schema.WriteOptions{})
		var got []string
		for _, r := range n.Removed {
			line := r.Element
			if r.Attribute != "" {
				line += "[" + r.Attribute + "]"
			}
			if r.Value != "" {
				line += "=" + r.Value
			}
			got = append(got, fmt.Sprintf("%s ×%d", line, r.Count))
			if len(r.Path) != 1 || r.Path[0] != "body" {
				t.Errorf("%s: at %q", text, r.Path)
			}
		}
		if strings.Join(got, ", ") != want {
			t.Errorf("%s\nremoves %s\nwant    %s", text, strings.Join(got, ", "), want)
		}
	}
}

// The marks of q follow the locale of the entry.
func TestQuotationMarks(t *testing.T) {
	typ := thing(t)
	for locale, want := range map[string]string{"": "„a“", "de-simple": "„a“", "en": "“a”", "fr": "«\u00a0a\u00a0»", "de-CH": "«a»", "tlh": "„a“"} {
		n := typ.NormaliseWith(nil, value.Object{"body": "<q>a</q>"}, schema.WriteOptions{Locale: locale})
		if n.Values["body"] != want {
			t.Errorf("%s: %v", locale, n.Values["body"])
		}
	}
}

// A text full of invented names is told of in a few words.
func TestRemovedIsBounded(t *testing.T) {
	var b strings.Builder
	for i := range 900 {
		fmt.Fprintf(&b, "<a%d>x</a%d>", i, i)
	}
	_, removed, err := schema.CleanRichText(b.String(), "de")
	count := 0
	for _, r := range removed {
		count += r.Count
	}
	if last := removed[len(removed)-1]; err != nil || len(removed) != 50 || count != 900 || last.Element != "other" ||
		last.Count != 851 {
		t.Errorf("%d removals, %d in all, the last is %+v, %v", len(removed), count, last, err)
	}
}
