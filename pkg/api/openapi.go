package api

import (
	"embed"
	"sync"

	"github.com/gofiber/fiber/v2"

	"kontor/pkg/auth"
	"kontor/pkg/openapi"
	"kontor/pkg/value"
)

// schemaFile has the schemas that operations name, as components of an OpenAPI document.
//
//go:embed openapi.json
var schemaFile embed.FS

// maxDocuments is how many documents are kept, a few hundred kilobytes each. There is one for each role that asked.
const maxDocuments = 8

// documents are the OpenAPI documents that were asked for. What a caller may know follows from its role alone, so one is made for each
// role, at the first request and again when roles have changed.
type documents struct {
	mu         sync.Mutex
	generation int64
	byRole     map[string]madeDocument
}

type madeDocument struct {
	body []byte
	tag  string
}

// document answers with the OpenAPI document: what the caller may know of the types, and every route that is the same everywhere.
func (s *Server) document(c *fiber.Ctx) error {
	if _, err := params(c); err != nil {
		return err
	}
	d, err := s.documents.of(callerOf(c), s)
	if err != nil {
		return err
	}
	c.Vary(fiber.HeaderAuthorization)
	c.Set(fiber.HeaderContentType, fiber.MIMEApplicationJSONCharsetUTF8)
	c.Set(fiber.HeaderETag, d.tag)
	if len(c.Response().Header.Peek(fiber.HeaderCacheControl)) == 0 {
		c.Set(fiber.HeaderCacheControl, "no-cache")
	}
	c.Response().SetBodyRaw(d.body)
	return nil
}

// of gives a caller's document. The roles' generation is read first: what changes while a document is made makes it outdated.
func (d *documents) of(c auth.Caller, s *Server) (madeDocument, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if g := s.auth.Roles().Generation(); g != d.generation || len(d.byRole) >= maxDocuments {
		d.generation, d.byRole = g, nil
	}
	if doc, ok := d.byRole[c.Role]; ok {
		return doc, nil
	}
	body, err := s.makeDocument(c)
	if err != nil {
		return madeDocument{}, err
	}
	doc := madeDocument{body, etag(0, body)}
	if d.byRole == nil {
		d.byRole = map[string]madeDocument{}
	}
	d.byRole[c.Role] = doc
	return doc, nil
}

func (s *Server) makeDocument(c auth.Caller) ([]byte, error) {
	text, err := schemaFile.ReadFile("openapi.json")
	if err != nil {
		return nil, err
	}
	decoded, err := value.Decode(text)
	if err != nil {
		return nil, err
	}
	schemas, _ := decoded.(value.Object)
	src := openapi.Source{Operations: operations(), Tags: tags(), Schemas: schemas}
	for _, r := range s.content.Reaches(c) {
		src.Types = append(src.Types, openapi.View{Type: r.Type, Shown: r.Shown, Listed: r.Listed, Create: r.Created, Update: r.Updated, Drafts: r.Drafts, Deletes: r.Deletes})
	}
	return value.Append(nil, openapi.Document(src)), nil
}
