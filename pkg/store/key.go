package store

import "crypto/rand"

// keyAlphabet are the characters of a random key: they need no encoding in a URL and no care about upper and lower case.
const keyAlphabet = "abcdefghijklmnopqrstuvwxyz0123456789"

// RandomKey gives 24 random characters of [a-z0-9], about 124 bits: nobody guesses one, and none is given twice.
func RandomKey() string {
	var raw [48]byte
	out := make([]byte, 0, 24)
	for len(out) < cap(out) {
		rand.Read(raw[:]) // never fails: crypto/rand ends the process if the system has no randomness
		for _, b := range raw {
			if b < 252 && len(out) < cap(out) { // 252 = 7 * 36: no character is likelier than another
				out = append(out, keyAlphabet[b%36])
			}
		}
	}
	return string(out)
}
