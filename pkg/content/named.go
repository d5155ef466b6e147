package content

import (
	"context"

	"kontor/pkg/auth"
	"kontor/pkg/fault"
	"kontor/pkg/query"
	"kontor/pkg/schema"
)

// Named gives the documentId of the entry that a person calls by its documentId or its slug, in whichever locale. NotFound if the caller
// may read no draft of that name; Conflict if a slug is that of several entries, each in a locale of its own.
func (s *Service) Named(ctx context.Context, c auth.Caller, t *schema.Type, name string) (string, error) {
	if err := s.exists(ctx, c, t, name); err == nil {
		return name, nil
	} else if !fault.Is(err, fault.NotFound) {
		return "", err
	}
	f, ok := slugField(t)
	if !ok {
		return "", errGone
	}
	page, err := s.List(ctx, c, t, query.Query{
		Draft: true, Locale: "*", Fields: []string{f.Name}, Filter: query.Where(f.Name, query.Eq, name), Page: query.Page{Limit: MaxLimit},
	})
	if err != nil {
		return "", err
	}
	id := ""
	for _, e := range page.Entries {
		if id != "" && id != e.DocumentID {
			return "", fault.New(fault.Conflict, "Several entries have the slug %s", name)
		}
		id = e.DocumentID
	}
	if id == "" {
		return "", errGone
	}
	return id, nil
}
