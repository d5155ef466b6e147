package demo

import (
	"fmt"
	"math/rand/v2"
	"time"
)

// eventCount is how many events are public. Some drafts come on top.
const eventCount = 60

// zone is where events take place.
const zone = "Europe/Berlin"

func (p *portal) addEvents() {
	records := p.load("veranstaltungen.md")
	var hosts []string
	for _, r := range p.load("organisationen.md") {
		hosts = append(hosts, r.title)
	}
	for n := range eventCount + 2 {
		r := chance(fmt.Sprintf("event/%d", n))
		s := turn(records, n*7)
		title := turn(s.choices("Titel"), n/len(records))
		if n >= eventCount {
			title = "In Vorbereitung: " + s.title + " im Verbund"
		}
		short := turn(s.fields["Kurz"], n/len(records))
		kind := turn(s.choices("Art"), n/len(records))
		// From nearly ten months ago to eight months ahead, about every nine days.
		start := workday(p.day(-285 + n*9 + r.IntN(4))).Add(time.Duration(9*60+30*r.IntN(4)) * time.Minute)
		host := turn([]string{hosts[0], hosts[1], turn(hosts, n+5), hosts[1]}, n)
		fields := object{
			"title": title, "summary": short, "kind": kind, "image": p.picture(p.parent(s.title).one("Bild")), "organiser": link("organisation", host),
			"topics": link("topic", p.known(p.leaves, []string{s.title})...), "contact": link("person", p.contacts[host]),
			"targetGroup": asList(some([]string{"specialists", "department-heads", "administration-leaders", "politics"}, 1+r.IntN(3), n)),
			"capacity":    int64(20 + 10*r.IntN(12)), "fee": int64(turn([]int{0, 0, 4500, 0, 9000, 0}, n)),
			"registrationLink":     fmt.Sprintf("https://beispieldaten.example.org/anmeldung/%d", n+1),
			"registrationDeadline": local(start.AddDate(0, 0, -7).Truncate(24 * time.Hour).Add(23 * time.Hour)),
		}
		if fields["fee"] != int64(0) {
			fields["feeNote"] = "Verpflegung ist enthalten; Ehrenamtliche zahlen nichts."
		}
		p.program(r, s, start, fields)
		p.venue(r, n, kind, fields)
		p.status(n, start, fields)
		fields["body"] = noted(p.invitation(s, n/len(records), fields), "Beispieldaten: Diese Veranstaltung ist erfunden, eine Anmeldung ist nicht möglich.")
		if docs := p.byTopic[s.title]; len(docs) > 0 && n%2 == 0 {
			fields["documents"] = link("document", turn(docs, n))
		}
		if f := p.focuses(s.title); len(f) > 0 {
			fields["focuses"] = link("focus", f[0])
		}
		i := p.add("event", fmt.Sprint(n), fields)
		i.owner, i.draft = documentID("organisation", host), n >= eventCount
		if n == eventCount-8 || n == eventCount-15 {
			i.pending = object{"capacity": int64(150), "summary": short + " Das Programm wird noch ergänzt."}
		}
	}
}

// local is a time that a clock on the wall shows.
func local(t time.Time) object { return object{"local": t.Format("2006-01-02T15:04"), "zone": zone} }

// program adds the agenda and when it ends.
func (p *portal) program(r *rand.Rand, s record, start time.Time, fields object) {
	fields["start"] = local(start)
	at := start
	var agenda list
	step := func(minutes int, title, speaker string) {
		row := object{"time": at.Format("15:04"), "title": title}
		if speaker != "" {
			row["speaker"] = speaker
		}
		agenda = append(agenda, row)
		at = at.Add(time.Duration(minutes) * time.Minute)
	}
	experts := p.people(40, 80)
	var speakers list
	step(20, pick(r, []string{"Begrüßung", "Ankommen und Begrüßung", "Begrüßung und Einführung"}), "")
	for n, point := range s.fields["Punkt"] {
		who := experts[r.IntN(len(experts))].full()
		if n == 0 || len(speakers) > 0 && speakers[0].(object)["name"] != who {
			speakers = append(speakers, object{"name": who, "function": "Fachliche Begleitung", "expert": link("expert", who)})
		}
		step(60, point, who)
	}
	switch fields["kind"] {
	case "conference", "workshop", "training":
		step(60, "Mittagspause", "")
		step(90, pick(r, []string{"Arbeitsgruppen", "Werkstatt in Gruppen", "Übung in kleinen Gruppen"}), "")
	}
	step(30, pick(r, []string{"Fragen und Ausklang", "Offene Runde", "Austausch und Verabredungen"}), "")
	fields["agenda"], fields["speakers"], fields["end"] = agenda, speakers, local(at)
}

// venue says where it takes place.
func (p *portal) venue(r *rand.Rand, n int, kind string, fields object) {
	fields["format"] = "on-site"
	switch {
	case kind == "webinar":
		fields["format"] = "online"
	case kind == "consultation", n%9 == 4:
		fields["format"] = "hybrid"
	}
	if fields["format"] != "on-site" {
		fields["onlineLink"] = fmt.Sprintf("https://beispieldaten.example.org/raum/%d", n+1)
	}
	if fields["format"] == "online" {
		return
	}
	at := turn(p.municipalities(), n*11)
	fields["municipality"], fields["location"] = link("municipality", at.name), object{"lat": at.lat, "lng": at.lng}
	fields["place"] = object{
		"name": pick(r, []string{"Rathaus", "Bürgerhaus", "Kulturzentrum", "Technisches Rathaus", "Volkshochschule"}) + " " + at.name,
		"room": pick(r, []string{"Großer Saal", "Raum 204", "Foyer", "Sitzungssaal", "Werkstatt"}),
		"address": object{
			"street": pick(r, []string{"Musterplatz", "Beispielallee", "Am Muster", "Musterstraße"}) + " " + fmt.Sprint(1+r.IntN(40)), "postcode": at.postcode, "city": at.name,
		},
		"accessibility": pick(r, []string{"Stufenloser Zugang, Aufzug vorhanden.", "Stufenlos erreichbar, Induktionsanlage im Saal.",
			"Aufzug und barrierefreie Toilette vorhanden; Gebärdensprache auf Anfrage."}),
		"directions": "Zehn Minuten Fußweg vom Bahnhof; Fahrradständer vor dem Haus.",
	}
}

// status calls some events off, and moves others.
func (p *portal) status(n int, start time.Time, fields object) {
	fields["eventStatus"] = "scheduled"
	switch {
	case n%12 == 5:
		fields["eventStatus"], fields["statusNote"] = "cancelled", turn([]string{
			"Abgesagt wegen Erkrankung der Referentin. Ein neuer Termin wird bekannt gegeben.", "Abgesagt, weil sich zu wenige angemeldet haben.",
		}, n/12)
	case n%15 == 7:
		fields["eventStatus"], fields["statusNote"] = "postponed", "Verschoben; Anmeldungen bleiben gültig."
		fields["previousStart"] = local(workday(start.AddDate(0, 0, -28)))
	case n%20 == 11 && fields["format"] == "on-site":
		fields["eventStatus"], fields["statusNote"] = "moved-online", "Findet online statt; der Zugang wird an Angemeldete verschickt."
		fields["format"], fields["onlineLink"] = "online", fmt.Sprintf("https://beispieldaten.example.org/raum/%d", n+1)
	}
	if start.Before(p.today) && fields["eventStatus"] == "scheduled" && n%6 == 2 {
		fields["recording"] = fmt.Sprintf("https://beispieldaten.example.org/aufzeichnung/%d", n+1)
	}
}

// invitation is the text of an event.
func (p *portal) invitation(s record, telling int, fields object) []block {
	out := paragraphs(turn(s.fields["Kurz"], telling))
	out = append(out, block{heading, "Darum geht es"})
	out = append(out, bullets(s.fields["Punkt"]...)...)
	if notes := p.lessons(s.title); len(notes) > 0 {
		out = append(out, paragraphs("Zum Einstimmen ein Satz aus der Praxis: „"+turn(notes, telling)+"“")...)
	}
	switch fields["format"] {
	case "online":
		return append(out, paragraphs("Die Teilnahme ist online möglich; eine Kamera ist nicht nötig.")...)
	case "hybrid":
		return append(out, paragraphs("Sie können vor Ort oder online teilnehmen.")...)
	}
	return append(out, paragraphs("Bitte melden Sie sich bis eine Woche vorher an.")...)
}
