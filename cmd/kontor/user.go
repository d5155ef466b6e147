package main

import (
	"context"
	"fmt"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"kontor/pkg/auth"
	"kontor/pkg/content"
	"kontor/pkg/fault"
	"kontor/pkg/query"
)

func userCommand(s *surroundings) *cobra.Command {
	return group("user", "Accounts of people who sign in",
		userAddCommand(s), userListCommand(s), userPasswdCommand(s), userRoleCommand(s),
		userNameCommand(s), userOrganisationCommand(s), userRemoveCommand(s))
}

func userAddCommand(s *surroundings) *cobra.Command {
	var n auth.NewAccount
	var fromStdin bool
	var organisation string
	cmd := command("add", "Make an account", s.withRights(func(ctx context.Context, cmd *cobra.Command, service *auth.Service, entries *content.Service) (err error) {
		if n.Organisation, err = organisationNamed(ctx, entries, organisation); err != nil {
			return err
		}
		if n.Password, err = readPassword(cmd, fromStdin); err != nil {
			return err
		}
		a, err := service.CreateAccount(ctx, n)
		if err != nil {
			return err
		}
		fmt.Fprintf(cmd.OutOrStdout(), "account %d: %s, %s\n", a.ID, a.Mail, a.Role)
		return nil
	}))
	mailFlag(cmd, &n.Mail)
	roleFlag(cmd, &n.Role)
	passwordFlag(cmd, &fromStdin)
	cmd.Flags().StringVar(&n.DisplayName, "name", "", "what others read of the person, in histories; without it the user name or a number")
	cmd.Flags().StringVar(&n.Username, "username", "", "name to sign in with besides the e-mail address")
	organisationFlag(cmd, &organisation)
	return cmd
}

func userNameCommand(s *surroundings) *cobra.Command {
	var mail, name string
	cmd := command("name", "Give an account the name that others read", s.withAccounts(func(ctx context.Context, _ *cobra.Command, service *auth.Service) error {
		a, err := accountByMail(ctx, service, mail)
		if err != nil {
			return err
		}
		_, err = service.UpdateAccount(ctx, a.ID, auth.AccountChanges{DisplayName: &name})
		return err
	}))
	mailFlag(cmd, &mail)
	cmd.Flags().StringVar(&name, "name", "", "what others read of the person, in histories")
	must(cmd.MarkFlagRequired("name"))
	return cmd
}

func userOrganisationCommand(s *surroundings) *cobra.Command {
	var mail, organisation string
	cmd := command("organisation", "Say to which organisation an account belongs",
		s.withRights(func(ctx context.Context, cmd *cobra.Command, service *auth.Service, entries *content.Service) error {
			a, err := accountByMail(ctx, service, mail)
			if err != nil {
				return err
			}
			id, err := organisationNamed(ctx, entries, organisation)
			if err != nil {
				return err
			}
			_, err = service.UpdateAccount(ctx, a.ID, auth.AccountChanges{Organisation: &id})
			return err
		}))
	mailFlag(cmd, &mail)
	organisationFlag(cmd, &organisation)
	return cmd
}

// organisationType is the type whose entries accounts belong to.
const organisationType = "organisation"

// organisationNamed gives the documentId of the organisation with a slug or a documentId; "" for "".
func organisationNamed(ctx context.Context, entries *content.Service, name string) (string, error) {
	if name == "" {
		return "", nil
	}
	t, ok := entries.Types().Type(organisationType)
	if !ok {
		return "", fmt.Errorf("there is no content type %s that an account could belong to", organisationType)
	}
	id, err := entries.Named(ctx, auth.System("kontor user"), t, name)
	if fault.Is(err, fault.NotFound) {
		return "", fault.New(fault.NotFound, "there is no organisation with the slug or the documentId %q", name)
	}
	return id, err
}

func organisationFlag(cmd *cobra.Command, v *string) {
	cmd.Flags().StringVar(v, "organisation", "", "slug or documentId of the organisation that the account belongs to; without it none")
}

func userListCommand(s *surroundings) *cobra.Command {
	return command("list", "List the accounts", s.withAccounts(func(ctx context.Context, cmd *cobra.Command, service *auth.Service) error {
		w := tabwriter.NewWriter(cmd.OutOrStdout(), 0, 0, 2, ' ', 0)
		fmt.Fprintln(w, "ID\tE-MAIL\tUSERNAME\tNAME\tROLE\tSTATE\tCREATED")
		const page = 200
		for offset := 0; ; offset += page {
			list, _, err := service.Accounts(ctx, query.Page{Offset: offset, Limit: page})
			if err != nil {
				return err
			}
			for _, a := range list {
				state := "active"
				if a.Blocked {
					state = "blocked"
				}
				fmt.Fprintf(w, "%d\t%s\t%s\t%s\t%s\t%s\t%s\n", a.ID, a.Mail, orDash(a.Username), orDash(a.DisplayName), a.Role, state, day(a.CreatedAt))
			}
			if len(list) < page {
				return w.Flush()
			}
		}
	}))
}

func userPasswdCommand(s *surroundings) *cobra.Command {
	var mail string
	var fromStdin bool
	cmd := command("passwd", "Give an account a new password and end its sessions",
		s.withAccounts(func(ctx context.Context, cmd *cobra.Command, service *auth.Service) error {
			a, err := accountByMail(ctx, service, mail)
			if err != nil {
				return err
			}
			password, err := readPassword(cmd, fromStdin)
			if err != nil {
				return err
			}
			_, err = service.UpdateAccount(ctx, a.ID, auth.AccountChanges{Password: &password})
			return err
		}))
	mailFlag(cmd, &mail)
	passwordFlag(cmd, &fromStdin)
	return cmd
}

func userRoleCommand(s *surroundings) *cobra.Command {
	var mail, role, organisation string
	cmd := command("role", "Give an account another role",
		s.withRights(func(ctx context.Context, cmd *cobra.Command, service *auth.Service, entries *content.Service) error {
			a, err := accountByMail(ctx, service, mail)
			if err != nil {
				return err
			}
			changes := auth.AccountChanges{Role: &role}
			if cmd.Flags().Changed("organisation") {
				id, err := organisationNamed(ctx, entries, organisation)
				if err != nil {
					return err
				}
				changes.Organisation = &id
			}
			_, err = service.UpdateAccount(ctx, a.ID, changes)
			return err
		}))
	mailFlag(cmd, &mail)
	roleFlag(cmd, &role)
	cmd.Flags().StringVar(&organisation, "organisation", "",
		"slug or documentId of another organisation for the account; without it the one it has")
	return cmd
}

func userRemoveCommand(s *surroundings) *cobra.Command {
	var mail string
	cmd := command("remove", "Remove an account and end its sessions",
		s.withAccounts(func(ctx context.Context, cmd *cobra.Command, service *auth.Service) error {
			a, err := accountByMail(ctx, service, mail)
			if err != nil {
				return err
			}
			return service.DeleteAccount(ctx, a.ID)
		}))
	mailFlag(cmd, &mail)
	return cmd
}

func accountByMail(ctx context.Context, service *auth.Service, mail string) (auth.Account, error) {
	a, err := service.AccountByMail(ctx, mail)
	if fault.Is(err, fault.NotFound) {
		return a, fault.New(fault.NotFound, "there is no account with the e-mail address %q", mail)
	}
	return a, err
}

func mailFlag(cmd *cobra.Command, v *string) {
	cmd.Flags().StringVar(v, "email", "", "e-mail address of the account")
	must(cmd.MarkFlagRequired("email"))
}

func roleFlag(cmd *cobra.Command, v *string) {
	cmd.Flags().StringVar(v, "role", "", "name of a stored role: admin, editor, organizer, reviewer, site or one of your own")
	must(cmd.MarkFlagRequired("role"))
}

func passwordFlag(cmd *cobra.Command, v *bool) {
	cmd.Flags().BoolVar(v, "password-stdin", false, "read the password from standard input")
}

// must is for what can only fail if this source is wrong: a flag that was just added is there.
func must(err error) {
	if err != nil {
		panic(err)
	}
}
