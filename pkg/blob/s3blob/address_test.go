package s3blob

import (
	"strings"
	"testing"
)

func TestParseAddress(t *testing.T) {
	for text, want := range map[string]Address{
		"s3://minio:9000/kontor":                 {Host: "minio:9000", Bucket: "kontor", Part: minPart},
		"s3://id:se%2Fcret@minio/kontor/":        {Host: "minio", Bucket: "kontor", Part: minPart, id: "id", secret: "se/cret"},
		"s3://[::1]:9000/kontor/a/b_c/D.e?":      {Host: "[::1]:9000", Bucket: "kontor", Prefix: "a/b_c/D.e", Part: minPart},
		"s3://h/kontor?tls=off&create=on":        {Host: "h", Bucket: "kontor", Part: minPart, Plain: true, Create: true},
		"s3://h/kontor?tls=on&create=off":        {Host: "h", Bucket: "kontor", Part: minPart},
		"s3://h/a.b-c?region=eu-1&style=host":    {Host: "h", Bucket: "a.b-c", Part: minPart, Region: "eu-1", Style: "host"},
		"s3://h/kontor/x?style=path&part=105MiB": {Host: "h", Bucket: "kontor", Prefix: "x", Part: 105 << 20, Style: "path"},
	} {
		got, err := ParseAddress(text)
		if err != nil || got != want {
			t.Errorf("%s is %+v, %v, want %+v", text, got, err, want)
		}
	}
	for text, want := range map[string]string{
		"":                               "wants s3://",
		"kontor":                         "wants s3://",
		"http://hunter2:hunter2@h/b":     "wants s3://",
		"s3:hunter2":                     "wants s3://",
		"s3://id:hunt/er2@h:9000/kontor": "wants s3://",
		"s3://id:hunter2@/kontor":        "wants s3://",
		"s3://id:hunter2@h:/kontor":      "wants s3://",
		"s3://id:hunter2@h/kontor#x":     "wants s3://",
		"s3://hunter2@h/kontor":          "an ID without a SECRET",
		"s3://:hunter2@h/kontor":         "an ID without a SECRET",
		"s3://id:hunter2@h":              "names no bucket",
		"s3://id:hunter2@h/":             "names no bucket",
		"s3://id:hunter2@h/Kontor":       "a bucket that no server takes",
		"s3://h/ab":                      "a bucket that no server takes",
		"s3://h/kontor/../x":             "a prefix",
		"s3://h/kontor/a//b":             "a prefix",
		"s3://h/kontor/%20":              "a prefix",
		"s3://h/kontor?tls=maybe":        "neither on nor off",
		"s3://h/kontor?create=":          "neither on nor off",
		"s3://h/kontor?style=dns":        "neither path nor host",
		"s3://h/kontor?part=4MiB":        "no size from 5MiB",
		"s3://h/kontor?part=513MiB":      "no size from 5MiB",
		"s3://h/kontor?part=16":          "no size from 5MiB",
		"s3://h/kontor?tls=on&tls=off":   "more than once",
		"s3://h/kontor?endpoint=h":       `an option "endpoint"`,
	} {
		_, err := ParseAddress(text)
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, want %q", text, err, want)
		} else if strings.Contains(err.Error(), "hunter2") {
			t.Errorf("%s: the error shows a secret: %v", text, err)
		}
	}
}

func TestFits(t *testing.T) {
	a := Address{Part: minPart}
	if err := a.Fits(a.Longest()); err != nil {
		t.Error(err)
	}
	const long = 1 << 40
	err := a.Fits(long)
	if err == nil || !strings.Contains(err.Error(), "part=105MiB") {
		t.Fatalf("%v", err)
	}
	if a.Part = 105 << 20; a.Fits(long) != nil {
		t.Error("what the error says does not do")
	}
}

// FuzzAddress: no address makes the reader panic, shows its secret, or means something else when its readable form is read.
func FuzzAddress(f *testing.F) {
	for _, seed := range []string{
		"s3://minio:9000/kontor/prefix?region=eu&style=path&tls=off&create=on&part=16MiB", "s3://id:secretsecret@[::1]:9000/b-b.b/a/b", "s3://h/%2e%2e/?%zz", "s3:///",
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		a, err := ParseAddress(text)
		if err != nil {
			return
		}
		if len(a.secret) > 8 && strings.Contains(a.String(), a.secret) && !strings.Contains(a.Host+a.Bucket+a.Prefix, a.secret) {
			t.Errorf("%s shows its secret", a)
		}
		again, err := ParseAddress(a.String())
		if err != nil || again.Host != a.Host || again.Bucket != a.Bucket || again.Prefix != a.Prefix {
			t.Errorf("%q is %+v; read from %s it is %+v, %v", text, a, a, again, err)
		}
	})
}
