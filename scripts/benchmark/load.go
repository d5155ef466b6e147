package main

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"strconv"
	"sync"
	"sync/atomic"
	"time"
)

// source gives the n-th request as the bytes that go over the wire, in buf or in memory of its own; nil when there are no more.
type source func(n int64, buf []byte) []byte

// answers is what came back in one stretch of load.
type answers struct {
	took    []int64 // nanoseconds of each request
	bytes   int64   // of all bodies
	busy    int     // requests that were told to come back, whose time does not count
	elapsed time.Duration
}

// load sends requests over conns connections, each one as soon as its answer is there, until the time is over or the source is dry.
// The requests are ready bytes and the answers are skipped, so that the generator leaves the cores to the server.
func load(ctx context.Context, addr string, conns int, span time.Duration, src source, status int, counter *atomic.Int64) (answers, error) {
	ctx, cancel := context.WithTimeout(ctx, span)
	defer cancel()
	parts, errs := make([]answers, conns), make([]error, conns)
	var wg sync.WaitGroup
	start := time.Now()
	for i := range conns {
		wg.Go(func() {
			c, err := dial(addr, span)
			if err != nil {
				errs[i] = err
				return
			}
			defer c.Close()
			parts[i], errs[i] = c.send(ctx, src, status, counter)
		})
	}
	wg.Wait()
	all := answers{elapsed: time.Since(start)}
	for _, p := range parts {
		all.took = append(all.took, p.took...)
		all.bytes += p.bytes
		all.busy += p.busy
	}
	return all, errors.Join(errs...)
}

// wire is one connection that is kept alive.
type wire struct {
	net.Conn
	in   *bufio.Reader
	body []byte // the last answer that was kept
}

// patience is how long an answer may take when the time is over.
const patience = 15 * time.Second

func dial(addr string, span time.Duration) (*wire, error) {
	c, err := net.DialTimeout("tcp", addr, patience)
	if err != nil {
		return nil, err
	}
	return &wire{Conn: c, in: bufio.NewReaderSize(c, 64<<10)}, c.SetDeadline(time.Now().Add(span + patience))
}

func (c *wire) send(ctx context.Context, src source, status int, counter *atomic.Int64) (answers, error) {
	out := answers{took: make([]int64, 0, 1<<16)}
	var buf []byte
	for ctx.Err() == nil {
		request := src(counter.Add(1)-1, buf)
		if request == nil {
			break
		}
		buf = request
		start := time.Now()
		n, err := c.exchange(request, status, false)
		if errors.Is(err, errBusy) {
			out.busy++
			continue
		}
		if err != nil {
			return out, err
		}
		out.took = append(out.took, int64(time.Since(start)))
		out.bytes += int64(n)
	}
	return out, nil
}

// errBusy is the answer of a server whose heavy work waits for its turn already.
var errBusy = errors.New("the server is busy")

var length = []byte("content-length:")

// exchange sends one request and reads its answer, whose length must be told in advance. It gives the body's length.
func (c *wire) exchange(request []byte, status int, keep bool) (int, error) {
	if _, err := c.Write(request); err != nil {
		return 0, err
	}
	line, err := c.in.ReadSlice('\n')
	if err != nil {
		return 0, err
	}
	if len(line) < 12 {
		return 0, fmt.Errorf("no status line: %q", line)
	}
	got, _ := strconv.Atoi(string(line[9:12]))
	size := -1
	for {
		if line, err = c.in.ReadSlice('\n'); err != nil {
			return 0, err
		}
		if len(line) <= 2 {
			break
		}
		if len(line) > len(length) && bytes.EqualFold(line[:len(length)], length) {
			if size, err = strconv.Atoi(string(bytes.TrimSpace(line[len(length):]))); err != nil {
				return 0, err
			}
		}
	}
	switch {
	case got == 304 || got == 204: // which have no body, whatever length they tell
		return 0, statusError(got, status, nil)
	case size < 0:
		return 0, errors.New("the answer does not tell its length")
	case keep || got != status:
		c.body = make([]byte, size)
		_, err = io.ReadFull(c.in, c.body)
	default:
		_, err = c.in.Discard(size)
	}
	if err == nil {
		err = statusError(got, status, c.body)
	}
	return size, err
}

func statusError(got, want int, body []byte) error {
	switch got {
	case want:
		return nil
	case http.StatusServiceUnavailable:
		return fmt.Errorf("%w: %.500s", errBusy, body)
	}
	return fmt.Errorf("status %d in place of %d: %.500s", got, want, body)
}

// ask sends one request on a connection of its own and gives the answer's body.
func ask(addr string, request []byte, status int) ([]byte, error) {
	c, err := dial(addr, patience)
	if err != nil {
		return nil, err
	}
	defer c.Close()
	_, err = c.exchange(request, status, true)
	return c.body, err
}
