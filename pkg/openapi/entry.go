package openapi

import (
	"net/http"

	"kontor/pkg/value"
)

// Act is what a route does with entries. Routes with one are described once for each content type.
type Act int

// The acts. Those of a path without an id serve collections and single types alike, since the router can't tell them apart.
const (
	None   Act = iota // a route that has nothing to do with types
	Find              // GET of a collection, or of a single type
	Get               // GET of one entry of a collection
	Count             // how many entries a list has
	Create            // POST to a collection
	Put               // PUT of a single type
	Change            // PUT of one entry of a collection
	Drop              // DELETE of a single type
	Remove            // DELETE of one entry of a collection
)

// verbs begin the operationIds of acts on one entry.
var verbs = map[Act]string{Get: "get", Create: "create", Put: "put", Change: "update", Remove: "delete"}

// entries adds the routes of a type's entries, as far as the caller may use them.
func (b *builder) entries(v View) {
	for _, o := range b.src.Operations {
		if o.Each == None {
			continue
		}
		single := o.Each == Put || o.Each == Drop || o.Each == Find && v.Type.Single
		if v.Type.Single != single || !v.may(o.Each) {
			continue
		}
		path := "/api/" + v.Type.PathName()
		switch o.Each {
		case Get, Change, Remove:
			path += "/{documentId}"
		case Count:
			path += "/count"
		}
		b.entryOperation(v, path, o)
	}
}

func (v View) may(a Act) bool {
	switch a {
	case Create:
		return v.Create != nil
	case Put, Change:
		return v.Update != nil
	case Drop, Remove:
		return v.Deletes
	}
	return true
}

// entryOperation fills in what a route of entries is for one type.
func (b *builder) entryOperation(v View, path string, o Operation) {
	t, name := v.Type, b.typeName(v.Type)
	o.Tag = t.ID
	o.Refuses = append(o.Refuses, http.StatusNotFound) // for callers who may do nothing with the type
	one := b.once(t.ID+" one", name+"Answer", func() value.Object {
		return object(value.Object{"data": b.entry(t), "meta": ref("WriteMeta")}, "data", "meta")
	})
	parameters := value.List{}
	if o.Each == Get || o.Each == Change || o.Each == Remove {
		parameters = append(parameters, value.Object{"name": "documentId", "in": "path", "required": true, "schema": documentID()})
	}
	verb, what := "", name
	switch o.Each {
	case Find:
		o.Open, o.Answer.Schema, verb = t.Public, one, "get"
		if !t.Single {
			o.Answer.Schema, verb, what = b.list(v, name), "find", pascal(t.Plural)
			parameters = append(append(parameters, b.choosing(v)...), b.paging(v)...)
		}
		parameters = append(parameters, b.reading(v, !t.Single)...)
	case Count:
		o.Open, o.Answer.Schema, verb, what = t.Public, value.Object{"type": "integer", "minimum": int64(0)}, "count", pascal(t.Plural)
		all := b.reading(v, true)
		parameters = append(append(parameters, b.choosing(v)...), all[2:]...) // neither fields nor populate
	case Get:
		verb, o.Open, o.Answer.Schema = "get", t.Public, one
		parameters = append(parameters, b.reading(v, false)...)
	case Create, Change, Put:
		verb = verbs[o.Each]
		fields, act := v.Update, "Update"
		if o.Each == Create {
			fields, act = v.Create, "Create"
			o.Answer.Status, o.Answer.Links = http.StatusCreated, b.links(v, name)
		}
		o.Answer.Schema, o.Answer.Headers = one, []string{"ETag", "Kontor-Removed"}
		o.Body.Schema = object(value.Object{"data": b.input(t, act, fields), "meta": value.Object{"type": "object"}}, "data")
		o.Refuses = append(o.Refuses, http.StatusConflict)
		parameters = append(parameters, b.shaping(v)...)
		parameters = append(parameters, status("`draft` leaves what is published as it is; else the write publishes, if the caller may."))
		if o.Each == Create {
			o.Refuses = append(o.Refuses, http.StatusUnprocessableEntity)
			parameters = append(parameters, parameter(IdempotencyKey(), "header"))
		} else {
			o.Refuses = append(o.Refuses, http.StatusPreconditionFailed)
			parameters = append(parameters, parameter(IfMatch(false), "header"))
		}
	case Drop, Remove:
		verb, o.Answer.Status = "delete", http.StatusNoContent
		o.Refuses = append(o.Refuses, http.StatusConflict, http.StatusPreconditionFailed)
		parameters = append(parameters, b.locale(t, true), parameter(IfMatch(false), "header"))
	}
	if o.Method == http.MethodGet {
		parameters = append(parameters, ifNoneMatch())
		if v.Drafts { // not everybody's
			o.Refuses = append(o.Refuses, http.StatusForbidden)
		}
	}
	wish := verb + what
	o.ID = b.id(t.ID+" "+wish, wish)
	o.Summary = t.Title.DE + ": " + o.Summary
	b.add(path, o, parameters)
}

// reading are the parameters of GET.
func (b *builder) reading(v View, every bool) value.List {
	out := b.shaping(v)
	out[len(out)-1] = b.locale(v.Type, every)
	if v.Drafts {
		out = append(out, status("`draft` answers what is being worked on."))
	}
	return append(out, query("localeFallback", "Whether an entry that is not in the locale is answered in the default one; its `locale` tells.", value.Object{"type": "boolean"}))
}

// list is the answer of a collection.
func (b *builder) list(v View, name string) value.Object {
	return b.once(v.Type.ID+" list", name+"List", func() value.Object {
		return object(value.Object{
			"data": listOf(b.entry(v.Type)), "meta": object(value.Object{"pagination": ref("Pagination")}, "pagination"),
		}, "data", "meta")
	})
}

// links say where an entry that was made is found.
func (b *builder) links(v View, name string) value.Object {
	out := value.Object{}
	for _, act := range []Act{Get, Change, Remove} {
		if verb := verbs[act]; v.may(act) {
			out[verb] = value.Object{"operationId": b.id(v.Type.ID+" "+verb+name, verb+name), "parameters": value.Object{"documentId": "$response.body#/data/documentId"}}
		}
	}
	return out
}
