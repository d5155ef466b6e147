package strapi

import (
	"strings"

	"kontor/pkg/fault"
)

// parameters are the names that some route of entries takes.
var parameters = []string{"filters", "sort", "fields", "populate", "pagination", "locale", "localeFallback", "status", "_q", "publicationFilter"}

// withinPagination are names that belong into pagination and that other APIs have at the top.
var withinPagination = []string{"page", "pageSize", "start", "limit", "withCount"}

// checkUnknown refuses a parameter that nobody knows but that resembles a known one, since its sender
// means that and would not notice. Others are ignored, as Strapi does: sites add their own to addresses.
func checkUnknown(name string) error {
	meant := resembled(strings.ToLower(strings.Trim(name, "_$")))
	if meant == "" {
		return nil
	}
	return fault.New(fault.Invalid, "Invalid parameter %s: %s is meant", name, meant).With("key", name).With("param", name).With("source", "query")
}

// resembled is the known parameter that differs from a name by one letter, or of long names by two.
func resembled(bare string) string {
	for _, known := range parameters {
		k := strings.ToLower(strings.Trim(known, "_"))
		if bare == k || len(k) > 3 && fault.Edits(bare, k) <= 1+len(k)/7 {
			return known
		}
	}
	for _, known := range withinPagination {
		if bare == strings.ToLower(known) {
			return "pagination[" + known + "]"
		}
	}
	return ""
}
