package openapi

import (
	"cmp"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"kontor/pkg/value"
)

// Operation is one route, or with Each one that every content type has.
type Operation struct {
	Method, Path string // as the router has them: /manage/roles/:name
	Each         Act
	ID           string // operationId, the name of a function in generated clients
	Tag          string
	Summary      string
	Description  string
	Query        []Parameter
	Header       []Parameter
	Body         Body
	Answer       Answer
	Refuses      []int // statuses that it may have beside those of every route
	Open         bool  // needs no credentials
	Own          bool  // for everybody who is signed in, about oneself: never 403
	Keyless      bool  // looks at no credentials, so that none are wrong
	Bare         bool  // looks at nothing that a caller sends, so that hardly anything can go wrong but its limit
}

// Parameter is one of a route's own parameters.
type Parameter struct {
	Name, Description string
	Schema            value.Object
	Required          bool
	Commas            bool // a list in one parameter
	Brackets          bool // an object, its names in brackets
}

// Body is what a request sends. Without Schema there is none.
type Body struct {
	Type     string // media type; JSON if ""
	Schema   value.Object
	Optional bool
}

// Answer is what a request is answered with if nothing is wrong.
type Answer struct {
	Status      int    // 200 if 0
	Type        string // media type; JSON if ""
	Schema      value.Object
	Description string
	Also        []int    // other statuses with the same body
	Headers     []string // of components
	Links       value.Object
}

// Ref is a schema of Source.Schemas.
func Ref(name string) value.Object { return ref(name) }

// List is a list of what a schema describes.
func List(item value.Object) value.Object { return listOf(item) }

// Data is the envelope of /manage around what a schema describes.
func Data(s value.Object) value.Object { return object(value.Object{"data": s}, "data") }

// operation adds a route's description.
func (b *builder) operation(o Operation) {
	if o.Each != None {
		return
	}
	for _, path := range Paths(o.Path) {
		o := o
		if len(Paths(o.Path)) > 1 && path == Paths(o.Path)[0] {
			o.ID += "Short"
		}
		b.add(path, o, b.parameters(path, o))
	}
}

// add puts an operation under its path.
func (b *builder) add(path string, o Operation, parameters value.List) {
	item, ok := b.paths[path].(value.Object)
	if !ok {
		item = value.Object{}
		b.paths[path] = item
	}
	out := value.Object{"operationId": o.ID, "tags": value.List{o.Tag}, "summary": o.Summary, "responses": responses(path, o)}
	with(out, "description", o.Description)
	if len(parameters) > 0 {
		out["parameters"] = parameters
	}
	if o.Body.Schema != nil {
		out["requestBody"] = value.Object{"required": !o.Body.Optional, "content": value.Object{
			cmp.Or(o.Body.Type, "application/json"): value.Object{"schema": o.Body.Schema}}}
	}
	switch {
	case o.Keyless:
		out["security"] = value.List{}
	case !o.Open:
		out["security"] = value.List{value.Object{"bearer": value.List{}}}
	}
	item[strings.ToLower(o.Method)] = out
}

// Paths are a router's path as the document has it: one more for what is optional at its end.
func Paths(path string) []string {
	var names []string
	for s := range strings.SplitSeq(path, "/") {
		if name, ok := strings.CutPrefix(s, ":"); ok {
			name, ending, dotted := strings.Cut(strings.TrimSuffix(name, "?"), ".")
			if s = "{" + name + "}"; dotted {
				s += "." + ending
			}
		}
		if s == "*" { // a document has no name for several steps of a path
			s = "{page}"
		}
		names = append(names, s)
	}
	whole := strings.Join(names, "/")
	if strings.HasSuffix(path, "?") {
		return []string{strings.Join(names[:len(names)-1], "/"), whole}
	}
	return []string{whole}
}

func (b *builder) parameters(path string, o Operation) value.List {
	out := value.List{}
	for s := range strings.SplitSeq(path, "/") {
		if name, _, ok := strings.Cut(strings.TrimPrefix(s, "{"), "}"); ok {
			out = append(out, value.Object{"name": name, "in": "path", "required": true, "schema": b.inPath(path, name)})
		}
	}
	for _, p := range o.Query {
		out = append(out, parameter(p, "query"))
	}
	for _, p := range o.Header {
		out = append(out, parameter(p, "header"))
	}
	if o.Method == http.MethodGet {
		out = append(out, ifNoneMatch())
	}
	return out
}

func parameter(p Parameter, in string) value.Object {
	out := value.Object{"name": p.Name, "in": in, "schema": p.Schema}
	switch {
	case p.Commas:
		commas(out)
	case p.Brackets:
		brackets(out)
	}
	if p.Required {
		out["required"] = true
	}
	return with(out, "description", p.Description)
}

// inPath is the schema of a name in a path.
func (b *builder) inPath(path, name string) value.Object {
	switch {
	case name == "type":
		var ids []string
		for _, v := range b.src.Types {
			ids = append(ids, v.Type.ID)
		}
		if ids == nil {
			return value.Object{"type": "string"}
		}
		return value.Object{"type": "string", "enum": texts(ids)}
	case name == "rev", name == "id" && !strings.Contains(path, "{type}"):
		return numericID()
	case name == "id":
		return documentID()
	case name == "name" && strings.HasPrefix(path, "/manage/roles"):
		return value.Object{"type": "string", "pattern": "^[a-z][a-z0-9-]{0,39}$", "examples": value.List{"author"}}
	case name == "uid":
		return value.Object{"type": "string", "pattern": "^[A-Za-z0-9_-]+$", "examples": b.indexes()}
	case name == "key":
		return value.Object{"type": "string", "pattern": "^[a-z0-9]+$"}
	}
	return value.Object{"type": "string", "minLength": int64(1)}
}

// indexes are some of those that can be searched.
func (b *builder) indexes() value.List {
	out := value.List{}
	for _, v := range b.src.Types {
		if v.Type.Public && len(out) < 3 {
			out = append(out, v.Type.PathName())
		}
	}
	return append(out, "all")
}

func ifNoneMatch() value.Object {
	return parameter(Parameter{Name: "If-None-Match", Description: "ETags of answers that the client has; 304 if one is the same",
		Schema: value.Object{"type": "string"}}, "header")
}

// IfMatch is the header that names the revision a write is about.
func IfMatch(required bool) Parameter {
	says := "The ETag of what is written: if somebody changed it meanwhile the answer is 412. Only its revision counts, what stands before the hyphen."
	if required {
		says += " `*` for whatever is there."
	}
	return Parameter{Name: "If-Match", Description: says, Required: required,
		Schema: value.Object{"type": "string", "pattern": `^(\*|(W/)?"[1-9][0-9]{0,15}(-[0-9a-z]*)?")$`, "examples": value.List{`"12-3c9f0a1b2c3d4e5f"`}}}
}

// IdempotencyKey is the header that names a request, so that it can be sent again.
func IdempotencyKey() Parameter {
	return Parameter{Name: "Idempotency-Key", Description: "A name for this request, new for each, such as a UUID. A client that does not know what became of a request sends it again with " +
		"the same key and gets the first answer. 409 while the first one is in progress, 422 if the key was used for another request. Any other 4xx frees the key, a 500 or 503 does not. Kept for 24 hours.",
		Schema: value.Object{"type": "string", "maxLength": int64(257), "examples": value.List{`"8e03978e-40d5-43dd-bc93-6894a57f9324"`}}}
}

// responses are a route's answers, the refusals of all routes included.
func responses(path string, o Operation) value.Object {
	ok := value.Object{"description": cmp.Or(o.Answer.Description, "Done")}
	if o.Answer.Schema != nil {
		ok["content"] = value.Object{cmp.Or(o.Answer.Type, "application/json"): value.Object{"schema": o.Answer.Schema}}
	}
	named := append(slices.Clone(o.Answer.Headers), "RateLimit", "RateLimit-Policy")
	if o.Method == http.MethodGet {
		named = append(named, "ETag", "Cache-Control")
	}
	if len(named) > 0 {
		ok["headers"] = headerRefs(named)
	}
	if o.Answer.Links != nil {
		ok["links"] = o.Answer.Links
	}
	out := value.Object{}
	for _, status := range append([]int{cmp.Or(o.Answer.Status, http.StatusOK)}, o.Answer.Also...) {
		out[strconv.Itoa(status)] = ok
	}
	if o.Method == http.MethodGet {
		out["304"] = value.Object{"description": "Not changed", "headers": headerRefs([]string{"ETag", "Cache-Control"})}
	}
	if o.Bare {
		refuse(out, path, append([]int{429}, o.Refuses...))
		return out
	}
	refuse(out, path, append([]int{400, 429, 431, 500, 503}, o.Refuses...))
	if !o.Keyless {
		refuse(out, path, []int{401})
	}
	if o.Method != http.MethodGet { // a body may come where none is wanted
		refuse(out, path, []int{408, 413})
	}
	if o.Body.Schema != nil {
		refuse(out, path, []int{415})
	}
	if !o.Open && !o.Own && !o.Keyless {
		refuse(out, path, []int{403})
	}
	return out
}

// refuse adds what a route may refuse, in the form that errors have under its path.
func refuse(out value.Object, path string, list []int) {
	dialect := "Problem"
	switch {
	case strings.HasPrefix(path, "/api/"):
		dialect = "Strapi"
	case strings.HasPrefix(path, "/search/"):
		dialect = "Search"
	}
	for _, status := range list {
		form := dialect
		if status == http.StatusRequestHeaderFieldsTooLarge { // refused before the path is known
			form = "Problem"
		}
		out[strconv.Itoa(status)] = value.Object{"$ref": "#/components/responses/" + form + strconv.Itoa(status)}
	}
}

func headerRefs(names []string) value.Object {
	out := value.Object{}
	for _, name := range names {
		out[name] = value.Object{"$ref": "#/components/headers/" + name}
	}
	return out
}

// refusalStatuses are what may go wrong, in words that hold wherever it does.
func refusalStatuses() map[int]string {
	return map[int]string{
		400: "The request is wrong: a parameter or field that is not known, or a value that does not fit", 401: "The credentials are missing or wrong",
		403: "Not for this caller", 404: "Not there, for this caller", 408: "The request did not arrive in time", 409: "Something else is in the way: it is in use, or somebody was first",
		412: "If-Match names an older state; the details say who changed it, when, which fields, and the new ETag", 413: "The body is too large", 415: "The body is of another type than taken", 416: "The part that was asked for is not there",
		422: "The Idempotency-Key was used for another request", 428: "If-Match is missing", 429: "Too many requests", 431: "The request line and the headers are too long",
		500: "A defect. The answer carries the id under which it is logged", 501: "Not offered", 503: "Not at the moment; may be tried again",
	}
}

// refusals are the answers of all dialects to what is refused.
func refusals() value.Object {
	out := value.Object{}
	for status, says := range refusalStatuses() {
		var named []string
		switch status {
		case 401:
			named = append(named, "WWW-Authenticate")
		case 429:
			named = append(named, "Retry-After", "RateLimit", "RateLimit-Policy")
		case 409, 503:
			named = append(named, "Retry-After")
		}
		for dialect, form := range map[string]struct{ media, schema string }{
			"Strapi": {"application/json", "Error"}, "Problem": {"application/problem+json", "Problem"},
			"Search": {"application/json", "SearchError"},
		} {
			r := value.Object{"description": says, "content": value.Object{form.media: value.Object{"schema": ref(form.schema)}}}
			if named != nil {
				r["headers"] = headerRefs(named)
			}
			out[dialect+strconv.Itoa(status)] = r
		}
	}
	return out
}

func headers() value.Object {
	text := func(description, example string) value.Object {
		return value.Object{"description": description, "schema": value.Object{"type": "string"}, "example": example}
	}
	return value.Object{
		"Set-Cookie":          text("The session, unreadable for scripts", "kontor=…; Path=/; HttpOnly; SameSite=Strict"),
		"ETag":                text("Revision (0 where there is none) and hash of the answer", `"12-3c9f0a1b2c3d4e5f"`),
		"Cache-Control":       text("How caches may keep the answer", "no-cache"),
		"RateLimit":           text("How many requests are left (r), and in how many seconds all are back (t); absent for callers without a limit", `"address";r=5999;t=1`),
		"RateLimit-Policy":    text("How many requests (q) in how many seconds (w)", `"address";q=6000;w=60`),
		"Retry-After":         value.Object{"description": "After how many seconds to try again", "schema": value.Object{"type": "integer"}},
		"WWW-Authenticate":    text("What credentials are taken", "Bearer"),
		"X-Total-Count":       value.Object{"description": "How many there are without the window", "schema": value.Object{"type": "integer"}},
		"Kontor-Removed":      text("Markup that rich texts lost: field, element and, in brackets, attribute", "body script, body a[href]"),
		"Content-Disposition": text("Whether to show or to keep the file, and its name", `inline; filename="Satzung.pdf"`),
		"Content-Range":       text("Which part this is", "bytes 0-99/1234"),
		"Accept-Ranges":       text("That parts may be asked for", "bytes"),
	}
}
