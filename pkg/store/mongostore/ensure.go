package mongostore

import (
	"context"
	"strings"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo"
	"go.mongodb.org/mongo-driver/v2/mongo/options"

	"kontor/pkg/store"
)

const (
	ensureAttempts = 50 // how often Ensure is tried beside others that change the same indexes
	brokenAttempts = 3  // how often Ensure is tried where the connection breaks
)

// The codes of an index that another process drops or builds at this moment.
var indexCodes = []int{codeIndexNotFound, codeIndexOptions, codeIndexKeys, 12587, 276, 117, 112}

// Ensure makes the collection and its indexes, and drops those it made before that c does not name. MongoDB builds an index beside
// readers and writers; Ensure waits for it.
func (s *Store) Ensure(ctx context.Context, c store.Collection) error {
	col, err := newCollection(c)
	if err != nil {
		return err
	}
	return s.call(ctx, func() error {
		for attempt := 1; ; attempt++ {
			err := s.ensure(ctx, col)
			if err == nil {
				s.keep(col)
				return nil
			}
			if attempt >= ensureAttempts || !has(err, indexCodes...) && (attempt >= brokenAttempts || !ambiguous(err)) {
				return err
			}
			select {
			case <-time.After(time.Duration(attempt) * 5 * time.Millisecond):
			case <-ctx.Done():
				return ctx.Err()
			}
		}
	})
}

func (s *Store) ensure(ctx context.Context, col *collection) error {
	there := s.db.Collection(col.name)
	names, err := s.db.ListCollectionNames(ctx, bson.D{{Key: "name", Value: col.name}})
	if err != nil {
		return err
	}
	if len(names) == 0 {
		if err := s.db.CreateCollection(ctx, col.name); err != nil && !has(err, codeNamespaceExists) {
			return err
		}
	}
	drop, build, err := difference(ctx, there, col)
	if err != nil {
		return err
	}
	for _, name := range drop {
		if err := there.Indexes().DropOne(ctx, name); err != nil && !has(err, codeIndexNotFound) {
			return err
		}
	}
	if len(build) == 0 {
		return nil
	}
	_, err = there.Indexes().CreateMany(ctx, build)
	return err
}

// difference compares the indexes that the server has of a collection with what it should have. An index that somebody made by hand
// serves where it has the same keys, and stays where it has not.
func difference(ctx context.Context, there *mongo.Collection, col *collection) (drop []string, build []mongo.IndexModel, err error) {
	cursor, err := there.Indexes().List(ctx)
	if err != nil {
		return nil, nil, err
	}
	var have []struct {
		Name    string   `bson:"name"`
		Keys    bson.D   `bson:"key"`
		Partial bson.Raw `bson:"partialFilterExpression"`
		Order   bson.Raw `bson:"collation"`
		Sparse  bool     `bson:"sparse"`
		Hidden  bool     `bson:"hidden"`
	}
	if err := cursor.All(ctx, &have); err != nil {
		return nil, nil, err
	}
	built := make([]bool, len(col.indexes))
	for _, h := range have {
		wanted := false
		for i, want := range col.indexes {
			if sameKeys(h.Keys, want.keys) && h.Partial == nil && h.Order == nil && !h.Sparse && !h.Hidden {
				built[i], wanted = true, true
			}
		}
		if !wanted && strings.HasPrefix(h.Name, indexPrefix) {
			drop = append(drop, h.Name)
		}
	}
	for i, want := range col.indexes {
		if !built[i] {
			build = append(build, mongo.IndexModel{Keys: want.keys, Options: options.Index().SetName(want.name)})
		}
	}
	return drop, build, nil
}
