package sqlitestore

import (
	"context"
	"database/sql/driver"
	"os"
	"strings"
	"time"

	sqlite3 "modernc.org/sqlite/lib"

	"kontor/pkg/fault"
)

// applicationID marks the file as Kontor's ("Kont").
const applicationID = 0x4b6f6e74

// migration raises the layout of a file by one; it runs within the transaction that also writes the new number.
type migration func(ctx context.Context, c *conn) error

// migrations lead from an empty file to the layout that this code knows; their number is the file's user_version. Tables,
// indexes and triggers are made by Ensure, which also rebuilds those whose text has changed.
func migrations() []migration {
	return []migration{
		func(ctx context.Context, c *conn) error {
			_, err := c.exec(ctx, "PRAGMA application_id="+itoa(applicationID))
			return err
		},
	}
}

// openFile opens the writer's connection and brings the file to the present layout.
func openFile(dsn string, steps []migration) (*conn, error) {
	ctx := context.Background()
	c, err := dial(dsn)
	if err == nil {
		if err = prepareFile(ctx, c, steps); err == nil {
			return c, nil
		}
		_ = c.close()
	}
	if code(err) == sqlite3.SQLITE_NOTADB || code(err) == sqlite3.SQLITE_CORRUPT {
		return nil, fault.Wrap(fault.Invalid, err, "The database file is damaged or is no SQLite database")
	}
	return nil, convert(ctx, err)
}

// makePrivate makes a new file for its owner only, whoever may look into the directory: it holds drafts and the hashes of passwords. The
// files that SQLite puts beside it get the same rights. What goes wrong here goes wrong again when SQLite opens the file.
func makePrivate(path string) {
	if f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE|os.O_EXCL, 0o600); err == nil {
		_ = f.Close()
	}
}

func prepareFile(ctx context.Context, c *conn, steps []migration) error {
	version, err := layout(ctx, c, len(steps))
	if err != nil {
		return err
	}
	if err := useLog(ctx, c); err != nil {
		return err
	}
	if version == len(steps) {
		return nil
	}
	if _, err := c.exec(ctx, "BEGIN IMMEDIATE"); err != nil {
		return err
	}
	err = migrate(ctx, c, steps)
	if err == nil {
		_, err = c.exec(ctx, "COMMIT")
	}
	if err != nil {
		_, _ = c.exec(ctx, "ROLLBACK")
	}
	return err
}

func migrate(ctx context.Context, c *conn, steps []migration) error {
	version, err := layout(ctx, c, len(steps)) // another process may have been first
	if err != nil {
		return err
	}
	for _, step := range steps[version:] {
		if err := step(ctx, c); err != nil {
			return err
		}
	}
	_, err = c.exec(ctx, "PRAGMA user_version="+itoa(len(steps)))
	return err
}

// layout reads the file's version and refuses what this code must not touch.
func layout(ctx context.Context, c *conn, known int) (int, error) {
	id, err := c.number(ctx, "PRAGMA application_id")
	if err != nil {
		return 0, err
	}
	version, err := c.number(ctx, "PRAGMA user_version")
	if err != nil {
		return 0, err
	}
	objects, err := c.number(ctx, "SELECT count(*) FROM sqlite_schema")
	if err != nil {
		return 0, err
	}
	switch {
	case id != applicationID && (id != 0 || version != 0 || objects != 0):
		return 0, fault.New(fault.Invalid, "The database file belongs to another program")
	case int(version) > known:
		return 0, fault.New(fault.Invalid, "The database file has layout %d and this program knows %d: a newer version of it has written the file", version, known)
	}
	return int(version), nil
}

// useLog turns write-ahead logging on. SQLite does not wait for others here, so this does.
func useLog(ctx context.Context, c *conn) error {
	for try := 0; ; try++ {
		mode := ""
		err := c.query(ctx, "PRAGMA journal_mode=WAL", nil, func(row []driver.Value) error {
			mode, _ = row[0].(string)
			return nil
		})
		switch {
		case err == nil && strings.EqualFold(mode, "wal"):
			return nil
		case err == nil:
			return fault.New(fault.Unavailable, "The database file takes no write-ahead log (its mode stays %q); is it on a network drive?", mode)
		case code(err) != sqlite3.SQLITE_BUSY || try == 200:
			return err
		}
		time.Sleep(20 * time.Millisecond)
	}
}
