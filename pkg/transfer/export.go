package transfer

import (
	"bufio"
	"context"
	"io"

	"kontor/pkg/auth"
	"kontor/pkg/content"
	"kontor/pkg/fault"
	"kontor/pkg/query"
	"kontor/pkg/schema"
)

// ExportOptions say what is exported, and how.
type ExportOptions struct {
	Type     *schema.Type
	Format   Format
	Excel    bool      // CSV for a German Excel: a byte order mark, semicolons, decimal commas
	Draft    bool      // drafts in place of what is published
	Locale   string    // "" is the default locale
	Dir      string    // where to write the bytes of files; "" for nowhere
	Progress func(int) // called with the number of entries so far
}

// Export writes the entries of one type so that Import reads them, in the order of their documentIds, and gives their number. Besides
// all fields it writes documentId, which Import ignores unless it is the key. Targets of relations are written by a name that Import
// finds, slug before unique field before display field, else by documentId. Files are written by their ids, or with o.Dir by the paths under
// which their bytes are written below it.
func Export(ctx context.Context, svc *content.Service, caller auth.Caller, out io.Writer, o ExportOptions) (int, error) {
	ex := &exporter{types: svc.Types(), indexes: map[string]*index{}, files: &outbox{svc.Files(), o.Dir, map[int64]bool{}}, o: o}
	readable := svc.Readable(caller, o.Type, o.Draft && o.Type.Drafts)
	for _, f := range o.Type.Fields {
		if readable(f) {
			ex.fields = append(ex.fields, f)
		}
	}
	if err := ex.load(ctx, svc, caller, ex.fields); err != nil {
		return 0, err
	}
	buffered := bufio.NewWriterSize(out, 64<<10)
	w, err := ex.writer(buffered)
	if err != nil {
		return 0, err
	}
	q := query.Query{Draft: o.Draft, Locale: o.Locale, Populate: populateAll(ex.fields, func(t *schema.Type) []string {
		return ex.indexes[t.ID].fields(svc.Readable(caller, t, o.Draft))
	}, ex.types)}
	n := 0
	err = svc.Each(ctx, caller, o.Type, q, func(e *content.Entry) error {
		n++
		if o.Progress != nil {
			o.Progress(n)
		}
		if err := ex.files.put(ctx, e.Attributes); err != nil {
			return err
		}
		return w.write(e)
	})
	if err != nil {
		_ = w.close() // the first error is the reason
		return n, err
	}
	if err := w.close(); err != nil {
		return n, err
	}
	return n, buffered.Flush()
}

// exporter is one export.
type exporter struct {
	types   *schema.Set
	indexes map[string]*index
	fields  []*schema.Field
	files   *outbox
	o       ExportOptions
}

// entryWriter writes one format.
type entryWriter interface {
	write(e *content.Entry) error
	close() error
}

func (ex *exporter) writer(out *bufio.Writer) (entryWriter, error) {
	switch ex.o.Format {
	case NDJSON, JSON:
		return &jsonWriter{exporter: ex, out: out, list: ex.o.Format == JSON}, nil
	case CSV:
		return newCSVWriter(ex, out)
	case XLSX:
		return newXLSXWriter(ex, out)
	}
	_, err := ParseFormat(string(ex.o.Format))
	return nil, err
}

// load reads the names of every type that the fields point to.
func (ex *exporter) load(ctx context.Context, svc *content.Service, c auth.Caller, fields []*schema.Field) error {
	for _, f := range fields {
		if err := ex.load(ctx, svc, c, f.Fields); err != nil {
			return err
		}
		if f.Kind != schema.Relation || ex.indexes[f.Relation.To] != nil {
			continue
		}
		t, ok := ex.types.Type(f.Relation.To)
		if !ok {
			return fault.New(fault.Internal, "There is no type %q", f.Relation.To)
		}
		x, err := loadIndex(ctx, svc, c, t, ex.o.Locale)
		if err != nil {
			return err
		}
		ex.indexes[t.ID] = x
	}
	return nil
}

// ref names a relation's target.
func (ex *exporter) ref(e *content.Entry) string {
	return ex.indexes[e.Type.ID].ref(e.DocumentID, func(name string) any { v, _ := e.Attributes.Get(name); return v })
}

// refs gives the names of a relation's targets, whether it has one or many.
func (ex *exporter) refs(v any) []string {
	switch x := v.(type) {
	case *content.Entry:
		return []string{ex.ref(x)}
	case []*content.Entry:
		out := make([]string, len(x))
		for i, e := range x {
			out[i] = ex.ref(e)
		}
		return out
	}
	return nil
}
