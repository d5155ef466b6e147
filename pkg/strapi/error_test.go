package strapi

import (
	"encoding/json"
	"errors"
	"math"
	"strings"
	"testing"

	"kontor/pkg/content"
	"kontor/pkg/fault"
)

func TestAppendError(t *testing.T) {
	secret := errors.New("dial tcp 10.0.0.1: secret")
	field := fault.Field{Path: []string{"links", "0", "label"}, Code: "too_long", English: "links[0].label is too long", German: "Zu lang", Value: "x<y"}
	for _, c := range []struct {
		name string
		err  error
		want string
	}{
		{"not found", fault.New(fault.NotFound, "Not Found"), `{"data":null,"error":{"status":404,"name":"NotFoundError","message":"Not Found","details":{}}}`},
		{"no message", fault.New(fault.Forbidden, ""), `{"data":null,"error":{"status":403,"name":"ForbiddenError","message":"Forbidden","details":{}}}`},
		{"key", fault.Key("phone", "contact.phone", "query", "filters"), `{"data":null,"error":{"status":400,"name":"ValidationError",` +
			`"message":"Invalid key phone at contact.phone","details":{"key":"phone","param":"filters","path":"contact.phone","source":"query"}}}`},
		{"key at the top", fault.Key("nope", "", "body", ""), `{"data":null,"error":{"status":400,"name":"ValidationError",` +
			`"message":"Invalid key nope","details":{"key":"nope","path":null,"source":"body"}}}`},
		{"pages", fault.New(fault.Pagination, "mixed"), `{"data":null,"error":{"status":400,"name":"PaginationError","message":"mixed","details":{}}}`},
		{"one field", fault.Fields([]fault.Field{field}), `{"data":null,"error":{"status":400,"name":"ValidationError",` +
			`"message":"links[0].label is too long","details":{"errors":[{"path":["links","0","label"],"message":"links[0].label is too long",` +
			`"name":"ValidationError","value":"x<y","code":"too_long","messages":{"de":"Zu lang","en":"links[0].label is too long"}}]}}}`},
		{"two fields", fault.Fields([]fault.Field{{Code: "a", English: "A"}, {Path: []string{"b"}, Code: "b", English: "B", German: "C", Value: int64(7)}}),
			`{"data":null,"error":{"status":400,"name":"ValidationError","message":"2 errors occurred","details":{"errors":[` +
				`{"path":[],"message":"A","name":"ValidationError","value":null,"code":"a","messages":{"de":"A","en":"A"}},` +
				`{"path":["b"],"message":"B","name":"ValidationError","value":7,"code":"b","messages":{"de":"C","en":"B"}}]}}}`},
		{"a wrapped cause", fault.Wrap(fault.Unavailable, secret, "The store is away"),
			`{"data":null,"error":{"status":503,"name":"ServiceUnavailableError","message":"The store is away","details":{}}}`},
		{"internal", secret, `{"data":null,"error":{"status":500,"name":"InternalServerError","message":"Internal Server Error","details":{}}}`},
		{"internal with words", &fault.Error{Code: fault.Internal, Message: "secret", Err: secret, Fields: []fault.Field{field},
			Details: map[string]any{"id": "r-17", "secret": 1}},
			`{"data":null,"error":{"status":500,"name":"InternalServerError","message":"Internal Server Error","details":{"id":"r-17"}}}`},
		{"an unknown code", fault.New("odd", "secret"), `{"data":null,"error":{"status":500,"name":"InternalServerError","message":"Internal Server Error","details":{}}}`},
		{"facts of any type", fault.New(fault.Stale, "x").With("fields", []string{"a"}).With("rev", 7).With("odd", math.NaN()).With("any", map[string]int{"a": 1}),
			`{"data":null,"error":{"status":412,"name":"PreconditionFailedError","message":"x","details":{"any":{"a":1},"fields":["a"],"odd":null,"rev":7}}}`},
	} {
		t.Run(c.name, func(t *testing.T) {
			got := string(AppendError([]byte("x"), fault.As(c.err)))
			if got != "x"+c.want {
				t.Errorf("got  %s\nwant x%s", got, c.want)
			}
			if !json.Valid([]byte(got[1:])) || strings.Contains(got, "secret") {
				t.Error(got)
			}
		})
	}
	if got := string(AppendError(nil, nil)); !strings.Contains(got, `"status":500`) {
		t.Errorf("no error at all: %s", got)
	}
}

// An error must not be a way to get back much for little, nor break on what a service puts into it.
func TestAppendErrorBounded(t *testing.T) {
	long := strings.Repeat("ü", 1<<20)
	err := &fault.Error{Code: fault.Invalid, Message: long, Details: map[string]any{"key": long, "errors": "x"}, Fields: []fault.Field{
		{Path: []string{"title"}, English: "too long", Value: long}, {Path: []string{"topics"}, English: "wrong", Value: content.Links{Replace: true}},
		{Path: []string{"f"}, English: "odd", Value: func() {}},
	}}
	got := AppendError(nil, err)
	if !json.Valid(got) || len(got) > 4*maxEcho {
		t.Errorf("%d bytes", len(got))
	}
}
