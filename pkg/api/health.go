package api

import (
	"github.com/gofiber/fiber/v2"

	"kontor/pkg/value"
)

// health tells that the process runs.
func (s *Server) health(c *fiber.Ctx) error {
	return sendJSON(c, 0, []byte(`{"status":"ok"}`))
}

// ready tells whether requests can be served: the store answers and the content types in force are this process's.
func (s *Server) ready(c *fiber.Ctx) error {
	c.Set(fiber.HeaderCacheControl, "no-store")
	if err := s.content.Ping(c.UserContext()); err != nil {
		e := s.known(c, err)
		s.log.Warn("not ready", "error", e.Error())
		c.Status(fiber.StatusServiceUnavailable)
		return sendJSON(c, 0, value.Append(nil, value.Object{"status": "unavailable", "store": e.Message}))
	}
	return sendJSON(c, 0, []byte(`{"status":"ok","store":"ok"}`))
}
