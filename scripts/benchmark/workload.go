package main

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"strings"
)

// workload is one kind of request.
type workload struct {
	name   string
	aim    int    // requests a second at 32 connections; 0: none
	status int    // of a right answer
	holds  string // what the first answer must have in it
	rival  rival  // what it is compared with at 32 connections
	drafts bool   // wants drafts to publish
	source func(d *dataset) source
}

// rival is what a workload runs on beside the server that it measures.
type rival int

const (
	alone  rival = iota
	size         // the smaller server, to see what size costs
	nobody       // the bare server, to see what anything costs: measured on the server that keeps answers
)

// workloads are all there are, reads first: writes make the store larger.
func workloads() []workload {
	return []workload{
		{name: "healthz", status: 200, source: repeat("/healthz")},
		{name: "id", aim: 10_000, status: 200, holds: `"data":{"id":`, source: byID("")},
		{name: "list", aim: 2000, status: 200, holds: `"total":`, rival: size, source: repeat(plainList)},
		{name: "filter", aim: 2000, status: 200, holds: `"startYear":`, rival: size, source: filtered},
		{name: "populated", aim: 5000, status: 200, holds: `"contact":{`, source: byID(populated)},
		{name: "list-topics", aim: 2000, status: 200, holds: `"topics":[{`, rival: size,
			source: repeat("/api/projects?sort=title&pagination[pageSize]=25&populate[0]=topics")},
		{name: "kept-id", status: 200, holds: `"data":{"id":`, rival: nobody, source: byID("")},
		{name: "kept-populated", status: 200, holds: `"contact":{`, rival: nobody, source: byID(populated)},
		{name: "kept-list", status: 200, holds: `"total":`, rival: nobody, source: repeat(plainList)},
		{name: "same-id", status: 304, rival: nobody, source: unchanged(byIDTargets(""))},
		{name: "same-list", status: 304, rival: nobody, source: unchanged(func(*dataset) []string { return []string{plainList} })},
		{name: "create", aim: 1500, status: 201, holds: `"data":{"id":`, source: creates},
		{name: "upload", aim: 400, status: 201, holds: `"mime"`, source: uploads},
		{name: "publish", status: 200, holds: `"status":"published"`, drafts: true, source: publishes},
	}
}

func names() []string {
	var out []string
	for _, w := range workloads() {
		out = append(out, w.name)
	}
	return out
}

// chosen are the workloads to run; the bare handler is always among them, for orientation.
func chosen(only string) []workload {
	var out []workload
	hit := false
	for _, w := range workloads() {
		if strings.Contains(w.name, only) {
			hit = true
			out = append(out, w)
		} else if w.name == "healthz" {
			out = append(out, w)
		}
	}
	if !hit {
		return nil
	}
	return out
}

// request is a whole request as bytes.
func request(method, path, token, ifMatch string, body []byte) []byte {
	var b bytes.Buffer
	fmt.Fprintf(&b, "%s %s HTTP/1.1\r\nHost: 127.0.0.1\r\n", method, wireForm(path))
	if token != "" {
		fmt.Fprintf(&b, "Authorization: Bearer %s\r\n", token)
	}
	if ifMatch != "" {
		fmt.Fprintf(&b, "If-Match: %q\r\n", ifMatch)
	}
	if body != nil {
		fmt.Fprintf(&b, "Content-Type: application/json\r\nContent-Length: %d\r\n", len(body))
	}
	b.WriteString("\r\n")
	b.Write(body)
	return b.Bytes()
}

// wireForm is a path as clients send it.
func wireForm(path string) string { return strings.NewReplacer("[", "%5B", "]", "%5D").Replace(path) }

// cycle goes through ready requests again and again.
func cycle(requests [][]byte) source {
	return func(n int64, _ []byte) []byte { return requests[n%int64(len(requests))] }
}

func repeat(path string) func(*dataset) source {
	return func(*dataset) source { return cycle([][]byte{request("GET", path, "", "", nil)}) }
}

const (
	plainList = "/api/projects?sort=title&pagination[pageSize]=25"
	populated = "?populate[0]=topics&populate[1]=municipalities&populate[2]=contact"
)

// byIDTargets are up to 2,000 different entries, in no order.
func byIDTargets(params string) func(*dataset) []string {
	return func(d *dataset) []string {
		var all []string
		for _, i := range rand.New(rand.NewPCG(1, 1)).Perm(len(d.projects))[:min(2000, len(d.projects))] {
			all = append(all, "/api/projects/"+d.projects[i]+params)
		}
		return all
	}
}

func byID(params string) func(*dataset) source {
	return func(d *dataset) source {
		var all [][]byte
		for _, t := range byIDTargets(params)(d) {
			all = append(all, request("GET", t, "", "", nil))
		}
		return cycle(all)
	}
}

// keptTargets are all that is asked of the bare server.
func keptTargets(d *dataset) []string {
	return append(append(byIDTargets("")(d), byIDTargets(populated)(d)...), plainList)
}

// unchanged asks as a client does that has the answers already.
func unchanged(targets func(*dataset) []string) func(*dataset) source {
	return func(d *dataset) source {
		tags := map[string]string{}
		for _, a := range d.answers {
			tags[a.Target] = a.Tag
		}
		var all [][]byte
		for _, t := range targets(d) {
			r := request("GET", t, "", "", nil)
			all = append(all, append(r[:len(r)-len("\r\n")], "If-None-Match: "+tags[wireForm(t)]+"\r\n\r\n"...))
		}
		return cycle(all)
	}
}

// filtered asks by the slug of a legal form, as the page of a public site does, and a year from which on.
func filtered(d *dataset) source {
	var all [][]byte
	for year := 2000; year < 2015; year++ {
		for _, slug := range d.formSlugs {
			all = append(all, request("GET", fmt.Sprintf("/api/projects?filters[legalForms][slug][$eq]=%s&filters[startYear][$gte]=%d&sort=startYear", slug, year), "", "", nil))
		}
	}
	return cycle(all)
}

// creates sends new projects, published at once. Only the number in the title differs, so it is overwritten in ready bytes.
func creates(d *dataset) source {
	var all [][]byte
	var at []int
	for i := range 50 {
		r := request("POST", "/api/projects", d.token, "", bodyOf(project(rand.New(rand.NewPCG(9, uint64(i))), d)))
		all, at = append(all, r), append(at, bytes.Index(r, []byte(number)))
	}
	return func(n int64, buf []byte) []byte {
		i := int(n) % len(all)
		buf = append(buf[:0], all[i]...)
		copy(buf[at[i]:], fmt.Sprintf("%08d", n+1))
		return buf
	}
}

// publishes makes every waiting draft public once.
func publishes(d *dataset) source {
	all := make([][]byte, len(d.drafts))
	for i, id := range d.drafts {
		all[i] = request("POST", "/manage/entries/project/"+id+"/publish", d.token, "1-bench", nil)
	}
	return func(n int64, _ []byte) []byte {
		if n >= int64(len(all)) {
			return nil
		}
		return all[n]
	}
}
