package schema

import "slices"

const (
	defaultVersions = 100
	maxLevels       = 2 // of objects within objects
)

func (l *loader) keywords(s *source) keywords { return keywords{l: l, src: s, m: s.tree} }

// declare builds a type from its file.
func (l *loader) declare(s *source) {
	k := l.keywords(s)
	x := k.object("x-type")
	id, _ := k.text("$id")
	plural, _ := x.text("plural")
	display, _ := x.text("display")
	slug, _ := x.text("slug")
	path, _ := x.text("path")
	review, _ := x.text("review")
	description, _ := k.text("description")
	titles := x.object("titles").plural(k.label())
	t := &Type{
		ID: id, Plural: plural, Title: k.label(), Titles: titles, Description: description, Single: x.boolean("single", false),
		Display: display, Slug: slug, Path: path, Locales: x.texts("locales"), Public: x.boolean("public", false),
		Drafts: x.boolean("drafts", true), Versions: x.whole("versions", defaultVersions), Review: review, Raw: s.data,
	}
	for _, list := range list(x.m["indexes"]) {
		t.Indexes = append(t.Indexes, texts(list))
	}
	t.Choices = l.choices(k)
	t.Fields, t.byName = l.fields(k, t, 0)
	l.declared = append(l.declared, declared{t: t, k: k})
}

// choices reads the root's oneOf or anyOf, each a list of {"required": [field]}.
func (l *loader) choices(k keywords) []Choice {
	var choices []Choice
	for _, word := range []string{"oneOf", "anyOf"} {
		c := Choice{Exactly: word == "oneOf"}
		for _, branch := range k.objects(word) {
			names := branch.texts("required")
			if len(names) != 1 {
				branch.wrong("required", "must name one field")
				continue
			}
			c.Fields = append(c.Fields, names[0])
		}
		if len(c.Fields) > 0 {
			choices = append(choices, c)
		}
	}
	return choices
}

// fields builds what stands under properties, in the file's order. t is nil for a shared object on its own.
func (l *loader) fields(k keywords, t *Type, level int) ([]*Field, map[string]*Field) {
	required := k.texts("required")
	properties := k.object("properties")
	var fields []*Field
	byName := map[string]*Field{}
	for _, name := range properties.names() {
		f := l.field(properties.object(name), name, t, level)
		f.Required = slices.Contains(required, name)
		fields = append(fields, f)
		byName[name] = f
	}
	checkOrders(properties, fields, byName)
	for i, name := range required {
		if byName[name] == nil {
			k.wrong("required", "there is no field %q", required[i])
		}
	}
	return fields, byName
}

func (l *loader) sharedObject(s *source) {
	l.fields(l.keywords(s), nil, 1)
}

// kindOf reads the kind of a value from the keywords that only it has.
func kindOf(k keywords) Kind {
	for _, row := range []struct {
		word string
		kind Kind
	}{
		{"$ref", Object}, {"x-relation", Relation}, {"x-asset", Asset}, {"x-json", JSON}, {"x-geo", Point},
		{"x-local-time", LocalTime}, {"x-money", Money}, {"oneOf", Enum},
	} {
		if k.has(row.word) {
			return row.kind
		}
	}
	media, _ := k.text("contentMediaType")
	format, _ := k.text("format")
	name, _ := k.text("type")
	switch {
	case name == "string" && media == "text/plain":
		return Text
	case name == "string" && media == "text/html":
		return RichText
	case name == "string" && media != "":
		return ""
	case name == "string" && format != "":
		return formats[format]
	}
	return plainTypes[name]
}

var formats = map[string]Kind{"date": Date, "date-time": DateTime, "email": Email, "uri": URI, "slug": Slug}

var plainTypes = map[string]Kind{"string": String, "integer": Integer, "number": Number, "boolean": Boolean, "object": Object}

func (l *loader) field(k keywords, name string, t *Type, level int) *Field {
	description, _ := k.text("description")
	f := &Field{
		Name: name, Title: k.label(), Description: description, Unique: k.boolean("x-unique", false),
		Search: declareSearch(k.object("x-search")), Admin: declareAdmin(k.object("x-admin")),
		Access: declareAccess(k.object("x-access")), Migrate: declareMigration(k),
	}
	f.After, _ = k.text("x-after")
	f.Before, _ = k.text("x-before")
	f.DefaultBy, _ = k.text("x-default")
	kindly := k
	if word, _ := k.text("type"); word == "array" {
		f.Many = true
		f.MinItems, f.MaxItems = k.whole("minItems", 0), k.whole("maxItems", 0)
		if f.MaxItems > 0 && f.MinItems > f.MaxItems {
			k.wrong("minItems", "%d is more than maxItems %d", f.MinItems, f.MaxItems)
		}
		if !k.has("x-relation") && !k.has("x-asset") {
			kindly = k.object("items")
		}
	}
	f.Kind = kindOf(kindly)
	switch rules := kinds[f.Kind].(type) {
	case nil:
		kindly.wrong("", "is of no known kind of field")
		f.Kind = JSON
	case declarer:
		rules.declare(f, kindly)
	}
	if f.Kind == Object {
		l.objectFields(f, kindly, t, level+1)
	}
	f.Localized = level == 0 && t.Localized() && k.boolean("x-localized", f.localizedByDefault())
	l.checkField(f, k, t, level)
	return f
}

func (f *Field) localizedByDefault() bool { return f.traits().localized }

func (l *loader) objectFields(f *Field, k keywords, t *Type, level int) {
	f.byName = map[string]*Field{}
	if level > maxLevels {
		at := k
		if k.via != nil {
			at = *k.via
		}
		at.wrong("", "objects nest at most %d levels deep", maxLevels)
		return
	}
	if ref, ok := k.text("$ref"); ok {
		shared, found := l.shared[ref]
		if !found {
			k.wrong("$ref", "there is no %s", ref)
			return
		}
		site := k
		f.Shared = ref
		k = l.keywords(shared)
		k.via = &site
		if f.Title.DE == "" {
			f.Title = k.label()
		}
		if f.Description == "" {
			f.Description, _ = k.text("description")
		}
	}
	f.Fields, f.byName = l.fields(k, t, level)
}

func declareSearch(k keywords) Search {
	return Search{Weight: k.whole("weight", 0), Facet: k.boolean("facet", false), Sort: k.boolean("sort", false), Include: k.texts("include"),
		Synonym: k.boolean("synonym", false)}
}

func declareAdmin(k keywords) Admin {
	a := Admin{Hidden: k.boolean("hidden", false)}
	a.Group, _ = k.text("group")
	a.Help, _ = k.text("help")
	a.Widget, _ = k.text("widget")
	if order := k.number("order"); order != nil {
		a.Order = *order
	}
	return a
}

func declareAccess(k keywords) Access {
	a := Access{Read: k.texts("read"), Write: k.texts("write")}
	condition := k.object("readIf")
	for _, name := range condition.names() {
		if v, ok := condition.text(name); ok {
			a.ReadIf = &Condition{Field: name, Value: v}
		}
	}
	return a
}

func declareMigration(k keywords) *Migration {
	if !k.has("x-migrate") {
		return nil
	}
	m := &Migration{}
	x := k.object("x-migrate")
	m.From, _ = x.text("from")
	hints := x.object("map")
	for _, name := range hints.names() {
		if m.Map == nil {
			m.Map = map[string]string{}
		}
		m.Map[name], _ = hints.text(name)
	}
	return m
}
