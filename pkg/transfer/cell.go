package transfer

import (
	"strings"

	"kontor/pkg/fault"
	"kontor/pkg/schema"
	"kontor/pkg/value"
)

// wrong is what is wrong with a value, without the place where it stands.
type wrong struct{ code, english, german string }

// Error is the English text.
func (w *wrong) Error() string { return w.english }

// at is the problem of a field: the English text follows the path, the German one the titles.
func (w *wrong) at(path []string, fields []*schema.Field, sent any) fault.Field {
	titles := make([]string, 0, len(fields))
	for _, f := range fields {
		title := f.Title.DE
		if title == "" {
			title = f.Name
		}
		titles = append(titles, "„"+title+"“")
	}
	if len(titles) == 0 {
		titles = path
	}
	if s, ok := sent.(string); ok && len(s) > 500 {
		sent = strings.ToValidUTF8(s[:500], "") + "…"
	}
	return fault.Field{
		Path: path, Code: w.code, Value: sent,
		English: strings.Join(path, ".") + " " + w.english, German: strings.Join(titles, ", ") + ": " + w.german,
	}
}

// cells reads the text of cells.
type cells struct {
	comma    bool   // numbers are written 1.234,5
	zone     string // of points in time without one
	csv      bool   // an apostrophe may guard a text
	workbook bool   // numbers are written as the machine has them, days are numbers
	date1904 bool   // the workbook counts days from 1904
}

// wanted stands for a relation's value until it is known what it names: strings, or ids (int64).
type wanted struct {
	field *schema.Field
	names []any
}

// parse reads a cell of a field. Nil is nothing.
func (c cells) parse(f *schema.Field, text string) (any, *wrong) {
	if strings.TrimSpace(text) == "" {
		return nil, nil
	}
	if !f.Many {
		return c.one(f, text)
	}
	if f.Kind == schema.Object {
		v, w := decode(text)
		if _, ok := v.(value.List); w == nil && !ok {
			return nil, &wrong{"type", "must be a JSON list of objects", "erwartet wird eine Liste von Objekten als JSON."}
		}
		return c.typed(f, v, w)
	}
	if strings.HasPrefix(strings.TrimSpace(text), "[") {
		if v, w := decode(text); w == nil {
			return c.typed(f, v, w)
		}
	}
	if f.Kind == schema.Relation {
		return wanted{f, split(c.plain(text))}, nil
	}
	out := value.List{}
	for _, s := range split(text) {
		v, w := c.one(f, s.(string))
		if w != nil {
			return nil, w
		}
		if v != nil {
			out = append(out, v)
		}
	}
	return out, nil
}

// split takes a list apart.
func split(text string) []any {
	var out []any
	for _, s := range strings.FieldsFunc(text, func(r rune) bool { return r == ';' || r == '\n' || r == '\r' }) {
		if s = strings.TrimSpace(s); s != "" {
			out = append(out, s)
		}
	}
	return out
}

// one reads a cell that holds one value.
func (c cells) one(f *schema.Field, text string) (any, *wrong) {
	short := strings.TrimSpace(text)
	if short == "" {
		return nil, nil
	}
	switch f.Kind {
	case schema.Integer:
		return c.integer(short)
	case schema.Asset:
		if strings.Trim(short, "0123456789") != "" {
			return byPath(c.plain(short)), nil
		}
		return c.integer(short)
	case schema.Number:
		return c.number(short)
	case schema.Money:
		return c.money(short)
	case schema.Boolean:
		return boolean(short)
	case schema.Date:
		return c.date(short)
	case schema.DateTime:
		return c.instant(short)
	case schema.LocalTime:
		return c.local(short)
	case schema.Enum:
		return enum(f, c.plain(short))
	case schema.Relation:
		return wanted{f, []any{strings.TrimSpace(c.plain(short))}}, nil
	case schema.Point:
		return c.point(f, short)
	case schema.Object, schema.JSON:
		v, w := decode(c.plain(short))
		return c.typed(f, v, w)
	}
	return c.plain(text), nil
}

// part reads a cell that goes to a part of a point or a local time.
func (c cells) part(f *schema.Field, name, text string) (any, *wrong) {
	short := strings.TrimSpace(text)
	switch {
	case short == "":
		return nil, nil
	case f.Kind == schema.Point:
		return c.number(short)
	case name == "local":
		m, ok := c.moment(short)
		if m.offset != "" { // the zone stands in another column, if anywhere
			return short, nil
		}
		local, w := c.wall(short, m, ok)
		if w != nil {
			return nil, w
		}
		return local, nil
	}
	return short, nil
}

// plain takes away the apostrophe that guards a text in CSV.
func (c cells) plain(text string) string {
	if c.csv && strings.HasPrefix(text, "'") && dangerous(text) {
		return text[1:]
	}
	return text
}

// guard puts an apostrophe before a text that a spreadsheet could run.
func guard(text string) string {
	if dangerous(text) {
		return "'" + text
	}
	return text
}

// dangerous tells whether a text begins like a formula, behind apostrophes: so plain undoes what guard does, and nothing else.
func dangerous(text string) bool {
	text = strings.TrimLeft(text, "'")
	return text != "" && strings.ContainsRune("=+-@\t\r\n", rune(text[0]))
}

func decode(text string) (any, *wrong) {
	v, err := value.Decode([]byte(text))
	if err != nil {
		return nil, &wrong{"syntax", "must be JSON: " + fault.As(err).Message, "erwartet wird JSON; der Text ist keines."}
	}
	return v, nil
}

// typed takes what stood in a cell as JSON.
func (c cells) typed(f *schema.Field, v any, w *wrong) (any, *wrong) {
	if w != nil {
		return nil, w
	}
	return typed(f, v)
}

// boolean reads the words for yes and no.
func boolean(text string) (any, *wrong) {
	switch strings.ToLower(text) {
	case "ja", "j", "wahr", "true", "yes", "y", "x", "1":
		return true, nil
	case "nein", "n", "falsch", "false", "no", "0":
		return false, nil
	}
	return nil, &wrong{"type", "must be yes or no: ja, nein, true, false, x, 1, 0", "erwartet wird ja oder nein (auch x, 1, 0)."}
}

// enum finds a constant by itself or by a title.
func enum(f *schema.Field, text string) (any, *wrong) {
	folded := foldName(text)
	for _, o := range f.Options {
		if o.Const == text {
			return o.Const, nil
		}
	}
	var found []string
	for _, o := range f.Options {
		if foldName(o.Const) == folded || foldName(o.Title.DE) == folded || foldName(o.Title.EN) == folded {
			found = append(found, o.Const)
		}
	}
	switch len(found) {
	case 0:
		return text, nil // the type says which constants there are
	case 1:
		return found[0], nil
	}
	return nil, &wrong{"ambiguous", "may be any of " + strings.Join(found, ", "), "ist nicht eindeutig: " + strings.Join(found, ", ") + "."}
}
