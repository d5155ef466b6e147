package api_test

import (
	"crypto/rand"
	"testing"
	"time"

	"kontor/pkg/auth"
)

// The answers kept for the public stay until something changes that the public may see.
func TestOnlyShownWritesEmptyTheCache(t *testing.T) {
	s := newServer(t, setup{})
	s.want(201, call{"POST", "/api/users", "admin", `{"email":"eva@example.org","username":"eva","password":"` + s.password + `","role":"editor"}`, nil})
	topic := s.create("topics", `{"name":"Bauhof"}`)
	settled := func() int64 {
		for at := int64(-1); ; time.Sleep(300 * time.Millisecond) { // signals of one's own writes may come late
			g, _ := s.content.Generation()
			if g.Store == at {
				return at
			}
			at = g.Store
		}
	}
	before := settled()
	for _, c := range []struct {
		name  string
		do    func()
		shown bool
	}{
		{"a sign-in and the first use of its session", func() {
			s.signIn("eva", "eva", s.password)
			s.want(200, call{"GET", "/api/users/me", "eva", "", nil})
		}, false},
		{"a new token", func() {
			if _, _, err := s.auth.CreateToken(t.Context(), auth.Token{Name: rand.Text(), Role: auth.Editor}); err != nil {
				t.Fatal(err)
			}
		}, false},
		{"a new draft", func() { s.want(201, call{"POST", "/api/topics?status=draft", "eva", `{"data":{"name":"Neues"}}`, nil}) }, false},
		{"a saved draft of a published entry, by another person", func() {
			s.want(200, call{"PUT", "/api/topics/" + topic + "?status=draft", "eva", `{"data":{"name":"Abwasser"}}`, nil})
		}, false},
		{"publish", func() { s.want(200, call{"PUT", "/api/topics/" + topic, "eva", `{"data":{"name":"Abwasser"}}`, nil}) }, true},
		{"delete", func() { s.want(204, call{"DELETE", "/api/topics/" + topic, "eva", "", nil}) }, true},
	} {
		c.do()
		after := settled()
		for range 4 { // SQLite may take a write of its own process for another's where the machine is busy
			if c.shown || after == before {
				break
			}
			before = after
			c.do()
			after = settled()
		}
		if (after > before) != c.shown {
			t.Errorf("%s: the generation moves from %d to %d", c.name, before, after)
		}
		before = after
	}
}
