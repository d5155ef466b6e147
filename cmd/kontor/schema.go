package main

import (
	"context"
	"errors"
	"fmt"

	"github.com/spf13/cobra"

	"kontor/pkg/content"
	"kontor/pkg/schema"
)

// maxShown bounds how many breaking entries a command prints.
const maxShown = 50

func schemaCommand(s *surroundings) *cobra.Command {
	return group("schema", "Compare the content types with what is stored, and put them in force",
		schemaInitCommand(), schemaCheckCommand(s), schemaApplyCommand(s))
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
		printChanges(cmd, changes)
		broken, err := entries.CheckTypes(ctx, false)
		if err != nil {
			return err
		}
		lost, err := entries.CheckTypes(ctx, true)
		if err != nil {
			return err
		}
		convertible := content.Convertible(broken, lost)
		if len(convertible) > 0 {
			fmt.Fprintf(cmd.OutOrStdout(), "will be converted by kontor schema apply: %s\n", entryCount(convertible))
			printBroken(cmd, convertible)
		}
		if len(lost) > 0 {
			fmt.Fprintf(cmd.OutOrStdout(), "does not fit and can't be converted: %s\n", entryCount(lost))
			printBroken(cmd, lost)
		}
		if deep {
			if err := checkDeep(ctx, cmd, entries); err != nil {
				return err
			}
		}
		switch n := content.BrokenEntries(lost); {
		case n == 1:
			return errors.New("1 entry does not fit and can't be converted: change it, or name by x-migrate in the content types the new " +
				"place of its values")
		case n > 1:
			return fmt.Errorf("%d entries do not fit and can't be converted: change them, or name by x-migrate in the content types the "+
				"new place of their values", n)
		case len(broken) > 0:
			return fmt.Errorf("%s have to be converted: run kontor schema apply", entryCount(broken))
		}
		fmt.Fprintln(cmd.OutOrStdout(), "every stored entry fits the content types")
		return nil
	})).RunE
	return cmd
}

func entryCount(broken []content.Breakage) string {
	if n := content.BrokenEntries(broken); n != 1 {
		return fmt.Sprintf("%d entries", n)
	}
	return "1 entry"
}

// printChanges prints the differences between the content types in force and those of the settings.
func printChanges(cmd *cobra.Command, changes []schema.Difference) {
	if len(changes) == 0 {
		return
	}
	fmt.Fprintln(cmd.OutOrStdout(), "changes of the content types (! may concern stored values):")
	for _, d := range changes {
		mark := " "
		if d.Breaking {
			mark = "!"
		}
		fmt.Fprintf(cmd.OutOrStdout(), "%s %s\n", mark, d)
	}
}

// checkDeep checks everything else that must hold of stored entries.
func checkDeep(ctx context.Context, cmd *cobra.Command, entries *content.Service) error {
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
		fmt.Fprintln(cmd.OutOrStdout(), b)
	}
	if len(breaches) > 0 {
		return fmt.Errorf("%d breaches", len(breaches))
	}
	return nil
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
			fmt.Fprintf(cmd.OutOrStdout(), "  … and %d more\n", len(broken)-maxShown)
			return
		}
		fmt.Fprintf(cmd.OutOrStdout(), "  %s\n", b)
	}
}
