package transfer

import (
	"fmt"
	"slices"

	"kontor/pkg/fault"
	"kontor/pkg/schema"
	"kontor/pkg/value"
)

// dispatchLater hands out the rows that had to wait for others, each after those that it points to. Rows that point to each other in a
// circle are written without these relations first.
func (im *importer) dispatchLater(l *line) error {
	for len(im.later) > 0 {
		var still []*job
		for _, j := range im.later {
			if im.ctx.Err() != nil {
				return im.ctx.Err()
			}
			j.after = nil
			missing, err := im.link(j, true)
			if err != nil {
				return err
			}
			switch {
			case len(j.problems) > 0:
				l.put(j, false)
			case missing || slices.ContainsFunc(still, func(o *job) bool { return o.known == j.known }):
				still = append(still, j)
			default:
				im.order(j)
				l.put(j, true)
			}
		}
		if len(still) == len(im.later) {
			im.later = nil
			return im.dispatchCircle(still, l)
		}
		im.later = still
	}
	return nil
}

// dispatchCircle writes rows that wait for each other: as drafts without the relations that have to wait, then with them.
func (im *importer) dispatchCircle(jobs []*job, l *line) error {
	seconds := make([]*job, 0, len(jobs))
	for _, j := range jobs {
		second := &job{
			number: j.number, line: j.line, offset: j.offset, key: j.key, said: j.said, known: j.known, first: j, done: make(chan struct{}),
		}
		seconds = append(seconds, second)
		j.values, j.after = without(j.values, jobs), finished(j.after, jobs)
		j.draft, j.silent = true, true
	}
	for _, j := range jobs {
		im.order(j)
		l.put(j, true)
	}
	for i, j := range seconds {
		if im.ctx.Err() != nil {
			return im.ctx.Err()
		}
		if _, err := im.link(j, true); err != nil {
			return err
		}
		j.after = append(j.after, jobs[i])
		l.put(j, len(j.problems) == 0)
	}
	return nil
}

// without leaves out the fields in which an entry of one of the jobs stands.
func without(values value.Object, jobs []*job) value.Object {
	out := value.Object{}
	for name, v := range values {
		waits := false
		eachRef(v, func(e *entry) { waits = waits || e.job != nil && slices.Contains(jobs, e.job) })
		if !waits {
			out[name] = v
		}
	}
	return out
}

// finished gives the jobs that are not among the others.
func finished(after, jobs []*job) []*job {
	return slices.DeleteFunc(slices.Clone(after), func(j *job) bool { return slices.Contains(jobs, j) })
}

// eachRef calls fn for every target in a value.
func eachRef(v any, fn func(*entry)) {
	switch x := v.(type) {
	case refs:
		for _, e := range x.entries {
			fn(e)
		}
	case value.Object:
		for _, e := range x {
			eachRef(e, fn)
		}
	case value.List:
		for _, e := range x {
			eachRef(e, fn)
		}
	}
}

// noTarget is the problem of a name that means no entry, or several.
func noTarget(t *schema.Type, f *schema.Field, path []string, name any, found, near []*entry) fault.Field {
	text := shown(name)
	w := &wrong{
		"no_target", fmt.Sprintf("names %q, which is no %s", text, f.Relation.To), fmt.Sprintf("Den Eintrag „%s“ gibt es nicht.", text),
	}
	switch {
	case len(found) > 1:
		w = &wrong{
			"ambiguous", fmt.Sprintf("names %q, which fits %d entries: %s", text, len(found), labels(found)),
			fmt.Sprintf("„%s“ ist nicht eindeutig; es passen %d Einträge: %s", text, len(found), labels(found)),
		}
	case len(near) > 0:
		w.english += "; of another kind: " + labels(near)
		w.german += " Von anderer Art: " + labels(near)
	}
	return w.at(path, fieldsAlong(t, path), name)
}

// fieldsAlong gives the fields along a path, without places in lists.
func fieldsAlong(t *schema.Type, path []string) []*schema.Field {
	var out []*schema.Field
	find := t.Field
	for _, name := range path {
		if f, ok := find(name); ok {
			out = append(out, f)
			find = f.Field
		}
	}
	return out
}
