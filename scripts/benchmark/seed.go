package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"sync"

	"kontor/pkg/auth"
	"kontor/pkg/content"
	"kontor/pkg/schema"
	"kontor/pkg/store"
	"kontor/pkg/store/mongostore"
	"kontor/pkg/store/sqlitestore"
	"kontor/pkg/strapi"
	"kontor/schemas"
)

// dataset is what a data directory holds, by documentId.
type dataset struct {
	projects, drafts                       []string
	topics, forms, municipalities, persons []string
	formSlugs, places                      []string
	token                                  string
	wanted, wantedDrafts                   int
	service                                *content.Service
	answers                                []copied // to what kept workloads ask, in their order
}

// writers is how many entries are written at once: enough for full group commits.
const writers = 32

// seed fills an empty data directory, or the database at an address, through the same service that serves it, and closes it again.
func seed(ctx context.Context, dir, address string, entries, drafts int) (d *dataset, err error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, err
	}
	types, err := schema.Load(schemas.FS, schemas.FS)
	if err != nil {
		return nil, err
	}
	st, err := openStore(ctx, dir, address)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, st.Close()) }()
	service, err := content.New(ctx, st, types, content.Options{Meta: schemas.FS})
	if err != nil {
		return nil, err
	}
	if err := service.Activate(ctx); err != nil {
		return nil, err
	}
	accounts, err := auth.New(ctx, st, auth.Options{})
	if err != nil {
		return nil, err
	}
	d = &dataset{places: placeNames(396), wanted: entries, wantedDrafts: drafts, service: service}
	if d.token, _, err = accounts.CreateToken(ctx, auth.Token{Name: "bench", Role: auth.Editor}); err != nil {
		return nil, err
	}
	return d, d.fill(ctx)
}

// openStore opens what kontor serve would: SQLite in the directory, or MongoDB at an address.
func openStore(ctx context.Context, dir, address string) (store.Store, error) {
	if address != "" {
		return mongostore.Open(ctx, address, mongostore.Options{})
	}
	return sqlitestore.Open(filepath.Join(dir, "kontor.db"), sqlitestore.Options{})
}

// fill writes what projects refer to, then the projects.
func (d *dataset) fill(ctx context.Context) (err error) {
	if d.topics, err = d.write(ctx, "topic", 45, false, func(_ *rand.Rand, i int) object {
		return object{"name": fmt.Sprintf("Thema %02d: %s", i, subjects()[i%20]), "order": i, "summary": sentences()[i%13], "synonyms": []string{subjects()[(i+7)%20]}}
	}); err != nil {
		return err
	}
	if d.forms, err = d.write(ctx, "legal-form", 8, false, func(_ *rand.Rand, i int) object {
		return object{"name": fmt.Sprintf("Rechtsform %d", i), "description": paragraphs(rand.New(rand.NewPCG(1, uint64(i))), 500)}
	}); err != nil {
		return err
	}
	for i := range d.forms {
		d.formSlugs = append(d.formSlugs, fmt.Sprintf("rechtsform-%d", i))
	}
	if d.municipalities, err = d.write(ctx, "municipality", len(d.places), false, func(r *rand.Rand, i int) object {
		return object{"name": d.places[i], "kind": "town", "ags": fmt.Sprintf("05%06d", i), "district": d.places[i/10], "region": "koeln",
			"population": 5000 + r.IntN(400_000), "area": 10 + r.Float64()*200, "location": object{"lat": 51.2, "lng": 7.1}}
	}); err != nil {
		return err
	}
	if d.persons, err = d.write(ctx, "person", 200, false, func(_ *rand.Rand, i int) object {
		return object{"name": fmt.Sprintf("Dr. Änne Müller-Beispiel %d", i), "function": "Projektleitung", "mail": fmt.Sprintf("p%d@stadt.example", i),
			"municipality": d.municipalities[i%len(d.municipalities)], "shown": []string{"mail"}}
	}); err != nil {
		return err
	}
	if d.projects, err = d.write(ctx, "project", d.wanted, false, d.numbered); err != nil {
		return err
	}
	d.drafts, err = d.write(ctx, "project", d.wantedDrafts, true, d.numbered)
	return err
}

// numbered is a project whose title no other has.
func (d *dataset) numbered(r *rand.Rand, i int) object {
	o := project(r, d)
	title := o["title"].(string)
	o["title"] = fmt.Sprintf("%s%08d", title[:len(title)-len(number)], r.Uint32N(1e8)+uint32(i)%2)
	return o
}

// write makes n entries of a type and gives their documentIds in order. What is made for a number is the same in every run.
func (d *dataset) write(ctx context.Context, typ string, n int, draft bool, make1 func(*rand.Rand, int) object) ([]string, error) {
	t, ok := d.service.Types().Type(typ)
	if !ok {
		return nil, fmt.Errorf("there is no type %s", typ)
	}
	ids, errs := make([]string, n), make([]error, writers)
	var wg sync.WaitGroup
	for w := range writers {
		wg.Go(func() {
			for i := w; i < n && errs[w] == nil; i += writers {
				salt := uint64(2)
				if draft {
					salt++
				}
				ids[i], errs[w] = d.create(ctx, t, draft, make1(rand.New(rand.NewPCG(salt, uint64(i))), i))
			}
		})
	}
	wg.Wait()
	return ids, errors.Join(errs...)
}

func (d *dataset) create(ctx context.Context, t *schema.Type, draft bool, o object) (string, error) {
	changes, err := strapi.ParseBody(bodyOf(o), t)
	if err != nil {
		return "", err
	}
	saved, err := d.service.Create(ctx, auth.System("bench"), t, changes, content.Write{Draft: draft})
	return saved.DocumentID, err
}

// bodyOf is the JSON that a client would send.
func bodyOf(o object) []byte {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	_ = e.Encode(object{"data": o}) // maps of plain values always encode
	return bytes.TrimSpace(b.Bytes())
}
