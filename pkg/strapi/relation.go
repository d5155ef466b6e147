package strapi

import (
	"strconv"
	"strings"

	"kontor/pkg/content"
	"kontor/pkg/fault"
	"kontor/pkg/schema"
	"kontor/pkg/value"
)

// MaxLinks is how many targets one relation of a body may name.
const MaxLinks = 2000

// relation reads a change of a relation: a target, a list of targets, or set, connect and disconnect. With set the other two are
// read and dropped, as Strapi does.
func (b *bodyReader) relation(v any) (any, error) {
	o, isObject := v.(value.Object)
	if !isObject || !command(o) {
		set, err := b.links(v)
		return content.Links{Replace: true, Set: unplaced(set)}, err
	}
	var links content.Links
	for _, name := range sortedNames(o) {
		var target *[]content.Link
		switch name {
		case "set":
			links.Replace, target = true, &links.Set
		case "connect":
			target = &links.Connect
		case "disconnect":
			target = &links.Disconnect
		case "options":
			loose, err := b.options(o[name])
			if links.Loose = loose; err != nil {
				return nil, err
			}
			continue
		default:
			return nil, unknown(name, strings.Join(b.path, "."))
		}
		if _, err := b.at(name, func() (_ any, err error) {
			*target, err = b.links(o[name])
			return nil, err
		}); err != nil {
			return nil, err
		}
	}
	if links.Replace {
		return content.Links{Replace: true, Set: unplaced(links.Set)}, nil
	}
	links.Disconnect = unplaced(links.Disconnect)
	return links, nil
}

// options reads {strict}, which is true unless sent: whether a target may only be placed beside one that
// is there. Else it goes to the end.
func (b *bodyReader) options(v any) (loose bool, err error) {
	o, ok := v.(value.Object)
	for _, name := range sortedNames(o) {
		if name != "strict" {
			return false, unknown(name, strings.Join(append(b.path, "options"), "."))
		}
		strict, is := o[name].(bool)
		ok, loose = ok && is, !strict
	}
	if !ok && v != nil {
		b.refuse(v, "has options of strict: true or false only", "kennt in options nur strict: true oder false")
	}
	return loose, nil
}

// unplaced drops positions, which say something for connect only.
func unplaced(links []content.Link) []content.Link {
	for i := range links {
		links[i].Position = content.Position{}
	}
	return links
}

func command(o value.Object) bool {
	for _, name := range []string{"set", "connect", "disconnect"} {
		if _, ok := o[name]; ok {
			return true
		}
	}
	return false
}

// links reads one target or a list of them; null is none.
func (b *bodyReader) links(v any) ([]content.Link, error) {
	list, isList := v.(value.List)
	switch {
	case v == nil:
		return nil, nil
	case !isList:
		link, err := b.link(v)
		return []content.Link{link}, err
	case len(list) > MaxLinks:
		return nil, fault.New(fault.Invalid, "%s names more than %d targets", strings.Join(b.path, "."), MaxLinks)
	}
	links := make([]content.Link, len(list))
	for i, e := range list {
		if _, err := b.at(strconv.Itoa(i), func() (_ any, err error) {
			links[i], err = b.link(e)
			return nil, err
		}); err != nil {
			return nil, err
		}
	}
	return links, nil
}

// link reads one target. A string is a documentId even if it has digits only; a number is an id.
func (b *bodyReader) link(v any) (content.Link, error) {
	switch x := v.(type) {
	case string:
		if x != "" {
			return content.Link{DocumentID: x}, nil
		}
	case int64:
		if x > 0 {
			return content.Link{ID: x}, nil
		}
	case value.Object:
		return b.longLink(x)
	}
	b.refuse(v, "must name an entry by its documentId or its id", "muss einen Eintrag mit documentId oder id nennen")
	return content.Link{}, nil
}

// longLink reads {documentId, id, locale, status, position}. The documentId counts before the id. Locale and status are checked
// and say nothing: a relation is kept by documentId and resolved at read.
func (b *bodyReader) longLink(o value.Object) (content.Link, error) {
	var link content.Link
	ok := true
	for _, name := range sortedNames(o) {
		v := o[name]
		if v == nil {
			continue
		}
		switch name {
		case "documentId":
			link.DocumentID, _ = v.(string)
			ok = ok && link.DocumentID != ""
		case "id":
			link.ID, _ = v.(int64)
			ok = ok && link.ID > 0
		case "locale":
			_, text := v.(string)
			ok = ok && text
		case "status":
			ok = ok && (v == "draft" || v == "published")
		case "position":
			if _, err := b.at(name, func() (_ any, err error) {
				link.Position, err = b.position(v)
				return nil, err
			}); err != nil {
				return link, err
			}
		default:
			return link, unknown(name, strings.Join(b.path, "."))
		}
	}
	if !ok || link.DocumentID == "" && link.ID == 0 {
		b.refuse(o, "must be an object of documentId or id, and locale, status (draft or published), position",
			"muss ein Objekt aus documentId oder id und locale, status (draft oder published), position sein")
	}
	if link.DocumentID != "" {
		link.ID = 0
	}
	return link, nil
}

// position reads exactly one of before, after, start and end.
func (b *bodyReader) position(v any) (content.Position, error) {
	var pos content.Position
	o, ok := v.(value.Object)
	places := 0
	for _, name := range sortedNames(o) {
		switch v := o[name]; {
		case name != "before" && name != "after" && name != "start" && name != "end":
			return pos, unknown(name, strings.Join(b.path, "."))
		case v == nil || v == false && (name == "start" || name == "end"):
		case name == "before":
			places++
			pos.Before, _ = v.(string)
			ok = ok && pos.Before != ""
		case name == "after":
			places++
			pos.After, _ = v.(string)
			ok = ok && pos.After != ""
		default:
			places++
			pos.Start = name == "start"
			ok = ok && v == true
		}
	}
	if !ok || places != 1 {
		b.refuse(v, "must have one of before and after with a documentId, start: true, end: true",
			"muss eines haben: before oder after mit einer documentId, start: true, end: true")
	}
	return pos, nil
}

// asset reads the file of an asset field, or its files: numeric ids or {"id": 5}.
func (b *bodyReader) asset(v any, f *schema.Field) (any, error) {
	list, isList := v.(value.List)
	if !isList {
		id, err := b.file(v)
		if err == nil && f.Many {
			return value.List{id}, nil
		}
		return id, err
	}
	out := make(value.List, len(list))
	for i, e := range list {
		id, err := b.at(strconv.Itoa(i), func() (any, error) { return b.file(e) })
		if err != nil {
			return nil, err
		}
		out[i] = id
	}
	return out, nil
}

func (b *bodyReader) file(v any) (any, error) {
	if o, ok := v.(value.Object); ok {
		for _, name := range sortedNames(o) {
			if name != "id" {
				return nil, unknown(name, strings.Join(b.path, "."))
			}
		}
		v = o["id"]
	}
	if !positive(v) {
		b.refuse(v, "must be the numeric id of a file", "muss die numerische id einer Datei sein")
		return nil, nil
	}
	return v, nil
}
