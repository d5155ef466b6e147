package index

import (
	"context"
	"slices"
	"strings"
	"time"

	"kontor/pkg/content"
	"kontor/pkg/query"
	"kontor/pkg/search"
	"kontor/pkg/store"
	"kontor/pkg/value"
)

// Refusal is a document that the engine does not take. It is kept until the entry changes, or the index is built anew, and is taken then.
type Refusal struct {
	Index      string
	Type       string
	DocumentID string
	Reason     string
	At         string
}

// letters notes what the engine did not take of some documents, and that it took the others.
func (w *worker) letters(ctx context.Context, s *source, docs []search.Document, no []search.Refusal) error {
	name := s.index.name
	var ops []store.Op
	for _, d := range docs {
		key := name + "/" + d.ID
		i := slices.IndexFunc(no, func(r search.Refusal) bool { return r.ID == d.ID })
		switch {
		case i < 0 && !w.refused[key]:
			continue
		case i < 0:
			ops = append(ops, store.Op{Kind: store.Delete, Collection: refused, Key: key})
			delete(w.refused, key)
			continue
		}
		w.log.Warn("the search does not take an entry", "index", name, "entry", s.typ.ID+"/"+d.ID, "reason", no[i].Reason)
		ops = append(ops,
			store.Op{Kind: store.Delete, Collection: refused, Key: key},
			store.Op{Kind: store.Insert, Collection: refused, Key: key, Parts: map[string]value.Object{store.Meta: {
				"type": s.typ.ID, "documentId": strings.TrimPrefix(d.ID, s.typ.ID+"_"), "reason": no[i].Reason, "at": timestamp(),
			}}})
		w.refused[key] = true
	}
	if len(ops) == 0 {
		return nil
	}
	return w.store.Apply(ctx, ops)
}

// withdraw forgets that documents were not taken: they are not wanted any more.
func (w *worker) withdraw(ctx context.Context, name string, ids []string) error {
	var ops []store.Op
	for _, id := range ids {
		if key := strings.TrimSuffix(name, "~") + "/" + id; w.refused[key] {
			ops = append(ops, store.Op{Kind: store.Delete, Collection: refused, Key: key})
			delete(w.refused, key)
		}
	}
	if len(ops) == 0 {
		return nil
	}
	return w.store.Apply(ctx, ops)
}

// refusals lists what is noted, by index and document.
func (s *Service) refusals(ctx context.Context) (list []Refusal, keys map[string]bool, err error) {
	keys = map[string]bool{}
	err = s.store.Scan(ctx, refused, query.Filter{}, nil, func(d store.Document) error {
		m := d.Part(store.Meta)
		r := Refusal{}
		r.Index, _, _ = strings.Cut(d.Key, "/")
		r.Type, _ = m["type"].(string)
		r.DocumentID, _ = m["documentId"].(string)
		r.Reason, _ = m["reason"].(string)
		r.At, _ = m["at"].(string)
		list = append(list, r)
		keys[d.Key] = true
		return nil
	})
	return list, keys, err
}

func timestamp() string { return time.Now().UTC().Format(content.TimeFormat) }
