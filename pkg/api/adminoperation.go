package api

import (
	"net/http"

	"kontor/pkg/openapi"
	"kontor/pkg/value"
)

// adminOperations describes the routes that were made for the admin and serve everybody.
func adminOperations() []openapi.Operation {
	page := openapi.Answer{Type: "text/html", Schema: typed("string")}
	free := func(name, description string) openapi.Parameter {
		return openapi.Parameter{Name: name, Description: description, Brackets: true, Schema: value.Object{}}
	}
	return []openapi.Operation{
		{
			Method: "GET", Path: "/admin", ID: "admin", Tag: tagSystem, Summary: "The admin UI", Open: true, Bare: true,
			Answer: page, Refuses: []int{http.StatusNotFound},
		},
		{
			Method: "GET", Path: "/admin/assets/:file", ID: "adminAsset", Tag: tagSystem, Summary: "A file of the admin UI", Open: true, Bare: true,
			Answer: openapi.Answer{Type: "*/*", Schema: value.Object{}}, Refuses: []int{http.StatusNotFound},
		},
		{
			Method: "GET", Path: "/admin/*", ID: "adminPage", Tag: tagSystem, Summary: "A page of the admin UI", Open: true, Bare: true,
			Answer: page, Refuses: []int{http.StatusNotFound},
		},
		{
			Method: "GET", Path: "/manage/session", ID: "session", Tag: tagSignIn, Summary: "The account that is signed in",
			Answer: answersData("User"), Own: true,
		},
		{
			Method: "POST", Path: "/manage/session", ID: "openSession", Tag: tagSignIn, Open: true,
			Summary: "Sign in a browser: the session is a cookie, used beside the header Authorization: Session",
			Body:    sends("Credentials"), Answer: openapi.Answer{Schema: openapi.Data(openapi.Ref("User")), Headers: []string{"Set-Cookie"}},
			Refuses: []int{http.StatusForbidden},
		},
		{
			Method: "DELETE", Path: "/manage/session", ID: "closeSession", Tag: tagSignIn, Open: true,
			Summary: "Sign out a browser", Answer: openapi.Answer{Status: http.StatusNoContent},
		},
		{
			Method: "GET", Path: "/manage/entries/:type", ID: "listRows", Tag: tagManage,
			Summary: "Drafts of a type with where each stands, newest change first", Answer: answers("EntryRows"),
			Refuses: []int{http.StatusNotFound}, Query: []openapi.Parameter{
				free("filters", "As in a list of /api"), free("sort", "As in a list of /api"), free("pagination", "As in a list of /api"),
				free("fields", "As in a list of /api"), free("populate", "As in a list of /api"), localeParameter(),
				{Name: "_q", Description: "Words", Schema: typed("string")},
				{
					Name: "status", Description: "`draft`: nothing is public; `published`: something is",
					Schema: value.Object{"type": "string", "enum": value.List{"draft", "published"}},
				},
			},
		},
	}
}
