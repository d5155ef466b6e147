package schema

import (
	"maps"
	"slices"
	"strconv"
	"strings"

	"kontor/pkg/fault"
)

// rules is what every kind of field can do with one value; lists are taken apart before.
type rules interface {
	// normal turns a value as it was sent into the one that is stored; nil without a problem means absent.
	// What it returns it takes again and returns unchanged.
	normal(f *Field, sent any) (any, *problem)
	// yup is the name that Strapi's validator has for the values.
	yup() string
	// traits tells what the rest of the product may do with a field of the kind.
	traits() traits
}

// traits are the abilities of a kind. A new kind has none until its file says so.
type traits struct {
	textual   bool // holds text that has a folded twin
	ordered   bool // a list can be sorted by it
	counted   bool // the search can count its values
	populated bool // responses have it only if populate names it
	localized bool // each locale has its own value unless x-localized says otherwise
	short     bool // ordered and counted only up to MaxSortLength
}

// comparer reads a value of a filter that is not a string. A kind without it is compared with text alone.
type comparer interface {
	compare(v any) (any, *problem)
}

// declarer reads and checks the keywords that only its kind has.
type declarer interface {
	declare(f *Field, k keywords)
}

// parser reads a value as it stands in a URL. Kinds without it take the text as it is.
type parser interface {
	parse(f *Field, s string) (any, *problem)
}

// stored judges a stored value, where normal doesn't take what it has made, or would judge by more than its form.
type stored interface {
	check(f *Field, v any) *problem
}

// newcomer judges a value that the entry does not hold yet, by a rule that is younger than stored entries: these keep what they
// have and can be edited, and only a new value must follow the rule.
type newcomer interface {
	refuse(v any) *problem
}

// plain gives the text that is folded, where it is not the value itself.
type plain interface {
	plain(s string) string
}

var kinds = map[Kind]rules{
	String: stringKind{}, Text: textKind{}, RichText: richTextKind{}, Integer: integerKind{}, Number: numberKind{},
	Money: moneyKind{}, Boolean: booleanKind{}, Date: dateKind{}, DateTime: dateTimeKind{}, LocalTime: localTimeKind{},
	Enum: enumKind{}, Email: emailKind{}, URI: uriKind{}, Slug: slugKind{}, Relation: relationKind{}, Asset: assetKind{},
	Point: pointKind{}, Object: objectKind{}, JSON: jsonKind{},
}

// Kinds lists every kind of field, in alphabetical order.
func Kinds() []Kind { return slices.Sorted(maps.Keys(kinds)) }

// place is where in an entry a value stands. It is a chain to the root, so that nothing is built unless there is a problem.
type place struct {
	up     *place
	field  *Field // nil at items and at keys that no field has
	name   string // of the field or key; any text, also none
	isItem bool
	index  int // of an item
}

func (p *place) at(f *Field) *place     { return &place{up: p, field: f, name: f.Name} }
func (p *place) key(name string) *place { return &place{up: p, name: cut(name, 100)} }
func (p *place) item(i int) *place      { return &place{up: p, isItem: true, index: i} }
func (p *place) report(w *problem, sent any) fault.Field {
	return fault.Field{Path: p.path(), Code: w.code, English: w.inEnglish(p), German: w.inGerman(p), Value: shorten(sent)}
}

func (p *place) chain() []*place {
	var chain []*place
	for ; p != nil; p = p.up {
		chain = append([]*place{p}, chain...)
	}
	return chain
}

// path is that of fault.Field.
func (p *place) path() []string {
	var path []string
	for _, c := range p.chain() {
		if c.isItem {
			path = append(path, strconv.Itoa(c.index))
		} else {
			path = append(path, c.name)
		}
	}
	return path
}

// names is the path without positions.
func (p *place) names() []string {
	var names []string
	for _, c := range p.chain() {
		if !c.isItem {
			names = append(names, c.name)
		}
	}
	return names
}

// english is the place as Strapi's validator writes it: links[0].label.
func (p *place) english() string {
	var b strings.Builder
	for _, c := range p.chain() {
		if c.isItem {
			b.WriteString("[" + strconv.Itoa(c.index) + "]")
			continue
		}
		if b.Len() > 0 {
			b.WriteByte('.')
		}
		b.WriteString(c.name)
	}
	return b.String()
}

// german is the place in the words that editors read in the form: „Links“ Nr. 1, „Linktext“.
func (p *place) german() string {
	var b strings.Builder
	for _, c := range p.chain() {
		if c.isItem {
			b.WriteString(" Nr. " + strconv.Itoa(c.index+1))
			continue
		}
		if b.Len() > 0 {
			b.WriteString(", ")
		}
		switch {
		case c.field == nil:
			b.WriteString("„" + c.name + "“")
		case c.field.Title.DE != "":
			b.WriteString("„" + c.field.Title.DE + "“")
		default:
			b.WriteString("„" + c.field.Name + "“")
		}
	}
	return b.String()
}
