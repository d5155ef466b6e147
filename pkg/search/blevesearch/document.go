package blevesearch

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"math"
	"regexp"
	"slices"

	"github.com/blevesearch/bleve/v2/document"
	index "github.com/blevesearch/bleve_index_api"

	"kontor/pkg/fault"
	"kontor/pkg/search"
	"kontor/pkg/value"
)

// Bleve's fields are named after what is in them: one of these letters, and the attribute or the weight.
const (
	textField   = "t" // words of the attributes of one weight, with their places
	beginField  = "b" // the first one and two letters of them
	wholeField  = "w" // short texts as a whole
	valueField  = "v" // values, see value terms in column.go
	stampField  = "s" // a term for each document: its id, revision and mark
	storedField = "d" // the document itself
)

// elementGap is how far apart words of two elements of a list are, so that no phrase reaches from one to the next.
const elementGap = 20

// placeBits is how many bits of a word's place count within its attribute; those above are the attribute's place in its class. What stands
// behind the last place is found, but not as part of a phrase.
const placeBits = 20

// maxWhole is how long a text may be to be known as a whole, in words.
const maxWhole = 12

var documentID = regexp.MustCompile(`^[A-Za-z0-9_-]{1,100}$`)

// Put inserts or replaces documents.
func (e *Engine) Put(ctx context.Context, index string, docs []search.Document) ([]search.Refusal, error) {
	if err := e.begin(ctx); err != nil {
		return nil, err
	}
	defer e.end()
	if len(docs) > search.MaxBatch {
		return nil, fault.New(fault.Invalid, "%d documents in one batch, at most %d", len(docs), search.MaxBatch)
	}
	s, err := e.shelf(index)
	if err != nil {
		return nil, err
	}
	defer s.release()
	var refused []search.Refusal
	err = guard(func() (err error) {
		refused, err = s.put(ctx, docs)
		return err
	})
	return refused, s.failed(err, "written")
}

func (s *shelf) put(ctx context.Context, docs []search.Document) ([]search.Refusal, error) {
	w := newWriter(s.plan())
	var (
		taken   []index.Document
		refused []search.Refusal
	)
	last := map[string]int{}
	for i, d := range docs {
		last[d.ID] = i
	}
	for i, d := range docs {
		if last[d.ID] != i {
			continue
		}
		if err := ended(ctx); err != nil {
			return nil, err
		}
		made, reason := w.safely(d)
		if reason != "" {
			refused = append(refused, search.Refusal{ID: d.ID, Reason: reason})
			continue
		}
		taken = append(taken, made)
	}
	if len(taken) == 0 {
		return refused, nil
	}
	return refused, s.change(taken, nil)
}

// Delete takes documents out.
func (e *Engine) Delete(ctx context.Context, index string, ids []string) error {
	if err := e.begin(ctx); err != nil {
		return err
	}
	defer e.end()
	if len(ids) > search.MaxBatch {
		return fault.New(fault.Invalid, "%d ids in one batch, at most %d", len(ids), search.MaxBatch)
	}
	s, err := e.shelf(index)
	if err != nil {
		return err
	}
	defer s.release()
	if len(ids) == 0 {
		return nil
	}
	return s.failed(guard(func() error { return s.change(nil, ids) }), "written")
}

// writer makes Bleve's documents of the port's; it is used by one goroutine.
type writer struct {
	plan   *plan
	tokens tokenizer
	buf    []token
}

func newWriter(p *plan) *writer {
	return &writer{plan: p, tokens: tokenizer{language: p.language}}
}

// safely makes a document, and takes a panic for a reason to refuse it: filled anew, the index would only meet it again.
func (w *writer) safely(d search.Document) (made index.Document, reason string) {
	err := guard(func() error {
		made, reason = w.document(d)
		return nil
	})
	var p *panicked
	if errors.As(err, &p) {
		return nil, fmt.Sprintf("it can't be read: %v", p.value)
	}
	return made, reason
}

// document makes one, or says why it will never be one.
func (w *writer) document(d search.Document) (index.Document, string) {
	if !documentID.MatchString(d.ID) {
		return nil, "the id is not made of letters, digits, _ and -"
	}
	out := document.NewDocument(d.ID)
	id := termsField("_id", d.ID)
	id.options, id.value = index.IndexField|index.StoreField, []byte(d.ID)
	out.AddField(id)
	kept := make(map[string]any, len(d.Attributes))
	for _, a := range w.plan.settings.Attributes {
		v, there := d.Attributes[a.Name]
		if !there || v == nil {
			continue
		}
		if reason := checkValue(a.Name, v); reason != "" {
			return nil, reason
		}
		if list, ok := v.(value.List); ok && len(list) == 0 {
			continue
		}
		kept[a.Name] = v
		if a.Filter || a.Sort {
			out.AddField(valuesField(a.Name, v))
		}
	}
	w.texts(out, kept)
	out.AddField(termsField(stampField, stampTerm(search.Stamp{ID: d.ID, Rev: d.Rev, Want: d.Want})))
	out.AddField(&field{name: storedField, options: index.StoreField, value: encodeStored(d.Rev, kept)})
	return out, ""
}

// checkValue says what is wrong with a value.
func checkValue(name string, v any) string {
	if name == search.GeoAttribute {
		p, ok := v.(search.Point)
		if !ok || !(math.Abs(p.Lat) <= 90) || !(math.Abs(p.Lng) <= 180) {
			return "the place is none on earth"
		}
		return ""
	}
	list, ok := v.(value.List)
	if !ok {
		list = value.List{v}
	}
	for _, e := range list {
		switch x := e.(type) {
		case string, bool, int64:
		case float64:
			if math.IsNaN(x) || math.IsInf(x, 0) {
				return fmt.Sprintf("the attribute %s has a number that is none", name)
			}
		default:
			return fmt.Sprintf("the attribute %s has a value of the kind %T", name, e)
		}
	}
	return ""
}

// texts adds the words of the searched attributes, by their weights.
func (w *writer) texts(out *document.Document, kept map[string]any) {
	for _, c := range w.plan.classes {
		w.buf = w.buf[:0]
		for i, a := range w.plan.searched[c.first : c.first+c.count] {
			if v, ok := kept[a.Name]; ok {
				w.text(out, a.Name, i<<placeBits, v)
			}
		}
		if len(w.buf) == 0 {
			continue
		}
		out.AddField(placesField(textField+c.name, w.buf))
		begins := map[string]struct{}{}
		for _, t := range w.buf {
			for n := 1; n <= maxBegin && n < len(t.word); n++ {
				begins[t.word[:n]] = struct{}{}
			}
		}
		out.AddField(setField(beginField+c.name, begins))
	}
}

// text collects the words of one attribute, whose places begin at a number of their own.
func (w *writer) text(out *document.Document, name string, place int, v any) {
	wholes := map[string]struct{}{}
	last := place + 1<<placeBits - 1
	for _, s := range plainTexts(v) {
		from := len(w.buf)
		w.buf = w.tokens.tokens(w.buf, s)
		if whole := wholeTerm(w.buf[from:]); whole != "" {
			wholes[whole] = struct{}{}
		}
		next := place
		for i := from; i < len(w.buf); i++ {
			w.buf[i].pos = min(w.buf[i].pos+place, last)
			next = max(next, w.buf[i].pos+1)
		}
		place = next + elementGap
	}
	if len(wholes) > 0 {
		out.AddField(setField(wholeField+name, wholes))
	}
}

// plainTexts gives what there is to search in a value.
func plainTexts(v any) []string {
	switch x := v.(type) {
	case string:
		return []string{x}
	case value.List:
		out := make([]string, 0, len(x))
		for _, e := range x {
			out = append(out, plainText(e))
		}
		return out
	}
	return []string{plainText(v)}
}

// plainText is a value as text, as JSON writes numbers.
func plainText(v any) string {
	if s, ok := v.(string); ok {
		return s
	}
	if p, ok := v.(search.Point); ok {
		return fmt.Sprintf("%g %g", p.Lat, p.Lng)
	}
	return string(value.Append(nil, v))
}

// wholeTerm is a short text as a whole, "" if it is long.
func wholeTerm(tokens []token) string {
	var out []byte
	n := 0
	for _, t := range tokens {
		if t.joined {
			continue
		}
		if n++; n > maxWhole {
			return ""
		}
		out = append(append(out, t.word...), ' ')
	}
	return string(out)
}

// field is a field of Bleve's whose terms are known already.
type field struct {
	name    string
	options index.FieldIndexingOptions
	value   []byte
	terms   index.TokenFrequencies
	length  int
}

func (f *field) Name() string                                     { return f.name }
func (f *field) Value() []byte                                    { return f.value }
func (f *field) ArrayPositions() []uint64                         { return nil }
func (f *field) EncodedFieldType() byte                           { return 't' }
func (f *field) Analyze()                                         {}
func (f *field) Options() index.FieldIndexingOptions              { return f.options }
func (f *field) AnalyzedLength() int                              { return f.length }
func (f *field) AnalyzedTokenFrequencies() index.TokenFrequencies { return f.terms }
func (f *field) NumPlainTextBytes() uint64                        { return 0 }
func (f *field) Size() int                                        { return len(f.value) }

// placesField has terms with their places. Documents have hundreds of terms, so what belongs to them is made in a few pieces.
func placesField(name string, tokens []token) *field {
	f := &field{name: name, options: index.IndexField | index.IncludeTermVectors, length: len(tokens), terms: make(index.TokenFrequencies, len(tokens))}
	slices.SortFunc(tokens, func(a, b token) int { return a.pos - b.pos }) // joined words stand behind the others
	terms := newTermMaker(tokens)
	for _, t := range tokens {
		tf := f.terms[t.word]
		if tf == nil {
			tf = terms.term(t.word)
			f.terms[t.word] = tf
		}
		tf.SetFrequency(tf.Frequency() + 1)
	}
	places := make([]index.TokenLocation, len(tokens))
	pointers := make([]*index.TokenLocation, len(tokens))
	for i, t := range tokens {
		tf := f.terms[t.word]
		if tf.Locations == nil {
			n := tf.Frequency()
			tf.Locations, pointers = pointers[:0:n], pointers[n:]
		}
		places[i] = index.TokenLocation{Position: t.pos}
		tf.Locations = append(tf.Locations, &places[i])
	}
	return f
}

// termMaker makes terms out of one piece of memory.
type termMaker struct {
	terms []index.TokenFreq
	bytes []byte
}

func newTermMaker(tokens []token) *termMaker {
	size := 0
	for _, t := range tokens {
		size += len(t.word)
	}
	return &termMaker{make([]index.TokenFreq, 0, len(tokens)), make([]byte, 0, size)}
}

// term makes the next one; there must be no more of them, and no longer ones, than was said.
func (m *termMaker) term(word string) *index.TokenFreq {
	from := len(m.bytes)
	m.bytes = append(m.bytes, word...)
	m.terms = append(m.terms, index.TokenFreq{Term: m.bytes[from:len(m.bytes):len(m.bytes)]})
	return &m.terms[len(m.terms)-1]
}

// termsField has terms that are only there or not.
func termsField(name string, terms ...string) *field {
	f := &field{name: name, options: index.IndexField | index.SkipFreqNorm, length: len(terms), terms: make(index.TokenFrequencies, len(terms))}
	size := 0
	for _, t := range terms {
		size += len(t)
	}
	made := &termMaker{make([]index.TokenFreq, 0, len(terms)), make([]byte, 0, size)}
	for _, t := range terms {
		tf := made.term(t)
		tf.SetFrequency(1)
		f.terms[t] = tf
	}
	return f
}

func setField(name string, set map[string]struct{}) *field {
	terms := make([]string, 0, len(set))
	for t := range set {
		terms = append(terms, t)
	}
	return termsField(name, terms...)
}

func stampTerm(s search.Stamp) string {
	b := append([]byte(s.ID), 0)
	b = binary.BigEndian.AppendUint64(b, uint64(s.Rev))
	return string(binary.BigEndian.AppendUint64(b, uint64(s.Want)))
}

func readStamp(term string) (search.Stamp, bool) {
	n := len(term) - 17
	if n < 1 || term[n] != 0 {
		return search.Stamp{}, false
	}
	b := []byte(term[n+1:])
	return search.Stamp{ID: term[:n], Rev: int64(binary.BigEndian.Uint64(b)), Want: int64(binary.BigEndian.Uint64(b[8:]))}, true
}
