package asset

import (
	"mime"
	"slices"
	"strings"

	"github.com/gabriel-vasile/mimetype"
)

// sniffed is how many bytes of a file are looked at: as many as the library does.
const sniffed = 3072

// unknownType is what nobody knows how to open.
const unknownType = "application/octet-stream"

// sniff tells a file's media type and charset from its first bytes. Its name only chooses among the formats of a container, and among
// those of plain text, which look alike.
func sniff(head []byte, name string) (mediaType, charset string) {
	mediaType, params, err := mime.ParseMediaType(mimetype.Detect(head).String())
	if err != nil {
		return unknownType, ""
	}
	if mediaType == "image/vnd.mozilla.apng" {
		mediaType = "image/png" // that moves
	}
	text := map[string]string{
		".csv": "text/csv", ".tsv": "text/tab-separated-values", ".md": "text/markdown", ".ics": "text/calendar", ".vtt": "text/vtt", ".txt": "text/plain",
	}
	inside := map[string]map[string]string{
		"application/zip": {
			".docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
			".xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
			".pptx": "application/vnd.openxmlformats-officedocument.presentationml.presentation",
			".odt":  "application/vnd.oasis.opendocument.text",
			".ods":  "application/vnd.oasis.opendocument.spreadsheet",
			".odp":  "application/vnd.oasis.opendocument.presentation",
		},
		"application/x-ole-storage": {
			".doc": "application/msword", ".xls": "application/vnd.ms-excel", ".ppt": "application/vnd.ms-powerpoint",
		},
	}
	if t, ok := inside[mediaType][strings.ToLower(ext(name))]; ok {
		mediaType = t
	}
	if t, ok := text[strings.ToLower(ext(name))]; ok && plainText(mediaType) {
		mediaType = t
	}
	return mediaType, params["charset"]
}

// plainText tells whether bytes of a media type are text that no browser runs.
func plainText(mediaType string) bool {
	return slices.Contains([]string{"text/plain", "text/csv", "text/tab-separated-values", "text/markdown", "text/calendar", "text/vtt"}, mediaType)
}

// Accepted tells whether the file is of one of the media types, of which "image/*" names a family; none accepts every one. SVG is a
// document that can hold scripts and not just an image, so it has to be named.
func (f File) Accepted(types []string) bool {
	if len(types) == 0 || slices.Contains(types, f.Type) {
		return true
	}
	return f.Type != "image/svg+xml" && slices.ContainsFunc(types, func(t string) bool {
		family, ok := strings.CutSuffix(t, "*")
		return ok && strings.HasPrefix(f.Type, family)
	})
}

// Served gives the media type under which the bytes go out, and whether a browser may show them in its window. Nothing that a
// browser would run goes out as what it is: HTML, SVG, XML, scripts and whatever is not known to be harmless are bytes to be kept.
func (f File) Served() (mediaType string, inline bool) {
	family, _, _ := strings.Cut(f.Type, "/")
	switch {
	case f.Type == "image/svg+xml":
		return unknownType, false
	case family == "image", family == "audio", family == "video", f.Type == "application/pdf":
		if strings.ContainsAny(f.Type, "+;, ") {
			return unknownType, false
		}
		return f.Type, true
	case f.Type == "text/plain":
		return withCharset(f), true
	case plainText(f.Type):
		return withCharset(f), false
	case slices.Contains(kept(), f.Type), office(f.Type):
		return f.Type, false
	}
	return unknownType, false
}

func withCharset(f File) string {
	if f.Charset == "" || strings.ContainsFunc(f.Charset, func(r rune) bool { return r != '-' && notAlphanumeric(r) }) {
		return f.Type + "; charset=utf-8"
	}
	return f.Type + "; charset=" + f.Charset
}

// kept are types that browsers only ever save, so that they may know what it is.
func kept() []string {
	return []string{
		"application/zip", "application/gzip", "application/x-7z-compressed", "application/x-tar", "application/epub+zip", "application/json",
		"application/msword", "application/rtf",
	}
}

// office tells whether the type is a document of an office program.
func office(t string) bool {
	return strings.HasPrefix(t, "application/vnd.openxmlformats-officedocument.") || strings.HasPrefix(t, "application/vnd.oasis.opendocument.") ||
		slices.Contains([]string{"application/vnd.ms-excel", "application/vnd.ms-powerpoint"}, t)
}
