package api

import (
	"context"
	"errors"
	"sync"
	"testing"
	"time"
)

type key struct{}

// A deadline does what the library's does, whoever looks at it first.
func TestDeadline(t *testing.T) {
	parent := context.WithValue(t.Context(), key{}, "v")
	far, near := time.Now().Add(time.Hour), time.Now().Add(10*time.Millisecond)

	d := newDeadline(parent, near)
	<-d.Done()
	if !errors.Is(d.Err(), context.DeadlineExceeded) {
		t.Errorf("after its time: %v", d.Err())
	}
	if at, ok := d.Deadline(); !ok || !at.Equal(near) || d.Value(key{}) != "v" || d.Value("none") != nil {
		t.Errorf("deadline %v, value %v", at, d.Value(key{}))
	}

	d = newDeadline(parent, far)
	child, cancel := context.WithCancel(d)
	defer cancel()
	if d.Err() != nil || child.Err() != nil {
		t.Error("ended before its time")
	}
	d.end()
	<-child.Done()
	if !errors.Is(d.Err(), context.Canceled) || !errors.Is(child.Err(), context.Canceled) {
		t.Errorf("after its end: %v, a child %v", d.Err(), child.Err())
	}

	// Who looks only after the end finds it ended: it must not wait for a time that nobody stops.
	d = newDeadline(parent, far)
	d.end()
	if !errors.Is(d.Err(), context.Canceled) {
		t.Errorf("first looked at after its end: %v", d.Err())
	}

	ended, end := context.WithCancel(parent)
	d = newDeadline(ended, far)
	end()
	if <-d.Done(); !errors.Is(d.Err(), context.Canceled) {
		t.Errorf("after the parent's end: %v", d.Err())
	}

	d = newDeadline(parent, far)
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() { <-d.Done() })
		wg.Go(d.end)
	}
	wg.Wait()
}
