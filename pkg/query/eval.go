package query

import (
	"strings"

	"kontor/pkg/value"
)

// Eval tells whether a document hits a filter that Check accepts. It is the meaning of the operators: every driver must agree with it.
// many tells which paths hold lists, so that a negative operator hits a document without such a list; nil means none.
func Eval(f Filter, doc value.Object, many func(path string) bool) bool {
	switch f.Op {
	case All:
		return true
	case And:
		for _, a := range f.Args {
			if !Eval(a, doc, many) {
				return false
			}
		}
		return true
	case Or:
		for _, a := range f.Args {
			if Eval(a, doc, many) {
				return true
			}
		}
		return false
	case Match, NoMatch:
		return matchElement(f, value.Get(doc, f.Path), many) == (f.Op == Match)
	}
	v := value.Normal(value.Get(doc, f.Path))
	if f.Op == Null || f.Op == NotNull {
		return (v == nil) == (f.Op == Null)
	}
	list, isList := v.(value.List)
	switch {
	case v == nil:
		return f.Op.Negative() && many != nil && many(f.Path)
	case isList && f.Op.Negative():
		for _, e := range list {
			if !compare(f.Op, e, f.Value) {
				return false
			}
		}
		return true
	case isList:
		for _, e := range list {
			if compare(f.Op, e, f.Value) {
				return true
			}
		}
		return false
	}
	return compare(f.Op, v, f.Value)
}

func matchElement(f Filter, v any, many func(string) bool) bool {
	list, _ := v.(value.List)
	for _, e := range list {
		if o, ok := e.(value.Object); ok && Eval(f.Args[0], o, many) {
			return true
		}
	}
	return false
}

// compare judges one scalar.
func compare(op Op, v, want any) bool {
	if op.Negative() {
		return !compare(complement[op], v, want)
	}
	switch op {
	case In:
		for _, w := range want.(value.List) {
			if value.Equal(v, w) {
				return true
			}
		}
		return false
	case Between:
		list := want.(value.List)
		lo, ok1 := value.Compare(v, list[0])
		hi, ok2 := value.Compare(v, list[1])
		return ok1 && ok2 && lo >= 0 && hi <= 0
	case Contains, StartsWith, EndsWith:
		s, ok := v.(string)
		w, _ := want.(string)
		switch {
		case !ok:
			return false
		case op == Contains:
			return strings.Contains(s, w)
		case op == StartsWith:
			return strings.HasPrefix(s, w)
		}
		return strings.HasSuffix(s, w)
	}
	c, ok := value.Compare(v, want)
	if !ok {
		return false
	}
	switch op {
	case Eq:
		return c == 0
	case Lt:
		return c < 0
	case Lte:
		return c <= 0
	case Gt:
		return c > 0
	case Gte:
		return c >= 0
	}
	return false
}
