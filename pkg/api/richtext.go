package api

import (
	"strings"

	"github.com/gofiber/fiber/v2"

	"kontor/pkg/fault"
	"kontor/pkg/schema"
	"kontor/pkg/value"
)

// removedHeader tells the client of a write under /api which markup its rich texts lost, because
// the body has no room beside the entry there.
const removedHeader = "Kontor-Removed"

// maxRemoved bounds the length of that header.
const maxRemoved = 1000

func tellRemoved(c *fiber.Ctx, list []schema.Removal) {
	var b strings.Builder
	for _, r := range list {
		if b.Len() > 0 {
			b.WriteString(", ")
		}
		if b.Len() > maxRemoved {
			b.WriteString("more")
			break
		}
		b.WriteString(strings.Join(r.Path, ".") + " " + r.Element)
		if r.Attribute != "" {
			b.WriteString("[" + r.Attribute + "]")
		}
	}
	if b.Len() > 0 {
		c.Set(removedHeader, b.String())
	}
}

// removals is the same for meta.removed of /manage.
func removals(list []schema.Removal) value.List {
	out := make(value.List, len(list))
	for i, r := range list {
		out[i] = value.Object{
			"field": orNull(strings.Join(r.Path, ".")), "element": r.Element,
			"attribute": orNull(r.Attribute), "value": orNull(r.Value),
			"count": int64(r.Count),
		}
	}
	return out
}

// richTextMarkup lists the HTML that rich text fields keep, for editors that shall write no other.
func (s *Server) richTextMarkup(c *fiber.Ctx) error {
	if err := plainRequest(c); err != nil {
		return err
	}
	m := schema.RichTextMarkup()
	elements := make(value.List, len(m.Elements))
	for i, e := range m.Elements {
		elements[i] = value.Object{"name": e.Name, "attributes": markupAttributes(e.Attributes)}
	}
	becomes := value.Object{}
	for from, to := range m.Becomes {
		becomes[from] = to
	}
	return sendData(c, 0, value.Object{
		"elements": elements, "attributes": markupAttributes(m.Everybody),
		"schemes": names(m.Schemes), "becomes": becomes,
	})
}

// plainRequest refuses parameters, and callers without credentials: as all of /manage that is not
// for public sites.
func plainRequest(c *fiber.Ctx) error {
	if callerOf(c).IsAnonymous() {
		return fault.New(fault.Forbidden, "Forbidden")
	}
	_, err := params(c)
	return err
}

func markupAttributes(list []schema.MarkupAttribute) value.List {
	out := make(value.List, len(list))
	for i, a := range list {
		out[i] = value.Object{"name": a.Name, "pattern": orNull(a.Pattern)}
	}
	return out
}

// cleanRichText answers how a rich text field would store HTML, such as what an editor is about to
// paste.
func (s *Server) cleanRichText(c *fiber.Ctx) error {
	if err := plainRequest(c); err != nil {
		return err
	}
	in, err := readObject(c)
	if err != nil {
		return err
	}
	html, locale, err := richTextInput(in)
	if err != nil {
		return err
	}
	clean, removed, err := schema.CleanRichText(html, locale)
	if err != nil {
		return err
	}
	return sendJSON(c, 0, value.Append(nil, value.Object{
		"data": value.Object{"html": orNull(clean)}, "meta": value.Object{"removed": removals(removed)},
	}))
}

func richTextInput(in value.Object) (html, locale string, err error) {
	if in["html"] == nil {
		return "", "", fault.New(fault.Invalid, "html is missing").With("key", "html")
	}
	for name, v := range in {
		to := &locale
		switch name {
		case "html":
			to = &html
		case "locale":
		default:
			return "", "", fault.Key(shorten(name), "", "body", "")
		}
		var ok bool
		if *to, ok = v.(string); !ok {
			return "", "", fault.New(fault.Invalid, "%s must be a text", name).With("key", name)
		}
	}
	return html, locale, nil
}
