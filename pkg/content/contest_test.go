package content_test

import (
	"strings"
	"testing"

	"kontor/pkg/content"
	"kontor/pkg/fault"
	"kontor/pkg/store"
)

// An unpublished entry keeps the slug under which it was public, also from a caller who does not
// read its draft, and is published under it again.
func TestSlugStaysWithUnpublishedEntry(t *testing.T) {
	t.Parallel()
	k := newRoleKit(t)
	ctx, typ := t.Context(), k.typ("project")
	owner, stranger := as("member", "aaa"), as("member", "bbb")
	meeting := obj{"title": "Altes Treffen", "phase": "planned"}
	first, err := k.Create(ctx, owner, typ, meeting, content.Write{})
	must(t, err)
	must2(k.Unpublish(ctx, owner, typ, first.DocumentID, content.Write{}))(t)
	second, err := k.Create(ctx, stranger, typ, meeting, content.Write{})
	must(t, err)
	equal(t, "slug of the second", k.doc("project", second.DocumentID, "", false)["slug"], "altes-treffen-2")
	must2(k.Publish(ctx, owner, typ, first.DocumentID, content.Write{}))(t)
	equal(t, "slug of the first", k.doc("project", first.DocumentID, "", false)["slug"], "altes-treffen")

	// A new slug while it is not public: the former one leads to it.
	must2(k.Unpublish(ctx, owner, typ, first.DocumentID, content.Write{}))(t)
	must2(k.Update(ctx, owner, typ, first.DocumentID, obj{"slug": "neues-treffen"}, content.Write{}))(t)
	_, err = k.Create(ctx, stranger, typ, obj{"title": "x", "phase": "planned", "slug": "altes-treffen"}, content.Write{})
	equal(t, "former slug", wrong(err), []string{"slug not_unique"})
}

// A value that its holder drops after a write found it there is free for that write.
func TestContestOfDroppedValue(t *testing.T) {
	t.Parallel()
	k := newRoleKit(t)
	ctx, typ := t.Context(), k.typ("project")
	holder := k.draft("project", obj{"title": "A", "phase": "planned", "code": "c1"})
	other, dropped := openKit(t, k.path, types()), false
	k.st.found = func(docs []store.Document) {
		if !dropped && len(docs) > 0 && strings.HasPrefix(docs[0].Key, holder) {
			dropped = true
			other.update("project", holder, obj{"code": nil}, content.Write{Draft: true})
		}
	}
	saved, err := k.Create(ctx, as("member", "bbb"), typ, obj{"title": "B", "phase": "planned", "code": "c1"}, content.Write{})
	k.st.found = nil
	must(t, err)
	equal(t, "dropped", dropped, true)
	equal(t, "code", k.doc("project", saved.DocumentID, "", true)["code"], "c1")
}

// A draft that loses its values to a published entry is fenced. Its editor has seen all of it: the
// write with the former revision goes on, and the history lists each act once.
func TestFencedDraftIsNotStale(t *testing.T) {
	t.Parallel()
	k := newRoleKit(t)
	ctx, typ, owner := t.Context(), k.typ("project"), as("member", "aaa")
	values := obj{"title": "A", "phase": "planned", "code": "c1"}
	draft, err := k.Create(ctx, owner, typ, values, content.Write{Draft: true})
	must(t, err)
	must2(k.Create(ctx, as("member", "bbb"), typ, values, content.Write{}))(t)
	fenced, err := k.State(ctx, owner, typ, draft.DocumentID, "")
	must(t, err)
	equal(t, "fences for slug and code", fenced.Rev, draft.Rev+2)
	acts := func() (list []string) {
		versions, err := k.History(ctx, owner, typ, draft.DocumentID, "")
		must(t, err)
		for _, v := range versions {
			list = append(list, v.Action)
		}
		return list
	}
	equal(t, "history", acts(), []string{"create"})
	saved, err := k.Update(ctx, owner, typ, draft.DocumentID, obj{"summary": "x"}, content.Write{Draft: true, IfMatch: draft.Rev})
	must(t, err)
	equal(t, "history", acts(), []string{"update", "create"})
	_, err = k.Update(ctx, owner, typ, draft.DocumentID, obj{"summary": "y"}, content.Write{Draft: true, IfMatch: draft.Rev})
	wantCode(t, err, fault.Stale)
	must2(k.Update(ctx, owner, typ, draft.DocumentID, obj{"summary": "y"}, content.Write{Draft: true, IfMatch: saved.Rev}))(t)
}
