package index

import (
	"fmt"
	"slices"
	"strings"

	"kontor/pkg/content"
	"kontor/pkg/schema"
	"kontor/pkg/search"
)

// A hit carries the facts of the files that a card shows: of every field that holds one file.
// Galleries and other lists stay out. Nothing of a file is searched.

// The attributes of a file, after the name of its field and a dot.
var (
	fileFacts  = []string{"url", "name", "mime", "sizeInBytes", "pages"}
	imageFacts = []string{"url", "alternativeText", "credit", "width", "height", "thumbnail", "srcset"}
)

// showsFile reports whether hits carry the facts of a field's file.
func showsFile(f *schema.Field) bool { return f.Kind == schema.Asset && !f.Many }

// showsAddress reports whether hits carry the address in a field: where a card leads that has no
// file.
func showsAddress(f *schema.Field) bool { return f.Kind == schema.URI && !f.Many }

// onlyImages reports whether the files of a field are images.
func onlyImages(f *schema.Field) bool {
	return f.Asset != nil && len(f.Asset.Types) > 0 &&
		!slices.ContainsFunc(f.Asset.Types, func(t string) bool { return !strings.HasPrefix(t, "image/") })
}

// factsOf are the attributes of a field's file.
func factsOf(f *schema.Field) []string {
	if onlyImages(f) {
		return imageFacts
	}
	return fileFacts
}

func (p piece) fileAttributes() []search.Attribute {
	var out []search.Attribute
	for _, fact := range factsOf(p.field) {
		out = append(out, search.Attribute{Name: p.name + "." + fact})
	}
	return out
}

// fillFile adds the facts of a file. One that the entry names and that is not there any more has
// none.
func (p piece) fillFile(out map[string]any, f content.File) {
	for _, fact := range factsOf(p.field) {
		set(out, p.name+"."+fact, fileFact(f, fact))
	}
}

func fileFact(f content.File, fact string) any {
	switch fact {
	case "url":
		return f.URL("")
	case "name":
		return nonEmpty(f.Name)
	case "mime":
		return nonEmpty(f.Type)
	case "sizeInBytes":
		return f.Size
	case "pages":
		return nonZero(f.Pages)
	case "alternativeText":
		return nonEmpty(f.Facts.Alt)
	case "credit":
		return nonEmpty(f.Facts.Credit)
	case "width":
		return nonZero(f.Width)
	case "height":
		return nonZero(f.Height)
	case "thumbnail":
		if _, ok := f.Variant("thumbnail"); ok {
			return f.URL("thumbnail")
		}
		return f.URL("") // so small that it has none
	case "srcset":
		return nonEmpty(srcset(f))
	}
	return nil
}

// srcset lists an image and its variants with their widths, as the attribute of HTML has them.
func srcset(f content.File) string {
	var out []string
	var widths []int
	add := func(url string, width int) {
		if width > 0 && !slices.Contains(widths, width) {
			widths = append(widths, width)
			out = append(out, fmt.Sprintf("%s %dw", url, width))
		}
	}
	for _, v := range f.Variants {
		add(f.URL(v.Name), v.Width)
	}
	add(f.URL(""), f.Width)
	return strings.Join(out, ", ")
}

func nonZero(n int) any {
	if n == 0 {
		return nil
	}
	return int64(n)
}
