package demo

import (
	"fmt"
	"math/rand/v2"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// scenarioFiles are the files of what municipalities do together, one for each part of the portal.
func scenarioFiles() []string {
	return []string{"verwaltung", "digitales", "finanzen", "sicherheit", "bauen", "umwelt", "bildung", "leben"}
}

// loadScenarios reads all of them. Each is told by several projects, with other places, figures and turns.
func (p *portal) loadScenarios() []record {
	var out []record
	for _, name := range scenarioFiles() {
		out = append(out, p.load("projekte/"+name+".md")...)
	}
	for _, s := range out {
		p.known(p.leaves, []string{s.one("Thema")})
		p.known(p.leaves, s.list("Auch"))
		if s.one("Idee") == "" || len(s.fields["Kurz"]) == 0 || len(s.fields["Weg"]) == 0 {
			p.check(fmt.Errorf("the scenario %q is not complete", s.title))
		}
	}
	return out
}

func (p *portal) scenariosOf(topic string) []record {
	return slices.DeleteFunc(slices.Clone(p.scenarios), func(s record) bool { return s.one("Thema") != topic })
}

// span reads "2-5".
func span(s string) (low, high int, ok bool) {
	a, b, found := strings.Cut(s, "-")
	low, err1 := strconv.Atoi(strings.TrimSpace(a))
	high, err2 := strconv.Atoi(strings.TrimSpace(b))
	return low, high, found && err1 == nil && err2 == nil && low <= high
}

// within takes a number from "2-5".
func (p *portal) within(r *rand.Rand, s string) int {
	low, high, ok := span(s)
	if !ok {
		p.check(fmt.Errorf("%q is no range", s))
		return 0
	}
	return low + r.IntN(high-low+1)
}

var amountForm = regexp.MustCompile(`^(einmalig|jährlich|gesamt) (\d+-\d+)$`)

// amounts makes rows of money of "einmalig 20000-70000; jährlich 4000-9000".
func (p *portal) amounts(r *rand.Rand, s string, year int, basis, source string) any {
	kinds := map[string]string{"einmalig": "one-off", "jährlich": "annual", "gesamt": "total"}
	var out list
	for _, part := range split(s, ";") {
		m := amountForm.FindStringSubmatch(part)
		if m == nil {
			p.check(fmt.Errorf("%q is no amount", part))
			continue
		}
		euros := p.within(r, m[2])
		step := 500
		for step*40 < euros {
			step *= 10
		}
		euros = max(step, euros/step*step)
		out = append(out, object{"amount": int64(euros) * 100, "year": int64(year), "kind": kinds[m[1]], "basis": basis, "source": source})
	}
	if out == nil {
		return nil
	}
	return out
}

// legalForms gives the names of legal forms by what scenarios call them.
func legalForms() map[string]string {
	return map[string]string{
		"ÖRV": "Öffentlich-rechtliche Vereinbarung", "ZV": "Zweckverband", "gKU": "Gemeinsames Kommunalunternehmen",
		"AG": "Kommunale Arbeitsgemeinschaft", "AöR": "Anstalt des öffentlichen Rechts", "GmbH": "Gesellschaft mit beschränkter Haftung",
		"Verein": "Eingetragener Verein", "Vertrag": "Kooperationsvertrag", "ohne": "Absprache ohne Rechtsform",
	}
}

// large is from how many people on a city does most things alone.
const large = 200_000

// able are the municipalities that would do what a scenario tells.
func (p *portal) able(s record) []place {
	return slices.DeleteFunc(p.municipalities(), func(x place) bool { return x.population >= large && s.one("Groß") == "" })
}

// lead chooses who leads the n-th project, in turn, and where large cities take part one of them every other time.
func (p *portal) lead(s record, n int) place {
	able := p.able(s)
	if s.one("Groß") != "" && n/3%2 == 0 {
		able = slices.DeleteFunc(able, func(x place) bool { return x.population < large })
	}
	return able[(n*17+n/len(able)*5)%len(able)]
}

// partners makes the team of a project: the one who leads, and neighbours. A district joins where that makes sense.
func (p *portal) partners(r *rand.Rand, s record, lead place) team {
	near := p.able(s)
	slices.SortStableFunc(near, func(a, b place) int {
		da, db := lead.distance(a), lead.distance(b)
		switch {
		case da < db:
			return -1
		case da > db:
			return 1
		}
		return 0
	})
	out := team{lead}
	many := p.within(r, s.one("Beteiligte"))
	for _, x := range near[1:] {
		if len(out) == many {
			break
		}
		if r.IntN(4) > 0 || len(out) == 1 && x.distance(lead) > 0.3 { // the nearest, but not always the same
			out = append(out, x)
		}
	}
	joins := map[string]int{"ja": 30, "viel": 75}[s.one("Kreis")]
	if d, ok := p.districts[lead.district]; ok && lead.district != "" && r.IntN(100) < joins {
		out[len(out)-1] = d
		if len(out) == 2 && s.one("Kreis") == "viel" && r.IntN(2) == 0 {
			out[0], out[1] = out[1], out[0]
		}
	}
	return out
}
