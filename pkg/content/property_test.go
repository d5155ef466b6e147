package content_test

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"testing"

	"kontor/pkg/content"
	"kontor/pkg/fault"
	"kontor/pkg/query"
)

// The model is what an entry should be: plain maps and the rules in the order of DESIGN.md.
type variant struct {
	draft, public obj
	trashed       bool
}

type model map[string]map[string]*variant // by documentId and locale

var sharedNames = []string{"phase", "startYear", "code"}

func isShared(name string) bool { return name == "phase" || name == "startYear" || name == "code" }

func (v *variant) live() bool { return v != nil && !v.trashed }

func sharedOf(o obj) obj {
	out := obj{}
	for _, n := range sharedNames {
		if v, ok := o[n]; ok {
			out[n] = v
		}
	}
	return out
}

// under gives o with the shared fields of from.
func under(o, from obj) obj {
	out := maps.Clone(o)
	for _, n := range sharedNames {
		delete(out, n)
	}
	maps.Copy(out, sharedOf(from))
	return out
}

func other(locale string) string {
	if locale == "de" {
		return "en"
	}
	return "de"
}

func (m model) leads(id, locale string) bool { return locale == "de" || !m[id]["de"].live() }

func (m model) taken(id string, code any) bool {
	for o, variants := range m {
		for _, v := range variants {
			if o != id && code != nil && v.live() && (v.draft["code"] == code || v.public["code"] == code) {
				return true
			}
		}
	}
	return false
}

// publishable is what publishing a draft would make public.
func (m model) publishable(id, locale string, draft obj) obj {
	if lead := m[id]["de"]; !m.leads(id, locale) && lead.public != nil {
		return under(draft, lead.public)
	}
	return maps.Clone(draft)
}

func (m model) share(id, locale string) {
	v, o := m[id][locale], m[id][other(locale)]
	if !m.leads(id, locale) || !o.live() {
		return
	}
	o.draft = under(o.draft, v.draft)
	if v.public != nil && o.public != nil {
		o.public = under(o.public, v.public)
	}
}

// write is the code of the error that a write of these values should end with, "" for none; then the model has them.
func (m model) write(id, locale string, draft obj, publish bool) fault.Code {
	public := obj(nil)
	if v := m[id][locale]; v.live() {
		public = v.public
	}
	if publish {
		public = m.publishable(id, locale, draft)
		if public["title"] == nil || public["phase"] == nil {
			return fault.Invalid
		}
	}
	if m.taken(id, draft["code"]) || m.taken(id, public["code"]) {
		return fault.Invalid
	}
	m[id][locale] = &variant{draft: draft, public: public}
	m.share(id, locale)
	return ""
}

func TestProperty(t *testing.T) {
	t.Parallel()
	for seed := range uint64(6) {
		t.Run(fmt.Sprint(seed), func(t *testing.T) {
			t.Parallel()
			r := &run{kit: newKit(t), m: model{}, rnd: rand.New(rand.NewPCG(seed, 7))}
			for i := range 300 {
				r.step(i)
				if t.Failed() {
					return
				}
			}
			r.lists()
		})
	}
}

type run struct {
	*kit
	m   model
	rnd *rand.Rand
	ids []string
}

func (r *run) changes(withShared bool) obj {
	out := obj{}
	for name, values := range map[string][]any{
		"title": {"Bad", "Hof", "Weg"}, "summary": {nil, "s", "t"}, "phase": {"planned", "running", nil},
		"startYear": {nil, int64(2000), int64(2001)}, "code": {nil, "c1", "c2", "c3"},
	} {
		if r.rnd.IntN(2) == 0 && (withShared || !isShared(name)) {
			out[name] = values[r.rnd.IntN(len(values))]
		}
	}
	return out
}

func merged(draft, changes obj) obj {
	out := maps.Clone(draft)
	maps.Copy(out, changes)
	maps.DeleteFunc(out, func(_ string, v any) bool { return v == nil })
	return out
}

func (r *run) step(i int) {
	ctx, typ := r.Context(), r.typ("project")
	if len(r.ids) == 0 || r.rnd.IntN(6) == 0 {
		changes, draft := r.changes(true), r.rnd.IntN(2) == 0
		saved, err := r.Create(ctx, editor, typ, changes, content.Write{Draft: draft})
		r.m["new"] = map[string]*variant{}
		r.expect(i, "create", changes, err, r.m.write("new", "de", merged(obj{}, changes), !draft))
		if err == nil {
			r.ids = append(r.ids, saved.DocumentID)
			r.m[saved.DocumentID] = r.m["new"]
		}
		delete(r.m, "new")
		return
	}
	id, locale := r.ids[r.rnd.IntN(len(r.ids))], []string{"de", "en"}[r.rnd.IntN(2)]
	v, o := r.m[id][locale], r.m[id][other(locale)]
	w := content.Write{Locale: locale}
	switch act := r.rnd.IntN(10); act {
	case 0, 1, 2, 3:
		changes := r.changes(r.m.leads(id, locale))
		w.Draft = r.rnd.IntN(2) == 0
		_, err := r.Update(ctx, editor, typ, id, changes, w)
		want := fault.NotFound
		switch {
		case v.live():
			want = r.m.write(id, locale, merged(v.draft, changes), !w.Draft)
		case o.live():
			want = r.m.write(id, locale, merged(sharedOf(o.draft), changes), !w.Draft)
		}
		r.expect(i, "update "+locale, changes, err, want)
	case 4:
		_, err := r.Publish(ctx, editor, typ, id, w)
		want := fault.NotFound
		if v.live() {
			want = r.m.write(id, locale, v.draft, true)
		}
		r.expect(i, "publish "+locale, nil, err, want)
	case 5:
		_, err := r.Unpublish(ctx, editor, typ, id, w)
		want := fault.NotFound
		if v.live() {
			v.public, want = nil, ""
		}
		r.expect(i, "unpublish "+locale, nil, err, want)
	case 6:
		_, err := r.Discard(ctx, editor, typ, id, w)
		want := fault.NotFound
		switch {
		case v.live() && v.public == nil:
			want = fault.Conflict
		case v.live():
			v.draft, want = maps.Clone(v.public), ""
			if !r.m.leads(id, locale) {
				v.draft = under(v.draft, r.m[id]["de"].draft)
			}
			r.m.share(id, locale)
		}
		r.expect(i, "discard "+locale, nil, err, want)
	case 7:
		if r.rnd.IntN(3) == 0 {
			w.Locale = ""
		}
		err := r.Delete(ctx, editor, typ, id, w)
		r.expect(i, "delete "+w.Locale, nil, err, "")
		for l, v := range r.m[id] {
			if w.Locale == "" || w.Locale == l {
				v.trashed, v.public = true, nil
			}
		}
	default:
		_, err := r.Restore(ctx, editor, typ, id, w)
		want := fault.NotFound
		switch {
		case v.live():
			want = fault.Conflict
		case v != nil:
			draft := v.draft
			if o.live() {
				draft = under(draft, o.draft)
			}
			want = r.m.write(id, locale, draft, false)
		}
		r.expect(i, "restore "+locale, nil, err, want)
	}
	r.compare(i, id)
}

func (r *run) expect(i int, what string, changes obj, err error, want fault.Code) {
	r.Helper()
	got := fault.Code("")
	if err != nil {
		got = fault.As(err).Code
	}
	if got != want {
		r.Errorf("step %d: %s %v: got %s, want %q", i, what, changes, show(err), want)
	}
}

// compare reads an entry in each locale and state.
func (r *run) compare(i int, id string) {
	r.Helper()
	for _, locale := range []string{"de", "en"} {
		for _, draft := range []bool{true, false} {
			var want obj
			if v := r.m[id][locale]; v.live() {
				want = v.public
				if draft {
					want = v.draft
				}
			}
			e, err := r.Get(r.Context(), editor, r.typ("project"), id, query.Query{Locale: locale, Draft: draft})
			if want == nil {
				wantCode(r, err, fault.NotFound)
				continue
			}
			if err != nil {
				r.Fatalf("step %d: %s draft %v: %s", i, locale, draft, show(err))
			}
			got := flat(e.Attributes)
			for _, name := range []string{"title", "summary", "phase", "startYear", "code"} {
				if fmt.Sprint(got[name]) != fmt.Sprint(want[name]) {
					r.Errorf("step %d: %s draft %v: %s is %v, want %v", i, locale, draft, name, got[name], want[name])
				}
			}
		}
	}
}

// lists compares what lists and filters find.
func (r *run) lists() {
	for _, locale := range []string{"de", "en"} {
		for _, year := range []int64{2000, 2001} {
			var drafts, public []string
			for _, variants := range r.m {
				v := variants[locale]
				if v.live() && v.draft["startYear"] == year {
					drafts = append(drafts, fmt.Sprint(v.draft["title"]))
				}
				if v.live() && v.public["startYear"] == year {
					public = append(public, fmt.Sprint(v.public["title"]))
				}
			}
			q := where("startYear", query.Eq, year)
			q.Locale = locale
			r.hits(editor, "project", q, public...)
			q.Draft = true
			r.hits(editor, "project", q, drafts...)
		}
	}
}
