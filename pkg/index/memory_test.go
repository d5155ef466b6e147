package index_test

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"

	"kontor/pkg/fault"
	"kontor/pkg/query"
	"kontor/pkg/search"
	"kontor/pkg/value"
)

// memory is an engine that holds documents in a map and finds them by reading all.
type memory struct {
	mu      sync.Mutex
	indexes map[string]*shelf
	refuse  func(search.Document) string
	broken  error
	puts    int
}

type shelf struct {
	settings search.Settings
	docs     map[string]search.Document
}

func newMemory() *memory { return &memory{indexes: map[string]*shelf{}} }

func (m *memory) lock() (func(), error) {
	m.mu.Lock()
	return m.mu.Unlock, m.broken
}

func (m *memory) Ensure(_ context.Context, index string, s search.Settings) error {
	done, err := m.lock()
	defer done()
	if err != nil {
		return err
	}
	if x := m.indexes[index]; x != nil {
		if x.settings.Language != s.Language || !slices.Equal(x.settings.Attributes, s.Attributes) {
			return fault.New(fault.Conflict, "other settings")
		}
		x.settings = s
		return nil
	}
	m.indexes[index] = &shelf{settings: s, docs: map[string]search.Document{}}
	return nil
}

func (m *memory) get(index string) (*shelf, error) {
	if x := m.indexes[index]; x != nil {
		return x, m.broken
	}
	return nil, fault.New(fault.NotFound, "no index %s", index)
}

func (m *memory) Put(_ context.Context, index string, docs []search.Document) ([]search.Refusal, error) {
	done, err := m.lock()
	defer done()
	if err != nil {
		return nil, err
	}
	x, err := m.get(index)
	if err != nil {
		return nil, err
	}
	m.puts += len(docs)
	var no []search.Refusal
	for _, d := range docs {
		if m.refuse != nil {
			if why := m.refuse(d); why != "" {
				no = append(no, search.Refusal{ID: d.ID, Reason: why})
				continue
			}
		}
		kept := d
		kept.Attributes = map[string]any{}
		for _, a := range x.settings.Attributes {
			if v, ok := d.Attributes[a.Name]; ok {
				kept.Attributes[a.Name] = v
			}
		}
		x.docs[d.ID] = kept
	}
	return no, nil
}

func (m *memory) Delete(_ context.Context, index string, ids []string) error {
	done, err := m.lock()
	defer done()
	if err != nil {
		return err
	}
	x, err := m.get(index)
	if err != nil {
		return err
	}
	for _, id := range ids {
		delete(x.docs, id)
	}
	return nil
}

func (m *memory) Search(_ context.Context, queries []search.Query) ([]search.Result, error) {
	done, err := m.lock()
	defer done()
	if err != nil {
		return nil, err
	}
	out := make([]search.Result, len(queries))
	for i, q := range queries {
		x, err := m.get(q.Index)
		if err != nil {
			return nil, &search.QueryError{Index: i, Err: err}
		}
		out[i].Facets = map[string]search.Facet{}
		counts := map[string]map[string]int{}
		for _, id := range slices.Sorted(maps.Keys(x.docs)) {
			d := x.docs[id]
			if !x.hits(d, q) {
				continue
			}
			for _, f := range q.Facets {
				if counts[f] == nil {
					counts[f] = map[string]int{}
				}
				for _, v := range values(d.Attributes[f]) {
					counts[f][fmt.Sprint(v)]++
				}
			}
			if out[i].Total++; out[i].Total > q.Offset && len(out[i].Hits) < q.Limit {
				h := search.Hit{ID: d.ID, Rev: d.Rev, Attributes: map[string]any{}}
				for name, v := range d.Attributes {
					if q.Retrieve == nil || slices.Contains(q.Retrieve, name) {
						h.Attributes[name] = v
					}
				}
				out[i].Hits = append(out[i].Hits, h)
			}
		}
		for f, c := range counts {
			facet := search.Facet{}
			for _, v := range slices.Sorted(maps.Keys(c)) {
				facet.Counts = append(facet.Counts, search.Count{Value: v, Count: c[v]})
			}
			out[i].Facets[f] = facet
		}
	}
	return out, nil
}

// hits tells whether every word is somewhere in what is searched, or is a synonym of what is.
func (x *shelf) hits(d search.Document, q search.Query) bool {
	var text strings.Builder
	for _, a := range x.settings.Attributes {
		if a.Weight == 0 || q.SearchOn != nil && !slices.Contains(q.SearchOn, a.Name) {
			continue
		}
		for _, v := range values(d.Attributes[a.Name]) {
			fmt.Fprintf(&text, "%v\n", v)
		}
	}
	has := func(s string) bool { return strings.Contains(strings.ToLower(text.String()), strings.ToLower(s)) }
	for _, word := range strings.Fields(q.Text) {
		found := has(word)
		for _, s := range x.settings.Synonyms {
			if slices.ContainsFunc(s.From, func(f string) bool { return strings.EqualFold(f, word) }) {
				found = found || slices.ContainsFunc(s.To, has)
			}
		}
		if !found {
			return false
		}
	}
	if q.Filter.Op == query.Eq {
		return slices.ContainsFunc(values(d.Attributes[q.Filter.Attribute]), func(v any) bool { return fmt.Sprint(v) == q.Filter.Values[0] })
	}
	return true
}

func values(v any) value.List {
	if list, ok := v.(value.List); ok {
		return list
	}
	if v == nil {
		return nil
	}
	return value.List{v}
}

func (m *memory) FacetSearch(ctx context.Context, q search.FacetQuery) (search.FacetResult, error) {
	q.Facets = []string{q.Facet}
	out, err := m.Search(ctx, []search.Query{q.Query})
	if err != nil {
		return search.FacetResult{}, err
	}
	return search.FacetResult{Counts: out[0].Facets[q.Facet].Counts}, nil
}

func (m *memory) Scan(_ context.Context, index, after string, limit int) ([]search.Stamp, error) {
	done, err := m.lock()
	defer done()
	if err != nil {
		return nil, err
	}
	x, err := m.get(index)
	if err != nil {
		return nil, err
	}
	var out []search.Stamp
	for _, id := range slices.Sorted(maps.Keys(x.docs)) {
		if id > after && len(out) < limit {
			out = append(out, search.Stamp{ID: id, Rev: x.docs[id].Rev, Want: x.docs[id].Want})
		}
	}
	return out, nil
}

func (m *memory) Swap(_ context.Context, index, shadow string) error {
	done, err := m.lock()
	defer done()
	if err != nil {
		return err
	}
	x, err := m.get(shadow)
	if err != nil {
		return err
	}
	m.indexes[index] = x
	delete(m.indexes, shadow)
	return nil
}

func (m *memory) Drop(_ context.Context, index string) error {
	done, err := m.lock()
	defer done()
	delete(m.indexes, index)
	return err
}

func (m *memory) Indexes(context.Context) ([]search.Info, error) {
	done, err := m.lock()
	defer done()
	if err != nil {
		return nil, err
	}
	var out []search.Info
	for _, name := range slices.Sorted(maps.Keys(m.indexes)) {
		out = append(out, search.Info{Name: name, Documents: len(m.indexes[name].docs)})
	}
	return out, nil
}

func (m *memory) Close() error { return nil }
