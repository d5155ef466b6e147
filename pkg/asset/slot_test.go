package asset_test

import (
	"bytes"
	"context"
	"testing"
	"time"

	"kontor/pkg/asset"
	"kontor/pkg/fault"
	"kontor/pkg/rate"
)

// TestVariantsWaitForASlot: image variants are made in the slots that heavy work shares; other files need none.
func TestVariantsWaitForASlot(t *testing.T) {
	slots := rate.NewSlots(1)
	k := newKit(t, asset.Options{Slots: slots})
	release, _ := slots.TakeWithin(t.Context(), time.Second)
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	data := jpegOf(t, 700, 300)
	if _, err := k.Upload(ctx, editor, bytes.NewReader(data), asset.Info{Name: "foto.jpg"}); !fault.Is(err, fault.Timeout) {
		t.Errorf("an image without a slot: %v", err)
	}
	k.nothing("after an image without a slot")
	k.upload("notiz.txt", []byte("Ohne Bild"))
	time.AfterFunc(20*time.Millisecond, release)
	for range 2 { // the second has the slot that the first gave back
		if f := k.upload("foto.jpg", data); len(f.Variants) == 0 {
			t.Error("an image that waited for its slot has no variants")
		}
	}
}
