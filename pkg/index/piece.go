package index

import (
	"kontor/pkg/auth"
	"kontor/pkg/query"
	"kontor/pkg/schema"
	"kontor/pkg/search"
)

// piece is a field on its way into search: what is read of it, and which attributes it becomes.
type piece struct {
	field  *schema.Field
	name   string // of the attribute: dotted within objects
	strict bool   // the public reads it in every entry, and not only in some

	target  *schema.Type    // of a relation
	display *schema.Field   // of the target; nil if the public does not read it
	include []*schema.Field // of the target
	inner   []piece         // of an object
}

// reader gives what the public reads of a type; not ok if nothing.
type reader func(t *schema.Type) (auth.Grant, bool)

// pieces are the fields of a type that search has something of, as far as the public may read them.
func pieces(t *schema.Type, types *schema.Set, reads reader) []piece {
	g, ok := reads(t)
	if !ok {
		return nil
	}
	var out []piece
	geo := false
	for _, f := range t.Fields {
		if !g.Some.Some(f.Name) {
			continue
		}
		p := piece{field: f, name: f.Name, strict: g.Fields.Open(f.Name)}
		switch {
		case f.Kind == schema.Point:
			if geo || f.Many { // an index knows one place of a document: the first field's
				continue
			}
			geo = true
		case f.Kind == schema.Object:
			if p.inner = innerPieces(f, f.Name); len(p.inner) == 0 {
				continue
			}
		case f.Kind == schema.Relation && f.Searched():
			if !p.follow(types, reads) {
				continue
			}
		case showsFile(f):
		case f.Kind == schema.Asset || f.Kind == schema.JSON || f.Kind == schema.Relation:
			continue
		case !f.Searched() && f.Name != t.Display && f.Kind != schema.Slug && !showsAddress(f):
			continue
		}
		out = append(out, p)
	}
	return out
}

// innerPieces are the fields within an object that have a weight. Who reads the object reads them.
func innerPieces(f *schema.Field, path string) []piece {
	var out []piece
	for _, in := range f.Fields {
		p := piece{field: in, name: path + "." + in.Name}
		switch {
		case in.Kind == schema.Object:
			if p.inner = innerPieces(in, p.name); len(p.inner) == 0 {
				continue
			}
		case in.Search.Weight == 0 || !in.Textual():
			continue
		}
		out = append(out, p)
	}
	return out
}

// follow looks at what a relation leads to; false if the public reads nothing of that.
func (p *piece) follow(types *schema.Set, reads reader) bool {
	t, ok := types.Type(p.field.Relation.To)
	if !ok {
		return false
	}
	g, ok := reads(t)
	if !ok {
		return false
	}
	p.target = t
	if f, ok := t.Field(t.Display); ok && g.Some.Some(f.Name) {
		p.display = f
		p.strict = p.strict && g.Fields.Open(f.Name)
	}
	for _, name := range p.field.Search.Include {
		if f, ok := t.Field(name); ok && g.Some.Some(name) {
			p.include = append(p.include, f)
			p.strict = p.strict && g.Fields.Open(name)
		}
	}
	return p.display != nil || len(p.include) > 0
}

// asked is what is to be read of entries for some pieces.
func asked(list []piece) (fields []string, populate []query.Populate) {
	fields = []string{} // none, and not all
	for _, p := range list {
		switch {
		case p.target != nil:
			q := query.Populate{Path: p.field.Name, Fields: []string{}}
			if p.display != nil {
				q.Fields = append(q.Fields, p.display.Name)
			}
			for _, f := range p.include {
				q.Fields = append(q.Fields, f.Name)
			}
			populate = append(populate, q)
		case showsFile(p.field):
			populate = append(populate, query.Populate{Path: p.field.Name})
		case len(p.inner) > 0:
			q := query.Populate{Path: p.field.Name}
			q.Fields, q.Populate = asked(p.inner)
			populate = append(populate, q)
		default:
			fields = append(fields, p.field.Name)
		}
	}
	return fields, populate
}

// attributes are those that a piece becomes, and what can be done with them.
func (p piece) attributes() []search.Attribute {
	f := p.field
	switch {
	case len(p.inner) > 0:
		var out []search.Attribute
		for _, in := range p.inner {
			out = append(out, in.attributes()...)
		}
		return out
	case p.target != nil:
		out := []search.Attribute{{Name: p.name + "_id", Filter: true}}
		if p.display != nil {
			out = append(out, search.Attribute{Name: p.name, Weight: f.Search.Weight, Filter: f.Search.Facet})
		}
		for _, in := range p.include {
			out = append(out, included(p.name, in)...)
		}
		return out
	case showsFile(f):
		return p.fileAttributes()
	case f.Kind == schema.Point:
		return []search.Attribute{{Name: search.GeoAttribute, Filter: true, Sort: true}}
	}
	own := search.Attribute{Name: p.name, Weight: f.Search.Weight, Filter: f.Search.Facet || f.Kind == schema.Slug, Sort: f.Search.Sort}
	return append([]search.Attribute{own}, twins(p.name, f)...)
}

// included are the attributes of a field of a relation's target: "municipalities.district".
func included(name string, f *schema.Field) []search.Attribute {
	own := search.Attribute{Name: name + "." + f.Name, Filter: true}
	if f.Textual() {
		own.Weight = 1
	}
	return append([]search.Attribute{own}, twins(own.Name, f)...)
}

// twins are what stands beside a value: the constant of a label, the seconds of a time.
func twins(name string, f *schema.Field) []search.Attribute {
	switch f.Kind {
	case schema.Enum:
		return []search.Attribute{{Name: name + "_id", Filter: true, Sort: !f.Many}}
	case schema.Date, schema.DateTime, schema.LocalTime:
		return []search.Attribute{{Name: name + "_ts", Filter: true, Sort: !f.Many}}
	}
	return nil
}
