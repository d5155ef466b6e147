package demo

import (
	"fmt"
	"strconv"
)

func (p *portal) addArticles() {
	records := p.load("artikel.md")
	before := map[string]string{} // the last article of a kind
	for _, r := range records {
		days, err := strconv.Atoi(r.one("Tage"))
		p.check(err)
		topics := p.known(p.leaves, r.list("Themen"))
		fields := object{
			"title": r.title, "kind": r.one("Art"), "date": date(p.day(-days)), "author": "Redaktion", "summary": r.one("Kurz"),
			"body": noted(blocks(r.body), sampleNote), "featured": r.one("Hervorheben") == "ja", "topics": link("topic", topics...),
			"projects": link("project", p.projectsOf(topics, 3)...), "image": p.picture(r.one("Bild")),
		}
		if f := p.focuses(topics[0]); len(f) > 0 {
			fields["focuses"] = link("focus", f[0])
		}
		if r.one("Bild") != "" {
			fields["imageCaption"] = "Gezeichnet für das Musterportal (Beispieldaten)."
		}
		if last := before[r.one("Art")]; last != "" {
			fields["relatedArticles"] = link("article", last)
		}
		before[r.one("Art")] = r.title
		p.add("article", r.title, fields)
	}
	for n, title := range []string{"Wie Kommunen gemeinsam Hitze vorbeugen", "Vorschau: Was das nächste Jahr bringt"} {
		i := p.add("article", title, object{
			"title": title, "kind": "news", "author": "Redaktion", "date": date(p.day(10 * (n + 1))),
			"body": noted(paragraphs("Entwurf der Redaktion: Gespräche laufen, Zahlen fehlen noch."), sampleNote), "summary": "Ein Entwurf, den nur die Redaktion sieht.",
		})
		i.draft = true
	}
	p.find("article", records[2].title).pending = object{"summary": "Die Muster wurden überarbeitet. Neu ist eine Klausel zur Rückgabe von Daten."}
}

// find gives an entry that was added.
func (p *portal) find(typ, name string) *item {
	for _, i := range p.items {
		if i.typ == typ && i.name == name {
			return i
		}
	}
	p.check(fmt.Errorf("there is no %s %q", typ, name))
	return &item{}
}

// projectsOf gives the names of public projects of the first topic.
func (p *portal) projectsOf(topics []string, most int) []string {
	var out []string
	for n := range projectCount {
		if s := p.scenarios[n*23%len(p.scenarios)]; s.one("Thema") == topics[0] && len(out) < most {
			out = append(out, fmt.Sprint(n))
		}
	}
	return out
}

func (p *portal) addPages() {
	for n, r := range p.load("seiten.md") {
		fields := object{
			"title": r.title, "summary": r.one("Kurz"), "body": noted(blocks(r.body), sampleNote), "order": int64(10 * (n + 1)),
			"contact": link("person", p.contacts["Servicestelle Interkommunale Zusammenarbeit"]),
		}
		if parent := r.one("Eltern"); parent != "" {
			fields["parent"] = link("page", p.known(p.load("seiten.md")[:n], []string{parent})...)
		}
		i := p.add("page", r.title, fields)
		if text := r.one("Leicht"); text != "" {
			i.also(simple, object{"title": r.title, "summary": text, "body": noted(paragraphs(text), sampleNoteSimple)})
		}
		if title := r.one("Englisch"); title != "" {
			i.also(english, object{"title": title, "body": noted(paragraphs("This portal shows how towns and districts in North Rhine-Westphalia share their work."), sampleNoteEnglish)})
		}
	}
}

func (p *portal) addSingles() {
	var focuses, topics []string
	for _, r := range p.load("schwerpunkte.md") {
		focuses = append(focuses, r.title)
	}
	for _, t := range p.topics[:titlePictures] {
		topics = append(topics, t.title)
	}
	tile := func(title, text, page string) object {
		return object{"title": title, "text": text, "page": link("page", page)}
	}
	home := p.add("home", "home", object{
		"title": "Gemeinsam geht mehr", "lead": "Fünfhundert Projekte, in denen Kommunen aus Nordrhein-Westfalen zusammenarbeiten, mit Kosten, Erfahrungen und Mustern.",
		"image": p.picture("7"), "searchHint": "Projekt, Thema oder Kommune", "focuses": link("focus", focuses...), "topics": link("topic", topics...),
		"projects": link("project", p.chosen("project", 4, func(f object) bool { return f["bestPractice"] == true })...),
		"events":   link("event", p.chosen("event", 3, p.ahead)...),
		"articles": link("article", p.chosen("article", 3, func(f object) bool { return f["featured"] == true })...),
		"teasers": list{
			tile("Erste Schritte", "In fünf Schritten von der Idee zur Zusammenarbeit.", "Erste Schritte"),
			tile("Beratung", "Die Servicestelle berät kostenfrei und vermittelt Fachleute.", "Beratung"),
			tile("Über dieses Portal", "Wer das Portal betreibt und wie Sie mitmachen.", "Über dieses Portal"),
		},
		"figures": list{
			object{"value": fmt.Sprint(projectCount), "label": "Projekte"}, object{"value": fmt.Sprint(p.numbers["document"]), "label": "Dokumente"},
			object{"value": fmt.Sprint(p.numbers["topic"]), "label": "Themen"},
		},
		"introTitle": "Warum Zusammenarbeit?",
		"intro": noted(paragraphs("Fachkräfte werden knapp, Aufgaben anspruchsvoller, Haushalte enger. Wer Aufgaben teilt, gewinnt Vertretung, Fachwissen und oft auch Geld."),
			"Beispieldaten: Dieses Portal ist ein Muster. Seine Projekte, Personen und Dokumente sind erfunden."),
	})
	home.also(simple, object{
		"title": "Zusammen geht mehr", "lead": "Städte und Gemeinden arbeiten zusammen. Hier sehen Sie, wie das geht.", "intro": noted(nil, sampleNoteSimple),
	})
	p.settings()
}

// chosen lists the first public entries of a type that fit.
func (p *portal) chosen(typ string, most int, fits func(fields object) bool) []string {
	var out []string
	for _, i := range p.items {
		if i.typ == typ && !i.draft && len(out) < most && fits(i.fields) {
			out = append(out, i.name)
		}
	}
	if len(out) < most {
		p.check(fmt.Errorf("only %d of %s can be chosen", len(out), typ))
	}
	return out
}

// ahead reports whether an event takes place as planned after today.
func (p *portal) ahead(event object) bool {
	start, _ := event["start"].(object)["local"].(string)
	return event["eventStatus"] == "scheduled" && start > date(p.day(1))
}

// settings adds what every page of the portal shows.
func (p *portal) settings() {
	at := func(label, url string) object { return object{"label": label, "url": url} }
	to := func(label, page string) object { return object{"label": label, "page": link("page", page)} }
	service := p.load("organisationen.md")[0]
	p.add("settings", "settings", object{
		"siteName": "Musterportal Interkommunale Zusammenarbeit", "claim": "Beispieldaten für Kontor", "siteUrl": "https://beispieldaten.example.org",
		"publisher": link("organisation", service.title), "mail": "redaktion@servicestelle-ikz.example.org", "phone": phone(0),
		"editorialMail": "redaktion@servicestelle-ikz.example.org",
		"address":       object{"street": service.one("Straße"), "postcode": p.place(service.one("Ort")).postcode, "city": service.one("Ort")},
		"mainNavigation": list{
			at("Projekte", "/projekte"), at("Themen", "/themen"), at("Dokumente", "/dokumente"), at("Veranstaltungen", "/veranstaltungen"),
			at("Expertinnen und Experten", "/expertinnen-und-experten"), to("Erste Schritte", "Erste Schritte"),
		},
		"footerNavigation": list{
			to("Impressum", "Impressum"), to("Datenschutz", "Datenschutz"), to("Barrierefreiheit", "Erklärung zur Barrierefreiheit"),
			to("Gebärdensprache", "Gebärdensprache"), to("Redaktionelle Grundsätze", "Redaktionelle Grundsätze"),
		},
		"footerText":  noted(nil, "Beispieldaten: Alle Projekte, Personen, Termine und Dokumente dieses Portals sind erfunden."),
		"imprintPage": link("page", "Impressum"), "privacyPage": link("page", "Datenschutz"),
		"accessibilityPage": link("page", "Erklärung zur Barrierefreiheit"), "signLanguagePage": link("page", "Gebärdensprache"),
		"noticeActive": true, "noticeLevel": "info", "noticeText": "<p>Sie sehen ein Musterportal mit Beispieldaten.</p>",
	})
}
