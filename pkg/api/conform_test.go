package api_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"mime"
	"net/http"
	"slices"
	"strings"
	"sync"

	"github.com/santhosh-tekuri/jsonschema/v6"
)

// Every answer that a test of this package gets is compared with the OpenAPI document: its status must be described, and its body must be
// as the schema of that status says. What a document promises and no test ever sees is listed at the end.

// contract is the document that an admin gets of the tests' types, which has all there is.
var contract struct {
	sync.Mutex
	doc      map[string]any
	compiler *jsonschema.Compiler
	schemas  map[string]*jsonschema.Schema
	seen     map[string]bool // operation and status
}

// promised gives the document; nil where this server can't answer it now, and under the race detector, which makes comparing as slow as
// all the rest: the gate runs these tests without it too.
func (s *server) promised() map[string]any {
	if contract.doc != nil || racing {
		return contract.doc
	}
	req, _ := http.NewRequest("GET", "http://"+s.addr+"/openapi.json", nil)
	req.Header.Set("Authorization", s.secrets["admin"])
	res, err := s.client.Do(req)
	if err != nil {
		return nil
	}
	defer res.Body.Close()
	data, err := io.ReadAll(res.Body)
	doc, decoded := jsonschema.UnmarshalJSON(bytes.NewReader(data))
	if err != nil || decoded != nil || res.StatusCode != 200 {
		return nil
	}
	c := jsonschema.NewCompiler()
	c.DefaultDraft(jsonschema.Draft2020)
	c.AssertFormat()
	if err := c.AddResource("kontor:openapi.json", doc); err != nil {
		s.t.Fatal(err)
	}
	contract.compiler, contract.schemas, contract.seen = c, map[string]*jsonschema.Schema{}, map[string]bool{}
	contract.doc = doc.(map[string]any)
	return contract.doc
}

// within walks down a tree of objects.
func within(v any, names ...string) map[string]any {
	for _, n := range names {
		m, _ := v.(map[string]any)
		v = m[n]
	}
	m, _ := v.(map[string]any)
	return m
}

// described finds the path of a document that a request's path is; the one with most fixed parts.
func described(doc map[string]any, path string) string {
	path, _, _ = strings.Cut(path, "?")
	if path != "/" {
		path = strings.TrimSuffix(path, "/")
	}
	parts := strings.Split(path, "/")
	best, fixed := "", -1
	for p := range within(doc, "paths") {
		pattern := strings.Split(p, "/")
		if len(pattern) != len(parts) {
			continue
		}
		n := 0
		for i := range parts {
			if pattern[i] == parts[i] {
				n++
			} else if !strings.HasPrefix(pattern[i], "{") || parts[i] == "" {
				n = -1
				break
			}
		}
		if n > fixed {
			best, fixed = p, n
		}
	}
	return best
}

// conforms complains about an answer that the document does not describe.
func (s *server) conforms(c call, r reply) {
	contract.Lock()
	defer contract.Unlock()
	doc := s.promised()
	if doc == nil {
		return
	}
	path := described(doc, c.path)
	operation := within(doc, "paths", path, strings.ToLower(c.method))
	if operation == nil || r.status == http.StatusMethodNotAllowed {
		return
	}
	what := fmt.Sprintf("%s %s by %q: %d", c.method, c.path, c.by, r.status)
	status := fmt.Sprint(r.status)
	response := within(operation, "responses", status)
	if response == nil {
		s.t.Errorf("%s, which the OpenAPI document does not have: %s", abridged(what), abridged(r.body))
		return
	}
	contract.seen[operation["operationId"].(string)+" "+status] = true
	at := "/paths/" + strings.NewReplacer("~", "~0", "/", "~1").Replace(path) + "/" + strings.ToLower(c.method) + "/responses/" + status
	if ref, ok := response["$ref"].(string); ok {
		at = strings.TrimPrefix(ref, "#")
		response = within(doc, "components", "responses", at[strings.LastIndexByte(at, '/')+1:])
	}
	content := within(response, "content")
	if len(content) == 0 {
		if r.body != "" {
			s.t.Errorf("%s has a body, and should have none: %s", abridged(what), abridged(r.body))
		}
		return
	}
	media, _, _ := mime.ParseMediaType(r.header.Get("Content-Type"))
	if content[media] == nil {
		if content["*/*"] == nil {
			s.t.Errorf("%s is %q, and should be one of %v", abridged(what), media, slices.Collect(maps.Keys(content)))
		}
		return
	}
	if !strings.HasSuffix(media, "json") {
		return
	}
	schema := s.compiled(at + "/content/" + strings.ReplaceAll(media, "/", "~1") + "/schema")
	text, err := unpacked(r.header.Get("Content-Encoding"), r.body)
	if err != nil {
		s.t.Fatal(err)
	}
	body, err := jsonschema.UnmarshalJSON(strings.NewReader(text))
	if err == nil {
		err = schema.Validate(body)
	}
	if err != nil {
		s.t.Errorf("%s is not as the OpenAPI document has it: %v\n%s", abridged(what), err, abridged(r.body))
	}
}

func (s *server) compiled(pointer string) *jsonschema.Schema {
	if schema := contract.schemas[pointer]; schema != nil {
		return schema
	}
	schema, err := contract.compiler.Compile("kontor:openapi.json#" + strings.NewReplacer("{", "%7B", "}", "%7D").Replace(pointer))
	if err != nil {
		s.t.Fatal(err)
	}
	contract.schemas[pointer] = schema
	return schema
}

// everywhere are statuses that every route of a kind may have, for reasons that lie before it. One route's stands for all.
var everywhere = []string{"400", "401", "304", "408", "413", "415", "429", "431", "500", "503"}

// raced are answers to whoever loses a race again and again, and those that TestBadBytes gets without a client.
var raced = []string{
	"changePassword 409", "post of entries 409", "put of entries 409", "put of entries by id 409", "delete of entries 409", "unpublish 409", "publish 409",
	"upload 409",
	"some route 408", "some route 431",
}

// unseen lists what the document promises and no test has seen: of routes of entries by one type for all.
func unseen() []string {
	contract.Lock()
	defer contract.Unlock()
	var out []string
	acts := map[string]map[string]bool{} // routes of entries: what is promised, and if it was seen
	for _, path := range slices.Sorted(maps.Keys(within(contract.doc, "paths"))) {
		for _, method := range slices.Sorted(maps.Keys(within(contract.doc, "paths", path))) {
			operation := within(contract.doc, "paths", path, method)
			id := operation["operationId"].(string)
			tag := operation["tags"].([]any)[0].(string)
			for _, status := range slices.Sorted(maps.Keys(within(operation, "responses"))) {
				seen := contract.seen[id+" "+status]
				name := strings.TrimSuffix(id, "Short")
				switch {
				case slices.Contains(everywhere, status):
					name = "some route"
				case strings.HasPrefix(path, "/api/") && !slices.Contains([]string{"files", "auth", "users"}, tag):
					name = method + " of entries" + strings.Repeat(" by id", strings.Count(path, "/")-2)
				}
				if acts[name] == nil {
					acts[name] = map[string]bool{}
				}
				acts[name][status] = acts[name][status] || seen
			}
		}
	}
	for _, name := range slices.Sorted(maps.Keys(acts)) {
		for _, status := range slices.Sorted(maps.Keys(acts[name])) {
			if !acts[name][status] && !slices.Contains(raced, name+" "+status) {
				out = append(out, name+" "+status)
			}
		}
	}
	return out
}

// checkSeen fails a run of all tests in which something that the document promises was never answered.
func checkSeen(code int, all bool) int {
	if code != 0 || !all || contract.doc == nil {
		return code
	}
	if list := unseen(); len(list) > 0 {
		text, _ := json.MarshalIndent(list, "", " ")
		fmt.Printf("The OpenAPI document has answers that no test ever gets:\n%s\n", text)
		return 1
	}
	return code
}
