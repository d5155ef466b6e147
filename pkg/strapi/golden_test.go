package strapi

import (
	"bytes"
	"flag"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"

	"kontor/pkg/content"
	"kontor/pkg/fault"
	"kontor/pkg/query"
	"kontor/pkg/value"
)

var update = flag.Bool("update", false, "write what the code answers into the golden files; read the difference")

// golden runs a file of cases: an input line, then what it gives, indented. Lines with "#" and empty ones are kept.
func golden(t *testing.T, file string, run func(input string) string) (refused int) {
	t.Helper()
	data, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	lines := strings.Split(strings.TrimRight(string(data), "\n"), "\n")
	for i := 0; i < len(lines); {
		line := lines[i]
		i++
		fmt.Fprintln(&out, line)
		if line == "" || line[0] == '#' {
			continue
		}
		var want []string
		for ; i < len(lines) && strings.HasPrefix(lines[i], "  "); i++ {
			want = append(want, lines[i][2:])
		}
		got := run(line)
		if strings.HasPrefix(got, "4") {
			refused++
		}
		for l := range strings.SplitSeq(got, "\n") {
			fmt.Fprintln(&out, "  "+l)
		}
		if w := strings.Join(want, "\n"); got != w && !*update {
			t.Errorf("%s: %s\n got %s\nwant %s", file, line, got, w)
		}
	}
	if *update {
		if err := os.WriteFile(file, out.Bytes(), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	return refused
}

// dumpError writes an error in one line: status, name, message, the facts without "source", the wrong fields.
func dumpError(t *testing.T, err error) string {
	t.Helper()
	e := fault.As(err)
	if s := e.Code.Status(); s < 400 || s > 499 {
		t.Errorf("status %d: %v", s, err)
	}
	var b strings.Builder
	fmt.Fprintf(&b, "%d %s: %s", e.Code.Status(), e.Code.StrapiName(), e.Message)
	for _, name := range sortedNames(e.Details) {
		fmt.Fprintf(&b, " %s=%s", name, appendFact(nil, e.Details[name]))
	}
	for _, f := range e.Fields {
		fmt.Fprintf(&b, "\n%s %s: %s | %s", strings.Join(f.Path, "/"), f.Code, f.English, f.German)
	}
	return b.String()
}

func dumpRequest(r Request) string {
	var lines []string
	q := r.Query
	if q.Filter.Op != query.All {
		lines = append(lines, "filter "+dumpFilter(q.Filter))
	}
	if len(q.Sort) > 0 {
		lines = append(lines, "sort "+dumpSort(q.Sort))
	}
	if q.Fields != nil {
		lines = append(lines, "fields "+strings.Join(q.Fields, " "))
	}
	if q.Populate != nil {
		lines = append(lines, "populate "+dumpPopulate(q.Populate))
	}
	if q.Text != "" {
		lines = append(lines, fmt.Sprintf("text %q", q.Text))
	}
	if q.Locale != "" {
		lines = append(lines, "locale "+q.Locale)
	}
	if r.StatusSet {
		lines = append(lines, fmt.Sprintf("draft %v", q.Draft))
	}
	if q.Locale != r.Locale || q.Draft != r.Draft {
		lines = append(lines, "request and query differ")
	}
	if q.Page != (query.Page{Limit: 25, Count: true}) && q.Page != (query.Page{}) {
		lines = append(lines, fmt.Sprintf("page %d size %d start %d limit %d: offset %d limit %d count %v",
			r.Page, r.PageSize, r.Start, r.Limit, q.Page.Offset, q.Page.Limit, q.Page.Count))
	}
	if lines == nil {
		return "nothing"
	}
	return strings.Join(lines, "\n")
}

func dumpFilter(f query.Filter) string {
	args := make([]string, len(f.Args))
	for i, a := range f.Args {
		args[i] = dumpFilter(a)
	}
	all := strings.Join(args, ", ")
	switch f.Op {
	case query.And, query.Or, query.Not:
		return string(f.Op) + "(" + all + ")"
	case query.Match:
		return f.Path + "{" + all + "}"
	case query.Null, query.NotNull:
		return f.Path + " " + string(f.Op)
	}
	return fmt.Sprintf("%s %s %s", f.Path, f.Op, value.Append(nil, f.Value))
}

func dumpSort(orders []query.Order) string {
	var keys []string
	for _, o := range orders {
		if o.Desc {
			o.Path += " desc"
		}
		keys = append(keys, o.Path)
	}
	return strings.Join(keys, ", ")
}

func dumpPopulate(list []query.Populate) string {
	var all []string
	for _, p := range list {
		s := p.Path
		if p.Fields != nil {
			s += " fields(" + strings.Join(p.Fields, " ") + ")"
		}
		if p.Filter.Op != query.All {
			s += " filter(" + dumpFilter(p.Filter) + ")"
		}
		if p.Sort != nil {
			s += " sort(" + dumpSort(p.Sort) + ")"
		}
		if p.Populate != nil {
			s += " populate(" + dumpPopulate(p.Populate) + ")"
		}
		all = append(all, s)
	}
	return strings.Join(all, "; ")
}

// dumpChanges writes changes with their relations in words: replace, set, connect, disconnect.
func dumpChanges(v any) string {
	switch x := v.(type) {
	case value.Object:
		var members []string
		for _, name := range sortedNames(x) {
			members = append(members, name+": "+dumpChanges(x[name]))
		}
		return "{" + strings.Join(members, ", ") + "}"
	case value.List:
		var elements []string
		for _, e := range x {
			elements = append(elements, dumpChanges(e))
		}
		return "[" + strings.Join(elements, ", ") + "]"
	case content.Links:
		var parts []string
		if x.Replace {
			parts = append(parts, "set"+dumpLinks(x.Set))
		}
		if x.Connect != nil {
			parts = append(parts, "connect"+dumpLinks(x.Connect))
		}
		if x.Disconnect != nil {
			parts = append(parts, "disconnect"+dumpLinks(x.Disconnect))
		}
		if x.Loose {
			parts = append(parts, "loose")
		}
		return strings.Join(parts, " ")
	}
	return string(value.Append(nil, v))
}

func dumpLinks(links []content.Link) string {
	var all []string
	for _, l := range links {
		s := l.DocumentID
		if l.ID != 0 {
			s += fmt.Sprintf("#%d", l.ID)
		}
		if l.Position != (content.Position{}) {
			s += fmt.Sprintf("@%v/%s/%s", l.Position.Start, l.Position.Before, l.Position.After)
		}
		all = append(all, s)
	}
	return "(" + strings.Join(slices.Clip(all), " ") + ")"
}
