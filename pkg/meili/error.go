package meili

import (
	"cmp"
	"fmt"
	"net/http"
	"strings"

	"kontor/pkg/fault"
	"kontor/pkg/value"
)

// The codes that a request can bring about (https://www.meilisearch.com/docs/reference/errors/error_codes), beside those of the
// parameters, which stand in their table.
const (
	badRequest        = "bad_request"
	featureNotEnabled = "feature_not_enabled"
	indexNotFound     = "index_not_found"
	invalidIndexUID   = "invalid_index_uid"
	missingIndexUID   = "missing_index_uid"
	malformedPayload  = "malformed_payload"
	missingPayload    = "missing_payload"
	missingFacetName  = "missing_facet_search_facet_name"
	invalidFacetName  = "invalid_facet_search_facet_name"
	invalidFacetQuery = "invalid_facet_search_query"
	invalidExhaustive = "invalid_facet_search_exhaustive_facet_count"
	invalidFilter     = "invalid_search_filter"
	invalidSort       = "invalid_search_sort"
	invalidFacets     = "invalid_search_facets"
	invalidDistinct   = "invalid_search_distinct"
	invalidSearchOn   = "invalid_search_attributes_to_search_on"
	invalidThreshold  = "invalid_search_ranking_score_threshold"
	invalidLocales    = "invalid_search_locales"
)

// codeDetail is the detail of a fault that holds Meilisearch's code.
const codeDetail = "meilisearch"

// maxEcho is how many bytes of what was sent an error repeats.
const maxEcho = 200

// maxMessage is how many bytes a message has at most; those that list attributes are long.
const maxMessage = 4 << 10

// refuse makes the error of a code.
func refuse(code, format string, args ...any) *fault.Error {
	return fault.New(fault.Invalid, format, args...).With(codeDetail, code)
}

// notOffered is the error of something that Meilisearch has and Kontor has not.
func notOffered(what, why string) error {
	return refuse(featureNotEnabled, "%s is not offered: %s.", what, why)
}

// IndexNotFound is the error of an index that is not there, with a sentence that says why; "" adds nothing.
func IndexNotFound(uid, why string) error {
	return fault.New(fault.NotFound, "%s", strings.TrimSpace("Index `"+echo(uid)+"` not found. "+why)).With(codeDetail, indexNotFound)
}

// Inside says in which query of a multi-search an error is. An index that is not there is what the path names in a
// single search (404), but part of the body here (400).
func Inside(i int, err error) error {
	e := *fault.As(err)
	if e.Details[codeDetail] == indexNotFound {
		e.Code = fault.Invalid
	}
	e.Message = fmt.Sprintf("Inside `.queries[%d]`: %s", i, e.Message)
	return &e
}

// general are the codes of faults that have none of their own. Meilisearch knows no time limit and no busy index; what fits best of what it
// knows tells a client that the server is to blame.
var general = map[fault.Code]string{
	fault.Invalid: badRequest, fault.Syntax: malformedPayload, fault.NotFound: "not_found", fault.TooLarge: "payload_too_large",
	fault.MediaType: "invalid_content_type", fault.TooMany: "too_many_search_requests", fault.Unavailable: "index_not_accessible",
	fault.Timeout: "internal", fault.Internal: "internal", fault.NotImplemented: featureNotEnabled,
}

// AppendError writes an error to dst in the form of Meilisearch. The wrapped cause is never written, and of a defect nothing but the id that
// joins the answer to the log.
func AppendError(dst []byte, e *fault.Error) []byte {
	code, _ := e.Details[codeDetail].(string)
	code = cmp.Or(code, general[e.Code], badRequest)
	message := cmp.Or(e.Message, http.StatusText(e.Code.Status()))
	kind := "invalid_request"
	switch {
	case e.Code == fault.Internal:
		kind, message = "internal", "An internal error has occurred."
		if id, ok := e.Details["id"].(string); ok {
			message += " It is logged as `" + id + "`."
		}
	case e.Code.Status() >= http.StatusInternalServerError:
		kind = "internal"
	case e.Code == fault.TooMany:
		kind = "system"
	}
	if len(message) > maxMessage {
		message = strings.ToValidUTF8(message[:maxMessage], "") + "…"
	}
	dst = append(dst, `{"message":`...)
	dst = value.AppendString(dst, message)
	dst = append(dst, `,"code":`...)
	dst = value.AppendString(dst, code)
	dst = append(dst, `,"type":`...)
	dst = value.AppendString(dst, kind)
	dst = append(dst, `,"link":`...)
	dst = value.AppendString(dst, "https://docs.meilisearch.com/errors#"+code)
	return append(dst, '}')
}

// echo cuts what was sent to what an error may repeat.
func echo(s string) string {
	if len(s) <= maxEcho {
		return s
	}
	return strings.ToValidUTF8(s[:maxEcho], "") + "…"
}

// MissingContentType is the error of a body that does not say what it is.
func MissingContentType() error {
	return fault.New(fault.MediaType, "A Content-Type header is missing. Accepted values for the Content-Type header are: `application/json`").
		With(codeDetail, "missing_content_type")
}

// InvalidContentType is the error of a body that is no JSON.
func InvalidContentType(sent string) error {
	return fault.New(fault.MediaType, "The Content-Type `%s` is invalid. Accepted values for the Content-Type header are: `application/json`", echo(sent))
}
