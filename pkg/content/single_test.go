package content_test

import (
	"fmt"
	"sync"
	"testing"

	"kontor/pkg/content"
	"kontor/pkg/fault"
	"kontor/pkg/query"
)

func TestSingle(t *testing.T) {
	t.Parallel()
	k := newKit(t)
	other := openKit(t, k.path, types())
	ctx, typ := t.Context(), k.typ("home")
	_, err := k.Single(ctx, public, typ, query.Query{})
	wantCode(t, err, fault.NotFound)
	_, err = k.Create(ctx, admin, typ, obj{}, content.Write{})
	wantCode(t, err, fault.Method)
	_, err = k.PutSingle(ctx, public, typ, obj{"title": "x"}, content.Write{})
	wantCode(t, err, fault.Forbidden)
	must(t, k.DeleteSingle(ctx, editor, typ, content.Write{}))
	_, err = k.PutSingle(ctx, editor, typ, obj{"title": "x"}, content.Write{IfMatch: 3})
	wantCode(t, err, fault.Stale)
	wantCode(t, k.DeleteSingle(ctx, editor, typ, content.Write{Locale: "xx"}), fault.Invalid)
	must(t, k.DeleteSingle(ctx, editor, typ, content.Write{Locale: "*"}))
	var wg sync.WaitGroup
	for i := range 20 {
		wg.Go(func() {
			by := []*kit{k, other}[i%2]
			changes := obj{"title": fmt.Sprint("T", i)}
			if i%4 == 3 {
				changes = obj{"count": int64(i)}
			}
			if _, err := by.PutSingle(ctx, editor, by.typ("home"), changes, content.Write{}); err != nil {
				t.Error(show(err))
			}
		})
	}
	wg.Wait()
	page, err := k.List(ctx, public, typ, query.Query{Page: query.Page{Limit: 10, Count: true}})
	must(t, err)
	equal(t, "entries", page.Total, 1)
	e, err := k.Single(ctx, public, typ, query.Query{})
	must(t, err)
	got := flat(e.Attributes)
	if got["title"] == nil || got["count"] == nil {
		t.Errorf("lost: %v", got)
	}
	must2(k.PutSingle(ctx, editor, typ, obj{"title": "Home"}, content.Write{Locale: "en", Draft: true}))(t)
	_, err = k.Single(ctx, public, typ, query.Query{Locale: "en"})
	wantCode(t, err, fault.NotFound)
	_, err = k.SingleID(ctx, public, typ)
	wantCode(t, err, fault.Forbidden)
	id, err := k.SingleID(ctx, editor, typ)
	must(t, err)
	equal(t, "id", id, e.DocumentID)

	must(t, k.DeleteSingle(ctx, editor, typ, content.Write{}))
	_, err = k.Single(ctx, public, typ, query.Query{})
	wantCode(t, err, fault.NotFound)
	must2(k.PutSingle(ctx, editor, typ, obj{"title": "Neu"}, content.Write{}))(t)
	_, err = k.Restore(ctx, editor, typ, id, content.Write{})
	wantCode(t, err, fault.Invalid)
	must(t, k.DeleteSingle(ctx, editor, typ, content.Write{}))
	must2(k.Restore(ctx, editor, typ, id, content.Write{}))(t)
}
