package blevesearch

import (
	"cmp"
	"reflect"
	"regexp"
	"slices"
	"strconv"

	"kontor/pkg/fault"
	"kontor/pkg/search"
)

// maxSearched is how many attributes an index can search: their set fits into a word of the machine.
const maxSearched = 64

var attributeName = regexp.MustCompile(`^[A-Za-z][A-Za-z0-9_.]{0,99}$`)

func checkSettings(s search.Settings) error {
	seen := map[string]bool{}
	searched := 0
	for _, a := range s.Attributes {
		switch {
		case seen[a.Name]:
			return fault.New(fault.Invalid, "The attribute %q is there twice", a.Name)
		case a.Name != search.GeoAttribute && !attributeName.MatchString(a.Name):
			return fault.New(fault.Invalid, "%q is no name of an attribute", a.Name)
		case a.Weight < 0:
			return fault.New(fault.Invalid, "The attribute %q has a weight below 0", a.Name)
		case a.Name == search.GeoAttribute && a.Weight > 0:
			return fault.New(fault.Invalid, "A place has no text to search")
		}
		seen[a.Name] = true
		if a.Weight > 0 {
			searched++
		}
	}
	if searched > maxSearched {
		return fault.New(fault.Invalid, "%d attributes are searched, at most %d can be", searched, maxSearched)
	}
	rules := search.DefaultRanking()
	for i, r := range s.Ranking {
		if !slices.Contains(rules, r) || slices.Contains(s.Ranking[:i], r) {
			return fault.New(fault.Invalid, "The ranking rule %q is not known or there twice", r)
		}
	}
	return nil
}

// sameDocuments tells whether documents that were indexed under one are as they must be under the other.
func sameDocuments(a, b search.Settings) bool {
	a.Synonyms, b.Synonyms, a.Ranking, b.Ranking = nil, nil, nil, nil
	return sameSettings(a, b)
}

func sameSettings(a, b search.Settings) bool {
	return a.Language == b.Language && slices.Equal(a.Attributes, b.Attributes) && slices.Equal(a.Ranking, b.Ranking) &&
		(a.Ranking == nil) == (b.Ranking == nil) && (len(a.Synonyms) == 0 && len(b.Synonyms) == 0 || reflect.DeepEqual(a.Synonyms, b.Synonyms))
}

// plan is an index's settings in the form in which they are used.
type plan struct {
	settings search.Settings
	language *language
	ranking  []search.Rule
	attrs    map[string]search.Attribute
	searched []search.Attribute // with a weight, the heaviest first; their place is their number
	classes  []class            // of attributes of one weight, the heaviest first
	synonyms synonyms
}

// class is the searched attributes of one weight. Their words are in one field of Bleve's, since ranking does not tell them apart.
type class struct {
	name         string
	first, count int // their numbers
}

// attributes is the set of the class's attributes.
func (c class) attributes() uint64 { return (1<<c.count - 1) << c.first }

func newPlan(s search.Settings) *plan {
	p := &plan{settings: s, language: languageOf(s.Language), ranking: s.Ranking, attrs: map[string]search.Attribute{}}
	if p.ranking == nil {
		p.ranking = search.DefaultRanking()
	}
	for _, a := range s.Attributes {
		p.attrs[a.Name] = a
		if a.Weight > 0 {
			p.searched = append(p.searched, a)
		}
	}
	slices.SortStableFunc(p.searched, func(a, b search.Attribute) int { return cmp.Compare(b.Weight, a.Weight) })
	for i, a := range p.searched {
		if i == 0 || a.Weight != p.searched[i-1].Weight {
			p.classes = append(p.classes, class{name: strconv.Itoa(a.Weight), first: i})
		}
		p.classes[len(p.classes)-1].count++
	}
	p.synonyms = newSynonyms(p.language, s.Synonyms)
	return p
}

// number is the place of a searched attribute, -1 if it is not searched.
func (p *plan) number(name string) int {
	return slices.IndexFunc(p.searched, func(a search.Attribute) bool { return a.Name == name })
}

func compareText(a, b string) int { return cmp.Compare(a, b) }

// filters wants an attribute to be open for filters and facets.
func (p *plan) filters(name, what string) error {
	if a, ok := p.attrs[name]; !ok || !a.Filter {
		return fault.New(fault.Invalid, "The attribute %q is not open for %s", name, what).With("attribute", name)
	}
	return nil
}
