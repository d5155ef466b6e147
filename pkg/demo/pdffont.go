package demo

import (
	"fmt"
	"strconv"
	"strings"
)

// winAnsi gives a character's byte in WinAnsiEncoding, which has all of German and not much else.
func winAnsi(r rune) (c byte, ok bool) {
	switch r {
	case '€':
		return 0x80, true
	case '‚':
		return 0x82, true
	case '„':
		return 0x84, true
	case '…':
		return 0x85, true
	case '‘':
		return 0x91, true
	case '’':
		return 0x92, true
	case '“':
		return 0x93, true
	case '”':
		return 0x94, true
	case '•':
		return 0x95, true
	case '–':
		return 0x96, true
	case '—':
		return 0x97, true
	}
	return byte(r), r >= ' ' && r <= '~' || r >= 0xA0 && r <= 0xFF
}

// encode writes text in WinAnsiEncoding.
func encode(s string) ([]byte, error) {
	out := make([]byte, 0, len(s))
	for _, r := range s {
		c, ok := winAnsi(r)
		if !ok {
			return nil, fmt.Errorf("the fonts have no %q", r)
		}
		out = append(out, c)
	}
	return out, nil
}

// The widths of Adobe's Helvetica and Helvetica-Bold from the space to the tilde, in thousandths of the size.
const (
	plainWidths = "278 278 355 556 556 889 667 191 333 333 389 584 278 333 278 278 556 556 556 556 556 556 556 556 556 556 278 278 584 584 584 556 " +
		"1015 667 667 722 722 667 611 778 722 278 500 667 556 833 722 778 667 778 722 667 611 722 667 944 667 667 611 278 278 278 469 556 " +
		"333 556 556 500 556 556 278 556 556 222 222 500 222 833 556 556 556 556 333 500 278 556 500 722 500 500 500 334 260 334 584"
	boldWidths = "278 333 474 556 556 889 722 238 333 333 389 584 278 333 278 278 556 556 556 556 556 556 556 556 556 556 333 333 584 584 584 611 " +
		"975 722 722 722 722 667 611 778 722 278 556 722 611 833 722 778 667 778 722 667 611 722 667 944 667 667 611 333 278 333 584 556 " +
		"333 556 611 556 611 556 333 611 611 278 278 556 278 889 611 611 611 611 389 556 333 611 556 778 556 556 500 389 280 389 584"
)

// widths gives the widths of the 224 characters from the space on.
func widths(bold bool) []int {
	text, other := plainWidths, map[byte]int{
		'\x80': 556, '\x82': 222, '\x84': 333, '\x85': 1000, '\x91': 222, '\x92': 222, '\x93': 333, '\x94': 333, '\x95': 350, '\x96': 556, '\x97': 1000,
		'\xa7': 556, '\xb7': 278, '\xc4': 667, '\xd6': 778, '\xdc': 722, '\xdf': 611, '\xe4': 556, '\xf6': 556, '\xfc': 556, '\xe9': 556, '\xb2': 333,
	}
	if bold {
		text, other = boldWidths, map[byte]int{
			'\x80': 556, '\x82': 278, '\x84': 500, '\x85': 1000, '\x91': 278, '\x92': 278, '\x93': 500, '\x94': 500, '\x95': 350, '\x96': 556, '\x97': 1000,
			'\xa7': 556, '\xb7': 278, '\xc4': 722, '\xd6': 778, '\xdc': 722, '\xdf': 611, '\xe4': 556, '\xf6': 611, '\xfc': 611, '\xe9': 556, '\xb2': 333,
		}
	}
	out := make([]int, 0, 224)
	for _, w := range strings.Fields(text) {
		n, _ := strconv.Atoi(w)
		out = append(out, n)
	}
	for c := len(out) + 32; c < 256; c++ {
		w, ok := other[byte(c)]
		if !ok {
			w = 556
		}
		out = append(out, w)
	}
	return out
}

// measure is how wide a line is, in thousandths of the size.
func measure(line []byte, widths []int) float64 {
	sum := 0
	for _, c := range line {
		sum += widths[c-32]
	}
	return float64(sum)
}
