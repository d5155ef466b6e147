package api

import (
	"net/url"
	"strings"
	"unicode/utf8"

	"github.com/gofiber/fiber/v2"

	"kontor/pkg/content"
	"kontor/pkg/fault"
	"kontor/pkg/value"
)

// pathsLimit is how many entries a list of paths has unless a client says so.
const pathsLimit = 1000

// listPaths answers with the pages that the entries of a type have on the public site, for those who build or crawl it.
func (s *Server) listPaths(c *fiber.Ctx) error {
	t, in, err := s.managed(c, "after", "limit", "locale")
	if err != nil {
		return err
	}
	limit, err := number(in, "limit", pathsLimit)
	if err != nil {
		return err
	}
	places, next, err := s.content.Places(c.UserContext(), callerOf(c), t, content.PlaceWindow{After: in["after"], Limit: limit, Locale: in["locale"]})
	if err != nil {
		return err
	}
	out := make(value.List, len(places))
	for i, p := range places {
		pages := make(value.List, len(p.Pages))
		for j, x := range p.Pages {
			pages[j] = value.Object{"locale": localeOf(x.Locale), "path": x.Path, "url": orNull(s.pageURL(t, x.Locale, x.Path)),
				"updatedAt": orNull(x.UpdatedAt), "noindex": x.NoIndex}
		}
		out[i] = value.Object{"type": t.ID, "documentId": p.DocumentID, "pages": pages}
	}
	return sendJSON(c, 0, value.Append(nil, value.Object{"data": out, "meta": value.Object{"limit": int64(limit), "next": orNull(next)}}))
}

// followPath answers where a path of the public site leads, for a site that finds nothing under it.
func (s *Server) followPath(c *fiber.Ctx) error {
	in, err := params(c, "path", "locale")
	if err != nil {
		return err
	}
	path := s.sitePath(in["path"])
	if !strings.HasPrefix(path, "/") || len(path) > 1000 {
		return fault.New(fault.Invalid, "path must be a path of the public site such as /projekte/bauhof").With("key", "path")
	}
	m, err := s.content.Follow(c.UserContext(), callerOf(c), path, in["locale"])
	if err != nil {
		return err
	}
	return sendData(c, 0, moveData(path, m))
}

// sitePath is the path of an address of the public site, as sitemaps print it; what is none stays
// as it is.
func (s *Server) sitePath(address string) string {
	rest, ours := strings.CutPrefix(address, s.siteURL)
	if s.siteURL == "" || !ours || rest != "" && rest[0] != '/' {
		rest = address
	}
	if path, err := url.PathUnescape(rest); err == nil && utf8.ValidString(path) {
		rest = path
	}
	if ours && rest == "" {
		return "/"
	}
	return rest
}

func moveData(from string, m content.Move) value.Object {
	return value.Object{"type": m.Type.ID, "documentId": m.DocumentID, "locale": localeOf(m.Locale), "from": from, "to": m.Path, "moved": m.Moved}
}

// maxMoves bounds a list of redirects. Each is a slug that an editor changed by hand, so there are few.
const maxMoves = 10_000

// listMoves answers with every old path of a type and where it leads, for a site that keeps its redirects itself.
func (s *Server) listMoves(c *fiber.Ctx) error {
	t, in, err := s.managed(c, "locale")
	if err != nil {
		return err
	}
	out := value.List{}
	err = s.content.Moves(c.UserContext(), callerOf(c), t, in["locale"], func(from string, m content.Move) error {
		if len(out) == maxMoves {
			return fault.New(fault.TooLarge, "There are more than %d redirects; ask for single paths", maxMoves)
		}
		out = append(out, moveData(from, m))
		return nil
	})
	if err != nil {
		return err
	}
	return sendData(c, 0, out)
}
