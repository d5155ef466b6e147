package api

import (
	"slices"

	"kontor/pkg/content"
	"kontor/pkg/schema"
	"kontor/pkg/value"
)

// typeModel is a content type as a form or a list needs it: kinds of fields in place of JSON Schema,
// with shared objects resolved. Fields that the caller may not read are left out.
func typeModel(v content.TypeView) value.Object {
	t := v.Type
	fields := value.List{}
	for _, f := range t.Fields {
		if slices.Contains(v.Fields, f.Name) && !f.Admin.Hidden {
			fields = append(fields, fieldModel(f))
		}
	}
	return value.Object{
		"title": labelObject(t.Title), "titles": labelObject(t.Titles), "description": orNull(t.Description), "plural": orNull(t.Plural), "display": t.Display,
		"slug": orNull(t.Slug), "pagePath": orNull(t.Path), "locales": names(t.Locales), "drafts": t.Drafts, "public": t.Public,
		"fields": fields,
	}
}

func fieldModel(f *schema.Field) value.Object {
	out := value.Object{
		"name": f.Name, "kind": string(f.Kind), "many": f.Many, "title": labelObject(f.Title), "required": f.Required,
		"localized": f.Localized, "group": f.Admin.Group, "order": f.Admin.Order, "help": orNull(f.Admin.Help),
		"sortable": f.Sortable(), "facet": f.Search.Facet,
	}
	for name, n := range map[string]int{
		"minLength": f.MinLength, "maxLength": f.MaxLength, "minItems": f.MinItems, "maxItems": f.MaxItems,
	} {
		if n > 0 {
			out[name] = int64(n)
		}
	}
	for name, bound := range map[string]*float64{"minimum": f.Min, "maximum": f.Max} {
		if bound != nil {
			out[name] = *bound
		}
	}
	if f.Default != nil {
		out["default"] = f.Default
	}
	switch f.Kind {
	case schema.Money:
		out["currency"] = f.Currency
	case schema.LocalTime:
		out["zone"] = f.Zone
	case schema.Enum:
		out["options"] = optionList(f.Options)
	case schema.Relation:
		out["relation"] = value.Object{"to": f.Relation.To, "restrict": f.Relation.Restrict}
	case schema.Asset:
		out["asset"] = value.Object{"accept": names(f.Asset.Types), "maxBytes": f.Asset.MaxBytes}
	case schema.Object:
		inner := make(value.List, len(f.Fields))
		for i, g := range f.Fields {
			inner[i] = fieldModel(g)
		}
		out["fields"] = inner
	}
	return out
}

func optionList(options []schema.Option) value.List {
	out := make(value.List, len(options))
	for i, o := range options {
		out[i] = value.Object{"const": o.Const, "title": labelObject(o.Title)}
	}
	return out
}

// labelObject has a label in both languages of the admin; German stands in for English that is missing.
func labelObject(l schema.Label) value.Object {
	english := l.EN
	if english == "" {
		english = l.DE
	}
	return value.Object{"de": l.DE, "en": english}
}
