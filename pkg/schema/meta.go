package schema

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/santhosh-tekuri/jsonschema/v6"
	"github.com/santhosh-tekuri/jsonschema/v6/kind"
	"golang.org/x/text/language"
	"golang.org/x/text/message"

	"kontor/pkg/value"
)

const (
	metaRoot    = "kontor://schemas/"
	contentMeta = "meta/content-type.json"
	sharedMeta  = "meta/shared-object.json"
)

// metaSchemas are the compiled meta-schemas.
type metaSchemas struct{ contentType, shared *metaSchema }

type metaSchema struct{ schema *jsonschema.Schema }

// fileLoader loads from a file system and nothing else, so that no $ref ever reaches the network.
type fileLoader struct{ fsys fs.FS }

// Load implements jsonschema.URLLoader.
func (l fileLoader) Load(url string) (any, error) {
	name, ok := strings.CutPrefix(url, metaRoot)
	if !ok {
		return nil, fmt.Errorf("%s is not a file of the meta-schemas", url)
	}
	data, err := fs.ReadFile(l.fsys, name)
	if err != nil {
		return nil, err
	}
	return jsonschema.UnmarshalJSON(bytes.NewReader(data))
}

func loadMeta(fsys fs.FS) (*metaSchemas, error) {
	c := jsonschema.NewCompiler()
	c.UseLoader(fileLoader{fsys})
	contentType, err := c.Compile(metaRoot + contentMeta)
	if err != nil {
		return nil, err
	}
	m := &metaSchemas{contentType: &metaSchema{contentType}, shared: &metaSchema{}}
	if _, err := fs.Stat(fsys, sharedMeta); errors.Is(err, fs.ErrNotExist) {
		return m, nil
	}
	if m.shared.schema, err = c.Compile(metaRoot + sharedMeta); err != nil {
		return nil, err
	}
	return m, nil
}

// problems flattens what the validator reports to its leaves, where the reason stands.
func (m *metaSchema) problems(s *source) []fileProblem {
	if m.schema == nil {
		return nil
	}
	err := m.schema.Validate(s.tree)
	var failed *jsonschema.ValidationError
	if !errors.As(err, &failed) {
		if err != nil {
			return []fileProblem{{file: s.name, text: err.Error()}}
		}
		return nil
	}
	c := collector{tree: s.tree, printer: message.NewPrinter(language.English)}
	c.flatten(failed, nil)
	for i := range c.found {
		c.found[i].file = s.name
	}
	return c.found
}

type collector struct {
	tree    value.Object
	printer *message.Printer
	found   []fileProblem
}

func (c *collector) add(at []string, text string) {
	if !slices.ContainsFunc(c.found, func(p fileProblem) bool { return slices.Equal(p.at, at) && p.text == text }) {
		c.found = append(c.found, fileProblem{at: slices.Clone(at), text: text})
	}
}

// flatten goes down to the leaves; parent is the place of the error around e.
func (c *collector) flatten(e *jsonschema.ValidationError, parent []string) {
	at := e.InstanceLocation
	switch k := e.ErrorKind.(type) {
	case *kind.AdditionalProperties:
		for _, name := range k.Properties {
			c.add(append(slices.Clip(at), name), "unknown keyword")
		}
		return
	case *kind.Required:
		for _, name := range k.Missing {
			c.add(append(slices.Clip(at), name), "is missing")
		}
		return
	case *kind.PropertyNames:
		// The name itself is what is wrong; its causes stand at the root of a value of their own.
		at = locate(c.tree, parent, len(at), k.Property)
		text := "not allowed here"
		if why := c.reason(e); why != "" && why != text {
			text += ": " + why
		}
		c.add(append(slices.Clip(at), k.Property), text)
		return
	case *kind.FalseSchema:
		c.add(at, "not allowed here")
		return
	case *kind.AnyOf, *kind.OneOf, *kind.Not:
		// One line with all branches says more than a line for each, as if all had to hold.
		c.add(at, c.branches(e))
		return
	}
	if len(e.Causes) == 0 {
		c.add(at, e.ErrorKind.LocalizedString(c.printer))
		return
	}
	for _, cause := range e.Causes {
		c.flatten(cause, at)
	}
}

// locate finds the object that has the name, depth levels deep in the tree and within the place from. The validator (v6.0.3) gives
// a place for names that are not allowed, but goes on to use its memory for others, so that of it only the length is right.
func locate(tree any, from []string, depth int, name string) []string {
	found := []string(nil)
	var search func(v any, at []string) bool
	search = func(v any, at []string) bool {
		if len(at) == depth {
			found = at
			return has(v, name)
		}
		if len(at) < len(from) {
			return search(child(v, from[len(at)]), append(slices.Clip(at), from[len(at)]))
		}
		object, _ := v.(value.Object)
		for _, key := range slices.Sorted(maps.Keys(object)) {
			if search(object[key], append(slices.Clip(at), key)) {
				return true
			}
		}
		return false
	}
	if search(tree, nil) {
		return found
	}
	return from
}

func child(v any, token string) any {
	switch x := v.(type) {
	case value.Object:
		return x[token]
	case value.List:
		if i, err := strconv.Atoi(token); err == nil && i >= 0 && i < len(x) {
			return x[i]
		}
	}
	return nil
}

func has(v any, name string) bool {
	o, _ := v.(value.Object)
	_, ok := o[name]
	return ok
}

func (c *collector) reason(e *jsonschema.ValidationError) string {
	inner := collector{tree: c.tree, printer: c.printer}
	for _, cause := range e.Causes {
		inner.flatten(cause, e.InstanceLocation)
	}
	texts := make([]string, len(inner.found))
	for i, p := range inner.found {
		if texts[i] = p.text; len(p.at) > 0 && p.text == "is missing" {
			texts[i] = p.at[len(p.at)-1] + " is missing"
		}
	}
	return strings.Join(slices.Compact(texts), "; ")
}

func (c *collector) branches(e *jsonschema.ValidationError) string {
	if text := c.reason(e); text != "" {
		return "none of these holds: " + text
	}
	return "not allowed here"
}
