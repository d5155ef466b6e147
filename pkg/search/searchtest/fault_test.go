package searchtest_test

import (
	"context"
	"errors"
	"os"
	"os/exec"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"
	"unicode/utf8"

	"kontor/pkg/fault"
	"kontor/pkg/query"
	"kontor/pkg/search"
	"kontor/pkg/search/blevesearch"
	"kontor/pkg/search/searchtest"
	"kontor/pkg/value"
)

// wrong is a driver with one fault; what it does not break it leaves to the driver within.
type wrong struct {
	search.Engine
	fault string

	mu    sync.Mutex
	known map[string]bool
}

// faults names each planted fault and a topic of the suite that must catch it.
func faults() map[string]string {
	return map[string]string{
		"other settings are taken": "ensure", "synonyms stay as they were": "ensure", "indexes are listed in no order": "ensure", "known documents stay": "put", "of two the first counts": "put", "documents are never counted": "put",
		"whole numbers become broken": "values", "lists lose repeats": "values", "the revision is lost": "values", "only the first is deleted": "delete", "deleted is never again": "delete", "refusals are silent": "refusal", "one refusal refuses all": "refusal",
		"scan begins with after": "scan", "scan forgets want": "scan", "scan goes by letters": "scan", "not needs a value": "filter", "between is without its ends": "filter", "null is everything": "filter", "nothing is everything": "filter",
		"contains is starts": "filter property", "less is at most": "filter property", "kilometres": "geo", "corners are turned round": "geo", "no place is at zero": "geo", "only the first key has a distance": "geo", "falling is rising": "sort", "only one key": "sort",
		"the total is the page's": "page", "the offset is a page": "page", "a limit of 0 is 20": "page", "facets go by value": "facet", "facets are of the page": "facet", "no bounds": "facet", "100 values are all": "facet", "text counts the facets of all": "facet",
		"typed is ignored": "facet search", "typed begins the value": "facet search", "facet search is of all": "facet search", "distinct is ignored": "distinct", "distinct wants a value": "distinct", "all is answered": "retrieve", "none is all": "retrieve",
		"no beginnings": "text", "no typos": "typo", "typos in short words": "typo", "no phrases": "phrase", "minus is a blank": "phrase", "all must match": "matching", "words are optional": "matching", "no synonyms": "synonym", "no language": "german",
		"searched everywhere": "search on", "the usual ranking": "ranking", "no weights": "ranking", "hits go by id": "ranking", "scores are high": "score", "scores are always there": "score", "no least score": "score",
		"matches count characters": "match", "matches tell no element": "match", "matches are whole texts": "match", "only what is searched is marked": "match", "results are turned round": "many", "no place of the failure": "many", "swap goes by steps": "swap", "the old one stays": "swap",
		"there is a gap": "concurrency", "drop wants something": "drop", "unknown attributes hit nothing": "invalid", "contexts are ignored": "context", "nothing is kept": "reopen", "close is forgotten": "close",
	}
}

// TestFaults runs the suite in a process of its own on each faulty driver: it must fail there, in the topic that the fault belongs to.
func TestFaults(t *testing.T) {
	if name := os.Getenv("KONTOR_SEARCHTEST_FAULT"); name != "" {
		run(t, name)
		return
	}
	if Sparse {
		t.Skip("a process per fault takes a while")
	}
	for name, topic := range faults() {
		t.Run(name, func(t *testing.T) {
			cmd := exec.Command(os.Args[0], "-test.run=^TestFaults$/^"+strings.ReplaceAll(topic, " ", "_")+"$", "-test.timeout=120s")
			cmd.Env = append(os.Environ(), "KONTOR_SEARCHTEST_FAULT="+name)
			out, err := cmd.CombinedOutput()
			var exit *exec.ExitError
			if !errors.As(err, &exit) || !strings.Contains(string(out), "--- FAIL: TestFaults/"+strings.ReplaceAll(topic, " ", "_")) {
				t.Errorf("the topic %s does not catch it: %v\n%s", topic, err, out)
			}
		})
	}
	t.Run("none", func(t *testing.T) {
		cmd := exec.Command(os.Args[0], "-test.run=^TestFaults$", "-test.timeout=120s")
		cmd.Env = append(os.Environ(), "KONTOR_SEARCHTEST_FAULT=none")
		if out, err := cmd.CombinedOutput(); err != nil {
			t.Errorf("the wrapper alone does not pass: %v\n%s", err, out)
		}
	})
}

func run(t *testing.T, name string) {
	searchtest.Run(t, func(t *testing.T, dir string) search.Engine {
		if name == "nothing is kept" {
			dir = t.TempDir()
		}
		e, err := blevesearch.Open(dir, blevesearch.Options{})
		if err != nil {
			t.Fatal(err)
		}
		return &wrong{Engine: e, fault: name, known: map[string]bool{}}
	})
}

func (w *wrong) context(ctx context.Context) context.Context {
	if w.fault == "contexts are ignored" {
		return context.WithoutCancel(ctx)
	}
	return ctx
}

// seen notes a key and tells whether it was there.
func (w *wrong) seen(key string) bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	before := w.known[key]
	w.known[key] = true
	return before
}

func (w *wrong) Ensure(ctx context.Context, index string, s search.Settings) error {
	switch w.fault {
	case "no synonyms":
		s.Synonyms = nil
	case "no language":
		s.Language = ""
	case "the usual ranking":
		s.Ranking = nil
	case "no weights":
		s.Attributes = slices.Clone(s.Attributes)
		for i := range s.Attributes {
			s.Attributes[i].Weight = min(s.Attributes[i].Weight, 1)
		}
	case "synonyms stay as they were":
		if w.seen("ensure " + index) {
			s.Synonyms = nil
		}
	}
	err := w.Engine.Ensure(w.context(ctx), index, s)
	if w.fault == "other settings are taken" && fault.Is(err, fault.Conflict) {
		if err := w.Drop(ctx, index); err != nil {
			return err
		}
		return w.Engine.Ensure(ctx, index, s)
	}
	return err
}

func (w *wrong) Put(ctx context.Context, index string, docs []search.Document) ([]search.Refusal, error) {
	switch w.fault {
	case "known documents stay":
		docs = slices.DeleteFunc(slices.Clone(docs), func(d search.Document) bool { return w.seen(index + d.ID) })
	case "deleted is never again":
		docs = slices.DeleteFunc(slices.Clone(docs), func(d search.Document) bool { return w.known["deleted "+d.ID] })
	case "of two the first counts":
		docs = slices.Clone(docs)
		slices.Reverse(docs)
	}
	refused, err := w.Engine.Put(w.context(ctx), index, docs)
	switch {
	case w.fault == "refusals are silent":
		refused = nil
	case w.fault == "one refusal refuses all" && len(refused) > 0:
		for _, d := range docs {
			_ = w.Engine.Delete(ctx, index, []string{d.ID})
		}
	}
	return refused, err
}

func (w *wrong) Delete(ctx context.Context, index string, ids []string) error {
	if w.fault == "only the first is deleted" && len(ids) > 0 {
		ids = ids[:1]
	}
	if w.fault == "deleted is never again" {
		for _, id := range ids {
			w.seen("deleted " + id)
		}
	}
	return w.Engine.Delete(w.context(ctx), index, ids)
}

func (w *wrong) Scan(ctx context.Context, index, after string, limit int) ([]search.Stamp, error) {
	stamps, err := w.Engine.Scan(w.context(ctx), index, after, limit)
	switch {
	case w.fault == "scan begins with after" && after != "" && len(stamps) > 0:
		stamps[0].ID = after
	case w.fault == "scan forgets want":
		for i := range stamps {
			stamps[i].Want = 0
		}
	case w.fault == "scan goes by letters":
		slices.SortFunc(stamps, func(a, b search.Stamp) int { return strings.Compare(strings.ToLower(a.ID), strings.ToLower(b.ID)) })
	}
	return stamps, err
}

func (w *wrong) Search(ctx context.Context, queries []search.Query) ([]search.Result, error) {
	bad := make([]search.Query, len(queries))
	for i, q := range queries {
		bad[i] = w.query(q)
	}
	results, err := w.Engine.Search(w.context(ctx), bad)
	var q *search.QueryError
	switch {
	case w.fault == "unknown attributes hit nothing" && fault.Is(err, fault.Invalid):
		return make([]search.Result, len(queries)), nil
	case w.fault == "no place of the failure" && errors.As(err, &q):
		return nil, q.Err
	case w.fault == "results are turned round":
		slices.Reverse(results)
	}
	for i := range results {
		results[i] = w.result(ctx, queries[i], results[i])
	}
	return results, err
}

func (w *wrong) query(q search.Query) search.Query {
	q.Filter = w.filter(q.Filter)
	switch w.fault {
	case "falling is rising":
		q.Sort = slices.Clone(q.Sort)
		for i := range q.Sort {
			q.Sort[i].Desc = false
		}
	case "only one key":
		q.Sort = q.Sort[:min(len(q.Sort), 1)]
	case "the offset is a page":
		q.Offset *= q.Limit
	case "a limit of 0 is 20":
		if q.Limit == 0 {
			q.Limit = 20
		}
	case "100 values are all":
		q.MaxValues = min(q.MaxValues, 100)
	case "distinct is ignored":
		q.Distinct = ""
	case "distinct wants a value":
		if q.Distinct != "" {
			q.Filter = search.AllOf(q.Filter, search.Filter{Op: query.NotNull, Attribute: q.Distinct})
		}
	case "all is answered":
		q.Retrieve = nil
	case "none is all":
		if len(q.Retrieve) == 0 {
			q.Retrieve = nil
		}
	case "searched everywhere":
		q.SearchOn = nil
	case "no least score":
		q.MinScore = 0
	case "scores are always there":
		q.WithScores = true
	case "all must match":
		q.Matching = search.MatchAll
	case "words are optional":
		q.Matching = search.MatchLast
	}
	q.Text = w.text(q.Text)
	return q
}

func (w *wrong) text(s string) string {
	switch w.fault {
	case "no beginnings":
		return s + " "
	case "no typos":
		return `"` + strings.ReplaceAll(s, " ", `" "`) + `"`
	case "typos in short words":
		return strings.ReplaceAll(s, "walt", "wald")
	case "no phrases":
		return strings.ReplaceAll(s, `"`, "")
	case "minus is a blank":
		return strings.ReplaceAll(s, "-", " ")
	}
	return s
}

func (w *wrong) filter(f search.Filter) search.Filter {
	args := make([]search.Filter, len(f.Args))
	for i, a := range f.Args {
		args[i] = w.filter(a)
	}
	f.Args = args
	switch {
	case w.fault == "not needs a value" && f.Op == query.Not && len(args) == 1 && args[0].Attribute != "":
		return search.AllOf(f, search.Filter{Op: query.NotNull, Attribute: args[0].Attribute})
	case w.fault == "between is without its ends" && f.Op == query.Between && len(f.Numbers) == 2:
		return search.AllOf(search.Filter{Op: query.Gt, Attribute: f.Attribute, Numbers: f.Numbers[:1]}, search.Filter{Op: query.Lt, Attribute: f.Attribute, Numbers: f.Numbers[1:]})
	case w.fault == "null is everything" && f.Op == query.Null, w.fault == "nothing is everything" && f.Op == query.Or && len(args) == 0:
		return search.Filter{}
	case w.fault == "contains is starts" && f.Op == query.Contains:
		f.Op = query.StartsWith
	case w.fault == "less is at most" && f.Op == query.Lt:
		f.Op = query.Lte
	case w.fault == "kilometres" && f.Op == search.Within && len(f.Numbers) == 1:
		f.Numbers = []float64{f.Numbers[0] * 1000}
	case w.fault == "corners are turned round" && f.Op == search.Inside && len(f.Points) == 2:
		f.Points = []search.Point{f.Points[1], f.Points[0]}
	}
	return f
}

func (w *wrong) result(ctx context.Context, q search.Query, r search.Result) search.Result {
	hits := make([]search.Hit, len(r.Hits)) // not to spoil what the driver may keep
	for i, h := range r.Hits {
		hits[i] = w.hit(h)
	}
	r.Hits = hits
	switch w.fault {
	case "only the first key has a distance":
		for i := range hits {
			if len(q.Sort) > 0 && q.Sort[0].From == nil {
				hits[i].Distance = -1
			}
		}
	case "the total is the page's":
		r.Total = len(hits)
	case "hits go by id":
		slices.SortFunc(hits, func(a, b search.Hit) int { return strings.Compare(a.ID, b.ID) })
	case "facets are of the page", "text counts the facets of all":
		other := q
		if w.fault == "facets are of the page" {
			other.Filter, other.Text = search.Filter{Op: query.Or}, ""
		} else {
			other.Text = ""
		}
		if all, err := w.Engine.Search(ctx, []search.Query{other}); err == nil {
			r.Facets = all[0].Facets
		}
	case "facets go by value", "no bounds":
		facets := map[string]search.Facet{}
		for name, f := range r.Facets {
			if w.fault == "no bounds" {
				f.Stats = nil
			} else {
				f.Counts = slices.SortedFunc(slices.Values(f.Counts), func(a, b search.Count) int { return strings.Compare(a.Value, b.Value) })
			}
			facets[name] = f
		}
		r.Facets = facets
	}
	return r
}

func (w *wrong) hit(h search.Hit) search.Hit {
	attributes := map[string]any{}
	for name, v := range h.Attributes {
		attributes[name] = w.value(v)
	}
	matches := map[string][]search.Match{}
	for name, list := range h.Matches {
		for _, m := range list {
			s, _ := attributes[name].(string)
			switch w.fault {
			case "matches count characters":
				if s != "" {
					m = search.Match{Start: utf8.RuneCountInString(s[:m.Start]), Length: utf8.RuneCountInString(s[m.Start : m.Start+m.Length]), Element: -1}
				}
			case "matches tell no element":
				m.Element = -1
			case "matches are whole texts":
				m.Start, m.Length = 0, max(len(s), m.Length)
			}
			matches[name] = append(matches[name], m)
		}
	}
	if w.fault == "only what is searched is marked" {
		delete(matches, "extra")
	}
	h.Attributes, h.Matches = attributes, matches
	switch w.fault {
	case "the revision is lost":
		h.Rev = 0
	case "no place is at zero":
		h.Distance = max(h.Distance, 0)
	case "scores are high":
		h.Score *= 1.5
	}
	return h
}

func (w *wrong) value(v any) any {
	switch x := v.(type) {
	case int64:
		if w.fault == "whole numbers become broken" {
			return float64(x) + 0.5
		}
	case value.List:
		if w.fault == "lists lose repeats" {
			var out value.List
			for _, e := range x {
				if !slices.ContainsFunc(out, func(o any) bool { return value.Equal(o, e) }) {
					out = append(out, e)
				}
			}
			return out
		}
	}
	return v
}

func (w *wrong) FacetSearch(ctx context.Context, q search.FacetQuery) (search.FacetResult, error) {
	typed := q.Typed
	switch w.fault {
	case "typed is ignored":
		q.Typed = ""
	case "facet search is of all":
		q.Text, q.Filter = "", search.Filter{}
	}
	r, err := w.Engine.FacetSearch(w.context(ctx), q)
	if w.fault == "typed begins the value" {
		r.Counts = slices.DeleteFunc(r.Counts, func(c search.Count) bool {
			return !strings.HasPrefix(strings.ToLower(c.Value), strings.ToLower(typed))
		})
	}
	return r, err
}

func (w *wrong) Swap(ctx context.Context, index, shadow string) error {
	switch w.fault {
	case "there is a gap":
		if err := w.Engine.Drop(ctx, index); err != nil {
			return err
		}
		time.Sleep(5 * time.Millisecond)
	case "swap goes by steps":
		if err := w.Engine.Drop(ctx, index); err != nil {
			return err
		}
	case "the old one stays":
		err := w.Engine.Swap(w.context(ctx), index, shadow)
		if err == nil {
			err = w.Engine.Ensure(ctx, shadow, search.Settings{})
		}
		return err
	}
	return w.Engine.Swap(w.context(ctx), index, shadow)
}

func (w *wrong) Drop(ctx context.Context, index string) error {
	if w.fault == "drop wants something" {
		if _, err := w.Engine.Scan(ctx, index, "", 1); err != nil {
			return err
		}
	}
	return w.Engine.Drop(w.context(ctx), index)
}

func (w *wrong) Indexes(ctx context.Context) ([]search.Info, error) {
	list, err := w.Engine.Indexes(w.context(ctx))
	switch w.fault {
	case "indexes are listed in no order":
		slices.Reverse(list)
	case "documents are never counted":
		for i := range list {
			list[i].Documents = 0
		}
	}
	return list, err
}

func (w *wrong) Close() error {
	if w.fault == "close is forgotten" {
		return nil
	}
	return w.Engine.Close()
}
