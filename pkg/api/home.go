package api

import (
	"bytes"
	"html/template"
	"slices"
	"strings"

	"github.com/gofiber/fiber/v2"

	"kontor/pkg/value"
)

// offer is one thing that is here. A root has no answer of its own.
type offer struct{ Name, Path, DE, EN string }

// Root tells whether only what lies below has answers.
func (o offer) Root() bool { return o.Name == "api" || o.Name == "search" }

// offers are what is here, for those who come to / by hand. The admin UI is named where this server
// has it.
func (s *Server) offers() []offer {
	list := []offer{
		{"admin", "/admin", "Redaktion: anmelden und Inhalte pflegen", "Admin: sign in and edit content"},
		{"docs", "/docs", "Beschreibung der Schnittstelle", "Description of the API"},
		{"openapi", "/openapi.json", "dieselbe für Programme (OpenAPI 3.1)", "the same for programs (OpenAPI 3.1)"},
		{"api", "/api", "Inhalte und Dateien, wie Strapi 5 sie anbietet", "Content and files, as Strapi 5 offers them"},
		{"search", searchRoot, "Suche, wie Meilisearch sie anbietet", "Search, as Meilisearch offers it"},
		{"sitemap", "/sitemap.xml", "Seiten der öffentlichen Website", "Pages of the public site"},
		{"health", "/readyz", "Zustand des Dienstes", "State of the service"},
	}
	return slices.DeleteFunc(list, func(o offer) bool {
		switch o.Name {
		case "admin":
			return s.admin == nil
		case "search":
			return s.index == nil
		case "sitemap":
			return s.siteURL == "" || s.baseURL == ""
		}
		return false
	})
}

var homePage = template.Must(template.New("home").Parse(`<!DOCTYPE html>
<html lang="de">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Kontor</title>
<h1>Kontor</h1>
<p>Hier läuft Kontor, ein Redaktionssystem, das Inhalte über eine Schnittstelle ausgibt.{{with .Site}} Die öffentliche Website: <a href="{{.}}">{{.}}</a>.{{end}}</p>
<ul>{{range .Offers}}
<li>{{if .Root}}{{.Path}}/…{{else}}<a href="{{.Path}}">{{.Path}}</a>{{end}}: {{.DE}} / <span lang="en">{{.EN}}</span></li>{{end}}
</ul>
</html>
`))

// home is / in its two forms, made once.
type home struct{ page, json []byte }

func (s *Server) newHome() (h home) {
	offers := s.offers()
	var page bytes.Buffer
	if err := homePage.Execute(&page, struct {
		Site   string
		Offers []offer
	}{s.siteURL, offers}); err != nil {
		panic("api: " + err.Error()) // a buffer takes everything, and the template fits
	}
	links := value.Object{"site": orNull(s.siteURL)}
	for _, o := range offers {
		links[o.Name] = o.Path
	}
	return home{page.Bytes(), value.Append(nil, value.Object{"name": "Kontor", "links": links})}
}

// showHome names what is here: as a page for those who ask for one, else as JSON.
func (s *Server) showHome(c *fiber.Ctx) error {
	c.Vary(fiber.HeaderAccept)
	if strings.Contains(c.Get(fiber.HeaderAccept), "html") && c.Accepts(fiber.MIMEApplicationJSON, fiber.MIMETextHTML) == fiber.MIMETextHTML {
		return sendAs(c, fiber.MIMETextHTMLCharsetUTF8, 0, s.home.page)
	}
	return sendJSON(c, 0, s.home.json)
}
