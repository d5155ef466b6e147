package api

import (
	"context"
	"sync"

	"github.com/gofiber/fiber/v2"

	"kontor/pkg/value"
)

// health tells that the process runs.
func (s *Server) health(c *fiber.Ctx) error {
	return sendJSON(c, 0, []byte(`{"status":"ok"}`))
}

// ready tells whether requests can be served: the store answers and the content types in force are this process's, and the files can be
// reached. Its answer names what is down. The search is named too and takes nothing down: most of a portal lives without it, and where many
// processes have one embedded engine only one of them searches.
func (s *Server) ready(c *fiber.Ctx) error {
	c.Set(fiber.HeaderCacheControl, "no-store")
	pings := map[string]func(context.Context) error{"store": s.content.Ping}
	if s.files != nil {
		pings["files"] = s.files.Ping
	}
	ctx, errs := c.UserContext(), make(map[string]error, len(pings))
	var mu sync.Mutex
	var wg sync.WaitGroup
	for name, ping := range pings {
		wg.Go(func() {
			err := ping(ctx)
			mu.Lock()
			defer mu.Unlock()
			errs[name] = err
		})
	}
	wg.Wait()
	answer := value.Object{"status": "ok"}
	if s.index != nil {
		answer["search"] = s.searchState(c)
	}
	for name, err := range errs {
		answer[name] = "ok"
		if err != nil {
			e := s.known(c, err)
			s.log.Warn("not ready", "part", name, "error", e.Error())
			answer["status"], answer[name] = "unavailable", e.Message
			c.Status(fiber.StatusServiceUnavailable)
		}
	}
	return sendJSON(c, 0, value.Append(nil, answer))
}

// searchState tells what is with the search in this process.
func (s *Server) searchState(c *fiber.Ctx) string {
	err := s.index.Ready(c.UserContext())
	if err == nil {
		return "ok"
	}
	return s.known(c, err).Message
}
