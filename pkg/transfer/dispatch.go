package transfer

import (
	"fmt"
	"slices"
	"strings"

	"kontor/pkg/schema"
	"kontor/pkg/value"
)

// dispatch reads the file and hands out its rows. Its error is why it ended, io.EOF at the end of the file.
func (im *importer) dispatch(r reader, l *line) error {
	type read struct {
		row row
		err error
	}
	rows := make(chan read, 16)
	go func() { // by itself, so that a terminal on which nobody types does not keep the import from ending
		defer close(im.read)
		for {
			row, err := r.next()
			select {
			case rows <- read{row, err}:
			case <-im.ctx.Done():
				return
			}
			if err != nil {
				return
			}
		}
	}()
	for number := 1; ; number++ {
		var next read
		select {
		case next = <-rows:
		case <-im.ctx.Done():
		}
		if im.ctx.Err() != nil {
			return im.ctx.Err()
		}
		if next.err != nil {
			if err := im.dispatchLater(l); err != nil {
				return err
			}
			return next.err
		}
		if err := im.take(number, next.row, l); err != nil {
			return err
		}
	}
}

// take decides about one row: it fails, goes to its worker, or waits. An error is none of the row.
func (im *importer) take(number int, r row, l *line) error {
	j := &job{number: number, line: r.line, offset: r.offset, said: im.conv.convert(r), done: make(chan struct{})}
	j.problems = j.said.problems
	if im.o.Type.Single && number > 1 {
		j.fail(bad("too_many", im.o.Type.ID+" has one entry only", "Von „"+im.o.Type.Title.DE+"“ gibt es nur einen Eintrag."))
	}
	if len(j.problems) == 0 {
		k, key, p := im.find(j.said)
		j.known, j.key = k, key
		if p != nil {
			j.fail(*p)
		}
	}
	if len(j.problems) > 0 {
		l.put(j, false)
		return nil
	}
	missing, err := im.link(j, false)
	if err != nil {
		return err
	}
	missing = missing || im.waiting[j.known]
	switch {
	case len(j.problems) > 0:
		l.put(j, false)
		return nil
	case missing && len(im.later) >= maxWaiting:
		j.fail(bad("too_many", fmt.Sprintf("more than %d rows wait for others further down; sort the file", maxWaiting),
			fmt.Sprintf("Mehr als %d Zeilen warten auf andere weiter unten; bitte die Datei sortieren.", maxWaiting)))
		l.put(j, false)
		return nil
	}
	if err := im.register(j); err != nil {
		return err
	}
	if missing {
		j.waits, j.after = true, nil
		im.later = append(im.later, j)
		im.waiting[j.known] = true
		return nil
	}
	im.order(j)
	l.put(j, true)
	return nil
}

// register makes the entry of a row known to those that point to it.
func (im *importer) register(j *job) error {
	if !im.own {
		return nil
	}
	x, err := im.index(im.o.Type.ID)
	if err != nil {
		return err
	}
	k := j.known
	switch {
	case k.entry != nil:
	case k.stored != "" && x.byDocument[k.stored] != nil:
		k.entry = x.byDocument[k.stored]
	default:
		k.entry = &entry{job: j}
	}
	x.add(k.entry, func(name string) any {
		if f, ok := im.o.Type.Field(name); ok && f.Kind == schema.Slug && j.said.changes[name] == nil {
			return slugOf(im.o.Type, j.said.changes)
		}
		return j.said.changes[name]
	})
	return nil
}

// slugOf is the slug that an entry will probably get, nil if that can't be said.
func slugOf(t *schema.Type, changes value.Object) any {
	source, _ := changes[t.Slug].(string)
	if slug := schema.Slugify(source); slug != "" {
		return slug
	}
	return nil
}

// order lets a row come after those above it that hold one of its unique values, so that it is always the same one that gets it.
func (im *importer) order(j *job) {
	if len(im.unique) > 4096 {
		for name, other := range im.unique {
			select {
			case <-other.done:
				delete(im.unique, name)
			default:
			}
		}
	}
	for _, f := range im.o.Type.Fields {
		if !f.Unique && f.Kind != schema.Slug {
			continue
		}
		v := j.said.changes[f.Name]
		if f.Kind == schema.Slug && v == nil {
			v = slugOf(im.o.Type, j.said.changes)
		}
		name := nameOf(v)
		if name == "" {
			continue
		}
		name = f.Name + "\x00" + name
		if other := im.unique[name]; other != nil && other != j {
			j.after = append(j.after, other)
		}
		im.unique[name] = j
	}
}

// refs stands for a relation's value whose targets are known.
type refs struct {
	field   *schema.Field
	entries []*entry
}

// link finds the targets that a row names. In the first pass an entry of the type itself may still come: then missing is true.
func (im *importer) link(j *job, last bool) (missing bool, err error) {
	out := mapLeaves(j.said.changes, nil, func(w wanted, path []string) any {
		r := refs{field: w.field}
		if err != nil {
			return r
		}
		var x *index
		if x, err = im.index(w.field.Relation.To); err != nil {
			return r
		}
		for _, name := range w.names {
			found, near := x.find(name)
			switch {
			case len(found) == 1:
				e := found[0]
				if slices.Contains(r.entries, e) {
					continue
				}
				r.entries = append(r.entries, e)
				if e.job != nil && e.job.waits {
					missing = true
				} else if e.job != nil {
					j.after = append(j.after, e.job)
				}
			case len(found) == 0 && w.field.Relation.To == im.o.Type.ID && !last:
				missing = true
			default:
				j.fail(Problem{Column: j.said.columnOf(path), Field: noTarget(im.o.Type, w.field, path, name, found, near)})
			}
		}
		return r
	})
	j.values, _ = out.(value.Object)
	return missing, err
}

const maxCandidates = 8

// name is how a report calls an entry.
func (e *entry) name() string {
	switch {
	case e.job != nil:
		return fmt.Sprintf("%s in line %d", orDash(e.label), e.job.line)
	case e.kind != "":
		return e.label + ", " + e.kind + ", " + e.documentID
	}
	return orDash(e.label) + ", " + e.documentID
}

func orDash(s string) string {
	if s == "" {
		return "-"
	}
	return s
}

// labels lists entries for people.
func labels(entries []*entry) string {
	out := make([]string, len(entries))
	for i, e := range entries {
		out[i] = "[" + e.name() + "]"
	}
	slices.Sort(out)
	if len(out) > maxCandidates {
		out = append(out[:maxCandidates], "…")
	}
	return strings.Join(out, " ")
}
