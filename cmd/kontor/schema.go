package main

import (
	"context"
	"fmt"

	"github.com/spf13/cobra"

	"kontor/pkg/content"
)

// maxShown bounds how many breaking entries a command prints.
const maxShown = 50

func schemaCommand(s *surroundings) *cobra.Command {
	return group("schema", "Compare the content types with what is stored, and put them in force",
		schemaCheckCommand(s), schemaApplyCommand(s))
}

func schemaCheckCommand(s *surroundings) *cobra.Command {
	deep := false
	cmd := command("check", "List what changes with the content types, and the entries that would break", nil)
	cmd.Flags().BoolVar(&deep, "deep", false, "also check everything else that must hold of stored entries")
	cmd.RunE = command("check", "", s.withTypes(func(ctx context.Context, cmd *cobra.Command, entries *content.Service) error {
		changes, err := entries.Differences(ctx)
		if err != nil {
			return err
		}
		out := cmd.OutOrStdout()
		for _, d := range changes {
			mark := " "
			if d.Breaking {
				mark = "!"
			}
			fmt.Fprintf(out, "%s %s %s %s\n", mark, d.Type, d.Field, d.What)
		}
		broken, err := entries.CheckTypes(ctx, false)
		if err != nil {
			return err
		}
		convertible, err := entries.CheckTypes(ctx, true)
		if err != nil {
			return err
		}
		printBroken(cmd, broken)
		if deep {
			breaches, err := entries.Verify(ctx)
			if err != nil {
				return err
			}
			dangling, err := entries.Dangling(ctx)
			if err != nil {
				return err
			}
			breaches = append(breaches, dangling...)
			for _, b := range breaches {
				fmt.Fprintln(out, b)
			}
			if len(breaches) > 0 {
				return fmt.Errorf("%d breaches", len(breaches))
			}
		}
		switch {
		case len(convertible) > 0:
			return fmt.Errorf("%d stored entries do not fit and can't be converted", content.BrokenEntries(convertible))
		case len(broken) > 0:
			return fmt.Errorf("%d stored entries do not fit; kontor schema apply converts them", content.BrokenEntries(broken))
		}
		fmt.Fprintln(out, "every stored entry fits the content types")
		return nil
	})).RunE
	return cmd
}

func schemaApplyCommand(s *surroundings) *cobra.Command {
	return command("apply", "Convert stored entries to the content types and put these in force",
		s.withTypes(func(ctx context.Context, cmd *cobra.Command, entries *content.Service) error {
			broken, err := entries.ApplyTypes(ctx)
			if err != nil {
				return err
			}
			if len(broken) > 0 {
				printBroken(cmd, broken)
				return fmt.Errorf("%d stored entries can't be converted; nothing was changed", content.BrokenEntries(broken))
			}
			fmt.Fprintln(cmd.OutOrStdout(), "the content types are in force")
			return nil
		}))
}

func printBroken(cmd *cobra.Command, broken []content.Breakage) {
	for i, b := range broken {
		if i == maxShown {
			fmt.Fprintf(cmd.OutOrStdout(), "… and %d more\n", len(broken)-maxShown)
			return
		}
		fmt.Fprintln(cmd.OutOrStdout(), b)
	}
}
