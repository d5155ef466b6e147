package auth

import (
	"slices"

	"kontor/pkg/query"
)

// MayUpload tells whether the caller may add files, and see those that its rules open.
func (c Caller) MayUpload() bool {
	_, ok := c.Files()
	return ok
}

// Files gives the files that the caller may see, describe and delete; not ok if it has nothing to do with files. Paths are meta.organisation
// and meta.createdBy, the zero Filter is every file. Who has no organisation has none of those that a rule opens to its organisation,
// and may not upload by such a rule.
func (c Caller) Files() (query.Filter, bool) {
	if c.Role == Admin {
		return query.Filter{}, true
	}
	r := c.roles
	if r == nil {
		var err error
		if r, err = ShippedRoles(); err != nil {
			return query.Nothing(), false
		}
	}
	h, ok := r.role(c.Role)
	if !ok || c.Role == Public {
		return query.Nothing(), false
	}
	out, some := query.Nothing(), false
	for _, rule := range h.Rules {
		if !slices.Contains(rule.Actions, Upload) || rule.strayFacts() {
			continue
		}
		f, _ := c.bind(rule.Entries)
		if f.Op == query.Or && len(f.Args) == 0 {
			continue
		}
		if some {
			f = union(out, f)
		}
		out, some = f, true
	}
	return out, some
}

// strayFacts tells whether a rule on files names what files do not have.
func (r Rule) strayFacts() bool {
	if r.Source == nil {
		return false
	}
	c := checker{}
	c.facts(r.Entries)
	return len(c.problems) > 0
}
