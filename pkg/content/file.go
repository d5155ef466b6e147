package content

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"kontor/pkg/asset"
	"kontor/pkg/auth"
	"kontor/pkg/fault"
	"kontor/pkg/query"
	"kontor/pkg/rate"
	"kontor/pkg/schema"
	"kontor/pkg/store"
	"kontor/pkg/value"
)

// FileByKey finds a file whose bytes the caller may read: one that it owns, or that is used by a field of an entry that it may read,
// for the public a published one. A file that only others may read is NotFound, as one that is not there.
func (s *Service) FileByKey(ctx context.Context, c auth.Caller, key string) (asset.File, error) {
	if s.files == nil {
		return asset.File{}, errNoFile()
	}
	f, err := s.files.ByKey(ctx, key)
	if err != nil {
		return f, err
	}
	return f, s.reads(ctx, c, f)
}

// File finds a file by its id, for callers who may read it, as FileByKey does.
func (s *Service) File(ctx context.Context, c auth.Caller, id int64) (asset.File, error) {
	if s.files == nil {
		return asset.File{}, errNoFile()
	}
	f, err := s.files.File(ctx, id)
	if err != nil {
		return f, err
	}
	return f, s.reads(ctx, c, f)
}

// reads is NotFound unless the caller may read the file. One that is deleted is there only through an entry that has come to use it.
func (s *Service) reads(ctx context.Context, c auth.Caller, f asset.File) error {
	if !f.Deleted && asset.Owns(c, f) {
		return nil
	}
	if f.ForEditors() {
		return s.ReadsAsEditor(ctx, c, f)
	}
	shown, err := s.shown(ctx, c, f)
	if err == nil && !shown {
		err = errNoFile()
	}
	return err
}

// ReadsAsEditor is NotFound unless the caller works with the file: it owns it, or may read a draft that uses it. What the public does not
// get of a file, its earlier editions and the metadata of a photo, is for such callers.
func (s *Service) ReadsAsEditor(ctx context.Context, c auth.Caller, f asset.File) error {
	if !f.Deleted && asset.Owns(c, f) {
		return nil
	}
	shown, err := s.shownIn(ctx, c, f, []face{{store.Draft, auth.ReadDraft}})
	if err == nil && !shown {
		err = errNoFile()
	}
	return err
}

func errNoFile() error { return fault.New(fault.NotFound, "Not Found") }

// FileUses lists the entries that use a file, as far as the caller may read them. NotFound if the file is not there for the caller.
func (s *Service) FileUses(ctx context.Context, c auth.Caller, id int64) ([]Use, error) {
	f, err := s.File(ctx, c, id)
	if err != nil {
		return nil, err
	}
	if !c.MayUpload() {
		return nil, fault.New(fault.Forbidden, "Forbidden")
	}
	return s.uses(ctx, c, fileRefs(f)...)
}

// fileRefs are the two ways in which entries refer to a file.
func fileRefs(f asset.File) []string { return []string{schema.FileRef(f.ID), schema.FileKeyRef(f.Key)} }

// usersAtOnce is how many users of a file are looked at with one call of the store: nearly always the first lets the caller in.
const usersAtOnce = 20

// mayRead tells whether the caller owns the file or reads an entry that uses it.
func (s *Service) mayRead(ctx context.Context, c auth.Caller, f asset.File) (bool, error) {
	if asset.Owns(c, f) {
		return true, nil
	}
	return s.shown(ctx, c, f)
}

// shown tells whether the caller reads an entry that uses the file.
func (s *Service) shown(ctx context.Context, c auth.Caller, f asset.File) (bool, error) {
	ctx = rate.Unmetered(ctx) // a caller chooses the file and none of these conditions
	refs := fileRefs(f)
	if shown, err := s.shownInPreview(ctx, c, refs); shown || err != nil {
		return shown, err
	}
	return s.shownIn(ctx, c, f, []face{{store.Published, auth.Read}, {store.Draft, auth.ReadDraft}})
}

// face is a part of an entry and the action that opens it.
type face struct {
	name   string
	action auth.Action
}

// shownIn tells whether the caller reads one of the faces of an entry that uses the file.
func (s *Service) shownIn(ctx context.Context, c auth.Caller, f asset.File, faces []face) (bool, error) {
	refs := fileRefs(f)
	for _, t := range s.types.Types() {
		if !holdsFiles(t.Fields) {
			continue
		}
		for _, part := range faces {
			if _, ok := s.roles.Grant(c, part.action, t, s.types); !ok {
				continue
			}
			r := &resolver{svc: s, ctx: ctx, caller: c, part: part.name, locale: "*"}
			if shows, err := r.shows(t, refs); err != nil || shows {
				return shows, err
			}
		}
	}
	return false, nil
}

// shows tells whether an entry of the type that the caller may read in the part refers to a file by a field that it may read.
func (r *resolver) shows(t *schema.Type, refs []string) (bool, error) {
	rules, err := r.rules(t)
	if err != nil {
		return false, err
	}
	list := make(value.List, len(refs))
	for i, ref := range refs {
		list[i] = ref
	}
	where := query.AllOf(query.Where("meta.refs", query.In, list), query.Where(r.part+".id", query.NotNull, nil), rules)
	for offset := 0; ; offset += usersAtOnce {
		docs, err := r.svc.store.Find(r.ctx, t.ID, store.Query{Filter: where, Offset: offset, Limit: usersAtOnce, Parts: r.parts(t)})
		if err != nil {
			return false, err
		}
		for _, d := range docs {
			open, err := r.open(t, r.part, d)
			if err != nil || refersTo(open, t, d.Part(r.part), refs) {
				return err == nil, err
			}
		}
		if len(docs) < usersAtOnce {
			return false, nil
		}
	}
}

// refersTo tells whether a field that the caller sees refers to one of the ids.
func refersTo(open auth.Fields, t *schema.Type, snapshot value.Object, ids []string) bool {
	for _, ref := range refs(t, snapshot) {
		name, _, _ := strings.Cut(ref.Field, ".")
		if f, ok := t.Field(name); ok && slices.Contains(ids, ref.DocumentID) && sees(open, f, snapshot) {
			return true
		}
	}
	return false
}

// holdsFiles tells whether entries with these fields can refer to files.
func holdsFiles(fields []*schema.Field) bool {
	return slices.ContainsFunc(fields, func(f *schema.Field) bool {
		return f.Kind == schema.Asset || f.Kind == schema.RichText || f.Kind == schema.Object && holdsFiles(f.Fields)
	})
}

// placedFile is where an entry holds a file.
type placedFile struct {
	field  *schema.Field
	path   []string
	id     int64
	public bool // in what is published
}

// filesIn lists the files of values, those within objects included.
func filesIn(fields []*schema.Field, values value.Object, path []string) []placedFile {
	var out []placedFile
	for _, f := range fields {
		at := append(slices.Clip(path), f.Name)
		list, many := values[f.Name].(value.List)
		if !many {
			list = value.List{values[f.Name]}
		}
		for i, v := range list {
			where := at
			if many {
				where = append(slices.Clip(at), strconv.Itoa(i))
			}
			switch x := v.(type) {
			case int64:
				if f.Kind == schema.Asset {
					out = append(out, placedFile{field: f, path: where, id: x})
				}
			case value.Object:
				if f.Kind == schema.Object {
					out = append(out, filesIn(f.Fields, x, where)...)
				}
			}
		}
	}
	return out
}

// checkFiles looks at the files that a write adds: they must be there for the caller and be what the field takes. Those that the entry
// has had are left alone, so that one that went missing keeps nobody from editing the rest.
func (w *write) checkFiles(before, after value.Object) ([]fault.Field, error) {
	had := map[int64]bool{}
	for _, p := range filesIn(w.typ.Fields, before, nil) {
		had[p.id] = true
	}
	added := slices.DeleteFunc(filesIn(w.typ.Fields, after, nil), func(p placedFile) bool { return had[p.id] })
	if len(added) == 0 {
		return nil, nil
	}
	if len(added) > maxLinks {
		return nil, fault.New(fault.Invalid, "A write names at most %d files", maxLinks)
	}
	found, err := w.svc.filesOf(w.ctx, added)
	if err != nil {
		return nil, err
	}
	var wrong []fault.Field
	for _, p := range added {
		f, ok := found[p.id]
		if ok = ok && !f.Deleted; ok {
			if ok, err = w.svc.mayRead(w.ctx, w.caller, f); err != nil {
				return nil, err
			}
		}
		if problem := unfitFile(p, f, ok); problem != nil {
			wrong = append(wrong, *problem)
		}
	}
	return wrong, nil
}

func (s *Service) filesOf(ctx context.Context, list []placedFile) (map[int64]asset.File, error) {
	if s.files == nil || len(list) == 0 {
		return nil, nil
	}
	var ids []int64
	for _, p := range list {
		if !slices.Contains(ids, p.id) {
			ids = append(ids, p.id)
		}
	}
	return s.files.Files(ctx, ids)
}

// unfitFile says why a field does not take a file; nil if it does.
func unfitFile(p placedFile, f asset.File, there bool) *fault.Field {
	out := &fault.Field{Path: p.path, Value: p.id}
	title := p.field.Title.DE
	accept := p.field.Asset
	switch {
	case !there:
		out.Code = "no_target"
		out.English = fmt.Sprintf("File with id %d not found", p.id)
		out.German = fmt.Sprintf("„%s“: Die Datei %d ist nicht vorhanden.", title, p.id)
	case accept != nil && !f.Accepted(accept.Types):
		out.Code = "media_type"
		out.English = fmt.Sprintf("%s takes %s, and the file is %s", p.field.Name, strings.Join(accept.Types, ", "), f.Type)
		out.German = fmt.Sprintf("„%s“: erlaubt sind Dateien der Art %s, diese ist %s.", title, strings.Join(accept.Types, ", "), f.Type)
	case accept != nil && accept.MaxBytes > 0 && f.Size > accept.MaxBytes:
		out.Code = "too_large"
		out.English = fmt.Sprintf("%s takes files of at most %d bytes, and the file has %d", p.field.Name, accept.MaxBytes, f.Size)
		out.German = fmt.Sprintf("„%s“: Die Datei hat %d Bytes, erlaubt sind höchstens %d.", title, f.Size, accept.MaxBytes)
	default:
		return nil
	}
	return out
}
