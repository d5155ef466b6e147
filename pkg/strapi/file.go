package strapi

import (
	"math"
	"slices"
	"time"

	"kontor/pkg/asset"
	"kontor/pkg/content"
	"kontor/pkg/fault"
	"kontor/pkg/query"
	"kontor/pkg/value"
)

// provider is what Strapi calls whoever keeps the bytes; some clients decide by it whether a URL is relative.
const provider = "local"

// AppendFile writes a file as Strapi's upload routes and populate show it to dst. Names in fields select what is written beside id and
// documentId; nil means all. Beyond Strapi's there are credit and licence.
func AppendFile(dst []byte, f asset.File, fields []string) []byte {
	w := objectWriter{dst: append(dst, '{')}
	wants := func(name string) bool { return fields == nil || slices.Contains(fields, name) }
	w.value("id", f.ID)
	w.value("documentId", f.Key)
	for _, name := range content.FileFields() {
		if !wants(name) {
			continue
		}
		if name == "formats" {
			w.name(name)
			w.dst = appendFormats(w.dst, f)
			continue
		}
		w.value(name, fileFact(f, name))
	}
	return append(w.dst, '}')
}

// AppendFiles writes a list of files to dst.
func AppendFiles(dst []byte, list []asset.File) []byte {
	dst = append(dst, '[')
	for i, f := range list {
		if i > 0 {
			dst = append(dst, ',')
		}
		dst = AppendFile(dst, f, nil)
	}
	return append(dst, ']')
}

func fileFact(f asset.File, name string) any {
	switch name {
	case "name":
		return f.Name
	case "alternativeText":
		return orNull(f.Facts.Alt)
	case "caption":
		return orNull(f.Facts.Caption)
	case "credit":
		return orNull(f.Facts.Credit)
	case "licence":
		return orNull(f.Facts.Licence)
	case "decorative":
		return f.Facts.Decorative
	case "edition":
		return int64(f.Edition)
	case "versionUrl":
		return f.VersionURL("")
	case "width":
		return pixels(f.Width)
	case "height":
		return pixels(f.Height)
	case "hash":
		return f.Key
	case "ext":
		return orNull(f.Ext())
	case "mime":
		return f.Type
	case "size":
		size, _ := f.Public()
		return kilobytes(size)
	case "url":
		return f.URL("")
	case "provider":
		return provider
	case "createdAt", "publishedAt": // a file is there for all who may see it from the start
		return instant(f.CreatedAt)
	case "updatedAt":
		return instant(f.UpdatedAt)
	}
	return nil // previewUrl, provider_metadata
}

// appendFormats writes the variants of an image, null if there are none.
func appendFormats(dst []byte, f asset.File) []byte {
	if len(f.Variants) == 0 {
		return append(dst, "null"...)
	}
	dst = append(dst, '{')
	for i, v := range f.Variants {
		if i > 0 {
			dst = append(dst, ',')
		}
		dst = append(value.AppendString(dst, v.Name), ':')
		w := objectWriter{dst: append(dst, '{')}
		w.value("name", v.Name+"_"+f.Name)
		w.value("hash", v.Name+"_"+f.Key)
		w.value("ext", v.Ext())
		w.value("mime", v.Type)
		w.value("path", nil)
		w.value("width", int64(v.Width))
		w.value("height", int64(v.Height))
		w.value("size", kilobytes(v.Size))
		w.value("sizeInBytes", v.Size)
		w.value("url", f.URL(v.Name))
		w.value("versionUrl", f.VersionURL(v.Name))
		if second, ok := f.AsWebP(v); ok {
			w.name("webp")
			w.dst = appendSecond(w.dst, f, second)
		}
		dst = append(w.dst, '}')
	}
	return append(dst, '}')
}

// appendSecond writes a variant as WebP, of which a page makes a source beside the image.
func appendSecond(dst []byte, f asset.File, v asset.Variant) []byte {
	w := objectWriter{dst: append(dst, '{')}
	w.value("mime", v.Type)
	w.value("size", kilobytes(v.Size))
	w.value("sizeInBytes", v.Size)
	w.value("url", f.URL(v.Name))
	w.value("versionUrl", f.VersionURL(v.Name))
	return append(w.dst, '}')
}

// kilobytes is a size as Strapi gives it: thousands of bytes with two digits.
func kilobytes(n int64) float64 { return math.Round(float64(n)/10) / 100 }

func pixels(n int) any {
	if n == 0 {
		return nil
	}
	return int64(n)
}

func orNull(s string) any {
	if s == "" {
		return nil
	}
	return s
}

func instant(t time.Time) string { return t.UTC().Format("2006-01-02T15:04:05.000Z") }

// objectWriter writes the names and values of an object that dst ends with.
type objectWriter struct {
	dst   []byte
	begun bool
}

func (w *objectWriter) name(name string) {
	if w.begun {
		w.dst = append(w.dst, ',')
	}
	w.begun = true
	w.dst = append(value.AppendString(w.dst, name), ':')
}

func (w *objectWriter) value(name string, v any) {
	w.name(name)
	w.dst = appendValue(w.dst, v)
}

// FileInfo is what a client says of an uploaded file; nil means nothing was said.
type FileInfo struct {
	Name, Alt, Caption, Credit, Licence *string
	Decorative                          *bool
}

// ParseFileInfo reads the fileInfo of an upload, an object or a list of one for each file; where there is nothing it is empty. An
// object's names are name, alternativeText, caption, credit, licence and decorative; folder and focalPoint may stand there as null.
func ParseFileInfo(data []byte) ([]FileInfo, error) {
	v, err := decodeBody(data)
	if err != nil {
		return nil, err
	}
	list, ok := v.(value.List)
	if !ok && v != nil {
		list = value.List{v}
	}
	out := make([]FileInfo, len(list))
	for i, e := range list {
		o, ok := e.(value.Object)
		if !ok {
			return nil, fault.New(fault.Invalid, "fileInfo must be an object, or a list of one for each file").With("key", "fileInfo")
		}
		if out[i], err = fileInfo(o); err != nil {
			return nil, err
		}
	}
	return out, nil
}

func fileInfo(o value.Object) (FileInfo, error) {
	var info FileInfo
	for _, name := range sortedNames(o) {
		var to **string
		switch name {
		case "name":
			to = &info.Name
		case "alternativeText":
			to = &info.Alt
		case "caption":
			to = &info.Caption
		case "credit":
			to = &info.Credit
		case "licence":
			to = &info.Licence
		case "decorative":
			b, ok := o[name].(bool)
			if !ok {
				return info, fault.New(fault.Invalid, "fileInfo.decorative must be true or false").With("key", name)
			}
			info.Decorative = &b
			continue
		case "folder", "focalPoint":
			if o[name] != nil {
				return info, fault.New(fault.Invalid, "%s is not offered", name).With("key", name)
			}
			continue
		default:
			return info, unknown(name, "fileInfo")
		}
		s, ok := o[name].(string)
		if !ok && o[name] != nil {
			return info, fault.New(fault.Invalid, "fileInfo.%s must be a text", name).With("key", name)
		}
		if ok || name != "name" { // null clears a fact; a name is never cleared
			*to = &s
		}
	}
	return info, nil
}

// ParseFileQuery reads the query string of a list of files: filters, sort, pagination and _q. Without pagination the first
// asset.MaxList are meant, since Strapi's answer is the whole list.
func ParseFileQuery(raw string) (asset.Query, error) {
	root, err := parseTree(raw)
	if err != nil {
		return asset.Query{}, err
	}
	q := asset.Query{Limit: asset.MaxList, Count: true}
	req := Request{Page: 1, PageSize: DefaultPageSize}
	p := parser{}
	for _, n := range root.children {
		switch n.name {
		case "filters", "sort", "pagination", "_q":
			if err := p.param(&req, n); err != nil {
				return q, err
			}
		case "populate", "fields", "locale", "status":
			// Clients send these with everything; of a file there is nothing more to answer.
		default:
			if err := checkUnknown(n.name); err != nil {
				return q, err
			}
		}
		if n.name == "pagination" {
			if err := req.window(); err != nil {
				return q, err
			}
			q.Offset, q.Limit = req.Query.Page.Offset, req.Query.Page.Limit
		}
	}
	q.Text = req.Query.Text
	if q.Filter, err = content.FileFilter(req.Query.Filter); err != nil {
		return q, err
	}
	for _, o := range req.Query.Sort {
		name, ok := content.FileFactName(o.Path)
		if !ok {
			return q, fault.Key(o.Path, "", "query", "sort")
		}
		q.Sort = append(q.Sort, query.Order{Path: name, Desc: o.Desc})
	}
	return q, nil
}
