package blevesearch

import (
	"math"
	"slices"
	"strconv"
	"strings"

	"github.com/RoaringBitmap/roaring/v2"

	"kontor/pkg/fault"
	"kontor/pkg/query"
	"kontor/pkg/search"
)

// checkFilter wants a filter that the plan is open for and that has what its operators need.
func (p *plan) checkFilter(f search.Filter) error {
	var first error
	f.Walk(func(f search.Filter) {
		if err := p.checkCondition(f); err != nil && first == nil {
			first = err
		}
	})
	return first
}

func (p *plan) checkCondition(f search.Filter) error {
	bad := func(what string) error { return fault.New(fault.Invalid, "The filter %s takes %s", f.Op, what) }
	switch f.Op {
	case query.All, query.And, query.Or:
		return nil
	case query.Not:
		if len(f.Args) != 1 {
			return bad("one condition")
		}
		return nil
	case search.Within:
		if len(f.Points) != 1 || len(f.Numbers) != 1 || !(f.Numbers[0] >= 0) {
			return bad("a place and a distance")
		}
		return p.filters(search.GeoAttribute, "filters")
	case search.Inside:
		if len(f.Points) != 2 {
			return bad("two places")
		}
		return p.filters(search.GeoAttribute, "filters")
	case query.Eq, query.Contains, query.StartsWith:
		if len(f.Values) != 1 {
			return bad("one value")
		}
	case query.Lt, query.Lte, query.Gt, query.Gte:
		if len(f.Numbers) != 1 || math.IsNaN(f.Numbers[0]) {
			return bad("one number")
		}
	case query.Between:
		if len(f.Numbers) != 2 || math.IsNaN(f.Numbers[0]) || math.IsNaN(f.Numbers[1]) {
			return bad("two numbers")
		}
	case query.In, query.Null, query.NotNull:
	default:
		return fault.New(fault.Invalid, "The filter %q is not known", f.Op)
	}
	return p.filters(f.Attribute, "filters")
}

// filters is what the filters of a call, and the parts of them, found in a segment. Nothing in it is changed.
type filters map[string]*roaring.Bitmap

// filtered gives the documents of a segment that a filter hits. They may be ones that are deleted. The bitmap is not to be changed.
func (s *segment) filtered(f search.Filter, known filters) (*roaring.Bitmap, error) {
	key := appendFilter(nil, f)
	if docs := known[string(key)]; docs != nil {
		return docs, nil
	}
	docs, err := s.find(f, known)
	if err == nil {
		known[string(key)] = docs
	}
	return docs, err
}

// appendFilter writes a filter so that no other reads the same.
func appendFilter(dst []byte, f search.Filter) []byte {
	dst = append(strconv.AppendQuote(append(append(dst, f.Op...), '('), f.Attribute), byte(' '))
	for _, v := range f.Values {
		dst = append(append(strconv.AppendInt(dst, int64(len(v)), 10), ':'), v...)
	}
	for _, n := range f.Numbers {
		dst = strconv.AppendUint(append(dst, '#'), math.Float64bits(n), 36)
	}
	for _, p := range f.Points {
		dst = strconv.AppendUint(append(dst, '@'), math.Float64bits(p.Lat), 36)
		dst = strconv.AppendUint(append(dst, ','), math.Float64bits(p.Lng), 36)
	}
	for _, a := range f.Args {
		dst = appendFilter(dst, a)
	}
	return append(dst, ')')
}

func (s *segment) find(f search.Filter, known filters) (*roaring.Bitmap, error) {
	switch f.Op {
	case query.All:
		return s.all(), nil
	case query.And, query.Or, query.Not:
		return s.combined(f, known)
	}
	name := f.Attribute
	if f.Op == search.Within || f.Op == search.Inside {
		name = search.GeoAttribute
	}
	c, err := s.file.column(name)
	if err != nil {
		return nil, err
	}
	switch f.Op {
	case query.NotNull:
		return c.present.Clone(), nil
	case query.Null:
		docs := s.all()
		docs.AndNot(c.present)
		return docs, nil
	}
	hit := make([]bool, len(c.cells))
	some := false
	test := condition(f)
	for i := range c.cells {
		if test(&c.cells[i]) {
			hit[i], some = true, true
		}
	}
	docs := roaring.New()
	if some {
		c.having(docs, hit)
	}
	return docs, nil
}

// having adds the documents with one of the cells that are marked.
func (c *column) having(docs *roaring.Bitmap, hit []bool) {
	for doc := range len(c.starts) - 1 {
		for _, o := range c.of(uint32(doc)) {
			if hit[o] {
				docs.Add(uint32(doc))
				break
			}
		}
	}
}

func (s *segment) combined(f search.Filter, known filters) (*roaring.Bitmap, error) {
	switch f.Op {
	case query.Not:
		inner, err := s.filtered(f.Args[0], known)
		if err != nil {
			return nil, err
		}
		docs := s.all()
		docs.AndNot(inner)
		return docs, nil
	case query.And:
		docs := s.all()
		for _, a := range f.Args {
			inner, err := s.filtered(a, known)
			if err != nil {
				return nil, err
			}
			docs.And(inner)
		}
		return docs, nil
	}
	docs := roaring.New()
	for _, a := range joined(f.Args) {
		inner, err := s.filtered(a, known)
		if err != nil {
			return nil, err
		}
		docs.Or(inner)
	}
	return docs, nil
}

// joined puts comparisons with values of one attribute, of which one must hold, into one: so that the attribute is gone through once.
func joined(list []search.Filter) []search.Filter {
	out := make([]search.Filter, 0, len(list))
	at := map[string]int{} // by attribute: where its comparison is
	for _, f := range list {
		if f.Op != query.Eq && f.Op != query.In {
			out = append(out, f)
			continue
		}
		i, ok := at[f.Attribute]
		if !ok {
			at[f.Attribute] = len(out)
			out = append(out, search.Filter{Op: query.In, Attribute: f.Attribute, Values: slices.Clone(f.Values)})
			continue
		}
		out[i].Values = append(out[i].Values, f.Values...)
	}
	return out
}

// condition gives the test of one comparison on a value.
func condition(f search.Filter) func(*cell) bool {
	switch f.Op {
	case query.Eq, query.In:
		return oneOf(f.Values)
	case query.Contains:
		part := foldCase(f.Values[0])
		return func(c *cell) bool { return c.kind == termText && strings.Contains(c.folded, part) }
	case query.StartsWith:
		part := foldCase(f.Values[0])
		return func(c *cell) bool { return c.kind == termText && strings.HasPrefix(c.folded, part) }
	case search.Within:
		return func(c *cell) bool { return c.kind == termPoint && distance(c.point, f.Points[0]) <= f.Numbers[0] }
	case search.Inside:
		return func(c *cell) bool { return c.kind == termPoint && inside(c.point, f.Points[0], f.Points[1]) }
	}
	low, high, lowIn, highIn := math.Inf(-1), math.Inf(1), true, true
	switch f.Op {
	case query.Lt:
		high, highIn = f.Numbers[0], false
	case query.Lte:
		high = f.Numbers[0]
	case query.Gt:
		low, lowIn = f.Numbers[0], false
	case query.Gte:
		low = f.Numbers[0]
	case query.Between:
		low, high = f.Numbers[0], f.Numbers[1]
	}
	return func(c *cell) bool {
		n := c.number
		return c.kind == termNumber && (n > low || lowIn && n == low) && (n < high || highIn && n == high)
	}
}

// oneOf tests for values: text without regard to case, numbers and bools by what they are.
func oneOf(values []string) func(*cell) bool {
	texts := make(map[string]struct{}, len(values))
	var numbers []float64
	for _, v := range values {
		texts[foldCase(v)] = struct{}{}
		if n, err := strconv.ParseFloat(v, 64); err == nil {
			numbers = append(numbers, n)
		}
	}
	slices.Sort(numbers)
	return func(c *cell) bool {
		switch c.kind {
		case termText:
			_, ok := texts[c.folded]
			return ok
		case termNumber:
			_, ok := slices.BinarySearch(numbers, c.number)
			return ok
		case termFalse[0]:
			_, ok := texts[c.text]
			return ok
		}
		return false
	}
}

// earthRadius is the mean one, in metres.
const earthRadius = 6_371_008.8

// distance is the length of the great circle between two places, in metres.
func distance(a, b search.Point) float64 {
	const rad = math.Pi / 180
	dLat, dLng := (b.Lat-a.Lat)*rad, (b.Lng-a.Lng)*rad
	h := math.Pow(math.Sin(dLat/2), 2) + math.Cos(a.Lat*rad)*math.Cos(b.Lat*rad)*math.Pow(math.Sin(dLng/2), 2)
	return 2 * earthRadius * math.Asin(math.Min(1, math.Sqrt(h)))
}

// inside tells whether a place is in a box, which may lie across the line of 180 degrees.
func inside(p, topRight, bottomLeft search.Point) bool {
	if p.Lat > topRight.Lat || p.Lat < bottomLeft.Lat {
		return false
	}
	if bottomLeft.Lng <= topRight.Lng {
		return bottomLeft.Lng <= p.Lng && p.Lng <= topRight.Lng
	}
	return p.Lng >= bottomLeft.Lng || p.Lng <= topRight.Lng
}
