package transfer

import (
	"strings"

	"kontor/pkg/schema"
)

// suggest names the field that somebody may have meant: " (did you mean area?)", or "".
func (p *plan) suggest(name string) string {
	folded := foldName(name)
	if i := strings.LastIndexByte(folded, '.'); i >= 0 {
		folded = folded[i+1:]
	}
	best, least := "", 4
	var walk func(fields []*schema.Field, prefix string)
	walk = func(fields []*schema.Field, prefix string) {
		for _, f := range fields {
			path := prefix + f.Name
			for _, own := range []string{f.Name, f.Title.DE, f.Title.EN} {
				if d := apart(folded, foldName(own)); d < least {
					best, least = path, d
				}
			}
			for _, part := range partsOf(f) {
				if d := apart(folded, foldName(part)); d < least {
					best, least = path+"."+part, d
				}
			}
			if !f.Many {
				walk(f.Fields, path+".")
			}
		}
	}
	walk(p.typ.Fields, "")
	if best == "" {
		return ""
	}
	return " (did you mean " + best + "?)"
}

// apart tells how far two names are from each other; 9 is too far. A name that begins with the other is near.
func apart(a, b string) int {
	if a == b {
		return 0
	}
	if len(a) < 3 || len(b) < 3 {
		return 9
	}
	if strings.HasPrefix(a, b) || strings.HasPrefix(b, a) {
		return 3
	}
	if max(len(a), len(b)) > 100 {
		return 9
	}
	if d := distance([]rune(a), []rune(b)); d <= 1 || d <= 2 && len(a) > 5 {
		return d
	}
	return 9
}

// distance counts the letters to change, add, leave out and swap with their neighbour between two words.
func distance(a, b []rune) int {
	rows := make([][]int, len(a)+1)
	for i := range rows {
		rows[i] = make([]int, len(b)+1)
		rows[i][0] = i
	}
	for j := range rows[0] {
		rows[0][j] = j
	}
	for i := 1; i <= len(a); i++ {
		for j := 1; j <= len(b); j++ {
			change := rows[i-1][j-1]
			if a[i-1] != b[j-1] {
				change++
			}
			rows[i][j] = min(change, rows[i-1][j]+1, rows[i][j-1]+1)
			if i > 1 && j > 1 && a[i-1] == b[j-2] && a[i-2] == b[j-1] {
				rows[i][j] = min(rows[i][j], rows[i-2][j-2]+1)
			}
		}
	}
	return rows[len(a)][len(b)]
}
