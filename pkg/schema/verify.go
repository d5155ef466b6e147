package schema

import (
	"regexp"
	"slices"
	"strconv"
	"strings"
)

var (
	idForm          = regexp.MustCompile(`^[a-z][a-z0-9-]{0,39}$`)
	fieldForm       = regexp.MustCompile(`^[a-z][A-Za-z0-9]{0,63}$`)
	localeForm      = regexp.MustCompile(`^[a-z]{2,3}(-[A-Za-z0-9]{2,8})*$`)
	durationForm    = regexp.MustCompile(`^P([1-9][0-9]*Y)?([1-9][0-9]*M)?([1-9][0-9]*W)?([1-9][0-9]*D)?$`)
	placeholderForm = regexp.MustCompile(`\{([^{}]*)\}`)
)

// reserved are the names that mean something else in the paths under /api, /search and /manage.
var reserved = []string{"all", "auth", "admin", "connect", "content-manager", "content-type-builder", "email", "graphql", "health", "i18n", "indexes",
	"me", "multi-search", "permissions", "roles", "tokens", "upload", "users", "users-permissions", "version"}

// verify checks the types, alone and against each other.
func (l *loader) verify() {
	byID := map[string]declared{}
	for _, d := range l.declared {
		if d.t.ID != "" {
			byID[d.t.ID] = d
		}
	}
	l.names()
	for _, d := range l.declared {
		d.header()
		d.fields(byID)
		d.indexes()
		d.choices()
	}
}

// names checks that no two types answer to one name.
func (l *loader) names() {
	taken := map[string]string{}
	claim := func(d declared, k keywords, word, name string) {
		if name == "" {
			return
		}
		if slices.Contains(reserved, name) {
			k.wrong(word, "the name %q is kept for the API", name)
		}
		if other, ok := taken[name]; ok {
			k.wrong(word, "%q is taken by %s", name, other)
			return
		}
		taken[name] = d.k.src.name
	}
	for _, d := range l.declared {
		if d.t.ID != "" && !idForm.MatchString(d.t.ID) {
			d.k.wrong("$id", "must match %s", idForm)
		}
		claim(d, d.k, "$id", d.t.ID)
	}
	for _, d := range l.declared {
		claim(d, d.k.object("x-type"), "plural", d.t.Plural)
	}
	// Search has an index for every locale but the first, named by both.
	for _, d := range l.declared {
		for _, locale := range d.t.Locales {
			index := d.t.PathName() + "-" + strings.ToLower(locale)
			if other, ok := taken[index]; ok {
				d.k.object("x-type").wrong("locales", "the search index %q would be that of %s", index, other)
			}
		}
	}
}

// header checks what stands in x-type.
func (d declared) header() {
	t, x := d.t, d.k.object("x-type")
	switch {
	case t.Single && t.Plural != "":
		x.wrong("plural", "a single type has none")
	case !t.Single && t.Plural == "":
		x.wrong("plural", "is missing")
	case t.Plural != "" && !idForm.MatchString(t.Plural):
		x.wrong("plural", "must match %s", idForm)
	}
	for i, locale := range t.Locales {
		at := x.within(nil, "locales")
		switch {
		case !localeForm.MatchString(locale):
			at.wrong(strconv.Itoa(i), "%q is no language tag", locale)
		case slices.ContainsFunc(t.Locales[:i], func(o string) bool { return strings.EqualFold(o, locale) }):
			at.wrong(strconv.Itoa(i), "%q is there twice", locale)
		}
	}
	if t.Review != "" && (!durationForm.MatchString(t.Review) || t.Review == "P") {
		x.wrong("review", "%q is no ISO 8601 duration of years, months, weeks, days", t.Review)
	}
	if t.Versions < 1 {
		x.wrong("versions", "must be at least 1")
	}
	d.display(x)
	d.slug(x)
	for _, m := range placeholderForm.FindAllStringSubmatch(t.Path, -1) {
		if f := t.byName[m[1]]; m[1] != "id" && m[1] != "documentId" && m[1] != "locale" && (f == nil || f.Many || !f.Sortable()) {
			x.wrong("path", "{%s} is no field with one plain value", m[1])
		}
	}
}

func (d declared) display(x keywords) {
	f, ok := d.t.byName[d.t.Display]
	switch {
	case d.t.Display == "" && d.t.Single:
	case d.t.Display == "":
		x.wrong("display", "is missing")
	case !ok:
		x.wrong("display", "there is no field %q", d.t.Display)
	case f.Many || !f.Textual() || f.Kind == Text || f.Kind == RichText:
		x.wrong("display", "the field %q is not one line of text", f.Name)
	}
}

func (d declared) slug(x keywords) {
	if d.t.Slug == "" {
		return
	}
	f, ok := d.t.byName[d.t.Slug]
	switch {
	case !ok:
		x.wrong("slug", "there is no field %q", d.t.Slug)
	case f.Many || f.Kind != String && f.Kind != Text && f.Kind != Enum:
		x.wrong("slug", "the field %q is no text that a slug can be made from", f.Name)
	}
	if s, ok := d.t.byName["slug"]; !ok || s.Kind != Slug {
		x.wrong("slug", "needs a field slug of format slug")
	}
}

// fields checks what the fields of a type say about other fields and types.
func (d declared) fields(byID map[string]declared) {
	properties := d.k.object("properties")
	if len(d.t.Fields) == 0 {
		properties.wrong("", "there are no fields")
	}
	for _, f := range d.t.Fields {
		k := properties.object(f.Name)
		if !fieldForm.MatchString(f.Name) {
			k.wrong("", "a field's name must match %s", fieldForm)
		}
		d.readIf(f, k)
		if m := f.Migrate; m != nil && d.t.byName[m.From] != nil && m.From != f.Name {
			k.object("x-migrate").wrong("from", "the field %q is still there", m.From)
		}
		d.targets(f, k, byID)
	}
}

// targets checks relations, within objects too.
func (d declared) targets(f *Field, k keywords, byID map[string]declared) {
	for _, inner := range f.Fields {
		at := k
		if f.Many && k.has("items") {
			at = at.object("items")
		}
		if ref, ok := at.text("$ref"); ok {
			at = k.l.keywords(k.l.shared[ref])
		}
		d.targets(inner, at.object("properties").object(inner.Name), byID)
	}
	if f.Kind != Relation {
		return
	}
	to, ok := byID[f.Relation.To]
	if !ok {
		k.object("x-relation").wrong("to", "there is no type %q", f.Relation.To)
		return
	}
	for _, name := range f.Search.Include {
		g, ok := to.t.byName[name]
		switch {
		case !ok:
			k.object("x-search").wrong("include", "the type %q has no field %q", to.t.ID, name)
		case !g.Textual() && !g.Sortable() || g.Kind == RichText:
			k.object("x-search").wrong("include", "the field %q of the type %q is of a kind that cannot be included", name, to.t.ID)
		}
	}
}

func (d declared) readIf(f *Field, k keywords) {
	c := f.Access.ReadIf
	if c == nil {
		return
	}
	at := k.object("x-access").object("readIf")
	list, ok := d.t.byName[c.Field]
	switch {
	case !ok:
		at.wrong("", "there is no field %q", c.Field)
	case !list.Many || list.Kind != Enum && list.Kind != String:
		at.wrong("", "the field %q is no list of constants or strings", c.Field)
	case list.Kind == Enum && !list.hasOption(c.Value):
		at.wrong(c.Field, "%q is no constant of the field %q", c.Value, c.Field)
	}
}

// indexes checks that each can be built and that the store has room for all.
func (d declared) indexes() {
	at := d.k.object("x-type").within(nil, "indexes")
	count := len(d.t.Indexes)
	for i, names := range d.t.Indexes {
		lists := 0
		for _, name := range names {
			f, ok := d.t.byName[name]
			switch {
			case !ok:
				at.wrong(strconv.Itoa(i), "there is no field %q", name)
				continue
			case !f.facetable():
				at.wrong(strconv.Itoa(i), "the field %q is of a kind that has no index", name)
			}
			if f.Many {
				lists++
			}
		}
		if lists > 1 {
			at.wrong(strconv.Itoa(i), "only one field of an index may be a list")
		}
	}
	for _, f := range d.t.Fields {
		for _, has := range []bool{f.Search.Sort, f.Search.Facet, f.Unique} {
			if has {
				count++
			}
		}
	}
	if count > maxIndexes {
		d.k.wrong("x-type", "%d declared indexes (indexes, sort, facet, unique); at most %d are possible", count, maxIndexes)
	}
}

func (d declared) choices() {
	for _, c := range d.t.Choices {
		word := "anyOf"
		if c.Exactly {
			word = "oneOf"
		}
		seen := map[string]bool{}
		for _, name := range c.Fields {
			f, ok := d.t.byName[name]
			switch {
			case !ok:
				d.k.wrong(word, "there is no field %q", name)
			case seen[name]:
				d.k.wrong(word, "the field %q is there twice", name)
			case f.Required && c.Exactly:
				d.k.wrong(word, "the field %q is required, so no other could be filled", name)
			}
			seen[name] = true
		}
	}
}
