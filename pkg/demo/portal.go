package demo

import (
	"crypto/sha256"
	"errors"
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"strings"
	"time"

	"kontor/pkg/asset"
	"kontor/pkg/content"
	"kontor/pkg/value"
)

type (
	object = value.Object
	list   = value.List
)

// The locales beside German.
const (
	simple  = "de-simple"
	english = "en"
)

// item is one entry to be.
type item struct {
	typ, name string // what makes its documentId
	id        int64
	fields    object
	draft     bool            // it stays a draft
	owner     string          // documentId of the organisation that it belongs to; "" for none
	variants  []variant       // its other locales
	pending   content.Changes // what its draft has and the public does not see yet
}

// variant is another locale of an entry.
type variant struct {
	locale string
	fields object
}

func (i *item) documentID() string { return documentID(i.typ, i.name) }

// upload is one file to be.
type upload struct {
	id    int64
	key   string
	name  string
	facts asset.Facts
	make  func() ([]byte, error)
}

// portal is everything of the sample, in an order in which nothing refers to what comes later.
type portal struct {
	today   time.Time // midnight
	items   []*item
	uploads []*upload

	places    []place          // municipalities and districts
	districts map[string]place // by what municipalities call them
	topics    []record
	leaves    []record // the topics that others do not stand under
	contacts  map[string]string
	byTopic   map[string][]string // names of documents by topic
	scenarios []record            // what projects tell
	files     map[string][]record // by name, as read
	numbers   map[string]int64    // entries by type
	scenes    []int64             // files of the drawings of galleries
	errs      []error
}

// compose makes the sample portal as of a day.
func compose(today time.Time) (*portal, error) {
	p := &portal{
		today: today, districts: map[string]place{}, contacts: map[string]string{}, byTopic: map[string][]string{},
		files: map[string][]record{}, numbers: map[string]int64{},
	}
	var err error
	if p.places, err = places(); err != nil {
		return nil, err
	}
	for _, d := range p.places {
		if d.isDistrict() {
			p.districts[d.district] = d
		}
	}
	p.topics = p.load("themen.md")
	for _, t := range p.topics {
		if t.one("Eltern") != "" {
			p.leaves = append(p.leaves, t)
		}
	}
	p.scenarios = p.loadScenarios()
	for _, part := range []func(){
		p.addPictures, p.addScenes, p.addPlaces, p.addOrganisations, p.addPersons, p.addTopics, p.addLegalForms, p.addFocuses, p.addExperts, p.addDocuments,
		p.addTerms, p.addProjects, p.addEvents, p.addFAQs, p.addArticles, p.addPages, p.addSingles,
	} {
		part()
		if err := errors.Join(p.errs...); err != nil {
			return nil, fmt.Errorf("the sample portal: %w", err)
		}
	}
	return p, nil
}

// load reads a file once.
func (p *portal) load(name string) []record {
	if _, ok := p.files[name]; !ok {
		records, err := load(name)
		p.check(err)
		p.files[name] = records
	}
	return p.files[name]
}

// check keeps an error for the end of the part.
func (p *portal) check(err error) {
	if err != nil {
		p.errs = append(p.errs, err)
	}
}

// add puts an entry behind the others.
func (p *portal) add(typ, name string, fields object) *item {
	p.numbers[typ]++
	i := &item{typ: typ, name: name, id: p.numbers[typ], fields: fields}
	for field, v := range fields {
		if v == nil || v == "" {
			delete(fields, field)
		}
	}
	p.items = append(p.items, i)
	return i
}

// addFile puts a file behind the others and gives its id.
func (p *portal) addFile(name string, facts asset.Facts, bytes func() ([]byte, error)) int64 {
	id := int64(len(p.uploads) + 1)
	p.uploads = append(p.uploads, &upload{id: id, key: documentID("file", name), name: name, facts: facts, make: bytes})
	return id
}

// phrase expands a template.
func (p *portal) phrase(r *rand.Rand, template string, words map[string]string) string {
	text, err := phrase(r, template, words)
	p.check(err)
	return text
}

// link is a relation to entries by their names; an empty name is none.
func link(typ string, names ...string) any {
	out := content.Links{Replace: true}
	for _, name := range names {
		if name != "" {
			out.Set = append(out.Set, content.Link{DocumentID: documentID(typ, name)})
		}
	}
	if out.Set == nil {
		return nil
	}
	return out
}

// documentID is 24 characters of [a-z0-9] that a name always gets.
func documentID(typ, name string) string {
	const alphabet = "abcdefghijklmnopqrstuvwxyz0123456789"
	sum := sha256.Sum256([]byte("kontor demo/" + typ + "/" + name))
	out := make([]byte, 24)
	for i := range out {
		out[i] = alphabet[sum[i]%36]
	}
	return string(out)
}

// day is a date so many days after today, or before.
func (p *portal) day(days int) time.Time { return p.today.AddDate(0, 0, days) }

func date(t time.Time) string { return t.Format(time.DateOnly) }

// The notes that every entry has for whoever reads it.
const (
	sampleNote        = "Beispieldaten: Dieser Eintrag gehört zum Musterportal von Kontor und ist erfunden."
	sampleNoteSimple  = "Das sind Beispieldaten. Der Text ist erfunden."
	sampleNoteEnglish = "Sample data: this entry belongs to Kontor's sample portal and is made up."
)

// noted adds the note to a text.
func noted(blocks []block, note string) string {
	return rich(append(slices.Clip(blocks), block{paragraph, note}))
}

// asList makes a value of texts.
func asList(texts []string) list {
	out := make(list, len(texts))
	for i, s := range texts {
		out[i] = s
	}
	return out
}

// known gives names back, and reports those that no record has.
func (p *portal) known(records []record, names []string) []string {
	for _, name := range names {
		if !slices.ContainsFunc(records, func(r record) bool { return r.title == name }) {
			p.check(fmt.Errorf("%q is not known", name))
		}
	}
	return names
}

func (p *portal) addPlaces() {
	for n, x := range p.places {
		slug := strings.ReplaceAll(strings.ToLower(x.key), " ", "")
		fields := object{
			"name": x.name, "kind": x.kind, "ags": x.key, "district": x.district, "region": x.region, "postcode": x.postcode,
			"location": object{"lat": x.lat, "lng": x.lng}, "population": x.population, "area": x.area, "coatOfArms": p.addArms(n, x),
			"website":      "https://beispieldaten.example.org/kommunen/" + slug,
			"internalNote": "Beispieldaten: Einwohnerzahl, Fläche und Lage stammen aus öffentlichen Verzeichnissen, Website und Wappen sind erfunden.",
		}
		if x.isDistrict() {
			fields["district"] = nil
		}
		p.add("municipality", x.name, fields)
	}
}

func (p *portal) addOrganisations() {
	for n, r := range p.load("organisationen.md") {
		home := p.place(r.one("Ort"))
		host := strings.ToLower(r.one("Kurzform"))
		host = strings.NewReplacer(" ", "-").Replace(host)
		p.add("organisation", r.title, object{
			"name": r.title, "shortName": r.one("Kurzform"), "kind": r.one("Art"),
			"description": noted(paragraphs(r.one("Text")), "Beispieldaten: Diese Organisation ist erfunden."),
			"website":     "https://" + host + ".example.org", "mail": "info@" + host + ".example.org", "phone": phone(n),
			"address":      object{"street": r.one("Straße"), "postcode": home.postcode, "city": home.name},
			"municipality": link("municipality", home.name), "location": object{"lat": home.lat, "lng": home.lng},
		})
	}
}

// place finds a municipality by name.
func (p *portal) place(name string) place {
	for _, x := range p.places {
		if x.name == name {
			return x
		}
	}
	p.check(fmt.Errorf("there is no municipality %q", name))
	return place{}
}

// phone gives one of the numbers that are kept free for films and the like in Germany.
func phone(n int) string { return fmt.Sprintf("030 23125 %03d", n%1000) }

// count says how many entries each type gets.
func (p *portal) count() map[string]int64 { return maps.Clone(p.numbers) }
