// Package api is HTTP: routes, middleware, decoding, rendering, and which status an error has. No rule about entries lives here,
// and no *fiber.Ctx leaves it.
package api

import (
	"cmp"
	"context"
	"io/fs"
	"log/slog"
	"math"
	"net"
	"net/netip"
	"strings"
	"sync"
	"time"

	"github.com/gofiber/fiber/v2"
	"github.com/valyala/fasthttp"

	"kontor/pkg/asset"
	"kontor/pkg/auth"
	"kontor/pkg/content"
	"kontor/pkg/idempotency"
	"kontor/pkg/index"
	"kontor/pkg/rate"
)

// Options are what a Server is made from. Content and Auth must be there; the rest has defaults.
type Options struct {
	Content        *content.Service
	Files          *asset.Service // nil: there are none
	Auth           *auth.Service
	Index          *index.Service // nil: there is no search
	Admin          fs.FS          // the built admin UI: index.html and assets; nil: there is none
	Log            *slog.Logger   // nil discards
	RequestTimeout time.Duration  // how long the work on a request may take; 10 s if 0
	ReadTimeout    time.Duration  // how long a client may take to send a request; 30 s if 0
	BodyLimit      int            // bytes; 1 MiB if 0

	CacheSize    int64         // bytes of answers to the public that are kept; none if 0
	SharedMaxAge time.Duration // how long caches on the way may answer the public without asking; 0 for never

	BaseURL     string               // where the world reaches this server, without a slash at the end; "" if that is not known
	SiteURL     string               // where the public site is, without a slash at the end; "" if that is not known
	Idempotency *idempotency.Service // nil: the header Idempotency-Key says nothing

	RateLimit      rate.Limit     // requests of an address without credentials; zero for any number
	TokenRateLimit rate.Limit     // requests of a token or an account; zero for any number
	Slots          *rate.Slots    // what heavy reads and searches share with other work; nil: any number at once
	PublicWork     int64          // what a request without credentials may cost, in the unit of rate.Meter; 60,000 if 0
	CallerWork     int64          // what one with credentials may cost; 600,000 if 0
	TrustedProxies []netip.Prefix // whose X-Forwarded-For is believed
	CORSOrigins    []string       // whose pages may read /api, "*" for all
	ManageOrigins  []string       // whose pages may use /manage

	MaxUploads int        // that an account may have running, more wait; 4 if 0
	UploadRate rate.Limit // KiB that an account may upload; zero for any number

	ResponseMemory int64 // bytes of responses from 64 KiB on that may wait to be read; 128 MiB if 0

	MaxConnections           int // open at once; 4096 if 0
	MaxConnectionsPerAddress int // of an address that is no trusted proxy; 256 if 0, and at most half of all
	Descriptors              int // how many the process may have open, which lowers MaxConnections; 0 if that is not known
}

// Server is Kontor over HTTP.
type Server struct {
	buffers  sync.Pool // of *[]byte
	encoders *encoders
	answers  *answerCache // nil: nothing is kept
	chunks   sync.Pool    // of *[chunkSize]byte
	files    *asset.Service
	app      *fiber.App
	content  *content.Service
	auth     *auth.Service
	index    *index.Service

	idempotency *idempotency.Service

	log     *slog.Logger
	timeout time.Duration
	idle    time.Duration // in the place of a deadline where bytes stream
	limits  limits
	slots   *rate.Slots

	publicWork, callerWork int64 // what a request may cost
	proxies                []netip.Prefix
	origins                []string
	managers               []string // see Options.ManageOrigins
	https                  bool
	baseURL                string
	siteURL                string

	freshness string // Cache-Control of what the public may read

	bodyLimit int
	untrusted untrusted
	conns     *connTable
	readiness readiness
	fixed     fixedAnswers
	documents documents
	admin     fs.FS
	manual    func() (map[string][]byte, error) // rendered at the first request
	home      home
	uploads   *uploadLimits

	responseMemory int64 // bytes of long responses that may be in memory
}

// idleTimeout is how long a connection stays open between requests.
const idleTimeout = 2 * time.Minute

// headLimit is how long a request line with its headers may be: encoded filters are long.
const headLimit = 16 << 10

// New makes a server with all its routes.
func New(o Options) *Server {
	s := &Server{content: o.Content, files: o.Files, auth: o.Auth, index: o.Index, idempotency: o.Idempotency, log: o.Log, timeout: cmp.Or(o.RequestTimeout, 10*time.Second),
		limits: newLimits(o.RateLimit, o.TokenRateLimit), slots: o.Slots,
		publicWork: cmp.Or(o.PublicWork, publicWork), callerWork: cmp.Or(o.CallerWork, callerWork), proxies: o.TrustedProxies, origins: o.CORSOrigins, managers: o.ManageOrigins, https: strings.HasPrefix(o.BaseURL, "https:"), baseURL: o.BaseURL, siteURL: o.SiteURL,
		encoders: newEncoders(), answers: newAnswerCache(o.CacheSize), freshness: freshness(o.SharedMaxAge)}
	s.manual, s.admin = sync.OnceValues(renderManual), o.Admin
	if s.log == nil {
		s.log = slog.New(slog.DiscardHandler)
	}
	readTimeout := cmp.Or(o.ReadTimeout, 30*time.Second)
	s.idle, s.bodyLimit = readTimeout, cmp.Or(o.BodyLimit, 1<<20)
	s.app = fiber.New(fiber.Config{
		AppName:                      "Kontor",
		DisableStartupMessage:        true,
		Immutable:                    true, // values outlive the handler: they end up in entries
		CaseSensitive:                true,
		DisablePreParseMultipartForm: true, // or every route would take forms apart
		ReadBufferSize:               headLimit,
		StreamRequestBody:            true,        // see takeBody
		BodyLimit:                    math.MaxInt, // the library does not enforce it then; takeBody does
		ReadTimeout:                  readTimeout,
		WriteTimeout:                 readTimeout + s.timeout,
		IdleTimeout:                  idleTimeout,
		ErrorHandler:                 s.fail,
	})
	server := s.app.Server()
	server.CloseOnShutdown = true
	server.HeaderReceived = s.announced
	server.Handler = s.anyMethod(server.Handler)
	s.uploads = newUploadLimits(o.MaxUploads, o.UploadRate)
	s.responseMemory = cmp.Or(o.ResponseMemory, defaultResponseMemory)
	s.conns = newConnTable(o, s.log, readTimeout, s.trusts)
	s.conns.watch(server)
	s.routes()
	s.home = s.newHome()
	return s
}

// anyMethod answers requests with a method that Fiber does not know, which it would refuse in plain text.
func (s *Server) anyMethod(next fasthttp.RequestHandler) fasthttp.RequestHandler {
	known := map[string]bool{}
	for _, m := range fiber.DefaultMethods {
		known[m] = true
	}
	return func(fctx *fasthttp.RequestCtx) {
		if known[string(fctx.Method())] {
			next(fctx)
			return
		}
		c := s.app.AcquireCtx(fctx)
		defer s.app.ReleaseCtx(c)
		refuseBody(fctx)
		err := s.admit(c, auth.Anonymous())
		if err == nil {
			err = s.noRoute(c)
		}
		_ = s.fail(c, err)
	}
}

// Serve answers on a listener until Shutdown.
func (s *Server) Serve(l net.Listener) error { return s.app.Listener(listener{l, s.conns}) }

// Shutdown stops listening and waits for running requests, at most until ctx ends. Connections without a request are closed.
func (s *Server) Shutdown(ctx context.Context) error {
	done := make(chan error, 1)
	go func() { done <- s.app.ShutdownWithContext(ctx) }()
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	for {
		select {
		case err := <-done:
			return err
		case <-tick.C:
			s.conns.endSilent()
		}
	}
}
