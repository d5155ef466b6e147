package schema_test

import (
	"math/rand/v2"
	"reflect"
	"strings"
	"testing"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"

	"kontor/pkg/schema"
	"kontor/pkg/value"
	"kontor/schemas"
)

// TestProperties writes thousands of random changes, and checks what must hold whatever is sent.
func TestProperties(t *testing.T) {
	typ := thing(t)
	r := rand.New(rand.NewPCG(1, 2))
	var current value.Object
	taken := 0
	for range 4000 {
		changes := value.Object{}
		for range 1 + r.IntN(4) {
			f := typ.Fields[r.IntN(len(typ.Fields))]
			changes[f.Name] = randomFor(r, f, current[f.Name])
		}
		out, problems := typ.Normalise(current, changes)
		if len(problems) > 0 {
			for _, p := range problems {
				if p.English == "" || p.German == "" || p.Code == "" || len(p.Path) == 0 {
					t.Fatalf("%+v", p)
				}
			}
			continue
		}
		taken++
		mustHold(t, typ, out)
		current = out
	}
	if taken < 400 {
		t.Errorf("only %d of the changes were right", taken)
	}
}

// mustHold checks normalised values.
func mustHold(t testing.TB, typ *schema.Type, out value.Object) {
	t.Helper()
	if problems := typ.Check(out); len(problems) > 0 {
		t.Fatalf("Check refuses what Normalise made: %v\n%v", problems, out)
	}
	if !reflect.DeepEqual(value.Normal(out), any(out)) && len(out) > 0 {
		t.Fatalf("not in normal form: %v", out)
	}
	if again, problems := typ.Normalise(out, withoutJSON(typ, out)); len(problems) > 0 || !reflect.DeepEqual(again, out) {
		t.Fatalf("a second write changes it: %v\n%v\n%v", problems, out, again)
	}
	if converted, problems := typ.Convert(typ, out); len(problems) > 0 || !reflect.DeepEqual(converted, out) {
		t.Fatalf("conversion to itself: %v\n%v\n%v", problems, out, converted)
	}
	checkText(t, out)
	typ.Twin(out)
	typ.Refs(out)
	typ.CheckPublish(out)
	// What is stored must survive the store.
	back, err := value.Decode(value.AppendCanonical(nil, out))
	if err != nil || !reflect.DeepEqual(back, any(out)) {
		t.Fatalf("%v\n%v\n%v", err, out, back)
	}
}

func checkText(t testing.TB, v any) {
	switch x := v.(type) {
	case value.List:
		for _, e := range x {
			checkText(t, e)
		}
	case value.Object:
		for _, e := range x {
			checkText(t, e)
		}
	case string:
		if !utf8.ValidString(x) || strings.ContainsAny(x, "\x00\r") || x == "" {
			t.Fatalf("text %q", x)
		}
	}
}

// withoutJSON leaves out free JSON, which is sent in another form than it is stored in.
func withoutJSON(typ *schema.Type, values value.Object) value.Object {
	out := value.Object{}
	for name, v := range values {
		f, _ := typ.Field(name)
		if f.Kind == schema.JSON {
			continue
		}
		if f.Kind == schema.Object {
			v = stripJSON(f.Fields, v)
		}
		out[name] = v
	}
	return out
}

func stripJSON(fields []*schema.Field, v any) any {
	v = value.Clone(v)
	var walk func(v any)
	walk = func(v any) {
		switch x := v.(type) {
		case value.List:
			for _, e := range x {
				walk(e)
			}
		case value.Object:
			for _, f := range fields {
				if f.Kind == schema.JSON {
					delete(x, f.Name)
				}
			}
		}
	}
	walk(v)
	return v
}

var texts = []string{"", " ", "x", "Straße", "scho\u0308n", "a\nb", "<p>a</p>", "<b>x", "<script>", "\u0338", "&#824;", "<a href='/a'>b</a>", "05315", "2026-11-22",
	"2026-11-22T07:18:00Z", "planned", "a@b.de", "https://example.org/ä", "javascript:x", idA, idB, "\ufeff", "mail", "a-b", "Europe/Berlin", "2026-11-22T19:00"}

func randomText(r *rand.Rand) string { return texts[r.IntN(len(texts))] }

// randomFor gives a value that is right more often than not.
func randomFor(r *rand.Rand, f *schema.Field, current any) any {
	if r.IntN(12) == 0 {
		return randomValue(r, 0)
	}
	if !f.Many {
		return randomOne(r, f, current)
	}
	list := value.List{}
	old, _ := current.(value.List)
	for i := range r.IntN(4) {
		var item any
		if i < len(old) && r.IntN(2) == 0 {
			item = old[i]
		}
		list = append(list, randomOne(r, f, item))
	}
	return list
}

func randomOne(r *rand.Rand, f *schema.Field, current any) any {
	switch f.Kind {
	case schema.Integer, schema.Money:
		return int64(1940 + r.IntN(160))
	case schema.Number:
		return r.Float64() * 0.6
	case schema.Boolean:
		return r.IntN(2) == 0
	case schema.Asset:
		return int64(r.IntN(9))
	case schema.Point:
		return value.Object{"lat": r.Float64() * 91, "lng": int64(r.IntN(180))}
	case schema.LocalTime:
		return value.Object{"local": texts[len(texts)-1], "zone": "Europe/Berlin"}
	case schema.JSON:
		return randomValue(r, 0)
	case schema.Object:
		old, _ := current.(value.Object)
		o := value.Object{}
		if id, ok := old["id"]; ok {
			o["id"] = id
		}
		for _, g := range f.Fields {
			if r.IntN(2) == 0 {
				o[g.Name] = randomFor(r, g, old[g.Name])
			}
		}
		return o
	}
	return randomText(r)
}

func randomValue(r *rand.Rand, depth int) any {
	switch n := r.IntN(9); {
	case n == 0:
		return nil
	case n == 1:
		return r.IntN(2) == 0
	case n == 2:
		return int64(r.IntN(3000))
	case n == 3:
		return r.NormFloat64()
	case n < 7 || depth > 3:
		return randomText(r)
	case n == 7:
		list := value.List{}
		for range r.IntN(3) {
			list = append(list, randomValue(r, depth+1))
		}
		return list
	}
	o := value.Object{}
	for range r.IntN(3) {
		o[randomText(r)] = randomValue(r, depth+1)
	}
	return o
}

func FuzzLoad(f *testing.F) {
	f.Add(read(f, "thing.json"))
	for _, c := range broken {
		if len(c.files) > 0 {
			f.Add(c.files[1])
		}
	}
	address := read(f, "address.json")
	f.Fuzz(func(t *testing.T, text string) {
		set, err := schema.Load(files("thing.json", text, "shared/address.json", address), schemas.FS)
		if (set == nil) == (err == nil) {
			t.Fatal(set, err)
		}
		if err != nil {
			return
		}
		for _, typ := range set.Types() {
			out, problems := typ.Normalise(nil, typ.WithDefaults(nil))
			if len(problems) > 0 {
				t.Fatalf("the defaults do not fit: %v", problems)
			}
			mustHold(t, typ, out)
		}
		if d := set.Diff(set); len(d) > 0 {
			t.Fatal(d)
		}
	})
}

func FuzzNormalise(f *testing.F) {
	f.Add(`{"": 1}`, `{"links": [{"": 1}]}`)
	f.Add(`{"title": "x", "body": "<p>x"}`, `{"links": [{"label": "a"}]}`)
	f.Add(`{"extra": {"a": null}}`, `{"spot": {"lat": 1, "lng": 2.5}, "start": {"local": "2026-03-29T03:00"}}`)
	f.Add(string(value.Append(nil, sample(f))), `{"place": {"name": " "}, "tags": null}`)
	typ := thing(f)
	f.Fuzz(func(t *testing.T, first, second string) {
		var current value.Object
		for _, text := range []string{first, second} {
			v, err := value.Decode([]byte(text))
			changes, ok := v.(value.Object)
			if err != nil || !ok {
				return
			}
			out, problems := typ.Normalise(current, changes)
			if len(problems) > 0 {
				continue
			}
			mustHold(t, typ, out)
			current = out
		}
	})
}

func FuzzRichText(f *testing.F) {
	for _, s := range []string{
		"<p>a</p>", "<a href=x>b", "<table><a><td>", "<p>\u0338a", "<pre>\n\nx</pre>", "<b><i></b></i>", "<a target=_blank href=/a>x", "&lt;script&gt;",
		"<svg><style><img src=x onerror=alert(1)>", "<math><mi><table><mglyph>", "<p lang=de><span>a", "<li><ul><li>", "<select><p>", "<img src=/a alt='\"'>", "<a><p><a>",
		"<a href='entry:project/" + idA + "'>x</a>", "<table>x<tr>y<td>z", "<noscript><p title='</noscript><img src=x>'>", "<caption><table>", "<dd><dt>", "<plaintext>x", "<frameset>",
	} {
		f.Add(s)
	}
	typ := thing(f)
	f.Fuzz(func(t *testing.T, s string) {
		out, problems := typ.Normalise(nil, value.Object{"body": s})
		if len(problems) > 0 || out["body"] == nil {
			return
		}
		clean := out["body"].(string)
		if again, problems := typ.Normalise(nil, value.Object{"body": clean}); len(problems) > 0 || again["body"] != clean {
			t.Fatalf("%q\n%q\n%v %v", s, clean, again["body"], problems)
		}
		if what := unsafe(clean); what != "" {
			t.Fatalf("%s in %q from %q", what, clean, s)
		}
		if !norm.NFC.IsNormalString(clean) {
			t.Fatalf("not NFC: %q", clean)
		}
	})
}
