package content

import (
	"kontor/pkg/auth"
	"kontor/pkg/fault"
	"kontor/pkg/query"
	"kontor/pkg/schema"
	"kontor/pkg/store"
	"kontor/pkg/value"
)

// access is what the caller may read of a type in the part in which it reads that; nothing if it may not read the type at all.
func (r *resolver) access(t *schema.Type) *auth.Grant {
	if r.known.typ != t || r.known.part != r.part {
		g, ok := r.svc.roles.Grant(r.caller, actionIn(r.partOf(t)), t, r.svc.types)
		if !ok {
			g = auth.Nothing(t)
		}
		r.known.typ, r.known.part, r.known.grant = t, r.part, g
	}
	return &r.known.grant
}

// rules compiles what the caller's role allows of a type's entries.
func (r *resolver) rules(t *schema.Type) (query.Filter, error) {
	if r.trusted {
		return query.Filter{}, nil
	}
	g, err := r.svc.grant(r.caller, r.action(), t)
	if err != nil {
		return query.Filter{}, err
	}
	return r.rule(t, g.Filter)
}

// rule compiles a rule's condition: for the part and the locale of r, and with sight of everything. One that does not fit the types, or
// hits too much to be resolved, opens nothing.
func (r *resolver) rule(t *schema.Type, f query.Filter) (query.Filter, error) {
	if f.Op == query.All {
		return f, nil
	}
	system := *r
	system.trusted, system.loaded, system.lookups = true, false, 0
	out, err := system.filter(t, f)
	if fault.Is(err, fault.Invalid) {
		r.svc.log.Warn("a rule can't be applied and opens nothing", "role", r.caller.Role, "type", t.ID, "error", err)
		return query.Nothing(), nil
	}
	return out, err
}

// partOf is the part in which entries of a type are read: drafts only where the caller may read the type's drafts, so that a draft
// shows what it points to also to those who may read just that.
func (r *resolver) partOf(t *schema.Type) string {
	if r.part != store.Draft || r.trusted {
		return r.part
	}
	if _, ok := r.svc.roles.Grant(r.caller, auth.ReadDraft, t, r.svc.types); !ok {
		return store.Published
	}
	return store.Draft
}

// over is the resolver for entries of a type that r reaches.
func (r *resolver) over(t *schema.Type) *resolver {
	part := r.partOf(t)
	if part == r.part {
		return r
	}
	o := *r
	o.part = part
	return &o
}

// parts lists what must be loaded of a type's documents, beside more: the resolver's part, and what rules about fields are judged by.
func (r *resolver) parts(t *schema.Type, more ...string) []string {
	out := append([]string{r.part}, more...)
	if len(r.access(t).Clauses) > 0 {
		out = append(out, store.Meta, twinOf(r.part))
	}
	return out
}

// open gives the fields that a document has open for the caller, in a part that the caller reads.
func (r *resolver) open(t *schema.Type, part string, d store.Document) (auth.Fields, error) {
	in := r
	if part != r.part {
		o := *r
		o.part, in = part, &o
	}
	return in.clauses(t, *in.access(t), d)
}

// clauses gives the fields that the clauses of a grant open in a document.
func (r *resolver) clauses(t *schema.Type, g auth.Grant, d store.Document) (auth.Fields, error) {
	if len(g.Clauses) == 0 {
		return g.Fields, nil
	}
	out := auth.Nothing(t).Fields
	conds, err := r.conditions(t, g)
	if err != nil {
		return out, err
	}
	judged := tree(d)
	for i, c := range g.Clauses {
		if query.Eval(conds[i], judged, manyOf(t)) {
			out = out.Join(c.Fields)
		}
	}
	return out, nil
}

// conditions compiles the filters of a grant's clauses, once for all documents of a type.
func (r *resolver) conditions(t *schema.Type, g auth.Grant) ([]query.Filter, error) {
	if r.compiled.typ == t && r.compiled.part == r.part {
		return r.compiled.filters, nil
	}
	out := make([]query.Filter, len(g.Clauses))
	for i, c := range g.Clauses {
		var err error
		if out[i], err = r.rule(t, c.Filter); err != nil {
			return nil, err
		}
	}
	r.compiled.typ, r.compiled.part, r.compiled.filters = t, r.part, out
	return out, nil
}

// hits tells whether a rule's filter hits a document that is loaded.
func (r *resolver) hits(t *schema.Type, f query.Filter, d store.Document) (bool, error) {
	if f.Op == query.All {
		return true, nil
	}
	cond, err := r.rule(t, f)
	return err == nil && query.Eval(cond, tree(d), manyOf(t)), err
}

// document is the record as rules about a part of it read it.
func (r *record) document(part string) store.Document {
	snapshot := r.draft
	if part == store.Published {
		snapshot = r.published
	}
	return store.Document{Key: r.key(), Rev: r.rev, Parts: map[string]value.Object{
		store.Meta: r.meta, part: snapshot, twinOf(part): r.typ.Twin(snapshot),
	}}
}

// judge is the resolver that judges a record by rules.
func (w *write) judge(r *record, part string) *resolver {
	return &resolver{svc: w.svc, ctx: w.ctx, caller: w.caller, part: part, locale: r.locale}
}

// opens gives the fields that an action has open in a record.
func (w *write) opens(a auth.Action, r *record) (auth.Fields, error) {
	g, err := w.svc.grant(w.caller, a, w.typ)
	if err != nil {
		return auth.Nothing(w.typ).Fields, nil
	}
	if len(g.Clauses) == 0 { // then nothing is judged, and the twin that a document has is costly
		return g.Fields, nil
	}
	return w.judge(r, store.Draft).clauses(w.typ, g, r.document(store.Draft))
}

// fieldsOf is opens for a draft that is read; nothing where that fails.
func (w *write) fieldsOf(r *record) auth.Fields {
	open, err := w.opens(auth.ReadDraft, r)
	if err != nil {
		return auth.Nothing(w.typ).Fields
	}
	return open
}
