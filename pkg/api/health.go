package api

import (
	"context"
	"sync"
	"time"

	"github.com/gofiber/fiber/v2"

	"kontor/pkg/value"
)

// health tells that the process runs.
func (s *Server) health(c *fiber.Ctx) error {
	return sendJSON(c, 0, []byte(`{"status":"ok"}`))
}

// lookTime is for how long the answer of a look at the parts is given to others who ask.
const lookTime = 100 * time.Millisecond

// readiness is the answer to the last request for /readyz that looked.
type readiness struct {
	mu     sync.Mutex
	until  time.Time
	status int
	body   []byte
}

// ready tells whether requests can be served: the store answers and the content types in force are this process's, and the files can be
// reached. Its answer names what is down. The search is named too and takes nothing down: most of a portal lives without it, and where many
// processes have one embedded engine only one of them searches. However many ask, the parts are looked at ten times a second at most.
func (s *Server) ready(c *fiber.Ctx) error {
	c.Set(fiber.HeaderCacheControl, "no-store")
	status, body := s.lookAgain(c)
	c.Status(status)
	return sendJSON(c, 0, body)
}

// lookAgain returns what the last look at the parts found, and looks again where that is too old.
func (s *Server) lookAgain(c *fiber.Ctx) (status int, body []byte) {
	r := &s.readiness
	r.mu.Lock()
	defer r.mu.Unlock() // also after a panic in a part, which guard recovers
	if time.Now().After(r.until) {
		r.status, r.body = s.lookAtParts(c)
		r.until = time.Now().Add(lookTime)
	}
	return r.status, r.body
}

func (s *Server) lookAtParts(c *fiber.Ctx) (status int, body []byte) {
	pings := map[string]func(context.Context) error{"store": s.content.Ping}
	if s.files != nil {
		pings["files"] = s.files.Ping
	}
	ctx, cancel := context.WithTimeout(context.Background(), s.timeout) // not the request's: others get the answer too
	defer cancel()
	errs := make(map[string]error, len(pings))
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
	status = fiber.StatusOK
	for name, err := range errs {
		answer[name] = "ok"
		if err != nil {
			e := s.known(c, err)
			s.log.Warn("not ready", "part", name, "error", e.Error())
			answer["status"], answer[name] = "unavailable", e.Message
			status = fiber.StatusServiceUnavailable
		}
	}
	return status, value.Append(nil, answer)
}

// searchState tells what is with the search in this process.
func (s *Server) searchState(c *fiber.Ctx) string {
	err := s.index.Ready(c.UserContext())
	if err == nil {
		return "ok"
	}
	return s.known(c, err).Message
}
