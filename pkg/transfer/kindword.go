package transfer

import (
	"slices"
	"strings"

	"kontor/pkg/schema"
)

// kindWord is what may stand before or behind a name to say of which kind the entry is: "STADT" for towns and independent cities.
type kindWord struct {
	word  string // folded
	kinds []string
}

func isKind(f *schema.Field) bool { return f.Name == "kind" && f.Kind == schema.Enum && !f.Many }

// kindWords are the titles of a type's kinds, and the last word of each; the longest first.
func kindWords(t *schema.Type) []kindWord {
	f, ok := t.Field("kind")
	if !ok || !isKind(f) {
		return nil
	}
	var out []kindWord
	add := func(word, kind string) {
		i := slices.IndexFunc(out, func(w kindWord) bool { return w.word == word })
		switch {
		case word == "":
		case i < 0:
			out = append(out, kindWord{word, []string{kind}})
		case !slices.Contains(out[i].kinds, kind):
			out[i].kinds = append(out[i].kinds, kind)
		}
	}
	for _, o := range f.Options {
		for _, title := range []string{o.Title.DE, o.Title.EN} {
			folded := foldName(title)
			add(folded, o.Const)
			add(folded[strings.LastIndexByte(folded, ' ')+1:], o.Const)
		}
	}
	slices.SortStableFunc(out, func(a, b kindWord) int { return len(b.word) - len(a.word) })
	return out
}

// byKind finds "Stadt Köln" and "Köln, Stadt". Entries of the name alone whose kind does not fit are near.
func (x *index) byKind(folded string) (found, near []*entry) {
	for _, w := range x.words {
		rest, ok := strings.CutPrefix(folded, w.word+" ")
		if !ok {
			rest, ok = strings.CutSuffix(folded, ", "+w.word)
		}
		if !ok {
			continue
		}
		for _, e := range x.named(strings.TrimSpace(rest)) {
			if e.kind == "" || slices.Contains(w.kinds, e.kind) {
				found = append(found, e)
			} else {
				near = append(near, e)
			}
		}
		if len(found) > 0 {
			return found, nil
		}
	}
	return nil, near
}
