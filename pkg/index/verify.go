package index

import (
	"context"
	"slices"
	"strings"

	"kontor/pkg/auth"
	"kontor/pkg/content"
	"kontor/pkg/lead"
	"kontor/pkg/schema"
	"kontor/pkg/search"
	"kontor/pkg/value"
)

// scanBatch is how many documents of an index are looked at in one call.
const scanBatch = 1000

// maxDrift is how much of what is wrong an answer lists.
const maxDrift = 1000

// The ways in which an index can differ from the store.
const (
	missing  = "missing"  // the public reads the entry, and the index lacks it
	stale    = "stale"    // the index has it as it was before, or as it never was
	surplus  = "surplus"  // the index has what the public may not read, or what is not there
	unfilled = "unfilled" // there is no index
)

// drift is an entry that an index has otherwise than the store.
type drift struct {
	index string
	at    place
	id    string
	why   string
}

func (d drift) object() value.Object {
	out := value.Object{"index": d.index, "problem": d.why}
	if d.at.typ != nil {
		out["entry"] = d.at.typ.ID + "/" + d.id
		if d.at.locale != schema.NoLocale {
			out["locale"] = d.at.locale
		}
	} else if d.id != "" {
		out["entry"] = d.id
	}
	return out
}

// verification compares indexes with the store, both ways. What is marked may differ: it is about to be seen to.
type verification struct {
	*worker
	job   *lead.Job // nil: nobody asked for it
	names []string
	mend  bool

	at       int
	found    []drift
	compared int
	pending  int
}

func (v *verification) step(ctx context.Context) (done bool, err error) {
	if v.at == len(v.names) {
		return true, nil
	}
	name := v.names[v.at]
	v.at++
	l, ok := v.catalogue().byName[name]
	if !ok {
		return false, nil
	}
	if _, ok := v.current.Load().built[name]; !ok {
		v.found = append(v.found, drift{index: name, why: unfilled})
		return false, nil
	}
	found, err := v.compare(ctx, l)
	if err != nil {
		return false, err
	}
	v.found = append(v.found, found...)
	if v.mend && len(found) > 0 {
		v.log.Warn("an index of the search was not equal to the store; it is mended", "index", name, "entries", len(found), "first", found[0].id, "problem", found[0].why)
		err = v.repair(ctx, l, found)
	}
	if err == nil && v.job != nil {
		err = v.jobs.Progress(ctx, v.job, v.at, len(v.names), name)
	}
	return false, err
}

// compare looks at the index first and at the store then, so that what was changed in between is marked.
func (v *verification) compare(ctx context.Context, l *logical) ([]drift, error) {
	stamps := map[string]search.Stamp{}
	for after := ""; ; {
		list, err := v.engine.Scan(ctx, l.name, after, scanBatch)
		if err != nil {
			return nil, err
		}
		for _, s := range list {
			stamps[s.ID] = s
			after = s.ID
		}
		if len(list) == 0 {
			break
		}
	}
	v.compared += len(stamps)
	var found []drift
	for _, s := range l.sources {
		at := place{s.typ, s.locale}
		err := v.content.EachReadable(ctx, auth.Anonymous(), s.typ, readLocale(s.locale), func(m content.Mark) error {
			id := s.id(m.DocumentID)
			has, ok := stamps[id]
			delete(stamps, id)
			switch {
			case m.Since != "":
				v.pending++
			case !ok && !v.refused[l.name+"/"+id]:
				found = append(found, drift{l.name, at, m.DocumentID, missing})
			case ok && (has.Want != m.Want || has.Rev > m.Rev):
				found = append(found, drift{l.name, at, m.DocumentID, stale})
			}
			return nil
		})
		if err != nil {
			return nil, err
		}
	}
	more, err := v.surplus(ctx, l, stamps)
	return append(found, more...), err
}

// surplus lists what is left of an index when all that should be there is taken away.
func (v *verification) surplus(ctx context.Context, l *logical, stamps map[string]search.Stamp) (found []drift, err error) {
	byPlace := map[place][]string{}
	for id := range stamps {
		at, documentID := l.entry(id)
		if at.typ == nil {
			found = append(found, drift{index: l.name, id: id, why: surplus})
			continue
		}
		byPlace[at] = append(byPlace[at], documentID)
	}
	for at, ids := range byPlace {
		marked, err := v.content.Marked(ctx, at.typ, at.locale, ids)
		if err != nil {
			return nil, err
		}
		for _, id := range ids {
			if marked[id] {
				v.pending++
				continue
			}
			found = append(found, drift{l.name, at, id, surplus})
		}
	}
	slices.SortFunc(found, func(a, b drift) int { return strings.Compare(a.id, b.id) })
	return found, nil
}

// repair makes what differs what it should be.
func (v *verification) repair(ctx context.Context, l *logical, found []drift) error {
	byPlace := map[place][]string{}
	var unknown []string
	for _, d := range found {
		if d.at.typ == nil {
			unknown = append(unknown, d.id)
			continue
		}
		byPlace[d.at] = append(byPlace[d.at], d.id)
	}
	for at, ids := range byPlace {
		for chunk := range slices.Chunk(ids, markBatch) {
			if _, err := v.refresh(ctx, at.typ, at.locale, chunk); err != nil {
				return err
			}
		}
	}
	return v.remove(ctx, l.name, unknown)
}

func (v *verification) end(ctx context.Context, failed error) {
	list := value.List{}
	for _, d := range v.found[:min(len(v.found), maxDrift)] {
		list = append(list, d.object())
	}
	v.over(ctx, v.job, value.Object{
		"indexes": int64(len(v.names)), "documents": int64(v.compared), "pending": int64(v.pending), "failed": int64(len(v.refused)),
		"drift": int64(len(v.found)), "differences": list, "mended": v.mend,
	}, failed)
}
