package content

import (
	"context"
	"slices"

	"kontor/pkg/auth"
	"kontor/pkg/fault"
	"kontor/pkg/query"
	"kontor/pkg/schema"
	"kontor/pkg/store"
)

// Row is one entry of an editors' list: its draft as the caller sees it, and where it stands.
type Row struct {
	*Entry
	State State
}

// Rows lists the drafts of a type that a query hits, newest change first unless the query sorts. Status
// narrows the list to StatusDraft (nothing is public) or StatusPublished (something is, whether the
// draft differs or not); "" lists all. The total is -1 if the query did not ask for it.
func (s *Service) Rows(ctx context.Context, c auth.Caller, t *schema.Type, q query.Query, status string) (rows []Row, total int, err error) {
	g, err := s.grant(c, auth.ReadDraft, t)
	if err != nil {
		return nil, 0, err
	}
	q.Draft = true
	v, err := s.view(ctx, c, t, q)
	if err != nil {
		return nil, 0, err
	}
	rules, asked, err := v.conditions(t, q)
	if err != nil {
		return nil, 0, err
	}
	if !t.Drafts { // then the rules are those of Read, but a row tells what only a reader of drafts may know
		drafts, err := v.rule(t, g.Filter)
		if err != nil {
			return nil, 0, err
		}
		rules = query.AllOf(rules, drafts)
	}
	switch status {
	case "":
	case StatusDraft:
		asked = query.AllOf(asked, query.Where("meta.publishedAt", query.Null, nil))
	case StatusPublished:
		asked = query.AllOf(asked, query.Where("meta.publishedAt", query.NotNull, nil))
	default:
		return nil, 0, fault.New(fault.Invalid, "status takes draft or published, not %s", status).With("param", "status")
	}
	orders := q.Sort
	if len(orders) == 0 {
		orders = []query.Order{{Path: "updatedAt", Desc: true}}
	}
	sort, err := v.sort(t, orders)
	if err != nil {
		return nil, 0, err
	}
	if q.Page.Limit < 1 || q.Page.Limit > MaxLimit || q.Page.Offset < 0 {
		return nil, 0, fault.New(fault.Invalid, "A list has windows of 1 to %d entries", MaxLimit)
	}
	sh, err := v.shape(scope{typ: t}, q.Fields, q.Populate, "fields", 1)
	if err != nil {
		return nil, 0, err
	}
	parts := v.parts(t)
	for _, p := range []string{store.Meta, store.Draft, store.Published} {
		if !slices.Contains(parts, p) {
			parts = append(parts, p)
		}
	}
	window := store.Query{Sort: sort, Offset: q.Page.Offset, Limit: q.Page.Limit, Parts: parts}
	docs, total, err := v.window(t, rules, asked, window, q.Page.Count)
	if err != nil {
		return nil, 0, err
	}
	entries, err := v.project(t, docs, sh)
	if err != nil {
		return nil, 0, err
	}
	records, actors := make([]*record, len(docs)), make([]auth.Actor, len(docs))
	for i, doc := range docs {
		records[i] = recordOf(t, doc)
		actors[i] = actorOf(records[i])
	}
	names, err := s.actors(ctx, c, actors)
	if err != nil {
		return nil, 0, err
	}
	rows = make([]Row, len(entries))
	for i, e := range entries {
		rows[i] = Row{e, stateOf(records[i], names[i])}
	}
	return rows, total, nil
}
