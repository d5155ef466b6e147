package transfer

import (
	"context"
	"errors"
	"io"
	"io/fs"

	"kontor/pkg/auth"
	"kontor/pkg/content"
	"kontor/pkg/fault"
	"kontor/pkg/query"
	"kontor/pkg/schema"
)

// Options say how a file is imported.
type Options struct {
	Type   *schema.Type
	Format Format
	Sheet  string // XLSX; "" is the first
	// HeaderRow is the line of a table that names the columns, from 1; what is above is not read. 0 is the first line.
	HeaderRow int
	Map       []Mapping // beside what the names of columns say
	Key       string    // field by which a row finds its entry, or documentId; "" creates an entry for every row
	Locale    string    // "" is the default locale
	Publish   bool      // else what is published stays as it is
	DryRun    bool      // write nothing, but say what would happen

	DecimalComma bool   // numbers in cells are written 1.234,5
	Zone         string // of points in time without one; "" is Europe/Berlin
	Workers      int    // rows written at a time; 0 is a good number
	Files        fs.FS  // where the files lie that rows name by a path; nil: nowhere

	Bad      func(BadRow) error // called for every row that did not go in, in the order of the file; an error ends the import
	Progress func(Progress)     // called after every row
}

// Progress is how far an import is.
type Progress struct {
	Rows  int
	Bytes int64 // of the file; 0 if that is not known
}

// Result counts what became of the rows. In a dry run it counts what would.
type Result struct {
	Rows      int
	Created   int
	Updated   int
	Unchanged int
	Failed    int
}

const (
	defaultZone    = "Europe/Berlin"
	defaultWorkers = 8
	maxWaiting     = 50_000 // rows that wait for others further down
)

// Import reads entries of one type from a file and writes those that are good. Bad rows go to o.Bad and are counted; an error means
// that the file could not be read to its end or that the store failed, and what the result counts has happened nevertheless.
//
// Rows are written in parallel, but a row is written after those above it that hold the same key or unique value, or that it points to.
// When ctx ends, rows that have been begun are finished, and the error is that of ctx.
func Import(ctx context.Context, svc *content.Service, caller auth.Caller, in io.Reader, o Options) (Result, error) {
	im := &importer{svc: svc, caller: caller, o: o, indexes: map[string]*index{}, unique: map[string]*job{}, read: make(chan struct{})}
	im.inbox = &inbox{files: svc.Files(), caller: caller, dir: o.Files, arrivals: map[string]*arrival{}}
	if err := im.prepare(ctx); err != nil {
		return Result{}, err
	}
	plan, err := newPlan(o.Type, o.Map, o.Key)
	if err != nil {
		return Result{}, err
	}
	r, err := open(in, o, plan)
	if err != nil {
		return Result{}, err
	}
	im.conv = &converter{plan: plan, opened: map[string]column{}, cells: cells{
		comma: o.DecimalComma, zone: im.o.Zone, csv: o.Format == CSV, workbook: o.Format == XLSX,
	}}
	if names := r.columns(); names != nil {
		im.conv.header, err = plan.header(names)
	}
	x, ok := r.(*xlsxReader)
	if !ok {
		if err != nil {
			return Result{}, err
		}
		return im.run(ctx, r)
	}
	defer x.Close() // it only removes temporary files
	if err != nil {
		return Result{}, err
	}
	im.conv.cells.date1904 = x.date1904
	result, err := im.run(ctx, r)
	<-im.read // a workbook does not let its reader wait
	return result, err
}

// importer is one import.
type importer struct {
	svc    *content.Service
	caller auth.Caller
	o      Options
	conv   *converter
	read   chan struct{} // closed when nothing more is read

	// What follows is the dispatcher's alone.
	ctx     context.Context // ends with the import
	indexes map[string]*index
	keys    keys
	unique  map[string]*job // running rows by the unique values that they hold
	later   []*job          // rows that wait for others further down
	waiting map[*known]bool // entries that such a row will write
	next    int             // worker of the next row without a key
	own     bool            // the type has relations to itself

	inbox *inbox // of files

	owners owners // of unique values, in a dry run; the one worker's
}

// prepare checks the options against the type and reads what every row needs.
func (im *importer) prepare(ctx context.Context) error {
	t := im.o.Type
	if err := im.svc.CheckWrite(ctx, im.caller, auth.Create, t, query.Query{Locale: im.o.Locale}); err != nil {
		return err
	}
	if im.o.Zone == "" {
		im.o.Zone = defaultZone
	}
	if im.o.Workers < 1 {
		im.o.Workers = defaultWorkers
	}
	if im.o.DryRun || t.Single {
		im.o.Workers = 1
	}
	im.own = pointsTo(t.Fields, t.ID)
	im.waiting = map[*known]bool{}
	if err := checkKey(t, im.o.Key); err != nil {
		return err
	}
	var err error
	if im.keys, err = loadKeys(ctx, im.svc, im.caller, t, im.o); err != nil {
		return err
	}
	if im.o.DryRun {
		im.owners, err = loadOwners(ctx, im.svc, im.caller, t, im.o.Locale)
	}
	return err
}

// pointsTo tells whether some relation among the fields goes to a type.
func pointsTo(fields []*schema.Field, to string) bool {
	for _, f := range fields {
		if f.Kind == schema.Relation && f.Relation.To == to || pointsTo(f.Fields, to) {
			return true
		}
	}
	return false
}

// run lets the rows go from the file through the workers to the result.
func (im *importer) run(ctx context.Context, r reader) (Result, error) {
	inner, stop := context.WithCancel(ctx)
	defer stop()
	im.ctx = inner
	line := newLine(im, ctx, im.o.Workers)
	ended := make(chan error, 1)
	go func() {
		err := im.dispatch(r, line)
		line.close()
		ended <- err
	}()
	result, err := im.collect(line, stop)
	broken := <-ended
	if cleared := im.inbox.clear(context.WithoutCancel(ctx), im.svc); err == nil {
		err = cleared
	}
	switch {
	case err != nil:
		return result, err
	case ctx.Err() != nil:
		return result, ctx.Err()
	case errors.Is(broken, io.EOF):
		return result, nil
	}
	return result, broken
}

// collect counts the rows in the order of the file. It goes on to the last that was begun, also after an error.
func (im *importer) collect(line *line, stop func()) (Result, error) {
	var result Result
	var failed error
	fail := func(err error) {
		if failed == nil && err != nil {
			failed = err
			stop()
		}
	}
	for j := range line.order {
		<-j.done
		if j.fatal != nil {
			fail(j.fatal)
			continue
		}
		if j.silent {
			continue
		}
		result.Rows++
		switch j.outcome {
		case created:
			result.Created++
		case updated:
			result.Updated++
		case unchanged:
			result.Unchanged++
		case failedRow:
			result.Failed++
			if im.o.Bad != nil && failed == nil {
				fail(im.o.Bad(BadRow{Row: j.number, Line: j.line, Key: j.key, Problems: j.problems}))
			}
		}
		if im.o.Progress != nil {
			im.o.Progress(Progress{Rows: result.Rows, Bytes: j.offset})
		}
	}
	return result, failed
}

// index gives the index of a relation's targets, read when it is first needed.
func (im *importer) index(typeID string) (*index, error) {
	if x := im.indexes[typeID]; x != nil {
		return x, nil
	}
	t, ok := im.svc.Types().Type(typeID)
	if !ok {
		return nil, fault.New(fault.Internal, "There is no type %q", typeID)
	}
	x, err := loadIndex(im.ctx, im.svc, im.caller, t, im.o.Locale)
	if err != nil {
		return nil, err
	}
	im.indexes[typeID] = x
	return x, nil
}
