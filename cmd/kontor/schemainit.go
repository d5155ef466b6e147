package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"kontor/schemas"
)

func schemaInitCommand() *cobra.Command {
	cmd := command("init", "Write the shipped content types to a directory, all or those that are named", nil)
	cmd.Use = "init DIR [TYPE...]"
	cmd.Args = cobra.MinimumNArgs(1)
	cmd.Long = "Write the shipped content types to a directory, all or those that are named, to change them there.\n\n" +
		"All of them are used with --schemas DIR, in the place of the shipped ones. With --schemas shipped,DIR each file stands in for the\n" +
		"shipped one of its name and all others stay as they are shipped, also after an update of Kontor. No file is overwritten."
	cmd.Example = "  kontor schema init types faq\n  kontor serve --schemas shipped,types"
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		return command("init", "", func(cmd *cobra.Command) error { return initSchemas(cmd, args[0], args[1:]) }).RunE(cmd, nil)
	}
	return cmd
}

// initSchemas writes files of the shipped types: those of some types, or all. The meta-schemas always come along, since editors of
// JSON complete the keywords by them.
func initSchemas(cmd *cobra.Command, dir string, types []string) error {
	var names []string
	err := fs.WalkDir(schemas.FS, ".", func(name string, e fs.DirEntry, err error) error {
		id, isType := strings.CutSuffix(name, ".json")
		isType = isType && !strings.Contains(name, "/")
		if err == nil && !e.IsDir() && (len(types) == 0 || strings.HasPrefix(name, "meta/") || isType && slices.Contains(types, id)) {
			names = append(names, name)
		}
		return err
	})
	if err != nil {
		return err
	}
	for _, id := range types {
		if !slices.Contains(names, id+".json") {
			return usagef("there is no shipped content type %q", id)
		}
	}
	for _, name := range names {
		path := filepath.Join(dir, filepath.FromSlash(name))
		if _, err := os.Lstat(path); err == nil && !strings.HasPrefix(name, "meta/") {
			return fmt.Errorf("%s exists already; nothing was written", path)
		}
	}
	for _, name := range names {
		if err := writeShipped(dir, name); err != nil {
			return err
		}
	}
	use := dir
	if len(types) > 0 {
		use = overShipped + dir
	}
	fmt.Fprintf(cmd.OutOrStdout(), "%d files written to %s; use them with --schemas %s\n", len(names), dir, use)
	return nil
}

// writeShipped writes a file unless it exists: of the meta-schemas one may.
func writeShipped(dir, name string) error {
	data, err := fs.ReadFile(schemas.FS, name)
	if err != nil {
		return err
	}
	path := filepath.Join(dir, filepath.FromSlash(name))
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return fmt.Errorf("%s can't be made: %w", filepath.Dir(path), cause(err))
	}
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o644)
	if errors.Is(err, fs.ErrExist) {
		return nil
	}
	if err == nil {
		_, err = f.Write(data)
		err = errors.Join(err, f.Close())
	}
	if err != nil {
		return fmt.Errorf("%s can't be written: %w", path, cause(err))
	}
	return nil
}
