package main

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"sync/atomic"
)

// killWriter is a client that writes to entries of its own, and to its own field of an entry that all share.
type killWriter struct {
	number int
	rng    *rand.Rand
	topics []string
	shared slot
	ids    *idBook
	book   *book
	n      int // writes begun
	done   map[string]int
	cut    int           // writes that got no answer
	acked  *atomic.Int64 // those of all writers
}

// The bounds keep what is to be checked after each round small.
const (
	maxProjects = 12
	maxTowns    = 6
)

// ownFields has a field of the shared project for each writer.
var ownFields = [killWriters]string{"summary", "legalNote", "staffNote", "bestPracticeReason", "startYear", "endYear"}

func newKillWriter(number int, seed uint64, topics []string, shared string, ids *idBook, acked *atomic.Int64) *killWriter {
	w := &killWriter{
		number: number, rng: rand.New(rand.NewPCG(seed, uint64(number)+1)), topics: topics, ids: ids,
		shared: slot{"projects", shared, "de", ownFields[number]}, book: newBook(), done: map[string]int{}, acked: acked,
	}
	w.book.now[w.shared] = stand{rev: 1}.with(fieldsOf{}, true) // it is there, also if the first write to it is cut off
	return w
}

// act is one write: what is sent, and how the slots are after it.
type act struct {
	name, method, path string
	matched            bool // with If-Match
	body               any
	refusals           []int // statuses that are right answers too and change nothing
	of                 slot
	after              map[slot]stand
	answer             func(rev int64, data fieldsOf) // learns from the answer what could not be known before
}

// write sends acts until the context ends or an answer does not come.
func (w *killWriter) write(ctx context.Context, c *client) {
	for ctx.Err() == nil {
		w.n++
		if !w.send(c, w.next()) {
			w.cut++
			return
		}
	}
}

// send does one act, and is false if its outcome is not known. A timeout's is not: the writer rests until the next check.
func (w *killWriter) send(c *client, a act) bool {
	ifMatch := ""
	if a.matched {
		ifMatch = fmt.Sprintf(`"%d-x"`, w.book.now[a.of].rev)
	}
	status, rev, data, err := c.send(a.method, a.path, ifMatch, a.body)
	switch {
	case err != nil, status == 503, status == 504:
		w.book.cut(a.after)
		return false
	case status < 300:
		w.done[a.name]++
		w.acked.Add(1)
		maps.Copy(w.book.now, a.after)
		if a.answer != nil {
			a.answer(rev, data)
		}
	case status == 412 && a.matched && stale(data) > w.book.now[a.of].rev: // another locale or a deletion has moved it on
		w.book.now[a.of] = w.book.now[a.of].at(stale(data))
	case slices.Contains(a.refusals, status):
	default:
		w.book.wrong = append(w.book.wrong, fmt.Sprintf("%s %s: %d %v", a.method, a.path, status, data))
	}
	return true
}

// stale is the revision that a refused write should have seen.
func stale(problem fieldsOf) int64 {
	rev, _ := problem["rev"].(float64)
	return int64(rev)
}

// at is the same stand at a later revision.
func (want stand) at(rev int64) stand {
	want.rev = max(want.rev, rev)
	return want
}

// own lists the entries of a type that are there, or in the trash.
func (w *killWriter) own(plural string, gone bool) []slot {
	var out []slot
	for s, st := range w.book.now {
		if s.plural == plural && s.locale != "en" && s.mark == "" && st.gone == gone {
			out = append(out, s)
		}
	}
	slices.SortFunc(out, func(a, b slot) int { return cmp.Compare(a.id, b.id) })
	return out
}

func pickOne[T any](r *rand.Rand, list []T) T { return list[r.IntN(len(list))] }

// next chooses what to do.
func (w *killWriter) next() act {
	projects, dead := w.own("projects", false), w.own("projects", true)
	towns, deadTowns := w.own("municipalities", false), w.own("municipalities", true)
	switch n := w.rng.IntN(100); {
	case len(projects) == 0, n < 15 && len(projects)+len(dead) < maxProjects:
		return w.createProject()
	case len(towns) == 0 && len(deadTowns) == 0, n < 25 && len(towns)+len(deadTowns) < maxTowns:
		return w.createTown()
	case n < 35:
		return w.mergeShared()
	case n < 45 && len(towns) > 0:
		return w.updateTown(pickOne(w.rng, towns))
	case n < 48 && len(towns) > 0:
		return w.delete(pickOne(w.rng, towns))
	case n < 52 && len(deadTowns) > 0:
		return w.restore(pickOne(w.rng, deadTowns))
	case n < 60:
		return w.translate(pickOne(w.rng, projects))
	case n < 70:
		return w.publish(pickOne(w.rng, projects))
	case n < 77:
		return w.unpublish(pickOne(w.rng, projects))
	case n < 82:
		return w.delete(pickOne(w.rng, projects))
	case n < 88 && len(dead) > 0:
		return w.restore(pickOne(w.rng, dead))
	case n < 89 && len(dead) > 0:
		return w.purge(pickOne(w.rng, dead))
	}
	return w.updateProject(pickOne(w.rng, projects), projects)
}

// words is a text that no other write has.
func (w *killWriter) words() string { return fmt.Sprintf("Fassung %d von %d", w.n, w.number) }

// creation is an act whose entry has no name before the answer: without one, nobody knows it.
func (w *killWriter) creation(plural, locale string, f fieldsOf, draft bool, refusals ...int) act {
	path := "/api/" + plural
	if draft {
		path += "?status=draft"
	}
	return act{name: "create", method: "POST", path: path, body: fieldsOf{"data": f}, refusals: refusals, answer: func(rev int64, data fieldsOf) {
		id, _ := data["documentId"].(string)
		number, _ := data["id"].(float64)
		w.ids.note(plural, int64(number), id)
		f["slug"] = data["slug"]
		w.book.now[slot{plural, id, locale, ""}] = stand{rev: rev}.with(f, !draft)
	}}
}

// createProject takes one of few titles, so that writers contend for slugs.
func (w *killWriter) createProject() act {
	return w.creation("projects", "de", fieldsOf{
		"title": pickOne(w.rng, titles), "summary": w.words(), "topics": []string{pickOne(w.rng, w.topics)}, "startYear": 1950 + w.rng.IntN(100),
	}, w.rng.IntN(3) == 0)
}

var titles = []string{"Gemeinsamer Bauhof", "Klärwerk", "Bürgerbüro", "Straßenreinigung"}

// createTown takes one of few keys, of which each is one entry's at most.
func (w *killWriter) createTown() act {
	return w.creation("municipalities", "", fieldsOf{"name": w.words(), "kind": "town", "ags": w.key(), "population": w.n}, false, 400)
}

func (w *killWriter) key() string { return fmt.Sprintf("05%06d", w.rng.IntN(30)) }

// change is a merge of fields into an entry.
func (w *killWriter) change(name string, s slot, f fieldsOf, draft bool, refusals ...int) act {
	path := "/api/" + s.plural + "/" + s.id + "?locale=" + cmp.Or(s.locale, "de")
	if draft {
		path += "&status=draft"
	}
	after := w.book.now[s].with(f, !draft)
	if s.mark == "" {
		delete(after.draft, "slug") // it may follow the title; the answer says
		if !draft {
			delete(after.published, "slug")
		}
	}
	return act{name: name, method: "PUT", path: path, body: fieldsOf{"data": f}, refusals: refusals, of: s, after: map[slot]stand{s: after},
		answer: func(rev int64, data fieldsOf) {
			now := after.at(rev)
			if s.mark == "" {
				now = now.with(fieldsOf{"slug": data["slug"]}, false)
				if !draft {
					now.published = public(now.draft)
				}
			}
			w.book.now[s] = now
		}}
}

func (w *killWriter) updateProject(s slot, all []slot) act {
	f := fieldsOf{}
	switch w.rng.IntN(4) {
	case 0:
		f["title"] = pickOne(w.rng, titles)
	case 1:
		f["topics"] = slices.Sorted(slices.Values(w.topics[:1+w.rng.IntN(len(w.topics))]))
	case 2:
		related := []string{}
		for _, o := range all {
			if o != s && w.rng.IntN(3) == 0 {
				related = append(related, o.id)
			}
		}
		f["relatedProjects"] = related
	}
	f["summary"], f["startYear"] = w.words(), 1950+w.rng.IntN(100)
	return w.change("update", s, f, w.rng.IntN(3) == 0)
}

func (w *killWriter) updateTown(s slot) act {
	f := fieldsOf{"population": w.n}
	if w.rng.IntN(2) == 0 {
		f["ags"] = w.key()
	}
	return w.change("update", s, f, w.rng.IntN(3) == 0, 400)
}

// translate writes the English of a project. Its stand knows its own texts only: the shared fields are those of the German.
func (w *killWriter) translate(s slot) act {
	s.locale = "en"
	return w.change("translate", s, fieldsOf{"title": "Depot " + itoa(w.n), "summary": w.words()}, w.rng.IntN(3) == 0)
}

// mergeShared writes this writer's field of the entry that all write.
func (w *killWriter) mergeShared() act {
	var v any = w.words()
	switch w.shared.mark { // no project ends before it starts
	case "startYear":
		v = 1950 + w.n%70
	case "endYear":
		v = 2020 + w.n%80
	}
	return w.change("merge", w.shared, fieldsOf{w.shared.mark: v}, false)
}
