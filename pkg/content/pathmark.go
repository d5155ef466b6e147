package content

import (
	"regexp"
	"strconv"
	"strings"

	"kontor/pkg/schema"
	"kontor/pkg/value"
)

// The marks that stand in a type's path for what differs from entry to entry.
const (
	slugMark       = "{slug}"
	documentIDMark = "{documentId}"
	idMark         = "{id}"
	localeMark     = "{locale}"
)

// markForms are what may stand in a path in the place of each mark.
var markForms = map[string]string{slugMark: `([^/]+)`, documentIDMark: `([a-z0-9]{24})`, idMark: `([0-9]{1,15})`, localeMark: `([A-Za-z0-9-]{1,35})`}

var mark = regexp.MustCompile(`\{[a-zA-Z]+\}`)

// tellsApart tells whether a type has a path that is another one for each of its entries.
func tellsApart(t *schema.Type) bool {
	if t.Path == "" {
		return false
	}
	return t.Single || strings.Contains(t.Path, slugMark) || strings.Contains(t.Path, documentIDMark) || strings.Contains(t.Path, idMark)
}

// pathOf puts an entry's facts, and of its fields the slug, into its type's path; not ok if one is not there.
func pathOf(t *schema.Type, fields, facts value.Object) (path string, ok bool) {
	if !tellsApart(t) {
		return "", false
	}
	ok = true
	return mark.ReplaceAllStringFunc(t.Path, func(m string) string {
		out := ""
		switch m {
		case slugMark:
			if f, has := slugField(t); has {
				out = text(fields, f.Name)
			}
		case documentIDMark:
			out = text(facts, "documentId")
		case idMark:
			out = strconv.FormatInt(integer(facts, "id"), 10)
		case localeMark:
			if out = text(facts, "locale"); out == schema.NoLocale {
				out = ""
			}
		}
		ok = ok && out != ""
		return out
	}), ok
}

// marksIn takes a path apart that is like the type's.
func marksIn(t *schema.Type, path string) (map[string]string, bool) {
	if !tellsApart(t) {
		return nil, false
	}
	marks := mark.FindAllString(t.Path, -1)
	if len(marks) == 0 {
		return nil, path == t.Path
	}
	form, at := "^", 0
	for _, span := range mark.FindAllStringIndex(t.Path, -1) {
		form += regexp.QuoteMeta(t.Path[at:span[0]]) + markForms[t.Path[span[0]:span[1]]]
		at = span[1]
	}
	found := regexp.MustCompile(form + regexp.QuoteMeta(t.Path[at:]) + "$").FindStringSubmatch(path)
	if found == nil {
		return nil, false
	}
	out := make(map[string]string, len(marks))
	for i, m := range marks {
		out[m] = found[i+1]
	}
	return out, true
}

// wholeNumber reads the digits of an id mark.
func wholeNumber(digits string) int64 {
	n, _ := strconv.ParseInt(digits, 10, 64) // at most 15 digits
	return n
}
