package demo

import (
	"fmt"
	"math/rand/v2"
	"strings"

	"kontor/pkg/asset"
)

// name is that of a person who does not exist.
type name struct{ first, last string }

func (n name) full() string   { return n.first + " " + n.last }
func (n name) sorted() string { return n.last + ", " + n.first }

func (n name) mail(host string) string {
	plain := strings.NewReplacer("ä", "ae", "ö", "oe", "ü", "ue", "ß", "ss", " ", "-")
	return plain.Replace(strings.ToLower(n.first+"."+n.last)) + "@" + host + ".example.org"
}

// people gives so many persons, women and men in turn, none of them twice.
func (p *portal) people(many, skip int) []name {
	var women, men, last []string
	for _, r := range p.load("namen.md") {
		switch r.title {
		case "Frauen":
			women = split(r.one("Namen"), ",")
		case "Männer":
			men = split(r.one("Namen"), ",")
		default:
			last = split(r.one("Namen"), ",")
		}
	}
	if len(women) == 0 || len(men) == 0 || len(last) == 0 {
		p.check(fmt.Errorf("namen.md has no names"))
		return nil
	}
	var out []name
	for i := skip; i < skip+many; i++ {
		first := turn(women, i/2*5)
		if i%2 == 1 {
			first = turn(men, i/2*7)
		}
		out = append(out, name{first, turn(last, i*7)})
	}
	return out
}

// isWoman tells whether the n-th of people is one.
func isWoman(n int) bool { return n%2 == 0 }

// portraits is how many different pictures of people there are.
const portraits = 8

// portrait gives the id of the n-th picture.
func (p *portal) portrait(n int) int64 {
	n %= portraits
	file := fmt.Sprintf("portraet-%d.png", n+1)
	for _, u := range p.uploads {
		if u.name == file {
			return u.id
		}
	}
	return p.addFile(file, asset.Facts{
		Alt: "Stilisiertes Porträt einer Person mit Schultern und Kopf, ohne Gesicht", Caption: "Beispieldaten: gezeichnet, keine wirkliche Person",
		Credit: "Kontor", Licence: "CC0 1.0",
	}, func() ([]byte, error) { return portraitImage(n) })
}

func (p *portal) addPersons() {
	offices := []string{"Stabsstelle Zusammenarbeit", "Büro der Verwaltungsleitung", "Fachbereich Zentrale Dienste", "Hauptamt", "Amt für Organisation"}
	towns := p.municipalities()
	organisations := p.load("organisationen.md")
	for n, who := range p.people(80, 0) {
		function := turn([]string{"Koordinator", "Referent", "Projektleiter", "Sachbearbeiter"}, n/2)
		if isWoman(n) {
			function += "in"
		}
		fields := object{
			"name": who.full(), "sortName": who.sorted(), "function": function + " für interkommunale Zusammenarbeit (Beispieldaten)",
			"phone": phone(100 + n), "consentDate": date(p.day(-400 + n)),
			"internalNote": "Beispieldaten: Diese Person gibt es nicht.",
		}
		if n < len(towns) {
			at := towns[n]
			fields["municipality"], fields["department"] = link("municipality", at.name), turn(offices, n)
			fields["mail"] = who.mail("kommune-" + at.key)
			p.contacts[at.name] = who.full()
		} else {
			org := turn(organisations, n-len(towns))
			fields["organisation"] = link("organisation", org.title)
			fields["department"] = "Geschäftsstelle"
			fields["mail"] = who.mail(strings.ReplaceAll(strings.ToLower(org.one("Kurzform")), " ", "-"))
			p.contacts[org.title] = who.full()
		}
		shown := list{"mail"}
		switch n % 4 {
		case 0:
			shown = list{"mail", "phone", "portrait"}
		case 1:
			shown = list{"mail", "phone"}
		case 3:
			shown = nil
		}
		if n%4 == 0 || n%8 == 3 {
			fields["portrait"] = p.portrait(n / 2)
		}
		if shown != nil {
			fields["shown"] = shown
		}
		p.add("person", who.full(), fields)
	}
}

func (p *portal) municipalities() []place {
	var out []place
	for _, x := range p.places {
		if !x.isDistrict() {
			out = append(out, x)
		}
	}
	return out
}

func (p *portal) addExperts() {
	towns, organisations := p.municipalities(), p.load("organisationen.md")
	for n, who := range p.people(40, 80) {
		r := chance("expert/" + who.full())
		topic := turn(p.leaves, n)
		fields := object{
			"name": who.full(), "sortName": who.sorted(), "topics": link("topic", topic.title, turn(p.leaves, n+17).title),
			"profile":      noted(p.profile(r, n, topic), "Beispieldaten: Diese Person ist erfunden, eine Vermittlung ist nicht möglich."),
			"formats":      asList(some([]string{"phone", "video", "on-site", "workshop", "lecture", "report"}, 2+r.IntN(3), n)),
			"languages":    list{"de"},
			"consentDate":  date(p.day(-300 + 3*n)),
			"contact":      object{"mail": who.mail("fachleute"), "phone": phone(300 + n), "note": "Nur nach Rücksprache weitergeben (Beispieldaten)."},
			"feeNote":      turn([]string{"Erstgespräch kostenfrei.", "Für Kommunen kostenfrei, Reisekosten werden erstattet.", "Erstgespräch kostenfrei, danach nach Aufwand."}, n),
			"legalForms":   link("legal-form", pick(r, []string{"Öffentlich-rechtliche Vereinbarung", "Zweckverband", "Gemeinsames Kommunalunternehmen", "Kooperationsvertrag"})),
			"availability": turn([]string{"available", "available", "available", "limited", "available", "available", "unavailable"}, n),
		}
		if n%5 == 0 {
			fields["languages"] = list{"de", "en"}
		}
		switch fields["availability"] {
		case "limited":
			fields["availabilityNote"] = "Zurzeit nur Videogespräche."
		case "unavailable":
			fields["availabilityNote"] = "Wieder ab dem nächsten Quartal."
		}
		fields["function"] = p.expertise(n, topic.title)
		if n%3 == 0 {
			fields["organisation"] = link("organisation", turn(organisations, n/3+4).title)
		} else {
			at := turn(towns, n*7)
			fields["municipality"], fields["region"] = link("municipality", at.name), list{at.region}
		}
		if n%2 == 0 {
			fields["portrait"] = p.portrait(n/2 + 3)
		}
		p.add("expert", who.full(), fields)
	}
}

// expertise is what an expert does.
func (p *portal) expertise(n int, topic string) string {
	roles := []string{"Fachberater", "Amtsleiter a. D.", "Wissenschaftlicher Mitarbeiter", "Projektleiter", "Moderator", "Jurist"}
	if isWoman(n) {
		roles = []string{"Fachberaterin", "Amtsleiterin a. D.", "Wissenschaftliche Mitarbeiterin", "Projektleiterin", "Moderatorin", "Juristin"}
	}
	return turn(roles, n/2) + ", Schwerpunkt " + topic
}

func (p *portal) profile(r *rand.Rand, n int, topic record) []block {
	words := map[string]string{"Thema": topic.title, "Kurz": topic.one("Kurz"), "er": "Er", "sein": "Sein", "ihm": "ihm"}
	if isWoman(n) {
		words["er"], words["sein"], words["ihm"] = "Sie", "Ihr", "ihr"
	}
	first := p.phrase(r, turn([]string{
		"{er} hat {zwei|drei|vier} Kooperationen im Feld {Thema} von der ersten Idee bis zum Betrieb begleitet.",
		"Seit {12-26} Jahren in Kommunen unterwegs, zuletzt als Verantwortlicher[|] für einen Verbund mit {drei|vier|fünf} Beteiligten.",
		"{er} moderiert Gespräche zwischen Verwaltungen und schreibt mit ihnen Vereinbarungen, die auch in schwierigen Jahren halten.",
		"{er} rechnet nach, bevor geredet wird: Kosten, Stellen und Fallzahlen, so dass alle sie verstehen.",
	}, n), words)
	if isWoman(n) {
		first = strings.ReplaceAll(first, "Verantwortlicher", "Verantwortliche")
	}
	second := p.phrase(r, turn([]string{
		"Sein Rat: klein anfangen, ehrlich messen, früh über den Ausstieg sprechen.",
		"Besonders gefragt sind Einschätzungen zu Rechtsform und Personalübergang.",
		"In Vorträgen kommen auch Projekte vor, die nicht gelungen sind.",
		"Räte schätzen die kurzen Texte ohne Fachchinesisch.",
		"Ein Lieblingssatz: „Wer die Geräteliste hat, hat schon die halbe Vereinbarung.“",
	}, n*3+1), words)
	if isWoman(n) {
		second = strings.Replace(second, "Sein Rat", "Ihr Rat", 1)
	}
	out := paragraphs(first, "Worum es geht: "+topic.one("Kurz"), second)
	if notes := p.lessons(topic.title); len(notes) > 0 {
		out = append(out, block{heading, "Aus der Beratung"}, block{bullet, turn(notes, n)}, block{bullet, turn(notes, n+1)})
	}
	return out
}
