package mongostore

import (
	"errors"
	"fmt"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/x/bsonx/bsoncore"

	"kontor/pkg/fault"
	"kontor/pkg/store"
	"kontor/pkg/value"
)

// maxNesting is how deep stored values may be nested; a driver writes fewer levels.
const maxNesting = 2 * value.MaxDepth

var errDamaged = errors.New("the BSON is damaged")

// decodeDocument reads a document. It shares no memory with raw.
func decodeDocument(raw bson.Raw) (store.Document, error) {
	var d store.Document
	err := each(bsoncore.Document(raw), func(name string, v bsoncore.Value) error {
		var err error
		switch name {
		case keyField:
			ok := false
			if d.Key, ok = v.StringValueOK(); !ok {
				err = fmt.Errorf("the key is a %s", v.Type)
			}
		case revField:
			ok := false
			if d.Rev, ok = v.AsInt64OK(); !ok {
				err = fmt.Errorf("the revision is a %s", v.Type)
			}
		case store.Meta, store.PublishedTwin, store.Published, store.DraftTwin, store.Draft:
			var part any
			if part, err = decodeValue(v, 0); err != nil {
				break
			}
			o, ok := part.(value.Object)
			switch {
			case part == nil:
			case !ok:
				return fmt.Errorf("the part %s is a %s", name, v.Type)
			case d.Parts == nil:
				d.Parts = make(map[string]value.Object, len(store.Parts()))
				fallthrough
			default:
				d.Parts[name] = o
			}
		}
		return err
	})
	if err != nil {
		return d, fault.Wrap(fault.Internal, err, "A stored document cannot be read")
	}
	return d, nil
}

// each gives the elements of a document or a list one by one.
func each(doc []byte, fn func(name string, v bsoncore.Value) error) error {
	n, rest, ok := bsoncore.ReadLength(doc)
	if !ok || int(n) != len(doc) || n < 5 || doc[n-1] != 0 {
		return errDamaged
	}
	for rest = rest[:len(rest)-1]; len(rest) > 0; {
		kind, name, more, ok := bsoncore.ReadHeader(rest)
		if !ok {
			return errDamaged
		}
		var v bsoncore.Value
		if v, rest, ok = bsoncore.ReadValue(more, kind); !ok {
			return errDamaged
		}
		if err := fn(name, v); err != nil {
			return err
		}
	}
	return nil
}

// decodeValue reads one value. Numbers and times may have been written by people with tools of their own, which have more kinds.
func decodeValue(v bsoncore.Value, depth int) (any, error) {
	if depth > maxNesting {
		return nil, fmt.Errorf("more than %d levels", maxNesting)
	}
	switch v.Type {
	case bsoncore.TypeString:
		if s, ok := v.StringValueOK(); ok {
			return s, nil
		}
	case bsoncore.TypeInt64, bsoncore.TypeInt32:
		if n, ok := v.AsInt64OK(); ok {
			return n, nil
		}
	case bsoncore.TypeDouble:
		if f, ok := v.DoubleOK(); ok {
			return f, nil
		}
	case bsoncore.TypeBoolean:
		if b, ok := v.BooleanOK(); ok {
			return b, nil
		}
	case bsoncore.TypeDateTime:
		if t, ok := v.TimeOK(); ok {
			return t.UTC().Format("2006-01-02T15:04:05.000Z"), nil
		}
	case bsoncore.TypeEmbeddedDocument:
		return decodeObject(v.Data, depth)
	case bsoncore.TypeArray:
		return decodeList(v.Data, depth)
	case bsoncore.TypeNull:
		return nil, nil
	default:
		return nil, fmt.Errorf("a %s is no value", v.Type)
	}
	return nil, errDamaged
}

// decodeObject gives nil for an object without fields: MongoDB leaves one where the last field was removed.
func decodeObject(doc []byte, depth int) (any, error) {
	o := value.Object{}
	err := each(doc, func(name string, v bsoncore.Value) error {
		e, err := decodeValue(v, depth+1)
		if e != nil {
			o[unescape(name)] = e
		}
		return err
	})
	if err != nil || len(o) == 0 {
		return nil, err
	}
	return o, nil
}

func decodeList(doc []byte, depth int) (any, error) {
	l := value.List{}
	err := each(doc, func(_ string, v bsoncore.Value) error {
		e, err := decodeValue(v, depth+1)
		if e != nil {
			l = append(l, e)
		}
		return err
	})
	if err != nil || len(l) == 0 {
		return nil, err
	}
	return l, nil
}
