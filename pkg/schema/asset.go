package schema

import (
	"strconv"

	"kontor/pkg/value"
)

// assetKind is the id of an uploaded file.
type assetKind struct{}

func (assetKind) yup() string { return "object" }

func (assetKind) traits() traits { return traits{populated: true} }

func (assetKind) normal(_ *Field, sent any) (any, *problem) {
	if id, w := whole(sent); w == nil && id > 0 {
		return id, nil
	}
	return nil, wrongType("file", sent, "erwartet wird die Nummer einer Datei.")
}

func (assetKind) parse(_ *Field, s string) (any, *problem) {
	if id, ok := digits(s); ok {
		return id, nil
	}
	return nil, wrongType("file", s, "erwartet wird die Nummer einer Datei.")
}

func (assetKind) declare(f *Field, k keywords) {
	a := k.object("x-asset")
	alt, _ := a.text("alt")
	f.Asset = &Accept{Types: a.texts("accept"), MaxBytes: int64(a.whole("maxBytes", 0)), Alt: AltDuty(alt)}
}

func digits(s string) (int64, bool) {
	if s == "" || s[0] < '0' || s[0] > '9' {
		return 0, false
	}
	n, err := strconv.ParseInt(s, 10, 64)
	return n, err == nil && n <= value.MaxInt
}

func (k assetKind) compare(v any) (any, *problem) { return compareID(k, v) }
