package value

import (
	"encoding/json"
	"math"
	"strings"
	"testing"

	"kontor/pkg/fault"
)

func TestDecode(t *testing.T) {
	for text, want := range map[string]string{
		`{"a":[1,2.0,1e3,"ü\n",true,null,{}]}`: `{"a":[1,2.0,1000.0,"ü\n",true,null,{}]}`,
		` 9007199254740991 `:                   `9007199254740991`,
		`-9007199254740991`:                    `-9007199254740991`,
		`"\ud83d\ude00"`:                       `"😀"`,
		`-0`:                                   `0`,
		`-0.0`:                                 `0.0`,
		`1e-7`:                                 `1e-7`,
	} {
		v, err := Decode([]byte(text))
		if err != nil {
			t.Errorf("%s: %v", text, err)
			continue
		}
		if got := string(AppendCanonical(nil, v)); got != want {
			t.Errorf("%s became %s in place of %s", text, got, want)
		}
	}
}

func TestDecodeRefuses(t *testing.T) {
	deep := strings.Repeat("[", MaxDepth+1) + strings.Repeat("]", MaxDepth+1)
	for _, text := range []string{
		``, `{`, `[1,]`, `{"a":1,}`, `{"a":1,"a":2}`, `{"a":{"b":1,"b":2}}`, `"\ud800"`, "\"\xff\"", "\xef\xbb\xbf1", `1 2`, `{}x`, `01`, `+1`,
		`.5`, `NaN`, `Infinity`, `9007199254740992`, `-9007199254740992`, `99999999999999999999`, `1e999`, `'a'`, "\"\n\"", deep,
		`{"\ud800":1}`, `[1`, `nul`, `/**/1`,
	} {
		v, err := Decode([]byte(text))
		if !fault.Is(err, fault.Syntax) {
			t.Errorf("%.60q gave %v, %v in place of a syntax fault", text, v, err)
		}
	}
}

func TestAppendString(t *testing.T) {
	for _, s := range []string{
		"", "plain", `"quoted" \ back`, "line\nfeed\ttab\rreturn", "\x00\x01\x1f\x7f", "Straße, Ämter, 😀, \u2028", "<b>&amp;</b>",
	} {
		got := AppendString(nil, s)
		var back string
		if err := json.Unmarshal(got, &back); err != nil || back != s {
			t.Errorf("%q was written as %s and read as %q, %v", s, got, back, err)
		}
	}
	if got := string(AppendString(nil, "a\xffb")); got != "\"a\ufffdb\"" {
		t.Errorf("a broken byte was written as %q", got)
	}
}

func TestAppendSortsKeys(t *testing.T) {
	v := Object{"b": int64(1), "a": List{nil, 2.0, 2.5, math.Copysign(0, -1)}, "ä": "x"}
	if got, want := string(Append(nil, v)), `{"a":[null,2,2.5,0],"b":1,"ä":"x"}`; got != want {
		t.Errorf("got %s in place of %s", got, want)
	}
	if got, want := string(AppendCanonical(nil, v)), `{"a":[null,2.0,2.5,0.0],"b":1,"ä":"x"}`; got != want {
		t.Errorf("canonical: got %s in place of %s", got, want)
	}
}

func FuzzDecode(f *testing.F) {
	for _, s := range []string{`{"a":[1,2.5,"x",null,true]}`, `"\u00e4"`, `1e5`, `[[[]]]`, `{"":{}}`} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		v, err := Decode(data)
		if err != nil {
			if !fault.Is(err, fault.Syntax) {
				t.Fatalf("%q: not a syntax fault: %v", data, err)
			}
			return
		}
		once := AppendCanonical(nil, v)
		again, err := Decode(once)
		if err != nil || !Equal(v, again) {
			t.Fatalf("%q does not survive: %s, %v", data, once, err)
		}
		if !json.Valid(data) {
			t.Fatalf("%q is taken and is no JSON", data)
		}
	})
}
