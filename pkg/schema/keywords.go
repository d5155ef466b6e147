package schema

import (
	"bytes"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/go-json-experiment/json/jsontext"

	"kontor/pkg/value"
)

// source is one file of a set.
type source struct {
	name  string
	data  []byte
	tree  value.Object
	order map[string][]string // names of an object in the file's order, by place
}

func newSource(name string, data []byte) (*source, error) {
	v, err := value.Decode(data)
	if err != nil {
		return nil, err
	}
	tree, ok := v.(value.Object)
	if !ok {
		return nil, fmt.Errorf("must be an object")
	}
	s := &source{name: name, data: data, tree: tree, order: map[string][]string{}}
	return s, s.readOrder(jsontext.NewDecoder(bytes.NewReader(data)), nil)
}

// readOrder notes the names of all objects; the file has been decoded before, so it is sound.
func (s *source) readOrder(d *jsontext.Decoder, at []string) error {
	tok, err := d.ReadToken()
	if err != nil {
		return err
	}
	switch tok.Kind() {
	case '{':
		for d.PeekKind() != '}' {
			name, err := d.ReadToken()
			if err != nil {
				return err
			}
			key := name.String()
			s.order[orderKey(at)] = append(s.order[orderKey(at)], key)
			if err := s.readOrder(d, append(slices.Clip(at), key)); err != nil {
				return err
			}
		}
		_, err = d.ReadToken()
	case '[':
		for i := 0; d.PeekKind() != ']'; i++ {
			if err := s.readOrder(d, append(slices.Clip(at), strconv.Itoa(i))); err != nil {
				return err
			}
		}
		_, err = d.ReadToken()
	}
	return err
}

func orderKey(at []string) string { return strings.Join(at, "\x00") }

// keywords reads one object of a file. What is of another type than asked for counts as absent: the meta-schema has said so.
type keywords struct {
	l   *loader
	src *source
	at  []string
	m   value.Object
	via *keywords // the $ref through which a shared object is read
}

// wrong reports a problem of a keyword, or of the object itself if name is "".
func (k keywords) wrong(name, format string, args ...any) {
	at := k.at
	if name != "" {
		at = append(slices.Clip(at), name)
	}
	k.l.wrong(k.src.name, at, fmt.Sprintf(format, args...))
}

func (k keywords) has(name string) bool { return k.m[name] != nil }

func (k keywords) text(name string) (string, bool) {
	s, ok := k.m[name].(string)
	return s, ok
}

func (k keywords) boolean(name string, otherwise bool) bool {
	if b, ok := k.m[name].(bool); ok {
		return b
	}
	return otherwise
}

func (k keywords) whole(name string, otherwise int) int {
	if n, w := whole(k.m[name]); w == nil {
		return int(n)
	}
	return otherwise
}

func (k keywords) number(name string) *float64 {
	n, w := float(k.m[name])
	if w != nil {
		return nil
	}
	return &n
}

func (k keywords) texts(name string) []string {
	list, _ := k.m[name].(value.List)
	var out []string
	for _, e := range list {
		if s, ok := e.(string); ok {
			out = append(out, s)
		}
	}
	return out
}

func (k keywords) object(name string) keywords {
	m, _ := k.m[name].(value.Object)
	return k.within(m, name)
}

func (k keywords) within(m value.Object, at ...string) keywords {
	k.m, k.at = m, append(slices.Clip(k.at), at...)
	return k
}

func (k keywords) objects(name string) []keywords {
	list, _ := k.m[name].(value.List)
	var out []keywords
	for i, e := range list {
		if m, ok := e.(value.Object); ok {
			out = append(out, k.within(m, name, strconv.Itoa(i)))
		}
	}
	return out
}

// names are those of the object, in the file's order.
func (k keywords) names() []string { return k.src.order[orderKey(k.at)] }

// label is the title in the languages of the admin UI.
func (k keywords) label() Label {
	de, _ := k.text("title")
	en, ok := k.object("x-titles").text("en")
	if !ok {
		en = de
	}
	return Label{DE: de, EN: en}
}

// plural reads a label of several entries. Without one the label of a single entry stands in.
func (k keywords) plural(single Label) Label {
	de, ok := k.text("de")
	if !ok {
		return single
	}
	en, ok := k.text("en")
	if !ok {
		en = de
	}
	return Label{DE: de, EN: en}
}

func list(v any) value.List { l, _ := v.(value.List); return l }

func texts(v any) []string { return keywords{m: value.Object{"": v}}.texts("") }
