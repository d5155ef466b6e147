package sqlitestore

import (
	"context"
	"errors"

	"modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"

	"kontor/pkg/fault"
)

// convert gives the fault of an error of SQLite or of a context. A *fault.Error stays what it is.
func convert(ctx context.Context, err error) error {
	var known *fault.Error
	if err == nil || errors.As(err, &known) {
		return err
	}
	if ended := ctx.Err(); ended != nil {
		return fault.Wrap(fault.Timeout, ended, "The time for a call to the database is over")
	}
	switch code(err) {
	case sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED, sqlite3.SQLITE_PROTOCOL:
		return fault.Wrap(fault.Unavailable, err, "The database is busy")
	case sqlite3.SQLITE_FULL:
		return fault.Wrap(fault.Unavailable, err, "The disk of the database is full")
	case sqlite3.SQLITE_READONLY, sqlite3.SQLITE_PERM, sqlite3.SQLITE_CANTOPEN:
		return fault.Wrap(fault.Unavailable, err, "The database file or its directory cannot be written")
	case sqlite3.SQLITE_IOERR:
		return fault.Wrap(fault.Unavailable, err, "The database file cannot be read or written")
	case sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB:
		return fault.Wrap(fault.Internal, err, "The database file is damaged or is no SQLite database")
	case sqlite3.SQLITE_TOOBIG:
		return fault.Wrap(fault.TooLarge, err, "The document is too large for the database")
	}
	return fault.Wrap(fault.Internal, err, "The database failed")
}

// code is SQLite's primary result code, 0 for an error of another kind.
func code(err error) int {
	var e *sqlite.Error
	if errors.As(err, &e) {
		return e.Code() & 0xff
	}
	return 0
}

func closed() error { return fault.New(fault.Unavailable, "The database is closed") }

func ended(ctx context.Context) error { return convert(ctx, ctx.Err()) }
