package api

import (
	"slices"
	"strings"
	"testing"

	"kontor/pkg/openapi"
)

// A route and its description come and go together: whoever adds one to routes adds it to operations.
func TestEveryRouteIsDescribed(t *testing.T) {
	var routes, described []string
	for _, r := range New(Options{}).app.GetRoutes(true) {
		if r.Method != "HEAD" { // comes with GET, and says the same
			routes = append(routes, r.Method+" "+r.Path)
		}
	}
	for _, o := range operations() {
		described = append(described, o.Method+" "+o.Path)
	}
	for _, r := range routes {
		if !slices.Contains(described, r) {
			t.Errorf("%s has no description: add it to operations", r)
		}
	}
	for i, r := range described {
		if !slices.Contains(routes, r) {
			t.Errorf("%s is described, and there is no such route", r)
		}
		if slices.Index(described, r) != i {
			t.Errorf("%s is described twice", r)
		}
	}
}

// What a description says must be enough for pages and generators.
func TestDescriptionsAreWhole(t *testing.T) {
	ids, groups := map[string]bool{}, map[string]bool{}
	for _, g := range tags() {
		groups[g.Name] = true
	}
	for _, o := range operations() {
		switch {
		case o.Summary == "":
			t.Errorf("%s %s has no summary", o.Method, o.Path)
		case o.Each != openapi.None:
		case o.ID == "" || ids[o.ID] || strings.ContainsAny(o.ID, " -/"):
			t.Errorf("%s %s has no id of its own that is a name: %q", o.Method, o.Path, o.ID)
		case !groups[o.Tag]:
			t.Errorf("%s %s is in the group %q, which there is not", o.Method, o.Path, o.Tag)
		case strings.HasPrefix(o.Path, "/manage/") && o.Tag != tagSite && o.Tag != tagSignIn && o.Open:
			t.Errorf("%s %s needs credentials", o.Method, o.Path)
		}
		ids[o.ID] = true
	}
}
