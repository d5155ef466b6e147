package schema

import "kontor/pkg/value"

// Rules between two fields of an entry or of an object: x-after and x-before name the other field, which
// must not lie on the wrong side. Equal values fit, and so does a field that is empty. They are
// checked at publish, since a draft may have one of the two changed first.

// ordered lists the kinds whose values have an order that such a rule can speak of.
func (f *Field) ordered() bool {
	if f.Many {
		return false
	}
	switch f.Kind {
	case Date, DateTime, LocalTime, Integer, Number, Money:
		return true
	}
	return false
}

// checkOrders checks the rules between the fields of a type or of an object.
func checkOrders(properties keywords, fields []*Field, byName map[string]*Field) {
	for _, f := range fields {
		k := properties.object(f.Name)
		for word, name := range map[string]string{"x-after": f.After, "x-before": f.Before} {
			other := byName[name]
			switch {
			case name == "":
			case other == nil:
				k.wrong(word, "there is no field %q beside this one", name)
			case other == f:
				k.wrong(word, "names the field itself")
			case !f.ordered() || !other.ordered() || f.Kind != other.Kind:
				k.wrong(word, "compares two dates, times or numbers of one kind, not %s with %s", f.Kind, other.Kind)
			}
		}
	}
}

// order reports a field that lies on the wrong side of another one.
func (w *writer) order(at *place, f *Field, byName map[string]*Field, values value.Object) {
	v := orderValue(values[f.Name])
	if v == nil {
		return
	}
	if other := byName[f.After]; other != nil && less(v, orderValue(values[f.After])) {
		w.report(at, tooEarly(other), values[f.Name])
	}
	if other := byName[f.Before]; other != nil && less(orderValue(values[f.Before]), v) {
		w.report(at, tooLate(other), values[f.Name])
	}
}

// orderValue is a value as it is compared: of a local time its moment, whatever its zone.
func orderValue(v any) any {
	if o, ok := v.(value.Object); ok {
		return o["utc"]
	}
	return v
}

// less tells whether both values are there and the first is the smaller one.
func less(a, b any) bool {
	c, ok := value.Compare(a, b)
	return ok && c < 0
}

func tooEarly(other *Field) *problem {
	return &problem{code: "too_early", english: "must not be before " + other.Name, german: "darf nicht vor „" + other.Title.DE + "“ liegen."}
}

func tooLate(other *Field) *problem {
	return &problem{code: "too_late", english: "must not be after " + other.Name, german: "darf nicht nach „" + other.Title.DE + "“ liegen."}
}
