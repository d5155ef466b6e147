package main

import (
	"context"
	"fmt"
	"strconv"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"

	"kontor/pkg/auth"
	"kontor/pkg/fault"
)

func tokenCommand(s *surroundings) *cobra.Command {
	return group("token", "API tokens, for programs", tokenCreateCommand(s), tokenListCommand(s), tokenRevokeCommand(s))
}

func tokenCreateCommand(s *surroundings) *cobra.Command {
	var name, role, expires string
	var unlimited bool
	cmd := command("create", "Make a token and print it, this once", func(cmd *cobra.Command) error {
		end, err := expiry(expires, time.Now())
		if err != nil {
			return err
		}
		return s.withAccounts(func(ctx context.Context, cmd *cobra.Command, service *auth.Service) error {
			secret, _, err := service.CreateToken(ctx, auth.Token{Name: name, Role: role, ExpiresAt: end, Unlimited: unlimited})
			if err != nil {
				return err
			}
			fmt.Fprintln(cmd.OutOrStdout(), secret) // alone, so that a script can keep it
			return nil
		})(cmd)
	})
	tokenNameFlag(cmd, &name)
	roleFlag(cmd, &role)
	cmd.Flags().BoolVar(&unlimited, "unlimited", false, "no rate limit: for a server that renders pages for many readers")
	cmd.Flags().StringVar(&expires, "expires", "", "last day, 2027-12-31 (UTC), or a number of days, 90d; without it the token does not expire")
	return cmd
}

// expiry reads when a token ends; "" is never.
func expiry(s string, now time.Time) (time.Time, error) {
	if s == "" {
		return time.Time{}, nil
	}
	if number, ok := strings.CutSuffix(s, "d"); ok {
		if n, err := strconv.ParseUint(number, 10, 16); err == nil && n > 0 {
			return now.AddDate(0, 0, int(n)), nil
		}
	}
	last, err := time.Parse(time.DateOnly, s)
	if err != nil {
		return time.Time{}, usagef("--expires wants a day such as 2027-12-31 or a number of days such as 90d, not %q", s)
	}
	return last.AddDate(0, 0, 1), nil
}

func tokenListCommand(s *surroundings) *cobra.Command {
	return command("list", "List the tokens", s.withAccounts(func(ctx context.Context, cmd *cobra.Command, service *auth.Service) error {
		list, err := service.ListTokens(ctx)
		if err != nil {
			return err
		}
		w := tabwriter.NewWriter(cmd.OutOrStdout(), 0, 0, 2, ' ', 0)
		fmt.Fprintln(w, "ID\tNAME\tROLE\tCREATED\tLAST USED\tEXPIRES\tRATE")
		for _, t := range list {
			fmt.Fprintf(w, "%d\t%s\t%s\t%s\t%s\t%s\t%s\n", t.ID, t.Name, t.Role, day(t.CreatedAt), minute(t.UsedAt), minute(t.ExpiresAt), limited(t))
		}
		return w.Flush()
	}))
}

func tokenRevokeCommand(s *surroundings) *cobra.Command {
	var name string
	cmd := command("revoke", "End a token for good", s.withAccounts(func(ctx context.Context, cmd *cobra.Command, service *auth.Service) error {
		t, err := service.TokenByName(ctx, name)
		if fault.Is(err, fault.NotFound) {
			return fault.New(fault.NotFound, "there is no token with the name %q", name)
		}
		if err != nil {
			return err
		}
		return service.RevokeToken(ctx, t.ID)
	}))
	tokenNameFlag(cmd, &name)
	return cmd
}

func tokenNameFlag(cmd *cobra.Command, v *string) {
	cmd.Flags().StringVar(v, "name", "", "name of the token: what it is for")
	must(cmd.MarkFlagRequired("name"))
}

func limited(t auth.Token) string {
	if t.Unlimited {
		return "unlimited"
	}
	return "-"
}

func orDash(s string) string {
	if s == "" {
		return "-"
	}
	return s
}

func day(t time.Time) string { return moment(t, time.DateOnly) }

func minute(t time.Time) string { return moment(t, "2006-01-02 15:04Z") }

func moment(t time.Time, layout string) string {
	if t.IsZero() {
		return "-"
	}
	return t.UTC().Format(layout)
}
