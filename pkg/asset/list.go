package asset

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

// Bounds of a list of files.
const (
	MaxList  = 1000 // files in one answer
	maxTerms = 200  // comparisons in a filter
)

// Query asks for files. Names in Filter and Sort are id, key, name, alt, caption, credit, licence, type, ext, size, width, height, sha256,
// createdAt and updatedAt.
type Query struct {
	Filter query.Filter
	Sort   []query.Order // then by id
	Text   string        // folded contains over name, alt, caption and credit; "" for none
	Offset int
	Limit  int  // 1 to MaxList
	Count  bool // whether the total is wanted
}

// List gives the files that the caller may see, and how many there are (-1 if not counted). Forbidden without the right to upload,
// Invalid for names, operators and values that do not fit.
func (s *Service) List(ctx context.Context, c auth.Caller, q Query) ([]File, int, error) {
	if !c.MayUpload() {
		return nil, 0, fault.New(fault.Forbidden, "Forbidden")
	}
	if terms, depth := q.Filter.Size(); terms > maxTerms || depth > 12 {
		return nil, 0, fault.New(fault.Invalid, "The filter is too large: at most %d conditions", maxTerms)
	}
	cond, err := compile(q.Filter.Positive())
	if err != nil {
		return nil, 0, err
	}
	visible, _ := c.Files()
	filter := query.AllOf(query.Where("meta.deletedAt", query.Null, nil), visible, cond, textual(q.Text))
	if err := filter.Check(); err != nil {
		return nil, 0, err
	}
	sort, err := order(q.Sort)
	if err != nil {
		return nil, 0, err
	}
	docs, err := s.store.Find(ctx, files, store.Query{
		Filter: filter, Sort: sort, Offset: max(q.Offset, 0), Limit: min(max(q.Limit, 1), MaxList), Parts: []string{store.Meta},
	})
	if err != nil {
		return nil, 0, err
	}
	list := make([]File, len(docs))
	for i, d := range docs {
		list[i] = fileOf(d)
	}
	total := -1
	if q.Count {
		if total, err = s.store.Count(ctx, files, filter); err != nil {
			return nil, 0, err
		}
	}
	return list, total, nil
}

// Matching gives the ids of the files that a filter hits, for whoever asks, those that are deleted and still
// in use too. Names are those of Query. Invalid if there are more than most.
func (s *Service) Matching(ctx context.Context, f query.Filter, most int) ([]int64, error) {
	cond, err := compile(f.Positive())
	if err == nil {
		err = cond.Check()
	}
	if err != nil {
		return nil, err
	}
	docs, err := s.store.Find(ctx, files, store.Query{Filter: cond, Limit: most + 1, Parts: []string{store.Meta}})
	if err != nil {
		return nil, err
	}
	if len(docs) > most {
		return nil, fault.New(fault.Invalid, "A condition on files hits more than %d of them; make it narrower", most)
	}
	ids := make([]int64, len(docs))
	for i, d := range docs {
		ids[i] = integer(d.Part(store.Meta), "id")
	}
	return ids, nil
}

// kinds says of what kind each name is.
func kinds(name string) (schema.Kind, bool) {
	switch name {
	case "id", "size", "width", "height":
		return schema.Integer, true
	case "key", "name", "alt", "caption", "credit", "licence", "type", "ext", "sha256":
		return schema.String, true
	case "createdAt", "updatedAt":
		return schema.DateTime, true
	}
	return "", false
}

// folds tells whether a folded form of the text is stored.
func folds(name string) bool {
	switch name {
	case "name", "alt", "caption", "credit", "licence":
		return true
	}
	return false
}

func compile(f query.Filter) (query.Filter, error) {
	switch f.Op {
	case query.All:
		return f, nil
	case query.And, query.Or:
		args := make([]query.Filter, len(f.Args))
		for i, a := range f.Args {
			var err error
			if args[i], err = compile(a); err != nil {
				return f, err
			}
		}
		if f.Op == query.And {
			return query.AllOf(args...), nil
		}
		return query.AnyOf(args...), nil
	}
	kind, ok := kinds(f.Path)
	if !ok || f.Op == query.Match || f.Op == query.NoMatch {
		return f, fault.Key(f.Path, "", "query", "filters")
	}
	path := "meta." + f.Path
	op, folded := f.Op.Folded()
	if !folded {
		op = f.Op
	}
	switch {
	case op == query.Null, op == query.NotNull:
		return query.Where(path, op, nil), nil
	case op.Textual() && kind != schema.String, folded && kind != schema.String:
		return f, fault.New(fault.Invalid, "%s is no text", f.Path).With("key", f.Path)
	}
	twin := func(v any) any { return v }
	switch {
	case f.Path == "key":
		path = store.KeyPath
	case folded && folds(f.Path):
		path, twin = "meta.fold."+f.Path, onText(schema.Fold)
	case folded:
		twin = onText(strings.ToLower) // as they are stored
	case op.Ranged() && f.Path == "name":
		path, twin = "meta.sort.name", onText(schema.SortKey)
	}
	v, err := compared(&schema.Field{Name: f.Path, Kind: kind}, op, f.Value, twin)
	return query.Where(path, op, v), err
}

func onText(change func(string) string) func(any) any {
	return func(v any) any {
		s, ok := v.(string)
		if !ok {
			return v
		}
		return change(s)
	}
}

// compared reads what a comparison compares with: a value, or a list of them for the operators that take one.
func compared(f *schema.Field, op query.Op, sent any, twin func(any) any) (any, error) {
	many := op == query.In || op == query.NotIn || op == query.Between || op == query.NotBetween
	list, ok := sent.(value.List)
	switch {
	case !ok:
		list = value.List{sent}
	case !many && len(list) != 1:
		return nil, fault.New(fault.Invalid, "%s takes one value here", f.Name).With("key", f.Name)
	}
	out := make(value.List, len(list))
	for i, e := range list {
		if _, nested := e.(value.List); nested {
			return nil, fault.New(fault.Invalid, "%s does not take a list within a list", f.Name).With("key", f.Name)
		}
		v, err := f.ParseQuery(e)
		if err != nil {
			return nil, err
		}
		out[i] = twin(v)
	}
	if many {
		return out, nil
	}
	return out[0], nil
}

func textual(s string) query.Filter {
	if s == "" {
		return query.Filter{}
	}
	var any []query.Filter
	for _, name := range []string{"name", "alt", "caption", "credit"} {
		any = append(any, query.Where("meta.fold."+name, query.Contains, schema.Fold(s)))
	}
	return query.AnyOf(any...)
}

func order(sort []query.Order) ([]query.Order, error) {
	out := make([]query.Order, 0, len(sort)+1)
	for _, o := range sort {
		if _, ok := kinds(o.Path); !ok {
			return nil, fault.Key(o.Path, "", "query", "sort")
		}
		switch o.Path {
		case "name":
			o.Path = "meta.sort.name"
		case "key":
			o.Path = store.KeyPath
		default:
			o.Path = "meta." + o.Path
		}
		out = append(out, o)
	}
	return append(out, query.Order{Path: "meta.id"}), nil
}
