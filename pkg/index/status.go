package index

import (
	"cmp"
	"context"
	"slices"
	"strings"

	"kontor/pkg/fault"
	"kontor/pkg/lead"
	"kontor/pkg/schema"
	"kontor/pkg/search"
	"kontor/pkg/value"
)

// The kinds of jobs that whoever follows the store does.
const (
	StatusJob  = "index-status"  // args: entry, "type/documentId" or nothing
	RebuildJob = "index-rebuild" // args: indexes, a list of logical names; none: all
	VerifyJob  = "index-verify"  // args: likewise, and mend, whether to make right what is wrong
)

// Ask leaves a job for whoever follows the store. Invalid if it names what is not there.
func (s *Service) Ask(ctx context.Context, kind string, args value.Object, by string) (lead.Job, error) {
	list, _ := args["indexes"].(value.List)
	for _, v := range list {
		if name, _ := v.(string); s.catalogue().byName[name] == nil {
			return lead.Job{}, fault.New(fault.Invalid, "There is no index %v; there are: %s", v, strings.Join(s.catalogue().names, ", ")).With("indexes", s.catalogue().names)
		}
	}
	if entry, ok := args["entry"].(string); ok {
		if _, _, err := s.named(entry); err != nil {
			return lead.Job{}, err
		}
	}
	return s.jobs.Submit(ctx, kind, args, by)
}

// Job finds a job that was asked for. NotFound if there is none, or none of search.
func (s *Service) Job(ctx context.Context, id string) (lead.Job, error) {
	j, err := s.jobs.Job(ctx, id)
	if err == nil && !slices.Contains([]string{StatusJob, RebuildJob, VerifyJob}, j.Kind) {
		err = fault.New(fault.NotFound, "Not Found")
	}
	return j, err
}

// Await waits until a job is over, or ctx ends.
func (s *Service) Await(ctx context.Context, id string) (lead.Job, error) {
	return s.jobs.Follow(ctx, id, func(lead.Job) {})
}

// named finds the type of an entry that is named "type/documentId".
func (s *Service) named(entry string) (*schema.Type, string, error) {
	name, id, _ := strings.Cut(entry, "/")
	t, ok := s.content.Types().Type(name)
	if !ok {
		t, ok = s.content.Types().ByPath(name)
	}
	if !ok || id == "" {
		return nil, "", fault.New(fault.Invalid, "An entry is named by its type and its documentId, such as project/4k7…: %q is none", entry)
	}
	return t, id, nil
}

// report is the status that somebody in another process asks for.
type report struct {
	*worker
	job    *lead.Job
	entry  string
	result value.Object
}

func (r *report) step(ctx context.Context) (done bool, err error) {
	r.result, err = r.Status(ctx, r.entry)
	return true, err
}

func (r *report) end(ctx context.Context, failed error) { r.over(ctx, r.job, r.result, failed) }

// Follows tells whether this process has the engine, so that it can tell the status by itself.
func (s *Service) Follows() bool { return s.current.Load() != nil }

// Status tells how far the engine follows the store: for each index its documents, how many entries are marked (pending) and since when, what
// the engine does not take, and what it was built with. For an entry, "type/documentId" or "" for none, it tells which state of it store and
// engine have. Unavailable if this process has no engine.
func (s *Service) Status(ctx context.Context, entry string) (value.Object, error) {
	v := s.current.Load()
	if v == nil {
		return nil, notHere()
	}
	infos, err := v.engine.Indexes(ctx)
	if err != nil {
		return nil, err
	}
	failed, _, err := s.refusals(ctx)
	if err != nil {
		return nil, err
	}
	out := value.Object{}
	if out["indexes"], err = s.indexes(ctx, v, infos, failed); err != nil {
		return nil, err
	}
	letters := value.List{}
	for _, r := range failed {
		letters = append(letters, value.Object{"index": r.Index, "entry": r.Type + "/" + r.DocumentID, "reason": r.Reason, "at": r.At})
	}
	out["failed"] = letters
	who, err := s.jobs.Leader(ctx)
	if err != nil {
		return nil, err
	}
	out["leader"] = value.Object{"name": nonEmpty(who.Name), "since": nonEmpty(who.Since)}
	if f := s.trouble.Load(); f != nil {
		out["trouble"] = f.Message
	}
	if entry != "" {
		if out["entry"], err = s.entry(ctx, v, entry); err != nil {
			return nil, err
		}
	}
	return withoutNils(out), nil
}

// withoutNils leaves out what says nothing; an empty list says something.
func withoutNils(o value.Object) value.Object {
	for name, v := range o {
		switch x := v.(type) {
		case nil:
			delete(o, name)
		case value.Object:
			withoutNils(x)
		case value.List:
			for _, e := range x {
				if inner, ok := e.(value.Object); ok {
					withoutNils(inner)
				}
			}
		}
	}
	return o
}

// indexes tells of each logical index.
func (s *Service) indexes(ctx context.Context, v *view, infos []search.Info, failed []Refusal) (value.List, error) {
	c, out := s.catalogue(), value.List{}
	marks := map[place]marked{}
	for _, name := range c.names {
		l := c.byName[name]
		b, is := v.built[name]
		i := slices.IndexFunc(infos, func(i search.Info) bool { return i.Name == name })
		info := search.Info{}
		if i >= 0 {
			info = infos[i]
		}
		state := "ready"
		switch {
		case info.Damaged != "":
			state = "damaged"
		case !is:
			state = "filling"
		case b.print != l.print:
			state = "outdated"
		}
		pending, oldest := 0, ""
		for _, src := range l.sources {
			m, err := s.marked(ctx, src, marks)
			if err != nil {
				return nil, err
			}
			pending += m.count
			if m.oldest != "" && (oldest == "" || m.oldest < oldest) {
				oldest = m.oldest
			}
		}
		count := 0
		for _, r := range failed {
			if r.Index == name {
				count++
			}
		}
		out = append(out, value.Object{
			"name": name, "state": state, "documents": int64(info.Documents), "bytes": info.Bytes, "pending": int64(pending), "oldest": nonEmpty(oldest),
			"failed": int64(count), "fingerprint": nonEmpty(b.print), "builtAt": nonEmpty(b.at),
		})
	}
	return out, nil
}

// marked is how many entries of a source are marked, and since when.
type marked struct {
	count  int
	oldest string
}

func (s *Service) marked(ctx context.Context, src *source, known map[place]marked) (marked, error) {
	at := place{src.typ, src.locale}
	if !src.typ.Localized() {
		at.locale = schema.NoLocale
	}
	m, ok := known[at]
	if ok {
		return m, nil
	}
	var err error
	m.count, m.oldest, err = s.content.CountMarks(ctx, at.typ, at.locale)
	known[at] = m
	return m, err
}

// entry tells which state of an entry the store has and which the indexes.
func (s *Service) entry(ctx context.Context, v *view, entry string) (value.List, error) {
	t, id, err := s.named(entry)
	if err != nil {
		return nil, err
	}
	marks, err := s.content.MarksOf(ctx, t, id)
	if err != nil {
		return nil, err
	}
	out := value.List{}
	for _, m := range marks {
		one := value.Object{"locale": m.Locale, "rev": m.Rev, "want": m.Want, "pending": nonEmpty(m.Since)}
		held := value.List{}
		for _, src := range s.catalogue().of(t, m.Locale) {
			stamp, ok, err := s.stamp(ctx, v, src, id)
			if err != nil {
				return nil, err
			}
			if ok {
				held = append(held, value.Object{"index": src.index.name, "rev": stamp.Rev, "want": stamp.Want})
			}
		}
		one["indexes"] = held
		out = append(out, one)
	}
	slices.SortFunc(out, func(a, b any) int {
		return cmp.Compare(a.(value.Object)["locale"].(string), b.(value.Object)["locale"].(string))
	})
	return out, nil
}

// stamp is what an index has of one entry.
func (s *Service) stamp(ctx context.Context, v *view, src *source, id string) (search.Stamp, bool, error) {
	if _, ok := v.built[src.index.name]; !ok {
		return search.Stamp{}, false, nil
	}
	id = src.id(id)
	before := id[:len(id)-1] + string(id[len(id)-1]-1) + "~" // no id has a tilde, so this is right in front of it
	list, err := v.engine.Scan(ctx, src.index.name, before, 1)
	if err != nil || len(list) == 0 || list[0].ID != id {
		return search.Stamp{}, false, err
	}
	return list[0], true, nil
}
