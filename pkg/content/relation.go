package content

import (
	"kontor/pkg/fault"
	"kontor/pkg/query"
	"kontor/pkg/schema"
	"kontor/pkg/store"
	"kontor/pkg/value"
)

// Conditions on a relation go by the targets that the caller reads. A target that is a draft, hidden
// or gone counts as none in every operator, as it does in populate: else a filter would tell of a
// link that no answer shows.

// comparedTarget is the target type of a relation that a condition speaks of. Whatever is asked of a
// relation is asked of its targets, which a preview does not open.
func (r *resolver) comparedTarget(sc scope, field *schema.Field) (*schema.Type, error) {
	t, err := r.target(sc, field)
	if err == nil && r.confined && !r.trusted {
		err = fault.New(fault.Invalid, "A preview can't be filtered through relations").With("param", "populate")
	}
	return t, err
}

// namedTargets hits the targets that a comparison names by documentId or by numeric id.
func (r *resolver) namedTargets(t *schema.Type, field *schema.Field, f query.Filter) (query.Filter, error) {
	values, err := parse(field, f)
	if err != nil {
		return f, err
	}
	var ids, documentIDs value.List
	for _, v := range values {
		if id, ok := v.(int64); ok {
			ids = append(ids, id)
		} else {
			documentIDs = append(documentIDs, v)
		}
	}
	var any []query.Filter
	if len(ids) > 0 {
		any = append(any, r.numbered(t, ids))
	}
	if len(documentIDs) > 0 {
		any = append(any, r.keys(t, documentIDs))
	}
	return query.AnyOf(any...), nil
}

// pointing hits what points to one of the documentIds by a relation.
func (r *resolver) pointing(sc scope, field *schema.Field, ids value.List) query.Filter {
	f := query.Where(r.at(sc, field.Name), query.In, ids)
	if sc.items || r.loaded && sc.depth == 0 || indexed(field) && r.part == store.Published {
		return f
	}
	return query.AllOf(query.Where("meta.refs", query.In, ids), f)
}

// pointingNowhere hits what points to none of readable, which are all targets that the caller reads:
// a target that is hidden or gone counts as none, or the answer would tell of it.
func (r *resolver) pointingNowhere(sc scope, field *schema.Field, readable value.List) query.Filter {
	f := query.Where(r.at(sc, field.Name), query.NotIn, readable)
	if field.Many {
		return f
	}
	return query.AnyOf(query.Where(f.Path, query.Null, nil), f)
}

// pointingElsewhere hits what points to none of found. A relation to one does so only if it points to
// a target at all, and one that the caller does not read is no target.
func (r *resolver) pointingElsewhere(sc scope, field *schema.Field, t *schema.Type, found value.List) (query.Filter, error) {
	f := query.Where(r.at(sc, field.Name), query.NotIn, found)
	if field.Many || r.trusted {
		return f, nil
	}
	in := r.over(t)
	readable, err := in.targets(t, query.Filter{})
	r.lookups = in.lookups
	return query.AllOf(query.Where(f.Path, query.In, readable), f), err
}

// hitDocuments finds the documents of a type that hit a compiled condition, the caller's own rules
// included, in the order of a sort or else of keys. Parts that the sort reads are loaded.
func (r *resolver) hitDocuments(t *schema.Type, cond query.Filter, sort ...query.Order) ([]store.Document, error) {
	if r.lookups++; r.lookups > maxLookups {
		return nil, fault.New(fault.Invalid, "A filter has at most %d conditions on relations", maxLookups).With("param", "filters")
	}
	rules, err := r.rules(t)
	if err != nil {
		return nil, err
	}
	most := maxRelationIDs * max(1, len(t.Locales)) // an entry may hit in each of its locales
	docs, err := r.svc.store.Find(r.ctx, t.ID, store.Query{
		Filter: query.AllOf(r.present(t), rules, cond), Limit: most + 1, Sort: sort, Parts: sortedBy(sort, nil),
	})
	if err == nil && len(docs) > most {
		err = tooManyTargets(t)
	}
	if err != nil {
		return nil, err
	}
	return r.nearest(t, docs, rules)
}

func tooManyTargets(t *schema.Type) error {
	return fault.New(fault.Invalid, "A condition on %s hits more than %d entries; make it narrower", t.ID, maxRelationIDs)
}
