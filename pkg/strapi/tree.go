package strapi

import (
	"cmp"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"kontor/pkg/fault"
)

// node is a place in the tree that bracketed keys make: a[b][0]=x.
type node struct {
	name     string
	kind     nodeKind
	text     string // of a leaf
	children []*node
	repeated bool             // a list because the name stood there several times
	index    map[string]*node // of many children, so that 1000 names under one key stay cheap
}

type nodeKind int

const (
	branch nodeKind = iota
	leaf
	null // a name without "="
)

// indexFrom is the number of children from which a map finds them faster than a walk.
const indexFrom = 16

// parseTree reads a raw query string into a tree whose top holds the parameters in the order in which they first appear.
func parseTree(raw string) (*node, error) {
	if len(raw) > MaxQueryLength {
		return nil, fault.New(fault.Invalid, "The query is longer than %d bytes", MaxQueryLength)
	}
	root := &node{}
	count := 0
	for raw != "" {
		var part string
		part, raw, _ = strings.Cut(raw, "&")
		if part == "" {
			continue
		}
		if count++; count > MaxParams {
			return nil, fault.New(fault.Invalid, "The query has more than %d parameters", MaxParams)
		}
		rawKey, rawText, kind := splitParam(part)
		key, err := unescape(rawKey)
		if err != nil {
			return nil, err
		}
		text, err := unescape(rawText)
		if err != nil {
			return nil, err
		}
		if err := root.put(key, node{kind: kind, text: text}); err != nil {
			return nil, err
		}
	}
	return root, nil
}

// splitParam cuts a parameter at the first "=" outside brackets, so that values may hold brackets and "=" themselves.
func splitParam(part string) (key, text string, kind nodeKind) {
	inside, first := false, -1
	for i := 0; i < len(part); i++ {
		switch part[i] {
		case '[':
			inside = true
		case ']':
			inside = false
		case '%':
			if i+2 < len(part) && part[i+1] == '5' {
				switch part[i+2] {
				case 'B', 'b':
					inside = true
				case 'D', 'd':
					inside = false
				}
			}
		case '=':
			if !inside {
				return part[:i], part[i+1:], leaf
			}
			if first < 0 {
				first = i
			}
		}
	}
	if inside && first >= 0 { // a bracket that never closes: the key is refused later, by its name
		return part[:first], part[first+1:], leaf
	}
	return part, "", null
}

// unescape decodes percent escapes and "+", strictly.
func unescape(s string) (string, error) {
	if strings.ContainsAny(s, "%+") {
		buf := make([]byte, 0, len(s))
		for i := 0; i < len(s); i++ {
			switch s[i] {
			case '+':
				buf = append(buf, ' ')
			case '%':
				if i+2 >= len(s) {
					return "", badEscape()
				}
				b, err := strconv.ParseUint(s[i+1:i+3], 16, 8)
				if err != nil {
					return "", badEscape()
				}
				buf = append(buf, byte(b))
				i += 2
			default:
				buf = append(buf, s[i])
			}
		}
		s = string(buf)
	}
	if !utf8.ValidString(s) {
		return "", fault.New(fault.Invalid, "The query is not UTF-8")
	}
	return s, nil
}

func badEscape() error {
	return fault.New(fault.Invalid, "The query holds a %% without two hexadecimal digits")
}

// put adds a value under a bracketed key.
func (n *node) put(key string, value node) error {
	rest := key
	for depth := 0; ; depth++ {
		var name string
		var err error
		if name, rest, err = nextName(key, rest, depth); err != nil {
			return err
		}
		child := n.child(name)
		switch {
		case child == nil:
			child = &node{name: name}
			if rest == "" {
				child.kind, child.text = value.kind, value.text
			}
			n.add(child)
		case rest == "" && value.kind == leaf && (child.kind == leaf || child.repeated):
			child.repeat(value.text)
		case rest == "" || child.kind != branch:
			return fault.New(fault.Invalid, "The parameter %s repeats or contradicts another; the values of a list are numbered [0], [1]", shorten(key)).
				With("param", shorten(key))
		}
		if rest == "" {
			return nil
		}
		n = child
	}
}

// repeat adds a value to a name that had one: fields=a&fields=b is a list, as in Strapi.
func (n *node) repeat(text string) {
	if !n.repeated {
		n.add(&node{kind: leaf, text: n.text})
		n.kind, n.text, n.repeated = branch, "", true
	}
	n.add(&node{kind: leaf, text: text})
}

// nextName cuts the next name off a bracketed key: "a" of "a[b][]", then "b", then "".
func nextName(key, rest string, depth int) (name, tail string, err error) {
	switch {
	case key == "" || key[0] == '[':
		return "", "", fault.New(fault.Invalid, "A parameter of the query has no name")
	case depth > MaxDepth:
		return "", "", fault.New(fault.Invalid, "The parameter %s has more than %d brackets", shorten(key), MaxDepth)
	case depth == 0:
		end := strings.IndexAny(rest, "[]")
		if end < 0 {
			end = len(rest)
		}
		name, tail = rest[:end], rest[end:]
	default:
		end := strings.IndexAny(rest[1:], "[]") + 1
		if rest[0] != '[' || end == 0 || rest[end] != ']' {
			return "", "", fault.Key(shorten(key), "", "query", shorten(key))
		}
		name, tail = rest[1:end], rest[end+1:]
	}
	if tail != "" && tail[0] != '[' {
		return "", "", fault.Key(shorten(key), "", "query", shorten(key))
	}
	return name, tail, checkLength(name)
}

// checkLength bounds a name, so that no error further in echoes more.
func checkLength(name string) error {
	if len(name) > MaxNameLength {
		return fault.New(fault.Invalid, "A name in the query is longer than %d bytes: %s", MaxNameLength, shorten(name))
	}
	return nil
}

// shorten keeps an error from echoing all of a long text.
func shorten(s string) string {
	if len(s) <= MaxNameLength {
		return s
	}
	return strings.ToValidUTF8(s[:MaxNameLength], "") + "…"
}

// child finds a child by name. "[]" finds none: each makes a new element.
func (n *node) child(name string) *node {
	if name == "" {
		return nil
	}
	if n.index != nil {
		return n.index[name]
	}
	for _, c := range n.children {
		if c.name == name {
			return c
		}
	}
	return nil
}

func (n *node) add(c *node) {
	n.children = append(n.children, c)
	if n.index == nil && len(n.children) > indexFrom {
		n.index = make(map[string]*node, 4*indexFrom)
		for _, e := range n.children {
			n.index[e.name] = e
		}
	}
	if n.index != nil {
		n.index[c.name] = c
	}
}

// list gives the elements if the children are numbered or "[]": by number, gaps closed, those without one last, without nulls.
func (n *node) list() (elements []*node, ok bool) {
	if n.kind != branch {
		return nil, false
	}
	for _, c := range n.children {
		if _, ok := c.position(); !ok {
			return nil, false
		}
		if c.kind != null {
			elements = append(elements, c)
		}
	}
	slices.SortStableFunc(elements, func(a, b *node) int {
		i, _ := a.position()
		j, _ := b.position()
		return cmp.Compare(i, j)
	})
	return elements, true
}

// position is the number in the node's brackets, past every number for "[]".
func (n *node) position() (int, bool) {
	const last = 1_000_000_000
	if n.name == "" {
		return last, true
	}
	if len(n.name) > 9 || n.name[0] == '0' && len(n.name) > 1 {
		return 0, false
	}
	i := 0
	for _, c := range []byte(n.name) {
		if c < '0' || c > '9' {
			return 0, false
		}
		i = i*10 + int(c-'0')
	}
	return i, true
}

// one gives the value of a parameter that has no brackets.
func (n *node) one() (string, error) {
	if n.kind == branch {
		return "", fault.New(fault.Invalid, "The parameter %s takes one value", n.name).With("param", n.name)
	}
	return n.text, nil
}
