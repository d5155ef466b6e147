package rendition

import (
	"bytes"
	"compress/zlib"
	"context"
	"io"
	"iter"
	"regexp"
	"strconv"
)

// Bounds of the objects that a PDF may keep compressed.
const (
	maxObjectStream  = 8 << 20  // bytes of one stream, inflated
	maxObjectStreams = 64 << 20 // of all
	maxStreams       = 50_000   // that are inflated
	maxHead          = 4 << 10  // bytes between the type of a stream and its beginning
)

// maxSearched bounds the bytes that are searched for the ends of dictionaries, so that a file which is
// made for it takes no longer than a large one.
const maxSearched = 128 << 20

var (
	pagesType  = regexp.MustCompile(`/Type[\x00\t\n\f\r ]*/Pages\b`)
	pagesCount = regexp.MustCompile(`/Count[\x00\t\n\f\r ]+(\d{1,7})\b`)
	objStream  = regexp.MustCompile(`/Type[\x00\t\n\f\r ]*/ObjStm\b`)
)

// Pages returns the number of pages of a PDF, 0 if it can't be told. It reads no cross references:
// the root of the page tree counts all pages (ISO 32000-1, 7.7.3), so the largest count of a node of
// the tree is the number, wherever the node lies. Nodes in compressed objects (7.5.7) are found, too;
// those of encrypted files are not. The only error is the context's.
func Pages(ctx context.Context, data []byte) (int, error) {
	if !bytes.HasPrefix(data, []byte("%PDF-")) {
		return 0, nil
	}
	t := pageTree{budget: maxSearched, compressed: len(data), inflated: maxObjectStreams}
	if err := t.count(ctx, data); err != nil {
		return 0, err
	}
	if err := t.countCompressed(ctx, data); err != nil {
		return 0, err
	}
	return t.pages, nil
}

// pageTree is as much as is known of a tree of pages.
type pageTree struct {
	pages      int
	budget     int // bytes that may still be searched for the ends of dictionaries
	compressed int // bytes of streams that may still be read, however streams overlap
	inflated   int // bytes of their objects that may still be read
}

// countCompressed takes the largest count of a node in the object streams of a file.
func (t *pageTree) countCompressed(ctx context.Context, data []byte) error {
	n := 0
	for head, stream := range streams(data) {
		if err := ctx.Err(); err != nil {
			return err
		}
		if !objStream.Match(head) {
			continue
		}
		if n++; n > maxStreams || t.compressed <= 0 || t.inflated <= 0 {
			break
		}
		if err := t.count(ctx, t.inflate(stream)); err != nil {
			return err
		}
	}
	return nil
}

// streams iterates over the streams of a file. The first value is the bytes before a stream, with
// its dictionary; those of two streams never overlap, so that a dictionary belongs to one stream
// only. The second is the rest of the file from the stream on.
func streams(data []byte) iter.Seq2[[]byte, []byte] {
	return func(yield func(head, stream []byte) bool) {
		word := []byte("stream")
		for last, at := 0, 0; ; {
			i := bytes.Index(data[at:], word)
			if i < 0 {
				return
			}
			end := at + i
			at = end + len(word)
			line := bytes.TrimPrefix(data[at:], []byte("\r"))
			stream, ok := bytes.CutPrefix(line, []byte("\n"))
			if !ok {
				continue
			}
			if !yield(data[max(last, end-maxHead):end], stream) {
				return
			}
			at = len(data) - len(stream)
			last = at
		}
	}
}

// inflate returns the objects of a stream, as far as the stream is complete and the bounds allow;
// none if it is not compressed, or by another filter.
func (t *pageTree) inflate(stream []byte) []byte {
	r := bytes.NewReader(stream[:min(len(stream), t.compressed, maxObjectStream)])
	size := r.Len()
	defer func() { t.compressed -= size - r.Len() }()
	z, err := zlib.NewReader(r)
	if err != nil {
		return nil
	}
	objects, _ := io.ReadAll(io.LimitReader(z, int64(min(t.inflated, maxObjectStream))))
	t.inflated -= len(objects)
	return objects
}

// count takes the largest count of a node in a text.
func (t *pageTree) count(ctx context.Context, text []byte) error {
	for at := range matches(pagesType, text) {
		if t.budget <= 0 {
			break
		}
		if err := ctx.Err(); err != nil {
			return err
		}
		if m := pagesCount.FindSubmatch(t.dictionary(text, at[0])); m != nil {
			n, _ := strconv.Atoi(string(m[1]))
			t.pages = max(t.pages, n)
		}
	}
	return nil
}

// matches iterates over the places of a pattern in a text. FindAllIndex would hold all of them in
// memory at once.
func matches(pattern *regexp.Regexp, text []byte) iter.Seq[[2]int] {
	return func(yield func([2]int) bool) {
		for end := 0; ; {
			m := pattern.FindIndex(text[end:])
			if m == nil || !yield([2]int{end + m[0], end + m[1]}) {
				return
			}
			end += m[1]
		}
	}
}

// maxDictionary is how far from its type the entries of a node are looked for: a node of a flat tree
// lists all pages.
const maxDictionary = 1 << 20

// dictionary returns the innermost dictionary around a place, without its brackets.
func (t *pageTree) dictionary(text []byte, at int) []byte {
	begin := dictionaryBegin(text, max(0, at-maxDictionary), at)
	end := dictionaryEnd(text, at, min(len(text), at+maxDictionary))
	t.budget -= end - begin
	return text[begin:end]
}

// dictionaryBegin returns the place after the bracket that opens the dictionary around a place, and
// from if there is none.
func dictionaryBegin(text []byte, from, at int) int {
	depth := 0
	for i := at; i-2 >= from; {
		switch string(text[i-2 : i]) {
		case ">>":
			depth++
			i -= 2
		case "<<":
			if depth == 0 {
				return i
			}
			depth--
			i -= 2
		default:
			i--
		}
	}
	return from
}

// dictionaryEnd returns the place of the bracket that closes the dictionary around a place, and to
// if there is none.
func dictionaryEnd(text []byte, at, to int) int {
	depth := 0
	for i := at; i+2 <= to; {
		switch string(text[i : i+2]) {
		case "<<":
			depth++
			i += 2
		case ">>":
			if depth == 0 {
				return i
			}
			depth--
			i += 2
		default:
			i++
		}
	}
	return to
}
