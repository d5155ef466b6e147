package content

import (
	"slices"

	"kontor/pkg/asset"
	"kontor/pkg/fault"
	"kontor/pkg/query"
	"kontor/pkg/schema"
	"kontor/pkg/value"
)

// FileFields are the names that populate can select of a file; id and documentId always come.
func FileFields() []string {
	return []string{"name", "alternativeText", "caption", "credit", "licence", "decorative", "width", "height", "formats", "hash", "ext", "mime", "size", "url",
		"versionUrl", "edition", "previewUrl", "provider", "provider_metadata", "createdAt", "updatedAt", "publishedAt"}
}

// ofFile checks what is asked of a file.
func (b *branch) ofFile(sc scope, p query.Populate) error {
	if len(p.Populate) > 0 {
		if slices.ContainsFunc(p.Populate, func(q query.Populate) bool { return q.Path != "*" }) {
			return scope{trail: join(sc.trail, p.Path)}.unknown(p.Populate[0].Path, "populate")
		}
	}
	if p.Filter.Op != query.All || len(p.Sort) > 0 {
		return fault.New(fault.Invalid, "Only relations can be filtered and sorted in populate: %s", b.name).With("param", "populate")
	}
	for _, name := range p.Fields {
		switch {
		case name == "*":
			return nil
		case name == "id", name == "documentId":
		case !slices.Contains(FileFields(), name):
			return scope{trail: join(sc.trail, p.Path)}.unknown(name, "populate")
		}
	}
	b.fields = p.Fields
	return nil
}

// collectFiles notes the files that a field of a snapshot holds.
func (v *view) collectFiles(f *schema.Field, snapshot value.Object) {
	if v.files == nil {
		v.files = map[int64]asset.File{}
	}
	for _, id := range fileIDs(snapshot[f.Name]) {
		if _, known := v.files[id]; !known {
			v.files[id] = asset.File{}
			v.wantFiles = append(v.wantFiles, id)
		}
	}
}

// fetchFiles loads the files that a level wants and that no level above has had. A file that an entry shows may be seen by whoever sees
// the entry.
func (v *view) fetchFiles() error {
	if len(v.wantFiles) == 0 || v.svc.files == nil {
		return nil
	}
	v.calls++
	v.targets += len(v.wantFiles)
	if v.calls > maxPopulateCalls || v.targets > maxPopulateTargets {
		return tooMuchPopulated()
	}
	found, err := v.svc.files.Files(v.ctx, v.wantFiles)
	if err != nil {
		return err
	}
	for id, f := range found {
		v.files[id] = f
	}
	v.wantFiles = nil
	return nil
}

// fileValue is what a field shows of its files: those that are gone are left out.
func (b *builder) fileValue(br *branch, snapshot value.Object) any {
	list := []File{}
	for _, id := range fileIDs(snapshot[br.name]) {
		if f := b.files[id]; f.ID != 0 {
			list = append(list, File{f, br.fields})
		}
	}
	switch {
	case br.field.Many:
		return list
	case len(list) == 0:
		return nil
	}
	return list[0]
}

func fileIDs(v any) []int64 {
	switch x := v.(type) {
	case int64:
		return []int64{x}
	case value.List:
		out := make([]int64, 0, len(x))
		for _, e := range x {
			if id, ok := e.(int64); ok {
				out = append(out, id)
			}
		}
		return out
	}
	return nil
}
