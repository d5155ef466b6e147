package sqlitestore

import (
	"context"
	"fmt"
	"sync/atomic"
	"testing"

	"kontor/pkg/query"
	"kontor/pkg/store"
	"kontor/pkg/value"
)

func BenchmarkRead(b *testing.B) {
	ctx := context.Background()
	for _, n := range []int{500, 10000} {
		s := openListed(b, n)
		find := func(name string, q store.Query) {
			b.Run(fmt.Sprint(name, "/", n), func(b *testing.B) {
				b.ReportAllocs()
				for b.Loop() {
					if docs, err := s.Find(ctx, "projects", q); err != nil || len(docs) == 0 {
						b.Fatal(len(docs), err)
					}
				}
			})
		}
		b.Run(fmt.Sprint("get/", n), func(b *testing.B) {
			b.ReportAllocs()
			for i := 0; b.Loop(); i++ {
				if _, err := s.Get(ctx, "projects", projectKey(i%n), []string{store.Meta, store.Published}); err != nil {
					b.Fatal(err)
				}
			}
		})
		find("list by title", listByTitle())
		find("equality and range", phaseAndYears())
		find("one topic and years", topicsAndYears("topic03"))
		find("two topics and years", topicsAndYears("topic03", "topic07"))
		rare := topicsAndYears("none")
		rare.Filter = query.AllOf(query.Where("published.municipalities", query.Eq, "ags123"), query.Where("published.startYear", query.Gte, int64(1990)))
		find("one municipality and years", rare)
		all := query.Where("meta.locale", query.Eq, "de")
		b.Run(fmt.Sprint("count again/", n), func(b *testing.B) {
			for b.Loop() {
				if _, err := s.Count(ctx, "projects", all); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

func BenchmarkInsert(b *testing.B) {
	ctx := context.Background()
	for _, parallel := range []int{1, 32} {
		b.Run(fmt.Sprint(parallel), func(b *testing.B) {
			s := openListed(b, 500)
			var next atomic.Int64
			b.SetParallelism(max(1, parallel/2))
			insert := func() error {
				i := int(next.Add(1)) + 1000000
				return s.Apply(ctx, []store.Op{{Kind: store.Insert, Collection: "projects", Key: fmt.Sprint("new/", i), Parts: project(i)}})
			}
			b.ResetTimer()
			if parallel == 1 {
				for range b.N {
					if err := insert(); err != nil {
						b.Fatal(err)
					}
				}
				return
			}
			b.RunParallel(func(pb *testing.PB) {
				for pb.Next() {
					if err := insert(); err != nil {
						b.Error(err)
					}
				}
			})
		})
	}
}

func BenchmarkDecode(b *testing.B) {
	text := string(value.AppendCanonical(nil, project(7)[store.Published]))
	b.SetBytes(int64(len(text)))
	b.Run("trusted", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			if _, err := decodeObject(text); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("strict", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			if _, err := value.Decode([]byte(text)); err != nil {
				b.Fatal(err)
			}
		}
	})
}
