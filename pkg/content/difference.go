package content

import (
	"context"

	"kontor/pkg/schema"
)

// Differences tells how the service's types differ from those in force; nil if none are in force yet.
func (s *Service) Differences(ctx context.Context) ([]schema.Difference, error) {
	old, _, err := s.inForce(ctx)
	if err != nil || old == nil {
		return nil, err
	}
	return old.Diff(s.types), nil
}
