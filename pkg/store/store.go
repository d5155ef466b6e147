// Package store is the port to the documents: what content needs of a database, and no more.
//
// A document is a key, a revision and parts. The parts are few and fixed (see Parts), so that a query can leave out what it does
// not need: a public list never loads a draft. Drivers store and compare bytes and numbers; collation and case folding reach
// them as twins, strings that content has computed. The suite in storetest is this contract as code; every driver passes it whole.
//
// A store keeps value.Normal of every part, so nulls and empty lists are absent and an empty part is none; names may hold any
// text, but no path reaches one with a dot or a NUL in it.
//
// Errors are *fault.Error: NotFound, Conflict, Invalid (a defect of the caller: an unknown collection, a filter that Check
// refuses, a negative offset, a value that could not come back: NaN, an integer beyond 2^53-1, bytes that are not UTF-8, more levels
// than value.MaxDepth), Unavailable (the server is away; the call may be repeated), and Timeout around the context's own error
// when that ended.
package store

import (
	"context"

	"kontor/pkg/query"
	"kontor/pkg/value"
)

// The parts of a document, in the order in which a driver should lay them out: what lists read first, what is long last.
const (
	Meta          = "meta"          // facts about the document; the only part that Touch and Op.Set change
	PublishedTwin = "publishedTwin" // sort keys and folded text of Published: {"sort": {…}, "fold": {…}}
	Published     = "published"     // what the public may see
	DraftTwin     = "draftTwin"     // sort keys and folded text of Draft
	Draft         = "draft"         // what editors work on
)

// Parts lists every part.
func Parts() []string { return []string{Meta, PublishedTwin, Published, DraftTwin, Draft} }

// KeyPath is the path that stands for the document's key in a filter or a sort.
const KeyPath = "key"

// Document is one stored document. Parts holds the parts that were asked for and exist.
type Document struct {
	Key   string // 1 to 1,000 bytes of UTF-8, any of them; compared byte by byte
	Rev   int64  // 1 after the insert, one more after each replace
	Parts map[string]value.Object
}

// Part gives a part, nil if the document has none of that name or it was not asked for.
func (d Document) Part(name string) value.Object { return d.Parts[name] }

// Collection describes what one kind of document needs of the database.
type Collection struct {
	Name    string     // ^_?[a-z][a-z0-9-]{0,79}~?$: "_" leads Kontor's own, "~" ends a history
	Indexes [][]string // each a list of paths: equalities first, then the sort path; the key always follows
	Many    []string   // every path that holds lists, above all one that is indexed; below Match, paths start at the element
}

// Query asks for documents of one collection.
type Query struct {
	Filter query.Filter  // paths start with a part, or are KeyPath
	Sort   []query.Order // scalars only; the key follows, in the direction of the last: an index is read backwards as a whole
	Offset int
	Limit  int      // 0 means none
	Parts  []string // the parts to load; nil means all, empty means none but key and revision
}

// Op is one step of Apply.
type Op struct {
	Kind       OpKind
	Collection string
	Key        string
	Rev        int64                   // Replace: the revision that must still be there. Delete: likewise, or 0 for whichever
	Parts      map[string]value.Object // Insert, Keep: the document. Replace: parts to exchange whole, nil removes, absent stays; never Meta
	Set        value.Object            // Replace: top-level fields of Meta to set; nil removes one
	Inc        map[string]int64        // Replace: top-level integers of Meta to add to, atomically; absent counts as 0; none that Set names
}

// OpKind is what an Op does.
type OpKind int

// The kinds of Op.
const (
	Insert  OpKind = iota + 1 // fails with Conflict if the key exists
	Keep                      // inserts if the key does not exist, else leaves it as it is; never fails for it
	Replace                   // fails with Conflict unless the key exists at Op.Rev; raises the revision by one
	Delete                    // with Rev: fails with Conflict unless the key exists at it. Without: never fails for it
)

// OpError is what Apply returns when an Op's own condition failed.
type OpError struct {
	Index int // which Op; all before it may have happened, it and all behind it have not
	Err   error
}

// Error gives the cause's text.
func (e *OpError) Error() string { return e.Err.Error() }

// Unwrap gives the cause, a Conflict.
func (e *OpError) Unwrap() error { return e.Err }

// Store is a document database. All methods may be called at once from many goroutines; values passed in and out are never
// changed afterwards by either side. A write that returned nil survives the death of the process and of the machine.
type Store interface {
	// Ensure makes the collection ready and makes its indexes what c says: missing ones are built, others dropped. It may be
	// repeated and called by several processes at once; documents stay. Every other method wants the collection ensured first.
	Ensure(ctx context.Context, c Collection) error

	// Get loads the named parts (nil: all) of one document. NotFound if there is none, in the words
	// "Not Found": a service may hand the error on, and says the same of a document that is hidden.
	Get(ctx context.Context, collection, key string, parts []string) (Document, error)

	// Find loads what a query hits, in its order. A condition that no index serves scans; ctx bounds its time and, if it carries a
	// Bound, the work of Find and of Count. Text order is by
	// bytes, numbers by size (1 equals 1.0), absent before everything; the order is total because the key follows, ascending
	// unless the last of the sort descends.
	Find(ctx context.Context, collection string, q Query) ([]Document, error)

	// Count says how many documents a filter hits.
	Count(ctx context.Context, collection string, f query.Filter) (int, error)

	// Scan calls fn for each document that a filter hits, in key order, without holding the result in memory and without
	// blocking writers. A document is seen at most once; one that is written meanwhile is seen as it was or as it is. An error
	// of fn ends the scan and is returned as it is.
	Scan(ctx context.Context, collection string, f query.Filter, parts []string, fn func(Document) error) error

	// Apply runs the ops in order and stops at the first whose condition fails, with an *OpError around a Conflict. After a
	// failure or a crash a prefix of the ops has happened, never a gap; a driver may do better (all or nothing), no caller
	// relies on it. A document is never seen half written. After an Unavailable or a context's end the outcome is not known.
	Apply(ctx context.Context, ops []Op) error

	// Touch sets and adds to top-level fields of Meta on every document that the filter hits, atomically for each, without
	// raising its revision. A nil in set removes the field. It returns how many were hit.
	Touch(ctx context.Context, collection string, f query.Filter, set value.Object, inc map[string]int64) (int, error)

	// Watch sends on the returned channel soon after any other process may have written (SQLite:
	// within 50 ms, MongoDB: 1 s) something that one of the interests hears of; with no interests,
	// anything. It may signal writes that none of them hears of, where the driver can't tell.
	// Signals are merged; the channel is closed when ctx ends. There are at most 64 interests.
	Watch(ctx context.Context, interests ...Interest) <-chan Signal

	// Ping tells whether the database answers.
	Ping(ctx context.Context) error

	// Close ends the store after running calls, and the channels of Watch; later calls are Unavailable. It may be repeated.
	Close() error
}
