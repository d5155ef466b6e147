package schema

import (
	"strconv"
	"strings"
	"unicode/utf8"

	"kontor/pkg/fault"
	"kontor/pkg/value"
)

// CheckPublish names what keeps normalised values from being published: required fields that are empty, also within objects and items
// that are there, shortest texts and lists, fields on the wrong side of another one, and the type's choices.
func (t *Type) CheckPublish(values value.Object) []fault.Field {
	w := writer{}
	w.complete(nil, t.Fields, t.byName, values)
	for _, c := range t.Choices {
		w.choice(t, c, values)
	}
	return w.problems
}

func (w *writer) complete(at *place, fields []*Field, byName map[string]*Field, values value.Object) {
	for _, f := range fields {
		at := at.at(f)
		v := values[f.Name]
		if empty(v) {
			if f.Required {
				w.report(at, missing(f), nil)
			}
			continue
		}
		w.order(at, f, byName, values)
		list, ok := v.(value.List)
		if !f.Many || !ok {
			w.completeOne(f, at, v)
			continue
		}
		if len(list) < f.MinItems {
			w.report(at, tooFew(f.MinItems), v)
		}
		for i, e := range list {
			w.completeOne(f, at.item(i), e)
		}
	}
}

func (w *writer) completeOne(f *Field, at *place, v any) {
	switch x := v.(type) {
	case value.Object:
		if f.Kind == Object {
			w.complete(at, f.Fields, f.byName, x)
		}
	case string:
		if utf8.RuneCountInString(x) < f.MinLength {
			w.report(at, tooShort(f.MinLength), x)
		}
	}
}

func (w *writer) choice(t *Type, c Choice, values value.Object) {
	filled := 0
	var names, titles []string
	for _, name := range c.Fields {
		if !empty(values[name]) {
			filled++
		}
		names = append(names, name)
		titles = append(titles, "„"+t.byName[name].Title.DE+"“")
	}
	if filled == 1 || filled > 1 && !c.Exactly {
		return
	}
	much, viel := "at least one", "mindestens eines"
	if c.Exactly {
		much, viel = "exactly one", "genau eines"
	}
	at := (*place)(nil).at(t.byName[c.Fields[0]])
	w.report(at, &problem{
		code: "choice", alone: true,
		english: much + " of " + strings.Join(names, ", ") + " must be filled, not " + strconv.Itoa(filled),
		german:  viel + " dieser Felder muss ausgefüllt sein: " + strings.Join(titles, ", ") + ".",
	}, values[c.Fields[0]])
}

func empty(v any) bool { return v == nil || value.Normal(v) == nil }
