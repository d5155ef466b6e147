package content

import (
	"math"
	"strconv"
	"strings"

	"kontor/pkg/fault"
	"kontor/pkg/query"
	"kontor/pkg/schema"
	"kontor/pkg/value"
)

// FileFactName is the name that asset has for a fact of a file which the API calls name; not ok for
// facts that nothing filters or sorts by.
func FileFactName(name string) (string, bool) {
	switch name {
	case "id", "name", "caption", "credit", "licence", "width", "height", "ext", "size", "createdAt", "updatedAt":
		return name, true
	case "documentId", "hash":
		return "key", true
	case "alternativeText":
		return "alt", true
	case "mime":
		return "type", true
	}
	return "", false
}

// FileFilter puts asset's names and units in the places of the API's in a filter on files.
func FileFilter(f query.Filter) (query.Filter, error) {
	if f.Path != "" {
		name, ok := FileFactName(f.Path)
		if !ok || f.Op == query.Match || f.Op == query.NoMatch {
			return f, fault.Key(f.Path, "", "query", "filters")
		}
		if name == "size" {
			f.Value = inBytes(f.Value)
		}
		f.Path = name
	}
	args := make([]query.Filter, len(f.Args))
	for i, a := range f.Args {
		var err error
		if args[i], err = FileFilter(a); err != nil {
			return f, err
		}
	}
	if len(args) > 0 {
		f.Args = args
	}
	return f, nil
}

// inBytes turns kilobytes, which the API counts in, into bytes; a text that is not a number is left for
// asset to judge.
func inBytes(v any) any {
	switch x := v.(type) {
	case value.List:
		out := make(value.List, len(x))
		for i, e := range x {
			out[i] = inBytes(e)
		}
		return out
	case string:
		if n, err := strconv.ParseFloat(strings.TrimSpace(x), 64); err == nil && math.Abs(n) < 1e12 {
			return strconv.FormatInt(int64(math.Round(n*1000)), 10)
		}
	}
	return v
}

// compileFileFilter compiles conditions on the file of a field: which files hit them, then which entries hold one.
// Whoever reads the field reads its file.
func (r *resolver) compileFileFilter(sc scope, field *schema.Field, f query.Filter) (query.Filter, error) {
	if r.confined && !r.trusted {
		return f, fault.New(fault.Invalid, "A preview can't be filtered by its files").With("param", "populate")
	}
	if r.lookups++; r.lookups > maxLookups {
		return f, fault.New(fault.Invalid, "A filter has at most %d conditions on relations", maxLookups).With("param", "filters")
	}
	cond, err := FileFilter(f.Args[0])
	if err != nil {
		return f, fault.Key(firstPath(f.Args), join(sc.trail, field.Name), "query", "filters")
	}
	var found []int64
	if r.svc.files != nil {
		if found, err = r.svc.files.Matching(r.ctx, cond, maxRelationIDs); err != nil {
			return f, err
		}
	}
	ids, refs := make(value.List, len(found)), make(value.List, len(found))
	for i, id := range found {
		ids[i], refs[i] = id, schema.FileRef(id)
	}
	if f.Op == query.NoMatch {
		return query.Where(r.at(sc, field.Name), query.NotIn, ids), nil
	}
	holds := query.Where(r.at(sc, field.Name), query.In, ids)
	if sc.items || r.loaded && sc.depth == 0 {
		return holds, nil
	}
	return query.AllOf(query.Where("meta.refs", query.In, refs), holds), nil
}
