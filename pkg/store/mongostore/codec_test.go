package mongostore

import (
	"reflect"
	"strings"
	"testing"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/x/bsonx/bsoncore"

	"kontor/pkg/fault"
	"kontor/pkg/query"
	"kontor/pkg/store"
	"kontor/pkg/value"
)

// FuzzName: any name comes back, none collides, and none means anything to MongoDB.
func FuzzName(f *testing.F) {
	for _, name := range []string{"", "title", "a.b", "$set", "a$", "%", "%41", "%2", "0", "01", "10x", "a\x00b", " ", " a ", "\u2028", "ä", ".", "..", "%%", "%\x00", "%zz"} {
		f.Add(name)
	}
	f.Fuzz(func(t *testing.T, name string) {
		stored := escape(name)
		if back := unescape(stored); back != name {
			t.Errorf("%q was stored as %q and came back as %q", name, stored, back)
		}
		if stored == "" || strings.ContainsAny(stored, ".\x00") || stored[0] == '$' || number(stored) || strings.TrimSpace(stored) != stored {
			t.Errorf("%q is stored as %q, which means something to MongoDB", name, stored)
		}
		if !strings.Contains(name, ".") && escapePath("part."+name+".x") != "part."+stored+".x" {
			t.Errorf("the path to %q is %q", name, escapePath("part."+name+".x"))
		}
	})
}

// FuzzDecode: whatever the server sends is a document or an error, and what can be read can be written and read again.
func FuzzDecode(f *testing.F) {
	f.Add([]byte(document(store.Op{Key: "a/de", Parts: map[string]value.Object{store.Meta: {"a.b": int64(1), "l": value.List{true, 1.5, "x", value.Object{"o": value.List{value.List{"y"}}}}}}}, "w")))
	foreign, err := bson.Marshal(bson.D{{Key: keyField, Value: "k"}, {Key: revField, Value: int32(7)}, {Key: store.Draft, Value: bson.D{{Key: "n", Value: int32(3)}, {Key: "t", Value: bson.DateTime(0)}, {Key: "null", Value: nil}, {Key: "id", Value: bson.NewObjectID()}}}})
	if err != nil {
		f.Fatal(err)
	}
	f.Add(foreign)
	f.Add([]byte{5, 0, 0, 0, 0})
	f.Add([]byte{255, 255, 255, 127, 0})
	f.Fuzz(func(t *testing.T, raw []byte) {
		d, err := decodeDocument(raw)
		if err != nil {
			if !fault.Is(err, fault.Internal) {
				t.Errorf("damage is reported as %v", err)
			}
			return
		}
		for name, part := range d.Parts {
			if store.CheckValue(part) != nil {
				continue // not written by a driver: text that is not UTF-8, a number that is too large
			}
			again, err := decodeDocument(document(store.Op{Key: "k", Parts: map[string]value.Object{name: part}}, ""))
			if err != nil || !reflect.DeepEqual(again.Part(name), value.Normal(part)) {
				t.Errorf("%v came back as %v, %v", part, again.Part(name), err)
			}
		}
	})
}

// FuzzAddress: an address is refused or names a database, and its password shows nowhere.
func FuzzAddress(f *testing.F) {
	for _, s := range []string{
		"mongodb://u:geheim@db1:27017,db2/kontor?replicaSet=rs0", "mongodb://db", "mongodb://", "mongodb+srv://u:geheim@", "mongodb://u:geheim@db/a.b", "mongodb://u:geheim@/x", "mongodb://u:geh%zz@db",
		"mongodb://u:geheim@db/$x", "mongodb://db/?w=x&readPreference=secondary", "http://u:geheim@db", "mongodb://[::1]:27017/x", "mongodb://%2ftmp%2fm.sock/x",
	} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		if strings.HasPrefix(s, "mongodb+srv") {
			return // asks a name server
		}
		name, err := CheckAddress(s)
		switch {
		case err == nil && (name == "" || len(name) > 63):
			t.Errorf("the database is %q", name)
		case err != nil && (!fault.Is(err, fault.Invalid) || strings.Contains(s, "geheim") && strings.Contains(fault.As(err).Message, "geheim")):
			t.Errorf("the error is %v", err)
		}
		if strings.HasPrefix(s, "mongodb://u:geheim@") && !strings.Contains(s[len("mongodb://u:geheim@"):], "geheim") && strings.Contains(Redact(s), "geheim") {
			t.Errorf("the password shows: %s", Redact(s))
		}
	})
}

// TestForeign: what people write with tools of their own is read as what it means, and a kind that has no meaning is an error.
func TestForeign(t *testing.T) {
	read := func(v any) (any, error) {
		raw, err := bson.Marshal(bson.D{{Key: keyField, Value: "k"}, {Key: revField, Value: 2.0}, {Key: store.Draft, Value: bson.D{{Key: "v", Value: v}, {Key: "x", Value: "y"}}}})
		if err != nil {
			t.Fatal(err)
		}
		d, err := decodeDocument(raw)
		return d.Part(store.Draft)["v"], err
	}
	for name, c := range map[string]struct{ in, want any }{
		"a small integer": {int32(7), int64(7)}, "a moment": {bson.DateTime(1_500), "1970-01-01T00:00:01.500Z"}, "null": {nil, nil}, "an empty list": {bson.A{}, nil}, "an empty object": {bson.D{}, nil},
		"an object of nulls": {bson.D{{Key: "a", Value: nil}}, nil},
	} {
		if got, err := read(c.in); err != nil || got != c.want {
			t.Errorf("%s is read as %v (%T), %v", name, got, got, err)
		}
	}
	for name, in := range map[string]any{"an object id": bson.NewObjectID(), "a decimal": bson.NewDecimal128(0, 7), "bytes": []byte("x"), "a pattern": bson.Regex{Pattern: "x"}} {
		if got, err := read(in); !fault.Is(err, fault.Internal) {
			t.Errorf("%s is read as %v, %v", name, got, err)
		}
	}
	deep := bsoncore.NewDocumentBuilder().AppendString("x", "y").Build()
	for range maxNesting + 2 {
		deep = bsoncore.NewDocumentBuilder().AppendDocument("n", deep).Build()
	}
	if _, err := decodeValue(bsoncore.Value{Type: bsoncore.TypeEmbeddedDocument, Data: deep}, 0); err == nil {
		t.Error("any number of levels is read")
	}
}

// TestCompiled has the queries of some filters, so that a change of one is seen.
func TestCompiled(t *testing.T) {
	c := store.Collection{Name: "c", Many: []string{"published.topics"}, Indexes: [][]string{{"published.locale", "published.place.name"}, {"published.topics"}}}
	is := query.Where
	for _, tt := range []struct {
		f    query.Filter
		want string
	}{
		{query.Filter{}, `{}`},
		{is("published.place.name", query.Eq, "x"), `{"published.place.name":{"$eq":"x"}}`},
		{is("draft.place.name", query.Eq, "x"), `{"$and":[{"draft.place":{"$not":{"$type":"array"}}},{"draft.place.name":{"$eq":"x"}}]}`},
		{is("published.locale", query.Ne, "de"), `{"$and":[{"published.locale":{"$ne":null}},{"$nor":[{"published.locale":{"$eq":"de"}}]}]}`},
		{is("published.topics", query.Ne, "a"), `{"$nor":[{"published.topics":{"$eq":"a"}}]}`},
		{is("published.topics", query.Between, value.List{int64(1), int64(2)}), `{"$or":[{"published.topics":{"$elemMatch":{"$gte":1,"$lte":2}}},{"published.topics":{"$not":{"$type":"array"},"$gte":1,"$lte":2}}]}`},
		{is("published.locale", query.Between, value.List{int64(1), int64(2)}), `{"published.locale":{"$gte":1,"$lte":2}}`},
		{is("published.locale", query.StartsWith, "a.\x00"), `{"published.locale":{"$regex":"^a\\.\\x00"}}`},
		{is("published.0.$a", query.Null, nil), `{"$nor":[{"$and":[{"published.%30":{"$not":{"$type":"array"}}},{"published.%30.%24a":{"$exists":true}}]}]}`},
		{is(store.KeyPath, query.NotIn, value.List{"a", nil}), `{"$nor":[{"_id":{"$in":["a"]}}]}`},
		{query.Filter{Op: query.Match, Path: "published.links", Args: []query.Filter{is("n", query.Gt, 1.5)}}, `{"published.links":{"$elemMatch":{"0":{"$exists":false},"n":{"$gt":1.5}}}}`},
	} {
		got, err := Compiled(c, tt.f)
		if err != nil || got != tt.want {
			t.Errorf("%v:\n got %s, %v\nwant %s", tt.f, got, err, tt.want)
		}
	}
	deep := is("meta.a", query.Eq, "x")
	for range 200 {
		deep = query.Filter{Op: query.Or, Args: []query.Filter{deep, is("meta.b", query.Eq, "y")}}
	}
	if _, err := Compiled(c, deep); !fault.Is(err, fault.Invalid) {
		t.Errorf("200 levels: %v", err)
	}
	if _, err := Compiled(c, is("meta.a", query.Contains, strings.Repeat("x", maxText+1))); !fault.Is(err, fault.Invalid) {
		t.Errorf("a text of more than MongoDB takes: %v", err)
	}
}

// TestIndexes: two lists of one index can't be, and nobody has more than MongoDB keeps.
func TestIndexes(t *testing.T) {
	c, err := newCollection(store.Collection{Name: "c", Many: []string{"meta.a", "meta.b"}, Indexes: [][]string{{"meta.a", "meta.b", "meta.n"}, {"meta.n", store.KeyPath}, {"meta.n"}, {store.KeyPath}}})
	if err != nil {
		t.Fatal(err)
	}
	var got []bson.D
	for _, i := range c.indexes {
		got = append(got, i.keys)
	}
	want := []bson.D{{{Key: "meta.a", Value: int32(1)}, {Key: "meta.n", Value: int32(1)}, {Key: "_id", Value: int32(1)}}, {{Key: "meta.n", Value: int32(1)}, {Key: "_id", Value: int32(1)}}}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("got %v", got)
	}
	many := store.Collection{Name: "c"}
	for i := range maxIndexes + 1 {
		many.Indexes = append(many.Indexes, []string{"meta.f" + strings.Repeat("x", i)})
	}
	if _, err := newCollection(many); !fault.Is(err, fault.Invalid) {
		t.Errorf("%d indexes: %v", len(many.Indexes), err)
	}
}
