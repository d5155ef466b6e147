package api

import (
	"strings"

	"github.com/gofiber/fiber/v2"

	"kontor/pkg/fault"
	"kontor/pkg/value"
)

// warningsHeader tells the client of a write under /api what is public now and should not be as it
// is.
const warningsHeader = "Kontor-Warnings"

func tellWarnings(c *fiber.Ctx, list []fault.Field) {
	var parts []string
	for _, f := range list[:min(len(list), 50)] {
		parts = append(parts, strings.Join(f.Path, ".")+" "+f.Code)
	}
	if len(parts) > 0 {
		c.Set(warningsHeader, strings.Join(parts, ", "))
	}
}

// warnings is the same for meta.warnings of /manage, with sentences for people.
func warnings(list []fault.Field) value.List {
	out := make(value.List, len(list))
	for i, f := range list {
		out[i] = value.Object{"path": names(f.Path), "code": f.Code,
			"messages": value.Object{"de": f.German, "en": f.English}}
	}
	return out
}
