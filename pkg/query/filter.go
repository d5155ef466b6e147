package query

import (
	"kontor/pkg/fault"
	"kontor/pkg/value"
)

// Op is an operator of a Filter.
type Op string

// The operators. On a list a positive operator means "some element", a negative one "no element"; an absent list has no
// elements. A negative operator does not hit an absent scalar. Values of different types never compare: true is not 1, "1" is not 1,
// but 1 is 1.0.
const (
	All Op = "" // hits everything; the zero Filter

	And     Op = "and"     // every one of Args; none: everything
	Or      Op = "or"      // some of Args; none: nothing
	Not     Op = "not"     // the complement of Args[0], see Filter.Positive; never reaches a driver
	Match   Op = "match"   // some element of the list of objects at Path hits Args[0], whose paths start at the element
	NoMatch Op = "noMatch" // no element does

	Eq            Op = "eq"
	Ne            Op = "ne"
	Lt            Op = "lt"
	Lte           Op = "lte"
	Gt            Op = "gt"
	Gte           Op = "gte"
	In            Op = "in"    // Value is a value.List; empty hits nothing
	NotIn         Op = "notIn" // Value is a value.List; empty hits whatever is present, and every list
	Contains      Op = "contains"
	NotContains   Op = "notContains"
	StartsWith    Op = "startsWith"
	NotStartsWith Op = "notStartsWith"
	EndsWith      Op = "endsWith"
	NotEndsWith   Op = "notEndsWith"
	Null          Op = "null"    // absent
	NotNull       Op = "notNull" // present
	Between       Op = "between" // Value is a value.List of two, both ends included
	NotBetween    Op = "notBetween"

	// Folded operators compare with simple Unicode case folding. Content compiles them to twins; a driver never sees one.
	EqI            Op = "eqi"
	NeI            Op = "nei"
	ContainsI      Op = "containsi"
	NotContainsI   Op = "notContainsi"
	StartsWithI    Op = "startsWithi"
	NotStartsWithI Op = "notStartsWithi"
	EndsWithI      Op = "endsWithi"
	NotEndsWithI   Op = "notEndsWithi"
)

// complement pairs every operator with its negation, both ways.
var complement = func() map[Op]Op {
	m := map[Op]Op{}
	for a, b := range map[Op]Op{
		Eq: Ne, Lt: Gte, Lte: Gt, In: NotIn, Contains: NotContains, StartsWith: NotStartsWith, EndsWith: NotEndsWith,
		Null: NotNull, Between: NotBetween, Match: NoMatch,
		EqI: NeI, ContainsI: NotContainsI, StartsWithI: NotStartsWithI, EndsWithI: NotEndsWithI,
	} {
		m[a], m[b] = b, a
	}
	return m
}()

var plain = map[Op]Op{
	EqI: Eq, NeI: Ne, ContainsI: Contains, NotContainsI: NotContains, StartsWithI: StartsWith,
	NotStartsWithI: NotStartsWith, EndsWithI: EndsWith, NotEndsWithI: NotEndsWith,
}

// Folded tells whether the operator folds case, and which operator does the same on a folded twin.
func (o Op) Folded() (Op, bool) {
	p, ok := plain[o]
	return p, ok
}

// Negative tells whether the operator means "no element" on a list.
func (o Op) Negative() bool {
	switch o {
	case Ne, NotIn, NotContains, NotStartsWith, NotEndsWith, NotBetween, NeI, NotContainsI, NotStartsWithI, NotEndsWithI, NoMatch:
		return true
	}
	return false
}

// Ranged tells whether the operator needs an order of the values.
func (o Op) Ranged() bool {
	switch o {
	case Lt, Lte, Gt, Gte, Between, NotBetween:
		return true
	}
	return false
}

// Textual tells whether the operator looks inside a string.
func (o Op) Textual() bool {
	if p, ok := plain[o]; ok {
		o = p
	}
	switch o {
	case Contains, NotContains, StartsWith, NotStartsWith, EndsWith, NotEndsWith:
		return true
	}
	return false
}

// Filter is a condition on an entry or a document. The zero Filter hits everything.
type Filter struct {
	Op    Op
	Path  string
	Value any
	Args  []Filter
}

// Where is a comparison.
func Where(path string, op Op, v any) Filter { return Filter{Op: op, Path: path, Value: v} }

// AllOf hits what every argument hits; it drops what hits everything and unpacks a single condition.
func AllOf(args ...Filter) Filter {
	kept := make([]Filter, 0, len(args))
	for _, f := range args {
		switch {
		case f.Op == All, f.Op == And && len(f.Args) == 0:
		case f.Op == And:
			kept = append(kept, f.Args...)
		default:
			kept = append(kept, f)
		}
	}
	switch len(kept) {
	case 0:
		return Filter{}
	case 1:
		return kept[0]
	}
	return Filter{Op: And, Args: kept}
}

// AnyOf hits what some argument hits; without arguments it hits nothing.
func AnyOf(args ...Filter) Filter {
	if len(args) == 1 {
		return args[0]
	}
	return Filter{Op: Or, Args: args}
}

// Nothing is the filter that hits nothing.
func Nothing() Filter { return Filter{Op: Or} }

// Positive gives the same filter without Not: negation is pushed to the comparisons by De Morgan's laws. The complement of a
// comparison is the opposite comparison, so an absent scalar is hit by neither, as in SQL's three-valued logic.
func (f Filter) Positive() Filter { return f.positive(false) }

func (f Filter) positive(negated bool) Filter {
	switch f.Op {
	case All:
		if negated {
			return Nothing()
		}
		return f
	case Not:
		return AllOf(f.Args...).positive(!negated)
	case And, Or:
		args := make([]Filter, len(f.Args))
		for i, a := range f.Args {
			args[i] = a.positive(negated)
		}
		if (f.Op == And) != negated {
			return AllOf(args...)
		}
		return AnyOf(args...)
	case Match, NoMatch:
		args := make([]Filter, len(f.Args))
		for i, a := range f.Args {
			args[i] = a.positive(false)
		}
		f.Args = args
	}
	if negated {
		f.Op = complement[f.Op]
	}
	return f
}

// Size counts the comparisons and their list values, and gives the depth of the tree; callers bound both.
func (f Filter) Size() (terms, depth int) {
	for _, a := range f.Args {
		t, d := a.Size()
		terms += t
		depth = max(depth, d)
	}
	if len(f.Args) == 0 && f.Op != All {
		terms = 1
		if list, ok := f.Value.(value.List); ok {
			terms = max(1, len(list))
		}
	}
	return terms, depth + 1
}

// Check tells whether a driver may be given the filter: no folded operator, no Not, values of the right shape.
func (f Filter) Check() error {
	if _, folded := f.Op.Folded(); folded || f.Op == Not {
		return fault.New(fault.Invalid, "The operator %s does not reach a store", f.Op)
	}
	switch f.Op {
	case All:
		return nil
	case And, Or, Match, NoMatch:
		if (f.Op == Match || f.Op == NoMatch) && (f.Path == "" || len(f.Args) != 1) {
			return fault.New(fault.Invalid, "The operator %s takes a path and one condition", f.Op)
		}
		for _, a := range f.Args {
			if err := a.Check(); err != nil {
				return err
			}
		}
		return nil
	case Null, NotNull:
	case In, NotIn, Between, NotBetween:
		list, ok := f.Value.(value.List)
		if !ok || (f.Op == Between || f.Op == NotBetween) && len(list) != 2 {
			return fault.New(fault.Invalid, "The operator %s takes a list", f.Op)
		}
	default:
		if _, known := complement[f.Op]; !known {
			return fault.New(fault.Invalid, "The operator %s is not known", f.Op)
		}
		if _, scalar := value.Compare(f.Value, f.Value); !scalar {
			return fault.New(fault.Invalid, "The operator %s takes one value", f.Op)
		}
		if _, text := f.Value.(string); f.Op.Textual() && !text {
			return fault.New(fault.Invalid, "The operator %s takes a text", f.Op)
		}
	}
	if f.Path == "" {
		return fault.New(fault.Invalid, "The operator %s takes a path", f.Op)
	}
	return nil
}
