package api

import (
	"context"
	"errors"
	"net/url"
	"strings"
	"time"

	"github.com/gofiber/fiber/v2"

	"kontor/pkg/auth"
	"kontor/pkg/fault"
	"kontor/pkg/index"
	"kontor/pkg/meili"
	"kontor/pkg/rate"
	"kontor/pkg/search"
)

// The routes under /search speak the dialect of Meilisearch. They show what the public may read, whoever asks: clients send whatever key they
// were given, and none opens or shuts anything. Their answers are not kept for others as those of /api are: an index follows the store by a moment, and an
// answer kept under what the store has come to might be of before.

// searchRoot is where the dialect lives.
const searchRoot = "/search"

// underSearch tells whether a path is answered in the dialect of Meilisearch.
func underSearch(path string) bool {
	below, ok := strings.CutPrefix(path, searchRoot)
	return ok && (below == "" || below[0] == '/')
}

// countedAs tells whose request it is to the rate limit: with a token of this server that one's, such as a site's that asks for its visitors,
// and else the network's it comes from.
func (s *Server) countedAs(c *fiber.Ctx) auth.Caller {
	scheme, secret, _ := strings.Cut(c.Get(fiber.HeaderAuthorization), " ")
	if !strings.EqualFold(scheme, "Bearer") || !auth.IsToken(secret) {
		return auth.Anonymous()
	}
	wrong, err := s.refusals(c)
	if err != nil {
		return auth.Anonymous()
	}
	caller, err := s.auth.Caller(c.UserContext(), secret)
	if fault.Is(err, fault.Unauthorized) {
		wrong()
	}
	if err != nil {
		return auth.Anonymous()
	}
	return caller
}

// runSearch does the work of a request that asks so many queries. Every search goes through here:
// each query counts against the rate limit, and a search is heavy work, so it waits for a slot.
func (s *Server) runSearch(c *fiber.Ctx, queries int, work func(context.Context) error) error {
	if err := s.charge(c, queries-1); err != nil {
		return err
	}
	ctx := c.UserContext()
	if err := rate.MeterOf(ctx).Hold(ctx); err != nil {
		return err
	}
	return work(ctx)
}

// search answers a search in one index.
func (s *Server) search(c *fiber.Ctx) error {
	data, err := searchBody(c)
	if err != nil {
		return err
	}
	request, err := meili.DecodeSearch(indexName(c), data)
	if err != nil {
		return err
	}
	return s.answerSearch(c, request)
}

// searchGet is search with everything in the query string.
func (s *Server) searchGet(c *fiber.Ctx) error {
	request, err := meili.DecodeSearchURL(indexName(c), rawQuery(c))
	if err != nil {
		return err
	}
	return s.answerSearch(c, request)
}

// maxSearchBytes is how long the answer to a search or a multi-search may be.
const maxSearchBytes = 8 << 20

func (s *Server) answerSearch(c *fiber.Ctx, request *meili.Search) error {
	return s.runSearch(c, 1, func(ctx context.Context) error {
		start := time.Now()
		plan, err := s.planSearch(ctx, request)
		if err != nil {
			return err
		}
		results, err := s.index.Search(ctx, []search.Query{plan.Query})
		if err != nil {
			return missingIndex(err, request.Index)
		}
		return s.sendRendered(c, 0, func(dst []byte) ([]byte, error) {
			return plan.Append(dst, results[0], time.Since(start), maxSearchBytes)
		})
	})
}

// multiSearch answers several searches at once.
func (s *Server) multiSearch(c *fiber.Ctx) error {
	data, err := searchBody(c)
	if err != nil {
		return err
	}
	requests, err := meili.DecodeMulti(data)
	if err != nil {
		return err
	}
	return s.runSearch(c, len(requests), func(ctx context.Context) error {
		plans := make([]*meili.Plan, len(requests))
		for i, r := range requests {
			if plans[i], err = s.planSearch(ctx, r); err != nil {
				return meili.Inside(i, err)
			}
		}
		return s.sendRendered(c, 0, func(dst []byte) ([]byte, error) { return s.appendMulti(ctx, dst, plans) })
	})
}

// maxBatchHits is how many hits the queries that the engine gets in one call may ask for, unless
// one alone asks for more. Queries of one call share work, as those of one InstantSearch page do;
// the results of all are in memory until the last is there.
const maxBatchHits = 200

// appendMulti asks the queries batch by batch and writes their results.
func (s *Server) appendMulti(ctx context.Context, dst []byte, plans []*meili.Plan) ([]byte, error) {
	out := meili.NewMulti(dst, maxSearchBytes)
	for first := 0; first < len(plans); {
		var queries []search.Query
		for hits := 0; first+len(queries) < len(plans); {
			q := plans[first+len(queries)].Query
			if hits += q.Limit; hits > maxBatchHits && len(queries) > 0 {
				break
			}
			queries = append(queries, q)
		}
		start := time.Now()
		results, err := s.searchBatch(ctx, first, queries)
		if err != nil {
			return nil, err
		}
		took := time.Since(start)
		for i, r := range results {
			if err := out.Add(plans[first+i], r, took); err != nil {
				return nil, meili.Inside(first+i, err)
			}
		}
		first += len(queries)
	}
	return out.End(), nil
}

// searchBatch asks several queries, of which the one that fails is named by its place after first.
func (s *Server) searchBatch(ctx context.Context, first int, queries []search.Query) ([]search.Result, error) {
	results, err := s.index.Search(ctx, queries)
	var failed *search.QueryError
	if errors.As(err, &failed) && failed.Index < len(queries) {
		return nil, meili.Inside(first+failed.Index, missingIndex(err, queries[failed.Index].Index))
	}
	return results, err
}

// facetSearch answers which values of a facet there are.
func (s *Server) facetSearch(c *fiber.Ctx) error {
	data, err := searchBody(c)
	if err != nil {
		return err
	}
	request, err := meili.DecodeFacetSearch(indexName(c), data)
	if err != nil {
		return err
	}
	return s.runSearch(c, 1, func(ctx context.Context) error {
		start := time.Now()
		settings, err := s.searchSettings(ctx, request.Index)
		if err != nil {
			return err
		}
		q, err := request.Plan(settings)
		if err != nil {
			return err
		}
		result, err := s.index.FacetSearch(ctx, q)
		if err != nil {
			return missingIndex(err, request.Index)
		}
		return sendJSON(c, 0, request.Append(nil, result, time.Since(start)))
	})
}

func (s *Server) planSearch(ctx context.Context, request *meili.Search) (*meili.Plan, error) {
	settings, err := s.searchSettings(ctx, request.Index)
	if err != nil {
		return nil, err
	}
	return request.Plan(settings)
}

// searchSettings gives what the public may use of an index.
func (s *Server) searchSettings(ctx context.Context, uid string) (search.Settings, error) {
	if s.index == nil {
		return search.Settings{}, meili.IndexNotFound(uid, "")
	}
	settings, err := s.index.Settings(ctx, uid)
	return settings, missingIndex(err, uid)
}

// missingIndex says in the words of the dialect that an index is not there.
func missingIndex(err error, uid string) error {
	if fault.Is(err, fault.NotFound) {
		why, _ := fault.As(err).Details[index.Why].(string)
		return meili.IndexNotFound(uid, why)
	}
	return err
}

// indexName returns the name of an index in the path. One that is not percent-encoded as it should be is not a name.
func indexName(c *fiber.Ctx) string {
	sent := c.Params("uid")
	if name, err := url.PathUnescape(sent); err == nil {
		return name
	}
	return sent
}

// searchBody gives the JSON of a request, or an error in the words of the dialect.
func searchBody(c *fiber.Ctx) ([]byte, error) {
	header := c.Get(fiber.HeaderContentType)
	if header == "" && len(c.BodyRaw()) > 0 {
		return nil, meili.MissingContentType()
	}
	data, err := body(c)
	if fault.Is(err, fault.MediaType) && c.Get(fiber.HeaderContentEncoding) == "" {
		return nil, meili.InvalidContentType(header)
	}
	return data, err
}

// searchHealth tells clients whether all searches are answered, and from an index that follows the store.
func (s *Server) searchHealth(c *fiber.Ctx) error {
	if s.index == nil {
		return fault.New(fault.Unavailable, "There is no search")
	}
	if err := s.index.Ready(c.UserContext()); err != nil {
		return err
	}
	return sendSearchFact(c, `{"status":"available"}`)
}

// searchVersion answers clients that ask whom they talk to: this is no Meilisearch of any version, which they are told by what Meilisearch itself
// answers where it does not know.
func (s *Server) searchVersion(c *fiber.Ctx) error {
	return sendSearchFact(c, `{"commitSha":"unknown","commitDate":"unknown","pkgVersion":"kontor"}`)
}

func sendSearchFact(c *fiber.Ctx, text string) error {
	if _, err := params(c); err != nil {
		return err
	}
	return sendJSON(c, 0, []byte(text))
}
