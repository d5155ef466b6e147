package index

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"
	"strings"

	"kontor/pkg/auth"
	"kontor/pkg/content"
	"kontor/pkg/query"
	"kontor/pkg/schema"
	"kontor/pkg/search"
)

// format is the version of what documents are made like. Another one rebuilds every index.
const format = 2

// everything is the name of the indexes that have a few attributes of all types.
const everything = "all"

// logical is an index under the name that its users know: the entries of a type in a locale, or those of all types in one.
type logical struct {
	name       string
	language   string
	attributes []search.Attribute
	strict     map[string]bool // the attributes that the public reads in every entry; in others only where an index is of the rights in force
	sources    []*source
	mixed      bool     // of all types
	common     []string // of all types: see commonFacets
	print      string   // of all that its documents depend on, beside the entries
}

// source is the entries of one type on their way into an index.
type source struct {
	*kind
	index  *logical
	locale string // in which they are read; for a type without locales that of what they point to
}

// harvest is entries of a type as they were read in one locale, on their way into every index that wants them.
type harvest struct {
	list []content.Reading
	own  map[string][]search.Document // what an index of the type alone holds of them, by its language
}

// documents makes what a source's index holds of the entries.
func (h *harvest) documents(s *source) []search.Document {
	lang := s.index.language
	own, ok := h.own[lang]
	if !ok {
		own = make([]search.Document, len(h.list))
		for i, r := range h.list {
			own[i] = s.kind.document(r, lang)
		}
		if h.own == nil {
			h.own = map[string][]search.Document{}
		}
		h.own[lang] = own
	}
	if !s.index.mixed {
		return own
	}
	out := make([]search.Document, len(own))
	for i, d := range own {
		out[i] = s.inEverything(d, s.index.common, lang)
	}
	return out
}

// id is that of an entry's document in the source's index.
func (s *source) id(documentID string) string {
	if s.index.mixed {
		return s.typ.ID + "_" + documentID
	}
	return documentID
}

// of gives the sources of all indexes that an entry of a type in a locale belongs to.
func (c *catalogue) of(t *schema.Type, locale string) []*source {
	var out []*source
	for _, name := range c.names {
		for _, s := range c.byName[name].sources {
			if s.typ == t && (s.locale == locale || !t.Localized()) {
				out = append(out, s)
			}
		}
	}
	return out
}

// kind is what search has of the entries of one type.
type kind struct {
	typ    *schema.Type
	pieces []piece
	card   []onCard
	query  query.Query
	print  string
}

// catalogue is every logical index, by the rights of one generation of roles.
type catalogue struct {
	generation int64
	names      []string
	byName     map[string]*logical
	kinds      []*kind
}

// catalogue gives the indexes as they are to be now.
func (s *Service) catalogue() *catalogue {
	generation := s.roles.Generation()
	if c := s.known.Load(); c != nil && c.generation == generation {
		return c
	}
	c := newCatalogue(s.content.Types(), func(t *schema.Type) (auth.Grant, bool) {
		return s.roles.Grant(auth.Anonymous(), auth.Read, t, s.content.Types())
	})
	c.generation = generation
	s.known.Store(c)
	return c
}

func newCatalogue(types *schema.Set, reads reader) *catalogue {
	c := &catalogue{byName: map[string]*logical{}}
	var locales []string
	for _, t := range types.Types() {
		k := newKind(t, types, reads)
		if k == nil {
			continue
		}
		c.kinds = append(c.kinds, k)
		for _, locale := range localesOf(t) {
			l := &logical{name: indexName(t.Plural, locale, t.DefaultLocale())}
			if locale != schema.NoLocale && !slices.Contains(locales, locale) {
				locales = append(locales, locale)
			}
			l.sources = []*source{{kind: k, index: l, locale: locale}}
			l.attributes, l.strict = k.attributes()
			c.byName[l.name] = l
		}
	}
	c.addEverything(locales)
	for name, l := range c.byName {
		l.language = c.language(l)
		l.finish()
		c.names = append(c.names, name)
	}
	slices.Sort(c.names)
	return c
}

// localesOf are the locales of a type, or the one that stands for none.
func localesOf(t *schema.Type) []string {
	if !t.Localized() {
		return []string{schema.NoLocale}
	}
	return t.Locales
}

// indexName joins a name and a locale. The default one is not named.
func indexName(name, locale, usual string) string {
	if locale == usual {
		return name
	}
	return name + "-" + strings.ToLower(locale)
}

// addEverything adds the indexes of all types, one for each locale. What has no locale is in all of them. The first locale of the first type
// that has some is the one that is not named.
func (c *catalogue) addEverything(locales []string) {
	if len(locales) == 0 {
		locales = []string{schema.NoLocale}
	}
	var paths []*kind
	for _, k := range c.kinds {
		if content.HasPath(k.typ) {
			paths = append(paths, k)
		}
	}
	if len(paths) == 0 {
		return
	}
	for _, locale := range locales {
		l := &logical{name: indexName(everything, locale, locales[0]), mixed: true, common: commonFacets(paths)}
		for _, k := range paths {
			if !k.typ.Localized() || slices.Contains(k.typ.Locales, locale) {
				l.sources = append(l.sources, &source{kind: k, index: l, locale: locale})
			}
		}
		l.attributes, l.strict = allAttributes(paths)
		c.byName[l.name] = l
	}
}

// language is that of an index's locale; of entries without one it is that of all others.
func (c *catalogue) language(l *logical) string {
	locale := l.sources[0].locale
	if locale == schema.NoLocale {
		locale = c.usual()
	}
	lang, _, _ := strings.Cut(locale, "-")
	return lang
}

// usual is the locale of what has none: the first of the first type that has some.
func (c *catalogue) usual() string {
	for _, k := range c.kinds {
		if k.typ.Localized() {
			return k.typ.DefaultLocale()
		}
	}
	return "de"
}

// newKind plans what search has of a type; nil if it has nothing.
func newKind(t *schema.Type, types *schema.Set, reads reader) *kind {
	if t.Single || !t.Public || !slices.ContainsFunc(t.Fields, (*schema.Field).Searched) {
		return nil
	}
	g, ok := reads(t)
	if !ok {
		return nil
	}
	k := &kind{typ: t, pieces: pieces(t, types, reads)}
	k.card = k.cards()
	k.query.Fields, k.query.Populate = asked(k.pieces)
	k.query.Fields = append(k.query.Fields, "updatedAt", "publishedAt")
	var text strings.Builder
	fmt.Fprintf(&text, "%s %s %v %v\n", t.ID, t.Path, t.Title, g.Filter)
	for _, p := range k.pieces {
		describe(&text, p)
		fmt.Fprintf(&text, "%v %v\n", g.Fields.Open(p.name), g.Clauses)
		if p.target != nil {
			of, _ := reads(p.target)
			fmt.Fprintf(&text, "%v\n", of)
		}
	}
	k.print = text.String()
	return k
}

// describe writes all that the attributes of a piece depend on.
func describe(out *strings.Builder, p piece) {
	fmt.Fprintf(out, "%s %s %v %v %v", p.name, p.field.Kind, p.field.Many, p.field.Search, p.field.Options)
	if p.display != nil {
		fmt.Fprintf(out, " > %s %s %s %v", p.target.ID, p.display.Name, p.display.Kind, p.display.Options)
	}
	for _, f := range p.include {
		fmt.Fprintf(out, " + %s %s %v", f.Name, f.Kind, f.Options)
	}
	for _, in := range p.inner {
		describe(out, in)
	}
}

// finish gives an index its fingerprint.
func (l *logical) finish() {
	slices.SortFunc(l.attributes, func(a, b search.Attribute) int { return cmp.Compare(a.Name, b.Name) })
	h := sha256.New()
	fmt.Fprintf(h, "%d %s %s %v\n", format, l.name, l.language, l.attributes)
	for _, s := range l.sources {
		fmt.Fprintf(h, "%s %s\n", s.locale, s.print)
	}
	l.print = hex.EncodeToString(h.Sum(nil))[:16]
}

// settings are those with which the index is made.
func (l *logical) settings(synonyms []search.Synonym) search.Settings {
	return search.Settings{Language: l.language, Attributes: l.attributes, Synonyms: synonyms}
}
