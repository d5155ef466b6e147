package strapi

import (
	"testing"

	"kontor/pkg/content"
	"kontor/pkg/fault"
)

const benchQuery = "filters%5Btopics%5D%5Bname%5D%5B%24eq%5D=Bauhof&filters%5BstartYear%5D%5B%24gte%5D=2015&filters[$or][0][phase]=planned" +
	"&filters[$or][1][phase]=running&populate[topics][fields][0]=name&populate[contact]=true&fields=title,slug,phase&sort=title:asc" +
	"&pagination[page]=2&pagination[pageSize]=25&locale=de"

func BenchmarkParseQuery(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		if _, err := ParseQuery(benchQuery, List); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkParseQueryEmpty(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		if _, err := ParseQuery("", List); err != nil {
			b.Fatal(err)
		}
	}
}

// The dearest query that the bounds allow: every parameter under one key.
func BenchmarkParseQueryWorst(b *testing.B) {
	query := []byte("sort=a")
	for i := range MaxParams - 1 {
		query = append(query, "&filters[id][$in]["...)
		query = append(query, byte('0'+i/100%10), byte('0'+i/10%10), byte('0'+i%10))
		query = append(query, "]=1"...)
	}
	b.ReportAllocs()
	for b.Loop() {
		if _, err := ParseQuery(string(query), List); err != nil && !fault.Is(err, fault.Invalid) {
			b.Fatal(err)
		}
	}
}

func BenchmarkParseBody(b *testing.B) {
	typ := projectType()
	body := []byte(`{"data":{"title":"Bauhof A","summary":"Text 0","phase":"planned","startYear":2015,"budget":0.5,"bestPractice":true,` +
		`"startsOn":"2020-03-01","extra":{"a":[1,{"b":null}]},"topics":["a","b"],"municipalities":{"connect":[{"documentId":"c"}]},` +
		`"contact":"d","links":[{"label":"L","url":"https://example.org"}]}}`)
	b.ReportAllocs()
	for b.Loop() {
		if _, err := ParseBody(body, typ); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkAppendList(b *testing.B) {
	req, err := ParseQuery("", List)
	if err != nil {
		b.Fatal(err)
	}
	page := content.Page{Total: 500}
	for range 25 {
		page.Entries = append(page.Entries, fullEntry())
	}
	var dst []byte
	b.ReportAllocs()
	for b.Loop() {
		dst = AppendList(dst[:0], page, req)
	}
	b.SetBytes(int64(len(dst)))
}
