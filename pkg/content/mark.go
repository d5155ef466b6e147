package content

import (
	"context"
	"slices"
	"strings"

	"kontor/pkg/asset"
	"kontor/pkg/auth"
	"kontor/pkg/query"
	"kontor/pkg/schema"
	"kontor/pkg/store"
	"kontor/pkg/value"
)

// Search follows the store by marks. Whatever changes what the public may see of an entry raises meta.want and sets meta.pending in the same
// write; whoever keeps the search takes pending away, where want is still what it has made searchable. So nothing is lost, whoever dies when.
//
// meta.pending holds since when, so that the oldest mark comes first and its age can be told. Neither of them raises a revision, and neither
// is archived: they are about the entry as it is.
const (
	wantFact    = "want"
	pendingFact = "pending"
	spreadFact  = "spread" // those who show something of the entry have to be marked too
)

// markFacts are the facts in meta of which no answer shows anything.
func markFacts() []string { return []string{wantFact, pendingFact, spreadFact} }

// Shown hears of the writes that change what the public may see: an entry's are those that mark it.
// A Touch only marks entries that show another one, after a write of that one which was heard of.
// Each mark raises want; pending stays the same when an entry is marked twice in one millisecond,
// and a driver tells only of facts that change.
func Shown() store.Interest {
	return store.Interest{Own: append(auth.ShownCollections(), settings), Changed: asset.ShownCollections(), Facts: []string{wantFact}}
}

// ToSearch hears of the writes after which search has to look at entries, or at other types.
func ToSearch() store.Interest {
	return store.Interest{Own: append(auth.ShownCollections(), settings, notes), Facts: []string{pendingFact}, Touch: true}
}

// Mark says that search has not seen an entry, in one locale, as the public may see it now.
type Mark struct {
	Type       *schema.Type
	DocumentID string
	Locale     string
	Rev, Want  int64
	Since      string // when it was last marked; "" if it is not
	Spread     bool   // those who show something of the entry have to be marked too

	note bool // of an entry that was purged
}

func (m Mark) key() string { return keyOf(m.DocumentID, m.Locale) }

func markIn(t *schema.Type, d store.Document) Mark {
	meta := d.Part(store.Meta)
	m := Mark{Type: t, Rev: d.Rev, Want: integer(meta, wantFact), Since: text(meta, pendingFact), Spread: meta[spreadFact] == true}
	m.DocumentID, m.Locale = splitKey(d.Key)
	return m
}

// raise adds to a step of a write that search has to look at the entry again, if the public may see another face of it.
func (w *write) raise(op *store.Op, cur, next *record) {
	if !changesFace(cur, next) {
		return
	}
	facts := op.Set
	if op.Kind == store.Insert {
		facts = op.Parts[store.Meta]
		facts[wantFact] = int64(1)
	} else {
		op.Inc = map[string]int64{wantFact: 1}
	}
	facts[pendingFact] = w.now
	if w.svc.displayedElsewhere(w.typ, cur, next) {
		facts[spreadFact] = true
	}
}

// judgedFacts are the facts in meta by which rules may open an entry to the public. Who saved its
// draft last is none of them, see auth.Role.Check.
var judgedFacts = []string{"organisation", "owner", "createdBy"}

// changesFace tells whether a write changes what the public may see of a record.
func changesFace(cur, next *record) bool {
	var before value.Object
	if cur != nil {
		before = cur.published
	}
	if before == nil && next.published == nil {
		return false
	}
	if (before == nil) != (next.published == nil) || !value.Equal(any(before), any(next.published)) {
		return true
	}
	return slices.ContainsFunc(judgedFacts, func(fact string) bool { return !value.Equal(cur.meta[fact], value.Normal(next.meta[fact])) })
}

// unmarked is meta without marks, for the archive.
func unmarked(meta value.Object) value.Object {
	out := make(value.Object, len(meta))
	for k, v := range meta {
		if !slices.Contains(markFacts(), k) {
			out[k] = v
		}
	}
	return out
}

// searchNote stands for the mark of an entry that is purged: its tombstone may go before search has seen it.
func (w *write) searchNote() store.Op {
	return store.Op{Kind: store.Keep, Collection: notes, Key: w.typ.ID + "/" + w.cur.key(), Parts: map[string]value.Object{store.Meta: {"at": w.now}}}
}

// Marks lists entries of a type that are marked, the oldest mark first or the newest, at most limit.
func (s *Service) Marks(ctx context.Context, t *schema.Type, limit int, newest bool) ([]Mark, error) {
	docs, err := s.store.Find(ctx, t.ID, store.Query{
		Filter: query.Where("meta."+pendingFact, query.NotNull, nil), Sort: []query.Order{{Path: "meta." + pendingFact, Desc: newest}}, Limit: limit, Parts: []string{store.Meta},
	})
	out := make([]Mark, len(docs))
	for i, d := range docs {
		out[i] = markIn(t, d)
	}
	return out, err
}

// Purged lists the marks of entries that are gone for good, at most limit. Those of types that are gone too it removes.
func (s *Service) Purged(ctx context.Context, limit int) ([]Mark, error) {
	docs, err := s.store.Find(ctx, notes, store.Query{Limit: limit, Parts: []string{store.Meta}})
	if err != nil {
		return nil, err
	}
	var out []Mark
	var idle []store.Op
	for _, d := range docs {
		id, key, _ := strings.Cut(d.Key, "/")
		t, ok := s.types.Type(id)
		if !ok {
			idle = append(idle, store.Op{Kind: store.Delete, Collection: notes, Key: d.Key})
			continue
		}
		m := Mark{Type: t, Since: text(d.Part(store.Meta), "at"), Spread: true, note: true}
		m.DocumentID, m.Locale = splitKey(key)
		out = append(out, m)
	}
	if len(idle) > 0 {
		err = s.store.Apply(ctx, idle)
	}
	return out, err
}

// CountMarks says how many entries of a type are marked in a locale, "" for all, and since when the one is that waits longest; "" if none is.
func (s *Service) CountMarks(ctx context.Context, t *schema.Type, locale string) (n int, oldest string, err error) {
	marked, end := query.Where("meta."+pendingFact, query.NotNull, nil), ""
	if locale != "" {
		marked, end = query.AllOf(marked, query.Where("meta.locale", query.Eq, locale)), "/"+locale
	}
	if n, err = s.store.Count(ctx, t.ID, marked); err != nil {
		return 0, "", err
	}
	if n > 0 {
		docs, err := s.store.Find(ctx, t.ID, store.Query{
			Filter: marked, Sort: []query.Order{{Path: "meta." + pendingFact}}, Limit: 1, Parts: []string{store.Meta},
		})
		if err != nil {
			return 0, "", err
		}
		for _, d := range docs {
			oldest = markIn(t, d).Since
		}
	}
	docs, err := s.store.Find(ctx, notes, store.Query{
		Filter: query.AllOf(query.Where(store.KeyPath, query.StartsWith, t.ID+"/"), query.Where(store.KeyPath, query.EndsWith, end)), Parts: []string{store.Meta},
	})
	for _, d := range docs {
		if at := text(d.Part(store.Meta), "at"); oldest == "" || at < oldest {
			oldest = at
		}
	}
	return n + len(docs), oldest, err
}

// Marked tells which of some documentIds are marked in a locale, be it that they were purged.
func (s *Service) Marked(ctx context.Context, t *schema.Type, locale string, documentIDs []string) (map[string]bool, error) {
	if !t.Localized() {
		locale = schema.NoLocale
	}
	keys, purged := make([]string, len(documentIDs)), make([]string, len(documentIDs))
	for i, id := range documentIDs {
		keys[i] = keyOf(id, locale)
		purged[i] = t.ID + "/" + keys[i]
	}
	out := map[string]bool{}
	for _, in := range []struct {
		collection string
		where      query.Filter
	}{
		{t.ID, query.AllOf(query.Where(store.KeyPath, query.In, listOf(keys)), query.Where("meta."+pendingFact, query.NotNull, nil))},
		{notes, query.Where(store.KeyPath, query.In, listOf(purged))},
	} {
		docs, err := s.store.Find(ctx, in.collection, store.Query{Filter: in.where, Parts: []string{}})
		if err != nil {
			return nil, err
		}
		for _, d := range docs {
			id, _ := splitKey(strings.TrimPrefix(d.Key, t.ID+"/"))
			out[id] = true
		}
	}
	return out, nil
}

// MarksOf gives what is noted of an entry in each of its locales.
func (s *Service) MarksOf(ctx context.Context, t *schema.Type, documentID string) ([]Mark, error) {
	docs, err := s.store.Find(ctx, t.ID, store.Query{Filter: variants(t, documentID), Parts: []string{store.Meta}})
	out := make([]Mark, len(docs))
	for i, d := range docs {
		out[i] = markIn(t, d)
	}
	return out, err
}

// markChunk is how many entries are marked in one call, so that other writers have their turn.
const markChunk = 500

// MarkUsers marks the entries that show one of the entries of a type in search. Their marks do not spread: dependence is one level deep.
func (s *Service) MarkUsers(ctx context.Context, t *schema.Type, documentIDs []string) error {
	ids := listOf(documentIDs)
	for _, user := range s.types.Types() {
		if !s.looksAt(user, t) {
			continue
		}
		if err := s.markReferring(ctx, user, ids); err != nil {
			return err
		}
	}
	return nil
}

// markReferring marks the entries of a type that refer to one of the ids in public.
func (s *Service) markReferring(ctx context.Context, user *schema.Type, ids value.List) error {
	docs, err := s.store.Find(ctx, user.ID, store.Query{
		Filter: query.AllOf(query.Where("meta.refs", query.In, ids), query.Where("meta.publicRefs", query.In, ids)), Parts: []string{},
	})
	if err != nil {
		return err
	}
	keys := make([]string, len(docs))
	for i, d := range docs {
		keys[i] = d.Key
	}
	return s.touchMarks(ctx, user, keys, 1)
}

// touchMarks marks entries by their keys.
func (s *Service) touchMarks(ctx context.Context, t *schema.Type, keys []string, raise int64) error {
	for chunk := range slices.Chunk(keys, markChunk) {
		var inc map[string]int64
		if raise > 0 {
			inc = map[string]int64{wantFact: raise}
		}
		set := value.Object{pendingFact: s.timestamp()}
		if _, err := s.store.Touch(ctx, t.ID, query.Where(store.KeyPath, query.In, listOf(chunk)), set, inc); err != nil {
			return err
		}
	}
	return nil
}

// Settle takes away the marks of entries that search has seen as they were at Want. Those that have been marked again meanwhile, and those
// that are gone, it returns: search has to look at them once more.
func (s *Service) Settle(ctx context.Context, t *schema.Type, marks []Mark) (moved []Mark, err error) {
	byWant := map[int64][]Mark{}
	var done []store.Op
	for _, m := range marks {
		if m.note {
			done = append(done, store.Op{Kind: store.Delete, Collection: notes, Key: t.ID + "/" + m.key()})
			continue
		}
		byWant[m.Want] = append(byWant[m.Want], m)
	}
	if len(done) > 0 {
		if err := s.store.Apply(ctx, done); err != nil {
			return nil, err
		}
	}
	for w, same := range byWant {
		keys := query.Where(store.KeyPath, query.In, markedKeys(same))
		hit, err := s.store.Touch(ctx, t.ID, query.AllOf(keys, query.Where("meta."+wantFact, query.Eq, w)), value.Object{pendingFact: nil, spreadFact: nil}, nil)
		if err != nil {
			return moved, err
		}
		if hit == len(same) {
			continue
		}
		more, err := s.movedOn(ctx, t, same)
		if err != nil {
			return moved, err
		}
		moved = append(moved, more...)
	}
	return moved, nil
}

// movedOn lists those of marks whose entry has another want, as it is now, and those whose entry is gone. What was made searchable may be
// older than what somebody else has made searchable since and taken the mark away for, so all of them are marked.
func (s *Service) movedOn(ctx context.Context, t *schema.Type, marks []Mark) (moved []Mark, err error) {
	docs, err := s.store.Find(ctx, t.ID, store.Query{Filter: query.Where(store.KeyPath, query.In, markedKeys(marks)), Parts: []string{store.Meta}})
	if err != nil {
		return nil, err
	}
	var again []string
	for _, m := range marks {
		i := slices.IndexFunc(docs, func(d store.Document) bool { return d.Key == m.key() })
		if i < 0 {
			moved = append(moved, m)
			continue
		}
		if now := markIn(t, docs[i]); now.Want != m.Want {
			moved = append(moved, now)
			if now.Since == "" {
				again = append(again, now.key())
			}
		}
	}
	return moved, s.touchMarks(ctx, t, again, 0)
}

func markedKeys(marks []Mark) value.List {
	out := make(value.List, len(marks))
	for i, m := range marks {
		out[i] = m.key()
	}
	return out
}

func listOf(texts []string) value.List {
	out := make(value.List, len(texts))
	for i, s := range texts {
		out[i] = s
	}
	return out
}
