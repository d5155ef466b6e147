package demo

import (
	"strings"
	"testing"
)

func TestPhrase(t *testing.T) {
	words := map[string]string{"N": "der Kreis Unna und Kamen", "leer": ""}
	for _, tt := range []struct{ template, want, problem string }{
		{template: "Es planen {N}.", want: "Es planen der Kreis Unna und Kamen."},
		{template: "{N} planen. {N} bauen: {N}", want: "Der Kreis Unna und Kamen planen. Der Kreis Unna und Kamen bauen: Der Kreis Unna und Kamen"},
		{template: "{7-7} Autos, {12-12} Räder, {13-13} Busse", want: "Sieben Autos, zwölf Räder, 13 Busse"},
		{template: "{#7-7} von {1500-1500:50} seit {1987-1987}", want: "7 von 1.500 seit 1987"},
		{template: "{2000000-2000000:5}", want: "2.000.000"},
		{template: "[gleich|gleich] und {so|so}", want: "gleich und so"},
		{template: "{Nn} planen", problem: "there is nothing for {Nn}"},
		{template: "{leer} planen", problem: "there is nothing for {leer}"},
		{template: "[a|b {N}", problem: "bracket without its other"},
		{template: "{{N}}", problem: "bracket without its other"},
		{template: "{9-3}", problem: "the range {9-3} is empty"},
	} {
		got, err := phrase(chance(tt.template), tt.template, words)
		if got != tt.want || tt.problem == "" && err != nil || tt.problem != "" && (err == nil || !strings.Contains(err.Error(), tt.problem)) {
			t.Errorf("%s: %q, %v", tt.template, got, err)
		}
	}
	seen := map[string]bool{}
	for n := range 40 {
		s, err := phrase(chance("name "+number(n)), "[a|b] {3-5}", nil)
		if err != nil {
			t.Fatal(err)
		}
		seen[s] = true
	}
	if len(seen) != 6 {
		t.Errorf("of six phrases %d came: %v", len(seen), seen)
	}
}

// The names of places in all cases, with the articles that districts have and towns have not.
func TestTeamWords(t *testing.T) {
	all, err := places()
	if err != nil {
		t.Fatal(err)
	}
	by, districts := map[string]place{}, map[string]place{}
	for _, p := range all {
		by[p.name] = p
		if p.isDistrict() {
			districts[p.district] = p
		}
	}
	for _, tt := range []struct {
		names string
		want  map[string]string
	}{
		{"Unna, Kamen", map[string]string{"N": "Unna und Kamen", "Ls": "die Stadt Unna", "LsG": "der Stadt Unna", "beide": "beide", "Städte": "Städte",
			"Städten": "Städten", "Raum": "im Kreis Unna", "T": "Unna und Kamen", "zweier": "zweier"}},
		{"Holzwickede, Kreis Unna", map[string]string{"N": "Holzwickede und der Kreis Unna", "A": "Holzwickede und den Kreis Unna",
			"D": "Holzwickede und dem Kreis Unna", "Städte": "Partner", "P": "der Kreis Unna", "PD": "dem Kreis Unna", "LsG": "der Gemeinde Holzwickede"}},
		{"Rhein-Sieg-Kreis, Alfter, Wachtberg", map[string]string{"LsG": "des Rhein-Sieg-Kreises", "LD": "dem Rhein-Sieg-Kreis", "Ls": "der Rhein-Sieg-Kreis",
			"beiden": "allen drei", "Raum": "im Rhein-Sieg-Kreis"}},
		{"Kreis Soest, Soest", map[string]string{"LsG": "des Kreises Soest"}},
		{"Städteregion Aachen, Alsdorf", map[string]string{"N": "die Städteregion Aachen und Alsdorf", "D": "der Städteregion Aachen und Alsdorf",
			"LsG": "der Städteregion Aachen", "Raum": "in der Städteregion Aachen"}},
		{"Alfter, Wachtberg", map[string]string{"Städte": "Gemeinden", "Städten": "Gemeinden"}},
		{"Bonn, Alfter, Köln, Siegburg", map[string]string{"T": "vier Kommunen im Raum Bonn", "Städte": "Kommunen", "die beiden": "die vier"}},
		{"Kamen, Unna, Lünen, Kreis Unna", map[string]string{"T": "vier Partner im Kreis Unna", "TD": "vier Partnern im Kreis Unna"}},
	} {
		var team team
		for _, name := range split(tt.names, ",") {
			if by[name].name == "" {
				t.Fatalf("there is no %q", name)
			}
			team = append(team, by[name])
		}
		got := team.words(districts)
		for name, want := range tt.want {
			if got[name] != want {
				t.Errorf("%s: {%s} is %q, want %q", tt.names, name, got[name], want)
			}
		}
	}
}

func TestParse(t *testing.T) {
	records, err := parse("\n# Eins\nFeld: a; b\nFeld: c\ngKU: d\nText: e\n\nAbsatz: mit Doppelpunkt\ngeht weiter.\n\n## Teil\n- f\n- g\n# Zwei\nOhne Felder.\n")
	if err != nil || len(records) != 2 {
		t.Fatalf("%+v, %v", records, err)
	}
	r := records[0]
	if r.title != "Eins" || len(r.fields["Feld"]) != 2 || len(r.list("Feld")) != 2 || r.one("gKU") != "d" || r.one("Text") != "e" || r.one("Absatz") != "" {
		t.Errorf("%+v", r)
	}
	const want = "<p>Absatz: mit Doppelpunkt geht weiter.</p><h2>Teil</h2><ul><li>f</li><li>g</li></ul>"
	if got := rich(blocks(r.body)); got != want {
		t.Errorf("got %s", got)
	}
	if got := rich(paragraphs("a & b < c", "Frage: Wie?", " ")); got != "<p>a &amp; b &lt; c</p><p><strong>Wie?</strong></p>" {
		t.Errorf("got %s", got)
	}
	if _, err := parse("Feld: vor dem Titel\n"); err == nil || !strings.Contains(err.Error(), "line 1") {
		t.Errorf("got %v", err)
	}
}

// FuzzParse: whatever stands in a file, it is read or refused, and no line of a text is lost.
func FuzzParse(f *testing.F) {
	for _, s := range []string{"# a\nb: c\n\nd\n- e\n## f", "a", "# \n", "#a\n", "# a\r\nb: c\r\nd: \r\n", "# a\n# b\n:x\nx:\n"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		records, err := parse(s)
		if err != nil {
			return
		}
		for _, r := range records {
			for _, line := range strings.Split(r.body, "\n") {
				line = strings.Join(strings.Fields(strings.TrimPrefix(strings.TrimPrefix(strings.TrimSpace(line), "## "), "- ")), " ")
				found := line == ""
				for _, b := range blocks(r.body) {
					found = found || strings.Contains(strings.Join(strings.Fields(b.text), " "), line)
				}
				if !found && line != "##" && line != "-" {
					t.Errorf("%q is lost from %q", line, r.body)
				}
			}
		}
	})
}

// FuzzPhrase: whatever a template is, it is expanded or refused, and what is expanded has no placeholder left.
func FuzzPhrase(f *testing.F) {
	for _, s := range []string{"[a|b] {3-8:10}", "{{N}}", "[[a]|b]", "{|}", "[{N}|]", "{#1-1}", "{99999999999999999999-1}", "{1-99999999999999999999}"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		out, err := phrase(chance("x"), s, map[string]string{"N": "Unna"})
		if err == nil && placeholder.MatchString(out) {
			t.Errorf("%q became %q", s, out)
		}
	})
}
