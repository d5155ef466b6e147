// Package content is the rules of entries: what may be written, what each caller sees, how entries relate, how they change.
//
// Every reader of entries (the dialects, export, search, feeds) gets them from here, so that one projection decides what is seen.
package content

import (
	"kontor/pkg/asset"
	"kontor/pkg/fault"
	"kontor/pkg/schema"
	"kontor/pkg/value"
)

// Entry is an entry as one caller sees it: projected, with what was asked for.
type Entry struct {
	Type       *schema.Type
	ID         int64  // numeric, one per DocumentID and type
	DocumentID string // 24 characters of [a-z0-9]
	Locale     string // schema.NoLocale if the type has none
	Rev        int64  // 0 in what was populated, and for callers who do not read the draft
	Attributes Attributes
}

// Attribute is a named part of an entry's answer. Its value is nil, a scalar, a value.List of scalars or a value.Object (point,
// local time); or, for what was populated, *Entry, []*Entry, File, []File, Attributes or []Attributes. A JSON field is a json.RawMessage.
type Attribute struct {
	Name  string
	Value any
}

// File is a populated file.
type File struct {
	asset.File
	Fields []string // what to answer of it, in the words of FileFields; nil means all
}

// Attributes are in the order of the type's fields; createdAt, updatedAt, publishedAt and locale stand between the plain fields
// and the populated ones, as Strapi has them.
type Attributes []Attribute

// Get finds an attribute's value; not ok if the answer does not have it.
func (a Attributes) Get(name string) (any, bool) {
	for _, x := range a {
		if x.Name == name {
			return x.Value, true
		}
	}
	return nil, false
}

// Page is a window of a list.
type Page struct {
	Entries []*Entry
	Total   int // -1 if the query did not ask for it
}

// Links is a change of a relation. Set replaces what was there; else Disconnect is taken out, then Connect put in.
type Links struct {
	Replace    bool
	Set        []Link
	Connect    []Link
	Disconnect []Link
	Loose      bool // a target that is to stand beside one which is not there goes to the end; else it is refused
}

// Link names a target by DocumentID, or by ID if that is not 0.
type Link struct {
	DocumentID string
	ID         int64
	Position   Position // Connect only
}

// Position says where in a list a connected target goes. The zero value is the end.
type Position struct {
	Start         bool
	Before, After string // documentIds of targets that are in the list
}

// Changes are the fields to write, raw as they came: value.Normal's kinds, and Links for a relation, also inside objects. Nil clears.
type Changes = value.Object

// Write says how a write is meant.
type Write struct {
	Locale  string // "" is the default locale
	Draft   bool   // leave what is published as it is; else the entry is published, if the caller may
	IfMatch int64  // the revision that must still be there; 0: merge into whatever is there
	Action  string // what the history calls it; "" for the usual word

	// Merge lets an Update with an older IfMatch go on where others have changed no field since
	// that it names. Others' changes stay.
	Merge bool

	merging Changes // with Merge: what is written

	// DocumentID is what a new entry is called, the same each time that its creation is tried
	// again: if the entry is there, it is not made again. "" for a name that nobody has had.
	DocumentID string

	Identity Identity // what a new entry is called; the zero value for names that nobody has had
}

// Identity is the names of an entry that brings them with it, such as one of a sample that is the same wherever it is made.
type Identity struct {
	DocumentID string // 24 characters of [a-z0-9]
	ID         int64  // one that Reserve has set aside
}

// isZero tells whether the entry gets new names.
func (i Identity) isZero() bool { return i == Identity{} }

// Saved is what a write left behind.
type Saved struct {
	DocumentID string
	Locale     string
	Rev        int64
	Published  bool             // whether this write published
	Merged     []string         // with Write.Merge: the fields that others have changed since IfMatch
	Removed    []schema.Removal // markup that rich texts lost
	Warnings   []fault.Field    // what is odd in what it published and keeps nobody from publishing
}
