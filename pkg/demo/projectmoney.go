package demo

import "fmt"

// money adds posts, costs, savings and funding, with years and sources that fit the phase.
func (x *project) money(fields object) {
	year, basis, source := x.today.Year()-1, "measured", "Angabe der Projektleitung"
	switch x.phase {
	case planned:
		year, basis, source = x.from, "planned", "Ratsvorlage"
	case completed, ended:
		year = x.to
	}
	if x.r.IntN(4) == 0 && basis == "measured" {
		basis = "estimated"
	}
	if s := x.s.one("Stellen"); s != "" {
		posts := float64(x.within(x.r, s))
		if x.r.IntN(2) == 0 && posts < 8 {
			posts += 0.5
		}
		fields["staffPosts"] = posts
		if x.r.IntN(4) == 0 {
			fields["staffNote"] = "Davon eine Stelle befristet."
		}
	}
	if s := x.s.one("Kosten"); s != "" && x.r.IntN(8) > 0 {
		fields["costs"] = x.amounts(x.r, s, year, basis, source)
	}
	if s := x.s.one("Ersparnis"); s != "" && (x.phase == running || x.phase == completed) && x.r.IntN(4) > 0 {
		fields["savings"] = x.amounts(x.r, s, year, "estimated", source)
	}
	x.funding(fields)
}

func (x *project) funding(fields object) {
	programme, authority, odds := x.s.one("Förderung"), "Land Nordrhein-Westfalen", 70
	if programme == "" {
		programme, odds = "Interkommunale Zusammenarbeit", 12
	}
	if x.r.IntN(100) >= odds {
		return
	}
	switch programme {
	case "DigitalPakt Schule", "Smart Cities", "Kommunalrichtlinie":
		authority = "Bund"
	}
	row := object{
		"programme": programme, "authority": authority, "amount": int64(40+5*x.r.IntN(60)) * 100_000,
		"from": fmt.Sprintf("%d-01-01", x.from), "to": fmt.Sprintf("%d-12-31", x.from+1+x.r.IntN(3)),
	}
	fields["funding"] = list{row}
}

// links adds what the project has to do with.
func (x *project) links(fields object, before []*project) {
	for _, t := range x.team {
		if who := x.contacts[t.name]; who != "" {
			fields["contact"] = link("person", who)
			break
		}
	}
	topic := x.s.one("Thema")
	if f := x.focuses(topic); len(f) > 0 && x.r.IntN(3) > 0 {
		fields["focuses"] = link("focus", f[0])
	}
	if docs := x.byTopic[topic]; len(docs) > 0 && x.r.IntN(2) == 0 {
		fields["documents"] = link("document", some(docs, 1+x.r.IntN(2), x.n)...)
	}
	var related []string
	for n, b := range before {
		if b.s.one("Thema") == topic && n < projectCount {
			related = append(related, fmt.Sprint(n))
		}
	}
	if len(related) > 0 && x.r.IntN(2) == 0 {
		fields["relatedProjects"] = link("project", some(related, 2, x.r.IntN(len(related)))...)
	}
	if x.r.IntN(3) == 0 {
		fields["partners"] = link("organisation", turn(x.advisers(), x.r.IntN(100)))
	}
	if x.s.one("Ort") != "" {
		lead := x.team[0]
		fields["location"] = object{"lat": round(lead.lat + (x.r.Float64()-0.5)*0.03), "lng": round(lead.lng + (x.r.Float64()-0.5)*0.04)}
	}
	if x.n%3 == 1 && x.r.IntN(2) == 0 {
		fields["image"] = x.picture(x.parent(topic).one("Bild"))
	}
	if x.r.IntN(5) == 0 {
		lead := x.team[0]
		fields["links"] = list{object{
			"label": "Projektseite " + lead.genitive() + " (Beispieldaten)",
			"url":   "https://beispieldaten.example.org/kommunen/" + lead.key + "/zusammenarbeit/" + fmt.Sprint(len(before)+1),
		}}
	}
	if x.form == "ÖRV" && x.phase != planned && x.r.IntN(3) == 0 {
		fields["legalNote"] = x.phrase(x.r, "Kündigungsfrist {zwölf|18|24} Monate zum Jahresende, erstmals nach {drei|fünf} Jahren.", nil)
	}
}

// advisers are organisations that may take part in anything.
func (x *project) advisers() []string {
	var out []string
	for _, r := range x.load("organisationen.md") {
		switch r.one("Art") {
		case "university", "foundation", "company", "public-body":
			out = append(out, r.title)
		}
	}
	return out
}

// round keeps four decimals, about ten metres.
func round(degrees float64) float64 { return float64(int64(degrees*10_000+0.5)) / 10_000 }
