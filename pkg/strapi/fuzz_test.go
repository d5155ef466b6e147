package strapi

import (
	"fmt"
	"net/url"
	"os"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"kontor/pkg/content"
	"kontor/pkg/fault"
	"kontor/pkg/query"
	"kontor/pkg/value"
)

// seeds gives the inputs of golden files to a fuzz target.
func seeds(f *testing.F, files ...string) (lines []string) {
	for _, file := range files {
		data, err := os.ReadFile("testdata/" + file)
		if err != nil {
			f.Fatal(err)
		}
		for line := range strings.SplitSeq(string(data), "\n") {
			if line != "" && line[0] != '#' && !strings.HasPrefix(line, "  ") {
				lines = append(lines, line)
			}
		}
	}
	return lines
}

func mustRefuse(t *testing.T, err error) {
	t.Helper()
	e := fault.As(err)
	if s := e.Code.Status(); s < 400 || s > 499 || e.Message == "" {
		t.Fatalf("status %d: %v", s, err)
	}
	if answer := AppendError(nil, e); len(answer) > 1<<16 {
		t.Fatalf("an error of %d bytes", len(answer))
	}
}

// What is parsed is in its bounds, and what it encodes to parses to the same.
func FuzzParseQuery(f *testing.F) {
	for _, line := range seeds(f, "query.txt", "bad-query.txt", "recorded-query.txt") {
		mode, raw, _ := strings.Cut(line, " ")
		f.Add(raw, int(modes[mode]))
	}
	f.Fuzz(func(t *testing.T, raw string, mode int) {
		if mode < int(List) || mode > int(Delete) {
			mode = int(List)
		}
		req, err := ParseQuery(raw, Mode(mode))
		if err != nil {
			mustRefuse(t, err)
			return
		}
		if terms, depth := req.Query.Filter.Size(); terms > MaxTerms+MaxParams || depth > 4*MaxDepth {
			t.Fatalf("%d terms, depth %d", terms, depth)
		}
		if p := req.Query.Page; p.Limit > MaxPageSize || p.Offset < 0 || (mode == int(List)) != (p.Limit > 0) {
			t.Fatalf("page %+v", p)
		}
		e := encoder{}
		e.request(req, Mode(mode))
		if e.odd {
			return
		}
		encoded := strings.Join(e.params, "&")
		again, err := ParseQuery(encoded, Mode(mode))
		switch {
		case err != nil && strings.Contains(err.Error(), "more than"), err != nil && strings.Contains(err.Error(), "longer than"):
			return // the long way to say it is beyond a bound
		case err != nil:
			t.Fatalf("%q as %q: %v", raw, encoded, err)
		}
		if a, b := fmt.Sprintf("%#v", req), fmt.Sprintf("%#v", again); a != b {
			t.Fatalf("%q as %q:\n%s\n%s", raw, encoded, a, b)
		}
	})
}

// encoder writes a request as a query string, every list numbered and every filter with its operator.
type encoder struct {
	params []string
	odd    bool // a name that no field can have, for which the long form may mean something else
}

var plainName = regexp.MustCompile(`^[A-Za-z_][A-Za-z0-9_-]*$`)

func (e *encoder) add(key, text string) {
	e.params = append(e.params, url.QueryEscape(key)+"="+url.QueryEscape(text))
}

func (e *encoder) name(name string) string {
	if !plainName.MatchString(name) {
		e.odd = true
	}
	return name
}

func (e *encoder) request(r Request, mode Mode) {
	q := r.Query
	if q.Filter.Op != query.All {
		e.filter("filters", q.Filter)
	}
	e.names("fields", q.Fields)
	e.sort("sort", q.Sort)
	e.populate("populate", q.Populate)
	if mode == List {
		if r.Pages == ByOffset {
			e.add("pagination[start]", strconv.Itoa(r.Start))
			e.add("pagination[limit]", strconv.Itoa(r.Limit))
		} else {
			e.add("pagination[page]", strconv.Itoa(r.Page))
			e.add("pagination[pageSize]", strconv.Itoa(r.PageSize))
		}
		e.add("pagination[withCount]", strconv.FormatBool(r.WithCount))
	}
	if r.StatusSet {
		e.add("status", map[bool]string{true: "draft", false: "published"}[r.Draft])
	}
	if r.Locale != "" {
		e.add("locale", r.Locale)
	}
	if q.Text != "" {
		e.add("_q", q.Text)
	}
}

func (e *encoder) names(key string, names []string) {
	for i, n := range names {
		e.add(fmt.Sprintf("%s[%d]", key, i), e.name(n))
	}
}

func (e *encoder) sort(key string, orders []query.Order) {
	for i, o := range orders {
		for n := range strings.SplitSeq(o.Path, ".") {
			e.name(n)
		}
		e.add(fmt.Sprintf("%s[%d]", key, i), o.Path+map[bool]string{true: ":desc", false: ":asc"}[o.Desc])
	}
}

func (e *encoder) populate(key string, list []query.Populate) {
	for _, p := range list {
		at := key + "[" + p.Path + "]"
		before := len(e.params)
		if p.Path != "*" {
			e.name(p.Path)
		}
		e.names(at+"[fields]", p.Fields)
		e.sort(at+"[sort]", p.Sort)
		e.populate(at+"[populate]", p.Populate)
		if p.Filter.Op != query.All {
			e.filter(at+"[filters]", p.Filter)
		}
		if len(e.params) == before {
			e.add(at, "true")
		}
	}
}

func (e *encoder) filter(key string, f query.Filter) {
	switch f.Op {
	case query.And, query.Or:
		for i, a := range f.Args {
			e.filter(fmt.Sprintf("%s[$%s][%d]", key, f.Op, i), a)
		}
		return
	case query.Not:
		e.filter(key+"[$not]", f.Args[0])
		return
	case query.Match:
		e.filter(key+"["+e.name(f.Path)+"]", f.Args[0])
		return
	}
	key += "[" + e.name(f.Path) + "][$" + string(f.Op) + "]"
	switch v := f.Value.(type) {
	case nil:
		e.add(key, "true")
	case string:
		e.add(key, v)
	case value.List:
		for i, x := range v {
			e.add(fmt.Sprintf("%s[%d]", key, i), x.(string))
		}
		if len(v) == 0 {
			e.params = append(e.params, url.QueryEscape(key+"[]"))
		}
	}
}

// What is parsed encodes to a body that parses to the same.
func FuzzParseBody(f *testing.F) {
	for _, line := range seeds(f, "body.txt", "bad-body.txt", "recorded-body.txt") {
		f.Add([]byte(line))
	}
	typ := projectType()
	f.Fuzz(func(t *testing.T, data []byte) {
		changes, err := ParseBody(data, typ)
		if err != nil {
			mustRefuse(t, err)
			return
		}
		body := append([]byte(`{"data":`), value.AppendCanonical(nil, plainChanges(changes))...)
		body = append(body, '}')
		again, err := ParseBody(body, typ)
		if err != nil {
			t.Fatalf("%q as %q: %v", data, body, err)
		}
		if a, b := dumpChanges(changes), dumpChanges(again); a != b {
			t.Fatalf("%q as %q:\n%s\n%s", data, body, a, b)
		}
	})
}

// plainChanges writes Links in the longest form of a body.
func plainChanges(v any) any {
	switch x := v.(type) {
	case value.Object:
		out := value.Object{}
		for k, e := range x {
			out[k] = plainChanges(e)
		}
		return out
	case value.List:
		out := value.List{}
		for _, e := range x {
			out = append(out, plainChanges(e))
		}
		return out
	case content.Links:
		if x.Replace {
			return value.Object{"set": plainLinks(x.Set)}
		}
		return value.Object{"connect": plainLinks(x.Connect), "disconnect": plainLinks(x.Disconnect), "options": value.Object{"strict": !x.Loose}}
	}
	return v
}

func plainLinks(links []content.Link) any {
	if links == nil {
		return nil
	}
	out := value.List{}
	for _, l := range links {
		o := value.Object{}
		if l.ID != 0 {
			o["id"] = l.ID
		} else {
			o["documentId"] = l.DocumentID
		}
		switch p := l.Position; {
		case p.Start:
			o["position"] = value.Object{"start": true}
		case p.Before != "":
			o["position"] = value.Object{"before": p.Before}
		case p.After != "":
			o["position"] = value.Object{"after": p.After}
		}
		out = append(out, o)
	}
	return out
}
