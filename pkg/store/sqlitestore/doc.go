// Package sqlitestore keeps documents in one SQLite file, in pure Go.
//
// Layout: one table per collection ("doc.<name>") with a TEXT column of JSON per part, in the order of store.Parts, so that a list
// reads the first pages of a row only. A declared index is an index on expressions. A path of Many that is also an index of its own
// has a side table of its elements ("many.<name>.<hash>"), which triggers keep: they live in the file, so whatever process writes,
// with whatever set of indexes it knows, maintains them in the same transaction.
//
// Every comparison goes through one expression that maps a JSON value to an SQL value of its own class: absent is NULL, numbers are
// numbers, text is text, false, true and "no scalar" are the blobs x'00', x'01' and x'02'. SQLite orders the classes in just that
// way, so a comparison bracketed by its class agrees with query.Eval, and one index column holds all there is to know.
//
// One connection writes. Concurrent Apply and Touch calls meet in one transaction, each in a savepoint, and are acknowledged
// after its commit; a call alone waits for nobody. Readers never wait for the writer (WAL). Other processes may use the file at
// the same time, on the same machine.
package sqlitestore
