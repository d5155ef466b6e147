package api

import (
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/gofiber/fiber/v2"

	"kontor/pkg/content"
)

// answer is the body of an answer with what tells it apart, as it is kept and sent to many.
type answer struct {
	mediaType string
	tag       string // the ETag
	body      []byte
	fixed     bool                                   // not of the cache: see keepFixed
	encoded   [len(encodings)]atomic.Pointer[[]byte] // made when first asked for
}

// answerCache keeps what the public was answered, as bytes under the canonical URL. An answer is good for the generation under which it was
// read and no other. It holds two ages of answers; when the young one has half of the bytes allowed, the old one is forgotten, and what
// is asked for moves back among the young.
type answerCache struct {
	mu         sync.RWMutex
	young, old map[string]*keptAnswer
	size       int // bytes of the young ones
	most       int // bytes of all
}

type keptAnswer struct {
	*answer
	generation content.Generation
}

func newAnswerCache(most int64) *answerCache {
	if most <= 0 {
		return nil
	}
	return &answerCache{young: map[string]*keptAnswer{}, most: int(most)}
}

// get gives what was answered under a key in this generation, nil if nothing.
func (m *answerCache) get(key []byte, now content.Generation) *answer {
	m.mu.RLock()
	k, young := m.young[string(key)]
	if !young {
		k = m.old[string(key)]
	}
	m.mu.RUnlock()
	if k == nil || k.generation != now {
		return nil
	}
	if !young {
		m.keep(string(key), k)
	}
	return k.answer
}

// put keeps an answer. If the one that it replaces has the same bytes, what those were compressed to stays good.
func (m *answerCache) put(key string, a *answer, now content.Generation) {
	if len(a.body) > m.most/8 {
		return
	}
	m.mu.RLock()
	before := m.young[key]
	if before == nil {
		before = m.old[key]
	}
	m.mu.RUnlock()
	if before != nil && before.tag == a.tag && before.mediaType == a.mediaType {
		a = before.answer
	}
	m.keep(key, &keptAnswer{a, now})
}

func (m *answerCache) keep(key string, k *keptAnswer) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if before := m.young[key]; before != nil {
		m.size = max(0, m.size-before.size(key)) // which may have grown a moment ago and not be counted yet
	}
	if m.size += k.size(key); m.size > m.most/2 {
		m.young, m.old, m.size = map[string]*keptAnswer{}, m.young, k.size(key)
	}
	m.young[key] = k
}

// size is what an answer takes in memory, in all codings that it has by now.
func (k *keptAnswer) size(key string) int {
	n := len(k.body) + len(key) + 300
	for i := range k.encoded {
		if packed := k.encoded[i].Load(); packed != nil {
			n += len(*packed)
		}
	}
	return n
}

// charge counts bytes that a kept answer has come to take.
func (m *answerCache) charge(n int) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.size += n
}

// kept answers the public from memory where it can, and else keeps what the handler behind it answers. Credentials and drafts always go
// to the store.
func (s *Server) kept(c *fiber.Ctx) error {
	if c.Method() != fiber.MethodGet && c.Method() != fiber.MethodHead {
		return c.Next()
	}
	if len(c.Response().Header.Peek(fiber.HeaderVary)) > 0 {
		c.Vary(fiber.HeaderAuthorization, fiber.HeaderAcceptEncoding)
	} else {
		c.Set(fiber.HeaderVary, "Authorization, Accept-Encoding")
	}
	if !callerOf(c).IsAnonymous() {
		return c.Next()
	}
	c.Set(fiber.HeaderCacheControl, s.freshness)
	now, known := s.content.Generation()
	if s.answers == nil || !known {
		return c.Next()
	}
	uri := c.Request().URI()
	key := appendCanonical(make([]byte, 0, 256), uri.PathOriginal(), uri.QueryString())
	if a := s.answers.get(key, now); a != nil {
		c.Locals(answerKey, a)
		res := c.Response()
		res.Header.SetContentType(a.mediaType)
		res.Header.Set(fiber.HeaderETag, a.tag)
		res.SetBodyRaw(a.body)
		return nil
	}
	if err := c.Next(); err != nil {
		return err
	}
	res := c.Response()
	if res.StatusCode() != fiber.StatusOK || len(res.Header.Peek(fiber.HeaderETag)) == 0 {
		return nil
	}
	// It is good for the generation before it was read: if somebody has written meanwhile, for none that is still to come.
	s.answers.put(string(key), &answer{
		mediaType: string(res.Header.ContentType()), tag: string(res.Header.Peek(fiber.HeaderETag)), body: append([]byte(nil), res.Body()...),
	}, now)
	return nil
}

// freshness is what caches between the readers and Kontor are told: to ask each time whether their answer is still right, or that they
// may answer by themselves for a while. Browsers always ask.
func freshness(shared time.Duration) string {
	if shared < time.Second {
		return "no-cache"
	}
	return "public, max-age=0, must-revalidate, s-maxage=" + strconv.Itoa(int(shared/time.Second))
}

// appendCanonical writes a path with its query so that the ways in which clients encode the same thing come to the same. Nothing changes
// its place: of parameters that repeat, order decides. A query with a broken escape stays as it was sent, since what stands beside the
// break would read as something else.
func appendCanonical(dst, path, query []byte) []byte {
	dst = append(append(dst, path...), '?')
	start := len(dst)
	for i := 0; i < len(query); i++ {
		b := query[i]
		switch {
		case b == '+':
			dst = append(dst, "%20"...)
			continue
		case b == '%' && (i+2 >= len(query) || !isHex(query[i+1]) || !isHex(query[i+2])):
			return append(dst[:start], query...)
		case b == '%':
			b = unhex(query[i+1])<<4 | unhex(query[i+2])
			i += 2
			if !isPlain(b) {
				dst = append(dst, '%', hexDigits[b>>4], hexDigits[b&15])
				continue
			}
		}
		dst = append(dst, b)
	}
	return dst
}

const hexDigits = "0123456789ABCDEF"

// isPlain tells whether a byte of a query means the same encoded and not.
func isPlain(b byte) bool {
	return 'a' <= b && b <= 'z' || 'A' <= b && b <= 'Z' || '0' <= b && b <= '9' || strings.IndexByte("-._~[]$:,*()!'/@", b) >= 0
}

func isHex(b byte) bool {
	return '0' <= b && b <= '9' || 'a' <= b && b <= 'f' || 'A' <= b && b <= 'F'
}

func unhex(b byte) byte {
	switch {
	case b <= '9':
		return b - '0'
	case b <= 'F':
		return b - 'A' + 10
	}
	return b - 'a' + 10
}
