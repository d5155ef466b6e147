// Package mongostore keeps documents in a MongoDB database.
//
// Layout: one collection per kind of document, under its own name. A document is {_id: key, rev, write, meta, publishedTwin,
// published, draftTwin, draft}, its parts as BSON objects of 64-bit integers, doubles, booleans and strings, so that an operator reads
// it in Compass as it is. Names of fields that mean something in a path (dots, a leading "$", numbers, which would also be positions
// in lists) are escaped with "%", see escape. A declared index is an index of the same paths with _id at its end.
//
// There are no transactions: an op of Apply is one atomic write, and the ops follow one another. Every write carries a random write
// id, which the document keeps: where a connection broke before the answer came, the write is repeated, and if it then fails its
// condition because it had happened, the id tells.
//
// All reads ask the primary for what a majority has, all writes wait for a majority with its journals. So nothing that was
// acknowledged is lost or read differently after a server has died, and what one process has written the next read of any other sees.
// MongoDB compares bytes of strings as the port wants it; no collation of it is ever used.
package mongostore
