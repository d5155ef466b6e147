package demo

import (
	"context"
	"crypto/rand"
	"fmt"

	"kontor/pkg/auth"
	"kontor/pkg/fault"
)

// SignIn is an account of the sample with its password, which stands nowhere else.
type SignIn struct {
	Role     string
	Mail     string
	Password string
}

// signIns makes an account for each way of working, or gives it a new password if an earlier start made it.
func signIns(ctx context.Context, a *auth.Service) ([]SignIn, error) {
	organizer := documentID("organisation", "Akademie für kommunale Zusammenarbeit")
	var out []SignIn
	for _, n := range []auth.NewAccount{
		{Mail: "admin@example.org", DisplayName: "Mara Muster (Beispiel)", Role: auth.Admin},
		{Mail: "redaktion@example.org", DisplayName: "Ole Muster (Beispiel)", Role: auth.Editor},
		{Mail: "veranstaltungen@example.org", DisplayName: "Veranstaltungsteam (Beispiel)", Role: "organizer", Organisation: organizer},
	} {
		n.Password = password()
		_, err := a.CreateAccount(ctx, n)
		if fault.Is(err, fault.Invalid) {
			err = renew(ctx, a, n, err)
		}
		if err != nil {
			return nil, fmt.Errorf("the account %s: %w", n.Mail, err)
		}
		out = append(out, SignIn{n.Role, n.Mail, n.Password})
	}
	return out, nil
}

// renew gives an account that is there another password. Without one the error is that of making it.
func renew(ctx context.Context, a *auth.Service, n auth.NewAccount, refused error) error {
	old, err := a.AccountByMail(ctx, n.Mail)
	if fault.Is(err, fault.NotFound) {
		return refused
	}
	if err != nil {
		return err
	}
	_, err = a.UpdateAccount(ctx, old.ID, auth.AccountChanges{Password: &n.Password, DisplayName: &n.DisplayName})
	return err
}

// password is four groups of four characters, 80 bits, without those that are mistaken for others.
func password() string {
	const alphabet = "abcdefghijkmnpqrstuvwxyz23456789" // 32
	var raw [16]byte
	rand.Read(raw[:]) // never fails: crypto/rand ends the process if the system has no randomness
	out := make([]byte, 0, 19)
	for i, b := range raw {
		if i > 0 && i%4 == 0 {
			out = append(out, '-')
		}
		out = append(out, alphabet[b%32])
	}
	return string(out)
}
