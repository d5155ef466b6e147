package mongostore

import (
	"crypto/sha256"
	"encoding/hex"
	"slices"
	"strings"

	"go.mongodb.org/mongo-driver/v2/bson"

	"kontor/pkg/fault"
	"kontor/pkg/store"
)

// maxIndexes is how many indexes MongoDB keeps of a collection beside that of the key.
const maxIndexes = 63

// indexPrefix starts the names of the indexes that Ensure may drop; people make others for reports of their own.
const indexPrefix = "kontor_"

// index is one index as Ensure makes it.
type index struct {
	name string
	keys bson.D
}

// collection is a declared collection and what the driver derives from it. It is not changed after it was made.
type collection struct {
	name    string
	many    map[string]bool // paths that hold lists
	scalars map[string]bool // paths of indexes that hold no lists, nor has the way to them one
	indexes []index
}

func newCollection(c store.Collection) (*collection, error) {
	if err := store.CheckName(c.Name); err != nil {
		return nil, err
	}
	out := &collection{name: c.Name, many: map[string]bool{}, scalars: map[string]bool{}}
	for _, path := range c.Many {
		if _, err := documentPath(path); err != nil {
			return nil, err
		}
		out.many[path] = true
	}
	for _, paths := range c.Indexes {
		if err := out.index(paths); err != nil {
			return nil, err
		}
	}
	if len(out.indexes) > maxIndexes {
		return nil, fault.New(fault.Invalid, "The collection %s wants %d indexes; MongoDB keeps %d beside the key's", c.Name, len(out.indexes), maxIndexes)
	}
	return out, nil
}

// index declares an index. MongoDB indexes one list of a document at most, so a second list of the same index is left out of it.
func (c *collection) index(paths []string) error {
	if len(paths) == 0 {
		return fault.New(fault.Invalid, "An index of the collection %q names no path", c.name)
	}
	var keys bson.D
	list := false
	for _, path := range paths {
		if path == store.KeyPath {
			break // nothing behind the key narrows anything
		}
		stored, err := documentPath(path)
		if err != nil {
			return err
		}
		many := c.many[path]
		if !many {
			c.scalars[path] = true
		}
		if many && list || slices.ContainsFunc(keys, func(e bson.E) bool { return e.Key == stored }) {
			continue
		}
		list = list || many
		keys = append(keys, bson.E{Key: stored, Value: int32(1)})
	}
	if len(keys) == 0 {
		return nil // the key has its index
	}
	keys = append(keys, bson.E{Key: keyField, Value: int32(1)})
	if !slices.ContainsFunc(c.indexes, func(have index) bool { return sameKeys(have.keys, keys) }) {
		c.indexes = append(c.indexes, index{name: indexPrefix + digest(keys), keys: keys})
	}
	return nil
}

func sameKeys(a, b bson.D) bool {
	return slices.EqualFunc(a, b, func(x, y bson.E) bool { return x.Key == y.Key })
}

// digest makes a short name of an index's keys.
func digest(keys bson.D) string {
	names := make([]string, len(keys))
	for i, e := range keys {
		names[i] = e.Key
	}
	sum := sha256.Sum256([]byte(strings.Join(names, "\x00")))
	return hex.EncodeToString(sum[:8])
}
