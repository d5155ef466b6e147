package demo

import (
	"fmt"
	"slices"
	"strings"

	"kontor/pkg/asset"
)

// titlePictures is how many pictures the parts of the portal have.
const titlePictures = 8

// addPictures adds the title pictures before all other files, because their variants take longest.
func (p *portal) addPictures() {
	for n := range titlePictures {
		p.picture(fmt.Sprint(n + 1))
	}
}

// picture gives the id of a title picture, by the number that texts have for it; 0 for none.
func (p *portal) picture(number string) any {
	if number == "" {
		return nil
	}
	alts := []string{
		"Stilisierte Häuserzeile mit einem Rathausturm unter hellem Himmel", "Stilisierte Stadt bei Nacht mit erleuchteten Fenstern",
		"Stilisierte Stadt mit Türmen in warmen Farben", "Stilisierte Hügel mit Gerätehaus und roter Sonne",
		"Stilisierte Baustelle mit Häusern und Hügeln", "Stilisierte Flusslandschaft mit grünen Hügeln",
		"Stilisierte Altstadt mit hohen Giebeln", "Stilisiertes Dorf zwischen Feldern",
	}
	for n := range titlePictures {
		if fmt.Sprint(n+1) != number {
			continue
		}
		file := fmt.Sprintf("titelbild-%d.png", n+1)
		for _, u := range p.uploads {
			if u.name == file {
				return u.id
			}
		}
		return p.addFile(file, asset.Facts{
			Alt: alts[n], Caption: "Beispieldaten: gezeichnetes Titelbild", Credit: "Kontor", Licence: "CC0 1.0",
		}, func() ([]byte, error) { return titleImage(n) })
	}
	p.check(fmt.Errorf("there is no picture %s", number))
	return nil
}

// parent finds the topic under which another stands.
func (p *portal) parent(topic string) record {
	name := ""
	for _, t := range p.topics {
		if t.title == topic {
			name = t.one("Eltern")
		}
	}
	for _, t := range p.topics {
		if t.title == name {
			return t
		}
	}
	p.check(fmt.Errorf("the topic %q stands under none", topic))
	return record{}
}

// lessons are what the projects of a topic have learned, as far as it is true of all of them.
func (p *portal) lessons(topic string) []string { return p.constant(topic, "Lehre") }

// constant gives the lines of a topic's scenarios that have no placeholder.
func (p *portal) constant(topic, field string) []string {
	var out []string
	for _, s := range p.scenariosOf(topic) {
		for _, line := range s.fields[field] {
			if !strings.ContainsAny(line, "{[") {
				out = append(out, line)
			}
		}
	}
	return out
}

func (p *portal) addTopics() {
	for n, t := range p.topics {
		fields := object{
			"name": t.title, "summary": t.one("Kurz"), "order": int64(10 * (n + 1)), "synonyms": asList(t.list("Synonyme")),
			"image": p.picture(t.one("Bild")), "relatedTopics": link("topic", earlier(p.topics[:n], p.known(p.topics, t.list("Verwandt")))...),
		}
		body := paragraphs(t.one("Kurz"))
		if t.one("Eltern") == "" {
			fields["contact"] = link("person", turn([]string{
				p.contacts["Servicestelle Interkommunale Zusammenarbeit"], p.contacts["Akademie für kommunale Zusammenarbeit"],
			}, n))
		} else {
			fields["parent"] = link("topic", p.known(p.topics, []string{t.one("Eltern")})...)
			body = append(body, block{heading, "Was andere gelernt haben"})
			body = append(body, bullets(some(p.lessons(t.title), 3, 0)...)...)
			body = append(body, block{heading, "Typische Ziele"})
			body = append(body, bullets(some(p.constant(t.title, "Ziel"), 4, 0)...)...)
		}
		fields["body"] = noted(body, sampleNote)
		i := p.add("topic", t.title, fields)
		i.also(english, object{"name": t.one("Englisch"), "summary": sampleNoteEnglish})
		if text := t.one("Leicht"); text != "" {
			i.also(simple, object{"name": t.title, "summary": text, "body": noted(paragraphs(text), sampleNoteSimple)})
		}
	}
}

// earlier gives the names that stand among records.
func earlier(records []record, names []string) []string {
	return slices.DeleteFunc(slices.Clone(names), func(name string) bool {
		return !slices.ContainsFunc(records, func(r record) bool { return r.title == name })
	})
}

// also adds a locale.
func (i *item) also(locale string, fields object) {
	i.variants = append(i.variants, variant{locale, fields})
}

func (p *portal) addFocuses() {
	for n, r := range p.load("schwerpunkte.md") {
		topics := p.known(p.leaves, r.list("Themen"))
		i := p.add("focus", r.title, object{
			"name": r.title, "summary": r.one("Kurz"), "order": int64(10 * (n + 1)), "validFrom": date(p.day(-200)),
			"topics": link("topic", topics...), "image": p.picture(fmt.Sprint(n + 1)),
			"body": noted(paragraphs(r.one("Kurz"), "Zu diesem Schwerpunkt gehören die Themen "+sequence(topics)+"."), sampleNote),
		})
		i.also(english, object{"name": r.one("Englisch"), "summary": sampleNoteEnglish})
		if text := r.one("Leicht"); text != "" {
			i.also(simple, object{"name": r.title, "summary": text, "body": noted(paragraphs(text), sampleNoteSimple)})
		}
	}
}

// focuses gives the focuses to which a topic belongs.
func (p *portal) focuses(topic string) []string {
	var out []string
	for _, r := range p.load("schwerpunkte.md") {
		for _, t := range r.list("Themen") {
			if t == topic {
				out = append(out, r.title)
			}
		}
	}
	return out
}

func (p *portal) addLegalForms() {
	for n, r := range p.load("rechtsformen.md") {
		p.add("legal-form", r.title, object{
			"name": r.title, "shortName": r.one("Kürzel"), "order": int64(10 * (n + 1)), "legalBasis": r.one("Grundlage"), "law": r.one("Recht"),
			"legalPersonality": r.one("Person") == "ja", "approval": r.one("Genehmigung"), "suitableFor": r.one("Geeignet"),
			"advantages": r.one("Vorteile"), "disadvantages": r.one("Nachteile"),
			"description": noted(paragraphs(r.one("Text")),
				"Beispieldaten: Die Angaben geben einen Überblick und ersetzen keine Rechtsberatung."),
		})
	}
}
