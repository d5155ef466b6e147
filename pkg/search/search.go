// Package search is the port to the full-text engine: what index needs to keep an engine equal to the store, and what the public's
// searches need of it, and no more.
//
// An index holds flat documents under their ids and answers searches over them. Engines rank and fold text each in their own way; what
// all of them must share is pinned by the suite in searchtest, which every driver passes whole and which names what may differ.
//
// Errors are *fault.Error: NotFound (an index that is not there), Invalid (a defect of the caller: an attribute that the settings do not
// open for what is asked, a negative offset), Conflict (see Ensure), Unavailable (the engine is away, or the index is damaged; the call may
// be repeated), and Timeout around the context's own error when that ended.
package search

import "context"

// Engine is a full-text engine. All methods may be called at once from many goroutines; values passed in and out are never changed
// afterwards by either side. Names of indexes are ^[a-z][a-z0-9-]{0,99}~?$; "~" ends the shadow of an index that is being rebuilt.
type Engine interface {
	// Ensure makes an empty index if there is none of that name. One that is there keeps its documents and takes over what it can
	// without them, at least Synonyms and Ranking; Conflict if other settings differ, and nothing has changed then: fill a
	// shadow and Swap. It may be repeated.
	Ensure(ctx context.Context, index string, s Settings) error

	// Put inserts documents, or replaces them whole, by id. It returns when searches that begin afterwards see them, and they survive
	// the death of the process. A batch is at most MaxBatch documents; of two with one id the last counts. Documents that the engine
	// will not take, now or later, come back with the reason; the others are in. After an error any of them may be in.
	Put(ctx context.Context, index string, docs []Document) ([]Refusal, error)

	// Delete takes documents out, at most MaxBatch. It returns when searches that begin afterwards do not see them. Ids that are not there are no error.
	Delete(ctx context.Context, index string, ids []string) error

	// Search answers queries, each by itself, in their order; the first that fails ends all, with its place in a *QueryError. An index
	// that is swapped meanwhile is searched as it was or as it is, never as a mixture, and never not at all.
	Search(ctx context.Context, queries []Query) ([]Result, error)

	// FacetSearch answers which values of a facet there are under a query, by what is typed of them.
	FacetSearch(ctx context.Context, q FacetQuery) (FacetResult, error)

	// Scan gives what the index holds, in the order of ids (by bytes) behind after, at most limit of them; none when it is through.
	Scan(ctx context.Context, index, after string, limit int) ([]Stamp, error)

	// Swap gives the documents and settings of the index shadow the name index, in one step that no search falls into, and drops what had
	// that name before. It survives the death of the process, before or after as a whole. NotFound if there is no shadow.
	Swap(ctx context.Context, index, shadow string) error

	// Drop removes an index; one that is not there is no error.
	Drop(ctx context.Context, index string) error

	// Indexes lists what is there, by name. It answers Unavailable if the engine does not, so it is also how to ask for its health.
	Indexes(ctx context.Context) ([]Info, error)

	// Close ends the engine after running calls; later calls are Unavailable. It may be repeated.
	Close() error
}

// MaxBatch is the largest number of documents in one Put or Delete.
const MaxBatch = 500

// Document is what an index holds of an entry: attributes by name, flat. A value is a string, a bool, an int64, a float64, or a
// value.List of strings or numbers; a name that is absent has no value. GeoAttribute holds a Point. Attributes that the settings do not name
// are dropped.
type Document struct {
	ID         string // ^[A-Za-z0-9_-]{1,100}$
	Rev        int64  // of the entry when it was read, for Scan
	Want       int64  // of its mark, for Scan
	Attributes map[string]any
}

// GeoAttribute is the one attribute that holds where a document lies.
const GeoAttribute = "_geo"

// Point is a place on the earth in degrees: latitude -90 to 90, longitude -180 to 180.
type Point struct{ Lat, Lng float64 }

// Refusal is a document that the engine will not take.
type Refusal struct {
	ID     string
	Reason string // for operators
}

// Stamp tells which state of an entry an index holds.
type Stamp struct {
	ID        string
	Rev, Want int64
}

// Info describes an index that is there.
type Info struct {
	Name      string
	Documents int
	Bytes     int64  // on disk, 0 if the engine does not tell
	Damaged   string // what is wrong with it, "" if nothing: it can only be dropped and filled anew
}
