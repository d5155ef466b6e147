package index

import (
	"context"
	"maps"
	"slices"
	"strings"

	"kontor/pkg/auth"
	"kontor/pkg/content"
	"kontor/pkg/fault"
	"kontor/pkg/query"
	"kontor/pkg/schema"
	"kontor/pkg/search"
)

// shadowOf is the name of the index that is being filled to take another's place.
func shadowOf(name string) string { return name + "~" }

// handle makes marked entries of a type searchable as they are now, or gone, and takes their marks away.
func (w *worker) handle(ctx context.Context, t *schema.Type, marks []content.Mark) error {
	if !w.empty() {
		if err := w.spread(ctx, t, marks); err != nil {
			return err
		}
	}
	byLocale := map[string][]content.Mark{}
	for _, m := range marks {
		byLocale[m.Locale] = append(byLocale[m.Locale], m)
	}
	for locale, list := range byLocale {
		seen, err := w.refresh(ctx, t, locale, documentIDs(list))
		if err != nil {
			return err
		}
		for i, m := range list {
			if want, ok := seen[m.DocumentID]; ok {
				list[i].Want = want
			}
		}
		moved, err := w.content.Settle(ctx, t, list)
		if err != nil {
			return err
		}
		// Those that are still there are marked and come again; those that are gone for good do not.
		if _, err := w.refresh(ctx, t, locale, documentIDs(moved)); err != nil {
			return err
		}
	}
	if keptSynonyms(t) {
		w.synonyms = nil
	}
	return nil
}

// spread marks those who show something of entries, before the marks of these go: who dies in between has it to do again.
func (w *worker) spread(ctx context.Context, t *schema.Type, marks []content.Mark) error {
	var ids []string
	for _, m := range marks {
		if m.Spread && !slices.Contains(ids, m.DocumentID) {
			ids = append(ids, m.DocumentID)
		}
	}
	if len(ids) == 0 {
		return nil
	}
	return w.content.MarkUsers(ctx, t, ids)
}

func documentIDs(marks []content.Mark) []string {
	out := make([]string, len(marks))
	for i, m := range marks {
		out[i] = m.DocumentID
	}
	return out
}

// refresh reads entries as the public does and gives the engine what it should have of them, in every index they belong to and in those that
// are being filled. It gives the want of those that the public reads.
func (w *worker) refresh(ctx context.Context, t *schema.Type, locale string, ids []string) (seen map[string]int64, err error) {
	seen = map[string]int64{}
	if len(ids) == 0 {
		return seen, nil
	}
	byLocale := map[string]*harvest{}
	for _, s := range w.catalogue().of(t, locale) {
		if len(w.into(s.index.name)) == 0 { // what will be built will be built of what is there then
			continue
		}
		h, ok := byLocale[s.locale]
		if !ok {
			h = &harvest{}
			if h.list, err = w.content.Read(ctx, auth.Anonymous(), t, ids, s.asked()); err != nil {
				return nil, err
			}
			byLocale[s.locale] = h
		}
		if err := w.give(ctx, s, h, ids); err != nil {
			return nil, err
		}
	}
	return oldest(byLocale), nil
}

// oldest gives the least want with which each entry was read: the locales of what it points to are read one after the other. One that was not
// read in each of them has changed in between, and has none.
func oldest(byLocale map[string]*harvest) map[string]int64 {
	wants, times := map[string]int64{}, map[string]int{}
	for _, h := range byLocale {
		for _, r := range h.list {
			if want, ok := wants[r.DocumentID]; !ok || r.Want < want {
				wants[r.DocumentID] = r.Want
			}
			times[r.DocumentID]++
		}
	}
	maps.DeleteFunc(wants, func(id string, _ int64) bool { return times[id] < len(byLocale) })
	return wants
}

// asked is what is read of the source's entries.
func (s *source) asked() query.Query {
	q := s.query
	q.Locale = readLocale(s.locale)
	return q
}

// give puts what was read of entries into an index, and takes out those of ids that were not there to be read.
func (w *worker) give(ctx context.Context, s *source, h *harvest, ids []string) error {
	docs := h.documents(s)
	there := map[string]bool{}
	for _, r := range h.list {
		there[r.DocumentID] = true
	}
	var gone []string
	for _, id := range ids {
		if !there[id] {
			gone = append(gone, s.id(id))
		}
	}
	for _, name := range w.into(s.index.name) {
		err := w.put(ctx, s, name, docs)
		if err == nil {
			err = w.remove(ctx, name, gone)
		}
		if fault.Is(err, fault.NotFound) {
			w.lose(name)
			continue
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// into gives the indexes of the engine that follow a logical one: that itself if it is filled, and the one that is being filled.
func (w *worker) into(name string) []string {
	var out []string
	if _, ok := w.current.Load().built[name]; ok {
		out = append(out, name)
	}
	if w.filling[name] {
		out = append(out, shadowOf(name))
	}
	return out
}

// put gives documents to an index of the engine. One that it does not take must not stay as it was before, and is noted.
func (w *worker) put(ctx context.Context, s *source, name string, docs []search.Document) error {
	for chunk := range slices.Chunk(docs, search.MaxBatch) {
		no, err := w.offer(ctx, name, chunk)
		if err == nil {
			err = w.note(ctx, s, name, chunk, no)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// note takes out what an index did not take of some documents, and writes it down.
func (w *worker) note(ctx context.Context, s *source, name string, docs []search.Document, no []search.Refusal) error {
	var out []string
	for _, r := range no {
		out = append(out, r.ID)
	}
	if err := w.remove(ctx, name, out); err != nil {
		return err
	}
	return w.letters(ctx, s, docs, no)
}

// offer gives documents to an index of the engine. Where they all fail, not for want of the engine, the ones that make them fail are looked for:
// one entry must not keep all others from being found.
func (w *worker) offer(ctx context.Context, name string, docs []search.Document) ([]search.Refusal, error) {
	no, err := w.engine.Put(ctx, name, docs)
	if err == nil || ctx.Err() != nil || fault.Is(err, fault.NotFound) || fault.Is(err, fault.Unavailable) || fault.Is(err, fault.Timeout) {
		return no, err
	}
	if len(docs) == 1 {
		w.log.Warn("the search fails on an entry", "index", name, "id", docs[0].ID, "error", err)
		return []search.Refusal{{ID: docs[0].ID, Reason: fault.As(err).Message}}, nil
	}
	no, err = w.offer(ctx, name, docs[:len(docs)/2])
	if err != nil {
		return nil, err
	}
	more, err := w.offer(ctx, name, docs[len(docs)/2:])
	return append(no, more...), err
}

func (w *worker) remove(ctx context.Context, name string, ids []string) error {
	for chunk := range slices.Chunk(ids, search.MaxBatch) {
		if err := w.engine.Delete(ctx, name, chunk); err != nil {
			return err
		}
		if err := w.withdraw(ctx, name, chunk); err != nil {
			return err
		}
	}
	return nil
}

// lose forgets an index that the engine has not any more; it will be built anew.
func (w *worker) lose(name string) {
	w.log.Warn("an index of the search is gone and will be built anew", "index", name)
	w.show(name, nil)
	delete(w.filling, strings.TrimSuffix(name, "~"))
}
