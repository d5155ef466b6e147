package asset

import (
	"path"
	"slices"
	"strings"
	"time"

	"kontor/pkg/asset/rendition"
	"kontor/pkg/schema"
	"kontor/pkg/store"
	"kontor/pkg/value"
)

// File is what is known of a file.
type File struct {
	ID           int64
	Key          string // 24 random characters [a-z0-9]; stands in its URL, and for it wherever a documentId does
	Name         string // as people see it and download it
	SHA256       string // of the bytes, hex
	Type         string // media type, without parameters: "image/png"
	Charset      string // of text, as far as its beginning tells; else ""
	Size         int64  // bytes
	Width        int    // pixels of an image as it is shown; 0 if it is none, or of a format that is not read
	Height       int
	Pages        int // of a PDF; 0 if it is none, or they could not be counted
	Facts        Facts
	Variants     []Variant
	WebP         []Variant // those of Variants that are smaller as WebP, as that; with names of their own
	Edition      int       // the number of the current bytes, from 1
	Former       []Edition // the oldest first
	CreatedBy    string    // the caller's ID
	Organisation string    // the caller's
	CreatedAt    time.Time
	UpdatedAt    time.Time
	Deleted      bool // kept for a day, for an entry that came to use it meanwhile; see Delete

	bytes string    // part of the key of the bytes; "" for those of the first edition
	made  derived   // what was made of an image
	at    time.Time // when the current edition came; zero for the first, which came with the file
	by    string    // the ID of its uploader; "" for the first
	rev   int64
}

// Facts is what people say about a file.
type Facts struct {
	Alt     string // what those get to know who can't see it; at most 1,000 characters
	Caption string // at most 2,000
	Credit  string // whose work it is; at most 500
	Licence string // under which it may be used; at most 500

	Decorative bool // the image says nothing, so that it needs no alternative text
}

// Variant is a smaller form of an image.
type Variant struct {
	Name   string // thumbnail, small, medium, large; with -webp the same as WebP
	Type   string // image/jpeg, image/png or image/webp
	Width  int
	Height int
	Size   int64  // bytes
	SHA256 string // of the bytes, hex; "" for those that an earlier version of Kontor made
}

// Ext is the ending that a name for the variant has.
func (v Variant) Ext() string {
	switch v.Type {
	case "image/png":
		return ".png"
	case "image/webp":
		return ".webp"
	}
	return ".jpg"
}

// AsWebP finds the same variant as WebP.
func (f File) AsWebP(v Variant) (Variant, bool) { return f.Variant(v.Name + rendition.WebPSuffix) }

// Ext is the ending of the name with its dot, "" if it has none.
func (f File) Ext() string { return ext(f.Name) }

// ext gives what stands behind the last dot if it looks like an ending.
func ext(name string) string {
	e := path.Ext(name)
	if len(e) < 2 || len(e) > 12 || e == name || strings.ContainsFunc(e[1:], notAlphanumeric) {
		return ""
	}
	return e
}

func notAlphanumeric(r rune) bool {
	return (r < 'a' || r > 'z') && (r < 'A' || r > 'Z') && (r < '0' || r > '9')
}

// all lists the variants in every form.
func (f File) all() []Variant { return append(slices.Clip(f.Variants), f.WebP...) }

// add puts a variant where it belongs.
func (f *File) add(v Variant) {
	if strings.HasSuffix(v.Name, rendition.WebPSuffix) {
		f.WebP = append(f.WebP, v)
	} else {
		f.Variants = append(f.Variants, v)
	}
}

// Variant finds a variant by name.
func (f File) Variant(name string) (Variant, bool) {
	for _, v := range f.all() {
		if v.Name == name {
			return v, true
		}
	}
	return Variant{}, false
}

// meta is the record as it is stored.
func (f File) meta() value.Object {
	o := value.Object{
		"id": f.ID, "name": f.Name, "sha256": f.SHA256, "type": f.Type, "charset": f.Charset, "size": f.Size,
		"createdBy": f.CreatedBy, "organisation": f.Organisation, "createdAt": f.CreatedAt.UTC().Format(timeFormat),
	}
	for _, part := range []value.Object{f.derived(), f.described()} {
		for name, v := range part {
			o[name] = v
		}
	}
	for name, v := range o {
		if v == "" {
			delete(o, name)
		}
	}
	return value.Normal(o).(value.Object)
}

// described is the part of the record that Describe changes: what is absent is nil.
func (f File) described() value.Object {
	o := value.Object{"name": f.Name, "ext": absent(strings.ToLower(f.Ext())), "updatedAt": f.UpdatedAt.UTC().Format(timeFormat)}
	o["decorative"] = nil
	if f.Facts.Decorative {
		o["decorative"] = true
	}
	fold := value.Object{"name": schema.Fold(f.Name)}
	for name, s := range f.Facts.named() {
		o[name] = absent(s)
		if s != "" {
			fold[name] = schema.Fold(s)
		}
	}
	o["fold"], o["sort"] = fold, value.Object{"name": schema.SortKey(f.Name)}
	return o
}

// named are the facts under their names in the record.
func (f Facts) named() map[string]string {
	return map[string]string{"alt": f.Alt, "caption": f.Caption, "credit": f.Credit, "licence": f.Licence}
}

func absent(s string) any {
	if s == "" {
		return nil
	}
	return s
}

func fileOf(d store.Document) File {
	m := d.Part(store.Meta)
	f := File{
		ID: integer(m, "id"), Key: d.Key, Name: text(m, "name"), SHA256: text(m, "sha256"), Type: text(m, "type"), Charset: text(m, "charset"),
		Size: integer(m, "size"), Width: int(integer(m, "width")), Height: int(integer(m, "height")), Pages: int(integer(m, "pages")),
		Facts:     Facts{Alt: text(m, "alt"), Caption: text(m, "caption"), Credit: text(m, "credit"), Licence: text(m, "licence")},
		CreatedBy: text(m, "createdBy"), Organisation: text(m, "organisation"), CreatedAt: at(m, "createdAt"), UpdatedAt: at(m, "updatedAt"),
		Deleted: m["deletedAt"] != nil, rev: d.Rev,
	}
	f.Facts.Decorative = m["decorative"] == true
	f.readDerived(m)
	f.readEditions(m)
	return f
}

// timeFormat is the one form of a point in time in a document: UTC, fixed width.
const timeFormat = "2006-01-02T15:04:05.000Z"

func at(o value.Object, name string) time.Time {
	t, err := time.Parse(timeFormat, text(o, name))
	if err != nil {
		return time.Time{}
	}
	return t
}

func text(o value.Object, name string) string { s, _ := o[name].(string); return s }

func integer(o value.Object, name string) int64 { n, _ := o[name].(int64); return n }
