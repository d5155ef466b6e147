package meili

import (
	"fmt"
	"strings"

	"kontor/pkg/query"
	"kontor/pkg/search"
)

// filterText writes a filter as parseFilter reads it.
func filterText(f search.Filter) string {
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
