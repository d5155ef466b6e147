package main

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"kontor/pkg/auth"
	"kontor/pkg/content"
	"kontor/pkg/value"
)

func explainCommand(s *surroundings) *cobra.Command {
	var as, typ, id, action, locale string
	var asJSON bool
	cmd := command("explain", "Say rule by rule why somebody may do something with an entry or not",
		s.withRights(func(ctx context.Context, cmd *cobra.Command, accounts *auth.Service, entries *content.Service) error {
			t, err := typeOf(entries.Types(), typ)
			if err != nil {
				return err
			}
			if !slices.Contains(auth.Actions(), auth.Action(action)) {
				return usagef("there is no action %q; there are %v", action, auth.Actions())
			}
			caller, err := accounts.CallerNamed(ctx, as)
			if err != nil {
				return err
			}
			x, err := entries.Explain(ctx, caller, auth.Action(action), t, id, locale)
			if err != nil {
				return err
			}
			if asJSON {
				return printJSON(cmd, x.Object())
			}
			printExplanation(cmd, x)
			return nil
		}))
	flags := cmd.Flags()
	flags.StringVar(&as, "as", "", "a role, an account's e-mail address or user name, or token:NAME")
	flags.StringVar(&typ, "type", "", "content type of the entry")
	flags.StringVar(&id, "id", "", "documentId of the entry")
	flags.StringVar(&action, "action", string(auth.Read), "read, readDraft, create, update, publish, unpublish or delete")
	flags.StringVar(&locale, "locale", "", "locale of the entry; without it the type's first")
	flags.BoolVar(&asJSON, "json", false, "print JSON")
	flags.SortFlags = false
	for _, name := range []string{"as", "type", "id"} {
		must(cmd.MarkFlagRequired(name))
	}
	return cmd
}

func printExplanation(cmd *cobra.Command, x content.Explanation) {
	out := cmd.OutOrStdout()
	word := "may not"
	if x.Allowed {
		word = "may"
	}
	fmt.Fprintf(out, "%s (role %s) %s %s %s %s: %s\n", x.Caller, x.Role, word, x.Action, x.Type, x.DocumentID, x.Reason)
	for _, r := range x.Rules {
		mark := "-"
		if r.Opens {
			mark = "+"
		}
		fmt.Fprintf(out, "%s rule %d: %s\n    %s\n", mark, r.Number, r.Why, value.Append(nil, r.Rule))
	}
	if len(x.Fields) == 0 {
		return
	}
	fmt.Fprintln(out, "fields that stay shut:")
	for _, f := range x.Fields {
		fmt.Fprintf(out, "  %s: %s\n", f.Field, strings.TrimSpace(f.Why))
	}
}
