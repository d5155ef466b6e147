package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/textproto"
	"os"
	"os/exec"
	"strings"

	"github.com/gofiber/fiber/v2"
)

// bareCommand as the only argument makes this program the server that kept answers are compared with.
const bareCommand = "bare"

// copied is an answer of Kontor as the bare server gives it again.
type copied struct {
	Target string // of the request line
	Type   string
	Tag    string
	Body   string
}

// copyAnswers asks Kontor for everything that a workload's requests ask for.
func copyAnswers(addr string, targets []string) ([]copied, error) {
	c, err := dial(addr, patience)
	if err != nil {
		return nil, err
	}
	defer c.Close()
	out := make([]copied, 0, len(targets))
	for _, t := range targets {
		if _, err := c.Write(request("GET", t, "", "", nil)); err != nil {
			return nil, err
		}
		head := textproto.NewReader(c.in)
		if line, err := head.ReadLine(); err != nil || !strings.HasPrefix(line, "HTTP/1.1 200") {
			return nil, errors.Join(fmt.Errorf("%s: %q", t, line), err)
		}
		header, err := head.ReadMIMEHeader()
		if err != nil {
			return nil, err
		}
		size := 0
		if _, err := fmt.Sscan(header.Get("Content-Length"), &size); err != nil {
			return nil, err
		}
		body := make([]byte, size)
		if _, err := io.ReadFull(c.in, body); err != nil {
			return nil, err
		}
		out = append(out, copied{wireForm(t), header.Get("Content-Type"), header.Get("Etag"), string(body)})
	}
	return out, nil
}

// startBare starts a Fiber server in a process of its own that does nothing but look up an answer and send it.
func startBare(ctx context.Context, answers []copied) (*server, error) {
	self, err := os.Executable()
	if err != nil {
		return nil, err
	}
	text, err := json.Marshal(answers)
	if err != nil {
		return nil, err
	}
	cmd := exec.CommandContext(ctx, self, bareCommand)
	cmd.Stdin, cmd.Stderr = bytes.NewReader(text), os.Stderr
	out, err := cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if err := cmd.Start(); err != nil {
		return nil, err
	}
	addr, err := bufio.NewReader(out).ReadString('\n')
	if err != nil {
		return nil, errors.Join(fmt.Errorf("the bare server did not start: %w", err), cmd.Wait())
	}
	return &server{cmd: cmd, addr: strings.TrimSpace(addr)}, nil
}

// serveBare is the bare server: it reads its answers, tells its address, and serves until ctx ends.
func serveBare(ctx context.Context, in io.Reader, out io.Writer) error {
	var list []copied
	if err := json.NewDecoder(in).Decode(&list); err != nil {
		return err
	}
	answers := make(map[string]*copied, len(list))
	for i := range list {
		answers[list[i].Target] = &list[i]
	}
	app := fiber.New(fiber.Config{DisableStartupMessage: true, ReadBufferSize: 16 << 10})
	app.Get("/*", func(c *fiber.Ctx) error {
		a := answers[string(c.Request().RequestURI())]
		if a == nil {
			return fiber.ErrNotFound
		}
		c.Set(fiber.HeaderContentType, a.Type)
		c.Set(fiber.HeaderETag, a.Tag)
		if c.Get(fiber.HeaderIfNoneMatch) == a.Tag {
			return c.SendStatus(fiber.StatusNotModified)
		}
		return c.SendString(a.Body)
	})
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	if _, err := fmt.Fprintln(out, l.Addr()); err != nil {
		return err
	}
	go func() {
		<-ctx.Done()
		_ = app.Shutdown()
	}()
	return app.Listener(l)
}
