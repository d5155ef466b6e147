// Package schemas holds the content types that Kontor ships.
package schemas

import "embed"

// FS holds one file per content type at the top, the objects they share under
// shared, and the meta-schemas that describe both under meta.
//
//go:embed *.json shared/*.json meta/*.json
var FS embed.FS
