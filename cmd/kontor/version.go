package main

import (
	"fmt"
	"runtime"
	"runtime/debug"

	"github.com/spf13/cobra"
)

func versionCommand() *cobra.Command {
	return command("version", "Show what this binary was built from", func(cmd *cobra.Command) error {
		fmt.Fprintln(cmd.OutOrStdout(), version())
		return nil
	})
}

// release is the version that pkg/manual/changes.md begins with.
const release = "0.6.0"

// version is one line: the release, the commit if the build knows it, Go and the platform.
func version() string {
	commit := ""
	if info, ok := debug.ReadBuildInfo(); ok {
		for _, s := range info.Settings {
			switch {
			case s.Key == "vcs.revision":
				commit = " " + s.Value[:min(12, len(s.Value))]
			case s.Key == "vcs.modified" && s.Value == "true":
				commit += " with changes"
			}
		}
	}
	return fmt.Sprintf("kontor %s%s %s %s/%s", release, commit, runtime.Version(), runtime.GOOS, runtime.GOARCH)
}
