package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"
)

func itoa(n int) string { return strconv.Itoa(n) }

// fieldsOf are values by field; a relation is a sorted list of documentIds.
type fieldsOf = map[string]any

// slot is one locale of an entry, or with a mark one part of it that has a writer of its own.
type slot struct{ plural, id, locale, mark string }

// stand is how a slot should look. Fields that are not named are not known, so not compared.
type stand struct {
	gone      bool  // nothing can be read
	rev       int64 // at least
	draft     fieldsOf
	published fieldsOf // nil: nothing is published
}

// book is what one writer knows for sure, and what it does not know because no answer came.
type book struct {
	now   map[slot]stand
	maybe map[slot]stand // what a slot also may be since a write was cut off
	wrong []string
}

func newBook() *book { return &book{now: map[slot]stand{}, maybe: map[slot]stand{}} }

// cut notes what a write without an answer may have done. A slot that it would have made is one that was not there: left out of the
// book it would not be asked for, and a later draft of it would be taken for its first state.
func (b *book) cut(after map[slot]stand) {
	for s, st := range after {
		b.maybe[s] = st
		if _, known := b.now[s]; !known {
			b.now[s] = stand{gone: true}
		}
	}
}

func (b *book) takeWrong() []string {
	out := b.wrong
	b.wrong = nil
	return out
}

// check compares every slot with what the server answers, and settles what was not known.
func (b *book) check(c *client) {
	for s, want := range b.now {
		got, err := c.read(s)
		if err != nil {
			b.wrong = append(b.wrong, fmt.Sprint(s, ": ", err))
			continue
		}
		why := want.differs(got)
		if other, cut := b.maybe[s]; why != "" && cut {
			if too := other.differs(got); too == "" {
				want, why = other, ""
			} else {
				why += ", nor is it as the write that was cut off would have left it: " + too
			}
		}
		if why != "" {
			b.wrong = append(b.wrong, fmt.Sprint(s, " is not as it was acknowledged: ", why, "\nrevision ", want.rev, " of ", c.history(s)))
		}
		want.rev = max(want.rev, got.rev)
		b.now[s] = want
	}
	clear(b.maybe)
}

// differs tells what is wrong with an answer, "" if nothing is.
func (want stand) differs(got stand) string {
	switch {
	case want.gone != got.gone:
		return fmt.Sprintf("gone: %v in place of %v", got.gone, want.gone)
	case want.gone:
		return ""
	case got.rev < want.rev:
		return fmt.Sprintf("revision %d is older than %d", got.rev, want.rev)
	case (want.published == nil) != (got.published == nil):
		return fmt.Sprintf("published: %v in place of %v", got.published != nil, want.published != nil)
	}
	for part, pair := range map[string][2]fieldsOf{"draft": {want.draft, got.draft}, "published": {want.published, got.published}} {
		for name, v := range pair[0] {
			if fmt.Sprint(v) != fmt.Sprint(pair[1][name]) {
				return fmt.Sprintf("%s.%s is %v in place of %v", part, name, pair[1][name], v)
			}
		}
	}
	return ""
}

// with is the stand after a write of these fields.
func (want stand) with(changes fieldsOf, publish bool) stand {
	want.gone = false
	want.draft = maps.Clone(want.draft)
	if want.draft == nil {
		want.draft = fieldsOf{}
	}
	maps.Copy(want.draft, changes)
	if publish {
		want.published = public(want.draft)
	}
	return want
}

// public is what of a draft the public is sure to see once it is published: a related project may be a draft itself.
func public(draft fieldsOf) fieldsOf {
	out := maps.Clone(draft)
	delete(out, "relatedProjects")
	return out
}

// idBook knows which entry has which numeric id, over all rounds.
type idBook struct {
	mu    sync.Mutex
	of    map[string]string
	wrong []string
}

func (b *idBook) note(plural string, id int64, documentID string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	key := fmt.Sprint(plural, " ", id)
	if other, ok := b.of[key]; ok && other != documentID {
		b.wrong = append(b.wrong, fmt.Sprintf("%s belongs to %s and was given to %s", key, other, documentID))
	}
	b.of[key] = documentID
}

func (b *idBook) takeWrong() []string {
	b.mu.Lock()
	defer b.mu.Unlock()
	out := b.wrong
	b.wrong = nil
	return out
}

// client is one user over HTTP.
type client struct {
	url, token string
	http       *http.Client
}

func newClient(url, token string) *client {
	return &client{url: url, token: token, http: &http.Client{Timeout: 20 * time.Second, Transport: &http.Transport{}}}
}

// history is what the server says of a slot's past, for whoever has to find out what went wrong.
func (c *client) history(s slot) string {
	req, err := http.NewRequest("GET", c.url+managePath(s, "history"), nil)
	if err != nil {
		return err.Error()
	}
	req.Header.Set("Authorization", "Bearer "+c.token)
	res, err := c.http.Do(req)
	if err != nil {
		return err.Error()
	}
	defer res.Body.Close()
	text, err := io.ReadAll(io.LimitReader(res.Body, 4096))
	if err != nil {
		return err.Error()
	}
	return string(text)
}

// send makes one request. An error means that there was no whole answer.
func (c *client) send(method, path, ifMatch string, body any) (status int, rev int64, data fieldsOf, err error) {
	var in io.Reader
	if body != nil {
		text, err := json.Marshal(body)
		if err != nil {
			return 0, 0, nil, err
		}
		in = bytes.NewReader(text)
	}
	req, err := http.NewRequest(method, c.url+path, in)
	if err != nil {
		return 0, 0, nil, err
	}
	if c.token != "" {
		req.Header.Set("Authorization", "Bearer "+c.token)
	}
	req.Header.Set("Content-Type", "application/json")
	if ifMatch != "" {
		req.Header.Set("If-Match", ifMatch)
	}
	res, err := c.http.Do(req)
	if err != nil {
		return 0, 0, nil, err
	}
	defer res.Body.Close()
	text, err := io.ReadAll(res.Body)
	if err != nil {
		return 0, 0, nil, err
	}
	digits, _, _ := strings.Cut(strings.Trim(res.Header.Get("ETag"), `"`), "-")
	rev, _ = strconv.ParseInt(digits, 10, 64)
	var answer fieldsOf
	if len(text) > 0 && json.Unmarshal(text, &answer) != nil {
		answer = fieldsOf{"text": string(text)}
	}
	for _, name := range []string{"data", "error"} { // a problem of /manage has neither
		if inner, ok := answer[name].(fieldsOf); ok {
			answer = inner
		}
	}
	return res.StatusCode, rev, answer, nil
}

func (c *client) mustCreate(t *testing.T, plural string, f fieldsOf) string {
	t.Helper()
	status, _, data, err := c.send("POST", "/api/"+plural, "", fieldsOf{"data": f})
	if err != nil || status != 201 {
		t.Fatalf("creating in %s: %d %v %v", plural, status, data, err)
	}
	return data["documentId"].(string)
}

// read asks for a slot's draft and for what is published.
func (c *client) read(s slot) (stand, error) {
	path := "/api/" + s.plural + "/" + s.id + "?"
	if s.locale != "" {
		path += "locale=" + s.locale + "&"
	}
	if s.plural == "projects" {
		path += "populate[0]=topics&populate[1]=relatedProjects&"
	}
	var out stand
	status, rev, data, err := c.send("GET", path+"status=draft", "", nil)
	switch {
	case err == nil && status == 200:
		out.rev, out.draft = rev, plainFields(data)
	case err != nil || status != 404:
		return out, fmt.Errorf("reading the draft: %d %v %v", status, data, err)
	}
	status, _, data, err = c.send("GET", path, "", nil)
	switch {
	case err == nil && status == 200:
		out.published = plainFields(data)
	case err != nil || status != 404:
		return out, fmt.Errorf("reading what is published: %d %v %v", status, data, err)
	}
	out.gone = out.draft == nil && out.published == nil
	return out, nil
}

// plainFields has documentIds in the place of populated entries.
func plainFields(data fieldsOf) fieldsOf {
	for name, v := range data {
		list, ok := v.([]any)
		if !ok {
			continue
		}
		ids := make([]string, 0, len(list))
		for _, e := range list {
			if o, ok := e.(map[string]any); ok {
				id, _ := o["documentId"].(string)
				ids = append(ids, id)
			}
		}
		slices.Sort(ids)
		data[name] = ids
	}
	return data
}
