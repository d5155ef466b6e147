package meili

import (
	"math"
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"kontor/pkg/query"
	"kontor/pkg/search"
)

// filterParser reads one text of a filter, by descent. Its grammar:
//
//	or        = and { "OR" and }
//	and       = not { "AND" not }
//	not       = "NOT" not | "(" or ")" | geo | condition
//	condition = value ( ("=" | "!=" | ">" | ">=" | "<" | "<=") value | value "TO" value | [ "NOT" ] "IN" "[" [ value { "," value } [ "," ] ] "]"
//	          | [ "NOT" ] "EXISTS" | "IS" [ "NOT" ] ( "NULL" | "EMPTY" ) | [ "NOT" ] "CONTAINS" value | [ "NOT" ] "STARTS" "WITH" value )
//	geo       = "_geoRadius" "(" number "," number "," number ")" | "_geoBoundingBox" "(" pair "," pair ")"
//	pair      = "[" number "," number "]"
//	value     = word | "'" … "'" | '"' … '"'
//	word      = ( letter | digit | "_" | "-" | "." ) { … }, none of the words above
type filterParser struct {
	source string
	at     int
	depth  int
	uses   []use
}

// term is a value of a filter and where it stands.
type term struct {
	text       string
	start, end int
}

const operations = "`=`, `!=`, `>=`, `>`, `<=`, `<`, `IN`, `NOT IN`, `TO`, `EXISTS`, `NOT EXISTS`, `IS NULL`, `IS NOT NULL`, `IS EMPTY`, `IS NOT EMPTY`, " +
	"`CONTAINS`, `NOT CONTAINS`, `STARTS WITH`, `NOT STARTS WITH`"

func isKeyword(s string) bool {
	return slices.Contains([]string{"AND", "OR", "NOT", "IN", "TO", "EXISTS", "IS", "NULL", "EMPTY", "CONTAINS", "STARTS", "WITH",
		radiusWord, boxWord, polygonWord}, s)
}

func isWord(r rune) bool {
	return unicode.IsLetter(r) || unicode.IsNumber(r) || r == '_' || r == '-' || r == '.'
}

func (p *filterParser) parse() (search.Filter, error) {
	f, err := p.or()
	if err != nil {
		return f, err
	}
	if p.skip(); p.at < len(p.source) {
		return f, p.fail(p.at, len(p.source), "Found unexpected characters at the end of the filter: `%s`. Perhaps an `OR` or an `AND` is missing.", p.rest())
	}
	return f, nil
}

func (p *filterParser) or() (search.Filter, error) { return p.chain("OR", query.Or, p.and) }

func (p *filterParser) and() (search.Filter, error) { return p.chain("AND", query.And, p.not) }

// chain reads operands with a word between them.
func (p *filterParser) chain(word string, op query.Op, operand func() (search.Filter, error)) (search.Filter, error) {
	var list []search.Filter
	for {
		f, err := operand()
		if err != nil {
			return f, err
		}
		list = append(list, f)
		if !p.word(word) {
			return join(op, list), nil
		}
	}
}

func (p *filterParser) not() (search.Filter, error) {
	if p.depth++; p.depth > MaxFilterDepth {
		return search.Filter{}, p.fail(p.at, len(p.source), "The filter has more than %d conditions inside of one another.", MaxFilterDepth)
	}
	defer func() { p.depth-- }()
	p.skip()
	start := p.at
	switch {
	case p.word("NOT"):
		f, err := p.not()
		return negate(f), err
	case p.symbol("("):
		f, err := p.or()
		if err == nil && !p.symbol(")") {
			err = p.fail(start, len(p.source), "Expression `%s` is missing the following closing delimiter: `)`.", echo(p.source[start:]))
		}
		return f, err
	}
	if f, is, err := p.geo(); is || err != nil {
		return f, err
	}
	return p.condition(start)
}

// condition reads an attribute and what is said of it.
func (p *filterParser) condition(start int) (search.Filter, error) {
	attribute, err := p.value()
	if err != nil {
		return search.Filter{}, err
	}
	if isReserved(attribute.text) {
		return search.Filter{}, p.fail(start, len(p.source), "`%s` is a reserved keyword and thus can't be used as a filter expression. Use the "+
			"`_geoRadius(latitude, longitude, distance)` or `_geoBoundingBox([latitude, longitude], [latitude, longitude])` built-in rules to filter on "+
			"`_geo` coordinates.", echo(attribute.text))
	}
	p.uses = append(p.uses, use{attribute.text, p.source, column(p.source, attribute.start), column(p.source, attribute.end)})
	f := search.Filter{Attribute: attribute.text}
	if p.word("NOT") {
		f, err = p.named(f, start)
		return negate(f), err
	}
	if p.word("IS") {
		return p.is(f, start)
	}
	if op, ok := p.operator(); ok {
		return p.compared(f, op)
	}
	if from, ok := p.bound(); ok {
		return p.between(f, from)
	}
	return p.named(f, start)
}

// operators are the symbols, the longer ones first.
var operators = []string{"!=", ">=", "<=", "=", ">", "<"}

func (p *filterParser) operator() (string, bool) {
	for _, op := range operators {
		if p.symbol(op) {
			return op, true
		}
	}
	return "", false
}

// compared reads what follows an operator that is a symbol.
func (p *filterParser) compared(f search.Filter, op string) (search.Filter, error) {
	v, err := p.value()
	if err != nil {
		return f, err
	}
	switch op {
	case "=", "!=":
		f.Op, f.Values = query.Eq, []string{v.text}
		if op == "!=" {
			return negate(f), nil
		}
		return f, nil
	}
	f.Op = map[string]query.Op{">": query.Gt, ">=": query.Gte, "<": query.Lt, "<=": query.Lte}[op]
	n, err := p.finite(v)
	f.Numbers = []float64{n}
	return f, err
}

// bound looks whether a range follows: a value with TO behind it.
func (p *filterParser) bound() (term, bool) {
	before := *p
	v, err := p.value()
	if err == nil && p.word("TO") {
		return v, true
	}
	*p = before
	return term{}, false
}

func (p *filterParser) between(f search.Filter, from term) (search.Filter, error) {
	f.Op = query.Between
	low, err := p.finite(from)
	if err != nil {
		return f, err
	}
	to, err := p.value()
	if err != nil {
		return f, err
	}
	high, err := p.finite(to)
	f.Numbers = []float64{low, high}
	return f, err
}

// is reads what follows IS. NULL and EMPTY are one: an attribute has a value or it has none.
func (p *filterParser) is(f search.Filter, start int) (search.Filter, error) {
	f.Op = query.Null
	if p.word("NOT") {
		f.Op = query.NotNull
	}
	if !p.word("NULL") && !p.word("EMPTY") {
		return f, p.failOperation(start)
	}
	return f, nil
}

// named reads an operator that is a word, with what follows it.
func (p *filterParser) named(f search.Filter, start int) (search.Filter, error) {
	switch {
	case p.word("EXISTS"):
		f.Op = query.NotNull
		return f, nil
	case p.word("IN"):
		return p.in(f)
	case p.word("CONTAINS"):
		f.Op = query.Contains
	case p.word("STARTS"):
		if !p.word("WITH") {
			return f, p.failOperation(start)
		}
		f.Op = query.StartsWith
	default:
		return f, p.failOperation(start)
	}
	v, err := p.value()
	f.Values = []string{v.text}
	return f, err
}

// in reads the list of an IN.
func (p *filterParser) in(f search.Filter) (search.Filter, error) {
	f.Op = query.In
	start := p.at
	if !p.symbol("[") {
		return f, p.fail(start, len(p.source), "Expected `[` after `IN` keyword.")
	}
	for !p.symbol("]") {
		if p.at >= len(p.source) {
			return f, p.fail(start, len(p.source), "Expected a `]` after the list of values given to `IN`.")
		}
		v, err := p.value()
		if err != nil {
			return f, err
		}
		f.Values = append(f.Values, v.text)
		if p.symbol(",") {
			continue
		}
		if p.symbol("]") {
			break
		}
		return f, p.fail(p.at, len(p.source), "Expected only comma-separated values inside `IN[..]` but instead found `%s`.", p.rest())
	}
	return f, nil
}

func (p *filterParser) failOperation(start int) error {
	at := "but instead got nothing."
	if strings.TrimSpace(p.source[start:]) != "" {
		at = "at `" + echo(p.source[start:]) + "`."
	}
	return p.fail(start, len(p.source), "Was expecting an operation %s, `_geoRadius`, or `_geoBoundingBox` %s", operations, at)
}

// finite reads the number in a value.
func (p *filterParser) finite(v term) (float64, error) {
	f, err := strconv.ParseFloat(v.text, 64)
	if err != nil || strings.ContainsAny(v.text, "xXpP_") {
		return 0, p.fail(v.start, v.end, "`%s` is no number, and only numbers have an order in a filter. A time has a numeric twin whose name ends in `_ts`.", echo(v.text))
	}
	if math.IsNaN(f) || math.IsInf(f, 0) {
		return 0, p.fail(v.start, v.end, "Non finite floats are not supported.")
	}
	return f, nil
}

// fail makes the error of a stretch of the text: what is wrong, and on a line of its own the columns and the text.
func (p *filterParser) fail(start, end int, format string, args ...any) error {
	return filterError(p.source, column(p.source, start), column(p.source, end), format, args...)
}

// rest is what is not read yet, as far as an error repeats it.
func (p *filterParser) rest() string { return echo(p.source[p.at:]) }

func (p *filterParser) skip() {
	for p.at < len(p.source) {
		r, size := utf8.DecodeRuneInString(p.source[p.at:])
		if !unicode.IsSpace(r) {
			return
		}
		p.at += size
	}
}

// symbol reads a symbol if it is next.
func (p *filterParser) symbol(s string) bool {
	p.skip()
	if !strings.HasPrefix(p.source[p.at:], s) {
		return false
	}
	p.at += len(s)
	return true
}

// word reads a word if it is next, as a whole.
func (p *filterParser) word(s string) bool {
	p.skip()
	if p.peekWord() != s {
		return false
	}
	p.at += len(s)
	return true
}

func (p *filterParser) peekWord() string {
	rest := p.source[p.at:]
	if i := strings.IndexFunc(rest, func(r rune) bool { return !isWord(r) }); i >= 0 {
		return rest[:i]
	}
	return rest
}
