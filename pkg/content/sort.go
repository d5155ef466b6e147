package content

import (
	"strings"

	"kontor/pkg/fault"
	"kontor/pkg/query"
	"kontor/pkg/schema"
)

// sort compiles a sort.
func (r *resolver) sort(t *schema.Type, orders []query.Order) ([]query.Order, error) {
	out := make([]query.Order, 0, len(orders))
	for _, o := range orders {
		name, rest, deep := strings.Cut(o.Path, ".")
		if name == "id" || name == "documentId" || name == "locale" {
			out = append(out, query.Order{Path: r.part + "." + name, Desc: o.Desc})
			continue
		}
		field, ok := systemKind(name)
		if !ok {
			if field, ok = t.Field(name); !ok || !r.access(t).Fields.Open(name) {
				return nil, scope{typ: t}.unknown(name, "sort")
			}
		}
		if deep {
			if field.Kind == schema.Relation {
				return nil, fault.New(fault.Invalid, "Only the first sort key of a list leads through a relation, and through one: %s", o.Path).
					With("param", "sort")
			}
			return nil, fault.Key(rest, o.Path, "query", "sort")
		}
		if !field.Sortable() {
			return nil, fault.New(fault.Invalid, "Lists can't be sorted by %s", name).With("key", name).With("param", "sort")
		}
		out = append(out, query.Order{Path: sortPath(r.part, field), Desc: o.Desc})
	}
	return out, nil
}
