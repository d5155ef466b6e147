package api

import (
	"context"
	"io"
	"net/url"
	"strconv"
	"strings"

	"github.com/gofiber/fiber/v2"

	"kontor/pkg/asset"
	"kontor/pkg/fault"
)

// download answers with the bytes of a file, or with ?format= those of a variant; with ?download they are kept and not shown. Other
// parameters are let pass, since sites put all kinds of them behind addresses of files. The name at the end of the path is for people.
func (s *Server) download(c *fiber.Ctx) error {
	if s.files == nil {
		return s.noRoute(c)
	}
	o, err := s.objectOf(c)
	if err != nil {
		return err
	}
	if c.Context().QueryArgs().Has("download") {
		o.inline = false
	}
	return s.sendObject(c, o)
}

// objectOf finds the bytes that an address means. Those that the public does not get, the upload itself where metadata were removed from
// it and earlier editions, are for callers who may read a draft with the file.
func (s *Server) objectOf(c *fiber.Ctx) (object, error) {
	format := c.Query("format")
	number, err := editionOf(c)
	if err != nil {
		return object{}, err
	}
	f, err := s.content.FileByKey(c.UserContext(), callerOf(c), c.Params("key"))
	if err != nil {
		return object{}, err
	}
	former := number != 0 && number != f.Edition
	if former || format == asset.Original {
		if err := s.content.ReadsAsEditor(c.UserContext(), callerOf(c), f); err != nil {
			return object{}, err
		}
	}
	if former {
		var there bool
		if f, there = f.At(number); !there {
			return object{}, fault.New(fault.NotFound, "Not Found")
		}
	}
	o := object{file: f, name: f.Name, internal: former || format == asset.Original}
	o.mediaType, o.inline = f.Served()
	switch size, sha256 := f.Public(); format {
	case "":
		o.size, o.tag = size, `"`+sha256[:32]+`"`
	case asset.Original:
		o.size, o.tag, o.variant = f.Size, `"`+f.SHA256[:32]+`"`, asset.Original
	default:
		v, ok := f.Variant(format)
		if !ok {
			return object{}, fault.New(fault.NotFound, "Not Found")
		}
		o.variant, o.size, o.mediaType, o.inline = v.Name, v.Size, v.Type, true
		o.tag = `"` + f.Version(v.Name) + "-" + v.Name + `"`
		o.name = strings.TrimSuffix(v.Name, "-webp") + "_" + strings.TrimSuffix(f.Name, f.Ext()) + v.Ext()
	}
	o.fixed = !o.internal && c.Query("v") == f.Version(o.variant)
	return o, nil
}

func editionOf(c *fiber.Ctx) (int, error) {
	text := c.Query("edition")
	if text == "" {
		return 0, nil
	}
	n, err := strconv.Atoi(text)
	if err != nil || n < 1 {
		return 0, fault.New(fault.Invalid, "edition must be the number of an edition").With("param", "edition")
	}
	return n, nil
}

// object is what a download answers with.
type object struct {
	file      asset.File
	variant   string
	size      int64
	mediaType string
	inline    bool
	tag       string
	name      string
	fixed     bool // the address carries the version of the bytes
	internal  bool // the public does not get these bytes
}

// sendObject answers with an object or the part of it that was asked for (RFC 9110, section 14).
func (s *Server) sendObject(c *fiber.Ctx, o object) error {
	o.headers(c)
	if _, same := matchesAny(c.Get(fiber.HeaderIfNoneMatch), o.tag); same {
		return c.SendStatus(fiber.StatusNotModified)
	}
	c.Set(fiber.HeaderContentType, o.mediaType)
	from, length := int64(0), o.size
	condition := c.Get(fiber.HeaderIfRange)
	if header := c.Get(fiber.HeaderRange); header != "" && c.Method() == fiber.MethodGet && (condition == "" || condition == o.tag) {
		start, n, ok := parseRange(header, o.size)
		if ok && n == 0 {
			c.Set(fiber.HeaderContentRange, "bytes */"+strconv.FormatInt(o.size, 10))
			return fault.New(fault.Range, "The file has %d bytes", o.size)
		}
		if ok {
			from, length = start, n
			c.Set(fiber.HeaderContentRange, "bytes "+strconv.FormatInt(from, 10)+"-"+strconv.FormatInt(from+n-1, 10)+"/"+strconv.FormatInt(o.size, 10))
			c.Status(fiber.StatusPartialContent)
		}
	}
	if c.Method() == fiber.MethodHead {
		c.Response().Header.SetContentLength(int(length))
		c.Response().SkipBody = true
		return nil
	}
	// The bytes go out after the handler, when the request's own context has ended.
	ctx, cancel := context.WithCancel(context.WithoutCancel(c.UserContext()))
	r, err := s.files.Open(ctx, o.file, o.variant, from, length)
	if err != nil {
		cancel()
		return err
	}
	return s.sendStream(c, &cancelling{r, cancel}, length)
}

// cancelling ends a context with a reader.
type cancelling struct {
	io.ReadCloser
	cancel func()
}

// Close closes the reader.
func (r *cancelling) Close() error {
	defer r.cancel()
	return r.ReadCloser.Close()
}

// headers are those of every answer about an object. What comes from strangers must do nothing in a browser: it is shown in a sandbox
// without scripts, or kept. A PDF has no sandbox, as browsers show none in one; it can't hold a page either. Sites elsewhere may
// show files. What lies under an address can change, and who may see it does, so a cache has to ask each time; only the address of one
// version never means other bytes.
func (o object) headers(c *fiber.Ctx) {
	policy := "default-src 'none'; img-src 'self'; media-src 'self'; style-src 'unsafe-inline'; sandbox"
	if o.mediaType == "application/pdf" {
		policy = "script-src 'none'; base-uri 'none'; form-action 'none'"
	}
	c.Set(fiber.HeaderContentSecurityPolicy, policy)
	c.Set("Cross-Origin-Resource-Policy", "cross-origin")
	c.Response().Header.Del("X-Robots-Tag") // a PDF is to be found
	c.Set(fiber.HeaderContentDisposition, disposition(o.inline, o.name))
	c.Set(fiber.HeaderAcceptRanges, "bytes")
	c.Set(fiber.HeaderETag, o.tag)
	cache := "no-cache"
	switch caller := callerOf(c); {
	case caller.Preview != nil:
		cache = "private, no-store"
	case caller.IsAnonymous() && o.fixed:
		cache = "public, max-age=31536000, immutable"
	case !caller.IsAnonymous():
		cache = "private, no-cache"
	}
	c.Set(fiber.HeaderCacheControl, cache)
	c.Vary(fiber.HeaderAuthorization)
}

// disposition says whether a browser shows or keeps a file, and under which name (RFC 6266): in ASCII for old ones, whole for others.
func disposition(inline bool, name string) string {
	var b strings.Builder
	if inline {
		b.WriteString("inline")
	} else {
		b.WriteString("attachment")
	}
	b.WriteString(`; filename="`)
	plain := true
	for _, r := range name {
		switch {
		case r < ' ' || r > '~' || r == '%': // some browsers decode percents here
			b.WriteByte('_')
			plain = false
		case r == '"' || r == '\\':
			b.WriteByte('\'')
			plain = false
		default:
			b.WriteRune(r)
		}
	}
	b.WriteByte('"')
	if !plain {
		b.WriteString("; filename*=UTF-8''" + strings.ReplaceAll(strings.ReplaceAll(url.QueryEscape(name), "+", "%20"), "*", "%2A"))
	}
	return b.String()
}

// parseRange reads a Range header for size bytes. It is not ok for what may be ignored: other units, several ranges, what can't be read.
// A range of which nothing is there has the length 0.
func parseRange(header string, size int64) (from, length int64, ok bool) {
	spec, isBytes := strings.CutPrefix(strings.ToLower(strings.TrimSpace(header)), "bytes=")
	first, last, isRange := strings.Cut(strings.TrimSpace(spec), "-")
	if !isBytes || !isRange || strings.Contains(spec, ",") {
		return 0, 0, false
	}
	start, okFirst := rangeNumber(first)
	end, okLast := rangeNumber(last)
	switch {
	case first == "" && okLast: // the last bytes
		length = min(end, size)
		return size - length, length, true
	case !okFirst, last != "" && !okLast, last != "" && end < start:
		return 0, 0, false
	case start >= size:
		return 0, 0, true
	case last == "" || end >= size:
		end = size - 1
	}
	return start, end - start + 1, true
}

func rangeNumber(s string) (int64, bool) {
	if s == "" || s[0] < '0' || s[0] > '9' {
		return 0, false
	}
	n, err := strconv.ParseInt(s, 10, 63)
	return n, err == nil
}
