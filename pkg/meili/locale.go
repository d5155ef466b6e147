package meili

import (
	"slices"

	"golang.org/x/text/language"
)

// locales returns the languages in which a search says that it is written.
func (f fields) locales() ([]language.Base, error) {
	var out []language.Base
	for i, sent := range f.names("locales") {
		base, err := language.ParseBase(sent)
		if err != nil {
			return nil, refuse(invalidLocales, "Unknown value `%s` %s: expected the code of a language, such as `de` or `deu`", echo(sent), f.element("locales", i))
		}
		out = append(out, base)
	}
	return out, nil
}

// checkLocales accepts the language of the index, which changes nothing.
func (s *Search) checkLocales(own string) error {
	other := slices.IndexFunc(s.locales, func(l language.Base) bool { return l.String() != own })
	if other < 0 {
		return nil
	}
	return refuse(invalidLocales, "The locale `%s` is not the language of the index `%s`, which is `%s`: every index has one language, which its name says.",
		s.locales[other], s.Index, own)
}
