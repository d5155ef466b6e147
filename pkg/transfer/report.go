package transfer

import (
	"strings"

	"kontor/pkg/value"
)

// Object is the row as a value, for a report that programs read: row, line, key, and of each problem column, field, code, en, de, value.
func (b BadRow) Object() value.Object {
	problems := make(value.List, len(b.Problems))
	for i, p := range b.Problems {
		o := value.Object{"code": p.Code, "en": p.English}
		for name, s := range map[string]string{"de": p.German, "column": p.Column, "field": strings.Join(p.Path, ".")} {
			if s != "" {
				o[name] = s
			}
		}
		switch p.Value.(type) {
		case string, bool, int64, float64:
			o["value"] = p.Value
		}
		problems[i] = o
	}
	out := value.Object{"row": int64(b.Row), "line": int64(b.Line), "problems": problems}
	if b.Key != "" {
		out["key"] = b.Key
	}
	return out
}
