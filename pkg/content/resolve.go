package content

import (
	"context"
	"strings"

	"kontor/pkg/auth"
	"kontor/pkg/fault"
	"kontor/pkg/query"
	"kontor/pkg/schema"
	"kontor/pkg/store"
	"kontor/pkg/value"
)

// Bounds of what one request may ask for.
const (
	maxTerms         = 2000  // comparisons and list values in a filter
	maxFilterDepth   = 24    // levels of a filter tree
	maxRelationDepth = 3     // relations under relations in a filter
	maxRelationIDs   = 10000 // targets that a relation filter may find
	maxLookups       = 100   // conditions on relations in a request: each asks the store
)

// resolver turns the filters and sorts that a caller wrote with field names into ones with the paths of stored documents. It
// checks names against the type and the caller's rights, values against the field's kind, and resolves relations inside out.
type resolver struct {
	svc    *Service
	ctx    context.Context
	caller auth.Caller
	part   string // store.Published or store.Draft
	locale string // "*" for all

	trusted bool // a role's rule and not a caller's filter: it sees every field, and what lies in meta
	lookups int  // conditions on relations so far
	loaded  bool // the filter judges documents that are loaded already, without meta

	confined bool // the filter must not ask for entries beyond those that it judges

	known struct { // the last answer of access
		typ   *schema.Type
		part  string
		grant auth.Grant
	}
	compiled struct { // the last answer of conditions, for what access gives
		typ     *schema.Type
		part    string
		filters []query.Filter
	}
}

// scope is where in a type a filter stands: at its top, inside an object, or inside the items of a list of objects.
type scope struct {
	typ   *schema.Type
	in    *schema.Field // the object; nil at the top
	path  string        // of the object below the part: "seo"; "" at the top and inside items
	items bool          // paths start at an item
	trail string        // for messages: "contact.seo"
	depth int           // relations above
	hops  int           // of populate: relations that lead here
}

func (sc scope) field(name string) (*schema.Field, bool) {
	if sc.in != nil {
		return sc.in.Field(name)
	}
	return sc.typ.Field(name)
}

func join(a, b string) string {
	if a == "" {
		return b
	}
	return a + "." + b
}

func (sc scope) unknown(name, param string) error {
	return fault.Key(name, join(sc.trail, name), "query", param)
}

// filter compiles a filter on entries of t.
func (r *resolver) filter(t *schema.Type, f query.Filter) (query.Filter, error) {
	if terms, depth := f.Size(); terms > maxTerms || depth > maxFilterDepth {
		return f, fault.New(fault.Invalid, "The filter is too large: at most %d conditions and %d levels", maxTerms, maxFilterDepth)
	}
	if err := wellFormed(f); err != nil {
		return f, err
	}
	out, err := r.resolve(scope{typ: t}, f.Positive())
	if err != nil {
		return f, err
	}
	return out, out.Check()
}

// wellFormed refuses trees that no dialect writes: unknown operators, and those with another number of arguments than they take.
func wellFormed(f query.Filter) error {
	least, most := 0, 0
	switch f.Op {
	case query.Match, query.NoMatch:
		least, most = 1, 1
	case query.Not:
		least, most = 1, len(f.Args)
	case query.And, query.Or:
		most = len(f.Args)
	case query.All:
	default:
		if (query.Filter{Op: query.Not, Args: []query.Filter{f}}).Positive().Op == query.All {
			return fault.New(fault.Invalid, "The operator %s is not known", dialectName(f.Op)).With("param", "filters")
		}
	}
	if len(f.Args) < least || len(f.Args) > most {
		return fault.New(fault.Invalid, "The operator %s does not take %d conditions", dialectName(f.Op), len(f.Args)).With("param", "filters")
	}
	for _, a := range f.Args {
		if err := wellFormed(a); err != nil {
			return err
		}
	}
	return nil
}

func (r *resolver) resolve(sc scope, f query.Filter) (query.Filter, error) {
	switch f.Op {
	case query.All:
		return f, nil
	case query.And, query.Or:
		args := make([]query.Filter, len(f.Args))
		for i, a := range f.Args {
			var err error
			if args[i], err = r.resolve(sc, a); err != nil {
				return f, err
			}
		}
		if f.Op == query.And {
			return query.AllOf(args...), nil
		}
		return query.AnyOf(args...), nil
	}
	if r.trusted && strings.HasPrefix(f.Path, store.Meta+".") {
		return f, nil
	}
	if kind, ok := systemKind(f.Path); ok && sc.in == nil {
		if f.Op == query.Match || f.Op == query.NoMatch {
			return f, innerKey(sc, f)
		}
		return r.compare(sc, kind, f)
	}
	if f.Path == localizations && sc.in == nil && sc.typ.Localized() && !r.trusted {
		return r.compileLocalizations(sc, f)
	}
	field, ok := sc.field(f.Path)
	if !ok || !r.reads(sc, field) {
		return f, sc.unknown(f.Path, "filters")
	}
	if f.Op == query.Match || f.Op == query.NoMatch {
		return r.match(sc, field, f)
	}
	return r.compare(sc, field, f)
}

// reads tells whether the caller may read the field wherever it stands, so also filter and sort by it. What lies in an object is open
// like the object.
func (r *resolver) reads(sc scope, f *schema.Field) bool {
	return sc.in != nil || r.trusted || r.access(sc.typ).Fields.Open(f.Name)
}

// systemKind gives the facts beside the fields as fields, so that one rule compares both.
func systemKind(name string) (*schema.Field, bool) {
	switch name {
	case "id":
		return &schema.Field{Name: name, Kind: schema.Integer}, true
	case "documentId", "locale":
		return &schema.Field{Name: name, Kind: schema.Slug}, true
	case "createdAt", "updatedAt", "publishedAt":
		return &schema.Field{Name: name, Kind: schema.DateTime}, true
	}
	return nil, false
}

// match compiles conditions that stand under a field: a relation, an object, a point.
func (r *resolver) match(sc scope, field *schema.Field, f query.Filter) (query.Filter, error) {
	inner := scope{typ: sc.typ, in: field, items: sc.items, trail: join(sc.trail, field.Name), depth: sc.depth}
	switch {
	case field.Kind == schema.Relation:
		return r.related(sc, field, f)
	case field.Kind == schema.Asset:
		return r.compileFileFilter(sc, field, f)
	case field.Kind == schema.Object && field.Many:
		inner.items, inner.path = true, ""
		arg, err := r.resolve(inner, f.Args[0])
		if err != nil {
			return f, err
		}
		return query.Filter{Op: f.Op, Path: r.at(sc, field.Name), Args: []query.Filter{arg}}, nil
	case field.Kind == schema.Object:
		inner.path = join(sc.path, field.Name)
	case field.Kind == schema.Point:
		inner.in, inner.path = pointField, join(sc.path, field.Name)
	default:
		return f, innerKey(sc, f)
	}
	arg := f.Args[0]
	if f.Op == query.NoMatch {
		arg = query.Filter{Op: query.Not, Args: []query.Filter{arg}}.Positive()
	}
	return r.resolve(inner, arg)
}

// pointField lets a filter reach the two numbers of a point.
var pointField = schema.NewObject(
	&schema.Field{Name: "lat", Kind: schema.Number},
	&schema.Field{Name: "lng", Kind: schema.Number},
)

// innerKey is the error for a name under a field that has nothing inside.
func innerKey(sc scope, f query.Filter) error {
	at := join(sc.trail, f.Path)
	return fault.Key(firstPath(f.Args), at, "query", "filters")
}

func firstPath(args []query.Filter) string {
	for _, a := range args {
		if a.Path != "" {
			return a.Path
		}
		if p := firstPath(a.Args); p != "" {
			return p
		}
	}
	return ""
}

// at is the document path of a name in the scope.
func (r *resolver) at(sc scope, name string) string {
	if sc.items {
		return join(sc.path, name)
	}
	return r.part + "." + join(sc.path, name)
}

// related resolves conditions on a relation's target: which targets hit them, then which entries point to one.
func (r *resolver) related(sc scope, field *schema.Field, f query.Filter) (query.Filter, error) {
	target, err := r.comparedTarget(sc, field)
	if err != nil {
		return f, err
	}
	inner := scope{typ: target, trail: join(sc.trail, field.Name), depth: sc.depth + 1}
	if inner.depth > maxRelationDepth {
		return f, fault.New(fault.Invalid, "Filters reach through at most %d relations", maxRelationDepth).With("path", inner.trail)
	}
	in := r.over(target)
	cond, err := in.resolve(inner, f.Args[0])
	if err != nil {
		return f, err
	}
	ids, err := in.targets(target, cond)
	r.lookups = in.lookups
	if err != nil {
		return f, inTarget(inner, err)
	}
	if f.Op == query.NoMatch {
		return r.pointingElsewhere(sc, field, target, ids)
	}
	return r.pointing(sc, field, ids), nil
}

// target gives a relation's target type if the caller may read it; else the name does not exist for the caller.
func (r *resolver) target(sc scope, field *schema.Field) (*schema.Type, error) {
	t, ok := r.svc.types.Type(field.Relation.To)
	if !ok {
		return nil, sc.unknown(field.Name, "filters")
	}
	if r.trusted {
		return t, nil
	}
	if _, err := r.svc.grant(r.caller, r.over(t).action(), t); err != nil {
		return nil, sc.unknown(field.Name, "filters")
	}
	return t, nil
}

func (r *resolver) action() auth.Action { return actionIn(r.part) }

// actionIn is by what right a part is read.
func actionIn(part string) auth.Action {
	if part == store.Draft {
		return auth.ReadDraft
	}
	return auth.Read
}

// targets finds the documentIds of the entries of a type that hit a compiled condition, the caller's own rules included.
func (r *resolver) targets(t *schema.Type, cond query.Filter) (value.List, error) {
	docs, err := r.hitDocuments(t, cond)
	if err != nil {
		return nil, err
	}
	ids := make(value.List, 0, len(docs))
	for _, d := range docs { // in the order of keys, so that one entry's locales stand together
		if id, _ := splitKey(d.Key); len(ids) == 0 || ids[len(ids)-1] != any(id) {
			ids = append(ids, id)
		}
	}
	if len(ids) > maxRelationIDs {
		return nil, tooManyTargets(t)
	}
	return ids, nil
}

// present hits the entries of a type that are in the part at all, in the locales that are meant: the locale asked for and, for
// what a relation points to, the type's default locale to fall back on.
func (r *resolver) present(t *schema.Type) query.Filter {
	locales := r.fallback(t)
	if locales == nil {
		return query.Where(r.part+".id", query.NotNull, nil)
	}
	if len(locales) == 1 {
		return query.Where(r.part+".locale", query.Eq, locales[0])
	}
	return query.Where(r.part+".locale", query.In, locales)
}

// fallback lists the locales in which a relation's target is looked for, the best first; nil means every one.
func (r *resolver) fallback(t *schema.Type) value.List {
	switch {
	case !t.Localized():
		return value.List{schema.NoLocale}
	case r.locale == "*":
		return nil
	case r.locale == t.DefaultLocale() || r.locale == schema.NoLocale || !t.HasLocale(r.locale):
		return value.List{t.DefaultLocale()}
	}
	return value.List{r.locale, t.DefaultLocale()}
}

// nearest drops hits in the default locale whose entry exists in the locale that was asked for: there it did not hit.
func (r *resolver) nearest(t *schema.Type, docs []store.Document, rules query.Filter) ([]store.Document, error) {
	locales := r.fallback(t)
	if len(locales) < 2 {
		return docs, nil
	}
	best := locales[0].(string)
	var keys value.List
	for _, d := range docs {
		if id, l := splitKey(d.Key); l != best {
			keys = append(keys, keyOf(id, best))
		}
	}
	if len(keys) == 0 {
		return docs, nil
	}
	better, err := r.svc.store.Find(r.ctx, t.ID, store.Query{
		Filter: query.AllOf(query.Where(store.KeyPath, query.In, keys), query.Where(r.part+".id", query.NotNull, nil), rules), Parts: []string{},
	})
	if err != nil {
		return nil, err
	}
	have := map[string]bool{}
	for _, d := range better {
		id, _ := splitKey(d.Key)
		have[id] = true
	}
	kept := make([]store.Document, 0, len(docs))
	for _, d := range docs {
		if id, l := splitKey(d.Key); l == best || !have[id] {
			kept = append(kept, d)
		}
	}
	return kept, nil
}
