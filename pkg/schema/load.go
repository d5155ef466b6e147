package schema

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strings"

	"kontor/pkg/fault"
)

const (
	sharedDir  = "shared"
	maxIndexes = 40 // MongoDB has room for 64 a collection, and entries bring some of their own
)

// Load reads the content types at the top of fsys and the objects that they share (shared/*.json), and checks them: each file
// against the meta-schemas meta/content-type.json and meta/shared-object.json of meta, then what a schema cannot say. Every problem
// goes into one Invalid error, a line each: file, place within it, reason. Nothing is read but the two file systems.
func Load(fsys fs.FS, meta fs.FS) (*Set, error) {
	l := &loader{shared: map[string]*source{}, bad: map[string][][]string{}}
	checks, err := loadMeta(meta)
	if err != nil {
		return nil, fault.Wrap(fault.Invalid, err, "The meta-schema of content types cannot be used: %v", err)
	}
	tops, err := l.read(fsys, ".")
	if err != nil {
		return nil, err
	}
	shared, err := l.read(fsys, sharedDir)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, err
	}
	for _, s := range shared {
		l.shared[s.name] = s
		l.judge(checks.shared, s)
	}
	for _, s := range tops {
		l.judge(checks.contentType, s)
	}
	for _, s := range shared {
		l.sharedObject(s)
	}
	for _, s := range tops {
		l.declare(s)
	}
	if len(tops) == 0 && len(l.problems) == 0 {
		l.wrong(".", nil, "there is no content type, no *.json")
	}
	l.verify()
	if err := l.err(); err != nil {
		return nil, err
	}
	return l.set(append(tops, shared...)), nil
}

// loader collects types and everything that is wrong with them.
type loader struct {
	declared []declared
	shared   map[string]*source    // by name, "shared/link.json"
	problems []fileProblem         //
	bad      map[string][][]string // places that the meta-schema has refused, by file
}

type declared struct {
	t *Type
	k keywords
}

type fileProblem struct {
	file, text string
	at         []string
	meta       bool // the meta-schema says so
}

// wrong notes a problem. It stands in for what the meta-schema said of the same place, since it knows the reason; it is left out
// where the meta-schema has refused something within the place, which then is the reason.
func (l *loader) wrong(file string, at []string, text string) {
	for _, b := range l.bad[file] {
		if len(b) > len(at) && slices.Equal(b[:len(at)], at) && len(at) > 0 {
			return
		}
	}
	l.problems = slices.DeleteFunc(l.problems, func(p fileProblem) bool { return p.meta && p.file == file && slices.Equal(p.at, at) })
	l.problems = append(l.problems, fileProblem{file: file, at: slices.Clone(at), text: text})
}

func (l *loader) err() error {
	if len(l.problems) == 0 {
		return nil
	}
	var lines []string
	for _, p := range l.problems {
		line := p.file + ": "
		if len(p.at) > 0 {
			line += strings.Join(p.at, ".") + ": "
		}
		lines = append(lines, line+p.text)
	}
	slices.Sort(lines)
	lines = slices.Compact(lines)
	count := fmt.Sprintf("%d problems", len(lines))
	if len(lines) == 1 {
		count = "1 problem"
	}
	return fault.New(fault.Invalid, "%s in the content types:\n%s", count, strings.Join(lines, "\n")).With("problems", lines)
}

// read decodes the *.json of a folder. What is not JSON is a problem of the set; a folder that cannot be read is an error.
func (l *loader) read(fsys fs.FS, dir string) ([]*source, error) {
	entries, err := fs.ReadDir(fsys, dir)
	if err != nil {
		return nil, fault.Wrap(fault.Invalid, err, "The content types cannot be read")
	}
	var sources []*source
	for _, e := range entries {
		if e.IsDir() || path.Ext(e.Name()) != ".json" {
			continue
		}
		name := path.Join(dir, e.Name())
		data, err := fs.ReadFile(fsys, name)
		if err != nil {
			return nil, fault.Wrap(fault.Invalid, err, "%s cannot be read", name)
		}
		s, err := newSource(name, data)
		if err != nil {
			l.wrong(name, nil, err.Error())
			continue
		}
		sources = append(sources, s)
	}
	return sources, nil
}

// judge checks a file against its meta-schema.
func (l *loader) judge(check *metaSchema, s *source) {
	problems := check.problems(s)
	for _, p := range problems {
		p.meta = true
		l.problems = append(l.problems, p)
		l.bad[s.name] = append(l.bad[s.name], p.at)
	}
}

func (l *loader) set(files []*source) *Set {
	s := &Set{byID: map[string]*Type{}, byPath: map[string]*Type{}, files: map[string][]byte{}}
	for _, d := range l.declared {
		s.types = append(s.types, d.t)
		s.byID[d.t.ID] = d.t
		s.byPath[d.t.PathName()] = d.t
	}
	slices.SortFunc(s.types, func(a, b *Type) int { return cmp.Compare(a.ID, b.ID) })
	slices.SortFunc(files, func(a, b *source) int { return cmp.Compare(a.name, b.name) })
	sum := sha256.New()
	for _, f := range files {
		fmt.Fprintf(sum, "%s %d\n", f.name, len(f.data))
		sum.Write(f.data)
		s.files[f.name] = f.data
	}
	s.hash = hex.EncodeToString(sum.Sum(nil))
	return s
}
