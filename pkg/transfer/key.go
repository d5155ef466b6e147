package transfer

import (
	"context"
	"strings"

	"kontor/pkg/auth"
	"kontor/pkg/content"
	"kontor/pkg/fault"
	"kontor/pkg/query"
	"kontor/pkg/schema"
	"kontor/pkg/value"
)

// known is the entry that a row writes: a stored one, or one that a row creates. All rows of one go through one worker, which alone
// changes it.
type known struct {
	stored     string // documentId before the import, "" if there was none; never changes
	entry      *entry // in the index of the type, if that is kept; the dispatcher's
	worker     int    // never changes
	documentID string
	rev        int64        // in the import's locale, 0 if it is not there
	values     value.Object // in a dry run: as a row of this file would leave it
}

// keys finds entries by the key; nil without one.
type keys map[string]*known

// checkKey tells whether a field can be the key.
func checkKey(t *schema.Type, key string) error {
	if key == "" || key == documentID && !t.Single {
		return nil
	}
	f, ok := t.Field(key)
	switch {
	case t.Single:
		return fault.New(fault.Invalid, "%s has one entry and needs no key", t.ID)
	case !ok:
		return fault.New(fault.Invalid, "%s has no field %q; a key is one of %s", t.ID, key, strings.Join(keysOf(t), ", "))
	case !isKey(f):
		return fault.New(fault.Invalid, "The field %s is not unique; a key is one of %s", key, strings.Join(keysOf(t), ", "))
	}
	return nil
}

func isKey(f *schema.Field) bool {
	return (f.Unique || f.Kind == schema.Slug) && !f.Many && !f.Populated()
}

func keysOf(t *schema.Type) []string {
	out := []string{documentID}
	for _, f := range t.Fields {
		if isKey(f) {
			out = append(out, f.Name)
		}
	}
	return out
}

// loadKeys reads the keys of all entries, by their drafts. The entry of a single type has the key "".
func loadKeys(ctx context.Context, svc *content.Service, c auth.Caller, t *schema.Type, o Options) (keys, error) {
	if o.Key == "" && !t.Single {
		return nil, nil
	}
	locale := o.Locale
	if locale == "" {
		locale = t.DefaultLocale()
	}
	q := query.Query{Draft: true, Locale: "*", Fields: []string{}}
	if f, ok := t.Field(o.Key); ok {
		q.Fields = []string{o.Key}
		if f.Localized && t.Localized() {
			q.Locale = locale
		}
	}
	out := keys{}
	err := svc.Each(ctx, c, t, q, func(e *content.Entry) error {
		key := ""
		switch {
		case o.Key == documentID:
			key = e.DocumentID
		case o.Key != "":
			v, _ := e.Attributes.Get(o.Key)
			if key = nameOf(v); key == "" {
				return nil
			}
		}
		k := out[key]
		if k == nil {
			k = &known{stored: e.DocumentID, documentID: e.DocumentID, worker: worker(key, o.Workers)}
			out[key] = k
		}
		if e.Locale == locale || !t.Localized() {
			k.rev = e.Rev
		}
		return nil
	})
	return out, err
}

// worker spreads keys over the workers.
func worker(key string, workers int) int {
	sum := uint32(2166136261)
	for i := range len(key) {
		sum = (sum ^ uint32(key[i])) * 16777619
	}
	return int(sum % uint32(max(1, workers)))
}

// find gives the entry that a row means, and what to call it in a report.
func (im *importer) find(said *converted) (*known, string, *Problem) {
	t, key := im.o.Type, im.o.Key
	switch {
	case t.Single:
		if im.keys[""] == nil {
			im.keys[""] = &known{}
		}
		return im.keys[""], "", nil
	case key == "":
		im.next++
		return &known{worker: im.next % im.o.Workers}, "", nil
	case key == documentID:
		id := strings.TrimSpace(said.documentID)
		if k := im.keys[id]; k != nil {
			return k, id, nil
		}
		p := bad("no_entry", "there is no entry with the documentId \""+id+"\"", "Es gibt keinen Eintrag mit der documentId „"+id+"“.")
		p.Column = documentID
		return nil, id, &p
	}
	f, _ := t.Field(key)
	path := []string{key}
	norm, problems := t.Normalise(nil, value.Object{key: said.changes[key]})
	if len(problems) > 0 {
		p := Problem{Column: said.columnOf(path), Field: problems[0]}
		return nil, "", &p
	}
	name := nameOf(norm[key])
	if name == "" {
		w := &wrong{"required", "is the key and must not be empty", "ist der Schlüssel und darf nicht leer sein."}
		return nil, "", &Problem{Column: said.columnOf(path), Field: w.at(path, []*schema.Field{f}, nil)}
	}
	k := im.keys[name]
	if k == nil {
		k = &known{worker: worker(name, im.o.Workers)}
		im.keys[name] = k
	}
	return k, shown(norm[key]), nil
}

func shown(v any) string {
	if s, ok := v.(string); ok {
		return s
	}
	return string(value.Append(nil, v))
}
