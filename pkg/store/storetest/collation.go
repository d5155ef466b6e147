package storetest

import (
	"slices"
	"testing"

	"kontor/pkg/query"
	"kontor/pkg/store"
	"kontor/pkg/value"
)

// words are German words in the order of DIN 5007-1 with the sort key that content computes for each (here: the letters without
// marks, then the marks, so that the order does not depend on a version of the collation tables) and their folded form.
func words() []struct{ word, key, fold string } {
	return []struct{ word, key, fold string }{
		{"Äcker", "61636b6572000a01", "äcker"}, {"Acker", "61636b6572000a00", "acker"}, {"Ämter", "616d746572000a01", "ämter"}, {"Bauhof", "626175686f66000a00", "bauhof"},
		{"Maße", "6d61737365000a02", "maße"}, {"Masse", "6d61737365000a00", "masse"}, {"Öffentlichkeit", "6f6666656e746c6963686b656974000a01", "öffentlichkeit"}, {"Ordnung", "6f72646e756e67000a00", "ordnung"},
		{"Straße", "73747261737365000a02", "straße"}, {"STRASSE", "73747261737365000a00", "strasse"}, {"Überlandwerk", "756265726c616e647765726b000a01", "überlandwerk"}, {"Umwelt", "756d77656c74000a00", "umwelt"}, {"Zoo", "7a6f6f000a00", "zoo"},
	}
}

// testCollation: the port compares bytes and nothing else; with twins as sort keys and folded text that is all it takes.
func testCollation(t *testing.T, h Harness) {
	c := store.Collection{Indexes: [][]string{{"publishedTwin.sort.title"}, {"publishedTwin.fold.title"}, {"published.title"}}}
	f := h.open(t, c)
	list := words()
	var byKey, byBytes []string
	for _, w := range list {
		f.put(store.Document{Key: w.word, Parts: parts{
			store.Published: {"title": w.word}, store.PublishedTwin: {"sort": value.Object{"title": w.key}, "fold": value.Object{"title": w.fold}},
		}})
		byBytes = append(byBytes, w.word)
	}
	slices.Sort(byBytes)
	slices.SortFunc(list, func(a, b struct{ word, key, fold string }) int { return compareAbsent(a.key, b.key) })
	for _, w := range list {
		byKey = append(byKey, w.word)
	}
	t.Run("text itself sorts by bytes, on any engine", func(t *testing.T) {
		f.same("A before a before Ä", f.keys(store.Query{Sort: []query.Order{{Path: "published.title"}}}), byBytes)
	})
	t.Run("a sort twin gives the order of the dictionary", func(t *testing.T) {
		got := f.keys(store.Query{Sort: []query.Order{{Path: "publishedTwin.sort.title"}}})
		f.same("the order of the sort keys", got, byKey)
		if slices.Index(got, "Ämter") > slices.Index(got, "Bauhof") || slices.Index(got, "Überlandwerk") > slices.Index(got, "Umwelt") {
			t.Errorf("an umlaut sorts behind its letter's neighbours: %q", got)
		}
		slices.Reverse(byKey)
		f.same("descending", f.keys(store.Query{Sort: []query.Order{{Path: "publishedTwin.sort.title", Desc: true}}}), byKey)
	})
	t.Run("a range by sort keys", func(t *testing.T) {
		f.same("from Ordnung on and before V", f.hits(query.AllOf(query.Where("publishedTwin.sort.title", query.Gte, "6f72"), query.Where("publishedTwin.sort.title", query.Lt, "76"))),
			[]string{"Ordnung", "STRASSE", "Straße", "Umwelt", "Überlandwerk"})
	})
	t.Run("case is the twin's business", func(t *testing.T) {
		f.same("Eq tells case apart", f.hits(query.Where("published.title", query.Eq, "ämter")), nil)
		f.same("Eq on the folded twin", f.hits(query.Where("publishedTwin.fold.title", query.Eq, "ämter")), []string{"Ämter"})
		f.same("Contains tells case apart", f.hits(query.Where("published.title", query.Contains, "straße")), nil)
		f.same("Contains on the folded twin", f.hits(query.Where("publishedTwin.fold.title", query.Contains, "raße")), []string{"Straße"})
		f.same("StartsWith on the folded twin", f.hits(query.Where("publishedTwin.fold.title", query.StartsWith, "ä")), []string{"Äcker", "Ämter"})
	})
}
