package rendition

import (
	"bytes"
	"compress/zlib"
	"io"
	"regexp"
	"strconv"
)

// Bounds of the objects that a PDF may keep compressed.
const (
	maxObjectStream  = 8 << 20  // bytes of one stream, inflated
	maxObjectStreams = 64 << 20 // of all
	maxStreams       = 50_000   // that are looked at
	maxHead          = 4 << 10  // bytes between the type of a stream and its beginning
)

// maxSearched bounds the bytes that are searched for the ends of dictionaries, so that a file which is
// made for it takes no longer than a large one.
const maxSearched = 128 << 20

var (
	pagesType   = regexp.MustCompile(`/Type[\x00\t\n\f\r ]*/Pages\b`)
	pagesCount  = regexp.MustCompile(`/Count[\x00\t\n\f\r ]+(\d{1,7})\b`)
	objStream   = regexp.MustCompile(`/Type[\x00\t\n\f\r ]*/ObjStm\b`)
	streamBegin = regexp.MustCompile(`stream\r?\n`)
)

// Pages returns the number of pages of a PDF, 0 if it can't be told. It reads no cross references:
// the root of the page tree counts all pages (ISO 32000-1, 7.7.3), so the largest count of a node of
// the tree is the number, wherever the node lies. Nodes in compressed objects (7.5.7) are found, too;
// those of encrypted files are not.
func Pages(data []byte) int {
	if !bytes.HasPrefix(data, []byte("%PDF-")) {
		return 0
	}
	t := pageTree{budget: maxSearched}
	t.count(data)
	room := int64(maxObjectStreams)
	for _, at := range objStream.FindAllIndex(data, maxStreams) {
		rest := data[at[1]:]
		begin := streamBegin.FindIndex(rest[:min(len(rest), maxHead)])
		if begin == nil {
			continue
		}
		z, err := zlib.NewReader(bytes.NewReader(rest[begin[1]:]))
		if err != nil {
			continue // not compressed, or by another filter
		}
		objects, _ := io.ReadAll(io.LimitReader(z, min(room, maxObjectStream))) // a stream that is cut off counts as far as it goes
		t.count(objects)
		if room -= int64(len(objects)); room <= 0 {
			break
		}
	}
	return t.pages
}

// pageTree is as much as is known of a tree of pages.
type pageTree struct {
	pages  int
	budget int // bytes that may still be searched for the ends of dictionaries
}

// count takes the largest count of a node in a text.
func (t *pageTree) count(text []byte) {
	for _, at := range pagesType.FindAllIndex(text, -1) {
		if t.budget <= 0 {
			return
		}
		if m := pagesCount.FindSubmatch(t.dictionary(text, at[0])); m != nil {
			n, _ := strconv.Atoi(string(m[1]))
			t.pages = max(t.pages, n)
		}
	}
}

// maxDictionary is how far from its type the entries of a node are looked for: a node of a flat tree
// lists all pages.
const maxDictionary = 1 << 20

// dictionary returns the innermost dictionary around a place, without its brackets.
func (t *pageTree) dictionary(text []byte, at int) []byte {
	from := max(0, at-maxDictionary)
	begin, depth := from, 0
	for i := at - 1; i > from; i-- {
		switch {
		case text[i-1] == '>' && text[i] == '>':
			depth++
			i--
		case text[i-1] == '<' && text[i] == '<':
			if depth == 0 {
				begin, i = i+1, from
				break
			}
			depth--
			i--
		}
	}
	end, depth := min(len(text), at+maxDictionary), 0
	for i := at; i+1 < end; i++ {
		switch {
		case text[i] == '<' && text[i+1] == '<':
			depth++
			i++
		case text[i] == '>' && text[i+1] == '>':
			if depth == 0 {
				end = i
				break
			}
			depth--
			i++
		}
	}
	t.budget -= end - begin
	return text[begin:end]
}
