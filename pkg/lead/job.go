package lead

import (
	"context"
	"slices"
	"time"

	"kontor/pkg/fault"
	"kontor/pkg/query"
	"kontor/pkg/store"
	"kontor/pkg/value"
)

// Job is work for the leader that any process may ask for.
type Job struct {
	ID     string
	Kind   string
	Args   value.Object
	State  State
	By     string // who asked
	At     string // when
	Ended  string // when it was through; "" before
	Done   int    // of Total
	Total  int    // 0 while that is not known
	Text   string // what is being done
	Result value.Object
	Error  string // why it failed

	rev    int64
	holder string
}

// State is where a job stands.
type State string

// The states.
const (
	Waiting State = "waiting"
	Running State = "running"
	Done    State = "done"
	Failed  State = "failed"
)

// Over tells whether the job is through, well or not.
func (j Job) Over() bool { return j.State == Done || j.State == Failed }

func jobOf(d store.Document) Job {
	m := d.Part(store.Meta)
	j := Job{
		ID: d.Key, Kind: text(d, "kind"), State: State(text(d, "state")), By: text(d, "by"), At: text(d, "at"), Ended: text(d, "ended"),
		Text: text(d, "text"), Error: text(d, "error"), rev: d.Rev, holder: text(d, "holder"),
	}
	done, _ := m["done"].(int64)
	total, _ := m["total"].(int64)
	j.Done, j.Total = int(done), int(total)
	j.Args, _ = m["args"].(value.Object)
	j.Result, _ = m["result"].(value.Object)
	return j
}

// Submit leaves a job for the leader.
func (l *Lead) Submit(ctx context.Context, kind string, args value.Object, by string) (Job, error) {
	meta := value.Object{"kind": kind, "args": args, "state": string(Waiting), "by": by, "at": now()}
	j := Job{ID: store.RandomKey(), Kind: kind, Args: args, State: Waiting, By: by, At: meta["at"].(string), rev: 1}
	err := l.store.Apply(ctx, []store.Op{{Kind: store.Insert, Collection: jobs, Key: j.ID, Parts: map[string]value.Object{
		store.Meta: value.Normal(meta).(value.Object),
	}}})
	select {
	case l.woken <- struct{}{}:
	default:
	}
	return j, err
}

// Job finds a job. NotFound if there is none; one that is over is kept for an hour.
func (l *Lead) Job(ctx context.Context, id string) (Job, error) {
	if err := store.CheckKey(id); err != nil {
		return Job{}, fault.New(fault.NotFound, "Not Found")
	}
	d, err := l.store.Get(ctx, jobs, id, nil)
	if err != nil {
		return Job{}, err
	}
	return jobOf(d), nil
}

// followEvery is how often one who follows a job looks at it.
const followEvery = 100 * time.Millisecond

// Follow waits until a job is over, and calls fn with it now and again and at the end.
func (l *Lead) Follow(ctx context.Context, id string, fn func(Job)) (Job, error) {
	for {
		j, err := l.Job(ctx, id)
		if err != nil {
			return j, err
		}
		if fn(j); j.Over() {
			return j, nil
		}
		if wait(ctx, followEvery); ctx.Err() != nil {
			return j, ctx.Err()
		}
	}
}

// Woken gets a signal when this process has left a job for itself.
func (l *Lead) Woken() <-chan struct{} { return l.woken }

// undone are the jobs that are not over.
func undone() query.Filter {
	return query.Where("meta.state", query.In, value.List{string(Waiting), string(Running)})
}

// Waits tells whether there is a job for Next to take.
func (l *Lead) Waits(ctx context.Context) (bool, error) {
	docs, err := l.store.Find(ctx, jobs, store.Query{Filter: undone(), Parts: []string{store.Meta}})
	return slices.ContainsFunc(docs, func(d store.Document) bool { return !l.under(jobOf(d)) }), err
}

// under tells whether this leader does the job already.
func (l *Lead) under(j Job) bool { return j.State == Running && j.holder == l.id }

// Next takes the job that waits longest, for the leader to do. One that a former leader has not ended is done again. Not ok if there is none.
func (l *Lead) Next(ctx context.Context) (j Job, ok bool, err error) {
	docs, err := l.store.Find(ctx, jobs, store.Query{
		Filter: undone(), Sort: []query.Order{{Path: "meta.at"}},
	})
	if err != nil {
		return j, false, err
	}
	for _, d := range docs {
		j := jobOf(d)
		if l.under(j) {
			continue
		}
		err := l.change(ctx, &j, value.Object{"state": string(Running), "holder": l.id, "done": nil, "total": nil, "text": nil})
		if fault.Is(err, fault.Conflict) {
			continue
		}
		j.State, j.holder = Running, l.id
		return j, err == nil, err
	}
	return j, false, nil
}

func (l *Lead) change(ctx context.Context, j *Job, set value.Object) error {
	err := l.store.Apply(ctx, []store.Op{{Kind: store.Replace, Collection: jobs, Key: j.ID, Rev: j.rev, Set: set}})
	if err == nil {
		j.rev++
	}
	return err
}

// Progress writes how far a job is. Conflict if it is somebody else's by now.
func (l *Lead) Progress(ctx context.Context, j *Job, done, total int, text string) error {
	j.Done, j.Total, j.Text = done, total, text
	return l.change(ctx, j, value.Object{"done": int64(done), "total": int64(total), "text": text})
}

// End writes what a job came to: a result, or why it failed.
func (l *Lead) End(ctx context.Context, j *Job, result value.Object, failed error) error {
	j.State, j.Result = Done, result
	set := value.Object{"state": string(Done), "ended": now(), "result": value.Normal(any(result)), "error": nil}
	if failed != nil {
		j.State, j.Error = Failed, fault.As(failed).Message
		set["state"], set["error"] = string(Failed), j.Error
	}
	return l.change(ctx, j, set)
}

// keptFor is how long a job that is over can be asked for.
const keptFor = time.Hour

// Sweep removes jobs that have been over for an hour.
func (l *Lead) Sweep(ctx context.Context) (int, error) {
	over := query.AllOf(
		query.Where("meta.state", query.In, value.List{string(Done), string(Failed)}),
		query.Where("meta.ended", query.Lt, time.Now().Add(-keptFor).UTC().Format(timeFormat)))
	docs, err := l.store.Find(ctx, jobs, store.Query{Filter: over, Parts: []string{}})
	if err != nil || len(docs) == 0 {
		return 0, err
	}
	ops := make([]store.Op, len(docs))
	for i, d := range docs {
		ops[i] = store.Op{Kind: store.Delete, Collection: jobs, Key: d.Key}
	}
	return len(ops), l.store.Apply(ctx, ops)
}

func now() string { return time.Now().UTC().Format(timeFormat) }
