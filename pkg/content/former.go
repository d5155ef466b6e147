package content

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"testing/fstest"

	"kontor/pkg/fault"
	"kontor/pkg/schema"
	"kontor/pkg/store"
	"kontor/pkg/value"
)

// A set of types that another takes the place of is kept under its number, so that what was archived under it can be read as the types in
// force have it: in the trash and in the history nothing is rewritten.

func formerKey(number int64) string { return fmt.Sprintf("%s/%010d", activeKey, number) }

// loadSet reads a set of types as it is stored.
func (s *Service) loadSet(files value.Object) (*schema.Set, error) {
	fsys := fstest.MapFS{}
	for name, data := range files {
		text, _ := data.(string)
		fsys[name] = &fstest.MapFile{Data: []byte(text)}
	}
	return schema.Load(fsys, s.active.meta)
}

// formerSet is the set of types that had a number; nil if it is not kept or can't be read any more.
func (s *Service) formerSet(ctx context.Context, number int64) (*schema.Set, error) {
	if set, ok := s.active.former.Load(number); ok {
		return set.(*schema.Set), nil
	}
	d, err := s.store.Get(ctx, settings, formerKey(number), []string{store.Published})
	if err != nil && !fault.Is(err, fault.NotFound) {
		return nil, err
	}
	var set *schema.Set
	if err == nil {
		if set, err = s.loadSet(d.Part(store.Published)); err != nil {
			s.log.Warn("former content types can't be read", "number", number, "error", err)
		}
	}
	s.active.former.Store(number, set)
	return set, nil
}

// archived makes a record of a history document, as the types in force have it; its revision is the last part of the key.
func (s *Service) archived(ctx context.Context, t *schema.Type, d store.Document) (*record, error) {
	r := recordOf(t, d)
	r.rev = 0
	for i := len(d.Key) - 10; i < len(d.Key); i++ {
		r.rev = r.rev*10 + int64(d.Key[i]-'0')
	}
	return r, s.modernise(ctx, r)
}

// modernise converts what was archived under former types, set by set, as ApplyTypes converted the entries. What can't be converted is left
// out and noted. Of a set that can't be had the values are taken as they are.
func (s *Service) modernise(ctx context.Context, r *record) error {
	was, number := (*schema.Type)(nil), integer(r.meta, "types")
	for last := s.active.number.Load(); number > 0 && number <= last; number++ {
		set := s.types
		if number < last {
			var err error
			if set, err = s.formerSet(ctx, number); err != nil {
				return err
			}
		}
		if set == nil {
			continue
		}
		t, ok := set.Type(r.typ.ID)
		if !ok {
			continue
		}
		if was != nil {
			for _, snapshot := range []*value.Object{&r.draft, &r.published} {
				r.convert(was, t, snapshot)
			}
		}
		was = t
	}
	return nil
}

// convert takes a snapshot over from one type to the next.
func (r *record) convert(was, t *schema.Type, snapshot *value.Object) {
	if *snapshot == nil {
		return
	}
	values := maps.Clone(*snapshot)
	maps.DeleteFunc(values, func(name string, _ any) bool { return slices.Contains(system, name) })
	values, problems := t.Convert(was, values)
	for _, p := range problems {
		if _, there := t.Field(p.Path[0]); there { // else somebody has done away with the field
			r.unfit = append(r.unfit, p)
		}
	}
	for _, name := range system {
		if v, ok := (*snapshot)[name]; ok {
			values[name] = v
		}
	}
	*snapshot = values
}
