package fault

import (
	"errors"
	"fmt"
	"testing"
)

func TestForeignErrorsAreInternal(t *testing.T) {
	e := As(errors.New("password=secret"))
	if e.Code != Internal || e.Message != "Internal Server Error" || e.Code.Status() != 500 {
		t.Errorf("a foreign error shows as %q, %s", e.Message, e.Code)
	}
	if e.Unwrap() == nil {
		t.Error("the cause is lost for the log")
	}
}

func TestIsLooksThroughWrapping(t *testing.T) {
	err := fmt.Errorf("while reading: %w", New(NotFound, "no %s", "entry"))
	if !Is(err, NotFound) || Is(err, Invalid) || Is(nil, NotFound) {
		t.Error("a wrapped code is not found")
	}
}

func TestKey(t *testing.T) {
	for _, c := range []struct{ key, path, message string }{
		{"nope", "", "Invalid key nope"}, {"nope", "nope", "Invalid key nope"}, {"phone", "contact.phone", "Invalid key phone at contact.phone"},
	} {
		e := Key(c.key, c.path, "query", "filters")
		if e.Message != c.message || e.Details["key"] != c.key || e.Details["param"] != "filters" || e.Code != Invalid {
			t.Errorf("%+v gave %q with %v", c, e.Message, e.Details)
		}
	}
	if _, ok := Key("x", "", "body", "").Details["param"]; ok {
		t.Error("a body has a parameter")
	}
}

func TestFields(t *testing.T) {
	a, b := Field{Path: []string{"a"}, English: "a is wrong"}, Field{Path: []string{"b"}, English: "b is wrong"}
	if Fields(nil) != nil {
		t.Error("no wrong field is an error")
	}
	if one := As(Fields([]Field{a})); one.Message != "a is wrong" || one.Code != Invalid {
		t.Errorf("one field says %q", one.Message)
	}
	if two := As(Fields([]Field{a, b})); two.Message != "2 errors occurred" || len(two.Fields) != 2 {
		t.Errorf("two fields say %q", two.Message)
	}
}

func TestEveryCodeHasItsStatusAndName(t *testing.T) {
	for code, row := range table {
		if code.Status() != row.status || code.StrapiName() == "" || code.Status() < 400 {
			t.Errorf("%s has status %d and name %q", code, code.Status(), code.StrapiName())
		}
	}
	if Code("unheard of").Status() != 500 {
		t.Error("an unknown code is no internal error")
	}
}
