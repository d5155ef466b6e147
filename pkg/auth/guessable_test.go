package auth

import (
	"slices"
	"strings"
	"testing"
)

func TestCommonPasswordsAreSorted(t *testing.T) {
	list, err := commonPasswords()
	if err != nil || len(list) < 20_000 || !slices.IsSorted(list) {
		t.Fatalf("%d passwords, sorted %v, %v", len(list), slices.IsSorted(list), err)
	}
	for _, s := range list {
		if s != strings.ToLower(s) || strings.TrimSpace(s) != s || len(s) < 4 {
			t.Errorf("%q is never found", s)
		}
	}
}

func TestCheckPassword(t *testing.T) {
	a := Account{Mail: "anne.muster@stadt-beispiel.de", Username: "amuster", DisplayName: "Anne-Marie Öztürk"}
	for password, code := range map[string]string{
		"":                   "required",
		"\t          \u200b": "blank",
		"         a":         "too_short",
		"kurz":               "too_short",
		"   kurz     ":       "too_short",

		"aaaaaaaaaaaa": "repetitive", "1212121212": "repetitive", "a          b": "repetitive", "Aa Aa Aa Aa Aa": "repetitive",

		"1234567890": "common", "Passwort123": "common", "passwort!!!": "common", "PASSWORD2026": "common", "Sommer2026!": "common", "!!Hallo12345": "common",
		"P@ssw0rd123": "common", "qwertzuiop": "common", "passwortpasswort": "common", "Schalke041904": "common", "Geheim!2026": "common", "hallo01011990": "common",
		"correcthorsebatterystaple": "common", "1q2w3e4r5t": "common", "gemeindeverwaltung1": "common", "passwort passwort": "",

		"anne.muster@stadt-beispiel.de": "guessable", "Anne.Muster": "guessable", "muster2026!": "guessable", "AMuster-2026": "guessable", "annemuster99": "guessable",
		"Anne-Marie Öztürk": "guessable", "öztürk1234": "guessable", "Stadt-Beispiel1": "guessable", "annemarieöztürk": "guessable",

		"correct horse battery": "", "Muster mit fünf Ecken": "", "vier blaue Kähne am Kai": "", "k7#mPq2x!vRt": "", "8302938471": "", "ab8302938471920": "",
		"ju6p-bghw-fvpj-4xcr": "", "Gemeinde, Wald & Flur": "", "ÄÖÜäöüßÄÖÜ12": "", strings.Repeat("langes Wort ", 16): "",
	} {
		got := ""
		if f := checkPassword(password, a); f != nil {
			got = f.Code
			if !strings.HasPrefix(f.English, "password ") || !strings.HasPrefix(f.German, "Das Passwort ") && code != "required" {
				t.Errorf("%q: %q, %q", password, f.English, f.German)
			}
		}
		if got != code {
			t.Errorf("%q: %q, want %q", password, got, code)
		}
	}
}
