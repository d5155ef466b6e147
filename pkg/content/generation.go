package content

// Generation numbers what entries look like from outside: what the store holds and what roles open. Two that are equal mean that
// whatever was read under the one can be answered under the other.
type Generation struct{ Store, Roles int64 }

// Generation gives the one that the service is in; not ok if nobody numbers what the store holds. It has risen when a write returns.
func (s *Service) Generation() (g Generation, ok bool) {
	if s.generation == nil {
		return g, false
	}
	// The roles are read anew here if they may have changed, which must not make what follows look older than it is.
	roles := s.roles.Generation()
	return Generation{Store: s.generation(), Roles: roles}, true
}
