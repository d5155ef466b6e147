package schema

import "regexp"

var documentIDForm = regexp.MustCompile(`^[a-z0-9]{24}$`)

// relationKind is the documentId of another entry. What callers may send beside it is resolved before.
type relationKind struct{}

func (relationKind) yup() string { return "object" }

func (relationKind) traits() traits { return traits{populated: true, counted: true} }

func (relationKind) normal(_ *Field, sent any) (any, *problem) {
	if s, ok := sent.(string); ok && documentIDForm.MatchString(s) {
		return s, nil
	}
	return nil, wrongType("relation", sent, "erwartet wird die documentId eines Eintrags.")
}

// parse keeps the two names of an entry apart: digits are its id, everything else its documentId.
func (relationKind) parse(_ *Field, s string) (any, *problem) {
	if id, ok := digits(s); ok {
		return id, nil
	}
	return s, nil
}

func (relationKind) declare(f *Field, k keywords) {
	r := k.object("x-relation")
	to, _ := r.text("to")
	how, _ := r.text("onDelete")
	f.Relation = &Target{To: to, Restrict: how == "restrict"}
}

// unique lists hold a target once.
func (f *Field) isSet() bool { return f.Kind == Relation || f.Kind == Asset }

func (k relationKind) compare(v any) (any, *problem) { return compareID(k, v) }

// compareID takes the number by which an entry or a file can be named in place of its key.
func compareID(kind rules, v any) (any, *problem) {
	if id, w := whole(v); w == nil {
		return id, nil
	}
	return nil, wrongType(kind.yup(), v, "erwartet wird eine documentId oder eine Nummer.")
}
