// Package fault is the one error type of Kontor: a code, a message that is safe to show, and what is wrong field by field.
//
// Whatever is not a *Error is internal: its text is logged and never leaves the process.
package fault

import (
	"errors"
	"fmt"
)

// Error is a failure that a caller may be told about.
type Error struct {
	Code    Code
	Message string         // safe to show, English
	Details map[string]any // machine-readable facts, safe to show: the key, where it stood, a limit
	Fields  []Field        // what is wrong in a body, every field at once
	Err     error          // the cause, for the log only
}

// Field is one wrong field of an entry or a body.
type Field struct {
	Path    []string // from the root, list positions as decimal numbers: ["links", "0", "label"]
	Code    string   // a stable word: required, type, too_long, not_unique …
	English string
	German  string
	Value   any // what was sent, nil if nothing
}

// Error gives the message and the cause, for logs.
func (e *Error) Error() string {
	if e.Err != nil {
		return e.Message + ": " + e.Err.Error()
	}
	return e.Message
}

// Unwrap gives the cause.
func (e *Error) Unwrap() error { return e.Err }

// New makes an error of a code with a formatted, safe message.
func New(code Code, format string, args ...any) *Error {
	return &Error{Code: code, Message: fmt.Sprintf(format, args...)}
}

// Wrap makes an error of a code with a safe message around a cause that stays in the log.
func Wrap(code Code, err error, format string, args ...any) *Error {
	return &Error{Code: code, Message: fmt.Sprintf(format, args...), Err: err}
}

// With adds one machine-readable fact and returns the same error.
func (e *Error) With(key string, v any) *Error {
	if e.Details == nil {
		e.Details = map[string]any{}
	}
	e.Details[key] = v
	return e
}

// Key is the error for a name that does not exist for this caller, in the words of Strapi 5: what stood where.
// path is the dotted place of the key, "" if it stands at the top; param is the query parameter, "" in a body.
func Key(key, path, source, param string) *Error {
	msg := "Invalid key " + key
	if path != "" && path != key {
		msg += " at " + path
	}
	e := New(Invalid, "%s", msg).With("key", key).With("source", source)
	if path == "" {
		e.With("path", nil)
	} else {
		e.With("path", path)
	}
	if param != "" {
		e.With("param", param)
	}
	return e
}

// Fields makes one Invalid error that names every wrong field. It returns nil for none.
func Fields(fields []Field) error {
	switch len(fields) {
	case 0:
		return nil
	case 1:
		return &Error{Code: Invalid, Message: fields[0].English, Fields: fields}
	default:
		return &Error{Code: Invalid, Message: fmt.Sprintf("%d errors occurred", len(fields)), Fields: fields}
	}
}

// As gives the *Error inside err; a foreign error comes back as Internal around it.
func As(err error) *Error {
	var e *Error
	if errors.As(err, &e) {
		return e
	}
	return Wrap(Internal, err, "Internal Server Error")
}

// Is tells whether err carries the code. A nil error carries none.
func Is(err error, code Code) bool {
	return err != nil && As(err).Code == code
}
