package content

import (
	"kontor/pkg/fault"
	"kontor/pkg/query"
	"kontor/pkg/rate"
	"kontor/pkg/schema"
)

// The store's guard decides what a request may cost, and names fields. What follows tells callers where in
// their request those stand, and has what is judged in memory counted too.

// nameText says that it was the words of a query which made it too dear: they are looked for in every searched
// field of every entry.
func (v *view) nameText(t *schema.Type, q query.Query, err error) error {
	e := fault.As(err)
	words, _ := v.text(t, q.Text).Size()
	if asked, _ := q.Filter.Size(); e.Code != fault.TooDear || q.Text == "" || asked > words {
		return err
	}
	named := *e
	named.Message = "The request is too expensive: _q looks into each entry. Use the search (/search), fewer other conditions, or credentials"
	named.Details = map[string]any{}
	for k, x := range e.Details {
		named.Details[k] = x
	}
	return named.With("field", "_q").With("param", "_q")
}

// inTarget says of a condition that is too dear by which relations it was reached.
func inTarget(sc scope, err error) error {
	e := fault.As(err)
	field, ok := e.Details["field"].(string)
	if e.Code != fault.TooDear || !ok || field == "" {
		return err
	}
	return e.With("field", join(sc.trail, field))
}

// judgedPerWork is how many conditions on documents in memory are worth the work of one on a stored document.
const judgedPerWork = 10

// admitJudging counts a populate filter, which is judged in memory for every target that an entry has.
func (v *view) admitJudging(b *branch, targets int) error {
	if b.filter.Op == query.All {
		return nil
	}
	terms, _ := b.filter.Size()
	work := int64(terms * targets / judgedPerWork)
	m := rate.MeterOf(v.ctx)
	if err := m.Admit(v.ctx, work, work, b.name, terms); err != nil {
		return err
	}
	m.Note(work, work) // not measured: Close would refund work that nobody notes
	return nil
}

func tooMuchPopulated() error {
	return fault.New(fault.Invalid, "populate reaches more than %d entries or %d kinds of them; ask for less at once",
		maxPopulateTargets, maxPopulateCalls).With("param", "populate")
}
