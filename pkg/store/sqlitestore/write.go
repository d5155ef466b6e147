package sqlitestore

import (
	"context"
	"database/sql/driver"
	"strings"

	"kontor/pkg/fault"
	"kontor/pkg/query"
	"kontor/pkg/store"
	"kontor/pkg/value"
)

// step is an Op made ready by its caller's goroutine, so that the writer only runs SQL.
type step struct {
	op    store.Op
	table string
	parts map[string]any // the JSON of each part, nil for one to remove
}

// Apply runs the ops in one transaction, which it may share with other calls. All of them happen or none.
func (s *Store) Apply(ctx context.Context, ops []store.Op) error {
	steps := make([]step, len(ops))
	for i, op := range ops {
		col, err := s.collection(op.Collection)
		if err == nil {
			steps[i], err = prepareStep(op, col.table)
		}
		if err != nil {
			return err
		}
	}
	if len(ops) == 0 {
		return s.Ping(ctx)
	}
	return s.submit(ctx, &request{run: func(_ context.Context, c *conn) error {
		for i := range steps {
			if err := steps[i].run(c); err != nil {
				if fault.Is(err, fault.Conflict) {
					return &store.OpError{Index: i, Err: err}
				}
				return err
			}
		}
		return nil
	}})
}

func prepareStep(op store.Op, table string) (step, error) {
	out := step{op: op, table: table, parts: map[string]any{}}
	if err := store.CheckOp(op); err != nil {
		return out, err
	}
	for name, part := range op.Parts {
		out.parts[name] = encodePart(part)
	}
	return out, nil
}

func (s *step) run(c *conn) error {
	switch s.op.Kind {
	case store.Replace:
		return s.replace(c)
	case store.Delete:
		return s.remove(c)
	}
	return s.insert(c)
}

func (s *step) insert(c *conn) error {
	names := store.Parts()
	args := []any{s.op.Key}
	for _, name := range names {
		args = append(args, s.parts[name])
	}
	n, err := c.exec(context.Background(), "INSERT INTO "+s.table+"(key,rev,"+strings.Join(names, ",")+
		") VALUES(?,1"+strings.Repeat(",?", len(names))+") ON CONFLICT(key) DO NOTHING", args...)
	if err == nil && n == 0 && s.op.Kind == store.Insert {
		err = fault.New(fault.Conflict, "The document exists already")
	}
	return err
}

func (s *step) replace(c *conn) error {
	set, args := "", []any{s.op.Key, s.op.Rev}
	put := func(name string, text any) {
		args = append(args, text)
		set += ", " + name + "=?" + itoa(len(args))
	}
	if len(s.op.Set)+len(s.op.Inc) > 0 {
		meta, err := s.meta(c)
		if err != nil {
			return err
		}
		put(store.Meta, meta)
	}
	for _, name := range store.Parts() {
		if text, ok := s.parts[name]; ok {
			put(name, text)
		}
	}
	n, err := c.exec(context.Background(), "UPDATE "+s.table+" SET rev=rev+1"+set+" WHERE key=?1 AND rev=?2", args...)
	if err == nil && n == 0 {
		err = stale()
	}
	return err
}

func stale() error { return fault.New(fault.Conflict, "The document has changed meanwhile or is gone") }

// meta is the new part of the document at the revision that is wanted.
func (s *step) meta(c *conn) (text any, err error) {
	found := false
	err = c.query(context.Background(), "SELECT meta FROM "+s.table+" WHERE key=?1 AND rev=?2", []any{s.op.Key, s.op.Rev}, func(row []driver.Value) error {
		found = true
		text, err = changeMeta(row[0], s.op.Set, s.op.Inc)
		return err
	})
	if err == nil && !found {
		err = stale()
	}
	return text, err
}

func (s *step) remove(c *conn) error {
	if s.op.Rev == 0 {
		_, err := c.exec(context.Background(), "DELETE FROM "+s.table+" WHERE key=?1", s.op.Key)
		return err
	}
	n, err := c.exec(context.Background(), "DELETE FROM "+s.table+" WHERE key=?1 AND rev=?2", s.op.Key, s.op.Rev)
	if err == nil && n == 0 {
		err = stale()
	}
	return err
}

// Touch changes Meta of all documents that a filter hits, in one transaction.
func (s *Store) Touch(ctx context.Context, name string, f query.Filter, set value.Object, inc map[string]int64) (int, error) {
	if _, err := s.collection(name); err != nil {
		return 0, err
	}
	if err := store.CheckChange(set, inc); err != nil {
		return 0, err
	}
	hit := 0
	err := s.submit(ctx, &request{run: func(ctx context.Context, c *conn) error {
		return s.with(ctx, c, name, func(c *conn, col *collection) error {
			ids, err := listIDs(ctx, c, col, f, "")
			for _, id := range ids {
				if err == nil {
					err = touch(ctx, c, col, id, set, inc)
				}
			}
			hit = len(ids)
			return err
		})
	}})
	if err != nil {
		return 0, err
	}
	return hit, nil
}

func touch(ctx context.Context, c *conn, col *collection, id int64, set value.Object, inc map[string]int64) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	var meta any
	err := c.query(context.Background(), "SELECT meta FROM "+col.table+" WHERE id=?1", []any{id}, func(row []driver.Value) (err error) {
		meta, err = changeMeta(row[0], set, inc)
		return err
	})
	if err != nil {
		return err
	}
	_, err = c.exec(context.Background(), "UPDATE "+col.table+" SET meta=?2 WHERE id=?1", id, meta)
	return err
}

// changeMeta gives the JSON of Meta after a change.
func changeMeta(stored any, set value.Object, inc map[string]int64) (any, error) {
	meta := value.Object{}
	if text, ok := stored.(string); ok {
		var err error
		if meta, err = decodeObject(text); err != nil {
			return nil, fault.Wrap(fault.Internal, err, "A stored document cannot be read")
		}
	}
	for name, v := range set {
		meta[name] = v // a nil goes when the part is normalised
	}
	for name, n := range inc {
		old, ok := meta[name].(int64)
		if !ok && meta[name] != nil {
			return nil, fault.New(fault.Invalid, "The field %q is no integer and cannot be added to", name)
		}
		meta[name] = old + n
	}
	if err := store.CheckValue(meta); err != nil {
		return nil, err
	}
	return encodePart(meta), nil
}
