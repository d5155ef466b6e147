package api

import (
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"sync"
	"testing"

	"github.com/gofiber/fiber/v2"
)

// The HTTP library reuses its buffers. Whatever a handler takes out of a request must be its own, since it may end up in an entry or
// in a table that lives longer than the request.
func TestRequestsOwnTheirValues(t *testing.T) {
	app := fiber.New(New(Options{}).app.Config())
	var mu sync.Mutex
	kept := map[string][]string{}
	var bodies [][]byte
	app.Put("/keep/:name", func(c *fiber.Ctx) error {
		data, err := body(c)
		if err != nil {
			return err
		}
		in, err := params(c, "q")
		if err != nil {
			return err
		}
		texts := []string{c.Params("name"), c.Get("X-Name"), in["q"], rawQuery(c), c.Path()}
		mu.Lock()
		defer mu.Unlock()
		kept[strings.Clone(c.Params("name"))] = texts
		bodies = append(bodies, data)
		return nil
	})
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	done := make(chan error, 1)
	go func() { done <- app.Listener(l) }()
	var wg sync.WaitGroup
	for w := range 8 {
		wg.Go(func() {
			for i := range 40 {
				name := fmt.Sprintf("%s-%d", strings.Repeat(string(rune('a'+w)), 5+i%7), i)
				req, err := http.NewRequest("PUT", "http://"+l.Addr().String()+"/keep/"+name+"?q="+name, strings.NewReader(`"`+name+`"`))
				if err != nil {
					t.Error(err)
					return
				}
				req.Header.Set("Content-Type", "application/json")
				req.Header.Set("X-Name", name)
				res, err := http.DefaultClient.Do(req)
				if err != nil {
					t.Error(err)
					return
				}
				_, _ = io.Copy(io.Discard, res.Body)
				_ = res.Body.Close()
			}
		})
	}
	wg.Wait()
	http.DefaultClient.CloseIdleConnections()
	if err := app.ShutdownWithContext(t.Context()); err != nil {
		t.Error(err)
	}
	if err := <-done; err != nil {
		t.Error(err)
	}
	if len(kept) != 320 {
		t.Errorf("%d requests were kept", len(kept))
	}
	for name, texts := range kept {
		for i, want := range []string{name, name, name, "q=" + name, "/keep/" + name} {
			if texts[i] != want {
				t.Errorf("%q has become %q", want, texts[i])
			}
		}
	}
	for _, data := range bodies {
		if _, ok := kept[strings.Trim(string(data), `"`)]; !ok {
			t.Errorf("a body has become %q", data)
		}
	}
}
