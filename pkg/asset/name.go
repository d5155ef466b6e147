package asset

import (
	"fmt"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"

	"kontor/pkg/fault"
	"kontor/pkg/schema"
)

// maxName is how many characters a name keeps.
const maxName = 200

// cleanName makes a name of whatever an uploader calls a file: its last segment, without what nobody sees or what turns the
// direction of text around, at most 200 characters with the ending kept. Where nothing is left it is "file".
func cleanName(name string) string {
	name = name[strings.LastIndexAny(name, `/\`)+1:]
	name = norm.NFC.String(strings.ToValidUTF8(name, ""))
	name = strings.Map(func(r rune) rune {
		switch {
		case unicode.In(r, unicode.Zs):
			return ' '
		case unicode.IsControl(r), unicode.In(r, unicode.Cf, unicode.Co, unicode.Cs, unicode.Zl, unicode.Zp), r == utf8.RuneError:
			return -1
		}
		return r
	}, name)
	name = strings.TrimRight(strings.TrimLeft(name, " ."), " .")
	if n := utf8.RuneCountInString(name); n > maxName {
		end := ext(name)
		stem := []rune(strings.TrimSuffix(name, end))
		name = strings.TrimRight(string(stem[:maxName-len(end)]), " .") + end
	}
	if name == "" {
		return "file"
	}
	return name
}

// maxCredit is how many characters a credit has at most.
const maxCredit = 500

func cutRunes(s string, most int) string {
	if r := []rune(s); len(r) > most {
		return string(r[:most])
	}
	return s
}

// named is a name for a file that has been called something else: cleaned, and with the ending that it has had where the new name has none,
// since programs choose by it how to open the file.
func named(name, former string) string {
	if name = cleanName(name); ext(name) == "" || numbered(ext(name)) && !numbered(ext(former)) {
		return cleanName(name + ext(former))
	}
	return name
}

// numbered tells whether what looks like an ending is a number, as in "Satzung 1.2".
func numbered(ending string) bool { return strings.Trim(ending, ".0123456789") == "" }

// clean brings the facts into one form, and names what is too long, is not text, or holds characters that nobody sees. Those are
// refused in new lines only, so that the other facts of an older file can be changed; a caption is body text and may hold them.
func (f *Facts) clean(old Facts) []fault.Field {
	var wrong []fault.Field
	for _, c := range []struct {
		name, title string
		text        *string
		old         *string // nil: not a line
		most        int
	}{
		{"alternativeText", "Alternativtext", &f.Alt, &old.Alt, 1000}, {"caption", "Bildunterschrift", &f.Caption, nil, 2000},
		{"credit", "Urheber", &f.Credit, &old.Credit, maxCredit}, {"licence", "Lizenz", &f.Licence, &old.Licence, 500},
	} {
		s := strings.TrimSpace(norm.NFC.String(strings.ReplaceAll(*c.text, "\r\n", "\n")))
		switch {
		case !utf8.ValidString(*c.text), strings.ContainsFunc(s, func(r rune) bool { return unicode.IsControl(r) && r != '\n' && r != '\t' }):
			wrong = append(wrong, fault.Field{Path: []string{c.name}, Code: "characters",
				English: c.name + " holds characters that are no text", German: "„" + c.title + "“: enthält Zeichen, die kein Text sind."})
		case utf8.RuneCountInString(s) > c.most:
			wrong = append(wrong, fault.Field{Path: []string{c.name}, Code: "too_long",
				English: fmt.Sprintf("%s must be at most %d characters", c.name, c.most),
				German:  fmt.Sprintf("„%s“: höchstens %d Zeichen.", c.title, c.most)})
		case c.old != nil && s != *c.old:
			if r, place, found := schema.Invisible(s); found {
				wrong = append(wrong, fault.Field{Path: []string{c.name}, Code: "characters",
					English: fmt.Sprintf("%s must not contain invisible characters (%U at character %d)", c.name, r, place),
					German:  fmt.Sprintf("„%s“: enthält ein unsichtbares Zeichen (%U an Stelle %d).", c.title, r, place)})
			}
		}
		*c.text = s
	}
	return slices.Clip(wrong)
}
