package mongostore

import (
	"context"
	"errors"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo"
	"go.mongodb.org/mongo-driver/v2/mongo/options"

	"kontor/pkg/query"
	"kontor/pkg/store"
)

const (
	scanDocs    = 200 // how many documents a scan loads at a time
	scanResumes = 3   // how often in a row a scan goes on after its cursor was lost, without a document in between
)

// Scan reads a cursor in the order of the keys. The server forgets a cursor that is not read for ten minutes, or when another becomes
// the primary: then a new one goes on behind the last key.
func (s *Store) Scan(ctx context.Context, name string, f query.Filter, parts []string, fn func(store.Document) error) error {
	fields, err := projection(parts)
	if err != nil {
		return err
	}
	opts := options.Find().SetSort(bson.D{{Key: keyField, Value: 1}}).SetProjection(fields).SetBatchSize(scanDocs).SetAllowDiskUse(true)
	last, lost := "", 0
	for {
		var mine error
		seen := false
		err := s.read(ctx, name, func(ctx context.Context, col *collection) error {
			filter, err := compiler{col: col}.compile(f)
			if err != nil {
				return err
			}
			if last != "" {
				filter = allOf([]bson.D{{{Key: keyField, Value: bson.D{{Key: "$gt", Value: last}}}}, filter})
			}
			cursor, err := s.db.Collection(name).Find(ctx, filter, opts)
			if err != nil {
				return err
			}
			defer func() { _ = cursor.Close(context.WithoutCancel(ctx)) }()
			mine, err = follow(ctx, cursor, func(d store.Document) error {
				last, seen = d.Key, true
				return fn(d)
			})
			return resumable(ctx, err)
		})
		switch {
		case mine != nil:
			return mine
		case !errors.Is(err, errLost):
			return err
		}
		if lost++; seen {
			lost = 1
		}
		if lost > scanResumes {
			return err
		}
	}
}

// errLost marks an error after which a scan goes on with another cursor.
var errLost = errors.New("the cursor is lost")

func resumable(ctx context.Context, err error) error {
	if ctx.Err() == nil && (has(err, codeCursorNotFound) || ambiguous(err)) {
		return away(errors.Join(errLost, err))
	}
	return err
}

// follow reads a cursor to its end. An error of fn comes back as mine, as it is.
func follow(ctx context.Context, cursor *mongo.Cursor, fn func(store.Document) error) (mine, err error) {
	for cursor.Next(ctx) {
		if ctx.Err() != nil {
			return nil, ctx.Err()
		}
		d, err := decodeDocument(cursor.Current)
		if err != nil {
			return nil, err
		}
		if err := fn(d); err != nil {
			return err, nil
		}
	}
	return nil, cursor.Err()
}
