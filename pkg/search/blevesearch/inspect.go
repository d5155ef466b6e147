package blevesearch

import "kontor/pkg/search"

// Settings gives those of an index, so that a tool can Ensure it with others and measure the difference.
func (e *Engine) Settings(index string) (search.Settings, error) {
	s, err := e.shelf(index)
	if err != nil {
		return search.Settings{}, err
	}
	defer s.release()
	return s.plan().settings, nil
}
