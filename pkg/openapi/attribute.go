package openapi

import (
	"regexp"
	"slices"
	"strings"

	"kontor/pkg/schema"
	"kontor/pkg/value"
)

// Forms of what stands in answers and bodies.
const (
	documentIDForm = "^[a-z0-9]{24}$"
	slugForm       = "^([a-z0-9]+(-[a-z0-9]+)*)?$" // an empty one is made from the title
)

func documentID() value.Object {
	return value.Object{"type": "string", "pattern": documentIDForm, "examples": value.List{"k3v9x0q2m7t1b8z4c6n5a1d2"}}
}

func numericID() value.Object {
	return value.Object{"type": "integer", "format": "int64", "minimum": int64(1), "maximum": int64(value.MaxInt)}
}

func instant() value.Object { return value.Object{"type": "string", "format": "date-time"} }

// titled says what a field is called.
func titled(s value.Object, f *schema.Field) value.Object {
	return with(with(s, "title", f.Title.DE), "description", f.Description)
}

// entry is the schema of a type's entries in answers.
func (b *builder) entry(t *schema.Type) value.Object {
	name := b.typeName(t)
	return b.once(t.ID, name, func() value.Object {
		v := b.views[t.ID]
		p := value.Object{
			"id": numericID(), "documentId": documentID(), "createdAt": instant(), "updatedAt": instant(), "publishedAt": instant(),
		}
		if v.Drafts {
			p["publishedAt"] = with(orNull(instant()), "description", "null in a draft")
		}
		if t.Localized() {
			p["locale"] = value.Object{"type": "string", "enum": texts(t.Locales)}
			p["localizations"] = with(listOf(ref(name)), "description", "The entry in its other locales; with populate")
		}
		for _, f := range t.Fields {
			if !among(v.Shown, f) {
				continue
			}
			if s := b.answer(t, f, name, v.Drafts); s != nil {
				p[f.Name] = s
			}
		}
		return with(with(object(p, "id", "documentId"), "title", t.Title.DE), "description", t.Description)
	})
}

// answer is the schema of a field in answers; nil if it never stands in one. owner is what the schema around is called. What is published
// has what it needs; drafts may lack it.
func (b *builder) answer(t *schema.Type, f *schema.Field, owner string, drafts bool) value.Object {
	var s value.Object
	switch f.Kind {
	case schema.Relation:
		target, ok := b.views[f.Relation.To]
		if !ok {
			return nil
		}
		s = b.entry(target.Type)
	case schema.Asset:
		s = ref("File")
	case schema.Object:
		s = b.part(t, f, owner)
	default:
		s = b.plain(f, owner)
	}
	if f.Many {
		return titled(listOf(s), f)
	}
	if f.Required && !drafts && f.Kind != schema.Relation && f.Kind != schema.Asset {
		return titled(s, f)
	}
	return titled(orNull(s), f)
}

// part is the schema of an object within an entry, or of an item of a list of them.
func (b *builder) part(t *schema.Type, f *schema.Field, owner string) value.Object {
	key, name := partName(f, owner)
	if f.Many {
		key, name = key+" item", name+"Item"
	}
	return b.once(key, name, func() value.Object {
		p := value.Object{}
		for _, g := range f.Fields {
			if s := b.answer(t, g, name, b.drafts()); s != nil {
				p[g.Name] = s
			}
		}
		if f.Many {
			p["id"] = numericID()
		}
		return object(p)
	})
}

// drafts tells whether the caller reads drafts of any type: shared objects are those of all.
func (b *builder) drafts() bool {
	return slices.ContainsFunc(b.src.Types, func(v View) bool { return v.Drafts })
}

// partName says whose and what an object's schema is: that of a shared object is one for all who use it.
func partName(f *schema.Field, owner string) (key, name string) {
	if f.Shared != "" {
		stem := strings.TrimSuffix(f.Shared[strings.LastIndexByte(f.Shared, '/')+1:], ".json")
		return "shared " + f.Shared, pascal(stem) + "Part"
	}
	return owner + " " + f.Name, owner + pascal(f.Name)
}

// plain is the schema of one value of a field that needs no populate.
func (b *builder) plain(f *schema.Field, owner string) value.Object {
	switch f.Kind {
	case schema.Integer:
		return value.Object{"type": "integer", "format": "int64"}
	case schema.Money:
		return value.Object{"type": "integer", "format": "int64", "description": "Hundredths of " + f.Currency}
	case schema.Number:
		return value.Object{"type": "number", "format": "double"}
	case schema.Boolean:
		return value.Object{"type": "boolean"}
	case schema.Date:
		return value.Object{"type": "string", "format": "date"}
	case schema.DateTime:
		return instant()
	case schema.LocalTime:
		return ref("LocalTime")
	case schema.Point:
		return ref("Point")
	case schema.Enum:
		return b.enum(f, owner)
	case schema.Email:
		return value.Object{"type": "string", "format": "email"}
	case schema.URI:
		return value.Object{"type": "string", "format": "uri"}
	case schema.RichText:
		return value.Object{"type": "string", "contentMediaType": "text/html"}
	case schema.JSON:
		return value.Object{}
	}
	return value.Object{"type": "string"}
}

// enum has the constants twice: for generators as a list, for readers with their titles.
func (b *builder) enum(f *schema.Field, owner string) value.Object {
	return b.once(owner+" "+f.Name, owner+pascal(f.Name), func() value.Object {
		names, options := value.List{}, value.List{}
		for _, o := range f.Options {
			names = append(names, o.Const)
			options = append(options, value.Object{"const": o.Const, "title": o.Title.DE})
		}
		return with(value.Object{"type": "string", "enum": names, "oneOf": options}, "title", f.Title.DE)
	})
}

// input is the schema of what a body may have under data.
func (b *builder) input(t *schema.Type, act string, names []string) value.Object {
	name := b.typeName(t)
	return b.once(t.ID+" "+act, name+pascal(act), func() value.Object {
		p := value.Object{}
		for _, f := range t.Fields {
			if among(names, f) {
				p[f.Name] = b.sent(f, name)
			}
		}
		return with(object(p), "description", "null clears a field. What a publish needs is said of the fields; a draft may lack it.")
	})
}

// sent is the schema of a field in bodies.
func (b *builder) sent(f *schema.Field, owner string) value.Object {
	s := b.sentValue(f, owner)
	if f.Many && f.Kind != schema.Relation {
		s = value.Object{"type": "array", "items": s}
		if f.MaxItems > 0 {
			s["maxItems"] = int64(f.MaxItems)
		}
	}
	if f.Kind != schema.JSON || f.Many {
		s = orNull(s)
	}
	s = titled(s, f)
	if f.Required {
		s["description"] = strings.TrimSpace(f.Description + " Needed to publish.")
	}
	return s
}

func (b *builder) sentValue(f *schema.Field, owner string) value.Object {
	switch f.Kind {
	case schema.Relation:
		if f.Many {
			return ref("Links")
		}
		return ref("Link")
	case schema.Asset:
		return ref("FileLink")
	case schema.Object:
		return b.sentPart(f, owner)
	case schema.LocalTime:
		return ref("LocalTimeInput")
	case schema.Slug:
		return value.Object{"type": "string", "pattern": slugForm, "maxLength": int64(f.MaxLength)}
	}
	s := b.plain(f, owner)
	switch f.Kind {
	case schema.Integer, schema.Money:
		s["minimum"], s["maximum"] = -int64(value.MaxInt), int64(value.MaxInt)
	}
	if f.Min != nil {
		s["minimum"] = *f.Min
	}
	if f.Max != nil {
		s["maximum"] = *f.Max
	}
	if s["type"] == "string" && f.MaxLength > 0 {
		s["maxLength"] = int64(f.MaxLength)
	}
	if f.Pattern != nil && portable(f.Pattern) {
		s["pattern"] = f.Pattern.String()
	}
	return s
}

// portable tells whether a pattern means the same in other languages: Go's classes and flags do not.
func portable(p *regexp.Regexp) bool {
	s := p.String()
	return !strings.Contains(s, "(?") && !strings.Contains(s, "[[:") && !strings.Contains(s, `\z`) && !strings.Contains(s, `\A`) && !strings.Contains(s, `\Q`) && !strings.Contains(s, `\p`)
}

func (b *builder) sentPart(f *schema.Field, owner string) value.Object {
	key, name := partName(f, owner)
	if f.Many {
		key, name = key+" item", name+"Item"
	}
	return b.once(key+" input", name+"Input", func() value.Object {
		p := value.Object{}
		for _, g := range f.Fields {
			p[g.Name] = b.sent(g, strings.TrimSuffix(name, "Input"))
		}
		if f.Many {
			p["id"] = with(orNull(numericID()), "description", "Of an item that is there; a new one has none")
		}
		return object(p)
	})
}
