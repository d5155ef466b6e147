package meili

import (
	"strconv"
	"time"

	"kontor/pkg/search"
	"kontor/pkg/value"
)

// Append writes the answer to a search. It fails if that takes more than most bytes.
func (p *Plan) Append(dst []byte, r search.Result, took time.Duration, most int) ([]byte, error) {
	return p.appendResult(append(dst, '{'), r, took, most)
}

// Multi writes the answer to a multi-search result by result, so that few of them are in memory at
// once.
type Multi struct {
	dst  []byte
	n    int
	most int
}

// NewMulti returns a Multi that appends at most so many bytes to dst.
func NewMulti(dst []byte, most int) *Multi {
	return &Multi{dst: append(dst, `{"results":[`...), most: len(dst) + most}
}

// Add writes the result of the next query. An engine answers several at once, so took is how long
// all of those took.
func (m *Multi) Add(p *Plan, r search.Result, took time.Duration) (err error) {
	if m.n > 0 {
		m.dst = append(m.dst, ',')
	}
	m.n++
	m.dst = append(m.dst, `{"indexUid":`...)
	m.dst = value.AppendString(m.dst, p.search.Index)
	m.dst, err = p.appendResult(append(m.dst, ','), r, took, m.most-len(m.dst))
	return err
}

// End returns the whole answer.
func (m *Multi) End() []byte { return append(m.dst, `]}`...) }

// tooLong is the error of an answer that takes more bytes than it may.
func tooLong() error {
	return refuse(badRequest, "The response is too long: ask for fewer hits (`limit`) or for fewer attributes "+
		"(`attributesToRetrieve`, `attributesToHighlight`, `attributesToCrop`)")
}

// appendResult writes what is inside of the braces of a result, with the last one.
func (p *Plan) appendResult(dst []byte, r search.Result, took time.Duration, most int) ([]byte, error) {
	most += len(dst)
	dst = append(dst, `"hits":[`...)
	for i, h := range r.Hits {
		if i > 0 {
			dst = append(dst, ',')
		}
		if dst = p.appendHit(dst, h); len(dst) > most {
			return dst, tooLong()
		}
	}
	dst = append(dst, `],"query":`...)
	dst = value.AppendString(dst, p.search.text)
	dst = appendNumber(dst, "processingTimeMs", int(took.Milliseconds()))
	dst = p.appendWindow(dst, r.Total)
	if len(p.search.facets) > 0 {
		dst = p.appendFacets(dst, r.Facets)
	}
	if len(dst) > most {
		return dst, tooLong()
	}
	return append(dst, '}'), nil
}

// appendWindow writes which hits these are. Pages end where there are no more hits to have, so that none of those announced is empty.
func (p *Plan) appendWindow(dst []byte, total int) []byte {
	s := p.search
	if !s.finite {
		dst = appendNumber(dst, "limit", s.limit)
		dst = appendNumber(dst, "offset", s.offset)
		return appendNumber(dst, "estimatedTotalHits", total)
	}
	total = min(total, MaxWindow)
	perPage, pages := min(s.hitsPerPage, MaxLimit), 0
	if perPage > 0 {
		pages = (total + perPage - 1) / perPage
	}
	dst = appendNumber(dst, "page", s.page)
	dst = appendNumber(dst, "hitsPerPage", perPage)
	dst = appendNumber(dst, "totalPages", pages)
	return appendNumber(dst, "totalHits", total)
}

func appendNumber(dst []byte, name string, n int) []byte {
	dst = append(append(append(dst, `,"`...), name...), `":`...)
	return strconv.AppendInt(dst, int64(n), 10)
}

func (p *Plan) appendFacets(dst []byte, facets map[string]search.Facet) []byte {
	dst = append(dst, `,"facetDistribution":{`...)
	for i, name := range p.Query.Facets {
		dst = appendKey(dst, i, name)
		dst = append(dst, '{')
		for j, c := range facets[name].Counts {
			dst = appendKey(dst, j, c.Value)
			dst = strconv.AppendInt(dst, int64(c.Count), 10)
		}
		dst = append(dst, '}')
	}
	dst = append(dst, `},"facetStats":{`...)
	n := 0
	for _, name := range p.Query.Facets {
		stats := facets[name].Stats
		if stats == nil {
			continue
		}
		dst = appendKey(dst, n, name)
		dst = value.Append(append(dst, `{"min":`...), stats.Min)
		dst = value.Append(append(dst, `,"max":`...), stats.Max)
		dst = append(dst, '}')
		n++
	}
	return append(dst, '}')
}

// appendKey writes the i-th key of an object.
func appendKey(dst []byte, i int, name string) []byte {
	if i > 0 {
		dst = append(dst, ',')
	}
	return append(value.AppendString(dst, name), ':')
}

// appendHit writes a hit: of its attributes those that were asked for, whatever else the index gave.
func (p *Plan) appendHit(dst []byte, h search.Hit) []byte {
	n := 0
	key := func(name string) {
		dst = appendKey(dst, n, name)
		n++
	}
	dst = append(dst, '{')
	for _, name := range p.retrieve {
		if v, ok := h.Attributes[name]; ok {
			key(name)
			dst = appendValue(dst, v)
		}
	}
	if len(p.formatted) > 0 {
		start, before := len(dst), n
		key("_formatted")
		inner := len(dst)
		if dst = p.appendFormatted(dst, h); len(dst) == inner+len("{}") { // nothing in it: Meilisearch leaves it out
			dst, n = dst[:start], before
		}
	}
	if p.positions != nil {
		key("_matchesPosition")
		dst = p.appendPositions(dst, h.Matches)
	}
	if p.distance && h.Distance >= 0 {
		key("_geoDistance")
		dst = strconv.AppendInt(dst, int64(h.Distance), 10)
	}
	if p.search.scores {
		key("_rankingScore")
		dst = value.Append(dst, h.Score)
	}
	return append(dst, '}')
}

func (p *Plan) appendFormatted(dst []byte, h search.Hit) []byte {
	dst = append(dst, '{')
	n := 0
	for _, f := range p.formatted {
		v, ok := h.Attributes[f.name]
		if !ok {
			continue
		}
		dst = appendKey(dst, n, f.name)
		dst = p.search.style.appendFormatted(dst, f, v, h.Matches[f.name])
		n++
	}
	return append(dst, '}')
}

func (p *Plan) appendPositions(dst []byte, matches map[string][]search.Match) []byte {
	dst = append(dst, '{')
	n := 0
	for _, name := range p.positions {
		list := matches[name]
		if len(list) == 0 {
			continue
		}
		dst = appendKey(dst, n, name)
		n++
		dst = value.AppendList(dst, list, func(dst []byte, m search.Match) []byte {
			dst = strconv.AppendInt(append(dst, `{"start":`...), int64(m.Start), 10)
			dst = appendNumber(dst, "length", m.Length)
			if m.Element >= 0 {
				dst = strconv.AppendInt(append(dst, `,"indices":[`...), int64(m.Element), 10)
				dst = append(dst, ']')
			}
			return append(dst, '}')
		})
	}
	return append(dst, '}')
}

func appendValue(dst []byte, v any) []byte {
	p, ok := v.(search.Point)
	if !ok {
		return value.Append(dst, v)
	}
	dst = value.Append(append(dst, `{"lat":`...), p.Lat)
	dst = value.Append(append(dst, `,"lng":`...), p.Lng)
	return append(dst, '}')
}
