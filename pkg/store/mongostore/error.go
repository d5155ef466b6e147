package mongostore

import (
	"context"
	"errors"

	"go.mongodb.org/mongo-driver/v2/mongo"
	"go.mongodb.org/mongo-driver/v2/x/mongo/driver"
	"go.mongodb.org/mongo-driver/v2/x/mongo/driver/topology"

	"kontor/pkg/fault"
	"kontor/pkg/store"
)

// The codes of MongoDB's errors that mean something here.
const (
	codeUserNotFound    = 11
	codeUnauthorized    = 13
	codeTypeMismatch    = 14
	codeAuthFailed      = 18
	codeIndexNotFound   = 27
	codeCursorNotFound  = 43
	codeNamespaceExists = 48
	codeMaxTime         = 50
	codeIndexOptions    = 85
	codeIndexKeys       = 86
	codeParallelArrays  = 171
	codeTooLarge        = 10334
	codeDiskFull        = 14031
	codeUpdateTooLarge  = 17419
	codeInsertTooLarge  = 17280
)

// refused is an error that waiting does not mend.
type refused struct{ error }

// Unwrap gives the error itself.
func (r refused) Unwrap() error { return r.error }

// convert gives the fault of an error of MongoDB's or of a context. A *fault.Error stays what it is.
func convert(ctx context.Context, err error) error {
	var known *fault.Error
	var op *store.OpError
	if err == nil || errors.As(err, &known) || errors.As(err, &op) {
		return err
	}
	if ended := ctx.Err(); ended != nil {
		return timeout(ended, err)
	}
	switch {
	case errors.Is(err, mongo.ErrClientDisconnected):
		return closed()
	case has(err, codeAuthFailed, codeUserNotFound):
		return fault.Wrap(fault.Unavailable, refused{err}, "The database refuses the user or the password")
	case has(err, codeUnauthorized):
		return fault.Wrap(fault.Unavailable, refused{err}, "The database's user lacks a right: it wants the role readWrite on the database")
	case isSelection(err):
		return away(err)
	case mongo.IsTimeout(err) && isDeadline(ctx, err):
		return timeout(context.DeadlineExceeded, err)
	case has(err, codeTypeMismatch):
		return fault.Wrap(fault.Invalid, err, "A field is no integer and cannot be added to")
	case has(err, codeParallelArrays):
		return fault.Wrap(fault.Invalid, err, "A field of an index holds a list, which the collection does not declare")
	case has(err, codeTooLarge, codeUpdateTooLarge, codeInsertTooLarge), errors.Is(err, driver.ErrDocumentTooLarge):
		return fault.Wrap(fault.TooLarge, err, "The document is too large for the database")
	case has(err, codeDiskFull):
		return fault.Wrap(fault.Unavailable, err, "The disk of the database is full")
	case ambiguous(err), mongo.IsTimeout(err):
		return away(err)
	}
	return fault.Wrap(fault.Internal, err, "The database failed")
}

// ambiguous tells whether the server may have done what it was asked all the same: the connection broke, or it ceased to be the
// primary, or it could not say in time that a majority has the write.
func ambiguous(err error) bool {
	if isSelection(err) {
		return false
	}
	var e mongo.ServerError
	if !errors.As(err, &e) {
		var pool driver.RetryablePoolError // the connections were closed before this call had one
		return mongo.IsNetworkError(err) || errors.As(err, new(topology.ConnectionError)) || errors.As(err, &pool)
	}
	return mongo.IsNetworkError(err) || e.HasErrorLabel(driver.RetryableWriteError) || isWriteConcern(err) || has(err, stateCodes...)
}

// stateCodes are those of a server that shuts down, starts or is not the primary.
var stateCodes = []int{6, 7, 89, 91, 189, 262, 317, 358, 9001, 10058, 10107, 11600, 11602, 13435, 13436}

// isWriteConcern tells that a write was made, and that its being kept by a majority is not known.
func isWriteConcern(err error) bool {
	var one mongo.WriteException
	var many mongo.BulkWriteException
	return errors.As(err, &one) && one.WriteConcernError != nil && len(one.WriteErrors) == 0 ||
		errors.As(err, &many) && many.WriteConcernError != nil && len(many.WriteErrors) == 0
}

// isSelection tells that no server was there to be asked.
func isSelection(err error) bool { return errors.As(err, new(topology.ServerSelectionError)) }

// isDeadline tells that a timeout is the one of the call. MongoDB's library sends the time that is left along, and ends a call where
// too little is left for an answer. Other timeouts are those of a connection.
func isDeadline(ctx context.Context, err error) bool {
	_, limited := ctx.Deadline()
	return limited && (errors.Is(err, driver.ErrDeadlineWouldBeExceeded) || has(err, codeMaxTime))
}

func has(err error, codes ...int) bool {
	var e mongo.ServerError
	if errors.As(err, &e) {
		for _, c := range codes {
			if e.HasErrorCode(c) {
				return true
			}
		}
	}
	var d driver.Error // from within a connection's greeting
	if errors.As(err, &d) {
		for _, c := range codes {
			if int(d.Code) == c {
				return true
			}
		}
	}
	return false
}

func timeout(ended, err error) error {
	if !errors.Is(err, ended) {
		err = errors.Join(ended, err)
	}
	return fault.Wrap(fault.Timeout, err, "The time for a call to the database is over")
}

func away(err error) error {
	return fault.Wrap(fault.Unavailable, err, "The database does not answer")
}

func closed() error { return fault.New(fault.Unavailable, "The database is closed") }

func unknown() error {
	return fault.New(fault.Unavailable, "The connection to the database broke, and whether it wrote is not known")
}
