package main

import (
	"fmt"
	"math/rand/v2"
	"strings"
)

// The samples read like what editors write: umlauts, compounds, markup, and the length of real entries.

func subjects() []string {
	return []string{"Gemeinsame Vergabestelle", "Interkommunaler Bauhof", "Digitales Bürgerbüro", "Gemeinsame Rechnungsprüfung", "Klärschlammverwertung",
		"Breitbandausbau", "Gewerbegebiet an der Autobahn", "Volkshochschule im Verbund", "Rettungsdienst über Kreisgrenzen", "Gemeinsame Personalabrechnung",
		"Straßenbeleuchtung mit LED", "Wärmeplanung im Verbund", "IT-Sicherheit für kleine Gemeinden", "Standesamtsbezirk", "Hochwasserschutz am Oberlauf",
		"Ausbildungsverbund Verwaltung", "Archiv unter einem Dach", "Gemeinsame Vollstreckung", "Radschnellweg", "Geodatenportal"}
}

func sentences() []string {
	return []string{
		"Die beteiligten Städte und Gemeinden haben die Aufgabe durch öffentlich-rechtliche Vereinbarung auf eine Kommune übertragen.",
		"Ausgangspunkt war der Fachkräftemangel: Stellen in den Bauämtern blieben über Monate unbesetzt.",
		"Nach einer Vorstudie der Universität beschlossen alle Räte die Zusammenarbeit einstimmig.",
		"Die Aufsichtsbehörde hat die Satzung genehmigt; sie wurde im Amtsblatt bekannt gemacht.",
		"Jede Kommune behält ihre Ansprechperson vor Ort, sodass sich für Bürgerinnen und Bürger nichts ändert.",
		"Ein Lenkungskreis der Hauptverwaltungsbeamten tagt zweimal im Jahr und entscheidet über den Wirtschaftsplan.",
		"Die Kosten werden zur Hälfte nach Einwohnerzahl und zur Hälfte nach Fallzahl verteilt.",
		"Im zweiten Jahr sanken die Sachkosten um rund ein Fünftel, vor allem durch gemeinsame Beschaffung.",
		"Rückblickend hätte die Personalvertretung früher einbezogen werden müssen.",
		"Die Übernahme der Altverträge dauerte länger als geplant, weil Kündigungsfristen übersehen wurden.",
		"Für die Einführung des Fachverfahrens wurden Fördermittel des Landes abgerufen.",
		"Weitere Kommunen können dem Verbund zum Jahreswechsel beitreten.",
		"Überörtliche Vertretung bei Krankheit und Urlaub ist erstmals verlässlich möglich.",
	}
}

// placeNames gives n names that sound like places in North Rhine-Westphalia, all different.
func placeNames(n int) []string {
	heads := []string{"Alten", "Neu", "Ober", "Unter", "Nieder", "Hohen", "Langen", "Kirch", "Müh", "Bröl", "Wes", "Ruhr", "Lipper", "Sauer", "Eifel",
		"Börde", "Münster", "Rhein", "Wupper", "Ems"}
	tails := []string{"berge", "hausen", "kirchen", "stein", "bach", "feld", "furt", "brück", "scheid", "rath", "born", "dorf", "heim", "lohn", "münde",
		"wald", "beck", "holte", "egge", "büren"}
	out := make([]string, n)
	for i := range out {
		out[i] = heads[i%len(heads)] + tails[i/len(heads)%len(tails)]
		if round := i / (len(heads) * len(tails)); round > 0 {
			out[i] += fmt.Sprint(" ", round+1)
		}
	}
	return out
}

// paragraphs writes HTML of about size bytes.
func paragraphs(r *rand.Rand, size int) string {
	all := sentences()
	var b strings.Builder
	for b.Len() < size {
		b.WriteString("<p>")
		for range 2 + r.IntN(3) {
			b.WriteString(phrase(r))
			b.WriteByte(' ')
		}
		b.WriteString("<strong>" + all[r.IntN(len(all))] + "</strong></p>")
	}
	return b.String()
}

// object is JSON in the making.
type object = map[string]any

// number is where the number of a project stands in its body: eight digits, to be overwritten in place.
const number = "00000000"

// project is the body of a project, about 3 KB of JSON, that refers to what the data set holds.
func project(r *rand.Rand, d *dataset) object {
	all, towns := sentences(), pick(r, d.municipalities, 2+r.IntN(6))
	return object{
		"title":   fmt.Sprintf("%s %s %s", subjects()[r.IntN(20)], d.places[r.IntN(len(d.places))], number),
		"summary": all[r.IntN(len(all))] + " " + phrase(r),
		"body":    paragraphs(r, 900), "goals": paragraphs(r, 250), "results": paragraphs(r, 250), "lessons": paragraphs(r, 200),
		"phase":     []string{"planned", "running", "completed", "ended"}[r.IntN(4)],
		"startYear": 1995 + r.IntN(31), "legalNote": all[r.IntN(len(all))],
		"topics": pick(r, d.topics, 1+r.IntN(3)), "legalForms": pick(r, d.forms, 1+r.IntN(2)),
		"municipalities": towns, "lead": towns[0], "contact": d.persons[r.IntN(len(d.persons))],
		"staffPosts": 2.5, "bestPractice": r.IntN(10) == 0,
		"costs":    []object{{"amount": 12_500_000, "year": 2024, "kind": "annual", "basis": "planned", "source": "Ratsvorlage"}},
		"savings":  []object{{"amount": 3_000_000, "year": 2025, "kind": "annual", "basis": "estimated"}},
		"links":    []object{{"label": "Zur Vereinbarung im Wortlaut", "url": "https://beispiel.example/vereinbarung.pdf"}},
		"location": object{"lat": 50.5 + r.Float64()*2, "lng": 6 + r.Float64()*3}, "internalNote": "Rückruf im März",
	}
}

// pick gives n different elements.
func pick(r *rand.Rand, from []string, n int) []string {
	n = min(n, len(from))
	out, seen := make([]string, 0, n), map[string]bool{}
	for len(out) < n {
		if s := from[r.IntN(len(from))]; !seen[s] {
			seen[s] = true
			out = append(out, s)
		}
	}
	return out
}
