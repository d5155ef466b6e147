package api

import (
	"net/http"

	"kontor/pkg/content"
	"kontor/pkg/openapi"
	"kontor/pkg/value"
)

// operations describes every route of routes for the OpenAPI document, by the path that stands there; a test compares both. The schemas
// of bodies and answers are in openapi.json. What all routes have in common, credentials, limits, ETags, the document adds by itself.
func operations() []openapi.Operation {
	var all []openapi.Operation
	for _, part := range [][]openapi.Operation{systemOperations(), signInOperations(), userOperations(), fileOperations(), siteOperations(), entryOperations(), typeOperations(), manageOperations(), historyOperations(), searchOperations(), indexOperations(), adminOperations()} {
		all = append(all, part...)
	}
	return all
}

// tags are the groups in which pages show what has nothing to do with types.
func tags() []openapi.Tag {
	return []openapi.Tag{
		{Name: tagFiles, Description: "Dateien: uploads, and the bytes of files"},
		{Name: tagSignIn, Description: "Anmeldung: sessions and passwords"},
		{Name: tagUsers, Description: "Konten: the accounts of those who sign in"},
		{Name: tagManage, Description: "Verwaltung: publishing, history, trash, where something is used, content types"},
		{Name: tagRoles, Description: "Rollen: who may do what, and why"},
		{Name: tagSite, Description: "Öffentliche Seite: its paths, redirects and sitemaps"},
		{Name: tagSearch, Description: "Suche: full text, facets and places, in the dialect of Meilisearch"},
		{Name: tagSystem, Description: "Betrieb: health, and this document"},
	}
}

const (
	tagFiles  = "files"
	tagSignIn = "auth"
	tagUsers  = "users"
	tagManage = "manage"
	tagRoles  = "roles"
	tagSite   = "site"
	tagSearch = "search"
	tagSystem = "system"
)

func answers(name string) openapi.Answer { return openapi.Answer{Schema: openapi.Ref(name)} }

// answersData is an answer in the envelope of /manage.
func answersData(name string) openapi.Answer {
	return openapi.Answer{Schema: openapi.Data(openapi.Ref(name))}
}

func answersList(name string) openapi.Answer {
	return openapi.Answer{Schema: openapi.Data(openapi.List(openapi.Ref(name)))}
}

func sends(name string) openapi.Body { return openapi.Body{Schema: openapi.Ref(name)} }

func typed(kind string) value.Object { return value.Object{"type": kind} }

func countAnswer() openapi.Answer {
	return openapi.Answer{Schema: value.Object{"type": "integer", "minimum": int64(0)}, Description: "The bare number"}
}

// pageParameter has the parameters of paging that routes of users take.
func pageParameter() openapi.Parameter {
	whole := func(least int64) value.Object {
		return value.Object{"type": "integer", "minimum": least, "maximum": int64(1_000_000)}
	}
	return openapi.Parameter{Name: "pagination", Description: "Pages, or a window by `start` and `limit`; never both", Brackets: true,
		Schema: value.Object{"type": "object", "additionalProperties": false, "properties": value.Object{
			"page": whole(1), "pageSize": whole(1), "start": whole(0), "limit": whole(1), "withCount": typed("boolean")}}}
}

func localeParameter() openapi.Parameter {
	return openapi.Parameter{Name: "locale", Description: "The default locale if absent", Schema: value.Object{"type": "string", "examples": value.List{"de"}}}
}

func systemOperations() []openapi.Operation {
	return []openapi.Operation{
		{Method: "GET", Path: "/", ID: "home", Tag: tagSystem, Summary: "What is here", Open: true, Description: "A page for those who accept text/html before application/json, else JSON.",
			Answer: openapi.Answer{Type: "*/*", Schema: value.Object{}}},
		{Method: "GET", Path: "/healthz", ID: "health", Tag: tagSystem, Summary: "Whether the process runs", Answer: answers("Health"), Open: true, Bare: true},
		{Method: "GET", Path: "/readyz", ID: "readiness", Tag: tagSystem, Summary: "Whether requests can be served", Open: true, Bare: true,
			Answer: openapi.Answer{Schema: openapi.Ref("Readiness"), Also: []int{http.StatusServiceUnavailable}}},
		{Method: "GET", Path: "/openapi.json", ID: "document", Tag: tagSystem, Summary: "This document, as the caller has it", Open: true,
			Answer: openapi.Answer{Schema: typed("object")}},
		{Method: "GET", Path: "/docs", ID: "docs", Tag: tagSystem, Summary: "This document as a page", Open: true, Bare: true,
			Answer: openapi.Answer{Type: "text/html", Schema: typed("string")}},
		{Method: "GET", Path: "/docs/manual", ID: "manual", Tag: tagSystem, Summary: "The manual's first page", Open: true, Bare: true,
			Answer: openapi.Answer{Type: "text/html", Schema: typed("string")}},
		{Method: "GET", Path: "/docs/manual/:topic", ID: "manualTopic", Tag: tagSystem, Summary: "A page of the manual", Open: true, Bare: true,
			Answer: openapi.Answer{Type: "text/html", Schema: typed("string")}, Refuses: []int{http.StatusNotFound}},
		{Method: "GET", Path: "/docs/:file", ID: "docsFile", Tag: tagSystem, Summary: "What the page is made of", Open: true, Bare: true,
			Answer: openapi.Answer{Type: "*/*", Schema: value.Object{}}, Refuses: []int{http.StatusNotFound}},
	}
}

func signInOperations() []openapi.Operation {
	noMail := openapi.Answer{Status: http.StatusNotImplemented, Schema: openapi.Ref("Error"), Description: "Kontor sends no mail yet"}
	return []openapi.Operation{
		{Method: "POST", Path: "/api/auth/local", ID: "signIn", Tag: tagSignIn, Summary: "Sign in", Body: sends("Credentials"), Answer: answers("SignedIn"), Open: true},
		{Method: "POST", Path: "/api/auth/local/register", ID: "register", Tag: tagSignIn, Summary: "Closed: an administrator makes accounts", Open: true,
			Answer: openapi.Answer{Status: http.StatusBadRequest, Schema: openapi.Ref("Error"), Description: "Always"}},
		{Method: "POST", Path: "/api/auth/logout", ID: "signOut", Tag: tagSignIn, Summary: "End the session, if there is one", Answer: answers("SignedOut"), Open: true},
		{Method: "POST", Path: "/api/auth/change-password", ID: "changePassword", Tag: tagSignIn, Summary: "Change the own password",
			Body: sends("PasswordChange"), Answer: answers("SignedIn"), Refuses: []int{http.StatusConflict}, Own: true},
		{Method: "POST", Path: "/api/auth/forgot-password", ID: "forgotPassword", Tag: tagSignIn, Summary: "Not offered", Answer: noMail, Open: true},
		{Method: "POST", Path: "/api/auth/reset-password", ID: "resetPassword", Tag: tagSignIn, Summary: "Not offered", Answer: noMail, Open: true},
		{Method: "POST", Path: "/api/auth/send-email-confirmation", ID: "sendEmailConfirmation", Tag: tagSignIn, Summary: "Not offered", Answer: noMail, Open: true},
	}
}

func userOperations() []openapi.Operation {
	one := []int{http.StatusNotFound}
	guarded := []int{http.StatusNotFound, http.StatusConflict}
	return []openapi.Operation{
		{Method: "GET", Path: "/api/users/me", ID: "me", Tag: tagUsers, Summary: "The own account", Answer: answers("User"), Own: true},
		{Method: "GET", Path: "/api/users/count", ID: "countUsers", Tag: tagUsers, Summary: "How many accounts there are", Query: []openapi.Parameter{pageParameter()}, Answer: countAnswer()},
		{Method: "GET", Path: "/api/users", ID: "findUsers", Tag: tagUsers, Summary: "Accounts", Query: []openapi.Parameter{pageParameter()},
			Answer: openapi.Answer{Schema: openapi.List(openapi.Ref("User"))}},
		{Method: "POST", Path: "/api/users", ID: "createUser", Tag: tagUsers, Summary: "Make an account", Body: sends("UserCreate"),
			Answer: openapi.Answer{Status: http.StatusCreated, Schema: openapi.Ref("User")}},
		{Method: "GET", Path: "/api/users/:id", ID: "getUser", Tag: tagUsers, Summary: "One account", Answer: answers("User"), Refuses: one},
		{Method: "PUT", Path: "/api/users/:id", ID: "updateUser", Tag: tagUsers, Summary: "Change an account", Body: sends("UserUpdate"), Answer: answers("User"), Refuses: guarded},
		{Method: "DELETE", Path: "/api/users/:id", ID: "deleteUser", Tag: tagUsers, Summary: "Delete an account", Answer: answers("User"), Refuses: guarded},
	}
}

func fileOperations() []openapi.Operation {
	one := []int{http.StatusNotFound}
	strings := value.Object{"type": "array", "items": typed("string")}
	return []openapi.Operation{
		{Method: "GET", Path: "/files/:key/:name?", ID: "download", Tag: tagFiles, Summary: "The bytes of a file", Open: true,
			Description: "Anonymously only if something published shows the file. The name at the end is for people.",
			Query: []openapi.Parameter{
				{Name: "format", Description: "A variant of a picture, by its name in `formats`; `original` is the upload with its metadata, for those who work with the file", Schema: typed("string")},
				{Name: "edition", Description: "An earlier edition, for those who work with the file", Schema: value.Object{"type": "integer", "minimum": int64(1)}},
				{Name: "v", Description: "The version in `versionUrl`: the answer to the public never changes, and may be kept", Schema: typed("string")},
				{Name: "download", Description: "Whatever its value: to keep, and not to show", Schema: typed("string")},
				{Name: "preview", Description: "The token of a preview whose draft shows the file, in place of Authorization", Schema: typed("string")}},
			Header: []openapi.Parameter{{Name: "Range", Description: "A part of the bytes", Schema: value.Object{"type": "string", "examples": value.List{"bytes=0-99"}}}},
			Answer: openapi.Answer{Type: "*/*", Also: []int{http.StatusPartialContent}, Schema: value.Object{"type": "string", "format": "binary"},
				Headers: []string{"Content-Disposition", "Accept-Ranges"}},
			Refuses: []int{http.StatusNotFound, http.StatusRequestedRangeNotSatisfiable}},
		{Method: "POST", Path: "/api/upload", ID: "upload", Tag: tagFiles, Summary: "Upload files, or with `id` give one a new edition or change what is said of it",
			Query:   []openapi.Parameter{{Name: "id", Description: "The file that gets the bytes in files, the facts in fileInfo, or both; not with an Idempotency-Key", Schema: typed("string")}},
			Header:  []openapi.Parameter{openapi.IdempotencyKey()},
			Body:    openapi.Body{Type: "multipart/form-data", Schema: openapi.Ref("Upload")},
			Answer:  openapi.Answer{Status: http.StatusCreated, Description: "The files, or with `id` the one", Also: []int{http.StatusOK}, Schema: value.Object{"anyOf": value.List{openapi.List(openapi.Ref("File")), openapi.Ref("File")}}},
			Refuses: []int{http.StatusNotFound, http.StatusConflict, http.StatusUnprocessableEntity}},
		{Method: "GET", Path: "/api/upload/files", ID: "findFiles", Tag: tagFiles, Summary: "Files, a thousand at most",
			Query: []openapi.Parameter{
				{Name: "filters", Description: "Conditions in brackets: `filters[mime][$startsWith]=image/`", Brackets: true, Schema: typed("object")},
				{Name: "sort", Description: "Names with `:asc` or `:desc`", Commas: true, Schema: strings},
				pageParameter(), {Name: "_q", Description: "Words in name, alternative text, caption and credit", Schema: typed("string")}},
			Answer: openapi.Answer{Schema: openapi.List(openapi.Ref("File")), Headers: []string{"X-Total-Count"}}},
		{Method: "GET", Path: "/api/upload/files/:id", ID: "getFile", Tag: tagFiles, Summary: "One file", Answer: answers("File"), Refuses: one},
		{Method: "DELETE", Path: "/api/upload/files/:id", ID: "deleteFile", Tag: tagFiles, Summary: "Delete a file that no entry uses", Answer: answers("File"),
			Refuses: []int{http.StatusNotFound, http.StatusConflict}},
		{Method: "PUT", Path: "/manage/files/:id", ID: "putFile", Tag: tagFiles, Summary: "Change what is said of a file", Body: sends("FileFacts"),
			Answer: answersData("File"), Refuses: []int{http.StatusNotFound, http.StatusConflict}},
		{Method: "GET", Path: "/manage/files/:id/editions", ID: "fileEditions", Tag: tagFiles, Summary: "The bytes that a file has and has had, the newest first",
			Answer: answersList("Edition"), Refuses: one},
		{Method: "GET", Path: "/manage/files/:id/uses", ID: "fileUses", Tag: tagFiles, Summary: "Which entries use a file", Answer: answersList("Use"), Refuses: one},
	}
}

// siteOperations are what a public site needs beside entries.
func siteOperations() []openapi.Operation {
	missing := []int{http.StatusNotFound}
	path := openapi.Parameter{Name: "path", Description: "Of the public site, such as `/projekte/bauhof` or `/en/projekte/bauhof`, or an address as the sitemap has it", Required: true, Schema: value.Object{"type": "string", "maxLength": int64(1000)}}
	listed := openapi.Parameter{Name: "locale", Description: "Only this locale; all if absent", Schema: value.Object{"type": "string", "examples": value.List{"de"}}}
	xml := openapi.Answer{Type: "application/xml", Schema: typed("string")}
	return []openapi.Operation{
		{Method: "GET", Path: "/manage/paths", ID: "followPath", Tag: tagSite, Summary: "Where a path of the public site leads, an old one too", Open: true,
			Query: []openapi.Parameter{path, localeParameter()}, Answer: answersData("Move"), Refuses: missing},
		{Method: "GET", Path: "/manage/paths/:type", ID: "listPaths", Tag: tagSite, Summary: "The pages that entries have on the public site", Open: true,
			Query: []openapi.Parameter{
				{Name: "after", Description: "`meta.next` of the window before", Schema: typed("string")},
				{Name: "limit", Description: "How many entries; 1000 if absent", Schema: value.Object{"type": "integer", "minimum": int64(1), "maximum": int64(content.MaxPlaces)}}, listed},
			Answer: answers("Places"), Refuses: []int{http.StatusForbidden, http.StatusNotFound}},
		{Method: "GET", Path: "/manage/redirects/:type", ID: "listRedirects", Tag: tagSite, Summary: "Old paths and where they lead", Open: true, Query: []openapi.Parameter{listed},
			Answer: answersList("Move"), Refuses: []int{http.StatusForbidden, http.StatusNotFound, http.StatusRequestEntityTooLarge}},
		{Method: "GET", Path: "/sitemap.xml", ID: "sitemapIndex", Tag: tagSite, Summary: "The sitemaps of the public site", Open: true, Answer: xml, Refuses: missing},
		{Method: "GET", Path: "/sitemap/:type.xml", ID: "sitemap", Tag: tagSite, Summary: "The pages of a type", Open: true, Answer: xml, Refuses: missing,
			Query: []openapi.Parameter{{Name: "part", Description: "The beginning of the documentIds, where a type has several sitemaps", Schema: typed("string")}}},
		{Method: "POST", Path: "/manage/entries/:type/:id/previews", ID: "createPreview", Tag: tagSite, Summary: "A token that shows the draft for a quarter of an hour",
			Query: []openapi.Parameter{localeParameter()}, Answer: openapi.Answer{Status: http.StatusCreated, Schema: openapi.Data(openapi.Ref("Preview"))}, Refuses: missing},
	}
}

// entryOperations are described once for each type.
func entryOperations() []openapi.Operation {
	return []openapi.Operation{
		{Method: "GET", Path: "/api/:type", Each: openapi.Find, Summary: "read"},
		{Method: "POST", Path: "/api/:type", Each: openapi.Create, Summary: "make an entry"},
		{Method: "PUT", Path: "/api/:type", Each: openapi.Put, Summary: "write"},
		{Method: "DELETE", Path: "/api/:type", Each: openapi.Drop, Summary: "delete"},
		{Method: "GET", Path: "/api/:type/count", Each: openapi.Count, Summary: "how many"},
		{Method: "GET", Path: "/api/:type/:id", Each: openapi.Get, Summary: "one entry"},
		{Method: "PUT", Path: "/api/:type/:id", Each: openapi.Change, Summary: "change an entry"},
		{Method: "DELETE", Path: "/api/:type/:id", Each: openapi.Remove, Summary: "delete an entry"},
	}
}

func typeOperations() []openapi.Operation {
	needsMatch := []openapi.Parameter{openapi.IfMatch(true)}
	role := []int{http.StatusNotFound, http.StatusConflict, http.StatusPreconditionFailed, http.StatusPreconditionRequired}
	return []openapi.Operation{
		{Method: "GET", Path: "/manage/types", ID: "listTypes", Tag: tagManage, Summary: "The content types that the caller works with", Answer: answersList("ContentType")},
		{Method: "GET", Path: "/manage/types/:type", ID: "getType", Tag: tagManage, Summary: "One content type", Answer: answersData("ContentType"), Refuses: []int{http.StatusNotFound}},
		{Method: "GET", Path: "/manage/richtext", ID: "richTextMarkup", Tag: tagManage, Summary: "The HTML that rich text fields keep", Answer: answersData("Markup")},
		{Method: "POST", Path: "/manage/richtext", ID: "cleanRichText", Tag: tagManage, Summary: "HTML as a rich text field would store it; nothing is written",
			Body: sends("RichTextInput"), Answer: answers("RichText")},
		{Method: "GET", Path: "/manage/roles", ID: "listRoles", Tag: tagRoles, Summary: "Roles", Answer: answersList("Role")},
		{Method: "GET", Path: "/manage/roles/:name", ID: "getRole", Tag: tagRoles, Summary: "One role", Answer: answersData("Role"), Refuses: []int{http.StatusNotFound}},
		{Method: "PUT", Path: "/manage/roles/:name", ID: "putRole", Tag: tagRoles, Summary: "Make a role, or with If-Match change one", Body: sends("RoleInput"),
			Header: []openapi.Parameter{openapi.IfMatch(false)}, Refuses: role[1:],
			Answer: openapi.Answer{Schema: openapi.Data(openapi.Ref("Role")), Also: []int{http.StatusCreated}, Headers: []string{"ETag"}}},
		{Method: "DELETE", Path: "/manage/roles/:name", ID: "deleteRole", Tag: tagRoles, Summary: "Delete a role that nobody has", Header: needsMatch, Refuses: role,
			Answer: openapi.Answer{Status: http.StatusNoContent}},
		{Method: "GET", Path: "/manage/explain", ID: "explain", Tag: tagRoles, Summary: "Why somebody may do something with an entry, or not", Refuses: []int{http.StatusNotFound},
			Query: []openapi.Parameter{
				{Name: "as", Description: "A role, an account by e-mail address or user name, or `token:NAME`", Schema: typed("string"), Required: true},
				{Name: "type", Description: "A content type's id", Schema: typed("string"), Required: true},
				{Name: "id", Description: "The entry's documentId", Schema: typed("string"), Required: true},
				{Name: "action", Description: "read if absent", Schema: openapi.Ref("Action")}, localeParameter()},
			Answer: answersData("Explanation")},
	}
}

func manageOperations() []openapi.Operation {
	locale := []openapi.Parameter{localeParameter()}
	whole := value.Object{"type": "integer", "minimum": int64(0), "maximum": int64(1_000_000)}
	acted := openapi.Data(openapi.Ref("EntryState"))
	acted["properties"].(value.Object)["meta"] = openapi.Ref("ActMeta")
	act := func(path, id, summary string) openapi.Operation {
		return openapi.Operation{Method: "POST", Path: path, ID: id, Tag: tagManage, Summary: summary, Query: locale, Header: []openapi.Parameter{openapi.IfMatch(true)},
			Answer:  openapi.Answer{Schema: acted, Headers: []string{"ETag"}},
			Refuses: []int{http.StatusNotFound, http.StatusConflict, http.StatusPreconditionFailed, http.StatusPreconditionRequired}}
	}
	save := act("/manage/entries/:type/:id", "saveDraft", "Change fields of the draft")
	save.Method, save.Body = "PUT", sends("DraftInput")
	save.Refuses = []int{http.StatusNotFound, http.StatusPreconditionFailed, http.StatusPreconditionRequired}
	save.Description = "Other fields that somebody has changed since If-Match stay as they are, and `merged` names them. 412 if somebody has changed the same field."
	return []openapi.Operation{
		{Method: "GET", Path: "/manage/entries/:type/:id", ID: "entryState", Tag: tagManage, Summary: "Where an entry stands", Query: locale, Answer: answersData("EntryState"), Refuses: []int{http.StatusNotFound}},
		save,
		act("/manage/entries/:type/:id/publish", "publish", "Publish the draft"),
		act("/manage/entries/:type/:id/unpublish", "unpublish", "Take back what is published"),
		act("/manage/entries/:type/:id/discard", "discard", "Make the draft what is published"),
		{Method: "GET", Path: "/manage/entries/:type/:id/uses", ID: "entryUses", Tag: tagManage, Summary: "Which entries point to an entry", Answer: answersList("Use"), Refuses: []int{http.StatusNotFound}},
		{Method: "GET", Path: "/manage/trash/:type", ID: "listTrash", Tag: tagManage, Summary: "Deleted entries, the last first", Answer: answers("TrashPage"), Refuses: []int{http.StatusNotFound},
			Query: []openapi.Parameter{{Name: "start", Schema: whole}, {Name: "limit", Description: "25 if absent", Schema: whole}}},
		act("/manage/trash/:type/:id/restore", "restore", "Take an entry out of the trash"),
		{Method: "DELETE", Path: "/manage/trash/:type/:id", ID: "purge", Tag: tagManage, Summary: "Remove an entry of the trash for good", Query: locale,
			Answer: openapi.Answer{Status: http.StatusNoContent}, Refuses: []int{http.StatusNotFound, http.StatusConflict}},
		act("/manage/entries/:type/:id/history/:rev/restore", "restoreVersion", "Make an earlier draft the draft again"),
	}
}

func historyOperations() []openapi.Operation {
	missing := []int{http.StatusNotFound}
	rev := value.Object{"type": "integer", "minimum": int64(1)}
	return []openapi.Operation{
		{Method: "GET", Path: "/manage/entries/:type/:id/history", ID: "history", Tag: tagManage, Summary: "Versions of an entry, the newest first",
			Query: []openapi.Parameter{localeParameter()}, Answer: answersList("Version"), Refuses: missing},
		{Method: "GET", Path: "/manage/entries/:type/:id/history/compare", ID: "compareVersions", Tag: tagManage, Summary: "The fields that differ between two versions",
			Query:  []openapi.Parameter{{Name: "from", Schema: rev, Required: true}, {Name: "to", Schema: rev, Required: true}, localeParameter()},
			Answer: answersList("Difference"), Refuses: missing},
		{Method: "GET", Path: "/manage/entries/:type/:id/history/:rev", ID: "version", Tag: tagManage, Summary: "One version with its values",
			Query: []openapi.Parameter{localeParameter()}, Answer: answersData("Version"), Refuses: missing},
	}
}
