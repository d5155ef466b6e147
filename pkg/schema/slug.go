package schema

import (
	"regexp"
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

const (
	maxSlug  = 100
	madeSlug = 80 // leaves room for a number that makes it unique
)

var slugForm = regexp.MustCompile(`^[a-z0-9]+(-[a-z0-9]+)*$`)

// slugKind is an entry's name in the address of its page.
type slugKind struct{}

func (slugKind) yup() string { return "string" }

func (slugKind) traits() traits {
	return traits{textual: true, ordered: true, counted: true, localized: true}
}

func (slugKind) normal(_ *Field, sent any) (any, *problem) {
	s, w := line(sent)
	if w != nil || s == "" {
		return nil, w
	}
	if w := longerThan(s, maxSlug); w != nil {
		return nil, w
	}
	if !slugForm.MatchString(s) {
		w := noMatch(slugForm.String())
		w.german = "nur kleine Buchstaben a bis z, Ziffern und einzelne Bindestriche dazwischen."
		return nil, w
	}
	return s, nil
}

func (slugKind) declare(f *Field, _ keywords) { f.MaxLength = maxSlug; f.Unique = true }

// spelled are letters that German and its neighbours write with two, or that have no plain letter inside.
var spelled = strings.NewReplacer("ä", "ae", "ö", "oe", "ü", "ue", "ß", "ss", "æ", "ae", "œ", "oe", "ø", "oe", "å", "aa", "þ", "th", "ð", "d",
	"đ", "d", "ł", "l", "ı", "i", "ħ", "h")

// Slugify makes a slug of at most 80 characters from a title; "" if nothing of it can be part of one.
func Slugify(s string) string {
	s = spelled.Replace(strings.ToLower(norm.NFC.String(s)))
	var b strings.Builder
	gap := false
	for _, r := range norm.NFKD.String(s) {
		switch {
		case r >= 'a' && r <= 'z', r >= '0' && r <= '9':
			if gap && b.Len() > 0 {
				b.WriteByte('-')
			}
			gap = false
			b.WriteRune(r)
		case unicode.Is(unicode.Mn, r), r == '\'', r == '’', r == '\u00ad':
			// belongs to the letters around it
		default:
			gap = true
		}
	}
	return atWord(b.String(), madeSlug)
}

func atWord(slug string, most int) string {
	if len(slug) <= most {
		return slug
	}
	head := slug[:most]
	if slug[most] == '-' {
		return head
	}
	if i := strings.LastIndexByte(head, '-'); i > 0 {
		return head[:i]
	}
	return head
}
