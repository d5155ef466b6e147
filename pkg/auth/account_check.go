package auth

import (
	"context"
	"fmt"
	"net/mail"
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"

	"kontor/pkg/fault"
)

// maxMail is how long an e-mail address may be (RFC 5321), in bytes; user names are shorter.
const maxMail = 254

var documentID = regexp.MustCompile(`^[a-z0-9]{24}$`)

// check says everything that is wrong with an account but its password; role is what is wrong with that.
func check(a Account, role *fault.Field) []fault.Field {
	var out []fault.Field
	for _, f := range []*fault.Field{checkMail(a.Mail), checkUsername(a.Username), checkDisplayName(a.DisplayName), role} {
		if f != nil {
			out = append(out, *f)
		}
	}
	if a.Organisation != "" && !documentID.MatchString(a.Organisation) {
		out = append(out, *wrong("organisation", "type", "organisation must be a documentId", "Die Organisation muss eine documentId sein"))
	}
	return out
}

// checkOrganisation refuses an account without an organisation whose role opens entries of the account's own organisation: those
// rules would open nothing for it. A role that can't be read opens nothing anyway.
func (s *Service) checkOrganisation(ctx context.Context, a Account) (*fault.Field, error) {
	if a.Organisation != "" {
		return nil, nil
	}
	role, err := s.RoleByName(ctx, a.Role)
	switch {
	case fault.Is(err, fault.NotFound):
		return nil, nil // checkRole says so
	case err != nil:
		return nil, err
	case role.Broken != "" || !role.needsOrganisation():
		return nil, nil
	}
	return wrong("organisation", "required", fmt.Sprintf("organisation is required by the role %s, whose rules are about the account's own organisation", a.Role),
		fmt.Sprintf("Die Rolle %s verlangt eine Organisation: Ihre Regeln gelten für die eigene Organisation des Kontos", a.Role)), nil
}

func checkMail(s string) *fault.Field {
	if s == "" {
		return required("email")
	}
	// The parser also takes a name, comments and quotes, none of which an account's address has.
	parsed, err := mail.ParseAddress(s)
	if err != nil || parsed.Address != s || parsed.Name != "" || len(s) > maxMail || strings.ContainsAny(s, " \"<>()") || !printable(s) {
		return wrong("email", "email", "email must be a valid email", "Die E-Mail-Adresse ist keine gültige Adresse")
	}
	return nil
}

func checkUsername(s string) *fault.Field {
	n := utf8.RuneCountInString(s)
	switch {
	case s == "":
		return nil
	case n < 3 || n > 60:
		return wrong("username", "length", "username must have 3 to 60 characters", "Der Benutzername muss 3 bis 60 Zeichen haben")
	case strings.Contains(s, "@"):
		return wrong("username", "pattern", "username must not contain @", "Der Benutzername darf kein @ enthalten") // it could be another's address
	case !printable(s), strings.TrimSpace(s) != s:
		return wrong("username", "pattern", "username has characters that can't be seen", "Der Benutzername hat unsichtbare Zeichen")
	}
	return nil
}

func checkDisplayName(s string) *fault.Field {
	switch {
	case utf8.RuneCountInString(s) > 100:
		return wrong("name", "too_long", "name must be at most 100 characters", "Der Name darf höchstens 100 Zeichen haben")
	case strings.Contains(s, "@"):
		return wrong("name", "pattern", "name must not contain @: others read it, so it can't be an address",
			"Der Name darf kein @ enthalten: Andere lesen ihn, deshalb darf er keine Adresse sein")
	case !printable(s), strings.TrimSpace(s) != s:
		return wrong("name", "pattern", "name has characters that can't be seen", "Der Name hat unsichtbare Zeichen")
	}
	return nil
}

func printable(s string) bool {
	return utf8.ValidString(s) && !strings.ContainsFunc(s, func(r rune) bool { return !unicode.IsPrint(r) })
}

func wrong(field, code, english, german string) *fault.Field {
	return &fault.Field{Path: []string{field}, Code: code, English: english, German: german}
}

func required(field string) *fault.Field {
	return wrong(field, "required", fmt.Sprintf("%s is a required field", field), fmt.Sprintf("%s ist ein Pflichtfeld", field))
}

func taken(field string) *fault.Field {
	return wrong(field, "not_unique", fmt.Sprintf("%s is already taken", field), fmt.Sprintf("%s ist schon vergeben", field))
}
