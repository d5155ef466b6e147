package transfer

import (
	"context"
	"fmt"
	"slices"

	"kontor/pkg/auth"
	"kontor/pkg/content"
	"kontor/pkg/fault"
	"kontor/pkg/query"
	"kontor/pkg/schema"
	"kontor/pkg/value"
)

// try finds out what writing a row would do, by the rules of content, without writing.
func (im *importer) try(ctx context.Context, j *job, values value.Object) error {
	t, k := im.o.Type, j.known
	changes, _ := mapLeaves(values, nil, asIDs).(value.Object)
	before, lead, err := im.before(ctx, k)
	if err != nil {
		return err
	}
	after, problems := t.Normalise(before, changes)
	if lead != nil {
		problems = append(problems, sharedProblems(t, changes, after, lead)...)
	}
	publishes := im.o.Publish || !t.Drafts
	if publishes && !j.draft {
		for _, p := range t.CheckPublish(withSlug(t, after)) {
			if !slices.ContainsFunc(problems, func(q fault.Field) bool { return slices.Equal(p.Path, q.Path) }) {
				problems = append(problems, p)
			}
		}
	}
	isNew := k.rev == 0 && k.values == nil
	if k.documentID == "" {
		k.documentID = fmt.Sprintf("dryrun%018d", j.number)
	}
	problems = append(problems, im.owners.claim(t, after, k.documentID)...)
	if err := fault.Fields(problems); err != nil {
		if k.stored == "" && k.values == nil {
			k.documentID = ""
		}
		return err
	}
	j.documentID = k.documentID
	switch {
	case isNew:
		j.outcome = created
	case !same(t, before, after):
		j.outcome = updated
	default:
		j.outcome = unchanged
		if publishes && k.values == nil && t.Drafts {
			state, err := im.svc.State(ctx, im.caller, t, k.stored, im.o.Locale)
			if err != nil {
				return err
			}
			if state.Status != content.StatusPublished {
				j.outcome = updated
			}
		}
	}
	if im.o.Key != "" {
		k.values = after
	}
	return nil
}

// before gives the values that a row would be merged into, and those of the locale that leads, if that is another one.
func (im *importer) before(ctx context.Context, k *known) (values, lead value.Object, err error) {
	t := im.o.Type
	all := func(*schema.Field) bool { return true }
	if k.values != nil {
		return k.values, nil, nil
	}
	if k.stored == "" {
		return t.WithDefaults(value.Object{}), nil, nil
	}
	if t.Localized() && im.o.Locale != "" && im.o.Locale != t.DefaultLocale() {
		if lead, err = im.current(ctx, k.stored, "", all); err != nil {
			return nil, nil, err
		}
	}
	if values, err = im.current(ctx, k.stored, im.o.Locale, all); err != nil || values != nil {
		return values, lead, err
	}
	values = value.Object{}
	for _, f := range t.Fields {
		if v, ok := lead[f.Name]; ok && !f.Localized {
			values[f.Name] = v
		}
	}
	return t.WithDefaults(values), lead, nil
}

// sharedProblems are those of fields that belong to all locales and may only be changed through the one that leads.
func sharedProblems(t *schema.Type, changes, after, lead value.Object) []fault.Field {
	var out []fault.Field
	for _, f := range t.Fields {
		if _, named := changes[f.Name]; !named || f.Localized || value.Equal(after[f.Name], lead[f.Name]) {
			continue
		}
		w := &wrong{"shared", "is shared by all locales and is written through " + t.DefaultLocale(),
			"gilt für alle Sprachen und wird in der Hauptsprache geändert."}
		out = append(out, w.at([]string{f.Name}, []*schema.Field{f}, after[f.Name]))
	}
	return out
}

// withSlug stands in for the slug that an entry gets by itself.
func withSlug(t *schema.Type, values value.Object) value.Object {
	for _, f := range t.Fields {
		if f.Kind == schema.Slug && values[f.Name] == nil && slugOf(t, values) != nil {
			out := value.CloneObject(values)
			out[f.Name] = slugOf(t, values)
			return out
		}
	}
	return values
}

func same(t *schema.Type, a, b value.Object) bool {
	for _, f := range t.Fields {
		if !value.Equal(a[f.Name], b[f.Name]) {
			return false
		}
	}
	return true
}

// owners knows who holds unique values: documentIds by field and value.
type owners map[string]string

// loadOwners reads the unique values of drafts and of what is published.
func loadOwners(ctx context.Context, svc *content.Service, c auth.Caller, t *schema.Type, locale string) (owners, error) {
	out := owners{}
	q := query.Query{Locale: "*", Fields: []string{}}
	if locale == "" {
		locale = t.DefaultLocale()
	}
	for _, f := range t.Fields {
		if f.Unique || f.Kind == schema.Slug {
			q.Fields = append(q.Fields, f.Name)
		}
	}
	if len(q.Fields) == 0 {
		return out, nil
	}
	for _, q.Draft = range []bool{true, false} {
		err := svc.Each(ctx, c, t, q, func(e *content.Entry) error {
			for _, name := range q.Fields {
				f, _ := t.Field(name)
				v, _ := e.Attributes.Get(name)
				if n := nameOf(v); n != "" && (!f.Localized || !t.Localized() || e.Locale == locale) {
					out[name+"\x00"+n] = e.DocumentID
				}
			}
			return nil
		})
		if err != nil {
			return nil, err
		}
	}
	return out, nil
}

// claim gives an entry its unique values, or says which ones another has.
func (o owners) claim(t *schema.Type, values value.Object, documentID string) []fault.Field {
	var out []fault.Field
	for _, f := range t.Fields {
		n := nameOf(values[f.Name])
		if n == "" || !f.Unique && f.Kind != schema.Slug {
			continue
		}
		key := f.Name + "\x00" + n
		if holder, ok := o[key]; ok && holder != documentID {
			w := &wrong{"not_unique", "must be unique", "Diesen Wert hat schon ein anderer Eintrag."}
			out = append(out, w.at([]string{f.Name}, []*schema.Field{f}, values[f.Name]))
			continue
		}
		o[key] = documentID
	}
	return out
}
