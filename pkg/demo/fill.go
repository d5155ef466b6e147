package demo

import (
	"bytes"
	"context"
	"fmt"
	"sync"

	"kontor/pkg/asset"
	"kontor/pkg/auth"
	"kontor/pkg/content"
	"kontor/pkg/fault"
	"kontor/pkg/schema"
	"kontor/pkg/value"
)

// writers is how many entries are written at once: the store puts writes that come together into one commit.
const writers = 16

// filler writes a portal into a store.
type filler struct {
	Options
	portal  *portal
	resumed bool                     // a part may be there already
	ready   map[string]chan struct{} // by documentId: closed when the entry is there
	stored  map[int64]chan struct{}  // by the number of a file: closed when the file is there
}

// run writes files and entries, several at once: while images are reduced, entries without them go in. Every number is given
// beforehand, so the order does not matter.
func (f *filler) run(ctx context.Context) error {
	if err := f.fits(); err != nil {
		return err
	}
	if err := f.Files.Reserve(ctx, int64(len(f.portal.uploads))); err != nil {
		return err
	}
	for typ, n := range f.portal.count() {
		t, _ := f.Content.Types().Type(typ)
		if err := f.Content.Reserve(ctx, t, n); err != nil {
			return err
		}
	}
	var jobs []func(context.Context) error
	f.stored = make(map[int64]chan struct{}, len(f.portal.uploads))
	for _, u := range f.portal.uploads {
		f.stored[u.id] = make(chan struct{})
		jobs = append(jobs, func(ctx context.Context) error { return f.upload(ctx, u) })
	}
	f.ready = make(map[string]chan struct{}, len(f.portal.items))
	for _, i := range f.portal.items {
		f.ready[i.documentID()] = make(chan struct{})
		jobs = append(jobs, func(ctx context.Context) error { return f.write(ctx, i) })
	}
	if err := each(ctx, jobs, func(ctx context.Context, job func(context.Context) error) error { return job(ctx) }); err != nil {
		return fmt.Errorf("the sample portal: %w", err)
	}
	return nil
}

// fits tells whether the types in force have what the sample needs, before anything is written.
func (f *filler) fits() error {
	for _, i := range f.portal.items {
		t, ok := f.Content.Types().Type(i.typ)
		if !ok {
			return fmt.Errorf("the sample portal needs the shipped content types; there is no type %s", i.typ)
		}
		for name := range i.fields {
			if _, ok := t.Field(name); !ok {
				return fmt.Errorf("the sample portal needs the shipped content types; %s has no field %s", i.typ, name)
			}
		}
	}
	return nil
}

// each calls work for all of a list, several at once, in their order. The first error ends it.
func each[T any](ctx context.Context, all []T, work func(context.Context, T) error) error {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	next := make(chan T)
	var wg sync.WaitGroup
	for range writers {
		wg.Go(func() {
			for x := range next {
				if err := work(ctx, x); err != nil {
					cancel(err)
				}
			}
		})
	}
	for _, x := range all {
		select {
		case next <- x:
		case <-ctx.Done():
		}
		if ctx.Err() != nil {
			break
		}
	}
	close(next)
	wg.Wait()
	return context.Cause(ctx)
}

// caller is who the history names.
func caller(organisation string) auth.Caller {
	c := auth.System("kontor demo")
	c.Organisation = organisation
	return c
}

func (f *filler) upload(ctx context.Context, u *upload) error {
	defer close(f.stored[u.id]) // after a failure too: the context has ended then
	data, err := u.make()
	if err != nil {
		return err
	}
	_, err = f.Files.Upload(ctx, caller(""), bytes.NewReader(data), asset.Info{
		Name: u.name, Facts: u.facts, Identity: asset.Identity{Key: u.key, ID: u.id},
	})
	if fault.Is(err, fault.Conflict) {
		return nil // an earlier start got so far
	}
	if err != nil {
		return fmt.Errorf("%s: %w", u.name, err)
	}
	return nil
}

// write writes an entry when all entries and files are there that it refers to. They come earlier in the list, so each of them is
// being written or done.
func (f *filler) write(ctx context.Context, i *item) error {
	defer close(f.ready[i.documentID()]) // after a failure too: the context has ended then
	t, _ := f.Content.Types().Type(i.typ)
	var wanted []chan struct{}
	for _, id := range targets(i.fields) {
		ready, ok := f.ready[id]
		if !ok {
			return fmt.Errorf("%s %q refers to an entry that is not of the sample", i.typ, i.name)
		}
		wanted = append(wanted, ready)
	}
	for _, id := range filesOf(t.Fields, i.fields) {
		stored, ok := f.stored[id]
		if !ok {
			return fmt.Errorf("%s %q refers to a file that is not of the sample", i.typ, i.name)
		}
		wanted = append(wanted, stored)
	}
	for _, done := range wanted {
		select {
		case <-done:
		case <-ctx.Done():
		}
		if ctx.Err() != nil {
			return ctx.Err()
		}
	}
	if ctx.Err() != nil {
		return ctx.Err()
	}
	if err := f.create(ctx, t, i); err != nil {
		return fmt.Errorf("%s %q: %w", i.typ, i.name, err)
	}
	return nil
}

func (f *filler) create(ctx context.Context, t *schema.Type, i *item) error {
	c := caller(i.owner)
	o := content.Write{Identity: content.Identity{DocumentID: i.documentID(), ID: i.id}, Draft: i.draft}
	there, err := f.there(ctx, t, i, "")
	switch {
	case err != nil:
		return err
	case there:
	case t.Single:
		_, err = f.Content.PutSingle(ctx, c, t, i.fields, o)
	default:
		_, err = f.Content.Create(ctx, c, t, i.fields, o)
	}
	if err != nil {
		return err
	}
	for _, v := range i.variants {
		if there, err := f.there(ctx, t, i, v.locale); err != nil {
			return err
		} else if there {
			continue
		}
		if _, err := f.Content.Update(ctx, c, t, i.documentID(), v.fields, content.Write{Locale: v.locale}); err != nil {
			return fmt.Errorf("%s: %w", v.locale, err)
		}
	}
	return f.pend(ctx, t, i, c)
}

// there tells whether an earlier start made the entry in a locale.
func (f *filler) there(ctx context.Context, t *schema.Type, i *item, locale string) (bool, error) {
	if !f.resumed {
		return false, nil
	}
	_, err := f.Content.State(ctx, caller(""), t, i.documentID(), locale)
	if fault.Is(err, fault.NotFound) {
		return false, nil
	}
	return err == nil, err
}

// pend leaves a change in the draft that is not published, unless somebody has changed the entry already.
func (f *filler) pend(ctx context.Context, t *schema.Type, i *item, c auth.Caller) error {
	if i.pending == nil {
		return nil
	}
	if f.resumed {
		state, err := f.Content.State(ctx, c, t, i.documentID(), "")
		if err != nil || state.Rev > 1 {
			return err
		}
	}
	_, err := f.Content.Update(ctx, c, t, i.documentID(), i.pending, content.Write{Draft: true})
	return err
}

// filesOf lists the files that fields refer to. The sample has files at the top of entries only.
func filesOf(fields []*schema.Field, values object) []int64 {
	var out []int64
	for _, field := range fields {
		if field.Kind != schema.Asset {
			continue
		}
		all, many := values[field.Name].(list)
		if !many {
			all = list{values[field.Name]}
		}
		for _, v := range all {
			if id, ok := v.(int64); ok {
				out = append(out, id)
			}
		}
	}
	return out
}

// targets lists the documentIds that fields refer to, also within objects.
func targets(v any) []string {
	var out []string
	switch x := v.(type) {
	case content.Links:
		for _, l := range x.Set {
			out = append(out, l.DocumentID)
		}
	case value.Object:
		for _, e := range x {
			out = append(out, targets(e)...)
		}
	case value.List:
		for _, e := range x {
			out = append(out, targets(e)...)
		}
	}
	return out
}
