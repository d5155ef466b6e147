package api_test

import (
	"context"
	"sync"

	"kontor/pkg/query"
	"kontor/pkg/store"
)

// switchedStore is a store into which a test can put trouble: before every call it asks a hook, which may fail, wait or panic.
type switchedStore struct {
	store.Store
	mu   sync.Mutex
	hook func(ctx context.Context, method, collection string) error
	done func(method, collection string)
}

// after sets a hook behind every read that has happened; nil ends it.
func (s *switchedStore) after(hook func(method, collection string)) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.done = hook
}

func (s *switchedStore) tell(method, collection string) {
	s.mu.Lock()
	hook := s.done
	s.mu.Unlock()
	if hook != nil {
		hook(method, collection)
	}
}

// trouble sets the hook; nil ends it.
func (s *switchedStore) trouble(hook func(ctx context.Context, method, collection string) error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.hook = hook
}

func (s *switchedStore) ask(ctx context.Context, method, collection string) error {
	s.mu.Lock()
	hook := s.hook
	s.mu.Unlock()
	if hook == nil {
		return nil
	}
	return hook(ctx, method, collection)
}

func (s *switchedStore) Get(ctx context.Context, collection, key string, parts []string) (store.Document, error) {
	if err := s.ask(ctx, "Get", collection); err != nil {
		return store.Document{}, err
	}
	defer s.tell("Get", collection)
	return s.Store.Get(ctx, collection, key, parts)
}

func (s *switchedStore) Find(ctx context.Context, collection string, q store.Query) ([]store.Document, error) {
	if err := s.ask(ctx, "Find", collection); err != nil {
		return nil, err
	}
	defer s.tell("Find", collection)
	return s.Store.Find(ctx, collection, q)
}

func (s *switchedStore) Count(ctx context.Context, collection string, f query.Filter) (int, error) {
	if err := s.ask(ctx, "Count", collection); err != nil {
		return 0, err
	}
	return s.Store.Count(ctx, collection, f)
}

func (s *switchedStore) Apply(ctx context.Context, ops []store.Op) error {
	if err := s.ask(ctx, "Apply", ops[0].Collection); err != nil {
		return err
	}
	return s.Store.Apply(ctx, ops)
}

func (s *switchedStore) Ping(ctx context.Context) error {
	if err := s.ask(ctx, "Ping", ""); err != nil {
		return err
	}
	return s.Store.Ping(ctx)
}
