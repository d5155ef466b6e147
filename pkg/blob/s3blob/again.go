package s3blob

import (
	"context"
	"math/rand/v2"
	"time"
)

// How often a request is made: as long as failures come at once a few times, and in any case a second time if the first got through to
// the server, since then a connection broke on which much may have been done. What follows must not be done for longer than a caller
// may wait to hear that the server is away.
const (
	maxTries  = 5
	triesTime = time.Second
	firstRest = 40 * time.Millisecond
)

// again makes a request until it succeeds, or fails in a way that stays. What it makes must do no harm when it is done twice.
func (s *Store) again(ctx context.Context, request func() error) error {
	began := time.Now()
	for n := 1; ; n++ {
		err := request()
		if err == nil || ctx.Err() != nil || !passing(err) {
			return err
		}
		late := time.Since(began) > triesTime
		if n == maxTries || late && (n > 1 || unheard(err)) {
			return err
		}
		if said(err).StatusCode == 0 {
			s.wire.next.CloseIdleConnections() // the others are probably as dead as this one
		}
		if !rest(ctx, n) {
			return err
		}
	}
}

// rest waits before the try after the n-th, a little longer each time and never the same for all. It is false if ctx ended.
func rest(ctx context.Context, n int) bool {
	most := firstRest << (n - 1)
	t := time.NewTimer(most/2 + rand.N(most/2))
	defer t.Stop()
	select {
	case <-t.C:
		return true
	case <-ctx.Done():
		return false
	}
}
