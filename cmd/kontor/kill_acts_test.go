package main

import (
	"maps"
	"slices"
)

func managePath(s slot, what string) string {
	typ := map[string]string{"projects": "project", "municipalities": "municipality"}[s.plural]
	return "/manage/entries/" + typ + "/" + s.id + "/" + what
}

// moved is an act that is answered with the entry's new state.
func (w *killWriter) moved(a act) act {
	a.answer = func(_ int64, data fieldsOf) {
		rev, _ := data["rev"].(float64)
		w.book.now[a.of] = w.book.now[a.of].at(int64(rev))
	}
	return a
}

func (w *killWriter) publish(s slot) act {
	after := w.book.now[s]
	after.published = public(after.draft)
	return w.moved(act{name: "publish", method: "POST", path: managePath(s, "publish"), matched: true, of: s, after: map[slot]stand{s: after}})
}

func (w *killWriter) unpublish(s slot) act {
	after := w.book.now[s]
	after.published = nil
	return w.moved(act{name: "unpublish", method: "POST", path: managePath(s, "unpublish"), matched: true, of: s, after: map[slot]stand{s: after}})
}

// delete puts an entry in the trash, in all its locales, and takes it out of what relates to it. That is several writes of the
// server's: cut off in between, each slot is as before or as after.
func (w *killWriter) delete(s slot) act {
	after := map[slot]stand{}
	for o, st := range w.book.now {
		if o.plural != s.plural || o.mark != "" {
			continue
		}
		related, _ := st.draft["relatedProjects"].([]string)
		switch {
		case o.id == s.id:
			after[o] = stand{gone: true, rev: st.rev, draft: st.draft} // the draft is what a restore gives back
		case slices.Contains(related, s.id):
			st.draft = maps.Clone(st.draft)
			st.draft["relatedProjects"] = slices.DeleteFunc(slices.Clone(related), func(id string) bool { return id == s.id })
			after[o] = st
		}
	}
	return act{name: "delete", method: "DELETE", path: "/api/" + s.plural + "/" + s.id, of: s, after: after}
}

// restore takes an entry out of the trash as a draft, in German. Its slug may be another's by now, and what it was related to may be
// deleted; a key that is taken is refused.
func (w *killWriter) restore(s slot) act {
	after := w.book.now[s]
	after.gone, after.draft = false, maps.Clone(after.draft)
	delete(after.draft, "slug")
	delete(after.draft, "relatedProjects")
	typ := map[string]string{"projects": "project", "municipalities": "municipality"}[s.plural]
	return w.moved(act{name: "restore", method: "POST", path: "/manage/trash/" + typ + "/" + s.id + "/restore", matched: true,
		refusals: []int{400}, of: s, after: map[slot]stand{s: after}})
}

// purge removes an entry of the trash for good. From outside it looks as it did, so it is taken out of the book either way; its
// numeric id must not come back.
func (w *killWriter) purge(s slot) act {
	delete(w.book.now, s)
	return act{name: "purge", method: "DELETE", path: "/manage/trash/project/" + s.id + "?locale=de", of: s}
}
