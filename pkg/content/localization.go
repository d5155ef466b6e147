package content

import (
	"kontor/pkg/fault"
	"kontor/pkg/query"
	"kontor/pkg/schema"
	"kontor/pkg/store"
	"kontor/pkg/value"
)

// compileLocalizations compiles a condition on an entry's other locales: some of those that the caller reads hits
// it, or none does. Null asks whether there is no other locale at all.
func (r *resolver) compileLocalizations(sc scope, f query.Filter) (query.Filter, error) {
	t := sc.typ
	if r.confined {
		return f, fault.New(fault.Invalid, "A preview can't be filtered by other locales").With("param", "populate")
	}
	inner, op := query.Filter{}, query.In
	switch f.Op {
	case query.Match, query.NoMatch:
		inner = f.Args[0]
	case query.Null, query.NotNull:
	default:
		return f, fault.New(fault.Invalid, "%s does not fit %s, which is a list of entries", dialectName(f.Op), localizations).
			With("key", dialectName(f.Op)).With("path", join(sc.trail, localizations))
	}
	if f.Op == query.NoMatch || f.Op == query.Null {
		op = query.NotIn
	}
	at := scope{typ: t, trail: join(sc.trail, localizations), depth: sc.depth + 1}
	if at.depth > maxRelationDepth {
		return f, fault.New(fault.Invalid, "Filters reach through at most %d relations", maxRelationDepth).With("path", at.trail)
	}
	all := *r
	all.locale, all.loaded = "*", false
	cond, err := all.resolve(at, inner)
	if err != nil {
		return f, err
	}
	docs, err := all.hitDocuments(t, cond)
	if r.lookups = all.lookups; err != nil {
		return f, err
	}
	return query.Where(store.KeyPath, op, siblingKeys(t, docs)), nil
}

// siblingKeys lists the keys of the documents that stand beside some: the same entry in each of the
// type's other locales.
func siblingKeys(t *schema.Type, docs []store.Document) value.List {
	keys := value.List{}
	listed := map[string]bool{}
	for _, d := range docs {
		id, own := splitKey(d.Key)
		for _, l := range t.Locales {
			if key := keyOf(id, l); l != own && !listed[key] {
				listed[key] = true
				keys = append(keys, key)
			}
		}
	}
	return keys
}
