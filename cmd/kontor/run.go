package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/spf13/cobra"

	"kontor/pkg/config"
	"kontor/pkg/fault"
)

// The exit codes.
const (
	exitOK     = 0
	exitFailed = 1 // it was tried and did not work
	exitUsage  = 2 // the command line or a setting is wrong; nothing was tried
)

// run is the command with everything it has from outside, so that tests can start it. It takes the whole environment and not a
// function that looks up a name, since mistyped names should be noticed.
func run(ctx context.Context, args []string, stdin io.Reader, stdout, stderr io.Writer, environ []string) int {
	root := rootCommand(&surroundings{environ: environ})
	topics, err := helpTopics()
	if err != nil {
		report(stderr, err.Error())
		return exitFailed
	}
	root.AddCommand(topics...)
	root.SetArgs(args)
	root.SetIn(stdin)
	root.SetOut(stdout)
	root.SetErr(stderr)
	called, err := root.ExecuteContextC(ctx)
	if err == nil {
		return exitOK
	}
	var failed failure
	var problems config.Problems
	switch {
	case errors.As(err, &problems): // in front of failure, which it is inside
		report(stderr, err.Error())
		return exitUsage
	case errors.As(err, &failed):
		report(stderr, explain(ctx, failed.err))
		return exitFailed
	}
	report(stderr, fmt.Sprintf("%v (see %s --help)", err, called.CommandPath()))
	return exitUsage
}

// report writes an error for people: every line of it says whose it is.
func report(stderr io.Writer, text string) {
	for line := range strings.Lines(text) {
		if line = strings.TrimSpace(line); line != "" {
			fmt.Fprintf(stderr, "kontor: %s\n", line)
		}
	}
}

// explain is what a person at a terminal is told: every wrong field, and the cause, which is no secret there.
func explain(ctx context.Context, err error) string {
	var f *fault.Error
	switch {
	case ctx.Err() != nil && errors.Is(err, context.Canceled):
		return "interrupted"
	case errors.As(err, &f) && len(f.Fields) > 1:
		all := make([]string, len(f.Fields))
		for i, field := range f.Fields {
			all[i] = field.English
		}
		return strings.Join(all, "; ")
	}
	return err.Error()
}

// failure is an error of a command's work; every other one is about how the command was called.
type failure struct{ err error }

func (f failure) Error() string { return f.err.Error() }

func (f failure) Unwrap() error { return f.err }

// usage is an error about how the command was called that the command itself found.
type usage struct{ text string }

func (u usage) Error() string { return u.text }

func usagef(format string, args ...any) error { return usage{fmt.Sprintf(format, args...)} }

// surroundings is what all subcommands share.
type surroundings struct {
	environ []string
	file    string // of --config
}

func rootCommand(s *surroundings) *cobra.Command {
	root := group("kontor", "Kontor is a headless content management system")
	root.SilenceErrors, root.SilenceUsage = true, true
	root.Version = version()
	root.SetVersionTemplate("{{.Version}}\n")
	flags := root.PersistentFlags()
	flags.StringVar(&s.file, "config", "", "YAML file of settings (environment: "+config.FileVariable+")")
	config.Bind(flags)
	flags.SortFlags = false
	root.AddCommand(serveCommand(s), importCommand(s), exportCommand(s), schemaCommand(s), userCommand(s), tokenCommand(s),
		roleCommand(s), explainCommand(s), indexCommand(s), configCommand(s),
		versionCommand())
	return root
}

// config reads the settings that are in force for a command.
func (s *surroundings) config(cmd *cobra.Command) (config.Config, error) {
	return config.Load(cmd.Flags(), s.environ, config.FilePath(s.file, s.environ))
}

// group is a command that only has subcommands: called without one it shows its help.
func group(name, short string, subcommands ...*cobra.Command) *cobra.Command {
	cmd := &cobra.Command{Use: name, Short: short, RunE: func(cmd *cobra.Command, args []string) error { return cmd.Help() }}
	cmd.Args = func(cmd *cobra.Command, args []string) error {
		if len(args) == 0 {
			return nil
		}
		hint := ""
		if near := cmd.SuggestionsFor(args[0]); len(near) > 0 {
			hint = ", did you mean " + near[0] + "?"
		}
		return usagef("unknown command %q%s", args[0], hint)
	}
	cmd.SuggestionsMinimumDistance = 2
	cmd.AddCommand(subcommands...)
	return cmd
}

// command is a subcommand that does something. Its error is a failure unless it is a usage.
func command(name, short string, work func(cmd *cobra.Command) error) *cobra.Command {
	return &cobra.Command{Use: name, Short: short, Args: cobra.NoArgs, RunE: func(cmd *cobra.Command, _ []string) error {
		err := work(cmd)
		var u usage
		if err == nil || errors.As(err, &u) {
			return err
		}
		return failure{err}
	}}
}
