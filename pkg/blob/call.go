package blob

import (
	"context"
	"io"
	"sync"

	"kontor/pkg/fault"
)

// Calls counts the running calls of a driver, so that Close can wait for them and refuse later ones. The zero value is open.
type Calls struct {
	mu      sync.Mutex
	closed  bool
	running sync.WaitGroup
}

// Begin counts a call in, until the function that it returns is called. It is Timeout if ctx has ended, Unavailable after Close.
func (c *Calls) Begin(ctx context.Context) (done func(), err error) {
	if err := Ended(ctx); err != nil {
		return nil, err
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.closed {
		return nil, fault.New(fault.Unavailable, "The storage of files is closed")
	}
	c.running.Add(1)
	return c.running.Done, nil
}

// Close lets no more calls begin and waits for those that run.
func (c *Calls) Close() {
	c.mu.Lock()
	c.closed = true
	c.mu.Unlock()
	c.running.Wait()
}

// Ended is Timeout around the context's own error once ctx has ended.
func Ended(ctx context.Context) error {
	if err := ctx.Err(); err != nil {
		return fault.Wrap(fault.Timeout, err, "The request took too long")
	}
	return nil
}

// CheckRange is Invalid unless an offset and a length are a range that Get takes.
func CheckRange(offset, length int64) error {
	if offset < 0 || length < ToEnd {
		return fault.New(fault.Invalid, "A range starts at 0 or later and has a length")
	}
	return nil
}

// Fill fills p unless r ends before, which it tells by io.EOF. It looks at ctx between two reads. It is not io.ReadFull, whose
// io.ErrUnexpectedEOF may also be what a reader says that was cut off: taking that for the end would keep half a file.
func Fill(ctx context.Context, r io.Reader, p []byte) (n int, err error) {
	for n < len(p) && err == nil {
		if err := Ended(ctx); err != nil {
			return n, err
		}
		var m int
		m, err = r.Read(p[n:])
		n += m
	}
	return n, err
}
