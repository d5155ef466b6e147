package mongostore

import (
	"regexp"
	"strings"

	"go.mongodb.org/mongo-driver/v2/bson"

	"kontor/pkg/fault"
	"kontor/pkg/query"
	"kontor/pkg/value"
)

// maxText bounds what a text is searched for; MongoDB takes patterns of up to 32,764 bytes, and escaping makes four of one.
const maxText = 8000

// compare writes a positive comparison. MongoDB's compares values of one type only and hits a list by any element.
func (c compiler) compare(path, stored string, f query.Filter) (bson.D, error) {
	is := func(op string, v any) bson.D { return bson.D{{Key: stored, Value: bson.D{{Key: op, Value: v}}}} }
	switch f.Op {
	case query.Eq, query.Lt, query.Lte, query.Gt, query.Gte:
		return is("$"+string(f.Op), f.Value), nil
	case query.In:
		list, err := scalars(f.Value.(value.List))
		return is("$in", list), err
	case query.Between:
		return c.between(path, stored, f.Value.(value.List)), nil
	}
	pattern, err := c.pattern(f)
	if err != nil || pattern == "" {
		return is("$type", "string"), err
	}
	return is("$regex", pattern), nil
}

// between wants both bounds met by one value. MongoDB would take two elements of a list for them, unless told otherwise.
func (c compiler) between(path, stored string, bounds value.List) bson.D {
	if _, ok := value.Compare(bounds[0], bounds[1]); !ok {
		return nothing()
	}
	within := bson.D{{Key: "$gte", Value: bounds[0]}, {Key: "$lte", Value: bounds[1]}}
	one := bson.D{{Key: stored, Value: within}}
	if stored == keyField || !c.inside && c.col.scalars[path] {
		return one
	}
	return anyOf([]bson.D{
		{{Key: stored, Value: bson.D{{Key: "$elemMatch", Value: within}}}},
		{{Key: stored, Value: append(bson.D{{Key: "$not", Value: bson.D{{Key: "$type", Value: "array"}}}}, within...)}},
	})
}

func scalars(list value.List) (bson.A, error) {
	kept := make(bson.A, 0, len(list))
	for _, v := range list {
		switch v.(type) {
		case nil:
		case bool, int64, float64, string:
			kept = append(kept, v)
		default:
			return kept, fault.New(fault.Invalid, "The operator %s takes a list of scalars", query.In)
		}
	}
	return kept, nil
}

// pattern writes what a text holds as a regular expression; "" is any text. A pattern can't hold a NUL as it is, and "$" would also
// match before a last line feed.
func (c compiler) pattern(f query.Filter) (string, error) {
	text, _ := f.Value.(string)
	if len(text) > maxText {
		return "", fault.New(fault.Invalid, "The operator %s takes a text of at most %d bytes", f.Op, maxText)
	}
	quoted := strings.ReplaceAll(regexp.QuoteMeta(text), "\x00", `\x00`)
	switch {
	case text == "":
		return "", nil
	case f.Op == query.StartsWith:
		return "^" + quoted, nil
	case f.Op == query.EndsWith:
		return quoted + `\z`, nil
	}
	return quoted, nil
}
