package asset

import (
	"context"
	"io"

	"kontor/pkg/auth"
	"kontor/pkg/query"
	"kontor/pkg/store"
	"kontor/pkg/value"
)

// File finds a file by its id, for whoever asks; one that is deleted too. NotFound if there is none.
func (s *Service) File(ctx context.Context, id int64) (File, error) {
	found, err := s.Files(ctx, []int64{id})
	if err != nil {
		return File{}, err
	}
	f, ok := found[id]
	if !ok {
		return File{}, notFound()
	}
	return f, nil
}

// ByKey finds a file by its key, for whoever asks; one that is deleted too. NotFound if there is none.
func (s *Service) ByKey(ctx context.Context, key string) (File, error) {
	d, err := s.store.Get(ctx, files, key, []string{store.Meta})
	if err != nil {
		return File{}, err
	}
	return fileOf(d), nil
}

// Files finds files by their ids with one call of the store, for whoever asks; those that are deleted too. Those that do not exist are
// left out.
func (s *Service) Files(ctx context.Context, ids []int64) (map[int64]File, error) {
	out := make(map[int64]File, len(ids))
	if len(ids) == 0 {
		return out, nil
	}
	list := make(value.List, len(ids))
	for i, id := range ids {
		list[i] = id
	}
	docs, err := s.store.Find(ctx, files, store.Query{Filter: query.Where("meta.id", query.In, list), Parts: []string{store.Meta}})
	if err != nil {
		return nil, err
	}
	for _, d := range docs {
		f := fileOf(d)
		out[f.ID] = f
	}
	return out, nil
}

// Owns tells whether a caller may see and change a file whatever entries it is used in: one that the rules of its role open.
func Owns(c auth.Caller, f File) bool {
	filter, ok := c.Files()
	facts := value.Object{}
	for name, v := range map[string]string{"createdBy": f.CreatedBy, "organisation": f.Organisation} {
		if v != "" {
			facts[name] = v
		}
	}
	return ok && query.Eval(filter, value.Object{store.Meta: facts}, func(string) bool { return false })
}

// Open opens length bytes of a file from offset on, as blob.Store.Get does: those for the public; with Original those that were uploaded;
// with the name of a variant, of that. ctx must last as long as the reading. Whether the caller may, is the caller's business. NotFound
// if there is no such variant.
func (s *Service) Open(ctx context.Context, f File, variant string, offset, length int64) (io.ReadCloser, error) {
	key := f.bytesKey()
	switch {
	case variant == Original, variant == "" && f.made.size == 0:
	case variant == "":
		key = f.derivedKey(cleanForm)
	default:
		if _, ok := f.Variant(variant); !ok {
			return nil, notFound()
		}
		key = f.derivedKey(variant)
	}
	r, _, err := s.blobs.Get(ctx, key, offset, length)
	return r, err
}
