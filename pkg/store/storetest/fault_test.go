package storetest_test

import (
	"context"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"kontor/pkg/fault"
	"kontor/pkg/query"
	"kontor/pkg/store"
	"kontor/pkg/store/sqlitestore"
	"kontor/pkg/store/storetest"
	"kontor/pkg/value"
)

// wrong is a driver with one fault; what it does not break it leaves to the driver within.
type wrong struct {
	store.Store
	fault string
	mu    sync.Mutex
	many  map[string][]string
	early map[string]int
}

// faults names each planted fault and a topic of the suite that must catch it.
func faults() map[string]string {
	return map[string]string{
		"inc is dropped": "replace", "set of nil is ignored": "replace", "the revision is not checked": "apply", "ops behind the failing one run": "prefix", "an op is left out": "prefix", "index is always 0": "prefix",
		"touch raises the revision": "touch", "touch hits one only": "touch", "touch overwrites a concurrent write": "touch", "negative operators need a list": "filter", "negative operators hit absent scalars": "filter",
		"numbers compare with bools": "filter", "text folds case": "text", "contains knows wildcards": "text", "ties are in no order": "sort", "absent is last": "sort", "limit 0 is nothing": "page", "all parts are loaded": "parts",
		"floats become integers": "values", "NUL ends a text": "values", "counts are old": "count", "scan sees twice": "scan", "scan hides its function's error": "scan", "insert overwrites": "claim", "contexts are ignored": "context",
		"unknown collections are empty": "invalid", "watch is silent": "watch", "close is forgotten": "close", "keep overwrites": "apply", "delete ignores the revision": "apply", "match takes conditions apart": "match",
		"what is missing is named": "invalid",
		"bounds are ignored":       "bound", "bounds are no end of a count": "bound",
	}
}

// TestFaults runs the suite in a process of its own on each faulty driver: it must fail there, in the topic that the fault belongs to.
func TestFaults(t *testing.T) {
	if name := os.Getenv("KONTOR_STORETEST_FAULT"); name != "" {
		run(t, name)
		return
	}
	if storetest.Sparse() {
		t.Skip("a process per fault takes a while")
	}
	for name, topic := range faults() {
		t.Run(name, func(t *testing.T) {
			cmd := exec.Command(os.Args[0], "-test.run=^TestFaults$/^"+topic+"$", "-test.short", "-test.timeout=120s")
			cmd.Env = append(os.Environ(), "KONTOR_STORETEST_FAULT="+name)
			out, err := cmd.CombinedOutput()
			var exit *exec.ExitError
			if !errors.As(err, &exit) || !strings.Contains(string(out), "--- FAIL: TestFaults/"+topic) {
				t.Errorf("the topic %s does not catch it: %v\n%s", topic, err, out)
			}
		})
	}
	t.Run("none", func(t *testing.T) {
		cmd := exec.Command(os.Args[0], "-test.run=^TestFaults$", "-test.short", "-test.timeout=120s")
		cmd.Env = append(os.Environ(), "KONTOR_STORETEST_FAULT=none")
		if out, err := cmd.CombinedOutput(); err != nil {
			t.Errorf("the wrapper alone does not pass: %v\n%s", err, out)
		}
	})
}

func run(t *testing.T, name string) {
	storetest.Harness{
		Open: func(t *testing.T, dir string) store.Store {
			s, err := sqlitestore.Open(filepath.Join(dir, "kontor.db"), sqlitestore.Options{})
			if err != nil {
				t.Fatal(err)
			}
			return &wrong{Store: s, fault: name, many: map[string][]string{}, early: map[string]int{}}
		},
		Notice: 50 * time.Millisecond,
	}.Run(t)
}

func (w *wrong) Ensure(ctx context.Context, c store.Collection) error {
	w.mu.Lock()
	w.many[c.Name] = c.Many
	w.mu.Unlock()
	return w.Store.Ensure(ctx, c)
}

func (w *wrong) Get(ctx context.Context, collection, key string, names []string) (store.Document, error) {
	switch w.fault {
	case "all parts are loaded":
		names = nil
	case "contexts are ignored":
		ctx = context.WithoutCancel(ctx)
	}
	d, err := w.Store.Get(ctx, collection, key, names)
	if w.fault == "what is missing is named" && fault.Is(err, fault.NotFound) {
		err = fault.New(fault.NotFound, "There is no document %s", key)
	}
	for name, part := range d.Parts {
		d.Parts[name] = w.spoil(part).(value.Object)
	}
	return d, err
}

// spoil changes values as careless drivers do.
func (w *wrong) spoil(v any) any {
	switch x := v.(type) {
	case value.Object:
		for k, e := range x {
			x[k] = w.spoil(e)
		}
	case float64:
		if w.fault == "floats become integers" && x == float64(int64(x)) {
			return int64(x)
		}
	case string:
		if before, _, cut := strings.Cut(x, "\x00"); cut && w.fault == "NUL ends a text" {
			return before
		}
	}
	return v
}

func (w *wrong) Find(ctx context.Context, collection string, q store.Query) ([]store.Document, error) {
	q.Filter = w.change(collection, q.Filter)
	switch {
	case w.fault == "bounds are ignored":
		ctx = store.WithBound(ctx, nil)
	case w.fault == "limit 0 is nothing" && q.Limit == 0:
		return nil, nil
	case w.fault == "ties are in no order" && len(q.Sort) > 0:
		q.Sort = append(append([]query.Order{}, q.Sort...), query.Order{Path: store.KeyPath, Desc: true})
	case w.fault == "absent is last" && len(q.Sort) == 1:
		present, absent := q, q
		present.Filter = query.AllOf(q.Filter, query.Where(q.Sort[0].Path, query.NotNull, nil))
		absent.Filter = query.AllOf(q.Filter, query.Where(q.Sort[0].Path, query.Null, nil))
		a, err := w.Store.Find(ctx, collection, present)
		b, _ := w.Store.Find(ctx, collection, absent)
		return append(a, b...), err
	}
	docs, err := w.Store.Find(ctx, collection, q)
	if w.fault == "unknown collections are empty" && fault.Is(err, fault.Invalid) {
		return nil, nil
	}
	return docs, err
}

// change gives the filter that a driver with the fault would evaluate.
func (w *wrong) change(collection string, f query.Filter) query.Filter {
	args := make([]query.Filter, len(f.Args))
	for i, a := range f.Args {
		args[i] = w.change(collection, a)
	}
	f.Args = args
	text, _ := f.Value.(string)
	switch {
	case w.fault == "negative operators need a list" && f.Op.Negative() && f.Op != query.NoMatch:
		return query.AllOf(f, query.Where(f.Path, query.NotNull, nil))
	case w.fault == "negative operators hit absent scalars" && f.Op.Negative() && f.Op != query.NoMatch:
		return query.AnyOf(f, query.Where(f.Path, query.Null, nil))
	case w.fault == "numbers compare with bools" && f.Op == query.Eq && f.Value == int64(1):
		return query.AnyOf(f, query.Where(f.Path, query.Eq, true))
	case w.fault == "text folds case" && f.Op == query.Contains && text != "":
		return query.AnyOf(f, query.Where(f.Path, query.Contains, strings.ToUpper(text)))
	case w.fault == "contains knows wildcards" && f.Op == query.Contains && strings.Trim(text, "%") == "" && text != "":
		return query.Where(f.Path, query.Contains, "")
	case w.fault == "match takes conditions apart" && f.Op == query.Match && f.Args[0].Op == query.And:
		var each []query.Filter
		for _, a := range f.Args[0].Args {
			each = append(each, query.Filter{Op: query.Match, Path: f.Path, Args: []query.Filter{a}})
		}
		return query.AllOf(each...)
	}
	return f
}

func (w *wrong) Count(ctx context.Context, collection string, f query.Filter) (int, error) {
	if w.fault == "bounds are no end of a count" {
		ctx = store.WithBound(ctx, nil)
	}
	n, err := w.Store.Count(ctx, collection, w.change(collection, f))
	if err == nil && w.fault == "counts are old" {
		w.mu.Lock()
		defer w.mu.Unlock()
		if old, ok := w.early[string(f.Op)+f.Path]; ok {
			return old, nil
		}
		w.early[string(f.Op)+f.Path] = n
	}
	return n, err
}

func (w *wrong) Scan(ctx context.Context, collection string, f query.Filter, names []string, fn func(store.Document) error) error {
	n := 0
	err := w.Store.Scan(ctx, collection, f, names, func(d store.Document) error {
		if n++; n == 10 && w.fault == "scan sees twice" {
			_ = fn(d)
		}
		return fn(d)
	})
	if w.fault == "scan hides its function's error" && err != nil {
		return fault.Wrap(fault.Internal, err, "The scan failed")
	}
	return err
}

func (w *wrong) Apply(ctx context.Context, ops []store.Op) error {
	ops = append([]store.Op{}, ops...)
	for i := range ops {
		w.mistake(ctx, &ops[i])
	}
	if w.fault == "an op is left out" && len(ops) > 3 {
		ops = append(append([]store.Op{}, ops[:1]...), ops[2:]...)
	}
	err := w.Store.Apply(ctx, ops)
	var op *store.OpError
	if !errors.As(err, &op) {
		return err
	}
	switch w.fault {
	case "ops behind the failing one run":
		_ = w.Store.Apply(ctx, ops[op.Index+1:])
	case "index is always 0":
		op.Index = 0
	}
	return err
}

// mistake changes an op as a careless driver would run it.
func (w *wrong) mistake(ctx context.Context, op *store.Op) {
	switch {
	case w.fault == "inc is dropped":
		op.Inc = nil
	case w.fault == "set of nil is ignored":
		kept := value.Object{}
		for k, v := range op.Set {
			if v != nil {
				kept[k] = v
			}
		}
		op.Set = kept
		if op.Kind != store.Replace {
			op.Set = nil
		}
	case w.fault == "the revision is not checked" && op.Kind == store.Replace:
		if d, err := w.Store.Get(ctx, op.Collection, op.Key, []string{}); err == nil {
			op.Rev = d.Rev
		}
	case w.fault == "delete ignores the revision" && op.Kind == store.Delete:
		op.Rev = 0
	case w.fault == "insert overwrites" && op.Kind == store.Insert, w.fault == "keep overwrites" && op.Kind == store.Keep:
		_ = w.Store.Apply(ctx, []store.Op{{Kind: store.Delete, Collection: op.Collection, Key: op.Key}})
	}
}

func (w *wrong) Touch(ctx context.Context, collection string, f query.Filter, set value.Object, inc map[string]int64) (int, error) {
	switch w.fault {
	case "touch raises the revision":
		docs, _ := w.Store.Find(ctx, collection, store.Query{Filter: f, Parts: []string{}})
		for _, d := range docs {
			_ = w.Store.Apply(ctx, []store.Op{{Kind: store.Replace, Collection: collection, Key: d.Key, Rev: d.Rev}})
		}
	case "touch hits one only":
		docs, _ := w.Store.Find(ctx, collection, store.Query{Filter: f, Parts: []string{}, Limit: 1})
		for _, d := range docs {
			f = query.Where(store.KeyPath, query.Eq, d.Key)
		}
	case "touch overwrites a concurrent write":
		docs, _ := w.Store.Find(ctx, collection, store.Query{Filter: f, Parts: []string{store.Meta}})
		for _, d := range docs {
			all := value.Object{}
			for k, n := range inc {
				old, _ := d.Part(store.Meta)[k].(int64)
				all[k] = old + n
			}
			_, _ = w.Store.Touch(ctx, collection, query.Where(store.KeyPath, query.Eq, d.Key), all, nil)
		}
		return w.Store.Touch(ctx, collection, f, set, nil)
	}
	return w.Store.Touch(ctx, collection, f, set, inc)
}

func (w *wrong) Watch(ctx context.Context) <-chan struct{} {
	if w.fault != "watch is silent" {
		return w.Store.Watch(ctx)
	}
	out := make(chan struct{})
	go func() {
		<-ctx.Done()
		close(out)
	}()
	return out
}

func (w *wrong) Close() error {
	if w.fault == "close is forgotten" {
		return nil
	}
	return w.Store.Close()
}
