package value

import "testing"

func TestNormal(t *testing.T) {
	in := Object{"a": nil, "b": List{}, "c": Object{"d": nil}, "e": List{nil, int64(1), List{}}, "f": "", "g": false, "h": int64(0)}
	got := string(Append(nil, Normal(in)))
	if want := `{"e":[1],"f":"","g":false,"h":0}`; got != want {
		t.Errorf("got %s in place of %s", got, want)
	}
	if in["b"] == nil || len(in["e"].(List)) != 3 {
		t.Error("the argument was changed")
	}
	if Normal(Object{"a": List{Object{}}}) != nil {
		t.Error("an object of nothing is not nothing")
	}
}

func TestCompare(t *testing.T) {
	for _, c := range []struct {
		a, b  any
		order int
		ok    bool
	}{
		{int64(1), 1.0, 0, true}, {int64(1), 1.5, -1, true}, {2.5, int64(2), 1, true}, {"a", "b", -1, true}, {"ä", "b", 1, true},
		{false, true, -1, true}, {true, true, 0, true}, {true, false, 1, true},
		{true, int64(1), 0, false}, {"1", int64(1), 0, false}, {nil, nil, 0, false}, {List{}, List{}, 0, false}, {nil, "a", 0, false},
	} {
		if order, ok := Compare(c.a, c.b); ok != c.ok || ok && order != c.order {
			t.Errorf("Compare(%v, %v) is %d, %v", c.a, c.b, order, ok)
		}
	}
}

func TestEqual(t *testing.T) {
	a := Object{"x": List{int64(1), "y", Object{"z": true}}}
	if b := CloneObject(a); !Equal(a, b) || Equal(a, Object{"x": List{int64(1), "y"}}) || Equal(nil, a) || !Equal(nil, nil) {
		t.Error("equality of trees is wrong")
	}
	b := CloneObject(a)
	b["x"].(List)[2].(Object)["z"] = false
	if !Equal(a, Object{"x": List{1.0, "y", Object{"z": true}}}) {
		t.Error("a clone shares its leaves with the original, or 1 is not 1.0")
	}
}

func TestGet(t *testing.T) {
	o := Object{"a": Object{"b": Object{"c": int64(1)}}, "l": List{Object{"x": int64(2)}}}
	if Get(o, "a.b.c") != int64(1) || Get(o, "a.x.c") != nil || Get(o, "l.x") != nil || Get(nil, "a") != nil || Get(o, "a.b.c.d") != nil {
		t.Error("a path leads elsewhere")
	}
}
