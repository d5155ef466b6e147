package mongostore

import (
	"context"
	"errors"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo"
	"go.mongodb.org/mongo-driver/v2/mongo/options"

	"kontor/pkg/fault"
	"kontor/pkg/query"
	"kontor/pkg/store"
)

// Get loads one document by its key.
func (s *Store) Get(ctx context.Context, name, key string, parts []string) (d store.Document, err error) {
	fields, err := projection(parts)
	if err != nil {
		return d, err
	}
	err = s.read(ctx, name, func(ctx context.Context, _ *collection) error {
		raw, err := s.db.Collection(name).FindOne(ctx, bson.D{{Key: keyField, Value: key}}, options.FindOne().SetProjection(fields)).Raw()
		switch {
		case errors.Is(err, mongo.ErrNoDocuments):
			return fault.New(fault.NotFound, "Not Found")
		case err != nil:
			return err
		}
		d, err = decodeDocument(raw)
		return err
	})
	return d, err
}

// Find loads what a query hits. It sends the command itself, since the library's own Find does not tell the
// server how long it may take: a query whose caller has gone would run on.
func (s *Store) Find(ctx context.Context, name string, q store.Query) (docs []store.Document, err error) {
	err = s.read(ctx, name, func(ctx context.Context, col *collection) error {
		command, err := findCommand(col, q)
		if err != nil {
			return err
		}
		cursor, err := s.db.RunCommandCursor(ctx, command)
		if err != nil {
			return err
		}
		docs, err = drain(ctx, cursor)
		return err
	})
	return docs, err
}

// findCommand translates a query. Commands have neither the preference nor the concern of the connection; they
// go to the primary all the same.
func findCommand(col *collection, q store.Query) (bson.D, error) {
	if err := store.CheckWindow(q.Offset, q.Limit); err != nil {
		return nil, err
	}
	fields, err := projection(q.Parts)
	if err != nil {
		return nil, err
	}
	filter, err := compiler{col: col}.compile(q.Filter)
	if err != nil {
		return nil, err
	}
	order, err := ordering(q.Sort)
	return bson.D{
		{Key: "find", Value: col.name}, {Key: "filter", Value: filter}, {Key: "sort", Value: order}, {Key: "projection", Value: fields},
		{Key: "skip", Value: int64(q.Offset)}, {Key: "limit", Value: int64(q.Limit)}, {Key: "allowDiskUse", Value: true},
		{Key: "readConcern", Value: bson.D{{Key: "level", Value: "majority"}}},
	}, err
}

func drain(ctx context.Context, cursor *mongo.Cursor) (docs []store.Document, err error) {
	defer func() { err = errors.Join(err, cursor.Close(context.WithoutCancel(ctx))) }()
	for cursor.Next(ctx) {
		d, err := decodeDocument(cursor.Current)
		if err != nil {
			return nil, err
		}
		docs = append(docs, d)
	}
	return docs, cursor.Err()
}

// projection names what is loaded of a document; nil loads all.
func projection(parts []string) (bson.D, error) {
	names, err := store.CheckParts(parts)
	if err != nil {
		return nil, err
	}
	fields := bson.D{{Key: revField, Value: 1}}
	for _, name := range names {
		fields = append(fields, bson.E{Key: name, Value: 1})
	}
	return fields, nil
}

// ordering writes the sort keys. MongoDB sorts what is absent first ascending and last descending, as the port wants.
func ordering(sort []query.Order) (bson.D, error) {
	order := bson.D{}
	direction := int32(1)
	add := func(path string) {
		for _, have := range order {
			if have.Key == path { // said before: it decides nothing more
				return
			}
		}
		order = append(order, bson.E{Key: path, Value: direction})
	}
	for _, o := range sort {
		if direction = 1; o.Desc {
			direction = -1
		}
		if o.Path == store.KeyPath {
			break
		}
		path, err := documentPath(o.Path)
		if err != nil {
			return nil, err
		}
		add(path)
	}
	add(keyField)
	return order, nil
}

// Count says how many documents a filter hits.
func (s *Store) Count(ctx context.Context, name string, f query.Filter) (n int, err error) {
	err = s.read(ctx, name, func(ctx context.Context, col *collection) error {
		filter, err := compiler{col: col}.compile(f)
		if err != nil {
			return err
		}
		opts := options.Count()
		if len(filter) == 0 {
			opts.SetHint(bson.D{{Key: keyField, Value: 1}}) // else every document is read
		}
		count, err := s.db.Collection(name).CountDocuments(ctx, filter, opts)
		n = int(count)
		return err
	})
	return n, err
}
