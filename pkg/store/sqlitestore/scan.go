package sqlitestore

import (
	"context"
	"database/sql/driver"

	"kontor/pkg/query"
	"kontor/pkg/store"
)

// A scan loads up to scanDocs documents, or as many as first make up scanBytes, at a time.
const (
	scanDocs  = 200
	scanBytes = 4 << 20
)

// Scan first lists the ids of the hits in key order, then loads the documents piece by piece, each piece in a read of its own: no
// read transaction stays open while fn runs, which would keep the log from being written back. What no longer hits is left out.
func (s *Store) Scan(ctx context.Context, name string, f query.Filter, parts []string, fn func(store.Document) error) error {
	cols, err := store.CheckParts(parts)
	if err != nil {
		return err
	}
	var ids []int64
	err = s.readIn(ctx, name, func(c *conn, col *collection) error {
		ids, err = listIDs(ctx, c, col, f, " ORDER BY d.key")
		return err
	})
	for err == nil && len(ids) > 0 {
		var docs []store.Document
		done := 0
		err = s.readIn(ctx, name, func(c *conn, col *collection) (err error) {
			docs, done, err = piece(ctx, c, col, f, cols, ids[:min(scanDocs, len(ids))])
			return err
		})
		if err != nil {
			return err
		}
		ids = ids[done:]
		for _, d := range docs {
			if ctx.Err() != nil {
				return ended(ctx)
			}
			if failed := fn(d); failed != nil {
				return failed
			}
		}
	}
	return err
}

// listIDs lists the ids of what a filter hits.
func listIDs(ctx context.Context, c *conn, col *collection, f query.Filter, order string) ([]int64, error) {
	comp := compiler{col: col}
	where, err := comp.where(f)
	if err != nil {
		return nil, err
	}
	var ids []int64
	err = c.query(ctx, "SELECT d.id FROM "+col.table+" AS d WHERE "+where+order, comp.args, func(row []driver.Value) error {
		id, _ := row[0].(int64)
		ids = append(ids, id)
		return nil
	})
	return ids, err
}

// piece loads documents by id, one by one in their order, and says how many ids are dealt with.
func piece(ctx context.Context, c *conn, col *collection, f query.Filter, cols []string, ids []int64) (docs []store.Document, done int, err error) {
	comp := compiler{col: col}
	where, err := comp.where(f)
	if err != nil {
		return nil, 0, err
	}
	sql := selection(col, cols) + " WHERE d.id=" + comp.bind(int64(0)) + " AND " + where
	size := 0
	for ; done < len(ids) && size < scanBytes; done++ {
		comp.args[len(comp.args)-1] = ids[done]
		err := c.query(ctx, sql, comp.args, func(row []driver.Value) error {
			for _, v := range row {
				text, _ := v.(string)
				size += len(text)
			}
			d, err := document(row, cols)
			docs = append(docs, d)
			return err
		})
		if err != nil {
			return nil, 0, err
		}
	}
	return docs, done, nil
}
