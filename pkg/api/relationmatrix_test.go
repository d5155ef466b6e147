package api_test

import (
	"fmt"
	"net/url"
	"slices"
	"strings"
	"testing"

	"kontor/pkg/schema"
)

// holder is an entry of a list with the targets that the caller sees of one of its relations.
type holder struct {
	id      string
	targets []string // documentIds
}

// condition is a filter on a relation and whether it should hit an entry with these visible targets.
type condition struct {
	query string // %s stands for the relation's name
	hits  func(many bool, targets []string) bool
}

// relationConditions are all operators that a relation takes, about a target by both of its names.
func relationConditions(target, number string) []condition {
	has := func(_ bool, list []string) bool { return slices.Contains(list, target) }
	lacks := func(many bool, list []string) bool {
		return (many || len(list) > 0) && !slices.Contains(list, target)
	}
	none := func(_ bool, list []string) bool { return len(list) == 0 }
	some := func(_ bool, list []string) bool { return len(list) > 0 }
	return []condition{
		{"[%s][$null]=true", none}, {"[%s][$null]=false", some}, {"[%s][$notNull]=true", some}, {"[%s][$notNull]=false", none},
		{"[$not][%s][$null]=true", some}, {"[%s][$not][$notNull]=true", none},
		{"[%s]=" + target, has}, {"[%s][$eq]=" + number, has}, {"[%s][$in][0]=" + number, has}, {"[%s][documentId]=" + target, has}, {"[%s][id]=" + number, has},
		{"[%s][$ne]=" + target, lacks}, {"[%s][$notIn][0]=" + number, lacks}, {"[%s][$not][$eq]=" + number, lacks},
		{"[$not][%s][documentId]=" + target, lacks}, {"[$not][%s][id][$in][0]=" + number, lacks},
	}
}

// Whatever a caller asks of a relation by a filter is answered by the targets that populate shows to
// that caller: a target that is a draft, foreign or deleted counts as none, by every operator.
func TestRelationFiltersTellNoMoreThanPopulate(t *testing.T) {
	f := newField(t)
	asked, hidden := 0, 0
	for _, by := range []string{"", "editor", "organizer", "clerk"} {
		for _, typ := range f.types {
			for _, status := range []string{"", "&status=draft"} {
				root := "/api/" + typ.PathName() + "?pagination[pageSize]=100" + status
				if f.get(by, root).status != 200 {
					continue
				}
				for _, x := range typ.Fields {
					targets := f.entries[relationOf(x)]
					holders, ok := f.holders(by, root, x)
					if targets == nil || !ok {
						continue
					}
					asked += f.compareFilters(by, root, x, holders)
					for _, h := range holders {
						if len(h.targets) == 0 {
							hidden++
						}
					}
				}
			}
		}
	}
	if asked < 1000 || hidden < 20 {
		t.Errorf("only %d questions were asked, %d entries showed no target", asked, hidden)
	}
	t.Logf("%d questions, %d entries without a visible target", asked, hidden)
}

// holders lists the entries of a list with the targets that populate shows; not ok where the caller
// can't ask for the relation.
func (f *field) holders(by, root string, x *schema.Field) ([]holder, bool) {
	r := f.get(by, root+"&fields=documentId&populate["+url.QueryEscape(x.Name)+"][fields]=documentId")
	if r.status != 200 {
		return nil, false
	}
	var out []holder
	for _, e := range r.at(f.t, "data").([]any) {
		entry := e.(map[string]any)
		h := holder{id: entry["documentId"].(string)}
		list, many := entry[x.Name].([]any)
		if one, ok := entry[x.Name].(map[string]any); !many && ok {
			list = []any{one}
		}
		for _, target := range list {
			h.targets = append(h.targets, target.(map[string]any)["documentId"].(string))
		}
		out = append(out, h)
	}
	return out, true
}

// compareFilters asks every condition about a target that is published and about drafts, and counts
// the questions.
func (f *field) compareFilters(by, root string, x *schema.Field, holders []holder) int {
	f.t.Helper()
	n := 0
	for _, name := range []string{"own", "foreignDraft", "ownDraft"} {
		target := f.entries[relationOf(x)][name]
		for _, c := range relationConditions(target, f.numbers[target]) {
			query := strings.ReplaceAll(c.query, "%s", x.Name)
			r := f.get(by, root+"&fields=documentId&filters"+query)
			if n++; r.status != 200 {
				f.t.Errorf("%q %s filters%s: %d %s", by, root, query, r.status, r.body)
				continue
			}
			var got, want []string
			for _, e := range r.at(f.t, "data").([]any) {
				got = append(got, e.(map[string]any)["documentId"].(string))
			}
			for _, h := range holders {
				if c.hits(x.Many, h.targets) {
					want = append(want, h.id)
				}
			}
			slices.Sort(got)
			slices.Sort(want)
			if !slices.Equal(got, want) {
				f.t.Errorf("%q asks %s filters%s about %s and learns %v, populate shows %v", by, root, query, name, got, want)
			}
		}
	}
	return n
}

// The same holds where populate filters what it shows: a topic's parent is hidden from the filter if it
// is hidden from the answer.
func TestPopulateFiltersTellNoMoreThanPopulate(t *testing.T) {
	f := newField(t)
	asked := 0
	for _, by := range []string{"", "organizer", "clerk", "site", "editor"} {
		for _, typ := range f.types {
			for _, x := range typ.Fields {
				to := f.typ(relationOf(x))
				if f.entries[relationOf(x)] == nil {
					continue
				}
				for _, y := range to.Fields {
					if f.entries[relationOf(y)] != nil {
						asked += f.compareNested(by, typ, x.Name, y.Name)
					}
				}
			}
		}
	}
	if asked < 100 {
		t.Errorf("only %d questions were asked", asked)
	}
}

func (f *field) compareNested(by string, typ *schema.Type, x, y string) int {
	f.t.Helper()
	populate := "/api/" + typ.PathName() + "?fields=documentId&populate[" + x + "][populate]=" + y
	all := f.get(by, populate)
	if all.status != 200 {
		return 0
	}
	for op, empty := range map[string]bool{"$null": true, "$notNull": false} {
		r := f.get(by, populate+"&populate["+x+"][filters]["+y+"]["+op+"]=true")
		got, want := nested(r.at(f.t, "data"), x, y, nil), nested(all.at(f.t, "data"), x, y, &empty)
		if got != want {
			f.t.Errorf("%q asks %s of %s in %s by %s and learns %s, populate shows %s", by, y, x, typ.ID, op, got, want)
		}
	}
	return 2
}

// nested lists the targets of a relation in every entry, only those whose own relation shows nothing
// or something if empty says so.
func nested(data any, x, y string, empty *bool) string {
	var out []string
	for _, e := range data.([]any) {
		list, many := e.(map[string]any)[x].([]any)
		if one, ok := e.(map[string]any)[x].(map[string]any); !many && ok {
			list = []any{one}
		}
		for _, target := range list {
			o := target.(map[string]any)
			inner, _ := o[y].([]any)
			if empty == nil || *empty == (len(inner) == 0 && !isObject(o[y])) {
				out = append(out, fmt.Sprint(e.(map[string]any)["documentId"], " ", o["documentId"]))
			}
		}
	}
	return strings.Join(out, ", ")
}

func isObject(v any) bool { _, ok := v.(map[string]any); return ok }
