package api

import (
	"strings"

	"github.com/gofiber/fiber/v2"

	"kontor/pkg/fault"
	"kontor/pkg/schema"
)

// routes is every route on one screen. Each is described in operations, for the OpenAPI document.
func (s *Server) routes() {
	app := s.app
	app.Use(s.guard)
	app.Get("/", s.identify, s.showHome)
	app.Get("/healthz", s.probe, s.health)
	app.Get("/readyz", s.probe, s.ready)
	app.Get("/openapi.json", s.identify, s.document)
	app.Use("/docs", s.counted, s.keepFixed)
	app.Get("/docs", s.docs)
	app.Get("/docs/manual", s.manualTopic)
	app.Get("/docs/manual/:topic", s.manualTopic)
	app.Get("/docs/:file", s.docsFile)
	app.Get("/sitemap.xml", s.identify, s.kept, s.sitemapIndex)
	app.Get("/sitemap/:type.xml", s.identify, s.kept, s.sitemap)
	app.Get("/files/:key/:name?", s.previewParam, s.fileSession, s.identify, s.download)

	app.Use("/admin", s.counted)
	app.Get("/admin", s.adminPage)
	app.Get("/admin/assets/:file", s.keepFixed, s.adminAsset)
	app.Get("/admin/*", s.adminPage)

	api := app.Group("/api", s.identify)
	s.accountRoutes(api)
	api.Post("/upload", s.upload)
	api.Get("/upload/files", s.listFiles)
	api.Get("/upload/files/:id", s.getFile)
	api.Delete("/upload/files/:id", s.deleteFile)

	api.Get("/:type", s.kept, s.findOrSingle)
	api.Post("/:type", s.create)
	api.Put("/:type", s.putSingle)
	api.Delete("/:type", s.deleteSingle)
	api.Get("/:type/count", s.kept, s.count)
	api.Get("/:type/:id", s.kept, s.findOne)
	api.Put("/:type/:id", s.update)
	api.Delete("/:type/:id", s.delete)

	manage := app.Group("/manage", s.identify)
	manage.Get("/session", s.readSession)
	manage.Post("/session", s.openSession)
	manage.Delete("/session", s.closeSession)
	manage.Get("/types", s.listTypes)
	manage.Get("/types/:type", s.getType)
	manage.Get("/paths", s.kept, s.followPath)
	manage.Get("/paths/:type", s.kept, s.listPaths)
	manage.Get("/redirects/:type", s.kept, s.listMoves)
	manage.Get("/roles", s.listRoles)
	manage.Get("/roles/:name", s.getRole)
	manage.Put("/roles/:name", s.putRole)
	manage.Delete("/roles/:name", s.deleteRole)
	manage.Get("/explain", s.explain)
	manage.Get("/index", s.indexStatus)
	manage.Post("/index", s.askIndex)
	manage.Get("/index/jobs/:id", s.indexJob)
	manage.Get("/trash/:type", s.listTrash)
	manage.Post("/trash/:type/:id/restore", s.restore)
	manage.Delete("/trash/:type/:id", s.purge)
	manage.Get("/entries/:type", s.listRows)
	manage.Get("/entries/:type/:id", s.state)
	manage.Put("/entries/:type/:id", s.saveDraft)
	manage.Post("/entries/:type/:id/publish", s.publish)
	manage.Post("/entries/:type/:id/unpublish", s.unpublish)
	manage.Post("/entries/:type/:id/discard", s.discard)
	manage.Post("/entries/:type/:id/previews", s.createPreview)
	s.mediaRoutes(manage)
	manage.Get("/entries/:type/:id/uses", s.whereUsed)
	manage.Get("/entries/:type/:id/history", s.history)
	manage.Get("/entries/:type/:id/history/compare", s.compareVersions)
	manage.Get("/entries/:type/:id/history/:rev", s.version)
	manage.Post("/entries/:type/:id/history/:rev/restore", s.restoreVersion)

	s.searchRoutes(app.Group(searchRoot, s.counted))
	app.Use(s.counted, s.noRoute)
}

// mediaRoutes are those of files and of the markup of texts.
func (s *Server) mediaRoutes(manage fiber.Router) {
	manage.Get("/richtext", s.richTextMarkup)
	manage.Post("/richtext", s.cleanRichText)
	manage.Put("/files/:id", s.putFile)
	manage.Get("/files/:id/editions", s.fileEditions)
	manage.Get("/files/:id/uses", s.fileUses)
}

// accountRoutes are Strapi's for signing in and for accounts.
func (s *Server) accountRoutes(api fiber.Router) {
	api.Post("/auth/local", s.signIn)
	api.Post("/auth/local/register", s.closed)
	api.Post("/auth/logout", s.signOut)
	api.Post("/auth/change-password", s.changePassword)
	api.Post("/auth/forgot-password", s.noMail)
	api.Post("/auth/reset-password", s.noMail)
	api.Post("/auth/send-email-confirmation", s.noMail)
	api.Get("/users/me", s.me)
	api.Get("/users/count", s.countUsers)
	api.Get("/users", s.listUsers)
	api.Post("/users", s.createUser)
	api.Get("/users/:id", s.getUser)
	api.Put("/users/:id", s.updateUser)
	api.Delete("/users/:id", s.deleteUser)
}

// searchRoutes are those in the dialect of Meilisearch.
func (s *Server) searchRoutes(search fiber.Router) {
	search.Get("/health", s.searchHealth)
	search.Get("/version", s.searchVersion)
	search.Post("/multi-search", s.multiSearch)
	search.Get("/indexes/:uid/search", s.searchGet)
	search.Post("/indexes/:uid/search", s.search)
	search.Post("/indexes/:uid/facet-search", s.facetSearch)
}

// noRoute answers what no route takes: 405 if the path exists for other methods, else 404.
func (s *Server) noRoute(c *fiber.Ctx) error {
	if c.Path() == "" { // the target of the request line was no path
		return unread(fiber.StatusBadRequest)
	}
	allow := s.allowed(c, c.Path())
	if len(allow) == 0 {
		return fault.New(fault.NotFound, "Not Found")
	}
	c.Set(fiber.HeaderAllow, strings.Join(allow, ", "))
	if c.Method() == fiber.MethodOptions {
		return c.SendStatus(fiber.StatusNoContent)
	}
	return fault.New(fault.Method, "Method Not Allowed")
}

// allowed lists the methods that a path has for the caller. A path of entries has those of its type.
func (s *Server) allowed(c *fiber.Ctx, path string) []string {
	segments := strings.Split(strings.TrimSuffix(strings.TrimPrefix(path, "/"), "/"), "/")
	if t, ok := s.entryType(c, segments); ok {
		switch {
		case t.Single && len(segments) == 3:
			return nil
		case !t.Single && len(segments) == 2:
			return []string{"GET", "HEAD", "POST"}
		}
		return []string{"GET", "HEAD", "PUT", "DELETE"}
	}
	var out []string
	routes := s.app.GetRoutes(true)
	for _, method := range []string{"GET", "HEAD", "POST", "PUT", "DELETE"} {
		for _, r := range routes {
			if r.Method == method && !strings.HasPrefix(r.Path, "/api/:") && fiber.RoutePatternMatch(path, r.Path, fiber.Config{CaseSensitive: true}) {
				out = append(out, method)
				break
			}
		}
	}
	return out
}

// entryType finds the type of a path of entries: /api/:type or /api/:type/:id.
func (s *Server) entryType(c *fiber.Ctx, segments []string) (*schema.Type, bool) {
	if segments[0] != "api" || len(segments) != 2 && len(segments) != 3 {
		return nil, false
	}
	return s.knownType(c, s.content.Types().ByPath, segments[1])
}
