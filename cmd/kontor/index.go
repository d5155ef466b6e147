package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"sync"
	"text/tabwriter"
	"time"

	"github.com/schollz/progressbar/v3"
	"github.com/spf13/cobra"
	"golang.org/x/term"

	"kontor/pkg/auth"
	"kontor/pkg/config"
	"kontor/pkg/content"
	"kontor/pkg/index"
	"kontor/pkg/lead"
	"kontor/pkg/store"
	"kontor/pkg/value"
	"kontor/schemas"
)

func indexCommand(s *surroundings) *cobra.Command {
	return group("index", "The search: how far it follows the store, whether it is equal to it, and building it anew",
		indexStatusCommand(s), indexVerifyCommand(s), indexRebuildCommand(s))
}

// indexWork is a command on the search. The process that leads does the work; where none does, the command does it.
type indexWork struct {
	cmd    *cobra.Command
	config config.Config
	finder *index.Service
	jobs   *lead.Lead
	json   bool
}

// withIndex opens what a command on the search needs.
func (s *surroundings) withIndex(asJSON *bool, work func(ctx context.Context, w *indexWork) error) func(*cobra.Command) error {
	return s.withStore(func(cmd *cobra.Command, c config.Config, st store.Store) error {
		ctx := cmd.Context()
		types, err := loadTypes(c)
		if err != nil {
			return err
		}
		accounts, err := auth.New(ctx, st, auth.Options{})
		if err != nil {
			return err
		}
		entries, err := content.New(ctx, st, types, content.Options{Meta: schemas.FS, Roles: accounts.Roles()})
		if err == nil {
			err = entries.Activate(ctx)
		}
		if err != nil {
			return err
		}
		finder, jobs, err := openIndex(ctx, st, accounts, entries, "", nil)
		if err != nil {
			return err
		}
		return work(ctx, &indexWork{cmd: cmd, config: c, finder: finder, jobs: jobs, json: *asJSON})
	})
}

// do leaves a job and waits for what it comes to.
func (w *indexWork) do(ctx context.Context, kind string, args value.Object, progress func(lead.Job)) (value.Object, error) {
	j, err := w.finder.Ask(ctx, kind, args, "kontor "+w.cmd.CommandPath())
	if err != nil {
		return nil, err
	}
	ctx, cancel := context.WithCancelCause(ctx)
	var wg sync.WaitGroup
	defer wg.Wait()
	defer cancel(nil)
	wg.Go(func() {
		if w.config.Store != "" {
			wait(ctx, serversFirst)
		}
		w.jobs.Run(ctx, func(leading context.Context) {
			engine, err := openSearch(w.config)
			if err != nil {
				cancel(err)
				return
			}
			w.finder.Follow(leading, engine, index.Following{Once: true})
			if err := engine.Close(); err != nil {
				cancel(err)
			}
		})
	})
	j, err = w.jobs.Follow(ctx, j.ID, progress)
	switch {
	case err != nil:
		if why := context.Cause(ctx); why != nil && !errors.Is(why, context.Canceled) {
			return nil, why
		}
		return nil, err
	case j.State == lead.Failed:
		return nil, errors.New(j.Error)
	}
	return j.Result, nil
}

// serversFirst is how long a command leaves the lease to the servers of a store that several may have: their engines are filled, and the one
// in its own data directory is most likely not.
const serversFirst = 15 * time.Second

func wait(ctx context.Context, d time.Duration) {
	select {
	case <-ctx.Done():
	case <-time.After(d):
	}
}

func jsonFlag(cmd *cobra.Command, v *bool) {
	cmd.Flags().BoolVar(v, "json", false, "print JSON")
}

func indexStatusCommand(s *surroundings) *cobra.Command {
	asJSON, entry := false, ""
	cmd := command("status", "How far the search follows the store", s.withIndex(&asJSON, func(ctx context.Context, w *indexWork) error {
		args := value.Object{}
		if entry != "" {
			args["entry"] = entry
		}
		st, err := w.do(ctx, index.StatusJob, args, func(lead.Job) {})
		if err != nil {
			return err
		}
		if w.json {
			return printJSON(w.cmd, st)
		}
		return printStatus(w.cmd.OutOrStdout(), st, entry)
	}))
	jsonFlag(cmd, &asJSON)
	cmd.Flags().StringVar(&entry, "entry", "", "an entry by type and documentId, such as project/4k7…: which revision store and search have of it")
	return cmd
}

// printStatus writes a status for people.
func printStatus(out io.Writer, st value.Object, entry string) error {
	w := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, "INDEX\tSTATE\tENTRIES\tPENDING\tLAG\tFAILED\tBUILT\tFINGERPRINT")
	for _, i := range objects(st["indexes"]) {
		fmt.Fprintf(w, "%v\t%v\t%v\t%v\t%s\t%v\t%s\t%s\n", i["name"], i["state"], i["documents"], i["pending"], lag(i["oldest"]), i["failed"], word(i["builtAt"]), word(i["fingerprint"]))
	}
	if err := w.Flush(); err != nil {
		return err
	}
	for _, f := range objects(st["failed"]) {
		fmt.Fprintf(out, "failed: %v in %v since %v: %v\n", f["entry"], f["index"], f["at"], f["reason"])
	}
	for _, e := range objects(st["entry"]) {
		pending := ""
		if e["pending"] != nil {
			pending = fmt.Sprintf(", pending since %v", e["pending"])
		}
		fmt.Fprintf(out, "%s in %v: revision %v in the store%s\n", entry, e["locale"], e["rev"], pending)
		for _, i := range objects(e["indexes"]) {
			fmt.Fprintf(out, "  %v: revision %v\n", i["index"], i["rev"])
		}
	}
	if entry != "" && len(objects(st["entry"])) == 0 {
		fmt.Fprintf(out, "%s is not in the store\n", entry)
	}
	if st["trouble"] != nil {
		fmt.Fprintf(out, "trouble: %v\n", st["trouble"])
	}
	if who, ok := st["leader"].(value.Object); ok {
		fmt.Fprintf(out, "leader: %v since %v\n", who["name"], who["since"])
	}
	return nil
}

// objects are the objects of a list.
func objects(v any) []value.Object {
	list, _ := v.(value.List)
	var out []value.Object
	for _, e := range list {
		if o, ok := e.(value.Object); ok {
			out = append(out, o)
		}
	}
	return out
}

func word(v any) string {
	if s, ok := v.(string); ok {
		return s
	}
	return "-"
}

// lag is how long the oldest mark has been waiting.
func lag(since any) string {
	at, err := time.Parse(time.RFC3339, word(since))
	if err != nil {
		return "-"
	}
	return max(0, time.Since(at)).Round(time.Millisecond).String()
}

func indexVerifyCommand(s *surroundings) *cobra.Command {
	asJSON, mend := false, false
	cmd := command("verify", "Compare the search with the store, both ways; the exit code is 1 if they differ", s.withIndex(&asJSON, func(ctx context.Context, w *indexWork) error {
		found, err := w.do(ctx, index.VerifyJob, value.Object{"mend": mend}, func(lead.Job) {})
		if err != nil {
			return err
		}
		out := w.cmd.OutOrStdout()
		n, _ := found["drift"].(int64)
		if w.json {
			err = printJSON(w.cmd, found)
		} else {
			for _, d := range objects(found["differences"]) {
				fmt.Fprintln(out, difference(d))
			}
			fmt.Fprintf(out, "%v indexes, %v entries, %v pending, %v failed, %d different\n", found["indexes"], found["documents"], found["pending"], found["failed"], n)
		}
		switch {
		case err != nil || n == 0:
			return err
		case mend:
			return fmt.Errorf("the search differed from the store in %d places; it was mended", n)
		}
		return fmt.Errorf("the search differs from the store in %d places; kontor index verify --mend or rebuild makes it equal", n)
	}))
	jsonFlag(cmd, &asJSON)
	cmd.Flags().BoolVar(&mend, "mend", false, "make what differs equal to the store")
	return cmd
}

// difference is a line about what an index has otherwise than the store.
func difference(d value.Object) string {
	switch {
	case d["entry"] == nil:
		return fmt.Sprintf("%v: %v", d["index"], d["problem"])
	case d["locale"] == nil:
		return fmt.Sprintf("%v: %v %v", d["index"], d["problem"], d["entry"])
	}
	return fmt.Sprintf("%v: %v %v (%v)", d["index"], d["problem"], d["entry"], d["locale"])
}

func indexRebuildCommand(s *surroundings) *cobra.Command {
	asJSON := false
	cmd := command("rebuild", "", nil)
	cmd.Use = "rebuild [INDEX...]"
	cmd.Short = "Build indexes anew, all if none is named; searches and writes go on meanwhile"
	cmd.Args = cobra.ArbitraryArgs
	jsonFlag(cmd, &asJSON)
	cmd.RunE = func(cmd *cobra.Command, names []string) error {
		return command("rebuild", "", s.withIndex(&asJSON, func(ctx context.Context, w *indexWork) error {
			w.cmd = cmd
			list := value.List{}
			for _, name := range names {
				list = append(list, name)
			}
			shown := newMeter(cmd.ErrOrStderr(), w.json)
			result, err := w.do(ctx, index.RebuildJob, value.Object{"indexes": list}, shown.progress)
			shown.end()
			if err != nil {
				return err
			}
			if w.json {
				return printJSON(cmd, result)
			}
			took, _ := result["milliseconds"].(int64)
			built, _ := result["indexes"].(value.List)
			fmt.Fprintf(cmd.OutOrStdout(), "%d indexes built from %v entries in %v\n", len(built), result["entries"], time.Duration(took)*time.Millisecond)
			return nil
		})).RunE(cmd, nil)
	}
	return cmd
}

// meter shows how far a job is: a bar at a terminal, else a line for each of its parts.
type meter struct {
	out   io.Writer
	bar   *progressbar.ProgressBar
	quiet bool
	last  string
}

func newMeter(out io.Writer, quiet bool) *meter {
	m := &meter{out: out, quiet: quiet}
	if f, ok := out.(*os.File); ok && !quiet && term.IsTerminal(int(f.Fd())) {
		m.bar = progressbar.NewOptions(1, progressbar.OptionSetWriter(out), progressbar.OptionShowCount(), progressbar.OptionShowIts(),
			progressbar.OptionThrottle(100*time.Millisecond), progressbar.OptionClearOnFinish(), progressbar.OptionSetDescription("rebuild"))
	}
	return m
}

func (m *meter) progress(j lead.Job) {
	switch {
	case m.quiet || j.Total == 0:
	case m.bar != nil:
		m.bar.ChangeMax(j.Total)
		m.bar.Describe(strings.TrimSpace("rebuild " + j.Text))
		_ = m.bar.Set(j.Done) // a bar that can't be drawn is no reason to stop
	case j.Text != m.last:
		m.last = j.Text
		fmt.Fprintf(m.out, "%s: %d of %d entries\n", j.Text, j.Done, j.Total)
	}
}

func (m *meter) end() {
	if m.bar != nil {
		_ = m.bar.Clear()
	}
}
