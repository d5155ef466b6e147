package query

import (
	"fmt"
	"testing"

	"kontor/pkg/value"
)

func TestPositive(t *testing.T) {
	not := func(f Filter) Filter { return Filter{Op: Not, Args: []Filter{f}} }
	a, b := Where("a", Eq, "x"), Where("b", Lt, int64(1))
	for name, c := range map[string]struct{ in, want Filter }{
		"a comparison":      {not(a), Where("a", Ne, "x")},
		"twice":             {not(not(a)), a},
		"a range":           {not(b), Where("b", Gte, int64(1))},
		"and becomes or":    {not(AllOf(a, b)), Filter{Op: Or, Args: []Filter{Where("a", Ne, "x"), Where("b", Gte, int64(1))}}},
		"or becomes and":    {not(AnyOf(a, b)), AllOf(Where("a", Ne, "x"), Where("b", Gte, int64(1)))},
		"everything":        {not(Filter{}), Nothing()},
		"an inner not":      {AllOf(a, not(b)), AllOf(a, Where("b", Gte, int64(1)))},
		"null":              {not(Where("a", Null, nil)), Where("a", NotNull, nil)},
		"between":           {not(Where("a", Between, value.List{int64(1), int64(2)})), Where("a", NotBetween, value.List{int64(1), int64(2)})},
		"folded":            {not(Where("a", StartsWithI, "x")), Where("a", NotStartsWithI, "x")},
		"a match":           {not(Filter{Op: Match, Path: "l", Args: []Filter{a}}), Filter{Op: NoMatch, Path: "l", Args: []Filter{a}}},
		"inside of a match": {Filter{Op: Match, Path: "l", Args: []Filter{not(a)}}, Filter{Op: Match, Path: "l", Args: []Filter{Where("a", Ne, "x")}}},
	} {
		if got := c.in.Positive(); fmt.Sprint(got) != fmt.Sprint(c.want) {
			t.Errorf("%s: got %v in place of %v", name, got, c.want)
		}
	}
}

func TestEveryOperatorHasAComplement(t *testing.T) {
	for op, other := range complement {
		if complement[other] != op || op.Negative() == other.Negative() && !op.Ranged() && op != Null && op != NotNull {
			t.Errorf("%s and %s are no pair", op, other)
		}
		if p, folded := op.Folded(); folded {
			if _, known := complement[p]; !known || p.Negative() != op.Negative() {
				t.Errorf("%s folds to %s", op, p)
			}
		}
	}
}

func TestAllOfAndAnyOf(t *testing.T) {
	a, b := Where("a", Eq, "x"), Where("b", Eq, "y")
	if AllOf().Op != All || AllOf(Filter{}, a).Path != "a" || len(AllOf(a, AllOf(b, a)).Args) != 3 {
		t.Error("AllOf keeps what says nothing, or nests")
	}
	if AnyOf().Op != Or || AnyOf(a).Path != "a" || Eval(AnyOf(), value.Object{}, nil) || !Eval(AllOf(), value.Object{}, nil) {
		t.Error("no alternatives hit something, or no conditions hit nothing")
	}
}

func TestSize(t *testing.T) {
	f := AllOf(Where("a", Eq, "x"), AnyOf(Where("b", In, value.List{"1", "2", "3"}), Where("c", Null, nil)))
	if terms, depth := f.Size(); terms != 5 || depth != 3 {
		t.Errorf("%d terms, %d levels", terms, depth)
	}
}

func TestCheck(t *testing.T) {
	for name, f := range map[string]Filter{
		"folded":         Where("a", EqI, "x"),
		"not":            {Op: Not, Args: []Filter{{}}},
		"unknown":        Where("a", "nope", "x"),
		"no path":        Where("", Eq, "x"),
		"no value":       Where("a", Eq, nil),
		"a list":         Where("a", Eq, value.List{"x"}),
		"no list":        Where("a", In, "x"),
		"one end":        Where("a", Between, value.List{"x"}),
		"text of number": Where("a", Contains, int64(1)),
		"match of two":   {Op: Match, Path: "a", Args: []Filter{{}, {}}},
		"inside":         AllOf(Where("a", Eq, "x"), AnyOf(Where("b", NeI, "x"), Where("c", Eq, "y"))),
	} {
		if f.Check() == nil {
			t.Errorf("%s passes", name)
		}
	}
	if err := AllOf(Where("a", In, value.List{}), Where("b", NotNull, nil), Filter{Op: Match, Path: "l", Args: []Filter{{}}}).Check(); err != nil {
		t.Errorf("a good filter is refused: %v", err)
	}
}

func TestEval(t *testing.T) {
	doc := value.Object{
		"s": "Bauhof", "n": int64(7), "f": 7.5, "b": true, "l": value.List{"x", "y"}, "o": value.Object{"p": "q"},
		"items": value.List{value.Object{"k": "a", "v": int64(1)}, value.Object{"k": "b", "v": int64(2)}},
	}
	many := func(p string) bool { return p == "l" || p == "none" }
	match := func(op Op, conds ...Filter) Filter {
		return Filter{Op: op, Path: "items", Args: []Filter{AllOf(conds...)}}
	}
	for _, c := range []struct {
		f    Filter
		want bool
	}{
		{Where("s", Eq, "Bauhof"), true}, {Where("s", Ne, "x"), true}, {Where("absent", Ne, "x"), false}, {Where("none", Ne, "x"), true},
		{Where("n", Eq, 7.0), true}, {Where("n", Eq, "7"), false}, {Where("n", Ne, "7"), true}, {Where("b", Eq, int64(1)), false},
		{Where("n", Lt, int64(8)), true}, {Where("f", Gte, 7.5), true}, {Where("n", Lt, "8"), false}, {Where("absent", Lt, int64(8)), false},
		{Where("l", Eq, "x"), true}, {Where("l", Ne, "x"), false}, {Where("l", Ne, "z"), true}, {Where("l", In, value.List{"z", "y"}), true},
		{Where("l", NotIn, value.List{"z", "y"}), false}, {Where("none", NotIn, value.List{"z"}), true}, {Where("s", In, value.List{}), false},
		{Where("s", NotIn, value.List{}), true}, {Where("absent", NotIn, value.List{}), false},
		{Where("s", Contains, "uho"), true}, {Where("s", NotContains, "uho"), false}, {Where("s", StartsWith, "Bau"), true}, {Where("s", EndsWith, "of"), true},
		{Where("s", NotStartsWith, "Bau"), false}, {Where("s", NotEndsWith, "x"), true}, {Where("n", Contains, "7"), false},
		{Where("l", Contains, "x"), true}, {Where("l", NotContains, "x"), false},
		{Where("absent", Null, nil), true}, {Where("s", NotNull, nil), true}, {Where("none", Null, nil), true}, {Where("o.p", Eq, "q"), true},
		{Where("n", Between, value.List{int64(7), 8.0}), true}, {Where("n", NotBetween, value.List{int64(7), 8.0}), false},
		{match(Match, Where("k", Eq, "a"), Where("v", Eq, int64(1))), true}, {match(Match, Where("k", Eq, "a"), Where("v", Eq, int64(2))), false},
		{match(NoMatch, Where("k", Eq, "c")), true}, {match(NoMatch, Where("k", Eq, "a")), false},
		{Filter{Op: NoMatch, Path: "absent", Args: []Filter{{}}}, true},
	} {
		if got := Eval(c.f, doc, many); got != c.want {
			t.Errorf("%v is %v", c.f, got)
		}
	}
}
