package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"kontor/pkg/auth"
	"kontor/pkg/config"
	"kontor/pkg/content"
	"kontor/pkg/fault"
	"kontor/pkg/store"
	"kontor/pkg/value"
	"kontor/schemas"
)

func roleCommand(s *surroundings) *cobra.Command {
	return group("role", "Roles: who may do what", roleListCommand(s), roleShowCommand(s), roleSetCommand(s), roleDeleteCommand(s))
}

// withRights opens what a command on rights needs: accounts and entries with the roles in force.
func (s *surroundings) withRights(work func(ctx context.Context, cmd *cobra.Command, accounts *auth.Service, entries *content.Service) error) func(*cobra.Command) error {
	return s.withStore(func(cmd *cobra.Command, c config.Config, st store.Store) error {
		types, err := loadTypes(c)
		if err != nil {
			return err
		}
		accounts, err := auth.New(cmd.Context(), st, auth.Options{})
		if err != nil {
			return err
		}
		entries, err := content.New(cmd.Context(), st, types, content.Options{Meta: schemas.FS, Roles: accounts.Roles()})
		if err != nil {
			return err
		}
		return work(cmd.Context(), cmd, accounts, entries)
	})
}

func roleListCommand(s *surroundings) *cobra.Command {
	return command("list", "List the roles", s.withAccounts(func(ctx context.Context, cmd *cobra.Command, service *auth.Service) error {
		list, err := service.ListRoles(ctx)
		if err != nil {
			return err
		}
		w := tabwriter.NewWriter(cmd.OutOrStdout(), 0, 0, 2, ' ', 0)
		fmt.Fprintln(w, "NAME\tTITLE\tRULES\tSTATE")
		for _, r := range list {
			fmt.Fprintf(w, "%s\t%s\t%d\t%s\n", r.Name, r.Title.DE, len(r.Rules), roleState(r))
		}
		return w.Flush()
	}))
}

func roleState(r auth.StoredRole) string {
	switch {
	case r.Broken != "":
		return "broken, opens nothing"
	case r.Changed:
		return "shipped, changed"
	case r.Shipped:
		return "shipped"
	}
	return "own"
}

func roleShowCommand(s *surroundings) *cobra.Command {
	var name string
	cmd := command("show", "Print a role as JSON that kontor role set reads", s.withAccounts(func(ctx context.Context, cmd *cobra.Command, service *auth.Service) error {
		r, err := roleByName(ctx, service, name)
		if err != nil {
			return err
		}
		if r.Broken != "" {
			fmt.Fprintf(cmd.ErrOrStderr(), "the role can't be read and opens nothing: %s\n", r.Broken)
			fmt.Fprintln(cmd.OutOrStdout(), r.Text)
			return nil
		}
		return printJSON(cmd, r.Object())
	}))
	roleName(cmd, &name)
	return cmd
}

func roleSetCommand(s *surroundings) *cobra.Command {
	var file string
	cmd := command("set", "Make a role or change one, from JSON", s.withRights(func(ctx context.Context, cmd *cobra.Command, accounts *auth.Service, entries *content.Service) error {
		data, err := readInput(cmd, file)
		if err != nil {
			return err
		}
		role, err := auth.ParseRole(data)
		if err != nil {
			return everyField(err)
		}
		var rev int64
		if now, err := accounts.RoleByName(ctx, role.Name); err == nil {
			rev = now.Rev
		} else if !fault.Is(err, fault.NotFound) {
			return err
		}
		_, err = accounts.PutRole(ctx, role, rev, entries.Types())
		return everyField(err)
	}))
	cmd.Flags().StringVar(&file, "file", "-", "JSON file of the role; - is standard input")
	return cmd
}

// everyField puts all that is wrong with a role on lines of their own.
func everyField(err error) error {
	var f *fault.Error
	if !errors.As(err, &f) || len(f.Fields) < 2 {
		return err
	}
	all := make([]error, len(f.Fields))
	for i, field := range f.Fields {
		all[i] = errors.New(field.English)
	}
	return errors.Join(all...)
}

func readInput(cmd *cobra.Command, file string) ([]byte, error) {
	if file == "-" {
		return io.ReadAll(io.LimitReader(cmd.InOrStdin(), 1<<20))
	}
	data, err := os.ReadFile(file)
	if err != nil {
		return nil, fmt.Errorf("%s can't be read: %w", file, cause(err))
	}
	return data, nil
}

func roleDeleteCommand(s *surroundings) *cobra.Command {
	var name string
	cmd := command("delete", "Delete a role that nobody has", s.withAccounts(func(ctx context.Context, cmd *cobra.Command, service *auth.Service) error {
		if _, err := roleByName(ctx, service, name); err != nil {
			return err
		}
		return service.DeleteRole(ctx, name, 0)
	}))
	roleName(cmd, &name)
	return cmd
}

func roleByName(ctx context.Context, service *auth.Service, name string) (auth.StoredRole, error) {
	r, err := service.RoleByName(ctx, name)
	if fault.Is(err, fault.NotFound) {
		return r, fault.New(fault.NotFound, "there is no role with the name %q", name)
	}
	return r, err
}

// roleName lets a command take the name of a role as its argument, or by a flag as it was at first.
func roleName(cmd *cobra.Command, name *string) {
	cmd.Use += " NAME"
	cmd.Flags().StringVar(name, "name", "", "name of the role, in the place of the argument")
	cmd.Args = func(cmd *cobra.Command, args []string) error {
		switch {
		case len(args) == 1 && *name == "":
			*name = args[0]
			return nil
		case len(args) == 0 && *name != "":
			return nil
		}
		return usagef("%s wants the name of one role", cmd.CommandPath())
	}
}

// printJSON prints a value with line breaks.
func printJSON(cmd *cobra.Command, v value.Object) error {
	var out bytes.Buffer
	if err := json.Indent(&out, value.Append(nil, v), "", "  "); err != nil {
		return err
	}
	_, err := fmt.Fprintf(cmd.OutOrStdout(), "%s\n", out.Bytes())
	return err
}
