package meili

import (
	"fmt"
	"strings"
	"unicode/utf8"

	"kontor/pkg/query"
	"kontor/pkg/search"
	"kontor/pkg/value"
)

// parsedFilter is a filter with the places at which attributes are named in it, for errors.
type parsedFilter struct {
	filter search.Filter
	uses   []use
}

// use is an attribute's name in the text of a filter. Columns count characters from 1.
type use struct {
	attribute  string
	source     string
	start, end int
}

// parseFilter reads a filter as it comes in a body: a text, or a list that means AND, in which a list means OR.
func parseFilter(v any) (parsedFilter, error) {
	var out parsedFilter
	if text, ok := v.(string); ok && strings.HasPrefix(strings.TrimSpace(text), "[") { // a list in a query string
		if list, err := value.Decode([]byte(text)); err == nil {
			v = list
		}
	}
	sources, err := filterSources(v)
	if err != nil {
		return out, err
	}
	bytes := 0
	var all []search.Filter
	for _, alternatives := range sources {
		var some []search.Filter
		for _, text := range alternatives {
			if bytes += len(text); bytes > MaxFilter {
				return out, refuse(invalidFilter, "The filter has more than %d bytes.", MaxFilter)
			}
			if strings.TrimSpace(text) == "" {
				continue
			}
			p := filterParser{source: text}
			f, err := p.parse()
			if err != nil {
				return out, err
			}
			some = append(some, f)
			out.uses = append(out.uses, p.uses...)
		}
		if len(some) > 0 {
			all = append(all, join(query.Or, some))
		}
	}
	if len(all) > 0 {
		out.filter = join(query.And, all)
	}
	if terms, _ := out.filter.Size(); terms > MaxFilterTerms {
		return out, refuse(invalidFilter, "The filter has %d conditions and values; at most %d are taken.", terms, MaxFilterTerms)
	}
	return out, nil
}

// filterSources gives the texts of a filter: some of each inner list must hit, of all of them.
func filterSources(v any) ([][]string, error) {
	switch x := v.(type) {
	case nil:
		return nil, nil
	case string:
		return [][]string{{x}}, nil
	case value.List:
		if len(x) > MaxFilterTerms {
			return nil, refuse(invalidFilter, "The filter has %d elements; at most %d are taken.", len(x), MaxFilterTerms)
		}
		out := make([][]string, len(x))
		for i, e := range x {
			switch y := e.(type) {
			case string:
				out[i] = []string{y}
			case value.List:
				for _, inner := range y {
					s, ok := inner.(string)
					if !ok {
						return nil, wrongFilter("String", inner)
					}
					out[i] = append(out[i], s)
				}
			default:
				return nil, wrongFilter("String, [String]", e)
			}
		}
		return out, nil
	}
	return nil, wrongFilter("String, Array", v)
}

func wrongFilter(expected string, v any) error {
	return refuse(invalidFilter, "Invalid syntax for the filter parameter: `expected %s, found: %s`.", expected, echo(string(value.Append(nil, v))))
}

// join makes one filter of several, under which each stays as it is.
func join(op query.Op, list []search.Filter) search.Filter {
	if len(list) == 1 {
		return list[0]
	}
	return search.Filter{Op: op, Args: list}
}

// negate is the complement. Of a complement it is what that is the complement of.
func negate(f search.Filter) search.Filter {
	if f.Op == query.Not {
		return f.Args[0]
	}
	return search.Filter{Op: query.Not, Args: []search.Filter{f}}
}

// FilterText writes a filter as parseFilter reads it.
func FilterText(f search.Filter) string {
	var b strings.Builder
	writeFilter(&b, f)
	return b.String()
}

func writeFilter(b *strings.Builder, f search.Filter) {
	switch f.Op {
	case query.All:
	case query.And:
		writeJoined(b, " AND ", f.Args)
	case query.Or:
		writeJoined(b, " OR ", f.Args)
	case query.Not:
		b.WriteString("NOT ")
		writeInner(b, f.Args[0])
	case search.Within:
		fmt.Fprintf(b, "_geoRadius(%s, %s, %s)", plainNumber(f.Points[0].Lat), plainNumber(f.Points[0].Lng), plainNumber(f.Numbers[0]))
	case search.Inside:
		fmt.Fprintf(b, "_geoBoundingBox([%s, %s], [%s, %s])", plainNumber(f.Points[0].Lat), plainNumber(f.Points[0].Lng),
			plainNumber(f.Points[1].Lat), plainNumber(f.Points[1].Lng))
	default:
		writeComparison(b, f)
	}
}

func writeJoined(b *strings.Builder, word string, list []search.Filter) {
	for i, f := range list {
		if i > 0 {
			b.WriteString(word)
		}
		writeInner(b, f)
	}
}

func writeInner(b *strings.Builder, f search.Filter) {
	if f.Op != query.And && f.Op != query.Or {
		writeFilter(b, f)
		return
	}
	b.WriteByte('(')
	writeFilter(b, f)
	b.WriteByte(')')
}

func writeComparison(b *strings.Builder, f search.Filter) {
	writeQuoted(b, f.Attribute)
	switch f.Op {
	case query.Eq:
		b.WriteString(" = ")
		writeQuoted(b, f.Values[0])
	case query.In:
		b.WriteString(" IN [")
		for i, v := range f.Values {
			if i > 0 {
				b.WriteString(", ")
			}
			writeQuoted(b, v)
		}
		b.WriteByte(']')
	case query.Contains:
		b.WriteString(" CONTAINS ")
		writeQuoted(b, f.Values[0])
	case query.StartsWith:
		b.WriteString(" STARTS WITH ")
		writeQuoted(b, f.Values[0])
	case query.Lt, query.Lte, query.Gt, query.Gte:
		fmt.Fprintf(b, " %s ", map[query.Op]string{query.Lt: "<", query.Lte: "<=", query.Gt: ">", query.Gte: ">="}[f.Op])
		writeQuoted(b, plainNumber(f.Numbers[0]))
	case query.Between:
		b.WriteByte(' ')
		writeQuoted(b, plainNumber(f.Numbers[0]))
		b.WriteString(" TO ")
		writeQuoted(b, plainNumber(f.Numbers[1]))
	case query.NotNull:
		b.WriteString(" EXISTS")
	case query.Null:
		b.WriteString(" IS NULL")
	}
}

func writeQuoted(b *strings.Builder, s string) {
	b.WriteByte('"')
	for _, r := range s {
		if r == '"' || r == '\\' {
			b.WriteByte('\\')
		}
		b.WriteRune(r)
	}
	b.WriteByte('"')
}

// column counts the characters ahead of a byte, from 1.
func column(s string, at int) int { return utf8.RuneCountInString(s[:at]) + 1 }
