package content

import (
	"slices"

	"kontor/pkg/auth"
	"kontor/pkg/fault"
	"kontor/pkg/query"
	"kontor/pkg/schema"
	"kontor/pkg/store"
	"kontor/pkg/value"
)

// Bounds of populate in one request.
const (
	maxPopulateDepth   = 4
	maxPopulateTargets = 2000
	maxPopulateCalls   = 20
)

// localizations is the name under which an entry's other locales are populated.
const localizations = "localizations"

// branch is one thing to populate: a relation, an object, an asset, or the other locales (field is nil).
type branch struct {
	name   string
	field  *schema.Field
	target *schema.Type
	by     *view  // who sees the target
	part   string // of the target's documents
	shape  *shape
	fields []string     // of a file
	filter query.Filter // compiled, judged in memory
	many   func(path string) bool
	sort   []query.Order
}

// shown tells whether a caller gets what the branch populates of a snapshot.
func shown(b *branch, snapshot value.Object, open auth.Fields) bool {
	return b.field == nil || sees(open, b.field, snapshot)
}

// plan checks what is to be populated against the type and the caller's rights.
func (v *view) plan(sc scope, pop []query.Populate, depth int) ([]*branch, error) {
	if len(pop) > 0 && depth > maxPopulateDepth {
		return nil, fault.New(fault.Invalid, "populate goes at most %d levels deep", maxPopulateDepth).With("param", "populate")
	}
	var out []*branch
	for _, p := range v.expand(sc, pop) {
		b, err := v.branch(sc, p, depth)
		if err != nil {
			return nil, err
		}
		// A name given twice means the last, as later parameters override earlier ones.
		if i := slices.IndexFunc(out, func(o *branch) bool { return o.name == b.name }); i >= 0 {
			out[i] = b
			continue
		}
		out = append(out, b)
	}
	return out, nil
}

// expand puts every name that the caller may populate in the place of "*"; names given beside it come last and so win.
func (v *view) expand(sc scope, pop []query.Populate) []query.Populate {
	if !slices.ContainsFunc(pop, func(p query.Populate) bool { return p.Path == "*" }) {
		return pop
	}
	var out, named []query.Populate
	list := sc.typ.Fields
	if sc.in != nil {
		list = sc.in.Fields
	}
	for _, f := range list {
		if !f.Populated() || !v.mayShow(sc, f) {
			continue
		}
		if f.Kind == schema.Relation {
			if _, err := v.reach(sc).target(sc, f); err != nil {
				continue
			}
		}
		out = append(out, query.Populate{Path: f.Name})
	}
	if sc.in == nil && sc.typ.Localized() {
		out = append(out, query.Populate{Path: localizations})
	}
	for _, p := range pop {
		if p.Path != "*" {
			named = append(named, p)
		}
	}
	return append(out, named...)
}

// reach is who sees the targets of a scope's relations.
func (v *view) reach(sc scope) *view {
	if v.beyond != nil && sc.hops > 0 {
		return v.beyond
	}
	return v
}

func (v *view) branch(sc scope, p query.Populate, depth int) (*branch, error) {
	inner := scope{typ: sc.typ, trail: join(sc.trail, p.Path), depth: sc.depth + 1, hops: sc.hops}
	b := &branch{name: p.Path, by: v.reach(sc)}
	if p.Path == localizations && sc.in == nil && sc.typ.Localized() {
		if v.beyond != nil {
			b.by = v.beyond
		}
		b.target, b.part = sc.typ, b.by.partOf(sc.typ)
		inner.hops++
	} else {
		f, ok := sc.field(p.Path)
		if !ok || !f.Populated() || !v.mayShow(sc, f) {
			return nil, sc.unknown(p.Path, "populate")
		}
		b.field = f
		switch f.Kind {
		case schema.Relation:
			t, err := b.by.target(sc, f)
			if err != nil {
				return nil, sc.unknown(p.Path, "populate")
			}
			b.target, inner.typ, b.part = t, t, b.by.partOf(t)
			inner.hops++
		case schema.Object:
			inner.in = f
		case schema.Asset:
			return b, b.ofFile(sc, p)
		}
	}
	var err error
	if b.shape, err = b.by.shape(inner, p.Fields, p.Populate, "populate", depth+1); err != nil {
		return nil, err
	}
	return b, b.narrow(p)
}

// narrow compiles a branch's filter and sort.
func (b *branch) narrow(p query.Populate) (err error) {
	if p.Filter.Op == query.All && len(p.Sort) == 0 {
		return nil
	}
	if b.target == nil {
		return fault.New(fault.Invalid, "Only relations can be filtered and sorted in populate: %s", b.name).With("param", "populate")
	}
	in := *b.by.over(b.target)
	in.loaded, in.confined = true, b.by.beyond != nil
	b.filter, err = in.filter(b.target, p.Filter)
	b.by.lookups = in.lookups
	if err != nil {
		return err
	}
	if b.filter.Op != query.All {
		b.many = manyOf(b.target)
	}
	b.sort, err = in.sort(b.target, p.Sort)
	return err
}

// node is one place of the answer that waits for what it populates.
type node struct {
	shape      *shape
	snapshot   value.Object
	open       auth.Fields // of the entry
	documentID string
	locale     string
	attributes *Attributes
}

// populate fills in one level and goes on to the next. It makes one store call per level and target type.
func (v *view) populate(nodes []node) error {
	wants := map[source]map[string]bool{} // keys of documents; true for the best one of a target
	for _, n := range nodes {
		v.collect(n.shape, n.snapshot, n.open, n, wants)
	}
	found := map[source]map[string]store.Document{}
	for from, keys := range wants {
		var err error
		if found[from], err = from.by.fetch(from.typ, keys); err != nil {
			return err
		}
	}
	if err := v.fetchFiles(); err != nil {
		return err
	}
	b := builder{view: v, found: found, made: map[*branch]map[string]*Entry{}}
	for _, n := range nodes {
		*n.attributes = b.attributes(*n.attributes, n.shape, n.snapshot, n.open, n)
	}
	if b.err != nil || len(b.next) == 0 {
		return b.err
	}
	return v.populate(b.next)
}

// source is where the targets of branches come from: a type, as somebody sees it.
type source struct {
	by  *view
	typ *schema.Type
}

func (b *branch) source() source { return source{b.by, b.target} }

// collect notes the keys of every document that a snapshot wants on this level; objects are on the level of their entry.
func (v *view) collect(sh *shape, snapshot value.Object, open auth.Fields, n node, wants map[source]map[string]bool) {
	for _, b := range sh.populate {
		if !shown(b, snapshot, open) {
			continue
		}
		if b.field != nil && b.field.Kind == schema.Asset {
			v.collectFiles(b.field, snapshot)
			continue
		}
		if b.field != nil && b.field.Kind == schema.Object {
			for _, item := range objects(snapshot[b.name]) {
				v.collect(b.shape, item, auth.Fields{}, n, wants)
			}
			continue
		}
		for _, key := range v.keysOf(b, snapshot, n) {
			from := b.source()
			if wants[from] == nil {
				wants[from] = map[string]bool{}
			}
			for i, k := range key {
				wants[from][k] = wants[from][k] || i == 0
			}
		}
	}
}

// keysOf gives, for each target of a branch, the keys under which it may be found, the best first.
func (v *view) keysOf(b *branch, snapshot value.Object, n node) [][]string {
	var out [][]string
	switch {
	case b.target == nil:
	case b.field == nil:
		for _, l := range b.target.Locales {
			if l != n.locale {
				out = append(out, []string{keyOf(n.documentID, l)})
			}
		}
	default:
		locales := v.fallback(b.target)
		if locales == nil { // every locale: the one of the entry that points there
			locales = (&resolver{locale: n.locale}).fallback(b.target)
		}
		for _, id := range links(snapshot[b.name]) {
			keys := make([]string, len(locales))
			for i, l := range locales {
				keys[i] = keyOf(id, l.(string))
			}
			out = append(out, keys)
		}
	}
	return out
}

// fetch loads what is wanted of one type, the caller's rules included.
func (v *view) fetch(t *schema.Type, keys map[string]bool) (map[string]store.Document, error) {
	v.calls++
	for _, best := range keys {
		if best {
			v.targets++
		}
	}
	if !v.boundless && (v.calls > maxPopulateCalls || v.targets > maxPopulateTargets) {
		return nil, tooMuchPopulated()
	}
	in := v.over(t)
	rules, err := in.rules(t)
	if err != nil {
		return nil, err
	}
	list := make(value.List, 0, len(keys))
	for k := range keys {
		list = append(list, k)
	}
	docs, err := v.svc.store.Find(v.ctx, t.ID, store.Query{
		Filter: query.AllOf(query.Where(store.KeyPath, query.In, list), rules), Parts: in.parts(t, twinOf(in.part)),
	})
	if err != nil {
		return nil, err
	}
	found := make(map[string]store.Document, len(docs))
	for _, d := range docs {
		if d.Part(in.part) != nil {
			found[d.Key] = d
		}
	}
	return found, nil
}

// builder puts a level's documents in their places.
type builder struct {
	*view
	found map[source]map[string]store.Document
	made  map[*branch]map[string]*Entry // a target that many point to is projected once
	next  []node
	err   error // what kept the fields of a target from being known
}

func (b *builder) attributes(out Attributes, sh *shape, snapshot value.Object, open auth.Fields, n node) Attributes {
	for _, br := range sh.populate {
		if !shown(br, snapshot, open) {
			continue
		}
		out = append(out, Attribute{br.name, b.value(br, snapshot, n)})
	}
	return out
}

func (b *builder) value(br *branch, snapshot value.Object, n node) any {
	many := br.field == nil || br.field.Many
	switch {
	case br.field != nil && br.field.Kind == schema.Object:
		return b.object(br, snapshot, n)
	case br.target == nil:
		return b.fileValue(br, snapshot)
	}
	entries := b.entries(br, snapshot, n)
	if many {
		return entries
	}
	if len(entries) == 0 {
		return nil
	}
	return entries[0]
}

func (b *builder) object(br *branch, snapshot value.Object, n node) any {
	items := objects(snapshot[br.name])
	out := make([]Attributes, len(items))
	for i, item := range items {
		if id, ok := item["id"]; ok && br.field.Many {
			out[i] = append(out[i], Attribute{"id", id})
		}
		out[i] = attributes(out[i], br.shape, item, auth.Fields{})
		out[i] = b.attributes(out[i], br.shape, item, auth.Fields{}, n)
	}
	if br.field.Many {
		return out
	}
	if len(out) == 0 {
		return nil
	}
	return out[0]
}

func (b *builder) entries(br *branch, snapshot value.Object, n node) []*Entry {
	docs := make([]store.Document, 0, 8)
	found := b.found[br.source()]
	wanted := b.keysOf(br, snapshot, n)
	if err := b.admitJudging(br, len(wanted)); err != nil {
		b.err = err
		return nil
	}
	for _, keys := range wanted {
		for _, k := range keys {
			d, ok := found[k]
			if !ok {
				continue
			}
			if br.filter.Op == query.All || query.Eval(br.filter, tree(d), br.many) {
				docs = append(docs, d)
			}
			break
		}
	}
	sortDocuments(docs, br.sort)
	out := make([]*Entry, len(docs))
	for i, d := range docs {
		out[i] = b.make(br, d)
	}
	return out
}

func (b *builder) make(br *branch, d store.Document) *Entry {
	if e := b.made[br][d.Key]; e != nil {
		return e
	}
	open, err := br.by.open(br.target, br.part, d)
	if err != nil {
		b.err = err
	}
	e := b.entry(br.target, d, br.shape, br.part, open)
	e.Rev = 0
	if b.made[br] == nil {
		b.made[br] = map[string]*Entry{}
	}
	b.made[br][d.Key] = e
	if len(br.shape.populate) > 0 {
		b.next = append(b.next, node{br.shape, d.Part(br.part), open, e.DocumentID, e.Locale, &e.Attributes})
	}
	return e
}
