package content

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strconv"
	"strings"

	"kontor/pkg/schema"
	"kontor/pkg/value"
)

// slugField gives the field that names an entry in URLs.
func slugField(t *schema.Type) (*schema.Field, bool) {
	for _, f := range t.Fields {
		if f.Kind == schema.Slug {
			return f, true
		}
	}
	return nil, false
}

// followSlug decides about the slug of the record as it will be. It follows the source field until the first publish; then, or
// once an editor has set it, only an editor changes it.
func (w *write) followSlug(changes Changes) {
	f, ok := slugField(w.typ)
	if !ok || w.typ.Slug == "" || !f.Localized && !w.leads() {
		return
	}
	if sent, named := changes[f.Name]; named {
		if sent != nil && sent != "" && !value.Equal(sent, w.cur.draftValue(f.Name)) {
			w.next.meta["slugSet"] = true
			return
		}
		if sent == nil || sent == "" {
			delete(w.next.meta, "slugSet")
		}
	}
	current, _ := w.next.draft[f.Name].(string)
	fixed := w.next.meta["slugSet"] == true || w.next.meta["firstPublishedAt"] != nil
	if fixed && current != "" {
		return
	}
	source, _ := w.next.draft[w.typ.Slug].(string)
	base := schema.Slugify(source)
	if base == "" && source != "" {
		base = w.typ.ID + "-" + strconv.FormatInt(integer(w.next.meta, "id"), 10)
	}
	if base == "" {
		return
	}
	w.slugBase = base
	if numbered(current, base) {
		w.slugKept = current
	}
}

func (r *record) draftValue(name string) any {
	if r == nil {
		return nil
	}
	return r.draft[name]
}

// numbered tells whether a slug is the base itself or the base with a number behind it.
func numbered(slug, base string) bool {
	rest, ok := strings.CutPrefix(slug, base)
	if !ok || rest == "" {
		return ok
	}
	_, err := strconv.ParseUint(strings.TrimPrefix(rest, "-"), 10, 32)
	return err == nil && strings.HasPrefix(rest, "-")
}

// setSlug gives the record the automatic slug of the n-th try: the one that it has or the base, then
// the base with a number, then with a random one.
func (w *write) setSlug(n int) {
	f, _ := slugField(w.typ)
	slug := w.slugBase
	switch {
	case n == 1 && w.slugKept != "":
		slug = w.slugKept
	case n > 20:
		slug = fmt.Sprintf("%s-%d", slug, 1000+rand.N(1_000_000))
	case n > 1:
		slug = fmt.Sprintf("%s-%d", slug, n)
	}
	set := func(snapshot value.Object) value.Object {
		out := value.CloneObject(snapshot)
		out[f.Name] = slug
		return out
	}
	w.next.draft = set(w.next.draft)
	if w.publishing {
		w.next.published = set(w.next.published)
	}
}

// keepSlug adds the slug under which the entry was public to its old slugs, so that it leads to the
// new one, and so that an unpublished entry keeps its URL.
func (w *write) keepSlug() {
	f, ok := slugField(w.typ)
	if !ok || w.cur == nil {
		return
	}
	before, _ := w.cur.published[f.Name].(string)
	after, _ := w.next.published[f.Name].(string)
	if before == after || !w.next.live() {
		return
	}
	old, _ := w.cur.meta["oldSlugs"].(value.List)
	old = slices.DeleteFunc(slices.Clone(old), func(v any) bool { return v == any(after) || v == any(before) })
	if before != "" {
		old = append(old, before)
	}
	w.next.meta["oldSlugs"] = value.Normal(old)
}
