package content

import (
	"fmt"

	"kontor/pkg/fault"
	"kontor/pkg/schema"
	"kontor/pkg/store"
	"kontor/pkg/value"
)

// record is a stored entry: one locale of a documentId.
//
// Both snapshots carry the facts by which entries are found beside their fields: id, documentId, locale, createdAt, updatedAt and
// (published only) publishedAt. A public list therefore reads one part.
type record struct {
	typ        *schema.Type
	documentID string
	locale     string
	rev        int64 // 0: not stored yet
	meta       value.Object
	draft      value.Object // nil in a tombstone
	published  value.Object // nil if it is not published

	unfit []fault.Field // of an archived one: what the types in force can't take over
}

func keyOf(documentID, locale string) string { return documentID + "/" + locale }

func (r *record) key() string { return keyOf(r.documentID, r.locale) }

func recordOf(t *schema.Type, d store.Document) *record {
	r := &record{typ: t, rev: d.Rev, meta: d.Part(store.Meta), draft: d.Part(store.Draft), published: d.Part(store.Published)}
	r.documentID, r.locale = splitKey(d.Key)
	return r
}

// splitKey takes apart "documentId/locale" and, in a history, "documentId/locale/rev".
func splitKey(key string) (documentID, locale string) {
	for i := range len(key) {
		if key[i] != '/' {
			continue
		}
		if documentID == "" {
			documentID = key[:i]
			continue
		}
		return documentID, key[len(documentID)+1 : i]
	}
	if documentID == "" {
		return key, ""
	}
	return documentID, key[len(documentID)+1:]
}

func versionKey(key string, rev int64) string { return fmt.Sprintf("%s/%010d", key, rev) }

// system are the names in a snapshot that are no fields; the schema loader keeps fields off them.
var system = []string{"id", "documentId", "locale", "createdAt", "updatedAt", "publishedAt"}

// fields gives the snapshot without the system's facts, only what the type knows.
func fields(t *schema.Type, snapshot value.Object) value.Object {
	out := make(value.Object, len(snapshot))
	for _, f := range t.Fields {
		if v, ok := snapshot[f.Name]; ok {
			out[f.Name] = v
		}
	}
	return out
}

// sameFields tells whether two snapshots hold the same in every field.
func sameFields(t *schema.Type, a, b value.Object) bool {
	if (a == nil) != (b == nil) {
		return false
	}
	for _, f := range t.Fields {
		if !value.Equal(a[f.Name], b[f.Name]) {
			return false
		}
	}
	return true
}

// snapshot joins field values with the system's facts.
func (r *record) snapshot(values value.Object, updatedAt, publishedAt string) value.Object {
	out := make(value.Object, len(values)+len(system))
	for k, v := range values {
		out[k] = v
	}
	out["id"], out["documentId"], out["locale"] = r.meta["id"], r.documentID, r.locale
	out["createdAt"], out["updatedAt"] = r.meta["createdAt"], updatedAt
	if publishedAt != "" {
		out["publishedAt"] = publishedAt
	}
	return out
}

// modified tells whether the draft holds what is not published.
func (r *record) modified() bool { return !sameFields(r.typ, r.draft, r.published) }

// parts are the parts of the record as they are stored, twins and all; a part that is nil is removed.
func (r *record) parts() map[string]value.Object {
	p := map[string]value.Object{
		store.Draft: r.draft, store.Published: r.published, store.DraftTwin: nil, store.PublishedTwin: nil,
	}
	if r.draft != nil {
		p[store.DraftTwin] = r.typ.Twin(r.draft)
	}
	switch {
	case r.published == nil:
	case sameFields(r.typ, r.draft, r.published):
		p[store.PublishedTwin] = p[store.DraftTwin]
	default:
		p[store.PublishedTwin] = r.typ.Twin(r.published)
	}
	return p
}

func text(o value.Object, name string) string { s, _ := o[name].(string); return s }

func integer(o value.Object, name string) int64 { n, _ := o[name].(int64); return n }
