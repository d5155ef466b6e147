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
