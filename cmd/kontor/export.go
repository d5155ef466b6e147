package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/spf13/cobra"
	"golang.org/x/term"

	"kontor/pkg/auth"
	"kontor/pkg/content"
	"kontor/pkg/transfer"
)

// exportFlags are what export is called with.
type exportFlags struct {
	options           transfer.ExportOptions
	typ, format, file string
}

func exportCommand(s *surroundings) *cobra.Command {
	f := &exportFlags{}
	cmd := command("export", "Write the entries of a type so that import reads them", func(cmd *cobra.Command) error {
		return f.run(cmd, s)
	})
	cmd.Use = "export --type TYPE"
	typeFlag(cmd, &f.typ)
	formatFlag(cmd, &f.format, "without it by the name of the file, or ndjson")
	cmd.Flags().StringVar(&f.file, "out", "", "file to write; without it standard output")
	cmd.Flags().StringVar(&f.options.Dir, "files", "", "directory to write the entries' files to; without it they are named by their numbers")
	cmd.Flags().BoolVar(&f.options.Excel, "excel", false, "write CSV as a German Excel opens it: UTF-8 with a byte order mark, semicolons, decimal commas")
	cmd.Flags().BoolVar(&f.options.Draft, "draft", false, "write the drafts of all entries; without it what is published")
	cmd.Flags().StringVar(&f.options.Locale, "locale", "", "locale of the entries; without it the type's first")
	cmd.Flags().SortFlags = false
	return cmd
}

func (f *exportFlags) run(cmd *cobra.Command, s *surroundings) (err error) {
	if f.format == "" && (f.file == "" || f.file == "-") {
		f.format = string(transfer.NDJSON)
	}
	if f.options.Format, err = formatOf(f.format, f.file); err != nil {
		return usagef("%v", err)
	}
	if f.options.Excel && f.options.Format != transfer.CSV {
		return usagef("--excel is for csv; the format is %s", f.options.Format)
	}
	if err := wantStore(cmd, s); err != nil {
		return err
	}
	return s.withEntries(func(ctx context.Context, cmd *cobra.Command, entries *content.Service) error {
		if f.options.Type, err = typeOf(entries.Types(), f.typ); err != nil {
			return err
		}
		n := 0
		write := func(out io.Writer) (err error) {
			n, err = transfer.Export(ctx, entries, auth.System("kontor export"), out, f.options)
			return err
		}
		if f.file != "" && f.file != "-" {
			if err := transfer.WriteFile(f.file, write); err != nil {
				return err
			}
			fmt.Fprintf(cmd.ErrOrStderr(), "%d entries written to %s\n", n, f.file)
			return nil
		}
		if out, ok := cmd.OutOrStdout().(*os.File); ok && f.options.Format == transfer.XLSX && term.IsTerminal(int(out.Fd())) {
			return usagef("a workbook is nothing for a terminal; name a file with --out")
		}
		return write(cmd.OutOrStdout())
	})(cmd)
}

// wantStore refuses to make a store only to write out that it is empty: the data directory is a wrong one, and the file would be taken
// for a backup.
func wantStore(cmd *cobra.Command, s *surroundings) error {
	c, err := s.config(cmd)
	if err != nil || c.Store != "" {
		return err
	}
	if _, err := os.Stat(filepath.Join(c.Data, databaseFile)); errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("there is nothing in the data directory %s", c.Data)
	}
	return nil
}
