package transfer

import (
	"context"
	"fmt"

	"kontor/pkg/content"
	"kontor/pkg/fault"
	"kontor/pkg/schema"
	"kontor/pkg/value"
)

// action is what the history calls a change by an import.
const action = "import"

// work writes the entry of a row, or in a dry run only finds out what would happen.
func (im *importer) work(ctx context.Context, j *job) {
	if j.first != nil && j.first.failed() {
		j.fail(j.first.problems...)
		j.fatal = j.first.fatal
		return
	}
	if im.lost(j) {
		return
	}
	var values value.Object
	err := im.place(ctx, j)
	if err == nil && len(j.problems) > 0 {
		return
	}
	if err == nil {
		values, err = im.fit(ctx, j)
	}
	switch {
	case err != nil:
	case im.o.DryRun:
		err = im.try(ctx, j, values)
	default:
		err = im.write(ctx, j, values)
	}
	if err != nil {
		problems, fatal := problemsOf(j.said, err)
		j.fail(problems...)
		j.fatal = fatal
	} else if j.described && j.outcome == unchanged {
		j.outcome = updated
	} else if j.first != nil && j.outcome == unchanged {
		j.outcome = j.first.outcome
	} else if j.first != nil && j.first.outcome == created {
		j.outcome = created
	}
	if !j.failed() {
		im.inbox.used(j.files)
	}
	if j.first != nil && j.failed() {
		j.problems = append(j.problems, bad("incomplete", "the entry was written as a draft without what points in a circle",
			"Der Eintrag steht nun als Entwurf da, ohne die Verweise im Kreis."))
	}
}

// lost fails a row that points to one that did not go in.
func (im *importer) lost(j *job) bool {
	for _, f := range im.o.Type.Fields {
		eachRef(j.values[f.Name], func(e *entry) {
			if e.job == nil || e.job == j || !e.job.failed() {
				return
			}
			path := []string{f.Name}
			w := &wrong{
				"no_target", fmt.Sprintf("names line %d, which did not go in", e.job.line),
				fmt.Sprintf("Die Zeile %d, auf die verwiesen wird, wurde nicht übernommen.", e.job.line),
			}
			j.fail(Problem{Column: j.said.columnOf(path), Field: w.at(path, []*schema.Field{f}, nil)})
		})
	}
	return len(j.problems) > 0
}

// problemsOf takes an error apart: what is wrong with the row, or an error that is none of the row.
func problemsOf(said *converted, err error) ([]Problem, error) {
	f := fault.As(err)
	switch f.Code {
	case fault.Internal, fault.Unavailable, fault.Timeout, fault.Unauthorized, fault.Forbidden:
		return nil, err
	}
	if len(f.Fields) == 0 {
		return []Problem{bad(string(f.Code), f.Message, "")}, nil
	}
	out := make([]Problem, len(f.Fields))
	for i, field := range f.Fields {
		out[i] = Problem{Column: said.columnOf(field.Path), Field: field}
	}
	return out, nil
}

// write writes the entry and tells by its revision whether that changed it.
func (im *importer) write(ctx context.Context, j *job, values value.Object) error {
	changes, _ := mapLeaves(values, nil, asLinks).(value.Object)
	o := content.Write{Locale: im.o.Locale, Draft: !im.o.Publish || j.draft, Action: action}
	t, k := im.o.Type, j.known
	before := k.rev
	var saved content.Saved
	var err error
	switch {
	case t.Single:
		saved, err = im.svc.PutSingle(ctx, im.caller, t, changes, o)
	case k.documentID == "":
		saved, err = im.svc.Create(ctx, im.caller, t, changes, o)
	default:
		saved, err = im.svc.Update(ctx, im.caller, t, k.documentID, changes, o)
	}
	if err != nil {
		return err
	}
	k.documentID, k.rev, j.documentID = saved.DocumentID, saved.Rev, saved.DocumentID
	switch {
	case before == 0:
		j.outcome = created
	case before == saved.Rev:
		j.outcome = unchanged
	default:
		j.outcome = updated
	}
	return nil
}

// target gives the documentId of an entry; one that this file creates is written by now.
func (e *entry) target() string {
	if e.job != nil {
		return e.job.documentID
	}
	return e.documentID
}

// asLinks is the form of a relation that content checks and resolves.
func asLinks(r refs, _ []string) any {
	out := content.Links{Replace: true}
	for _, e := range r.entries {
		out.Set = append(out.Set, content.Link{DocumentID: e.target()})
	}
	return out
}

// asIDs is the form of a relation that is stored.
func asIDs(r refs, _ []string) any {
	var out value.List
	for _, e := range r.entries {
		out = append(out, e.target())
	}
	switch {
	case r.field.Many:
		return out
	case len(out) == 0:
		return nil
	}
	return out[0]
}
