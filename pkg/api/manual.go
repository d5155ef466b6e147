package api

import (
	"bytes"
	"html/template"

	"github.com/gofiber/fiber/v2"

	"kontor/pkg/fault"
	"kontor/pkg/manual"
)

// renderManual renders every page of the manual, framed by the list of topics. It returns the pages by topic name.
func renderManual() (map[string][]byte, error) {
	frame, err := template.ParseFS(docsFiles, "docs/manual.html")
	if err != nil {
		return nil, err
	}
	topics, err := manual.Topics()
	if err != nil {
		return nil, err
	}
	pages := make(map[string][]byte, len(topics))
	for _, topic := range topics {
		body, err := topic.HTML()
		if err != nil {
			return nil, err
		}
		var page bytes.Buffer
		err = frame.Execute(&page, map[string]any{
			"Topics": topics,
			"Topic":  topic,
			"Body":   template.HTML(body), // our own text, rendered without raw HTML
		})
		if err != nil {
			return nil, err
		}
		pages[topic.Name] = page.Bytes()
	}
	return pages, nil
}

// manualTopic responds with one page of the manual, the first one if the path names none.
func (s *Server) manualTopic(c *fiber.Ctx) error {
	pages, err := s.manual()
	if err != nil {
		return err
	}
	page, ok := pages[c.Params("topic", "operation")]
	if !ok {
		return fault.New(fault.NotFound, "Not Found")
	}
	c.Set(fiber.HeaderContentSecurityPolicy, docsPolicy)
	return sendFile(c, fiber.MIMETextHTMLCharsetUTF8, page, false)
}
