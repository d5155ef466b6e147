package schema_test

import (
	"slices"
	"strings"
	"sync"
	"testing"

	"golang.org/x/net/html"

	"kontor/pkg/schema"
	"kontor/pkg/value"
)

// richTexts are pairs of what is sent and what is stored.
var richTexts = [][2]string{
	{`<p>Guten <b>Tag</b></p>`, `<p>Guten <b>Tag</b></p>`},
	{`nur Text & mehr`, `nur Text &amp; mehr`},
	{`<p></p>`, ``},
	{`<p>&nbsp;<br></p>`, ``},
	{`<hr>`, `<hr/>`},
	{`<h1>a</h1><h2>b</h2><h5>c</h5>`, `<h2>a</h2><h2>b</h2><h4>c</h4>`},
	{`<b>offen<p>x`, `<b>offen<p>x</p></b>`},
	{`x</p></div></table>y`, `x<p></p>y`},
	{`<script>alert(1)</script><p onclick="x()" style="color:red" class="a" id="b">a</p>`, `<p>a</p>`},
	{`<p>a<style>p{}</style><!-- c --></p>`, `<p>a</p>`},
	{`<svg><script>x</script></svg>ok`, `ok`},
	{`<iframe src="https://a.de"></iframe>ok`, `ok`},
	{`<a href="https://a.de/?a=1&amp;b=2">x</a>`, `<a href="https://a.de/?a=1&amp;b=2">x</a>`},
	{`<a href="javascript:alert(1)">x</a>`, `x`},
	{`<a href="java&#10;script:alert(1)">x</a>`, `x`},
	{`<a href=" javascript:alert(1)">x</a>`, `x`},
	{`<a href="data:text/html,x">x</a>`, `x`},
	{`<a href="//evil.example">x</a>`, `x`},
	{`<a href="/\evil.example">x</a>`, `x`},
	{`<a href="relativ">x</a>`, `x`},
	{`<a href="/">x</a><a href="/a">y</a><a href="#b">z</a>`, `<a href="/">x</a><a href="/a">y</a><a href="#b">z</a>`},
	{`<a href="mailto:a@b.de">x</a><a href="tel:+49">y</a>`, `<a href="mailto:a@b.de">x</a><a href="tel:+49">y</a>`},
	{`<a href="entry:project/` + idA + `">x</a>`, `<a href="entry:project/` + idA + `">x</a>`},
	{`<a href="entry:project/../` + idA + `">x</a><a href="entry:x">y</a><a href="entry:page/` + idA + `#z">z</a>`, `xyz`},
	{`<a href="https://a.de" target="_blank">x</a>`, `<a href="https://a.de" target="_blank" rel="noopener">x</a>`},
	{`<a href="https://a.de" target="_top" rel="opener">x</a>`, `<a href="https://a.de">x</a>`},
	{`<a target="_blank" rel="opener" href="/a">x</a>`, `<a href="/a" target="_blank" rel="noopener">x</a>`},
	{`<img src="https://a.de/b.png" onerror="x()">`, `<img src="https://a.de/b.png" alt=""/>`},
	{`a<img src="http://a.de/b.png" alt="x"><img src="data:image/png;base64,xx" alt="y">`, `a`},
	{`<table><tr><td colspan="2" width="3">a</td></tr></table>`, `<table><tbody><tr><td colspan="2">a</td></tr></tbody></table>`},
	{`<p lang="en">a <span lang="fr">b</span> <span>c</span> <abbr title="x">d</abbr></p>`, `<p lang="en">a <span lang="fr">b</span> c <abbr title="x">d</abbr></p>`},
	{`<p lang="&quot;x">a</p>`, `<p>a</p>`},
	{`<ol start="3"><li>a</ol>`, `<ol start="3"><li>a</li></ol>`},
	{"<p>a\r\nb&#1;&#13;</p>", "<p>a\nb</p>"},
	{"<p>\u0338a</p>", "<p>a</p>"}, // in NFC the stroke makes one character of ">" and itself
	{"<p>&#824;a</p>", "<p>a</p>"},
	{`<p>a &lt;script&gt; b</p>`, `<p>a &lt;script&gt; b</p>`},
	{`<p>a<p>b`, `<p>a</p><p>b</p>`},
	{`<noscript><p title="</noscript><img src=x onerror=alert(1)>"></noscript>`, `&#34;&gt;`},
	{`<div>Erste Zeile</div><div>Zweite Zeile</div>`, `<p>Erste Zeile</p><p>Zweite Zeile</p>`},
	{`<h1>Titel</h1>Text`, `<h2>Titel</h2>Text`},
	{`<section lang="en"> <h5>a</h5> b <i>c</i> <div dir="RTL">d<br>e</div></section>f`,
		`<h4 lang="en">a</h4><p lang="en"> b <i>c</i> </p><p dir="rtl" lang="en">d<br/>e</p>f`},
	{`<ul><li><div>a</div><li><div><div>b</div>c</div></ul>`, `<ul><li><p>a</p></li><li><p>b</p><p>c</p></li></ul>`},
	{`<a href="/x"><div>Karte</div><div>Text</div></a>`, `<a href="/x"><p>Karte</p><p>Text</p></a>`},
	{`<div><div></div><form><fieldset><legend>a</legend>b</fieldset></form></div>`, `<p>a</p><p>b</p>`},
	{`<p>Sie sagt <q>ja, <q>nein</q></q>.</p>`, `<p>Sie sagt „ja, ‚nein‘“.</p>`},
	{`<p lang="en-GB"><q>yes</q> <q lang="fr">oui</q></p>`, "<p lang=\"en-GB\">“yes” «\u00a0oui\u00a0»</p>"},
	{`<mark class="x">a</mark><del>b</del><ins>c</ins><strike>d</strike><font color="red">e</font><kbd>f</kbd>`,
		`<mark>a</mark><del>b</del><ins>c</ins><s>d</s>e<code>f</code>`},
	{`<p dir="rtl">a</p><p dir="x">b</p>`, `<p dir="rtl">a</p><p>b</p>`},
	{"<a href=' https://a.de/b c\n/d\t?x=50% '>x</a>", `<a href="https://a.de/b%20c/d?x=50%25">x</a>`},
	{`<a href="tel: +49 211 / 12 34">x</a><a href="HTTPS://a.de/100%">y</a>`, `<a href="tel:+49211/1234">x</a><a href="https://a.de/100%25">y</a>`},
	{`<a href="/files/Übersicht 2.pdf">x</a>`, `<a href="/files/%C3%9Cbersicht%202.pdf">x</a>`},
	{`<a name="x">a</a><a target="_blank">b</a>`, `ab`},
	{`<a href="#k-1">x</a><h2 id="k-1">a</h2><h3 id="k-2">b</h3><h3 id="k-1">c</h3><p id="k-1">d</p>`,
		`<a href="#k-1">x</a><h2 id="k-1">a</h2><h3>b</h3><h3>c</h3><p>d</p>`},
	{`<a href="#_Toc1">x</a><h1><a name="_Toc1"></a>a</h1>`, `<a href="#_Toc1">x</a><h2 id="_Toc1">a</h2>`},
	{`<a href="#%C3%BCber">x</a><h2 id="über">a</h2>`, `<a href="#%C3%BCber">x</a><h2 id="über">a</h2>`},
	{`<title>Seite</title><p>a</p>`, `<p>a</p>`},
	{`<math><mtext><table><mglyph><style><img src=x onerror=alert(1)>`, ``},
}

func TestRichText(t *testing.T) {
	typ := thing(t)
	for _, c := range richTexts {
		out, problems := typ.Normalise(nil, value.Object{"body": c[0]})
		got, _ := out["body"].(string)
		if len(problems) > 0 || got != c[1] {
			t.Errorf("%s\ngot  %s %v\nwant %s", c[0], got, problems, c[1])
		}
		if problems := typ.Check(out); len(problems) > 0 {
			t.Errorf("%s: %v", got, problems)
		}
	}
	for _, bad := range []any{int64(1), "a\x00", "a\xff", strings.Repeat("<b>", 600) + "x", "<p>" + strings.Repeat("x", 5000) + "</p>"} {
		if out, problems := typ.Normalise(nil, value.Object{"body": bad}); len(problems) != 1 {
			t.Errorf("%.20v is taken as %.40v", bad, out["body"])
		}
	}
}

// unsafe names what a browser could run or load in HTML that has been sanitised; "" if there is nothing.
func unsafe(s string) string {
	for z := html.NewTokenizer(strings.NewReader(s)); z.Next() != html.ErrorToken; {
		token := z.Token()
		switch token.Type {
		case html.CommentToken, html.DoctypeToken:
			return "comment"
		case html.StartTagToken, html.SelfClosingTagToken:
			if slices.Contains([]string{"script", "style", "iframe", "object", "embed", "svg", "math", "form", "input", "link", "meta", "base", "template"}, token.Data) {
				return token.Data
			}
			for _, a := range token.Attr {
				link := strings.ToLower(strings.Join(strings.Fields(a.Val), ""))
				if strings.HasPrefix(a.Key, "on") || a.Key == "style" || a.Key == "href" && !strings.HasPrefix(link, "entry:") &&
					!strings.HasPrefix(link, "http") && !strings.HasPrefix(link, "mailto:") && !strings.HasPrefix(link, "tel:") &&
					!strings.HasPrefix(link, "/") && !strings.HasPrefix(link, "#") {
					return a.Key + "=" + a.Val
				}
			}
		}
	}
	return ""
}

func TestPlainText(t *testing.T) {
	for html, want := range map[string]string{
		`<p>a</p><p>b<br>c</p>`:               "a b c",
		`<del>a</del><mark>b</mark>`:          "ab",
		`a<b>b</b>c &amp; <i>d</i>`:           "abc & d",
		`<ul><li>a</li><li>b</li></ul>`:       "a b",
		`<td>a</td><td>b</td>`:                "a b",
		`<script>x</script><style>y</style>z`: "z",
		" a\n\n b\u00a0c ":                    "a b c",
		``:                                    "",
		`<img alt="x">`:                       "",
		`a < b`:                               "a < b",
	} {
		if got := schema.PlainText(html); got != want {
			t.Errorf("%s: %q, want %q", html, got, want)
		}
	}
}

func TestSlugify(t *testing.T) {
	for title, want := range map[string]string{
		"Große Lösung für Übermut":      "grosse-loesung-fuer-uebermut",
		"  Bauhof – A & B!  ":           "bauhof-a-b",
		"Ärzte\u0308":                   "aerzte",
		"Cafe\u0301 Łódź Ærø":           "cafe-lodz-aeroe",
		"Bürger\u00adbüro":              "buergerbuero",
		"Düren's":                       "duerens",
		"日本":                            "",
		"":                              "",
		"½ Tag":                         "1-2-tag",
		strings.Repeat("wort ", 30):     strings.TrimSuffix(strings.Repeat("wort-", 16), "-"),
		strings.Repeat("x", 100):        strings.Repeat("x", 80),
		strings.Repeat("x", 80) + " y":  strings.Repeat("x", 80),
		"a " + strings.Repeat("x", 100): "a",
	} {
		if got := schema.Slugify(title); got != want {
			t.Errorf("%s: %s, want %s", title, got, want)
		}
	}
}

func TestFold(t *testing.T) {
	for _, c := range [][2]string{
		{"Straße", "STRASSE"}, {"groß", "gross"}, // simple folding keeps the length, so these stay apart
	} {
		if schema.Fold(c[0]) == schema.Fold(c[1]) {
			t.Errorf("%s = %s", c[0], c[1])
		}
	}
	for _, c := range [][2]string{
		{"Übung", "ÜBUNG"}, {"u\u0308bung", "ÜBUNG"}, {"abc", "ABC"}, {"Kelvin \u212a", "KELVIN k"}, {"ſ", "S"}, {"ẞ", "ß"}, {"Σίσυφος", "ΣΊΣΥΦΟΣ"}, {"", ""},
	} {
		if a, b := schema.Fold(c[0]), schema.Fold(c[1]); a != b {
			t.Errorf("%s: %q, %q", c[0], a, b)
		}
	}
	if schema.Fold("a1 ZÄ") != "A1 ZÄ" {
		t.Error(schema.Fold("a1 ZÄ"))
	}
}

func TestSortKey(t *testing.T) {
	words := []string{"", "1", "10", "2", "Aachen", "Ämter", "Amtsblatt", "Bauhof", "Baum", "Bäume", "Cölbe", "Hosten", "Masse", "Maße", "Mast", "Oz", "Öz", "Übach", "Unna", "Zülpich"}
	for i, a := range words {
		for j, b := range words {
			if got, want := strings.Compare(schema.SortKey(a), schema.SortKey(b)), compare(i, j); got != want {
				t.Errorf("%s, %s: %d, want %d", a, b, got, want)
			}
		}
	}
	if schema.SortKey("u\u0308") != schema.SortKey("ü") {
		t.Error("normal forms sort apart")
	}
	long := strings.Repeat("ä", 64)
	if schema.SortKey(long) != schema.SortKey(long+"x") || schema.SortKey(long[2:]) == schema.SortKey(long) {
		t.Error("not the first 64 characters count")
	}
}

func compare(i, j int) int {
	switch {
	case i < j:
		return -1
	case i > j:
		return 1
	}
	return 0
}

func TestSortKeyInManyGoroutines(t *testing.T) {
	want := schema.SortKey("Ämter")
	var group sync.WaitGroup
	for range 8 {
		group.Go(func() {
			for range 500 {
				if schema.SortKey("Ämter") != want {
					t.Error("differs")
				}
				schema.SortKey("Zülpich")
			}
		})
	}
	group.Wait()
}
