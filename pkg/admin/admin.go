// Package admin is the admin UI as it is built: static files that the server offers below /admin. Its source is in ui; dist is what
// `npm run build` makes of it, committed so that building Kontor needs no npm.
package admin

import (
	"embed"
	"io/fs"
)

//go:embed all:dist
var dist embed.FS

// Files returns the built UI: index.html, and assets whose names change with their content.
func Files() (fs.FS, error) { return fs.Sub(dist, "dist") }
