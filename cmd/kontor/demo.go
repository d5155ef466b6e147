package main

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"runtime/debug"
	"text/tabwriter"
	"time"

	"kontor/pkg/demo"
)

// fillDemo fills an empty store with the sample portal and shows its sign-ins on out, once: a log may be kept where others read it. Only
// when they are shown is the fill over, so that nobody is left without.
func fillDemo(ctx context.Context, o demo.Options, out io.Writer) error {
	began := time.Now()
	r, err := demo.Fill(ctx, o)
	if err != nil {
		return err
	}
	switch r.Outcome {
	case demo.Foreign:
		o.Log.Info("the store has entries already; the sample portal is for an empty one, so nothing was added")
		return nil
	case demo.Earlier:
		o.Log.Info("the sample portal was filled in before; its passwords are not shown again, others are set with: kontor user passwd --email …")
		return nil
	}
	o.Log.Info("the sample portal is filled in", "entries", r.Entries, "files", r.Files, "took", time.Since(began).Round(time.Millisecond))
	if err := showSignIns(out, o.Log, r.SignIns); err != nil {
		return err
	}
	debug.FreeOSMemory() // what a fill takes, a server that is idle need not hold on to
	return demo.Finish(ctx, o.Store)
}

func showSignIns(out io.Writer, log *slog.Logger, list []demo.SignIn) error {
	if len(list) == 0 {
		log.Info("there are accounts already, so the sample portal made none")
		return nil
	}
	w := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	fmt.Fprint(w, "\nSign in to the sample portal with:\n\n")
	for _, s := range list {
		fmt.Fprintf(w, "  %s\t%s\t%s\n", s.Role, s.Mail, s.Password)
	}
	fmt.Fprint(w, "\nThe passwords are shown this once; others are set with: kontor user passwd --email …\n\n")
	return w.Flush()
}
