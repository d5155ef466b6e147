package index

import (
	"time"

	"kontor/pkg/content"
	"kontor/pkg/schema"
	"kontor/pkg/search"
	"kontor/pkg/value"
)

// fill adds to a document the attributes that a piece of an entry becomes.
func (p piece) fill(out map[string]any, v any, lang string) {
	switch x := v.(type) {
	case nil:
	case *content.Entry:
		p.fillTargets(out, []*content.Entry{x}, lang)
	case []*content.Entry:
		p.fillTargets(out, x, lang)
	case content.File:
		p.fillFile(out, x)
	case content.Attributes:
		p.fillInner(out, []content.Attributes{x}, lang)
	case []content.Attributes:
		p.fillInner(out, x, lang)
	default:
		fillValue(out, p.name, p.field, x, lang)
	}
}

// fillTargets adds labels and ids of a relation's targets, and what is included of them.
func (p piece) fillTargets(out map[string]any, targets []*content.Entry, lang string) {
	var labels, ids value.List
	included := map[string]any{}
	for _, e := range targets {
		ids = append(ids, e.DocumentID)
		if p.display != nil {
			if v, ok := e.Attributes.Get(p.display.Name); ok && v != nil {
				one := map[string]any{}
				fillValue(one, "label", p.display, v, lang)
				labels = append(labels, one["label"])
			}
		}
		for _, f := range p.include {
			if v, ok := e.Attributes.Get(f.Name); ok && v != nil {
				one := map[string]any{}
				fillValue(one, p.name+"."+f.Name, f, v, lang)
				for name, v := range one {
					included[name] = joined(included[name], v)
				}
			}
		}
	}
	if !p.field.Many {
		set(out, p.name, first(labels))
		set(out, p.name+"_id", first(ids))
	} else {
		set(out, p.name, labels)
		set(out, p.name+"_id", ids)
	}
	for name, v := range included {
		if list, ok := v.(value.List); ok && !p.field.Many && len(list) == 1 {
			v = list[0]
		}
		set(out, name, v)
	}
}

// fillInner adds the texts within an object, or in the items of a list of them.
func (p piece) fillInner(out map[string]any, items []content.Attributes, lang string) {
	for _, in := range p.inner {
		for _, item := range items {
			v, ok := item.Get(in.field.Name)
			if !ok || v == nil {
				continue
			}
			one := map[string]any{}
			in.fill(one, v, lang)
			for name, v := range one {
				if len(items) > 1 {
					v = joined(out[name], v)
				}
				set(out, name, v)
			}
		}
	}
}

// fillValue adds a value with its twins.
func fillValue(out map[string]any, name string, f *schema.Field, v any, lang string) {
	list, many := v.(value.List)
	if !many {
		list = value.List{v}
	}
	own, twin := make(value.List, 0, len(list)), make(value.List, 0, len(list))
	suffix := ""
	for _, x := range list {
		a, b, s := converted(f, x, lang)
		if a == nil {
			continue
		}
		own = append(own, a)
		if s != "" {
			twin, suffix = append(twin, b), s
		}
	}
	if p, ok := first(own).(search.Point); ok {
		out[search.GeoAttribute] = p
		return
	}
	if !many {
		set(out, name, first(own))
		set(out, name+suffix, first(twin))
		return
	}
	set(out, name, own)
	set(out, name+suffix, twin)
}

// converted gives a scalar as search has it, with its twin and the suffix that the twin's name has; nil if it says nothing.
func converted(f *schema.Field, v any, lang string) (own, twin any, suffix string) {
	switch f.Kind {
	case schema.RichText:
		s, _ := v.(string)
		return nonEmpty(schema.PlainText(s)), nil, ""
	case schema.Enum:
		s, _ := v.(string)
		return label(f, s, lang), v, "_id"
	case schema.Date:
		return seconds(v, time.DateOnly)
	case schema.DateTime:
		return seconds(v, time.RFC3339)
	case schema.LocalTime:
		return wallTime(v)
	case schema.Point:
		o, _ := v.(value.Object)
		lat, ok := number(o["lat"])
		lng, okay := number(o["lng"])
		if !ok || !okay {
			return nil, nil, ""
		}
		return search.Point{Lat: lat, Lng: lng}, nil, ""
	}
	if s, ok := v.(string); ok {
		return nonEmpty(s), nil, ""
	}
	return v, nil, ""
}

func nonEmpty(s string) any {
	if s == "" {
		return nil
	}
	return s
}

func number(v any) (float64, bool) {
	switch x := v.(type) {
	case float64:
		return x, true
	case int64:
		return float64(x), true
	}
	return 0, false
}

// label is what people read of a constant.
func label(f *schema.Field, constant, lang string) any {
	for _, o := range f.Options {
		if o.Const == constant {
			return nonEmpty(inLanguage(o.Title, lang))
		}
	}
	return nonEmpty(constant)
}

// inLanguage is the title in the language that is nearest.
func inLanguage(l schema.Label, lang string) string {
	if lang == "de" || l.EN == "" {
		return l.DE
	}
	return l.EN
}

// seconds gives a time with its twin: seconds since 1970, of a date those of its midnight in UTC.
func seconds(v any, layout string) (own, twin any, suffix string) {
	s, _ := v.(string)
	at, err := time.Parse(layout, s)
	if err != nil {
		return nil, nil, ""
	}
	return s, at.Unix(), "_ts"
}

// wallTime gives a local time as its clock shows it, with how far that is from UTC.
func wallTime(v any) (own, twin any, suffix string) {
	o, _ := v.(value.Object)
	utc, _ := o["utc"].(string)
	zone, _ := o["zone"].(string)
	at, err := time.Parse(time.RFC3339, utc)
	if err != nil {
		return nil, nil, ""
	}
	if location, err := time.LoadLocation(zone); err == nil {
		at = at.In(location)
	}
	return at.Format(time.RFC3339), at.Unix(), "_ts"
}

func set(out map[string]any, name string, v any) {
	if list, ok := v.(value.List); v == nil || ok && len(list) == 0 {
		return
	}
	out[name] = v
}

func first(list value.List) any {
	if len(list) == 0 {
		return nil
	}
	return list[0]
}

// joined adds a value, or each of a list, to a list of what is there, once.
func joined(have, v any) value.List {
	list, _ := have.(value.List)
	if have != nil && list == nil {
		list = value.List{have}
	}
	more, ok := v.(value.List)
	if !ok {
		more = value.List{v}
	}
	for _, x := range more {
		if !contains(list, x) {
			list = append(list, x)
		}
	}
	return list
}

func contains(list value.List, v any) bool {
	for _, x := range list {
		if value.Equal(x, v) {
			return true
		}
	}
	return false
}
