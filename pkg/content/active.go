package content

import (
	"context"
	"fmt"
	"io/fs"
	"sync"
	"sync/atomic"

	"kontor/pkg/fault"
	"kontor/pkg/schema"
	"kontor/pkg/store"
	"kontor/pkg/value"
)

// The store knows which set of content types is in force: its hash, its number (one more with each change), and its files, so that a
// later set can be compared with it. A process that serves another set writes nothing.
const (
	activeKey = "types"
	applying  = "applying" // entries are being converted
)

// activeSet is what this process knows of the set in force.
type activeSet struct {
	meta   fs.FS        // the meta-schemas
	number atomic.Int64 // 0: not activated, everything is allowed
	former sync.Map     // sets by their number, nil for those that can't be had
}

// check refuses to go on if another set of types is in force by now.
func (s *Service) check(ctx context.Context) error {
	number := s.active.number.Load()
	if number == 0 {
		return nil
	}
	d, err := s.store.Get(ctx, settings, activeKey, []string{store.Meta})
	if err != nil {
		return err
	}
	meta := d.Part(store.Meta)
	if integer(meta, "number") != number || text(meta, "state") == applying {
		return fault.New(fault.Unavailable, "The content types have changed; this process serves an older set and must be restarted")
	}
	return nil
}

// Activate puts the service's types in force if no stored entry breaks by it, and is Conflict with the breaking entries otherwise.
// Entries whose sort keys or folded text the new types see differently are rewritten.
func (s *Service) Activate(ctx context.Context) error {
	old, d, err := s.inForce(ctx)
	if err != nil {
		return err
	}
	if text(d.Part(store.Meta), "state") == applying {
		return fault.New(fault.Conflict, "A change of the content types is half done; run kontor schema apply to finish it")
	}
	if s.inUse(d) {
		s.adopt(d)
		return nil
	}
	if d.Rev > 0 {
		broken, err := s.unfit(ctx, transition{from: old})
		if err != nil {
			return err
		}
		if len(broken) > 0 {
			return fault.New(fault.Conflict, "%d stored entries do not fit the changed content types; see kontor schema check, then kontor schema apply (first: %s)",
				BrokenEntries(broken), broken[0])
		}
	}
	return s.takeOver(ctx, d, old)
}

// unfit lists the entries that keep Activate from putting the types in force: those that do not fit as they are; where all do, those that
// can't be converted, such as relations that would lead to another type.
func (s *Service) unfit(ctx context.Context, c transition) ([]Breakage, error) {
	c.convert = false
	broken, err := s.compare(ctx, c)
	if err == nil && len(broken) == 0 {
		c.convert = true
		broken, err = s.compare(ctx, c)
	}
	return broken, err
}

// CheckTypes lists the stored entries that keep Activate from putting the service's types in force. With convert, it lists those that keep
// ApplyTypes from it. Conflict if a change to other types is half done.
func (s *Service) CheckTypes(ctx context.Context, convert bool) ([]Breakage, error) {
	old, d, err := s.inForce(ctx)
	if err == nil {
		err = s.mayFinish(d)
	}
	if err != nil {
		return nil, err
	}
	c := transition{from: old, convert: convert, mark: markOf(d)}
	if !convert {
		return s.unfit(ctx, c)
	}
	return s.compare(ctx, c)
}

// ApplyTypes converts every entry to the service's types and puts them in force. If some entry can't be converted it changes nothing
// and returns what breaks. It may be repeated after a crash.
func (s *Service) ApplyTypes(ctx context.Context) ([]Breakage, error) {
	old, d, err := s.inForce(ctx)
	if err == nil {
		err = s.mayFinish(d)
	}
	if err != nil {
		return nil, err
	}
	if s.inUse(d) {
		s.adopt(d)
		return nil, nil
	}
	if broken, err := s.compare(ctx, transition{from: old, convert: true, mark: markOf(d)}); err != nil || len(broken) > 0 {
		return broken, err
	}
	return nil, s.takeOver(ctx, d, old)
}

// inUse tells whether the service's types are in force already.
func (s *Service) inUse(d store.Document) bool {
	meta := d.Part(store.Meta)
	return text(meta, "hash") == s.fingerprint() && text(meta, "state") != applying
}

// adopt takes the set in force for the service's own: from now on a write fails when another is.
func (s *Service) adopt(d store.Document) {
	s.active.number.Store(integer(d.Part(store.Meta), "number"))
}

// mayFinish refuses to go on from a change to other types that is half done: some entries are in the form of those.
func (s *Service) mayFinish(d store.Document) error {
	meta := d.Part(store.Meta)
	if text(meta, "state") != applying || text(meta, "next") == s.fingerprint() {
		return nil
	}
	return fault.New(fault.Conflict, "A change to other content types is half done; finish that with its types first")
}

// markOf is the mark of the entries that a change in progress has converted; 0 if none is in progress.
func markOf(d store.Document) int64 {
	if text(d.Part(store.Meta), "state") != applying {
		return 0
	}
	return integer(d.Part(store.Meta), "number")
}

// fingerprint changes with the types and with the way sort keys are made.
func (s *Service) fingerprint() string {
	return fmt.Sprintf("%s-%d", s.types.Hash(), schema.SortKeyVersion)
}

// inForce reads the set in force; a Document without revision and a nil set if there is none yet. While a change is being applied
// the former set is returned. A set that is this service's own is not read again.
func (s *Service) inForce(ctx context.Context) (*schema.Set, store.Document, error) {
	d, err := s.store.Get(ctx, settings, activeKey, nil)
	if fault.Is(err, fault.NotFound) {
		return nil, store.Document{}, nil
	}
	if err != nil {
		return nil, d, err
	}
	if s.inUse(d) {
		return s.types, d, nil
	}
	files := d.Part(store.Published)
	if text(d.Part(store.Meta), "state") == applying {
		files = d.Part(store.Draft)
	}
	old, err := s.loadSet(files)
	if err != nil {
		// Written by a version of Kontor with other keywords: there is nothing to convert from, entries are checked as they are.
		s.log.Warn("the stored content types can't be read", "error", err)
		return nil, d, nil
	}
	return old, d, nil
}

// takeOver announces the new set, rewrites what it sees differently, and puts it in force. Processes with the former set stop
// writing at the announcement.
func (s *Service) takeOver(ctx context.Context, d store.Document, old *schema.Set) error {
	number := integer(d.Part(store.Meta), "number")
	rev := d.Rev
	if rev > 0 && text(d.Part(store.Meta), "state") != applying {
		kept := store.Op{Kind: store.Keep, Collection: settings, Key: formerKey(number),
			Parts: map[string]value.Object{store.Published: d.Part(store.Published)}}
		number++
		op := store.Op{Kind: store.Replace, Collection: settings, Key: activeKey, Rev: rev,
			Parts: map[string]value.Object{store.Draft: d.Part(store.Published)},
			Set:   value.Object{"state": applying, "number": number, "next": s.fingerprint()}}
		if err := s.store.Apply(ctx, []store.Op{kept, op}); err != nil {
			return err
		}
		rev++
	}
	if rev > 0 {
		if err := s.rewrite(ctx, transition{from: old, convert: true, mark: number}); err != nil {
			return err
		}
	}
	if err := s.store.Apply(ctx, []store.Op{s.activation(rev, max(number, 1))}); err != nil {
		if fault.Is(err, fault.Conflict) {
			return s.Activate(ctx) // another process was first
		}
		return err
	}
	s.active.number.Store(max(number, 1))
	return s.ensure(ctx, nil)
}

func (s *Service) activation(rev, number int64) store.Op {
	files := value.Object{}
	for name, data := range s.types.Files() {
		files[name] = string(data)
	}
	facts := value.Object{"hash": s.fingerprint(), "number": number, "state": "active", "at": s.timestamp()}
	if rev == 0 {
		return store.Op{Kind: store.Insert, Collection: settings, Key: activeKey,
			Parts: map[string]value.Object{store.Meta: facts, store.Published: files}}
	}
	facts["next"] = nil
	return store.Op{Kind: store.Replace, Collection: settings, Key: activeKey, Rev: rev, Set: facts,
		Parts: map[string]value.Object{store.Published: files, store.Draft: nil}}
}
