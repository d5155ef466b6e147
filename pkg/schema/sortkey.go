package schema

import (
	"encoding/hex"
	"sync"

	"golang.org/x/text/collate"
	"golang.org/x/text/language"
	"golang.org/x/text/unicode/norm"
)

// SortKeyVersion changes whenever SortKey gives other keys for the same text, so that stored ones are known to be old.
const SortKeyVersion = 1

const sortKeyRunes = 64

// collators are expensive to make and each serves one goroutine at a time.
var collators = sync.Pool{New: func() any { return collate.New(language.German) }}

// SortKey is hex whose byte order is the German order of words, DIN 5007-1 (ä sorts as a, ß as ss), by the first 64 characters.
func SortKey(s string) string {
	s = head(norm.NFC.String(s), sortKeyRunes)
	if s == "" {
		return ""
	}
	c := collators.Get().(*collate.Collator)
	defer collators.Put(c)
	var buf collate.Buffer
	return hex.EncodeToString(c.KeyFromString(&buf, s))
}

func head(s string, runes int) string {
	if len(s) <= runes {
		return s
	}
	for i := range s {
		if runes == 0 {
			return s[:i]
		}
		runes--
	}
	return s
}
