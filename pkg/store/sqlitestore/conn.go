package sqlitestore

import (
	"context"
	"database/sql/driver"
	"errors"
	"io"

	"modernc.org/sqlite"
)

// maxStatements bounds the prepared statements of a connection; beyond it they are all dropped and prepared anew.
const maxStatements = 200

// conn is one connection, used by one goroutine at a time. It speaks to the driver directly: prepared statements
// are remembered per connection, which database/sql hides, and its pool would only be in between.
type conn struct {
	raw   driver.Conn
	stmts map[string]statement
	ticks *int64 // how many more ticks a statement may take, see meter
}

// statement is what the driver's prepared statements offer.
type statement interface {
	driver.Stmt
	driver.StmtExecContext
	driver.StmtQueryContext
}

func dial(dsn string) (*conn, error) {
	if err := meterConnections(); err != nil {
		return nil, err
	}
	raw, err := (&sqlite.Driver{}).Open(dsn)
	if err != nil {
		return nil, err
	}
	c := &conn{raw: raw, stmts: map[string]statement{}}
	if err := c.meter(); err != nil {
		return nil, errors.Join(err, c.close())
	}
	return c, nil
}

func (c *conn) prepare(sql string) (statement, error) {
	if s, ok := c.stmts[sql]; ok {
		return s, nil
	}
	if len(c.stmts) >= maxStatements {
		c.forget()
	}
	raw, err := c.raw.Prepare(sql)
	if err != nil {
		return nil, err
	}
	s, ok := raw.(statement)
	if !ok {
		return nil, errors.New("the SQLite driver's statements take no context")
	}
	c.stmts[sql] = s
	return s, nil
}

func (c *conn) forget() {
	for _, s := range c.stmts {
		_ = s.Close()
	}
	clear(c.stmts)
}

// exec runs one statement and says how many rows it changed. With a context that can end it may be interrupted, which rolls a
// transaction back that it is part of: inside a group commit it is called with a context that does not end.
func (c *conn) exec(ctx context.Context, sql string, args ...any) (int64, error) {
	s, err := c.prepare(sql)
	if err != nil {
		return 0, err
	}
	res, err := s.ExecContext(ctx, named(args))
	if err != nil {
		return 0, err
	}
	return res.RowsAffected()
}

// query runs one statement and calls fn for each row; the slice is reused, its values are not.
func (c *conn) query(ctx context.Context, sql string, args []any, fn func(row []driver.Value) error) error {
	s, err := c.prepare(sql)
	if err != nil {
		return err
	}
	rows, err := s.QueryContext(ctx, named(args))
	if err != nil {
		return err
	}
	row := make([]driver.Value, len(rows.Columns()))
	for {
		// The driver watches the context up to the first row only.
		if err = ctx.Err(); err != nil {
			break
		}
		if err = rows.Next(row); err != nil {
			break
		}
		if err = fn(row); err != nil {
			break
		}
	}
	closed := rows.Close()
	if err == io.EOF {
		return closed
	}
	return err
}

// number reads one integer.
func (c *conn) number(ctx context.Context, sql string, args ...any) (int64, error) {
	n := int64(0)
	err := c.query(ctx, sql, args, func(row []driver.Value) error {
		n, _ = row[0].(int64)
		return nil
	})
	return n, err
}

func (c *conn) close() error {
	c.forget()
	return c.raw.Close()
}

func named(args []any) []driver.NamedValue {
	out := make([]driver.NamedValue, len(args))
	for i, a := range args {
		out[i] = driver.NamedValue{Ordinal: i + 1, Value: a}
	}
	return out
}
