package schema

// booleanKind is yes or no.
type booleanKind struct{}

func (booleanKind) yup() string { return "boolean" }

func (booleanKind) traits() traits { return traits{ordered: true, counted: true} }

func (booleanKind) normal(_ *Field, sent any) (any, *problem) {
	if b, ok := sent.(bool); ok {
		return b, nil
	}
	return nil, wrongType("boolean", sent, "muss ja oder nein sein.")
}

// parse takes fewer words than Strapi, which reads "yes" and most other words as true.
func (booleanKind) parse(_ *Field, s string) (any, *problem) {
	switch s {
	case "true", "t", "1":
		return true, nil
	case "false", "f", "0":
		return false, nil
	}
	return nil, wrongType("boolean", s, "muss true oder false sein.")
}

func (k booleanKind) compare(v any) (any, *problem) { return k.normal(nil, v) }
