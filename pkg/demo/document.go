package demo

import (
	"fmt"
	"strings"

	"kontor/pkg/asset"
	"kontor/pkg/schema"
)

// documentsPerTopic times the topics is how many documents there are, each with a PDF of its own.
const documentsPerTopic = 3

// documentKinds says which kinds of document the n-th topic has.
func documentKinds(n int) []string {
	return turn([][]string{
		{"contract-template", "checklist", "guide"}, {"guide", "slides", "checklist"}, {"contract-template", "statute", "guide"},
		{"checklist", "literature", "contract-template"}, {"contract-template", "guide", "slides"},
	}, n)
}

func (p *portal) addDocuments() {
	templates, tasks := map[string]record{}, map[string]record{}
	for _, r := range p.load("vorlagen.md") {
		templates[r.title] = r
	}
	for _, r := range p.load("dokumente.md") {
		tasks[r.title] = r
	}
	used := map[string]int{}
	for n, topic := range p.leaves {
		for _, kind := range documentKinds(n) {
			p.addDocument(topic, templates[kind], tasks[topic.title], used[kind])
			used[kind]++
		}
	}
	if n := p.numbers["document"]; n != int64(documentsPerTopic*len(p.leaves)) {
		p.check(fmt.Errorf("there are %d documents", n))
	}
}

// addDocument makes a document and its PDF from the template of its kind.
func (p *portal) addDocument(topic, template, task record, used int) {
	r := chance("document/" + topic.title + "/" + template.title)
	words := map[string]string{"Thema": topic.title, "Kurz": topic.one("Kurz"), "Aufgabe": task.one("Aufgabe")}
	for field, lines := range map[string][]string{
		"Lehre": p.lessons(topic.title), "Ziel": p.constant(topic.title, "Ziel"), "Punkt": task.fields["Punkt"],
	} {
		for i := range lines {
			words[fmt.Sprint(field, i+1)] = capital(turn(lines, used+i))
		}
	}
	title := p.phrase(r, turn(template.choices("Titel"), used), words)
	summary := p.phrase(r, template.one("Kurz"), words)
	year := p.today.Year() - used%7
	publisher := turn(p.publishers(template.title), used)
	doc := pdfDocument{
		title: title, publisher: publisher, year: year, note: "Beispieldaten: Dieses Dokument ist erfunden und dient der Anschauung. Es ersetzt keine Rechtsberatung.",
	}
	for _, b := range blocks(template.body) {
		doc.blocks = append(doc.blocks, block{b.kind, p.phrase(r, b.text, words)})
	}
	file := p.addFile(schema.Slugify(title)+".pdf", asset.Facts{Caption: "Beispieldaten: " + title, Licence: "CC0 1.0", Credit: publisher}, doc.bytes)
	fields := object{
		"title": title, "summary": summary + " " + "Beispieldaten: Das Dokument ist erfunden.", "kind": template.title, "file": file, "accessible": true, // tagged, and checkPDF checks what readers rely on
		"publisher": publisher, "year": int64(year), "edition": fmt.Sprintf("Stand %s %d", turn([]string{"Januar", "März", "Juni", "September"}, used), year),
		"languages": list{"de"}, "licence": turn([]string{"cc0", "cc-by", "dl-zero", "cc-by"}, used),
		"topics": link("topic", topic.title), "keywords": asList(some(topic.list("Synonyme"), 3, used)),
		"contact": link("person", p.contacts[publisher]), "identifier": fmt.Sprintf("MUSTER-%s-%03d", strings.ToUpper(template.title[:2]), used+1),
	}
	if f := p.focuses(topic.title); len(f) > 0 {
		fields["focuses"] = link("focus", f[0])
	}
	if form := template.one("Rechtsform"); form != "" {
		fields["legalForms"] = link("legal-form", form)
	}
	p.add("document", title, fields)
	p.byTopic[topic.title] = append(p.byTopic[topic.title], title)
}

// publishers are the organisations that publish documents of a kind.
func (p *portal) publishers(kind string) []string {
	switch kind {
	case "contract-template", "statute":
		return []string{"Forschungsstelle Kommunalrecht", "Servicestelle Interkommunale Zusammenarbeit"}
	case "literature":
		return []string{"Institut für Verwaltung im Wandel"}
	case "slides":
		return []string{"Akademie für kommunale Zusammenarbeit"}
	}
	return []string{"Servicestelle Interkommunale Zusammenarbeit", "Akademie für kommunale Zusammenarbeit", "Beratungsgesellschaft Stadt und Land"}
}

func (p *portal) addTerms() {
	records := p.load("begriffe.md")
	for n, r := range records {
		fields := object{
			"title": r.title, "abbreviation": r.one("Kürzel"), "synonyms": asList(r.list("Synonyme")), "source": r.one("Quelle"),
			"definition": noted(blocks(r.body), sampleNote), "topics": link("topic", p.known(p.leaves, r.list("Themen"))...),
			"legalForms": link("legal-form", p.known(p.load("rechtsformen.md"), r.list("Rechtsformen"))...),
		}
		if n > 0 && strings.Join(r.list("Themen"), "") == strings.Join(records[n-1].list("Themen"), "") {
			fields["seeAlso"] = link("term", records[n-1].title)
		}
		i := p.add("term", r.title, fields)
		if text := r.one("Leicht"); text != "" {
			i.also(simple, object{"title": r.title, "definition": noted(paragraphs(text), sampleNoteSimple)})
		}
	}
}

func (p *portal) addFAQs() {
	records := p.load("fragen.md")
	for n, r := range records {
		fields := object{
			"title": r.title, "shortAnswer": r.one("Kurz"), "answer": noted(blocks(r.body), sampleNote), "order": int64(10 * (n + 1)),
			"topics":     link("topic", p.known(p.leaves, r.list("Themen"))...),
			"legalForms": link("legal-form", p.known(p.load("rechtsformen.md"), r.list("Rechtsformen"))...),
		}
		if n > 1 && n%3 == 0 {
			fields["relatedFaqs"] = link("faq", records[n-1].title, records[n-2].title)
		}
		if t := r.list("Themen"); len(t) > 0 {
			fields["documents"] = link("document", some(p.byTopic[t[0]], 2, n)...)
		}
		i := p.add("faq", r.title, fields)
		if text := r.one("Leicht"); text != "" {
			i.also(simple, object{"title": r.title, "answer": noted(paragraphs(text), sampleNoteSimple)})
		}
		if n == 11 {
			i.pending = object{"shortAnswer": "Ja. Entscheidend sind feste Mitwirkungsrechte und eine ehrliche Rechnung."}
		}
	}
}
