// Package idempotency remembers what requests with an Idempotency-Key came to, so that a client
// which does not know whether its request did anything can send it again and gets the first answer
// (draft-ietf-httpapi-idempotency-key-header).
//
// A record is written before anything else, and holds the name that the new entry or file will
// have. So whatever a crash leaves, the next request with the key continues it: it finds what was
// written under that name, or writes it. The answer is put into the record after the write, so a
// record with an answer never speaks of a write that did not happen.
//
// Whether the process that began a request still works on it is told without comparing clocks: it
// raises the record's revision each second.
package idempotency

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"log/slog"
	"sync"
	"time"

	"kontor/pkg/fault"
	"kontor/pkg/query"
	"kontor/pkg/store"
	"kontor/pkg/value"
)

// collection holds the records by the hash of caller and key.
const collection = "_idempotency"

// Bounds of what is kept.
const (
	KeptFor   = 24 * time.Hour // at least, and an hour longer at most
	MaxKeys   = 10_000         // of one caller
	MaxKey    = 255            // characters of a key
	maxAnswer = 1 << 20        // bytes; a longer answer is made again from what was written
)

// Options tune a Service; the zero value is good.
type Options struct {
	Now      func() time.Time // the clock; time.Now if nil
	Log      *slog.Logger     // nil discards
	Beat     time.Duration    // how often a request that is in progress says so; 1 s if 0
	Patience time.Duration    // how long nothing may be seen of it; 3 s if 0
}

// Service is the records in one store. It is safe for use by many goroutines and several processes.
type Service struct {
	store    store.Store
	now      func() time.Time
	log      *slog.Logger
	beat     time.Duration
	patience time.Duration
}

// New makes the service and its collection.
func New(ctx context.Context, st store.Store, o Options) (*Service, error) {
	s := &Service{store: st, now: o.Now, log: o.Log, beat: o.Beat, patience: o.Patience}
	if s.now == nil {
		s.now = time.Now
	}
	if s.log == nil {
		s.log = slog.New(slog.DiscardHandler)
	}
	if s.beat == 0 {
		s.beat = time.Second
	}
	if s.patience == 0 {
		s.patience = 3 * time.Second
	}
	return s, st.Ensure(ctx, store.Collection{Name: collection, Indexes: [][]string{{"meta.caller"}, {"meta.at"}}})
}

// Answer is the first answer to a request.
type Answer struct {
	Status      int
	Type        string // Content-Type
	ETag        string // "" for none
	Removed     string // the header Kontor-Removed; "" for none
	Body        []byte
	Fingerprint string // of the request
}

// Attempt is a request under way. It ends with exactly one of Finish, Drop and Leave.
type Attempt struct {
	Name      string       // 24 characters of [a-z0-9]: what the request's entry is called, the same in every attempt of the key
	Decided   value.Object // what an earlier attempt decided; nil
	Continued bool         // an earlier attempt of the key may have written something

	svc         *Service
	key         string
	fingerprint string
	stop        func()

	mu  sync.Mutex
	rev int64
}

// Errors of Begin and Decide.
var (
	errReused   = fault.New(fault.Reused, "The Idempotency-Key was used for another request")
	errProgress = fault.New(fault.Conflict, "A request with this Idempotency-Key is in progress").With("retryAfter", 1)
)

// Begin begins a request of a caller, or returns the answer that the first request with the key
// had. A Conflict means that the request is in progress, Reused that the key belongs to a request
// with another fingerprint; "" is a fingerprint that is not known yet, see Check. TooMany beyond
// MaxKeys.
func (s *Service) Begin(ctx context.Context, caller, key, fingerprint string) (*Attempt, *Answer, error) {
	sum := sha256.Sum256([]byte(caller + "\x00" + key))
	a := &Attempt{svc: s, key: hex.EncodeToString(sum[:]), fingerprint: fingerprint}
	var seen int64
	since := time.Now()
	for {
		d, err := s.store.Get(ctx, collection, a.key, []string{store.Meta})
		meta := d.Part(store.Meta)
		switch {
		case fault.Is(err, fault.NotFound):
			err = a.insert(ctx, caller)
		case err != nil:
			return nil, nil, err
		default:
			if err := same(text(meta, "fingerprint"), fingerprint); err != nil {
				return nil, nil, err
			}
			if kept := answerIn(meta); kept != nil {
				return nil, kept, nil
			}
			if seen != 0 && seen != d.Rev {
				return nil, nil, errProgress
			}
			seen = d.Rev
			if meta["owner"] != nil && time.Since(since) < s.patience {
				if err := wait(ctx); err != nil {
					return nil, nil, err
				}
				continue
			}
			err = a.takeOver(ctx, d)
		}
		if err == nil {
			a.live()
			return a, nil, nil
		}
		if !fault.Is(err, fault.Conflict) {
			return nil, nil, err
		}
		if err := wait(ctx); err != nil { // another attempt was first
			return nil, nil, err
		}
	}
}

// insert writes the record of a new key.
func (a *Attempt) insert(ctx context.Context, caller string) error {
	n, err := a.svc.store.Count(ctx, collection, query.Where("meta.caller", query.Eq, caller))
	if err != nil {
		return err
	}
	if n >= MaxKeys {
		return fault.New(fault.TooMany, "A caller has at most %d keys in 24 hours; send the request without an Idempotency-Key", MaxKeys)
	}
	a.Name, a.rev = store.RandomKey(), 1
	meta := value.Object{"caller": caller, "name": a.Name, "owner": store.RandomKey(), "at": a.svc.now().UTC().Format(timeFormat)}
	if a.fingerprint != "" {
		meta["fingerprint"] = a.fingerprint
	}
	return a.svc.store.Apply(ctx, []store.Op{{Kind: store.Insert, Collection: collection, Key: a.key, Parts: map[string]value.Object{store.Meta: meta}}})
}

// takeOver continues what an attempt began that is not seen any more.
func (a *Attempt) takeOver(ctx context.Context, d store.Document) error {
	meta := d.Part(store.Meta)
	a.Name, a.rev, a.Continued = text(meta, "name"), d.Rev, true
	a.Decided, _ = meta["decided"].(value.Object)
	if a.fingerprint == "" {
		a.fingerprint = text(meta, "fingerprint")
	}
	return a.replace(ctx, value.Object{"owner": store.RandomKey()})
}

// replace writes the record if it is still this attempt's.
func (a *Attempt) replace(ctx context.Context, set value.Object) error {
	a.mu.Lock()
	defer a.mu.Unlock()
	err := a.svc.store.Apply(ctx, []store.Op{{Kind: store.Replace, Collection: collection, Key: a.key, Rev: a.rev, Set: set}})
	if err == nil {
		a.rev++
	}
	return err
}

// live tells other processes that the attempt goes on, until stop is called.
func (a *Attempt) live() {
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan struct{})
	a.stop = func() { cancel(); <-done }
	go func() {
		defer close(done)
		tick := time.NewTicker(a.svc.beat)
		defer tick.Stop()
		for {
			select {
			case <-ctx.Done():
				return
			case <-tick.C:
			}
			if fault.Is(a.sayAlive(ctx), fault.Conflict) {
				return
			}
		}
	}()
}

// sayAlive raises the record's revision once. The end of the attempt waits for it and doesn't cancel
// it: a canceled write may have happened, and then the attempt would not know its own revision.
func (a *Attempt) sayAlive(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), ending)
	defer cancel()
	return a.replace(ctx, value.Object{"beat": true})
}

// Check tells whether a fingerprint that was not known to Begin is that of the key's first request.
func (a *Attempt) Check(fingerprint string) error { return same(a.fingerprint, fingerprint) }

// Check does the same for an answer.
func (k *Answer) Check(fingerprint string) error { return same(k.Fingerprint, fingerprint) }

func same(first, fingerprint string) error {
	if first != "" && fingerprint != "" && first != fingerprint {
		return errReused
	}
	return nil
}

// Decide notes what the attempt is about to write, for an attempt that continues it. Conflict if
// another attempt has taken over.
func (a *Attempt) Decide(ctx context.Context, fingerprint string, decided value.Object) error {
	a.fingerprint, a.Decided = fingerprint, decided
	err := a.replace(ctx, value.Object{"fingerprint": fingerprint, "decided": decided})
	if fault.Is(err, fault.Conflict) {
		return errProgress
	}
	return err
}

// Finish keeps the answer to a request that was carried out.
func (a *Attempt) Finish(answer Answer) {
	if len(answer.Body) > maxAnswer {
		a.Leave()
		return
	}
	a.end(func(ctx context.Context) error {
		return a.replace(ctx, value.Object{"status": int64(answer.Status), "type": answer.Type, "etag": answer.ETag, "removed": answer.Removed, "body": string(answer.Body), "owner": nil, "beat": nil, "decided": nil})
	})
}

// Drop forgets a request that wrote nothing, so that it can be sent again. A Continued attempt is
// left instead: without the record the next attempt would get a new name, and would write a second
// time what an earlier attempt wrote.
func (a *Attempt) Drop() {
	if a.Continued {
		a.Leave()
		return
	}
	a.end(func(ctx context.Context) error {
		return a.svc.store.Apply(ctx, []store.Op{{Kind: store.Delete, Collection: collection, Key: a.key, Rev: a.rev}})
	})
}

// Leave lets the next request with the key continue this one, of which it is not known what it
// wrote.
func (a *Attempt) Leave() {
	a.end(func(ctx context.Context) error { return a.replace(ctx, value.Object{"owner": nil}) })
}

// ending bounds how long one write of the record takes, a beat's or the last one. If the last one
// fails, the record is taken over after the patience.
const ending = 5 * time.Second

func (a *Attempt) end(write func(context.Context) error) {
	a.stop()
	ctx, cancel := context.WithTimeout(context.Background(), ending)
	defer cancel()
	if err := write(ctx); err != nil && !fault.Is(err, fault.Conflict) {
		a.svc.log.Warn("the record of an Idempotency-Key was not brought to its end; the next request continues it", "error", err)
	}
}

// sweepChunk is how many records one call deletes, so that other writers have their turn.
const sweepChunk = 500

// Sweep deletes the records that are older than KeptFor, and says how many.
func (s *Service) Sweep(ctx context.Context) (n int, err error) {
	old := store.Query{
		Filter: query.Where("meta.at", query.Lt, s.now().Add(-KeptFor).UTC().Format(timeFormat)), Parts: []string{}, Limit: sweepChunk,
	}
	for {
		docs, err := s.store.Find(ctx, collection, old)
		if err != nil || len(docs) == 0 {
			return n, err
		}
		ops := make([]store.Op, len(docs))
		for i, d := range docs {
			ops[i] = store.Op{Kind: store.Delete, Collection: collection, Key: d.Key}
		}
		if err := s.store.Apply(ctx, ops); err != nil {
			return n, err
		}
		if n += len(ops); len(docs) < sweepChunk {
			return n, nil
		}
	}
}

func answerIn(meta value.Object) *Answer {
	status, ok := meta["status"].(int64)
	if !ok {
		return nil
	}
	return &Answer{Status: int(status), Type: text(meta, "type"), ETag: text(meta, "etag"), Removed: text(meta, "removed"), Body: []byte(text(meta, "body")), Fingerprint: text(meta, "fingerprint")}
}

// poll is how often a record is looked at that another attempt has.
const poll = 20 * time.Millisecond

func wait(ctx context.Context) error {
	select {
	case <-ctx.Done():
		return fault.Wrap(fault.Timeout, ctx.Err(), "The request took too long")
	case <-time.After(poll):
		return nil
	}
}

// timeFormat is the one form of a point in time in a document: UTC, fixed width.
const timeFormat = "2006-01-02T15:04:05.000Z"

func text(o value.Object, name string) string { s, _ := o[name].(string); return s }
