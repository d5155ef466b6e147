package transfer

import (
	"fmt"
	"strings"
	"testing"

	"kontor/pkg/content"
	"kontor/pkg/query"
	"kontor/pkg/value"
)

const placesFile = `{"name": "Köln", "ags": "05315000", "kind": "city", "aliases": ["Coellen", "Domstadt"]}
{"name": "Unna", "ags": "05978036", "kind": "town"}
{"name": "Kreis Unna", "ags": "05978", "kind": "district"}
{"name": "Neuss", "kind": "town"}
{"name": "Neuss", "kind": "district", "slug": "kreis-neuss"}
{"name": "Bad Münstereifel"}
{"name": "Domstadt GmbH", "aliases": ["Köln", "GmbH"]}
{"name": "Altona", "aliases": ["GmbH"]}
{"name": "Abwasser", "slug": "wasser"}
{"name": "Wasser"}
`

// TestTarget checks by which names an entry is found, and by which it is not.
func TestTarget(t *testing.T) {
	k := newKit(t, own())
	k.good("place", NDJSON, placesFile, Options{})
	x, err := loadIndex(t.Context(), k.svc, caller(), k.typ("place"), "")
	if err != nil {
		t.Fatal(err)
	}
	slugs := map[string]string{} // by documentId
	err = k.svc.Each(t.Context(), caller(), k.typ("place"), query.Query{}, func(e *content.Entry) error {
		slug, _ := e.Attributes.Get("slug")
		slugs[e.DocumentID], _ = slug.(string)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	koeln := k.entries("place", "")["Köln"][documentID].(string)
	for _, c := range []struct{ text, want string }{
		{"koeln", "koeln"}, {"05315000", "koeln"}, {"Köln", "koeln"}, {" KÖLN ", "koeln"}, {"Ko\u0308ln", "koeln"}, {koeln, "koeln"},
		{"coellen", "koeln"}, {"domstadt", "koeln"}, {"Stadt Köln", "koeln"}, {"kreisfreie  Stadt Köln", "koeln"}, {"Köln, Stadt", "koeln"},
		{"Stadt Coellen", "koeln"}, {"Town Köln", "!near"}, {"independent city Köln", "koeln"}, {"Kreis Köln", "!near"}, {"Hansestadt Köln", "!none"},
		{"Unna", "unna"}, {"Stadt Unna", "unna"}, {"Kreis Unna", "kreis-unna"}, {"Unna, Kreis", "!near"},
		{"Neuss", "!several"}, {"Stadt Neuss", "neuss"}, {"Kreis Neuss", "kreis-neuss"}, {"kreis-neuss", "kreis-neuss"},
		{"Stadt Bad Münstereifel", "bad-muenstereifel"}, {"Münstereifel", "!none"}, {"GmbH", "!several"}, {"Stadt", "!none"}, {"Stadt ", "!none"}, {"", "!none"},
		{"aaaaaaaaaaaaaaaaaaaaaaaa", "!none"},
		{"neuss", "neuss"}, {"NEUSS", "!several"}, {"wasser", "!several"}, {"Wasser", "wasser-2"}, {"KOELN", "!none"},
	} {
		found, near := x.find(c.text)
		got := ""
		switch {
		case len(found) == 1:
			got = slugs[found[0].documentID]
		case len(found) > 1:
			got = "!several"
		case len(near) > 0:
			got = "!near"
		default:
			got = "!none"
		}
		if got != c.want {
			t.Errorf("%q finds %s, want %s", c.text, got, c.want)
		}
	}
}

// TestForward checks relations between rows of one file: to rows above, below, in chains and in circles.
func TestForward(t *testing.T) {
	rows := []string{
		"enkel;Enkel;Kind;", "kind;Kind;eltern;", "eltern;Eltern;;", "a;A;;B; b", "b;B;;A", "selbst;Selbst;Selbst;", "c;C;D;", "d;D;E;", "e;E;C;",
	}
	for _, dry := range []bool{true, false} {
		for _, workers := range []int{1, 8} {
			t.Run(fmt.Sprintf("dry %v, %d workers", dry, workers), func(t *testing.T) {
				k := newKit(t, own())
				text := "code;name;parent;friends\n"
				for _, r := range rows {
					if parts := strings.SplitN(r, ";", 4); len(parts) == 4 {
						r = strings.Join(parts[:3], ";") + `;"` + parts[3] + `"`
					}
					text += r + "\n"
				}
				o := Options{Key: "code", Publish: true, DryRun: dry, Workers: workers}
				k.is(k.good("thing", CSV, text, o), len(rows), 0, 0, 0)
				if dry {
					return
				}
				k.is(k.good("thing", CSV, text, o), 0, 0, len(rows), 0)
				e := k.entries("thing", "")
				for child, parent := range map[string]string{"Enkel": "Kind", "Kind": "Eltern", "Selbst": "Selbst", "C": "D", "D": "E", "E": "C"} {
					if e[child]["parent"] != e[parent][documentID] {
						t.Errorf("%s: parent %v, want %s", child, e[child]["parent"], parent)
					}
				}
				if !value.Equal(e["A"]["friends"], value.List{e["B"][documentID]}) || !value.Equal(e["B"]["friends"], value.List{e["A"][documentID]}) {
					t.Errorf("friends %v, %v", e["A"], e["B"])
				}
			})
		}
	}
}

// TestForwardBad checks that a row does not go in if one that it points to did not, and that others do.
func TestForwardBad(t *testing.T) {
	for _, dry := range []bool{true, false} {
		k := newKit(t, own())
		text := `{"name": "a", "parent": "b"}
{"name": "b", "count": -1}
{"name": "c", "parent": "b"}
{"name": "d", "parent": "a"}
{"name": "e", "parent": "nie"}
{"name": "f", "parent": "e"}
{"name": "g"}
{"name": "doppelt"}
{"name": "h", "parent": "doppelt"}
{"name": "doppelt"}
{"name": "i", "parent": "doppelt"}
{"name": "j", "parent": "g"}
{"name": "k", "parent": "l"}
{"name": "l", "parent": "k", "count": -1}
`
		result, bad := k.imports("thing", NDJSON, text, Options{DryRun: dry})
		got := map[int]string{}
		for _, b := range bad {
			got[b.Line] = b.Problems[0].English
		}
		for line, want := range map[int]string{
			1: "names line 2, which did not go in", 2: "greater than", 3: "names line 2", 4: "names line 1", 5: `"nie", which is no thing`,
			6: "names line 5", 11: "fits 2 entries: [doppelt", 13: "names line 14", 14: "greater than",
		} {
			if !strings.Contains(got[line], want) {
				t.Errorf("line %d: %q, want %q", line, got[line], want)
			}
		}
		if result.Failed != 9 || result.Created != 5 {
			t.Errorf("%+v: %v", result, got)
		}
	}
}

// TestSameValue checks that of rows with one unique value always the first gets it.
func TestSameValue(t *testing.T) {
	for range 3 {
		k := newKit(t, own())
		var text strings.Builder
		for i := range 200 {
			fmt.Fprintf(&text, "{\"name\": \"Nr. %d\", \"code\": \"K%d\"}\n", i, i/4)
		}
		for range 2 {
			text.WriteString("{\"name\": \"Gleich\"}\n")
		}
		for _, dry := range []bool{true, false} {
			result, bad := k.imports("thing", NDJSON, text.String(), Options{DryRun: dry})
			if result.Created != 52 || result.Failed != 150 {
				t.Fatalf("dry %v: %+v", dry, result)
			}
			for i, b := range bad {
				if b.Row != 4*(i/3)+i%3+2 || b.Problems[0].Code != "not_unique" {
					t.Fatalf("dry %v: bad row %d is %+v", dry, i, b)
				}
			}
		}
	}
}
