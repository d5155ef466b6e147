package api

import (
	"maps"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/gofiber/fiber/v2"

	"kontor/pkg/fault"
	"kontor/pkg/strapi"
	"kontor/pkg/value"
)

// rawQuery is the query string as it was sent, in memory of its own.
func rawQuery(c *fiber.Ctx) string { return string(c.Request().URI().QueryString()) }

// params reads a query string that has plain parameters only, each at most once and of these names.
func params(c *fiber.Ctx, names ...string) (map[string]string, error) {
	raw := rawQuery(c)
	if raw == "" {
		return nil, nil
	}
	values, err := url.ParseQuery(raw)
	if err != nil {
		return nil, fault.New(fault.Invalid, "The query can't be read: a name or a value is not percent-encoded as it should be")
	}
	out := make(map[string]string, len(values))
	for _, name := range slices.Sorted(maps.Keys(values)) {
		list := values[name]
		switch {
		case !utf8.ValidString(name) || !utf8.ValidString(list[0]):
			return nil, fault.New(fault.Invalid, "The query is not UTF-8")
		case !slices.Contains(names, name):
			return nil, fault.Key(shorten(name), "", "query", shorten(name))
		case len(list) > 1:
			return nil, fault.New(fault.Invalid, "The parameter %s repeats", name).With("param", name)
		}
		out[name] = list[0]
	}
	return out, nil
}

// number reads a parameter that counts something.
func number(in map[string]string, name string, usual int) (int, error) {
	s, ok := in[name]
	if !ok {
		return usual, nil
	}
	n, err := strconv.Atoi(s)
	if err != nil || n < 0 || n > 1_000_000 {
		return 0, fault.New(fault.Invalid, "%s must be a number from 0 to 1000000", name).With("key", name)
	}
	return n, nil
}

// revision reads the number of a revision.
func revision(s, name string) (int64, error) {
	rev, err := strconv.ParseInt(s, 10, 64)
	if err != nil || rev < 1 {
		return 0, fault.New(fault.Invalid, "%s must be the number of a revision", name).With("key", name)
	}
	return rev, nil
}

// ifMatch reads the revision that If-Match wants: 0 for "*", which is every one, and if the header was not sent.
func ifMatch(c *fiber.Ctx) (rev int64, sent bool, err error) {
	header := strings.TrimSpace(c.Get(fiber.HeaderIfMatch))
	if header == "" || header == "*" {
		return 0, header != "", nil
	}
	// A proxy that compresses makes tags weak; what counts is the revision, which that leaves alone.
	tag, ok := strings.CutPrefix(strings.TrimPrefix(header, "W/"), `"`)
	tag, closed := strings.CutSuffix(tag, `"`)
	digits, _, _ := strings.Cut(tag, "-")
	n, err := strconv.ParseUint(digits, 10, 63)
	if !ok || !closed || err != nil || n < 1 || strings.Contains(tag, `"`) {
		return 0, true, fault.New(fault.Invalid, `If-Match takes one ETag of this entry, such as "12-…", or *`).With("header", "If-Match")
	}
	return int64(n), true, nil
}

// body gives the request's JSON. Other media types and charsets are refused: guessing would change texts.
func body(c *fiber.Ctx) ([]byte, error) {
	if enc := c.Get(fiber.HeaderContentEncoding); enc != "" && !strings.EqualFold(enc, "identity") {
		return nil, fault.New(fault.MediaType, "The content encoding %s is not taken", shorten(enc))
	}
	data := c.BodyRaw()
	header := c.Get(fiber.HeaderContentType)
	if header == "" && len(data) == 0 {
		return data, nil
	}
	media, rest, _ := strings.Cut(strings.ToLower(header), ";")
	if strings.TrimSpace(media) != fiber.MIMEApplicationJSON {
		return nil, fault.New(fault.MediaType, "The body must be application/json, not %q", shorten(header))
	}
	for p := range strings.SplitSeq(rest, ";") {
		name, charset, _ := strings.Cut(strings.TrimSpace(p), "=")
		if charset = strings.Trim(charset, `"`); name == "charset" && charset != "utf-8" && charset != "utf8" {
			return nil, fault.New(fault.MediaType, "JSON is UTF-8, not %s", shorten(charset))
		}
	}
	return data, nil
}

// readObject reads the request's JSON, which must be an object.
func readObject(c *fiber.Ctx) (value.Object, error) {
	data, err := body(c)
	if err != nil {
		return nil, err
	}
	return strapi.ParsePlain(data)
}
