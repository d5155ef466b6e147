package main

import (
	"context"
	"fmt"
	"io"
	"path/filepath"
	"slices"
	"time"
)

// startup is what it takes to have the sample portal running.
type startup struct {
	Fill   float64 `json:"fillMs"`        // from the start to the first answer where the store is empty
	First  float64 `json:"firstAnswerMs"` // the same where it is full: the median
	Idle   int64   `json:"idleBytes"`     // resident, when nobody has asked for anything else for a while
	Memory int64   `json:"anonymousBytes"`
}

const (
	starts   = 5
	idleTime = 5 * time.Second
)

// measureStart starts the binary with the sample portal, once to fill it and then a few times as it is.
func measureStart(ctx context.Context, binary, dir string, log io.Writer) (startup, error) {
	dir = filepath.Join(dir, "sample")
	var out startup
	var first []float64
	for i := range starts + 1 {
		took, s, err := startOnce(ctx, binary, dir)
		if err != nil {
			return out, err
		}
		if i == 0 {
			out.Fill = took
			fmt.Fprintf(log, "the sample portal answers after %.0f ms\n", took)
		} else {
			first = append(first, took)
		}
		if i == starts {
			select {
			case <-time.After(idleTime):
			case <-ctx.Done():
			}
			u := usageOf(s.cmd.Process.Pid)
			out.Idle, out.Memory = u.rss, u.anonymous
		}
		s.stop()
	}
	slices.Sort(first)
	out.First = first[len(first)/2]
	return out, ctx.Err()
}

// startOnce gives the milliseconds from the start of the process to its first answer.
func startOnce(ctx context.Context, binary, dir string) (float64, *server, error) {
	began := time.Now()
	s, err := startServer(ctx, binary, dir, "--demo")
	if err != nil {
		return 0, nil, err
	}
	if _, err := ask(s.addr, request("GET", plainList, "", "", nil), 200); err != nil {
		s.stop()
		return 0, nil, err
	}
	return float64(time.Since(began)) / 1e6, s, nil
}
