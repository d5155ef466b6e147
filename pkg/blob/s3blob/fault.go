package s3blob

import (
	"context"
	"errors"
	"net"
	"net/http"
	"slices"
	"strings"

	"github.com/minio/minio-go/v7"

	"kontor/pkg/blob"
	"kontor/pkg/fault"
)

// known turns what went wrong into an error of the port. This is the only place that knows the words of servers; what they say stays
// in the log. That a context ended is asked of the context: the network's own timeouts look the same.
func known(ctx context.Context, err error) error {
	var f *fault.Error
	if err == nil || errors.As(err, &f) {
		return err
	}
	if ended := blob.Ended(ctx); ended != nil {
		return ended
	}
	switch answer := said(err); {
	case answer.Code == minio.NoSuchKey:
		return fault.Wrap(fault.NotFound, err, "Not Found")
	case taken(err):
		return fault.Wrap(fault.Conflict, err, "There are bytes under this key already")
	case slices.Contains(below(), answer.Code):
		return fault.Wrap(fault.Invalid, err, "The key lies below another")
	}
	return fault.Wrap(fault.Unavailable, err, "The storage of files is not available")
}

// said is what the server answered; its zero value means that it did not.
func said(err error) minio.ErrorResponse {
	var answer minio.ErrorResponse
	_ = errors.As(err, &answer) // else it stays empty
	return answer
}

// taken tells whether a conditional write was refused since there is something under the key.
func taken(err error) bool {
	answer := said(err)
	return answer.StatusCode == http.StatusPreconditionFailed || slices.Contains([]string{minio.PreconditionFailed, "ConditionalRequestConflict"}, answer.Code)
}

// below is how servers that keep objects as files say that a key lies below another, or that others lie below it.
func below() []string {
	return []string{"XMinioParentIsObject", "XMinioObjectExistsAsDirectory", "ObjectParentIsFile", "ExistingObjectIsDirectory"}
}

// passing tells whether a failure may be gone the next time: the network's, bytes that changed on the way included, and those of a server
// that is busy or starting. Of parts that are missing MinIO speaks while it still puts them together for an earlier request, whose answer
// was lost.
func passing(err error) bool {
	answer := said(err)
	if answer.StatusCode == 0 && answer.Code == "" {
		return !errors.Is(err, errSilent)
	}
	return answer.StatusCode >= 500 && answer.StatusCode != http.StatusNotImplemented && answer.StatusCode != http.StatusInsufficientStorage ||
		answer.StatusCode == http.StatusTooManyRequests || slices.Contains([]string{
		"RequestTimeout", "SlowDown", "InternalError", "InvalidPart", "XAmzContentSHA256Mismatch", "BadDigest", "IncompleteBody",
	}, answer.Code)
}

// unheard tells whether a request can't have reached the server, since no connection came about.
func unheard(err error) bool {
	var op *net.OpError
	return errors.As(err, &op) && op.Op == "dial"
}

// sentence says for the operator what is wrong with the storage when the process starts, and what to do.
func (s *Store) sentence(err error) string {
	a := s.address
	switch answer := said(err); {
	case answer.Code == minio.NoSuchBucket:
		return "there is no bucket " + a.Bucket + "; make it, or add create=on to the address"
	case slices.Contains([]string{"InvalidAccessKeyId", "SignatureDoesNotMatch", "InvalidTokenId", "ExpiredToken", "XAdminUserNotFound"}, answer.Code):
		return "the server does not know the ID, or the SECRET is wrong; they stand in the address, in AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or come with the machine"
	case answer.Code == minio.AccessDenied:
		return "the account has too few rights on the bucket " + a.Bucket + ": it must list it, and read, write and delete its objects and multipart uploads"
	case answer.Code == "AuthorizationHeaderMalformed", answer.Code == "InvalidRegion":
		return "the server is in another region; say which by region=… in the address"
	case answer.Code == "RequestTimeTooSkewed":
		return "the clock of this machine and that of the server differ too much"
	case answer.StatusCode == http.StatusBadRequest && a.Plain:
		return "the server does not take the request; if it speaks TLS, leave tls=off out"
	case answer.Code != "":
		return "the server answers otherwise than S3 does; is this its S3 port?"
	case strings.Contains(err.Error(), "server gave HTTP response to HTTPS client"):
		return "the server does not speak TLS; add tls=off to the address if that is meant"
	case strings.Contains(err.Error(), "x509"):
		return "the server's certificate is not trusted; SSL_CERT_FILE may name the authority that issued it"
	}
	return "the server can't be reached; is it running, and is the host right?"
}
