package index

import (
	"context"
	"embed"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"kontor/pkg/auth"
	"kontor/pkg/query"
	"kontor/pkg/schema"
	"kontor/pkg/search"
	"kontor/pkg/value"
)

//go:embed synonyms.json
var shippedList embed.FS

// shippedSynonyms are those that every German index has, whatever editors keep.
func shippedSynonyms() ([]search.Synonym, error) {
	var groups []struct{ From, To []string }
	data, err := shippedList.ReadFile("synonyms.json")
	if err == nil {
		err = json.Unmarshal(data, &groups)
	}
	if err != nil {
		return nil, fmt.Errorf("the shipped synonyms: %w", err)
	}
	out := make([]search.Synonym, len(groups))
	for i, g := range groups {
		out[i] = search.Synonym{From: g.From, To: g.To}
	}
	return out, nil
}

// keptSynonyms tells whether editors keep synonyms in entries of a type.
func keptSynonyms(t *schema.Type) bool { return slices.ContainsFunc(t.Fields, isSynonym) }

func isSynonym(f *schema.Field) bool { return f.Search.Synonym }

// synonyms gives those of each index: what is shipped, and what the public reads of editors' in its locale.
func (s *Service) synonyms(ctx context.Context, c *catalogue) (map[string][]search.Synonym, error) {
	out, byLocale := map[string][]search.Synonym{}, map[string][]search.Synonym{}
	for _, name := range c.names {
		l := c.byName[name]
		locale := l.sources[0].locale
		if locale == schema.NoLocale {
			locale = c.usual()
		}
		list, ok := byLocale[locale]
		if !ok {
			var err error
			if list, err = s.synonymsIn(ctx, locale, l.language, c); err != nil {
				return nil, err
			}
			byLocale[locale] = list
		}
		out[name] = list
	}
	return out, nil
}

// synonymsIn gives those of a locale. All words of an entry mean the same: its display field and those that are marked as synonyms.
func (s *Service) synonymsIn(ctx context.Context, locale, language string, c *catalogue) ([]search.Synonym, error) {
	var out []search.Synonym
	if language == "de" {
		var err error
		if out, err = shippedSynonyms(); err != nil {
			return nil, err
		}
	}
	for _, k := range c.kinds {
		if !keptSynonyms(k.typ) || k.typ.Localized() && !slices.Contains(k.typ.Locales, locale) {
			continue
		}
		groups, err := s.groups(ctx, k, locale)
		if err != nil {
			return nil, err
		}
		out = append(out, groups...)
	}
	return out, nil
}

// groups gives the synonyms that entries of a type have in a locale.
func (s *Service) groups(ctx context.Context, k *kind, locale string) ([]search.Synonym, error) {
	if !k.typ.Localized() {
		locale = ""
	}
	q := query.Query{Locale: locale, Fields: []string{}}
	for _, p := range k.pieces {
		if p.strict && p.target == nil && len(p.inner) == 0 && (isSynonym(p.field) || p.name == k.typ.Display) {
			q.Fields = append(q.Fields, p.name)
		}
	}
	var out []search.Synonym
	for after := ""; ; {
		list, err := s.content.ReadOn(ctx, auth.Anonymous(), k.typ, after, fillBatch, q)
		if err != nil {
			return nil, err
		}
		for _, r := range list {
			var words []string
			for _, name := range q.Fields {
				v, _ := r.Attributes.Get(name)
				words = addWords(words, v)
			}
			if len(words) > 1 {
				out = append(out, search.Synonym{From: words, To: words})
			}
			after = r.DocumentID
		}
		if len(list) < fillBatch {
			return out, nil
		}
	}
}

// addWords adds the texts of a value, each once.
func addWords(words []string, v any) []string {
	switch x := v.(type) {
	case string:
		x = strings.TrimSpace(x)
		if x != "" && !slices.ContainsFunc(words, func(w string) bool { return strings.EqualFold(w, x) }) {
			words = append(words, x)
		}
	case value.List:
		for _, e := range x {
			words = addWords(words, e)
		}
	}
	return words
}
