package strapi

import (
	"bytes"
	"maps"
	"slices"
	"strconv"
	"strings"

	"kontor/pkg/content"
	"kontor/pkg/fault"
	"kontor/pkg/schema"
	"kontor/pkg/value"
)

// systemNames are what an answer carries beside the fields; nobody may write them. In the order in which they are refused.
var systemNames = [...]string{
	"id", "documentId", "createdAt", "updatedAt", "publishedAt", "createdBy", "updatedBy", "locale", "localizations", "status",
}

// ParseBody reads the body of a write, {"data": {…}}, along the type: relations become content.Links and assets file ids, also
// inside objects; every other value stays as it was sent, for content to judge. Beside data only meta may stand, and says nothing.
// Its errors are always faults with a status of 4xx.
func ParseBody(data []byte, t *schema.Type) (content.Changes, error) {
	attributes, err := envelope(data)
	if err != nil {
		return nil, err
	}
	for _, name := range systemNames {
		if _, ok := attributes[name]; ok {
			err := fault.Key(name, "", "body", "")
			delete(err.Details, "path")
			return nil, err
		}
	}
	b := bodyReader{}
	changes, err := b.object(attributes, t.Fields, false)
	if err == nil {
		err = fault.Fields(b.wrong)
	}
	if err != nil {
		return nil, err
	}
	return changes, nil
}

// ParsePlain reads a body without an envelope: that of sign-in and of users.
func ParsePlain(data []byte) (value.Object, error) {
	v, err := decodeBody(data)
	if err != nil {
		return nil, err
	}
	object, ok := v.(value.Object)
	if !ok {
		return nil, fault.New(fault.Invalid, "The request body must be an object")
	}
	return object, nil
}

// decodeBody decodes an object or a list; nothing at all is nil.
func decodeBody(data []byte) (any, error) {
	start := bytes.TrimLeft(data, " \t\r\n")
	if len(start) == 0 {
		return nil, nil
	}
	if start[0] != '{' && start[0] != '[' {
		return nil, fault.New(fault.Syntax, "invalid JSON, only supports object and array")
	}
	return value.Decode(data)
}

func envelope(data []byte) (value.Object, error) {
	v, err := decodeBody(data)
	if err != nil {
		return nil, err
	}
	root, _ := v.(value.Object)
	attributes, ok := root["data"].(value.Object)
	if list, isList := root["data"].(value.List); isList {
		return nil, notObject(list)
	}
	if !ok {
		return nil, fault.New(fault.Invalid, `Missing "data" payload in the request body`)
	}
	for _, name := range sortedNames(root) {
		switch name {
		case "data":
		case "meta":
			if _, ok := root[name].(value.Object); !ok && root[name] != nil {
				return nil, fault.New(fault.Invalid, "meta must be an object").With("key", name).With("source", "body")
			}
		default:
			return nil, unknown(name, "")
		}
	}
	return attributes, nil
}

func notObject(list value.List) error {
	const message = "this must be a `object` type, but the final value was: `null` (cast from the value `%s`)."
	text := "[]"
	if len(list) > 0 {
		text = "[…]"
	}
	return fault.Fields([]fault.Field{{
		Code: "type", English: strings.Replace(message, "%s", text, 1), German: "data muss ein Objekt sein, keine Liste.",
	}})
}

func sortedNames(o value.Object) []string { return slices.Sorted(maps.Keys(o)) }

// unknown is the error for a name that the body must not have; at is the dotted path above it.
func unknown(name, at string) error { return fault.Key(shorten(name), at, "body", "") }

// bodyReader walks a body and collects every value of the wrong shape, so that one answer names them all.
type bodyReader struct {
	path  []string
	wrong []fault.Field
}

// at reads something one level further down.
func (b *bodyReader) at(name string, read func() (any, error)) (any, error) {
	b.path = append(b.path, name)
	v, err := read()
	b.path = b.path[:len(b.path)-1]
	return v, err
}

// object reads the attributes of an entry or an object. Items of a list may carry their id.
func (b *bodyReader) object(o value.Object, fields []*schema.Field, item bool) (value.Object, error) {
	out := make(value.Object, len(o))
	for _, name := range sortedNames(o) {
		if item && name == "id" {
			if id := o[name]; id == nil || positive(id) {
				out[name] = id
				continue
			}
			b.path = append(b.path, name)
			b.refuse(o[name], "must be a positive integer", "muss eine positive ganze Zahl sein")
			b.path = b.path[:len(b.path)-1]
			continue
		}
		i := slices.IndexFunc(fields, func(f *schema.Field) bool { return f.Name == name })
		if i < 0 {
			return nil, unknown(name, strings.Join(b.path, "."))
		}
		v, err := b.at(name, func() (any, error) { return b.field(o[name], fields[i]) })
		if err != nil {
			return nil, err
		}
		out[name] = v
	}
	return out, nil
}

func (b *bodyReader) field(v any, f *schema.Field) (any, error) {
	if v == nil {
		return nil, nil
	}
	switch f.Kind {
	case schema.Relation:
		return b.relation(v)
	case schema.Asset:
		return b.asset(v, f)
	case schema.Object:
		if list, ok := v.(value.List); ok && f.Many {
			return b.items(list, f)
		}
		if o, ok := v.(value.Object); ok && !f.Many {
			return b.object(o, f.Fields, false)
		}
		what, was := "an object", "ein Objekt"
		if f.Many {
			what, was = "a list of objects", "eine Liste von Objekten"
		}
		b.refuse(v, "must be "+what, "muss "+was+" sein")
		return nil, nil
	}
	return v, nil
}

func (b *bodyReader) items(list value.List, f *schema.Field) (any, error) {
	out := make(value.List, len(list))
	for i, e := range list {
		item, err := b.at(strconv.Itoa(i), func() (any, error) {
			if o, ok := e.(value.Object); ok {
				return b.object(o, f.Fields, true)
			}
			b.refuse(e, "must be an object", "muss ein Objekt sein")
			return nil, nil
		})
		if err != nil {
			return nil, err
		}
		out[i] = item
	}
	return out, nil
}

// refuse notes that the value at the current path has the wrong shape.
func (b *bodyReader) refuse(v any, english, german string) {
	var label strings.Builder
	for i, name := range b.path {
		switch {
		case i == 0:
			label.WriteString(name)
		case name[0] >= '0' && name[0] <= '9':
			label.WriteString("[" + name + "]")
		default:
			label.WriteString("." + name)
		}
	}
	b.wrong = append(b.wrong, fault.Field{
		Path: slices.Clone(b.path), Code: "type", English: label.String() + " " + english, German: label.String() + " " + german, Value: v,
	})
}

// positive tells whether v is a numeric id.
func positive(v any) bool {
	id, ok := v.(int64)
	return ok && id > 0
}
