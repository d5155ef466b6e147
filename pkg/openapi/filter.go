package openapi

import (
	"slices"

	"kontor/pkg/schema"
	"kontor/pkg/value"
)

// filterSchemas are the conditions on one value of each kind. A bare value is $eq.
func filterSchemas() value.Object {
	text, number, boolean, id := value.Object{"type": "string"}, value.Object{"type": "number"}, value.Object{"type": "boolean"}, numericID()
	day := value.Object{"type": "string", "description": "A date, or an RFC 3339 time", "examples": value.List{"2026-11-22", "2026-11-22T18:00:00Z"}}
	none := value.Object{"type": "boolean"}
	equal := []string{"$eq", "$ne"}
	ranged := []string{"$lt", "$lte", "$gt", "$gte"}
	folded := []string{"$eqi", "$nei", "$contains", "$notContains", "$containsi", "$notContainsi", "$startsWith", "$startsWithi", "$endsWith", "$endsWithi"}
	conditions := func(v value.Object, ops ...[]string) value.Object {
		p := value.Object{"$null": none, "$notNull": none, "$in": listOf(v), "$notIn": listOf(v)}
		for _, name := range slices.Concat(ops...) {
			p[name] = v
		}
		if slices.Contains(slices.Concat(ops...), "$lt") {
			p["$between"] = with(with(listOf(v), "minItems", int64(2)), "maxItems", int64(2))
		}
		return anyOf(v, object(p))
	}
	file := value.Object{}
	for _, name := range []string{"name", "documentId", "hash", "alternativeText", "caption", "credit", "licence", "ext", "mime"} {
		file[name] = conditions(text, equal, folded)
	}
	for _, name := range []string{"id", "width", "height", "size"} {
		file[name] = conditions(number, equal, ranged)
	}
	for _, name := range []string{"createdAt", "updatedAt"} {
		file[name] = conditions(day, equal, ranged)
	}
	return value.Object{
		"FileFilters": object(file),
		"TextFilter":  conditions(text, equal, folded), "OrderedTextFilter": conditions(text, equal, ranged, folded),
		"NumberFilter": conditions(number, equal, ranged), "BooleanFilter": conditions(boolean, equal), "DateFilter": conditions(day, equal, ranged),
		"IdFilter":   conditions(anyOf(id, text), equal),
		"NullFilter": object(value.Object{"$null": none, "$notNull": none}),
	}
}

// filters is the schema of conditions on entries of a type.
func (b *builder) filters(t *schema.Type) value.Object {
	v := b.views[t.ID]
	return b.once(t.ID+" filters", b.typeName(t)+"Filters", func() value.Object {
		p := value.Object{
			"id": b.filterRef("NumberFilter"), "documentId": b.filterRef("TextFilter"), "createdAt": b.filterRef("DateFilter"),
			"updatedAt": b.filterRef("DateFilter"), "publishedAt": b.filterRef("DateFilter"), "locale": b.filterRef("TextFilter"),
		}
		for _, f := range t.Fields {
			if !among(v.Listed, f) {
				continue
			}
			if s := b.filter(f, b.typeName(t)); s != nil {
				p[f.Name] = s
			}
		}
		self := ref(b.typeName(t) + "Filters")
		if t.Localized() {
			p["localizations"] = with(anyOf(b.filterRef("NullFilter"), self), "description", "Conditions on one of the entry's other locales")
		}
		return logical(p, self)
	})
}

// target is the type that a relation leads to, if the document has it.
func (b *builder) target(f *schema.Field) (View, bool) {
	if f.Kind != schema.Relation {
		return View{}, false
	}
	v, ok := b.views[f.Relation.To]
	return v, ok
}

// logical adds what joins conditions.
func logical(p value.Object, self value.Object) value.Object {
	p["$and"], p["$or"], p["$not"] = listOf(self), listOf(self), self
	return object(p)
}

func (b *builder) filterRef(name string) value.Object { return ref(b.name("filter "+name, name)) }

// filter is the schema of conditions on a field; nil if there are none.
func (b *builder) filter(f *schema.Field, owner string) value.Object {
	name := "TextFilter"
	switch f.Kind {
	case schema.Integer, schema.Number, schema.Money:
		name = "NumberFilter"
	case schema.Boolean:
		name = "BooleanFilter"
	case schema.Date, schema.DateTime, schema.LocalTime:
		name = "DateFilter"
	case schema.JSON:
		name = "NullFilter"
	case schema.Asset:
		return titled(anyOf(b.filterRef("IdFilter"), b.filterRef("FileFilters")), f)
	case schema.Relation:
		target, ok := b.target(f)
		if !ok {
			return nil
		}
		return titled(anyOf(b.filterRef("IdFilter"), b.filters(target.Type)), f)
	case schema.Point:
		return titled(object(value.Object{"lat": b.filterRef("NumberFilter"), "lng": b.filterRef("NumberFilter")}), f)
	case schema.Object:
		return b.partFilters(f, owner)
	default:
		if f.Sortable() {
			name = "OrderedTextFilter"
		}
	}
	return titled(b.filterRef(name), f)
}

func (b *builder) partFilters(f *schema.Field, owner string) value.Object {
	key, wish := partName(f, owner)
	return b.once(key+" filters", wish+"Filters", func() value.Object {
		p := value.Object{}
		for _, g := range f.Fields {
			if s := b.filter(g, wish); s != nil {
				p[g.Name] = s
			}
		}
		return logical(p, ref(b.name(key+" filters", wish+"Filters")))
	})
}

// Parameters of the routes of entries.

func query(name, description string, s value.Object) value.Object {
	return value.Object{"name": name, "in": "query", "description": description, "schema": s}
}

// commas is a list in one parameter.
func commas(p value.Object) value.Object {
	p["style"], p["explode"] = "form", false
	return p
}

// brackets is an object whose names stand in brackets behind the parameter's.
func brackets(p value.Object) value.Object {
	p["style"], p["explode"] = "deepObject", true
	return p
}

// shaping are the parameters that say what an answer shows.
func (b *builder) shaping(v View) value.List {
	name := b.typeName(v.Type)
	fields, populate := value.List{"id", "documentId", "createdAt", "updatedAt", "publishedAt"}, value.List{"*"}
	if v.Type.Localized() {
		fields, populate = append(fields, "locale"), append(populate, "localizations")
	}
	for _, f := range v.Type.Fields {
		switch {
		case !among(v.Shown, f), f.Kind == schema.Relation && b.views[f.Relation.To].Type == nil:
		case f.Populated():
			populate = append(populate, f.Name)
		default:
			fields = append(fields, f.Name)
		}
	}
	return value.List{
		commas(query("fields", "The plain fields to answer; all if absent. `id` and `documentId` always come.",
			listOf(b.words(v.Type, name+"Field", fields)))),
		with(commas(query("populate", "Relations, objects and files to answer, none if absent; `*` is all of one level. A dot goes deeper, up to four levels: `topics.image`. "+
			"In brackets each takes `fields`, `filters`, `sort` and `populate` of its own: `populate[topics][fields][0]=name`.",
			listOf(anyOf(b.words(v.Type, name+"Populate", populate), value.Object{"type": "string", "pattern": `^[a-zA-Z0-9]+(\.[a-zA-Z0-9]+){1,3}$`})))),
			"example", value.List{"*"}),
		b.locale(v.Type, false),
	}
}

// words is one of some names.
func (b *builder) words(t *schema.Type, wish string, names value.List) value.Object {
	return b.once(t.ID+" words "+wish, wish, func() value.Object { return value.Object{"type": "string", "enum": names} })
}

func (b *builder) locale(t *schema.Type, every bool) value.Object {
	locales, says := b.locales(), "The type has no locales, so this says only in which one what it points to is answered."
	if t.Localized() {
		locales, says = slices.Clone(t.Locales), "One locale; "+t.DefaultLocale()+" if absent."
	}
	if every {
		locales, says = append(locales, "*"), says+" `*` is every one."
	}
	return query("locale", says, value.Object{"type": "string", "enum": texts(locales)})
}

// locales are those that some type has. A type without locales takes each of them.
func (b *builder) locales() []string {
	var out []string
	for _, v := range b.src.Types {
		for _, l := range v.Type.Locales {
			if !slices.Contains(out, l) {
				out = append(out, l)
			}
		}
	}
	return out
}

func status(description string) value.Object {
	return query("status", description, value.Object{"type": "string", "enum": value.List{"draft", "published"}})
}

// choosing are the parameters that say which entries are meant.
func (b *builder) choosing(v View) value.List {
	return value.List{
		with(brackets(query("filters", "Conditions, nested in brackets: `filters[title][$containsi]=bauhof`. Conditions under one relation meet in one target.", b.filters(v.Type))),
			"example", value.Object{}), // or pages send all of them at once
		query("_q", "Words to look for in the title, the slug and the searched fields; case and accents don't count.",
			value.Object{"type": "string", "maxLength": int64(500)}),
	}
}

// paging are the parameters of lists about order and pages.
func (b *builder) paging(v View) value.List {
	sorts := value.List{}
	add := func(name string) { sorts = append(sorts, name, name+":asc", name+":desc") }
	for _, name := range []string{"id", "documentId", "createdAt", "updatedAt", "publishedAt", "locale"} {
		add(name)
	}
	for _, f := range v.Type.Fields {
		if among(v.Listed, f) && f.Sortable() {
			add(f.Name)
		}
		if to, ok := b.target(f); ok && among(v.Listed, f) && !f.Many {
			for _, g := range to.Type.Fields {
				if among(to.Listed, g) && g.Sortable() {
					add(f.Name + "." + g.Name)
				}
			}
		}
	}
	whole := func(least, most, usual int64) value.Object {
		return value.Object{"type": "integer", "minimum": least, "maximum": most, "default": usual}
	}
	return value.List{
		commas(query("sort", "German alphabetical order (DIN 5007-1); entries without the field come first. Only the first key leads through a relation.",
			with(listOf(b.words(v.Type, b.typeName(v.Type)+"Sort", sorts)), "maxItems", int64(10)))),
		with(brackets(query("pagination", "Pages, or a window by `start` and `limit`; never both. A size over 100 becomes 100.", object(value.Object{
			"page": whole(1, maxWindow, 1), "pageSize": whole(1, 100, 25), "start": whole(0, maxWindow, 0), "limit": whole(1, 100, 25),
			"withCount": value.Object{"type": "boolean", "default": true, "description": "Whether the answer has the total"},
		}))), "example", value.Object{"page": int64(1), "pageSize": int64(25)}),
	}
}

// maxWindow is the farthest that a document offers to look into a list; a server takes more.
const maxWindow = 1_000_000
