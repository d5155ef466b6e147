package sqlitestore

import (
	"crypto/sha256"
	"encoding/hex"
	"strings"

	"kontor/pkg/fault"
	"kontor/pkg/store"
	"kontor/pkg/value"
)

// The SQL values that stand for JSON values which SQL does not tell from numbers and text.
const (
	sqlFalse  = "x'00'"
	sqlTrue   = "x'01'"
	sqlObject = "x'02'" // a list or an object: present, but no scalar
	sqlAbove  = "x'03'" // above every value
)

// place is where a value lies: a JSON text in SQL and the path within it.
type place struct {
	json string // an SQL expression
	path string // an SQL literal
}

// scalar is the expression that every comparison, sort and index uses. Its text decides whether SQLite sees that an index serves
// a query; a change of it is a change of the file's layout, which Ensure notices by the index's own text.
func (p place) scalar() string {
	return "CASE " + p.kind() + " WHEN 'true' THEN " + sqlTrue + " WHEN 'false' THEN " + sqlFalse +
		" WHEN 'array' THEN " + sqlObject + " WHEN 'object' THEN " + sqlObject + " ELSE json_extract(" + p.json + "," + p.path + ") END"
}

// kind is SQLite's name of the JSON type, NULL for absent.
func (p place) kind() string { return "json_type(" + p.json + "," + p.path + ")" }

// elements is the list as a table with an alias; a scalar is a list of one.
func (p place) elements(alias string) string {
	return "json_each(" + p.json + "," + p.path + ") AS " + alias
}

// element is scalar for a row of elements.
func element(alias string) string {
	return "CASE " + alias + ".type WHEN 'true' THEN " + sqlTrue + " WHEN 'false' THEN " + sqlFalse +
		" WHEN 'array' THEN " + sqlObject + " WHEN 'object' THEN " + sqlObject + " ELSE " + alias + ".atom END"
}

// documentPlace resolves a path that starts with a part.
func documentPlace(path string) (place, error) {
	part, rest, err := store.CheckPath(path)
	switch {
	case err != nil:
		return place{}, err
	case part == path:
		return place{json: part, path: "'$'"}, nil
	}
	return within(part, rest)
}

// within resolves a path in a JSON text. SQLite takes a NUL for the end of a name, so "a\x00b" would reach "a".
func within(json, path string) (place, error) {
	if strings.Contains(path, "\x00") {
		return place{}, fault.New(fault.Invalid, "The path %q has a NUL", path)
	}
	return place{json: json, path: jsonPath(path)}, nil
}

// jsonPath writes a dotted path as an SQL literal of SQLite's JSON path. A name is quoted as a JSON string, so that any will do.
func jsonPath(path string) string {
	b := []byte{'$'}
	for _, name := range strings.Split(path, ".") {
		b = value.AppendString(append(b, '.'), name)
	}
	return literal(string(b))
}

func literal(s string) string { return "'" + strings.ReplaceAll(s, "'", "''") + "'" }

func quote(name string) string { return `"` + strings.ReplaceAll(name, `"`, `""`) + `"` }

// digest makes a short name of any text; SQLite's own names do not tell upper case from lower.
func digest(s string) string {
	sum := sha256.Sum256([]byte(s))
	return hex.EncodeToString(sum[:8])
}
