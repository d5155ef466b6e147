package sqlitestore

import (
	"reflect"
	"testing"

	"kontor/pkg/value"
)

// FuzzDecode holds the trusting decoder to the strict one: what the strict one reads, this reads the same; on anything else it must
// only not panic.
func FuzzDecode(f *testing.F) {
	for _, text := range []string{
		`{}`, `{"a":1}`, ` { "a" : [ 1 , -2.5e3 , true , false , null , "x" ] } `, `{"":""}`, `{"a":"\u0000\n\"\\\/\ud83d\ude00\u00e4"}`, `{"a":"\ud83d"}`, `{"a":"\udc00\ud83d"}`, `{"a":9007199254740991}`, `{"a":9007199254740992}`,
		`{"a":1234567890123456789012}`, `{"a":0.0,"b":-0.0,"c":-0,"d":2.0,"e":1e400}`, `{"a":{"b":{"c":[[[]]]}}}`, `[1]`, `{"a":1}x`, `{"a":}`, `{"a"`, `{"a":"`, `{"a":"\`, `{"a":"\u12`, `{"a":tru`, `{"a":-}`, `{"a":01}`, `{"a":1,}`, "{\"a\":\"\x00\"}", `{"a":"ä😀"}`, `{"a":1 2}`,
	} {
		f.Add(text)
	}
	f.Add(string(value.AppendCanonical(nil, project(3)["published"])))
	f.Fuzz(func(t *testing.T, text string) {
		want, err := value.Decode([]byte(text))
		got, failed := decodeObject(text)
		if o, ok := want.(value.Object); err == nil && ok {
			if failed != nil || !reflect.DeepEqual(got, o) {
				t.Errorf("%q: got %v, %v, want %v", text, got, failed, o)
			}
			if again, err := decodeObject(string(value.AppendCanonical(nil, o))); err != nil || !value.Equal(again, o) {
				t.Errorf("%q: written and read again: %v, %v", text, again, err)
			}
		}
	})
}
