package main

import (
	"fmt"
	"text/tabwriter"

	"github.com/spf13/cobra"
)

func configCommand(s *surroundings) *cobra.Command {
	return command("config", "Show the settings in force and where each comes from", func(cmd *cobra.Command) error {
		c, err := s.config(cmd)
		if err != nil {
			return err
		}
		w := tabwriter.NewWriter(cmd.OutOrStdout(), 0, 0, 2, ' ', 0)
		for _, v := range c.Settings() {
			fmt.Fprintf(w, "%s\t%s\t%s\n", v.Name, orDash(v.Value), v.Origin)
		}
		if err := w.Flush(); err != nil {
			return err
		}
		for _, warning := range c.Warnings {
			fmt.Fprintf(cmd.ErrOrStderr(), "kontor: warning: %s\n", warning)
		}
		return nil
	})
}
