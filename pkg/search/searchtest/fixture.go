package searchtest

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"testing"

	"kontor/pkg/fault"
	"kontor/pkg/query"
	"kontor/pkg/search"
	"kontor/pkg/value"
)

// idx is the index that most tests use.
const idx = "projects"

// fixture is one open engine with one index, and short forms of what tests do all the time.
type fixture struct {
	search.Engine
	t   *testing.T
	ctx context.Context
}

// attributes is what a document has.
type attributes = map[string]any

// settings are those of most tests: title, body and tags are searched; tags, kind, year, price, done and _geo are filtered by and counted;
// title, year, price, done and _geo are sorted by; secret is searched and never answered; extra is only answered.
func settings() search.Settings {
	return search.Settings{
		Language: "de",
		Attributes: []search.Attribute{
			{Name: "title", Weight: 10, Sort: true},
			{Name: "body", Weight: 2},
			{Name: "tags", Weight: 4, Filter: true},
			{Name: "kind", Filter: true, Sort: true},
			{Name: "year", Filter: true, Sort: true},
			{Name: "price", Filter: true, Sort: true},
			{Name: "done", Filter: true, Sort: true},
			{Name: "secret", Weight: 1, Hidden: true},
			{Name: "extra"},
			{Name: search.GeoAttribute, Filter: true, Sort: true},
		},
	}
}

// open makes a new engine with an index of the usual settings.
func (h Harness) open(t *testing.T) *fixture {
	t.Helper()
	return h.openWith(t, settings())
}

func (h Harness) openWith(t *testing.T, s search.Settings) *fixture {
	t.Helper()
	f := h.openIn(t, t.TempDir())
	f.must(f.Ensure(f.ctx, idx, s))
	return f
}

func (h Harness) openIn(t *testing.T, dir string) *fixture {
	t.Helper()
	f := &fixture{Engine: h.Open(t, dir), t: t, ctx: context.Background()}
	t.Cleanup(func() {
		if err := f.Close(); err != nil {
			t.Errorf("Close: %v", err)
		}
	})
	return f
}

func (f *fixture) must(err error) {
	f.t.Helper()
	if err != nil {
		f.t.Fatalf("unexpected error: %v", err)
	}
}

func doc(id string, a attributes) search.Document {
	return search.Document{ID: id, Rev: 1, Want: 1, Attributes: a}
}

// titled makes documents with titles; their ids are a, b, c …
func titled(titles ...string) []search.Document {
	docs := make([]search.Document, len(titles))
	for i, title := range titles {
		docs[i] = doc(letter(i), attributes{"title": title})
	}
	return docs
}

func letter(i int) string { return string(rune('a' + i)) }

// put puts documents in, in batches, and wants all taken.
func (f *fixture) put(docs ...search.Document) {
	f.t.Helper()
	f.putIn(idx, docs...)
}

func (f *fixture) putIn(index string, docs ...search.Document) {
	f.t.Helper()
	for batch := range slices.Chunk(docs, search.MaxBatch) {
		refused, err := f.Put(f.ctx, index, batch)
		f.must(err)
		if len(refused) > 0 {
			f.t.Fatalf("Put refuses %v", refused)
		}
	}
}

// search answers one query; without an index it is idx, without a limit 1,000.
func (f *fixture) search(q search.Query) search.Result {
	f.t.Helper()
	if q.Index == "" {
		q.Index = idx
	}
	if q.Limit == 0 {
		q.Limit = 1000
	}
	r, err := f.Search(f.ctx, []search.Query{q})
	if err != nil {
		f.t.Fatalf("Search %q: %v", q.Text, err)
	}
	if len(r) != 1 {
		f.t.Fatalf("one query has %d results", len(r))
	}
	return r[0]
}

// ids gives the ids of a query's hits in their order.
func (f *fixture) ids(q search.Query) []string {
	f.t.Helper()
	return idsOf(f.search(q).Hits)
}

// found gives the ids of a query's hits by their bytes.
func (f *fixture) found(q search.Query) []string {
	f.t.Helper()
	ids := f.ids(q)
	slices.Sort(ids)
	return ids
}

func idsOf(hits []search.Hit) []string {
	ids := make([]string, len(hits))
	for i, h := range hits {
		ids[i] = h.ID
	}
	return ids
}

// same compares lists of ids.
func (f *fixture) same(clause string, got, want []string) {
	f.t.Helper()
	if len(got) == 0 && len(want) == 0 {
		return
	}
	if !slices.Equal(got, want) {
		f.t.Errorf("%s:\n got %q\nwant %q", clause, got, want)
	}
}

// finds wants a text to hit exactly these documents, in any order.
func (f *fixture) finds(text string, want ...string) {
	f.t.Helper()
	slices.Sort(want)
	f.same(fmt.Sprintf("%q finds", text), f.found(search.Query{Text: text, Matching: search.MatchAll}), want)
}

// code wants an error of one code.
func (f *fixture) code(clause string, err error, code fault.Code) {
	f.t.Helper()
	wantCode(f.t, clause, err, code)
}

func wantCode(t *testing.T, clause string, err error, code fault.Code) {
	t.Helper()
	var known *fault.Error
	switch {
	case err == nil:
		t.Errorf("%s: no error, want %s", clause, code)
	case !errors.As(err, &known):
		t.Errorf("%s: the error is no fault: %v", clause, err)
	case known.Code != code:
		t.Errorf("%s: the error is %s, want %s: %v", clause, known.Code, code, err)
	}
}

// info gives an index's entry in the list.
func (f *fixture) info(name string) (search.Info, bool) {
	f.t.Helper()
	list, err := f.Indexes(f.ctx)
	f.must(err)
	for _, i := range list {
		if i.Name == name {
			return i, true
		}
	}
	return search.Info{}, false
}

func eq(attribute string, values ...string) search.Filter {
	op := query.Eq
	if len(values) != 1 {
		op = query.In
	}
	return search.Filter{Op: op, Attribute: attribute, Values: values}
}

func number(attribute string, op query.Op, numbers ...float64) search.Filter {
	return search.Filter{Op: op, Attribute: attribute, Numbers: numbers}
}

func list(values ...any) value.List { return values }

// numbered makes an id of fixed width.
func numbered(prefix string, n int) string { return fmt.Sprintf("%s%06d", prefix, n) }
