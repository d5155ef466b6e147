package fault

import "net/http"

// Code says what kind of failure it is; callers decide by it, never by the message.
type Code string

// The codes. The table below gives each its HTTP status and its name in the Strapi dialect.
const (
	Invalid        Code = "invalid"         // the request is wrong; repeating it changes nothing
	Pagination     Code = "pagination"      // page and offset mixed
	Syntax         Code = "syntax"          // the body is not what its media type says
	Unauthorized   Code = "unauthorized"    // who is calling is not known
	Forbidden      Code = "forbidden"       // who is calling may not do this
	NotFound       Code = "not_found"       // it is not there, for this caller
	Method         Code = "method"          // the path has no such method
	Conflict       Code = "conflict"        // somebody else was first, or something else is in use
	Stale          Code = "stale"           // If-Match names an older revision
	MatchRequired  Code = "match_required"  // If-Match is missing where it must not be
	TooLarge       Code = "too_large"       // the body is over the limit
	Range          Code = "range"           // the part that was asked for is not there
	HeadTooLarge   Code = "head_too_large"  // the request line and the headers are over the limit
	SlowClient     Code = "slow_client"     // the request did not arrive in time
	MediaType      Code = "media_type"      // the body's media type or charset is not taken
	TooMany        Code = "too_many"        // a rate limit
	TooDear        Code = "too_dear"        // the request is right and takes more work than this caller may ask for
	Timeout        Code = "timeout"         // the request's time is over
	NotImplemented Code = "not_implemented" // not offered
	Unavailable    Code = "unavailable"     // a server behind is away; may be tried again
	Internal       Code = "internal"        // a defect; the message says nothing
)

var table = map[Code]struct {
	status int
	strapi string
}{
	Invalid:        {http.StatusBadRequest, "ValidationError"},
	Pagination:     {http.StatusBadRequest, "PaginationError"},
	Syntax:         {http.StatusBadRequest, "SyntaxError"},
	Unauthorized:   {http.StatusUnauthorized, "UnauthorizedError"},
	Forbidden:      {http.StatusForbidden, "ForbiddenError"},
	NotFound:       {http.StatusNotFound, "NotFoundError"},
	Method:         {http.StatusMethodNotAllowed, "MethodNotAllowedError"},
	Conflict:       {http.StatusConflict, "ConflictError"},
	Stale:          {http.StatusPreconditionFailed, "PreconditionFailedError"},
	MatchRequired:  {http.StatusPreconditionRequired, "PreconditionRequiredError"},
	TooLarge:       {http.StatusRequestEntityTooLarge, "PayloadTooLargeError"},
	Range:          {http.StatusRequestedRangeNotSatisfiable, "RangeNotSatisfiableError"},
	HeadTooLarge:   {http.StatusRequestHeaderFieldsTooLarge, "RequestHeaderFieldsTooLargeError"},
	SlowClient:     {http.StatusRequestTimeout, "RequestTimeoutError"},
	MediaType:      {http.StatusUnsupportedMediaType, "UnsupportedMediaTypeError"},
	TooMany:        {http.StatusTooManyRequests, "RateLimitError"},
	TooDear:        {http.StatusBadRequest, "ValidationError"},
	Timeout:        {http.StatusServiceUnavailable, "ServiceUnavailableError"},
	NotImplemented: {http.StatusNotImplemented, "NotImplementedError"},
	Unavailable:    {http.StatusServiceUnavailable, "ServiceUnavailableError"},
	Internal:       {http.StatusInternalServerError, "InternalServerError"},
}

// Status is the HTTP status of the code.
func (c Code) Status() int {
	if row, ok := table[c]; ok {
		return row.status
	}
	return http.StatusInternalServerError
}

// StrapiName is the error name that Strapi 5 gives to the code's kind of failure.
func (c Code) StrapiName() string {
	if row, ok := table[c]; ok {
		return row.strapi
	}
	return "InternalServerError"
}
