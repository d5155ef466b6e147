package index

import (
	"context"
	"errors"
	"slices"

	"kontor/pkg/auth"
	"kontor/pkg/query"
	"kontor/pkg/search"
)

// maxAskAgain is how often a query is asked again without the hits that are gone. Entries go faster than that only
// where a whole import is taken back, and then the hits that are left are answered.
const maxAskAgain = 3

// gone lists, by the place of their query, the documentIds of hits that the public may not read any more, with one call
// of the store for each type and locale.
func (s *Service) gone(ctx context.Context, opened []*opening, results []search.Result) (map[int][]string, error) {
	wanted := map[place][]string{}
	for i, r := range results {
		for _, h := range r.Hits {
			at, id := opened[i].entry(h.ID)
			if at.typ != nil {
				wanted[at] = append(wanted[at], id)
			}
		}
	}
	there := map[place]map[string]bool{}
	for at, ids := range wanted {
		slices.Sort(ids)
		var err error
		if there[at], err = s.content.ReadableIDs(ctx, auth.Anonymous(), at.typ, readLocale(at.locale), slices.Compact(ids)); err != nil {
			return nil, err
		}
	}
	gone := map[int][]string{}
	for i, r := range results {
		for _, h := range r.Hits {
			if at, id := opened[i].entry(h.ID); !there[at][id] {
				gone[i] = append(gone[i], id)
			}
		}
	}
	return gone, nil
}

// askAgain replaces the results in which hits are gone by those without them, so that a page stays full and its totals
// and facets do not count what is not there.
func (s *Service) askAgain(ctx context.Context, engine search.Engine, opened []*opening, asked []search.Query, results []search.Result, gone map[int][]string) error {
	for range maxAskAgain {
		var (
			places  []int
			queries []search.Query
			of      []*opening
		)
		for i := range asked {
			if ids := gone[i]; len(ids) > 0 {
				without := search.Filter{Op: query.Not, Args: []search.Filter{{Op: query.In, Attribute: "documentId", Values: ids}}}
				asked[i].Filter = search.AllOf(asked[i].Filter, without)
				places, queries, of = append(places, i), append(queries, asked[i]), append(of, opened[i])
			}
		}
		again, err := engine.Search(ctx, queries)
		if err != nil {
			return absent(inPlace(err, places))
		}
		more, err := s.gone(ctx, of, again)
		if err != nil {
			return err
		}
		gone = map[int][]string{}
		for k, i := range places {
			results[i], gone[i] = again[k], more[k]
		}
		if len(more) == 0 {
			return nil
		}
	}
	for i, ids := range gone {
		results[i] = without(opened[i], results[i], ids)
	}
	return nil
}

// inPlace names the query that failed by its place among all.
func inPlace(err error, places []int) error {
	var failed *search.QueryError
	if errors.As(err, &failed) && failed.Index < len(places) {
		return &search.QueryError{Index: places[failed.Index], Err: failed.Err}
	}
	return err
}

// without takes hits out of a result.
func without(o *opening, r search.Result, ids []string) search.Result {
	kept := make([]search.Hit, 0, len(r.Hits))
	for _, h := range r.Hits {
		if _, id := o.entry(h.ID); !slices.Contains(ids, id) {
			kept = append(kept, h)
		}
	}
	r.Total -= len(r.Hits) - len(kept)
	r.Hits = kept
	return r
}
