package sqlitestore

import (
	"strconv"
	"strings"

	"kontor/pkg/fault"
	"kontor/pkg/query"
	"kontor/pkg/value"
)

// maxListed is how many values of an In are parameters of their own; longer lists are one parameter of JSON, so that the number of
// parameters is bounded and statements repeat.
const maxListed = 16

// class is the kind of a filter's value; SQLite orders numbers before text before blobs.
type class int

const (
	classNone class = iota
	classNumber
	classText
	classBool
)

func classOf(v any) class {
	switch v.(type) {
	case int64, float64:
		return classNumber
	case string:
		return classText
	case bool:
		return classBool
	}
	return classNone
}

// bind gives the SQL for a value: a parameter, or the blob of a bool.
func (c *compiler) bind(v any) string {
	if b, ok := v.(bool); ok {
		if b {
			return sqlTrue
		}
		return sqlFalse
	}
	c.args = append(c.args, v)
	return "?" + strconv.Itoa(len(c.args))
}

// compare writes a positive comparison of the scalar in an SQL expression. It is false, never NULL, for a present value of another
// class.
func (c *compiler) compare(x string, f query.Filter) (string, error) {
	k := classOf(f.Value)
	switch f.Op {
	case query.Eq:
		return x + " = " + c.bind(f.Value), nil
	case query.Lt, query.Lte:
		op := map[query.Op]string{query.Lt: " < ", query.Lte: " <= "}[f.Op]
		low := map[class]string{classText: "''", classBool: sqlFalse}[k]
		if low == "" {
			return x + op + c.bind(f.Value), nil
		}
		return "(" + x + op + c.bind(f.Value) + " AND " + x + " >= " + low + ")", nil
	case query.Gt, query.Gte:
		op := map[query.Op]string{query.Gt: " > ", query.Gte: " >= "}[f.Op]
		high := map[class]string{classNumber: "''", classText: "x''", classBool: sqlObject}[k]
		return "(" + x + op + c.bind(f.Value) + " AND " + x + " < " + high + ")", nil
	case query.Between:
		list := f.Value.(value.List)
		lo, hi := list[0], list[1]
		if classOf(lo) != classOf(hi) || classOf(lo) == classNone {
			return "0", nil
		}
		return "(" + x + " >= " + c.bind(lo) + " AND " + x + " <= " + c.bind(hi) + ")", nil
	case query.In:
		return c.in(x, f.Value.(value.List))
	}
	return c.text(x, f)
}

func (c *compiler) in(x string, list value.List) (string, error) {
	kept := make(value.List, 0, len(list))
	for _, v := range list {
		switch {
		case classOf(v) != classNone:
			kept = append(kept, v)
		case v != nil:
			return "", fault.New(fault.Invalid, "The operator %s takes a list of scalars", query.In)
		}
	}
	switch {
	case len(kept) == 0:
		return "0", nil
	case len(kept) == 1:
		return x + " = " + c.bind(kept[0]), nil
	case len(kept) > maxListed:
		alias := c.alias()
		return x + " IN (SELECT " + element(alias) + " FROM json_each(" + c.bind(string(value.AppendCanonical(nil, kept))) + ") AS " + alias + ")", nil
	}
	terms := make([]string, len(kept))
	for i, v := range kept {
		terms[i] = c.bind(v)
	}
	return x + " IN (" + strings.Join(terms, ",") + ")", nil
}

// text writes a comparison within a text, by bytes; LIKE would fold case and stop at a NUL.
func (c *compiler) text(x string, f query.Filter) (string, error) {
	s, _ := f.Value.(string)
	if s == "" {
		return "typeof(" + x + ")='text'", nil
	}
	switch f.Op {
	case query.Contains:
		return "(typeof(" + x + ")='text' AND instr(" + x + "," + c.bind(s) + ")>0)", nil
	case query.StartsWith:
		// All texts with a prefix lie between it and the same with its last byte raised; no byte of UTF-8 is 0xff.
		end := s[:len(s)-1] + string([]byte{s[len(s)-1] + 1})
		return "(" + x + " >= " + c.bind(s) + " AND " + x + " < " + c.bind(end) + ")", nil
	case query.EndsWith:
		bytes := c.bind([]byte(s))
		return "(typeof(" + x + ")='text' AND substr(CAST(" + x + " AS BLOB),-" + strconv.Itoa(len(s)) + ") IS " + bytes + ")", nil // IS: of an empty text substr gives NULL
	}
	return "", fault.New(fault.Invalid, "The operator %s is not known", f.Op)
}
