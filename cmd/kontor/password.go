package main

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"

	"github.com/spf13/cobra"
	"golang.org/x/term"
)

// maxInput bounds what is read as a password; the account's rule is stricter.
const maxInput = 4096

// readPassword reads a new password: the whole of standard input but one line end, or twice from a person at a terminal, unseen. There
// is no flag for it, since other users of the machine see the arguments.
func readPassword(cmd *cobra.Command, fromStdin bool) (string, error) {
	if fromStdin {
		data, err := io.ReadAll(io.LimitReader(cmd.InOrStdin(), maxInput+1))
		if err != nil {
			return "", fmt.Errorf("the password can't be read: %w", err)
		}
		data = bytes.TrimSuffix(bytes.TrimSuffix(data, []byte("\n")), []byte("\r"))
		switch {
		case len(data) > maxInput:
			return "", errors.New("standard input is too long for a password")
		case bytes.ContainsAny(data, "\r\n\x00"):
			return "", errors.New("standard input must hold the password as one line")
		}
		return string(data), nil
	}
	in, ok := cmd.InOrStdin().(*os.File)
	if !ok || !term.IsTerminal(int(in.Fd())) {
		return "", usagef("standard input is no terminal: give the password there with --password-stdin")
	}
	first, err := prompt(cmd, in, "Password: ")
	if err != nil {
		return "", err
	}
	second, err := prompt(cmd, in, "Again: ")
	if err != nil {
		return "", err
	}
	if first != second {
		return "", errors.New("the two passwords differ")
	}
	return first, nil
}

func prompt(cmd *cobra.Command, in *os.File, text string) (string, error) {
	fmt.Fprint(cmd.ErrOrStderr(), text)
	data, err := term.ReadPassword(int(in.Fd()))
	fmt.Fprintln(cmd.ErrOrStderr())
	if err != nil {
		return "", fmt.Errorf("the password can't be read: %w", err)
	}
	return string(data), nil
}
