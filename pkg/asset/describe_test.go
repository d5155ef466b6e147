package asset_test

import (
	"strings"
	"testing"

	"kontor/pkg/asset"
	"kontor/pkg/fault"
	"kontor/pkg/query"
	"kontor/pkg/store"
	"kontor/pkg/value"
)

// A file of an older version keeps a credit with characters that nobody sees while its other facts change; a new credit has none.
func TestInvisibleFacts(t *testing.T) {
	k := newKit(t, asset.Options{})
	const bad = "Stadt\u202e Köln"
	for name, facts := range map[string]asset.Facts{"alt": {Alt: bad}, "credit": {Credit: bad}, "licence": {Licence: bad}} {
		if _, err := k.Upload(k.ctx, editor, strings.NewReader("x"), asset.Info{Name: "x.txt", Facts: facts}); !fault.Is(err, fault.Invalid) {
			t.Errorf("a new %s: %v", name, err)
		}
	}
	f, err := k.Upload(k.ctx, editor, strings.NewReader("x"), asset.Info{Name: "x.txt", Facts: asset.Facts{Caption: bad, Credit: "Stadt"}})
	if err != nil {
		t.Fatalf("a caption, which is body text: %v", err)
	}
	if n, err := k.store.Touch(k.ctx, "_files", query.Where(store.KeyPath, query.Eq, f.Key), value.Object{"credit": bad}, nil); err != nil || n != 1 {
		t.Fatal(n, err)
	}
	alt, same, other := "Rathaus", bad, bad+"!"
	if f, err = k.Describe(k.ctx, editor, f.ID, asset.Changes{Alt: &alt, Credit: &same}); err != nil || f.Facts.Alt != alt || f.Facts.Credit != bad {
		t.Errorf("another fact beside the old credit: %+v, %v", f.Facts, err)
	}
	if _, err := k.Describe(k.ctx, editor, f.ID, asset.Changes{Credit: &other}); !fault.Is(err, fault.Invalid) {
		t.Errorf("another such credit: %v", err)
	}
}
