// Package openapi describes the HTTP interface as an OpenAPI 3.1 document: the routes of a table, those of entries once for each
// content type.
//
// A document is made for one caller. Types and fields that the caller may not read are not in it, and neither are acts on entries that
// its role does not open. The routes that have nothing to do with types are in every document: they are the same in every Kontor.
package openapi

import (
	"cmp"
	"slices"
	"strconv"
	"strings"

	"kontor/pkg/schema"
	"kontor/pkg/value"
)

// Source is what a document is made of.
type Source struct {
	Types      []View
	Operations []Operation
	Schemas    value.Object // what operations name, as components of a document have it
	Tags       []Tag        // in the order in which pages show them
}

// View is a content type as far as one caller has it. Only types whose entries the caller may read have one.
type View struct {
	Type    *schema.Type
	Shown   []string // fields that some entry shows
	Listed  []string // fields that filters and sorts may name
	Create  []string // fields that may be written; nil if the caller makes no entries
	Update  []string // likewise
	Drafts  bool     // whether the caller reads drafts
	Deletes bool
}

// Tag is a group of operations.
type Tag struct{ Name, Description string }

// Document makes the document.
func Document(src Source) value.Object {
	b := &builder{src: src, views: map[string]View{}, schemas: value.Object{}, names: map[string]string{}, ids: map[string]string{}, paths: value.Object{}}
	for name, s := range src.Schemas {
		b.schemas[name] = s
		b.names[name] = name
	}
	for _, v := range src.Types {
		b.views[v.Type.ID] = v
		b.name(v.Type.ID, pascal(v.Type.ID))
	}
	for _, o := range src.Operations {
		if o.Each == None {
			b.ids[o.ID] = o.ID
		}
	}
	for name, s := range filterSchemas() {
		b.schemas[b.name("filter "+name, name)] = s
	}
	tags := value.List{}
	for _, v := range src.Types {
		b.entries(v)
		tags = append(tags, value.Object{"name": v.Type.ID, "description": described(v.Type.Title.DE, v.Type.Description)})
	}
	for _, t := range src.Tags {
		tags = append(tags, value.Object{"name": t.Name, "description": t.Description})
	}
	for _, o := range src.Operations {
		b.operation(o)
	}
	return used(value.Object{
		"openapi": "3.1.0",
		"info": value.Object{
			"title": "Kontor", "version": "1.0.0", "summary": "Content, files and their administration",
			"description": introduction, "license": value.Object{"name": "MIT", "identifier": "MIT"},
		},
		"servers":  value.List{value.Object{"url": "/", "description": "This Kontor"}},
		"tags":     tags,
		"paths":    b.paths,
		"security": value.List{value.Object{}, value.Object{"bearer": value.List{}}},
		"components": value.Object{
			"schemas": b.schemas, "responses": refusals(), "headers": headers(),
			"securitySchemes": value.Object{"bearer": value.Object{
				"type": "http", "scheme": "bearer",
				"description": "A token of `kontor token create`, or the `jwt` that signing in answers.",
			}},
		},
	})
}

// used drops the components that nothing refers to.
func used(doc value.Object) value.Object {
	all, _ := doc["components"].(value.Object)
	kept := value.Object{"securitySchemes": all["securitySchemes"]}
	var follow func(v any)
	follow = func(v any) {
		switch x := v.(type) {
		case value.List:
			for _, e := range x {
				follow(e)
			}
		case value.Object:
			for _, e := range x {
				follow(e)
			}
			target, _ := x["$ref"].(string)
			kind, name, ok := strings.Cut(strings.TrimPrefix(target, "#/components/"), "/")
			if !ok {
				return
			}
			if kept[kind] == nil {
				kept[kind] = value.Object{}
			}
			if to, from := kept[kind].(value.Object), all[kind].(value.Object); to[name] == nil {
				to[name] = from[name]
				follow(from[name])
			}
		}
	}
	follow(doc["paths"])
	doc["components"] = kept
	return doc
}

const introduction = "`/api` speaks the REST dialect of Strapi 5, so that clients made for it run unchanged; `/manage` is what that lacks; `/files` " +
	"has the bytes of files, and `/search` speaks the search API of Meilisearch.\n\nThis document is yours: it has the content types and fields that you may read, and the acts that your role opens. " +
	"Ask for it with your token to see what that opens.\n\nUnknown fields, and parameters that resemble a known one, are refused with 400 and the name of what is wrong; other parameters are ignored. Answers to " +
	"GET carry an ETag; with If-None-Match what has not changed is 304. Nested parameters stand in brackets, as in " +
	"`filters[topics][name][$eqi]=bauhof` and `populate[topics][fields][0]=name`."

// builder is a document in the making.
type builder struct {
	src     Source
	views   map[string]View // by type
	schemas value.Object
	names   map[string]string // of schemas: who has them
	ids     map[string]string // of operations: who has them
	paths   value.Object
}

// name gives the name of the schema that somebody calls for: the one that is wished for, unless another has it.
func (b *builder) name(owner, wish string) string { return claim(b.names, owner, wish) }

// id is the same for operations.
func (b *builder) id(owner, wish string) string { return claim(b.ids, owner, wish) }

func claim(taken map[string]string, owner, wish string) string {
	name := wish
	for i := 2; taken[name] != "" && taken[name] != owner; i++ {
		name = wish + strconv.Itoa(i)
	}
	taken[name] = owner
	return name
}

// once makes a schema under a name of its own the first time somebody calls for it, and refers to it. It may refer to itself.
func (b *builder) once(owner, wish string, make func() value.Object) value.Object {
	name := b.name(owner, wish)
	if _, ok := b.schemas[name]; !ok {
		b.schemas[name] = nil
		b.schemas[name] = make()
	}
	return ref(name)
}

// typeName is what schemas of a type are called.
func (b *builder) typeName(t *schema.Type) string { return b.name(t.ID, pascal(t.ID)) }

// pascal makes LegalForm of legal-form and of legalForm.
func pascal(s string) string {
	var out strings.Builder
	for word := range strings.FieldsFuncSeq(s, func(r rune) bool { return r == '-' || r == '_' || r == '.' || r == '/' }) {
		out.WriteString(strings.ToUpper(word[:1]) + word[1:])
	}
	return out.String()
}

// described joins a title and what else is said of something.
func described(title, more string) string {
	if more == "" || title == "" {
		return cmp.Or(title, more)
	}
	return title + ": " + more
}

// Small parts of schemas.

func ref(name string) value.Object { return value.Object{"$ref": "#/components/schemas/" + name} }

func listOf(item any) value.Object { return value.Object{"type": "array", "items": item} }

// object is an object of exactly these properties.
func object(properties value.Object, required ...string) value.Object {
	out := value.Object{"type": "object", "properties": properties, "additionalProperties": false}
	if len(required) > 0 {
		out["required"] = texts(required)
	}
	return out
}

func anyOf(list ...any) value.Object { return value.Object{"anyOf": value.List(list)} }

// orNull takes null beside what a schema takes.
func orNull(s value.Object) value.Object {
	name, plain := s["type"].(string)
	switch {
	case len(s) == 0: // takes everything
	case plain && s["enum"] == nil:
		s["type"] = value.List{name, "null"}
	default:
		return anyOf(s, value.Object{"type": "null"})
	}
	return s
}

func texts(list []string) value.List {
	out := make(value.List, len(list))
	for i, s := range list {
		out[i] = s
	}
	return out
}

// with gives an object with more in it.
func with(o value.Object, name string, v any) value.Object {
	if v != nil && v != "" {
		o[name] = v
	}
	return o
}

func among(list []string, f *schema.Field) bool { return slices.Contains(list, f.Name) }
