package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/schollz/progressbar/v3"
	"github.com/spf13/cobra"
	"golang.org/x/term"

	"kontor/pkg/auth"
	"kontor/pkg/content"
	"kontor/pkg/schema"
	"kontor/pkg/transfer"
	"kontor/pkg/value"
)

// importFlags are those of import that need work before they are options.
type importFlags struct {
	options transfer.Options
	typ     string
	format  string
	decimal string
	maps    []string
	report  string
	files   string
}

func importCommand(s *surroundings) *cobra.Command {
	f := &importFlags{}
	cmd := command("import", "", nil)
	cmd.Use = "import --type TYPE FILE"
	cmd.Short = "Take entries in from a file: NDJSON, JSON, CSV or XLSX"
	cmd.Long = "Take entries in from a file: NDJSON, JSON, CSV or XLSX; - is standard input.\n\n" +
		"Columns go to the fields that have their name or title. A row that is wrong is reported and left out, the others go in; the exit\n" +
		"code is 1 if there was one. With --key a file can be imported again: what is the same stays as it is.\n\n" +
		"In cells money is in euros, lists are separated by semicolons, relations are named by slug, key, name or alias. In NDJSON and JSON\n" +
		"values are as the API has them, so money is in cents. Fields for files hold a path below --files, or the number of an uploaded file."
	cmd.Example = "  kontor import --type municipality --key ags --map area_km2=area,lat=location.lat,lng=location.lng,suffix=- --publish FILE.csv"
	cmd.Args = cobra.ExactArgs(1)
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		return command("import", "", func(*cobra.Command) error { return f.run(cmd, s, args[0]) }).RunE(cmd, nil)
	}
	flags := cmd.Flags()
	typeFlag(cmd, &f.typ)
	flags.StringVar(&f.options.Key, "key", "", "unique field by which a row finds its entry, or documentId; without it every row makes a new entry")
	flags.StringSliceVar(&f.maps, "map", nil, "where columns go: column=field,…; within objects column=field.part, left out column=-")
	flags.BoolVar(&f.options.Publish, "publish", false, "publish the entries; without it they are drafts, and what is published stays")
	flags.BoolVar(&f.options.DryRun, "dry-run", false, "check everything and write nothing")
	flags.StringVar(&f.files, "files", "", "directory of the files that rows name by a path; without it that of FILE")
	flags.StringVar(&f.report, "report", "", "file for the bad rows, an object on every line")
	flags.StringVar(&f.options.Locale, "locale", "", "locale of the entries; without it the type's first")
	formatFlag(cmd, &f.format, "without it by the name of the file")
	flags.StringVar(&f.options.Sheet, "sheet", "", "sheet of a workbook; without it the first")
	flags.IntVar(&f.options.HeaderRow, "header-row", 0, "line of a table that names the columns, from 1; lines above it are left out (default the first)")
	flags.StringVar(&f.decimal, "decimal", "point", "how numbers in cells are written: point (1234.5) or comma (1.234,5)")
	flags.StringVar(&f.options.Zone, "zone", "Europe/Berlin", "time zone of points in time that have none")
	flags.SortFlags = false
	return cmd
}

func typeFlag(cmd *cobra.Command, v *string) {
	cmd.Flags().StringVar(v, "type", "", "content type, such as project")
	must(cmd.MarkFlagRequired("type"))
}

func formatFlag(cmd *cobra.Command, v *string, otherwise string) {
	cmd.Flags().StringVar(v, "format", "", "ndjson, json, csv or xlsx; "+otherwise)
}

// run checks the flags before anything is opened.
func (f *importFlags) run(cmd *cobra.Command, s *surroundings, file string) (err error) {
	o := &f.options
	switch f.decimal {
	case "point", "comma":
		o.DecimalComma = f.decimal == "comma"
	default:
		return usagef("--decimal is point or comma, not %q", f.decimal)
	}
	if _, err := time.LoadLocation(o.Zone); err != nil || o.Zone == "" {
		return usagef("--zone wants a time zone such as Europe/Berlin, not %q", o.Zone)
	}
	if o.HeaderRow < 0 || cmd.Flags().Changed("header-row") && o.HeaderRow == 0 {
		return usagef("--header-row is the number of a line, from 1")
	}
	for _, m := range f.maps {
		mapping, err := transfer.ParseMapping(m)
		if err != nil {
			return usagef("%v", err)
		}
		o.Map = append(o.Map, mapping)
	}
	if o.Format, err = formatOf(f.format, file); err != nil {
		return usagef("%v", err)
	}
	if o.HeaderRow > 0 && (o.Format == transfer.NDJSON || o.Format == transfer.JSON) {
		return usagef("--header-row is for tables: csv and xlsx")
	}
	in, size, err := openInput(cmd, file)
	if err != nil {
		return err
	}
	defer in.Close()
	if f.files == "" && file != "-" {
		f.files = filepath.Dir(file)
	}
	if f.files != "" {
		root, err := os.OpenRoot(f.files) // links in it lead nowhere outside
		if err != nil {
			return fmt.Errorf("the directory %s can't be read: %w", f.files, cause(err))
		}
		defer root.Close()
		o.Files = root.FS()
	}
	return s.withEntries(func(ctx context.Context, cmd *cobra.Command, entries *content.Service) error {
		if err := entries.Activate(ctx); err != nil {
			return err
		}
		if o.Type, err = typeOf(entries.Types(), f.typ); err != nil {
			return err
		}
		return f.transfer(ctx, cmd, entries, in, size)
	})(cmd)
}

// formatOf is the format that was named, or that of the file's name.
func formatOf(named, file string) (transfer.Format, error) {
	if named != "" {
		return transfer.ParseFormat(named)
	}
	if file == "-" {
		return "", errors.New("standard input needs --format: ndjson, json, csv or xlsx")
	}
	return transfer.FormatOf(file)
}

// typeOf finds a content type by its name, or by that in URLs.
func typeOf(types *schema.Set, name string) (*schema.Type, error) {
	if t, ok := types.Type(name); ok {
		return t, nil
	}
	if t, ok := types.ByPath(name); ok {
		return t, nil
	}
	var all []string
	for _, t := range types.Types() {
		all = append(all, t.ID)
	}
	return nil, usagef("there is no content type %q; there are %s", name, strings.Join(all, ", "))
}

// openInput opens a file, or standard input for "-". The size is -1 if it is not known.
func openInput(cmd *cobra.Command, file string) (io.ReadCloser, int64, error) {
	if file == "-" {
		return io.NopCloser(cmd.InOrStdin()), -1, nil
	}
	f, err := os.Open(file)
	if err != nil {
		return nil, 0, fmt.Errorf("%s can't be read: %w", file, cause(err))
	}
	info, err := f.Stat()
	switch {
	case err != nil:
	case info.IsDir():
		err = fmt.Errorf("%s is a directory", file)
	case info.Mode().IsRegular():
		return f, info.Size(), nil
	default:
		return f, -1, nil
	}
	return nil, 0, errors.Join(err, f.Close())
}

// transfer runs the import and says what came of it.
func (f *importFlags) transfer(ctx context.Context, cmd *cobra.Command, entries *content.Service, in io.Reader, size int64) (err error) {
	report, err := newBadRows(cmd.ErrOrStderr(), f.report)
	if err != nil {
		return err
	}
	bar := newBar(cmd.ErrOrStderr(), size)
	f.options.Bad = func(b transfer.BadRow) error {
		bar.clear()
		return report.row(b)
	}
	f.options.Progress = bar.progress
	result, err := transfer.Import(ctx, entries, auth.System("kontor import"), in, f.options)
	bar.clear()
	err = errors.Join(err, report.close())
	counts := fmt.Sprintf("%d rows: %d created, %d updated, %d unchanged, %d failed",
		result.Rows, result.Created, result.Updated, result.Unchanged, result.Failed)
	switch {
	case ctx.Err() != nil:
		fmt.Fprintln(cmd.OutOrStdout(), counts+"; interrupted")
	case err != nil && result.Rows == 0: // then nothing has begun
	case err != nil:
		fmt.Fprintln(cmd.OutOrStdout(), counts+"; not finished")
	case f.options.DryRun:
		fmt.Fprintln(cmd.OutOrStdout(), counts+"; nothing was written")
	default:
		fmt.Fprintln(cmd.OutOrStdout(), counts)
	}
	if err == nil && result.Failed > 0 {
		return fmt.Errorf("%d of %d rows did not go in", result.Failed, result.Rows)
	}
	return err
}

// badRows writes the bad rows: the first ones for people, all of them into a file if one is named.
type badRows struct {
	people io.Writer
	shown  int
	left   int
	file   *os.File
	out    *bufio.Writer
}

func newBadRows(people io.Writer, path string) (*badRows, error) {
	r := &badRows{people: people}
	if path == "" {
		return r, nil
	}
	var err error
	if r.file, err = os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o600); err != nil {
		return nil, fmt.Errorf("the report %s can't be written: %w", path, cause(err))
	}
	r.out = bufio.NewWriter(r.file)
	return r, nil
}

func (r *badRows) row(b transfer.BadRow) error {
	if r.shown++; r.shown <= maxShown {
		for _, line := range lines(b) {
			fmt.Fprintln(r.people, line)
		}
	} else {
		r.left++
	}
	if r.out == nil {
		return nil
	}
	_, err := r.out.Write(append(value.Append(nil, b.Object()), '\n'))
	return err
}

// lines are what a bad row says to people, a line for each problem.
func lines(b transfer.BadRow) []string {
	out := make([]string, len(b.Problems))
	for i, p := range b.Problems {
		at := fmt.Sprintf("line %d", b.Line)
		if b.Key != "" {
			at += " (" + b.Key + ")"
		}
		if p.Column != "" {
			at += fmt.Sprintf(", column %q", p.Column)
		}
		out[i] = at + ": " + p.Reason()
	}
	return out
}

func (r *badRows) close() error {
	if r.left > 0 {
		hint := "; --report FILE lists all"
		if r.out != nil {
			hint = ""
		}
		fmt.Fprintf(r.people, "… and %d more bad rows%s\n", r.left, hint)
	}
	if r.out == nil {
		return nil
	}
	return errors.Join(r.out.Flush(), r.file.Close())
}

// bar shows how far an import is, if somebody is at the terminal.
type bar struct {
	*progressbar.ProgressBar
	rows bool // the size is not known
}

func newBar(to io.Writer, size int64) *bar {
	f, ok := to.(*os.File)
	if !ok || !term.IsTerminal(int(f.Fd())) {
		return &bar{}
	}
	return &bar{rows: size < 0, ProgressBar: progressbar.NewOptions64(max(size, -1), progressbar.OptionSetWriter(to),
		progressbar.OptionShowCount(), progressbar.OptionShowBytes(size >= 0), progressbar.OptionThrottle(100*time.Millisecond),
		progressbar.OptionClearOnFinish(), progressbar.OptionSetDescription("import"))}
}

func (b *bar) progress(p transfer.Progress) {
	switch {
	case b.ProgressBar == nil:
	case b.rows:
		_ = b.Set(p.Rows) // a bar that can't be drawn is no reason to stop
	default:
		_ = b.Set64(p.Bytes)
	}
}

func (b *bar) clear() {
	if b.ProgressBar != nil {
		_ = b.Clear()
	}
}
