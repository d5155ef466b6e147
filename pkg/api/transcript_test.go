package api_test

import (
	"bufio"
	"bytes"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"net"
	"net/http"
	"os"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"

	"kontor/pkg/api"
	"kontor/pkg/auth"
	"kontor/pkg/content"
	"kontor/pkg/schema"
	"kontor/schemas"
)

// recorded is one line of testdata/strapi.ndjson: what a real Strapi 5.54 was asked and what it answered, in order, ids and times
// replaced by <type-n> and <time>. A line with an entry names attributes that later answers mean by "@name", or by
// {"@": "name", …} with what is different. Lines with setup are requests whose answers were not recorded.
type recorded struct {
	Entry string         `json:"entry"`
	Has   map[string]any `json:"has"`

	N      int             `json:"n"`
	Note   string          `json:"note"`
	Setup  string          `json:"setup"` // the name of the entry that it makes
	Method string          `json:"method"`
	Path   string          `json:"path"`
	By     string          `json:"by"` // "": the public, token: an editor's token, wrong: a token that does not exist
	Body   json.RawMessage `json:"body"`
	Raw    *string         `json:"raw"`   // a body that is not JSON
	Raw64  string          `json:"raw64"` // one that is not text
	Ties   string          `json:"ties"`  // the sorted field in which entries are alike: Strapi goes on by id, Kontor by documentId
	answer
	Better  *answer `json:"better"`  // Kontor's answer where it is better on purpose
	Differs *answer `json:"differs"` // Kontor's answer where it differs and no client can mind
}

// answer is what comes back: one entry, a list, an error in Strapi's form, or plain text.
type answer struct {
	Why        string         `json:"why"`
	Status     int            `json:"status"`
	One        any            `json:"one"`
	List       []any          `json:"list"`
	Pagination map[string]any `json:"pagination"`
	Error      map[string]any `json:"error"`
	Text       string         `json:"text"`
}

// TestStrapiTranscript asks Kontor what a real Strapi was asked, on the same types and in the same order, and wants the same
// answers, except for those that a line marks as better or different.
//
// Everywhere else Kontor differs in four ways: an id is one and stable, so answers are compared without numbers; fields that are
// private in Strapi are private to the editors, so the token sees them; the path of an unknown key may be the key; errors carry
// more ("code", "messages").
func TestStrapiTranscript(t *testing.T) {
	c := newTranscriptClient(t)
	count := 0
	for _, r := range readTranscript(t) {
		if r.Entry != "" {
			c.entries[r.Entry] = r.Has
			continue
		}
		name := "setup " + r.Setup
		if r.Setup == "" {
			name = fmt.Sprintf("%03d %s %s", r.N, r.Method, r.Path)
			if count++; r.N != count {
				t.Fatalf("line %d of the transcript is missing", count)
			}
		}
		t.Run(name, func(t *testing.T) { c.check(t, r) })
	}
	if count != 194 {
		t.Errorf("%d cases, want 194", count)
	}
}

func readTranscript(t *testing.T) []recorded {
	t.Helper()
	f, err := os.Open("testdata/strapi.ndjson")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	var out []recorded
	lines := bufio.NewScanner(f)
	for lines.Scan() {
		d := json.NewDecoder(bytes.NewReader(lines.Bytes()))
		d.DisallowUnknownFields()
		var r recorded
		if err := d.Decode(&r); err != nil {
			t.Fatalf("%v in %s", err, lines.Text())
		}
		out = append(out, r)
	}
	if err := lines.Err(); err != nil {
		t.Fatal(err)
	}
	return out
}

// transcriptClient is a client of a Kontor with the transcript's types, and what it has learned of the entries there.
type transcriptClient struct {
	url     string
	token   string
	entries map[string]map[string]any
	ids     map[string]string  // documentId by name
	names   map[string]string  // name by documentId
	numbers map[string]float64 // numeric id by name
}

func newTranscriptClient(t *testing.T) *transcriptClient {
	t.Helper()
	ctx := t.Context()
	types, err := schema.Load(os.DirFS("../../scripts/clients/schemas"), schemas.FS)
	if err != nil {
		t.Fatal(err)
	}
	st := openStore(t)
	accounts, err := auth.New(ctx, st, auth.Options{})
	if err != nil {
		t.Fatal(err)
	}
	entries, err := content.New(ctx, st, types, content.Options{Meta: schemas.FS})
	if err != nil {
		t.Fatal(err)
	}
	if err := entries.Activate(ctx); err != nil {
		t.Fatal(err)
	}
	token, _, err := accounts.CreateToken(ctx, auth.Token{Name: "transcript", Role: auth.Editor})
	if err != nil {
		t.Fatal(err)
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	s := api.New(api.Options{Content: entries, Auth: accounts})
	done := make(chan error, 1)
	go func() { done <- s.Serve(l) }()
	t.Cleanup(func() {
		http.DefaultClient.CloseIdleConnections()
		if err := s.Shutdown(t.Context()); err != nil && t.Context().Err() == nil {
			t.Error(err)
		}
		<-done
	})
	return &transcriptClient{
		url: "http://" + l.Addr().String(), token: token,
		entries: map[string]map[string]any{}, ids: map[string]string{}, names: map[string]string{}, numbers: map[string]float64{},
	}
}

func (c *transcriptClient) check(t *testing.T, r recorded) {
	status, body := c.send(t, r)
	if r.Setup != "" {
		if status != r.Status {
			t.Fatalf("status %d: %s", status, body)
		}
		c.learn(t, r.Setup, body)
		return
	}
	want := r.answer
	for _, ours := range []*answer{r.Better, r.Differs} {
		if ours == nil {
			continue
		}
		if ours.Why == "" || r.Better != nil && r.Differs != nil {
			t.Error("a difference needs one reason")
		}
		want = *ours
	}
	if status != want.Status {
		t.Errorf("status %d, want %d: %s", status, want.Status, body)
	}
	if m, ok := want.One.(map[string]any); ok && status == 201 {
		c.learn(t, m["@"].(string), body)
	} else if s, ok := want.One.(string); ok && status < 300 {
		c.learn(t, s[1:], body)
	}
	var got any
	if err := json.Unmarshal([]byte(body), &got); err != nil && body != "" {
		t.Fatalf("no JSON: %s", body)
	}
	got = c.generalise(t, got, r.By)
	expected, err := json.Marshal(c.expect(want))
	if err != nil {
		t.Fatal(err)
	}
	var w any
	if err := json.Unmarshal(expected, &w); err != nil {
		t.Fatal(err)
	}
	if r.Ties != "" {
		settle(got, r.Ties)
		settle(w, r.Ties)
	}
	for _, d := range differences("", got, w) {
		t.Error(d)
	}
}

func (c *transcriptClient) send(t *testing.T, r recorded) (int, string) {
	t.Helper()
	var body io.Reader
	switch {
	case r.Raw != nil:
		body = strings.NewReader(*r.Raw)
	case r.Raw64 != "":
		data, err := base64.StdEncoding.DecodeString(r.Raw64)
		if err != nil {
			t.Fatal(err)
		}
		body = bytes.NewReader(data)
	case r.Body != nil:
		body = strings.NewReader(c.fill(t, string(r.Body)))
	}
	req, err := http.NewRequestWithContext(t.Context(), r.Method, c.url+c.fill(t, r.Path), body)
	if err != nil {
		t.Fatal(err)
	}
	if body != nil {
		req.Header.Set("Content-Type", "application/json")
	}
	switch r.By {
	case "token":
		req.Header.Set("Authorization", "Bearer "+c.token)
	case "wrong":
		req.Header.Set("Authorization", "Bearer wrong")
	}
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	data, err := io.ReadAll(res.Body)
	if err != nil {
		t.Fatal(err)
	}
	return res.StatusCode, string(data)
}

var placeholder = regexp.MustCompile(`<([a-z]+-[0-9]+)(\.id)?>`)

// fill puts the ids of this run into a request.
func (c *transcriptClient) fill(t *testing.T, s string) string {
	return placeholder.ReplaceAllStringFunc(s, func(p string) string {
		m := placeholder.FindStringSubmatch(p)
		if c.ids[m[1]] == "" {
			t.Fatalf("%s was not made", m[1])
		}
		if m[2] != "" {
			return fmt.Sprint(c.numbers[m[1]])
		}
		return c.ids[m[1]]
	})
}

// learn notes under which ids an answer has the entry of a name.
func (c *transcriptClient) learn(t *testing.T, name, body string) {
	t.Helper()
	var a struct {
		Data struct {
			ID         float64 `json:"id"`
			DocumentID string  `json:"documentId"`
		} `json:"data"`
	}
	if err := json.Unmarshal([]byte(body), &a); err != nil || a.Data.DocumentID == "" {
		t.Fatalf("no entry: %s", body)
	}
	if known := c.ids[name]; known != "" && known != a.Data.DocumentID {
		t.Fatalf("%s has become %s", name, a.Data.DocumentID)
	}
	c.ids[name], c.names[a.Data.DocumentID], c.numbers[name] = a.Data.DocumentID, name, a.Data.ID
}

var instant = regexp.MustCompile(`^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$`)

// generalise brings an answer into the transcript's form.
func (c *transcriptClient) generalise(t *testing.T, v any, by string) any {
	switch x := v.(type) {
	case string:
		if instant.MatchString(x) {
			return "<time>"
		}
		for id, name := range c.names {
			x = strings.ReplaceAll(x, id, "<"+name+">")
		}
		return x
	case []any:
		for i := range x {
			x[i] = c.generalise(t, x[i], by)
		}
	case map[string]any:
		// What uses another entry is named by type and documentId, without a number.
		if doc, ok := x["documentId"].(string); ok && x["type"] == nil {
			number, ok := x["id"].(float64)
			if known := c.numbers[c.names[doc]]; !ok || known != number {
				t.Errorf("the id of %s was %v and is %v", c.names[doc], known, x["id"])
			}
		}
		delete(x, "id")
		if by == "token" {
			delete(x, "secret")
			delete(x, "phone")
		}
		if _, isProblem := x["messages"]; isProblem {
			delete(x, "messages")
			delete(x, "code")
		}
		for k := range x {
			x[k] = c.generalise(t, x[k], by)
		}
		if users, ok := x["usedBy"].([]any); ok {
			sortByID(users)
		}
	}
	return v
}

// settle puts those entries of a list that are alike in a field into one order.
func settle(answer any, field string) {
	body, _ := answer.(map[string]any)
	list, _ := body["data"].([]any)
	value := func(i int) any { return list[i].(map[string]any)[field] }
	for from := 0; from < len(list); {
		to := from + 1
		for to < len(list) && value(to) == value(from) {
			to++
		}
		sortByID(list[from:to])
		from = to
	}
}

func sortByID(list []any) {
	id := func(v any) string { return v.(map[string]any)["documentId"].(string) }
	slices.SortFunc(list, func(a, b any) int { return strings.Compare(id(a), id(b)) })
}

// expect is the whole body that an answer stands for.
func (c *transcriptClient) expect(a answer) any {
	switch {
	case a.Error != nil:
		e := maps.Clone(a.Error)
		e["status"] = a.Status
		return map[string]any{"data": nil, "error": e}
	case a.List != nil:
		return map[string]any{"data": c.expand(a.List), "meta": map[string]any{"pagination": a.Pagination}}
	case a.One != nil:
		return map[string]any{"data": c.expand(a.One), "meta": map[string]any{}}
	case a.Text != "":
		return a.Text
	}
	return nil
}

// expand writes the entries out that are meant by their names.
func (c *transcriptClient) expand(v any) any {
	switch x := v.(type) {
	case string:
		if name, ok := strings.CutPrefix(x, "@"); ok {
			return c.expand(map[string]any{"@": name})
		}
	case []any:
		out := make([]any, len(x))
		for i := range x {
			out[i] = c.expand(x[i])
		}
		return out
	case map[string]any:
		out := map[string]any{}
		if name, ok := x["@"].(string); ok {
			maps.Copy(out, c.entries[name])
			maps.Copy(out, map[string]any{"documentId": "<" + name + ">", "createdAt": "<time>", "updatedAt": "<time>", "publishedAt": "<time>"})
		}
		for k, v := range x {
			if k != "@" {
				out[k] = c.expand(v)
			}
		}
		return out
	}
	return v
}

// differences lists the places where two trees of JSON are not the same.
func differences(at string, got, want any) []string {
	switch w := want.(type) {
	case map[string]any:
		g, ok := got.(map[string]any)
		if !ok {
			break
		}
		var out []string
		all := maps.Clone(w)
		maps.Copy(all, g)
		for _, k := range slices.Sorted(maps.Keys(all)) {
			x, there := g[k]
			y, wanted := w[k]
			switch {
			case there && wanted:
				out = append(out, differences(at+"."+k, x, y)...)
			case wanted:
				out = append(out, fmt.Sprintf("%s.%s is missing, want %s", at, k, compact(y)))
			default:
				out = append(out, fmt.Sprintf("%s.%s should not be there, is %s", at, k, compact(x)))
			}
		}
		return out
	case []any:
		g, ok := got.([]any)
		if !ok || len(g) != len(w) {
			break
		}
		var out []string
		for i := range w {
			out = append(out, differences(fmt.Sprintf("%s[%d]", at, i), g[i], w[i])...)
		}
		return out
	}
	if reflect.DeepEqual(got, want) || want == nil && strings.HasSuffix(at, ".details.path") {
		return nil
	}
	return []string{fmt.Sprintf("%s\n got %s\nwant %s", at, compact(got), compact(want))}
}

func compact(v any) string {
	data, _ := json.Marshal(v)
	return string(data)
}
