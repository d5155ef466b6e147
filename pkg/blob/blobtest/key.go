package blobtest

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"kontor/pkg/blob"
	"kontor/pkg/fault"
)

// testKeys: odd keys are refused by every method, and near ones are kept apart.
func testKeys(t *testing.T, h Harness) {
	f := h.open(t)
	for _, key := range []string{
		"", "/", "/a", "a/", "a//b", ".", "..", "a/..", "../a", "a/../b", "a/./b", ".tmp/a", "a/.b", "-a", "a/-b", "_a", "A", "a/B", "ä", "a b", "a\\b", "a\x00b",
		"a\nb", "a:b", "a*b", "a?b", "a%2fb", "a.", "a./b", "a\u202eb", "con\xff", "~", strings.Repeat("a", 201),
	} {
		_, err := f.Put(f.ctx, key, strings.NewReader("x"))
		wantCode(t, fmt.Sprintf("Put of %q", key), err, fault.Invalid)
		_, _, err = f.Get(f.ctx, key, 0, blob.ToEnd)
		wantCode(t, fmt.Sprintf("Get of %q", key), err, fault.Invalid)
		_, err = f.Stat(f.ctx, key)
		wantCode(t, fmt.Sprintf("Stat of %q", key), err, fault.Invalid)
		wantCode(t, fmt.Sprintf("Delete of %q", key), f.Delete(f.ctx, key), fault.Invalid)
	}
	keys := []string{
		"a", "a-b", "a.b", "a_b", "ab", "a0", "0", "9.9", "b/c", "b/c-d", "b/c.d", "b/cd", "b-c/d", "b.c/d", "long/" + strings.Repeat("a", 195),
		"deep/a/b/c/d/e/f/g/h/i/j",
	}
	for i, key := range keys {
		f.put(key, fmt.Append(nil, i))
	}
	for i, key := range keys {
		f.holds("keys are kept apart", key, fmt.Append(nil, i))
	}
	f.empty("what only has keys below it", "b")
	if _, err := f.Put(f.ctx, "b/c/d", strings.NewReader("x")); err != nil {
		wantCode(t, "Put below another key, if it is noticed", err, fault.Invalid)
	}
	f.holds("a key below which one was put", "b/c", fmt.Append(nil, slices.Index(keys, "b/c")))
}

// testList: every key once, in order, from where one wants.
func testList(t *testing.T, h Harness) {
	f := h.open(t)
	if got := f.keys("", ""); len(got) > 0 {
		t.Errorf("an empty storage lists %q", got)
	}
	keys := []string{"b/x", "a", "b-x", "b.x", "b/x-y", "b/x0", "b/y/z", "b/y-z", "bb/a", "c/a/b", "c/a.b", "0"}
	for i, key := range keys {
		f.put(key, make([]byte, i))
	}
	slices.Sort(keys)
	starts := append([]string{"", "/", "b/", "b", "b/y/", "c/a", "zzz", "b/x/", "b/x/0", "~"}, keys...)
	for _, prefix := range starts {
		for _, after := range starts {
			want := []string{}
			for _, k := range keys {
				if strings.HasPrefix(k, prefix) && k > after {
					want = append(want, k)
				}
			}
			if got := f.keys(prefix, after); !slices.Equal(got, want) {
				t.Errorf("List %q after %q:\n got %q\nwant %q", prefix, after, got, want)
			}
		}
	}
	stop, n := errors.New("stop"), 0
	err := f.List(f.ctx, "", "", func(i blob.Info) error {
		if stat, err := f.Stat(f.ctx, i.Key); err != nil || stat.Size != i.Size || i.Modified.IsZero() {
			t.Errorf("List says %+v, Stat %+v, %v", i, stat, err)
		}
		if n++; n == 3 {
			return stop
		}
		return nil
	})
	if err != stop || n != 3 {
		t.Errorf("an error of fn gives %v after %d calls, want it as it is after 3", err, n)
	}
}

// testListMany: more keys than a server lists at once, also while they are deleted.
func testListMany(t *testing.T, h Harness) {
	f := h.open(t)
	const n = 1203
	var want []string
	for i := range n {
		want = append(want, fmt.Sprintf("file/%05d", i))
	}
	atOnce(8, func(part int) {
		for i := part; i < n; i += 8 {
			if _, err := f.Put(f.ctx, want[i], strings.NewReader("x")); err != nil {
				t.Errorf("Put: %v", err)
				return
			}
		}
	})
	if got := f.keys("file/", ""); !slices.Equal(got, want) {
		t.Errorf("%d keys are listed of %d, or in another order", len(got), n)
	}
	if got := f.keys("file/", want[n-2]); !slices.Equal(got, want[n-1:]) {
		t.Errorf("after the last but one: %q", got)
	}
	err := f.List(f.ctx, "file/", "", func(i blob.Info) error { return f.Delete(f.ctx, i.Key) })
	if err != nil {
		t.Fatalf("deleting what is listed: %v", err)
	}
	if got := f.keys("", ""); len(got) > 0 {
		t.Errorf("%d keys were passed over", len(got))
	}
}
