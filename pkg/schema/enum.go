package schema

import (
	"slices"
	"strings"
)

// enumKind is one of a few constants.
type enumKind struct{}

func (enumKind) yup() string { return "string" }

func (enumKind) traits() traits { return traits{textual: true, ordered: true, counted: true} }

func (enumKind) normal(f *Field, sent any) (any, *problem) {
	s, ok := sent.(string)
	switch {
	case !ok:
		return nil, notText(sent)
	case s == "":
		return nil, nil
	case !f.hasOption(s):
		return nil, notAnOption(f)
	}
	return s, nil
}

// parse refuses constants that the field does not have: a filter on one would find nothing and not say why.
func (enumKind) parse(f *Field, s string) (any, *problem) {
	if !f.hasOption(s) {
		return nil, notAnOption(f)
	}
	return s, nil
}

func (f *Field) hasOption(s string) bool {
	return slices.ContainsFunc(f.Options, func(o Option) bool { return o.Const == s })
}

func notAnOption(f *Field) *problem {
	names, titles := make([]string, len(f.Options)), make([]string, len(f.Options))
	for i, o := range f.Options {
		names[i], titles[i] = o.Const, "„"+o.Title.DE+"“"
	}
	return &problem{
		code:    "enum",
		english: "must be one of the following values: " + strings.Join(names, ", "),
		german:  "erlaubt sind nur " + strings.Join(titles, ", ") + ".",
	}
}

func (enumKind) declare(f *Field, k keywords) {
	for _, option := range k.objects("oneOf") {
		name, _ := option.text("const")
		if f.hasOption(name) {
			option.wrong("const", "%q is there twice", name)
		}
		if clean, w := line(name); w != nil || clean != name || name == "" {
			option.wrong("const", "must be one line without space around it")
		}
		f.Options = append(f.Options, Option{Const: name, Title: option.label()})
	}
	if len(f.Options) == 0 {
		k.wrong("oneOf", "needs at least one constant")
	}
}
