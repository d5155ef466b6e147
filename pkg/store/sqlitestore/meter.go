package sqlitestore

import (
	"context"
	"math"
	"unsafe"

	"modernc.org/libc"
	sqlite3 "modernc.org/sqlite/lib"

	"kontor/pkg/fault"
	"kontor/pkg/store"
)

// SQLite calls a progress handler after every so many steps of its virtual machine, and ends the statement
// when the handler asks for it. The driver's library has no name for that, so each connection gets the
// handler from SQLite itself: an automatic extension, which runs when a connection opens, allocates a
// counter, installs the handler on it, and offers the address of the counter as the SQL function
// kontor_ticks. A connection asks for the address once; setting a bound is then one store to memory.

const (
	stepsPerTick = 1000 // steps of the virtual machine between two calls of the handler
	stepsPerWork = 12   // steps of testing a condition on a document; see store.Bound
	patience     = 2    // how many times the work of a bound a read may do
	// leastSteps is allowed to every read: 500,000 steps take 8 ms, or 300 ms where they take JSON apart.
	leastSteps = 500_000
)

// meterConnections has every connection that is opened from now on count its steps. Registering the same
// extension again changes nothing.
func meterConnections() error {
	tls := libc.NewTLS()
	defer tls.Close()
	if rc := sqlite3.Xsqlite3_auto_extension(tls, pointer(meterConnection)); rc != sqlite3.SQLITE_OK {
		return fault.New(fault.Internal, "SQLite takes no extension: result code %d", rc)
	}
	return nil
}

// meterConnection is the extension. SQLite frees the counter when the connection closes.
func meterConnection(tls *libc.TLS, db, _, _ uintptr) int32 {
	counter := libc.Xcalloc(tls, 1, 8)
	name, err := libc.CString("kontor_ticks")
	if counter == 0 || err != nil {
		return sqlite3.SQLITE_NOMEM
	}
	defer libc.Xfree(tls, name)
	*ticksAt(counter) = math.MaxInt64
	rc := sqlite3.Xsqlite3_create_function_v2(tls, db, name, 0, sqlite3.SQLITE_UTF8, counter, pointer(returnAddress), 0, 0, pointer(libc.Xfree))
	if rc == sqlite3.SQLITE_OK {
		sqlite3.Xsqlite3_progress_handler(tls, db, stepsPerTick, pointer(tick), counter)
	}
	return rc
}

// returnAddress is the SQL function kontor_ticks.
func returnAddress(tls *libc.TLS, call uintptr, _ int32, _ uintptr) {
	sqlite3.Xsqlite3_result_int64(tls, call, int64(sqlite3.Xsqlite3_user_data(tls, call)))
}

// tick is the progress handler: it ends the statement once the counter is used up.
func tick(_ *libc.TLS, counter uintptr) int32 {
	n := ticksAt(counter)
	if *n--; *n < 0 {
		return 1
	}
	return 0
}

// ticksAt gives the counter at an address of SQLite's memory, which the garbage collector does not move.
func ticksAt(address uintptr) *int64 { return *(**int64)(unsafe.Pointer(&address)) }

// pointer is how SQLite, which was translated from C, sees a function that is no closure.
func pointer[F any](f F) uintptr { return *(*uintptr)(unsafe.Pointer(&f)) }

// meter finds the connection's counter.
func (c *conn) meter() error {
	address, err := c.number(context.Background(), "SELECT kontor_ticks()")
	if err == nil {
		c.ticks = ticksAt(uintptr(address))
	}
	return err
}

// bounded runs fn within the bound that the context carries, and notes in it the work that was done. Other
// statements of the connection, before and afterwards, have no bound.
func (c *conn) bounded(ctx context.Context, fn func(c *conn) error) error {
	bound := store.BoundOf(ctx)
	if bound == nil {
		return fn(c)
	}
	allowed := (bound.Work*patience*stepsPerWork + leastSteps) / stepsPerTick
	*c.ticks = allowed
	defer func() {
		bound.Note((allowed - max(0, *c.ticks)) * stepsPerTick / stepsPerWork)
		*c.ticks = math.MaxInt64
	}()
	err := fn(c)
	if *c.ticks < 0 && code(err) == sqlite3.SQLITE_INTERRUPT && ctx.Err() == nil {
		return store.TooMuchWork(err)
	}
	return err
}
