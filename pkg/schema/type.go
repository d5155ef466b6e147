// Package schema is the content types: one JSON Schema file each, loaded, checked, and turned into the rules by which an entry is
// validated, normalised, sorted and folded.
package schema

import "regexp"

// NoLocale is the locale of entries whose type is not localised.
const NoLocale = "-"

// Set is the content types that one Kontor serves. It never changes after Load.
type Set struct {
	types  []*Type // by ID
	byID   map[string]*Type
	byPath map[string]*Type
	hash   string
	files  map[string][]byte
}

// Types lists the types, ordered by ID.
func (s *Set) Types() []*Type { return s.types }

// Type finds a type by its ID, "project".
func (s *Set) Type(id string) (*Type, bool) { t, ok := s.byID[id]; return t, ok }

// ByPath finds a type by its name in URLs: the plural, or the ID of a single type.
func (s *Set) ByPath(name string) (*Type, bool) { t, ok := s.byPath[name]; return t, ok }

// Hash is the SHA-256 of the set's files, hex; equal sets have equal hashes.
func (s *Set) Hash() string { return s.hash }

// Files gives the set's files by their path below its folder, to be stored and loaded again. The bytes must not be changed.
func (s *Set) Files() map[string][]byte { return s.files }

// Label is a title or a help text in the languages of the admin UI.
type Label struct{ DE, EN string }

// Type is one content type.
type Type struct {
	ID          string
	Plural      string // name in URLs of a collection; "" for a single type
	Title       Label
	Titles      Label // of several entries: "Projekte"; as Title if the type has none
	Description string
	Single      bool
	Display     string     // the field that stands for an entry in lists
	Slug        string     // the field that the slug is made from; "" if editors write slugs, or there is none
	Path        string     // of the public page, "/projekte/{slug}"
	Locales     []string   // the first is the default; empty: not localised
	Public      bool       // whether anybody may read what is published
	Drafts      bool       // false: every write publishes
	Indexes     [][]string // beside those of sortable and facet fields
	Versions    int        // how many of an entry's revisions are kept
	Review      string     // ISO 8601 duration after which an entry should be checked again
	Choices     []Choice
	Fields      []*Field // in the order of the file
	Raw         []byte   // the file

	byName map[string]*Field
}

// Field finds a field by name.
func (t *Type) Field(name string) (*Field, bool) { f, ok := t.byName[name]; return f, ok }

// PathName is the type's name in URLs.
func (t *Type) PathName() string {
	if t.Single {
		return t.ID
	}
	return t.Plural
}

// DefaultLocale is the locale that is meant when none is named, and through which shared fields are written.
func (t *Type) DefaultLocale() string {
	if len(t.Locales) == 0 {
		return NoLocale
	}
	return t.Locales[0]
}

// Localized tells whether entries of the type exist in several locales.
func (t *Type) Localized() bool { return len(t.Locales) > 0 }

// Choice is a group of fields of which, at publish, one must be filled (Exactly: and only one).
type Choice struct {
	Fields  []string
	Exactly bool
}

// Kind is a kind of field.
type Kind string

// The kinds of field. A field with Many holds a list of them.
const (
	String    Kind = "string"    // one line
	Text      Kind = "text"      // several lines
	RichText  Kind = "richtext"  // HTML, sanitised on write
	Integer   Kind = "integer"   // int64 within ±(2^53-1)
	Number    Kind = "number"    // float64
	Money     Kind = "money"     // int64, cents
	Boolean   Kind = "boolean"   //
	Date      Kind = "date"      // "2026-11-22"
	DateTime  Kind = "datetime"  // "2026-11-22T07:18:00.000Z", always UTC
	LocalTime Kind = "localtime" // {"local": "2026-11-22T19:00", "zone": "Europe/Berlin", "utc": "2026-11-22T18:00:00.000Z"}; utc is computed
	Enum      Kind = "enum"      // a constant
	Email     Kind = "email"
	URI       Kind = "uri"
	Slug      Kind = "slug"
	Relation  Kind = "relation" // documentId
	Asset     Kind = "asset"    // numeric file id
	Point     Kind = "point"    // {"lat": 51.2, "lng": 6.7}
	Object    Kind = "object"   // fields; in a list each item has an "id", an integer that stays
	JSON      Kind = "json"     // anything; stored as the text of its canonical JSON
)

// Field is one field of a type or of an object.
type Field struct {
	Name        string
	Kind        Kind
	Many        bool
	Title       Label
	Description string

	Required  bool // at publish
	Unique    bool // one entry of the type may hold a value
	Localized bool // each locale has its own; else all share the default locale's
	Default   any
	DefaultBy string // "$user.organisation": the fact about the caller that a new entry's relation gets; "" for none
	After     string // the field beside this one that must not be later, at publish; "" for none
	Before    string // likewise, and must not be earlier

	MinLength, MaxLength int // characters (runes), 0: no minimum
	MinItems, MaxItems   int
	Min, Max             *float64
	Pattern              *regexp.Regexp
	Currency             string   // Money
	Zone                 string   // LocalTime: the zone if none is sent
	Options              []Option // Enum
	Relation             *Target  // Relation
	Asset                *Accept  // Asset
	Fields               []*Field // Object
	Shared               string   // Object: the file that its fields come from, "shared/link.json"; "" if they stand in the type's own
	Search               Search   //
	Admin                Admin    //
	Access               Access   //
	Migrate              *Migration

	byName map[string]*Field
}

// Field finds a field of an object by name.
func (f *Field) Field(name string) (*Field, bool) { g, ok := f.byName[name]; return g, ok }

// UserOrganisation is the DefaultBy of a relation to the organisation that the caller's account belongs to.
const UserOrganisation = "$user.organisation"

// Option is one constant of an enum.
type Option struct {
	Const string
	Title Label
}

// Target says what a relation points to.
type Target struct {
	To       string // type ID
	Restrict bool   // the target may not be deleted while an entry points to it; else the reference is unset
}

// Accept says which files an asset field takes.
type Accept struct {
	Types    []string // media types, "image/*" for a family; empty: all that the server takes
	MaxBytes int64    // 0: the server's limit
	Alt      AltDuty
}

// AltDuty says what an asset field asks of images without alternative text that are not marked as decorative.
type AltDuty string

// The duties; the zero value is AltNone.
const (
	AltNone     AltDuty = "none"
	AltWarn     AltDuty = "warn"     // the answer of a write that publishes one says so
	AltRequired AltDuty = "required" // no entry with one is published
)

// Search says how full text and lists use a field.
type Search struct {
	Weight  int // 0: not searched
	Facet   bool
	Sort    bool
	Include []string // fields of a relation's target
	Synonym bool     // means the same as what stands for the entry
}

// Admin says how the admin UI shows a field.
type Admin struct {
	Group  string
	Order  float64
	Help   string
	Widget string
	Hidden bool
}

// Access is the ceiling of who may read and write a field; rules of roles only narrow it. Nil lists mean everybody who may
// read or write the entry.
type Access struct {
	Read, Write []string // roles
	ReadIf      *Condition
}

// Condition shows a field to those outside Access.Read where the list field Field of the same entry holds Value. It never opens
// the field to filters and sorts.
type Condition struct{ Field, Value string }

// Migration is a hint for `schema apply`: where the values come from and how constants are renamed.
type Migration struct {
	From string            // the field's former name; "" if it kept its own
	Map  map[string]string // former enum constants to new ones; other scalars by their text
}

// Searched tells whether search has anything of the field.
func (f *Field) Searched() bool {
	return f.Search.Weight > 0 || f.Search.Facet || f.Search.Sort || len(f.Search.Include) > 0
}

// Textual tells whether the field holds text that has a folded twin.
func (f *Field) Textual() bool { return f.traits().textual }

// Populated tells whether the field is answered only when populate names it.
func (f *Field) Populated() bool { return f.traits().populated }

// Sortable tells whether lists can be sorted by the field: one scalar, text of at most MaxSortLength characters.
func (f *Field) Sortable() bool { return !f.Many && f.traits().ordered && f.shortEnough() }

// traits are those of the field's kind; a field that was made outside the loader may have a kind that does not exist.
func (f *Field) traits() traits {
	if k, ok := kinds[f.Kind]; ok {
		return k.traits()
	}
	return traits{}
}

func (f *Field) shortEnough() bool { return !f.traits().short || f.MaxLength <= MaxSortLength }

// MaxSortLength is how many characters a text field may allow and still be sorted and compared by order.
const MaxSortLength = 200
