package index

import (
	"context"
	"encoding/json"
	"maps"

	"kontor/pkg/fault"
	"kontor/pkg/search"
)

// What an index was built with is kept in the engine itself, as documents of an index that is no logical one. So it is lost, restored and
// carried about with what it speaks of, and a process that opens an engine which another one has filled can trust it.
const stateIndex = "kontor-state"

// built is what an index that is there was built with.
type built struct {
	print      string
	attributes []search.Attribute
	at         string
}

func stateSettings() search.Settings {
	return search.Settings{Attributes: []search.Attribute{{Name: "print"}, {Name: "attributes"}, {Name: "at"}}}
}

// readState gives what each index was built with.
func readState(ctx context.Context, e search.Engine) (map[string]built, error) {
	if err := e.Ensure(ctx, stateIndex, stateSettings()); err != nil {
		return nil, err
	}
	out := map[string]built{}
	for offset := 0; ; offset += search.MaxBatch {
		found, err := e.Search(ctx, []search.Query{{Index: stateIndex, Offset: offset, Limit: search.MaxBatch}})
		if err != nil {
			return nil, err
		}
		for _, h := range found[0].Hits {
			b := built{}
			b.print, _ = h.Attributes["print"].(string)
			b.at, _ = h.Attributes["at"].(string)
			text, _ := h.Attributes["attributes"].(string)
			if json.Unmarshal([]byte(text), &b.attributes) == nil {
				out[h.ID] = b
			}
		}
		if len(found[0].Hits) < search.MaxBatch {
			return out, nil
		}
	}
}

// writeState notes what an index was built with.
func writeState(ctx context.Context, e search.Engine, name string, b built) error {
	text, err := json.Marshal(b.attributes)
	if err != nil {
		return err
	}
	no, err := e.Put(ctx, stateIndex, []search.Document{{ID: name, Attributes: map[string]any{
		"print": b.print, "at": b.at, "attributes": string(text),
	}}})
	if err == nil && len(no) > 0 {
		err = fault.New(fault.Internal, "The engine does not take what an index was built with: %s", no[0].Reason)
	}
	return err
}

// show lets searches see an index as it was built, or see it no more.
func (s *Service) show(name string, b *built) {
	v := s.current.Load()
	next := &view{engine: v.engine, built: maps.Clone(v.built)}
	if b == nil {
		delete(next.built, name)
	} else {
		next.built[name] = *b
	}
	s.current.Store(next)
}
