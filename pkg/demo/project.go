package demo

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strconv"
	"strings"
)

// projectCount is how many projects are public. Some drafts come on top.
const (
	projectCount = 500
	draftCount   = 6
)

// The phases, as the type has them.
const (
	planned   = "planned"
	running   = "running"
	completed = "completed"
	ended     = "ended"
)

// project is one in the making.
type project struct {
	*portal
	r        *rand.Rand
	s        record
	n        int // which telling of the scenario it is
	team     team
	words    map[string]string
	phase    string
	from, to int // years; to is 0 while nobody knows
	form     string
	title    string
}

func (p *portal) addProjects() {
	scenarios := p.scenarios
	taken := map[string]bool{}
	var made []*project
	for n := range projectCount + draftCount {
		// 23 and 80 have no common divisor: each round goes through all scenarios, and never in the order of the files.
		s := scenarios[n*23%len(scenarios)]
		x := &project{portal: p, s: s, n: n / len(scenarios), r: chance(fmt.Sprintf("project/%d", n))}
		lead := p.lead(s, n)
		for attempt := 0; ; attempt++ {
			x.team = p.partners(x.r, s, lead)
			x.begin(n)
			x.title = x.phrase(x.r, turn(s.choices("Titel"), x.n+attempt), x.words)
			if !taken[strings.ToLower(x.title)] {
				break
			}
			if attempt > 20 {
				p.check(fmt.Errorf("no title is left for %q", s.title))
				return
			}
		}
		taken[strings.ToLower(x.title)] = true
		x.store(n, made)
		made = append(made, x)
	}
}

// begin decides when and how the team works together.
func (x *project) begin(n int) {
	year := x.today.Year()
	x.phase = turn([]string{
		running, running, completed, running, planned, running, running, completed, running, running, running, planned, running, completed, running,
		running, running, running, completed, running, ended, running, running, planned, running, completed, running,
	}, n)
	age := 1 + x.r.IntN(9)
	if x.r.IntN(3) == 0 {
		age += x.r.IntN(12)
	}
	x.from, x.to = year-age, 0
	switch x.phase {
	case planned:
		x.from = year + 1 + x.r.IntN(2)
	case completed, ended:
		x.from = year - 5 - x.r.IntN(12)
		x.to = min(year-1, x.from+2+x.r.IntN(5))
	}
	x.after()
	x.form = turn(strings.Fields(x.s.one("Rechtsform")), x.n+x.r.IntN(2))
	x.words = x.team.words(x.districts)
	x.words["Idee"], x.words["jahr"], x.words["ende"] = x.s.one("Idee"), strconv.Itoa(x.from), strconv.Itoa(x.to)
}

// after moves a project that tells of something behind the year in which that came up.
func (x *project) after() {
	since, err := strconv.Atoi(x.s.one("Seit"))
	if err != nil || x.from >= since {
		return
	}
	last := x.today.Year() - 1
	x.from = min(since+x.r.IntN(3), last)
	if x.to == 0 {
		return
	}
	if x.to = x.from + 2 + x.r.IntN(2); x.to > last {
		x.phase, x.to = running, 0
	}
}

// say expands the n-th line of a scenario's field, and the empty text if it has none.
func (x *project) say(field string, n int) string {
	lines := x.s.fields[field]
	if len(lines) == 0 {
		return ""
	}
	return x.phrase(x.r, turn(lines, n), x.words)
}

// saying expands a line that all scenarios share.
func (x *project) saying(title, field string) string {
	for _, r := range x.load("allgemein.md") {
		if r.title == title && len(r.fields[field]) > 0 {
			return x.phrase(x.r, pick(x.r, r.fields[field]), x.words)
		}
	}
	x.check(fmt.Errorf("allgemein.md has no %s under %s", field, title))
	return ""
}

// summary is what lists show.
func (x *project) summary() string {
	switch x.phase {
	case planned:
		return x.saying("Geplant", "Kurz")
	case completed:
		return x.saying("Abgeschlossen", "Kurz")
	case ended:
		return x.saying("Beendet", "Kurz")
	}
	return x.say("Kurz", x.n)
}

// body tells the project, in an order and under headings that differ.
func (x *project) body() []block {
	before := x.say("Anlass", x.n)
	ways := x.ways()
	frame := x.saying("Rechtsform", x.form)
	headings := pick(x.r, [][]string{
		{"Ausgangslage", "Vorgehen", "Organisation"}, {"Anlass", "Der Weg dorthin", "Wie es organisiert ist"}, {"Warum", "Wie", "In welcher Form"}, nil,
	})
	out := x.section(headings, 0, before)
	switch x.phase {
	case planned:
		return append(out, x.section(headings, 1, x.saying("Geplant", "Stand"), "Vorgesehen ist, "+x.s.one("Idee")+". "+
			x.plannedForm())...)
	case completed:
		out = append(out, x.section(headings, 1, ways)...)
		return append(out, x.section(headings, 2, frame, x.saying("Abgeschlossen", "Schluss"))...)
	case ended:
		out = append(out, x.section(headings, 1, ways)...)
		return append(out, x.section([]string{"", "", "Warum es endete"}, 2, x.saying("Beendet", "Grund"))...)
	}
	out = append(out, x.section(headings, 1, ways)...)
	if x.s.one("Kosten") != "" && x.r.IntN(3) > 0 {
		frame += " " + x.saying("Geld", "Kosten")
	}
	out = append(out, x.section(headings, 2, frame, x.say("Alltag", x.n))...)
	if q := x.say("Zitat", 0); q != "" && x.n%2 == 0 {
		out = append(out, block{paragraph, "„" + q + "“ " + pick(x.r, []string{
			"So beschreibt es eine Beteiligte.", "So fasst es ein Beteiligter zusammen.", "Dieser Satz fiel bei der ersten Bilanz.",
		})})
	}
	return out
}

// ways is how they went about it: one paragraph of two or three sentences in the order of the file.
func (x *project) ways() string {
	all := len(x.s.fields["Weg"])
	var at []int
	for i := range min(2+x.r.IntN(2), all) {
		at = append(at, (x.n+i)%all)
	}
	slices.Sort(at)
	var out []string
	for _, i := range at {
		out = append(out, x.say("Weg", i))
	}
	return strings.Join(out, " ")
}

func (x *project) plannedForm() string {
	if x.form == "ohne" {
		return "Eine eigene Rechtsform ist zunächst nicht geplant."
	}
	form := legalForms()[x.form]
	article := map[string]string{"ÖRV": "eine öffentlich-rechtliche Vereinbarung", "ZV": "ein Zweckverband", "AG": "eine kommunale Arbeitsgemeinschaft",
		"gKU": "ein gemeinsames Kommunalunternehmen", "AöR": "eine Anstalt des öffentlichen Rechts", "GmbH": "eine GmbH", "Verein": "ein eingetragener Verein",
		"Vertrag": "ein Kooperationsvertrag"}[x.form]
	if article == "" {
		x.check(fmt.Errorf("no words for the legal form %q", form))
	}
	return "Als Rechtsform ist " + article + " im Gespräch."
}

// section is texts below their heading, if there is one.
func (x *project) section(headings []string, n int, list ...string) []block {
	var out []block
	if n < len(headings) && headings[n] != "" {
		out = append(out, block{heading, headings[n]})
	}
	return append(out, paragraphs(list...)...)
}

// store puts the entry down.
func (x *project) store(n int, before []*project) {
	fields := object{
		"title": x.title, "summary": x.summary(), "phase": x.phase, "startYear": int64(x.from),
		"body":       noted(x.body(), "Beispieldaten: Dieses Projekt ist erfunden. Die genannten Kommunen gibt es, diese Zusammenarbeit nicht."),
		"goals":      rich(bullets(x.goals()...)),
		"topics":     link("topic", append([]string{x.s.one("Thema")}, x.s.list("Auch")...)...),
		"legalForms": link("legal-form", legalForms()[x.form]), "municipalities": x.places(), "lead": link("municipality", x.team[0].name),
	}
	if x.to > 0 {
		fields["endYear"] = int64(x.to)
	}
	x.outcome(fields)
	x.money(fields)
	x.links(fields, before)
	if x.phase != planned && (fields["bestPractice"] == true || n%11 == 3) {
		fields["gallery"] = x.gallery(n)
	}
	i := x.add("project", fmt.Sprint(n), fields)
	i.draft = n >= projectCount
	if text := x.topic().one("Leicht"); text != "" && !i.draft && x.n == 0 {
		i.also(simple, object{
			"title": x.s.one("Thema") + ": " + x.words["T"] + " arbeiten zusammen", "summary": text,
			"body": noted(paragraphs(text, capital(x.words["N"])+" machen diese Arbeit zusammen.", "Angefangen hat das im Jahr "+x.words["jahr"]+"."), sampleNoteSimple),
		})
	}
	if n%71 == 5 && !i.draft {
		i.pending = object{"summary": strings.TrimSuffix(x.summary(), ".") + ". Die Angaben werden zurzeit mit den Beteiligten abgestimmt."}
	}
	if n%13 == 4 {
		fields["internalNote"] = "Zahlen beim nächsten Rückruf bestätigen lassen (Beispieldaten)."
	}
}

func (x *project) goals() []string {
	var out []string
	for i := range x.s.fields["Ziel"] {
		out = append(out, capital(x.say("Ziel", x.n+i)))
	}
	return out
}

func (x *project) places() any {
	var names []string
	for _, t := range x.team {
		names = append(names, t.name)
	}
	return link("municipality", names...)
}

func (x *project) topic() record {
	for _, t := range x.leaves {
		if t.title == x.s.one("Thema") {
			return t
		}
	}
	return record{}
}

// outcome adds what came of it.
func (x *project) outcome(fields object) {
	switch x.phase {
	case planned:
		return
	case ended:
		fields["lessons"] = rich(paragraphs(x.saying("Beendet", "Lehre"), x.say("Lehre", x.n)))
		return
	}
	results := []string{x.say("Ergebnis", x.n), x.say("Ergebnis", x.n+1)}
	if x.from == x.today.Year()-1 {
		results = results[:1]
	}
	fields["results"] = rich(paragraphs(results...))
	if x.r.IntN(2) == 0 {
		fields["results"] = rich(bullets(results...))
	}
	lessons := []string{x.say("Lehre", x.n)}
	if x.r.IntN(3) == 0 {
		lessons = append(lessons, x.say("Lehre", x.n+1))
	}
	fields["lessons"] = rich(paragraphs(lessons...))
	if x.r.IntN(18) == 0 {
		fields["bestPractice"], fields["bestPracticeReason"] = true, x.saying("Auszeichnung", "Grund")
		fields["bestPracticeDate"] = date(x.day(-20 - x.r.IntN(600)))
	}
}
