package content

import (
	"context"
	"fmt"
	"strings"

	"kontor/pkg/auth"
	"kontor/pkg/fault"
	"kontor/pkg/query"
	"kontor/pkg/schema"
	"kontor/pkg/store"
	"kontor/pkg/value"
)

// Explanation says why a caller may do something with an entry or not.
type Explanation struct {
	Caller, Role string
	Action       auth.Action
	Type         string
	DocumentID   string
	Locale       string
	Allowed      bool
	Answer       string // what a request would be answered: "ok", "forbidden" or "not_found"
	Reason       string // in a sentence
	Rules        []Ruling
	Fields       []FieldRuling // of the type, those that are not open in this entry
}

// Ruling is what one rule of the role says.
type Ruling struct {
	Number int
	Rule   value.Object // as the role has it
	Opens  bool         // this entry
	Why    string
}

// FieldRuling is a field that the caller does not get of the entry, or may not write.
type FieldRuling struct{ Field, Why string }

// Explain says why a caller may do an action with an entry or not. The answer is that of the same code that answers requests. It tells
// of entries that the caller may not know of, so it is for those who may know everything.
func (s *Service) Explain(ctx context.Context, c auth.Caller, a auth.Action, t *schema.Type, documentID, locale string) (Explanation, error) {
	locale, err := s.locale(t, locale)
	if err != nil {
		return Explanation{}, err
	}
	x := Explanation{Caller: c.Name, Role: c.Role, Action: a, Type: t.ID, DocumentID: documentID, Locale: locale}
	w := &write{svc: s, ctx: ctx, caller: c, typ: t, now: s.timestamp()}
	if err := w.load(documentID, locale); err != nil {
		return x, err
	}
	if !w.cur.live() {
		x.Answer, x.Reason = string(fault.NotFound), "there is no such entry in this locale"
		return x, nil
	}
	part := store.Draft
	if a == auth.Read {
		part = store.Published
	}
	if err := x.decide(w, part); err != nil {
		return x, err
	}
	if c.Role == auth.Admin {
		x.Reason += "; the admin role has every right, whatever its rules are"
		return x, nil
	}
	return x, x.judge(w, part)
}

// decide asks what a request would be answered.
func (x *Explanation) decide(w *write, part string) error {
	if part == store.Published && w.cur.published == nil {
		x.Answer, x.Reason = string(fault.NotFound), "nothing of the entry is published"
		return nil
	}
	err := error(nil)
	if x.Action != auth.Create && x.Action != auth.Read {
		err = w.permit(auth.ReadDraft, w.cur)
	}
	if err == nil {
		var ok bool
		ok, err = w.may(x.Action, w.cur, part)
		if err == nil && !ok {
			err = refusal(x.Action)
		}
	}
	switch {
	case err == nil:
		x.Allowed, x.Answer, x.Reason = true, "ok", "a rule opens the entry to "+string(x.Action)
	case fault.Is(err, fault.NotFound):
		x.Answer, x.Reason = string(fault.NotFound), "no rule that opens the type hits this entry, so it does not exist for the caller"
	case fault.Is(err, fault.Forbidden):
		x.Answer, x.Reason = string(fault.Forbidden), "no rule opens this to "+string(x.Action)
	default:
		return err
	}
	if x.Allowed && w.caller.Role == auth.Admin {
		x.Reason = "allowed"
	}
	return nil
}

// refusal is how an action on an entry that no rule hits is answered.
func refusal(a auth.Action) error {
	if a == auth.Read || a == auth.ReadDraft {
		return errGone
	}
	return fault.New(fault.Forbidden, "Forbidden")
}

// judge says rule by rule what opens the entry, and which fields stay shut.
func (x *Explanation) judge(w *write, part string) error {
	r := w.judge(w.cur, part)
	doc := w.cur.document(part)
	open := auth.Nothing(w.typ).Fields
	list := w.svc.roles.Judgements(w.caller, x.Action, w.typ, w.svc.types)
	if _, ok := w.svc.roles.Role(w.caller.Role); !ok {
		x.Reason += fmt.Sprintf("; the role %s has no rules or is not stored", w.caller.Role)
	}
	for _, j := range list {
		ruling := Ruling{Number: j.Number, Rule: j.Rule.Object(), Why: j.Why}
		if j.Opens {
			hit, err := r.hits(w.typ, j.Filter, doc)
			if err != nil {
				return err
			}
			ruling.Opens = hit && doc.Part(part) != nil
			switch {
			case ruling.Opens:
				open = open.Join(j.Fields)
				ruling.Why = "it opens every entry"
				if j.Filter.Op != query.All {
					ruling.Why = "its entries have this one: " + facts(j.Filter, doc, part)
				}
			case ruling.Why == "" && !hit:
				ruling.Why = "its entries do not have this one: " + facts(j.Filter, doc, part)
			case ruling.Why == "":
				ruling.Why = "nothing of the entry is published"
			}
		}
		if j.Public {
			ruling.Why = "everybody reads what the public does: " + ruling.Why
		}
		x.Rules = append(x.Rules, ruling)
	}
	x.shut(w, open, doc.Part(part))
	return nil
}

// shut lists the fields that are not open, and why.
func (x *Explanation) shut(w *write, open auth.Fields, snapshot value.Object) {
	switch x.Action {
	case auth.Read, auth.ReadDraft, auth.Create, auth.Update:
	default:
		return
	}
	for _, f := range w.typ.Fields {
		if !x.Allowed || sees(open, f, snapshot) {
			continue
		}
		why := "no rule that opens the entry has it among its fields, or its x-access leaves the role out"
		if open.Conditional(f.Name) {
			why = fmt.Sprintf("its x-access leaves the role out unless %s has %q", f.Access.ReadIf.Field, f.Access.ReadIf.Value)
		}
		x.Fields = append(x.Fields, FieldRuling{f.Name, why})
	}
}

// facts says what the comparisons of a rule found in the entry.
func facts(f query.Filter, d store.Document, part string) string {
	var out []string
	for _, c := range auth.Comparisons(f) {
		path := c.Path
		switch {
		case auth.IsFact(path):
		case path == "documentId":
			path = part + ".documentId"
		default:
			path = part + "." + path
		}
		found := value.Append(nil, value.Get(tree(d), path))
		if c.Op == query.Match || c.Op == query.NoMatch {
			out = append(out, fmt.Sprintf("%s is %s, asked for by conditions on its target", c.Path, found))
			continue
		}
		out = append(out, fmt.Sprintf("%s is %s, asked for is %s %s", c.Path, found, dialectName(c.Op), value.Append(nil, c.Value)))
	}
	if len(out) == 0 {
		return "they are none for this caller"
	}
	return strings.Join(out, "; ")
}

// Object is the explanation as JSON has it.
func (x Explanation) Object() value.Object {
	rules := make(value.List, len(x.Rules))
	for i, r := range x.Rules {
		rules[i] = value.Object{"number": int64(r.Number), "rule": r.Rule, "opens": r.Opens, "why": r.Why}
	}
	fields := make(value.List, len(x.Fields))
	for i, f := range x.Fields {
		fields[i] = value.Object{"field": f.Field, "why": f.Why}
	}
	return value.Object{
		"caller": x.Caller, "role": x.Role, "action": string(x.Action), "type": x.Type, "documentId": x.DocumentID, "locale": x.Locale,
		"allowed": x.Allowed, "answer": x.Answer, "reason": x.Reason, "rules": rules, "hiddenFields": fields,
	}
}
