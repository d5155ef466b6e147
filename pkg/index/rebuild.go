package index

import (
	"context"
	"errors"
	"sync"
	"time"

	"kontor/pkg/auth"
	"kontor/pkg/content"
	"kontor/pkg/fault"
	"kontor/pkg/lead"
	"kontor/pkg/search"
	"kontor/pkg/value"
)

// fillBatch is how many entries are read and given to the engine at once: few enough that a mark has not to wait long for its turn.
const fillBatch = 250

// rebuild fills indexes anew in the shadow of those that are there, and puts them in their place. Marks are followed in both meanwhile.
type rebuild struct {
	*worker
	job   *lead.Job // nil: nobody asked for it
	names []string

	indexes map[string]*logical // that are still being filled
	left    map[string]int      // how many runs an index still waits for
	runs    [][]*source         // each of one type in one locale, for all indexes that want it
	after   string              // how far the first run is
	filled  value.List
	done    int
	total   int
	since   time.Time
	told    time.Time // when the job's progress was written
}

func (r *rebuild) step(ctx context.Context) (done bool, err error) {
	switch {
	case r.indexes == nil:
		return false, r.begin(ctx)
	case len(r.runs) == 0:
		return true, nil
	}
	run := r.runs[0]
	list, err := r.content.ReadOn(ctx, auth.Anonymous(), run[0].typ, r.after, fillBatch, run[0].asked())
	if err != nil {
		return false, err
	}
	if err := r.fill(ctx, run, list); err != nil {
		return false, err
	}
	r.done += len(list)
	if len(list) == fillBatch {
		r.after = list[len(list)-1].DocumentID
		return false, r.tell(ctx, run[0].index.name, false)
	}
	r.runs, r.after = r.runs[1:], ""
	for _, s := range run {
		if r.left[s.index.name]--; r.left[s.index.name] == 0 {
			if err := r.finish(ctx, s.index); err != nil {
				return false, err
			}
		}
	}
	return len(r.runs) == 0, r.tell(ctx, run[0].index.name, true)
}

// fill gives entries to the shadows of all indexes that want them, side by side: nearly all of the time is spent in the engine.
func (r *rebuild) fill(ctx context.Context, run []*source, list []content.Reading) error {
	h := harvest{list: list}
	docs, no, errs := make([][]search.Document, len(run)), make([][]search.Refusal, len(run)), make([]error, len(run))
	var wg sync.WaitGroup
	for i, s := range run {
		name := s.index.name
		if !r.filling[name] {
			errs[i] = fault.New(fault.Unavailable, "The index %s was lost while it was filled", name)
			break
		}
		docs[i] = h.documents(s)
		wg.Go(func() { no[i], errs[i] = r.offer(ctx, shadowOf(name), docs[i]) })
	}
	wg.Wait()
	for i, s := range run {
		if errs[i] != nil {
			return errs[i]
		}
		if err := r.note(ctx, s, shadowOf(s.index.name), docs[i], no[i]); err != nil {
			return err
		}
	}
	return nil
}

// begin makes the empty shadows.
func (r *rebuild) begin(ctx context.Context) error {
	c := r.catalogue()
	r.since, r.indexes, r.left = time.Now(), map[string]*logical{}, map[string]int{}
	if len(r.names) == 0 {
		r.names = c.names
	}
	at := map[place]int{}
	for _, name := range r.names {
		l, ok := c.byName[name]
		if !ok || r.indexes[name] != nil {
			continue
		}
		if err := r.engine.Drop(ctx, shadowOf(name)); err != nil {
			return err
		}
		if err := r.engine.Ensure(ctx, shadowOf(name), l.settings(r.synonyms[name])); err != nil {
			return err
		}
		r.indexes[name], r.left[name], r.filling[name] = l, len(l.sources), true
		for _, s := range l.sources {
			p := place{s.typ, s.locale}
			i, ok := at[p]
			if !ok {
				n, err := r.content.CountReadable(ctx, auth.Anonymous(), s.typ, readLocale(s.locale))
				if err != nil {
					return err
				}
				r.total += n
				i, at[p] = len(r.runs), len(r.runs)
				r.runs = append(r.runs, nil)
			}
			r.runs[i] = append(r.runs[i], s)
		}
	}
	r.log.Info("the search is being built", "indexes", len(r.indexes), "entries", r.total)
	return nil
}

// finish puts the shadow in the place of what was there.
func (r *rebuild) finish(ctx context.Context, l *logical) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	if err := r.engine.Swap(ctx, l.name, shadowOf(l.name)); err != nil {
		return err
	}
	delete(r.filling, l.name)
	delete(r.indexes, l.name)
	b := built{print: l.print, attributes: l.attributes, at: timestamp()}
	r.show(l.name, &b)
	r.filled = append(r.filled, l.name)
	return writeState(ctx, r.engine, l.name, b)
}

// tellEvery is how often progress is written at most.
const tellEvery = 250 * time.Millisecond

func (r *rebuild) tell(ctx context.Context, name string, always bool) error {
	if r.job == nil || !always && time.Since(r.told) < tellEvery {
		return nil
	}
	r.told = time.Now()
	return r.jobs.Progress(ctx, r.job, r.done, max(r.done, r.total), name)
}

func (r *rebuild) end(ctx context.Context, failed error) {
	for name := range r.indexes {
		delete(r.filling, name)
		if failed == nil {
			continue
		}
		if err := r.engine.Drop(ctx, shadowOf(name)); err != nil {
			r.log.Warn("what was filled in vain was not removed; it goes when the search is opened again", "index", name, "error", err)
		}
	}
	took := time.Since(r.since).Round(time.Millisecond)
	switch {
	case failed == nil:
		r.tasks = append(r.tasks, &verification{worker: r.worker, names: texts(r.filled), mend: true}) // there may have been another leader for a moment
		r.log.Info("the search is built", "entries", r.done, "took", took.String())
	case errors.Is(failed, errEnded):
		r.log.Info("the search was not built to its end; whoever leads next begins anew")
	default:
		r.rested = time.Now().Add(r.pause())
		r.log.Warn("the search was not built anew", "error", failed)
	}
	r.over(ctx, r.job, value.Object{"indexes": r.filled, "entries": int64(r.done), "milliseconds": took.Milliseconds()}, failed)
}

// over writes what a job came to, if somebody asked for it.
func (w *worker) over(ctx context.Context, j *lead.Job, result value.Object, failed error) {
	if j == nil {
		return
	}
	if err := w.jobs.End(ctx, j, result, failed); err != nil && !fault.Is(err, fault.Conflict) {
		w.log.Warn("what a job came to was not written", "job", j.Kind, "error", err)
	}
}

func texts(list value.List) []string {
	out := make([]string, 0, len(list))
	for _, v := range list {
		if s, ok := v.(string); ok {
			out = append(out, s)
		}
	}
	return out
}

// taskOf is what a job asks for.
func (w *worker) taskOf(j lead.Job) task {
	list, _ := j.Args["indexes"].(value.List)
	names := texts(list)
	switch j.Kind {
	case RebuildJob:
		return &rebuild{worker: w, job: &j, names: names}
	case VerifyJob:
		if len(names) == 0 {
			names = w.catalogue().names
		}
		return &verification{worker: w, job: &j, names: names, mend: j.Args["mend"] == true}
	}
	entry, _ := j.Args["entry"].(string)
	return &report{worker: w, job: &j, entry: entry}
}
