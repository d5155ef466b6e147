package asset

import "net/url"

// URL is the path under which the bytes of the file are read, or those of a variant. The name at
// its end is for people.
func (f File) URL(variant string) string {
	u := "/files/" + f.Key + "/" + url.PathEscape(f.Name)
	if variant != "" {
		u += "?format=" + variant
	}
	return u
}

// VersionURL is the same with the version of the bytes in it, so that they never change under it.
func (f File) VersionURL(variant string) string {
	u := f.URL(variant)
	if variant == "" {
		return u + "?v=" + f.Version(variant)
	}
	return u + "&v=" + f.Version(variant)
}
