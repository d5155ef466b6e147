package auth

import (
	"embed"
	"regexp"
	"slices"
	"strconv"

	"kontor/pkg/fault"
	"kontor/pkg/query"
	"kontor/pkg/schema"
	"kontor/pkg/value"
)

// Role is what its accounts and tokens may do: whatever one of its rules opens. The rules of a role are a union; where two rules give
// different fields of a type, an entry shows the fields of those rules that hit it, and lists can be filtered and sorted only by the
// fields that every rule for the type gives.
type Role struct {
	Name        string // ^[a-z][a-z0-9-]{0,39}$
	Title       schema.Label
	Description string
	Rules       []Rule
}

// Rule opens actions on entries of types.
type Rule struct {
	Types   []string // IDs, or "*" for every type; none for Upload
	Actions []Action // for "*" every one but Upload
	Fields  []string // nil: all that x-access leaves. Says something to Read, ReadDraft, Create and Update
	// Entries are those that the rule opens; the zero Filter: all. Paths are field names, documentId and other facts that a filter of a
	// request may name, and meta.organisation, meta.owner, meta.createdBy, meta.updatedBy. A write is judged by the entry as it was and
	// again by what it becomes.
	Entries query.Filter
	// Source is Entries as they were written: a filter of the Strapi dialect as JSON, whose values may be "$user.id" and
	// "$user.organisation". A value that a caller does not have is hit by nothing.
	Source value.Object
}

// anything stands for every type, or every action on entries.
const anything = "*"

// Bounds of a role.
const (
	maxRules     = 100
	maxRoleBytes = 64 << 10
	maxRuleTerms = 200
	maxRuleDepth = 12
)

//go:embed roles.json
var shippedFiles embed.FS

// roleName is the form of a role's name.
var roleName = regexp.MustCompile(`^[a-z][a-z0-9-]{0,39}$`)

// shipped are the roles that come with this version, in their order, and the number of their version.
func shipped() ([]Role, int64, error) {
	data, err := shippedFiles.ReadFile("roles.json")
	if err != nil {
		return nil, 0, err
	}
	v, err := value.Decode(data)
	if err != nil {
		return nil, 0, err
	}
	doc, _ := v.(value.Object)
	list, _ := doc["roles"].(value.List)
	out := make([]Role, len(list))
	for i, v := range list {
		r := reader{}
		out[i] = r.role(v)
		if err := fault.Fields(r.problems); err != nil {
			return nil, 0, err
		}
	}
	return out, integer(doc, "version"), nil
}

// ParseRole reads a role from JSON. The error names everything that is wrong with it by where it stands; whether its types and fields
// exist is not looked at.
func ParseRole(data []byte) (Role, error) {
	if len(data) > maxRoleBytes {
		return Role{}, fault.New(fault.Invalid, "A role has at most %d bytes", maxRoleBytes)
	}
	v, err := value.Decode(data)
	if err != nil {
		return Role{}, err
	}
	return RoleOf(v)
}

// RoleOf is ParseRole of JSON that is decoded already.
func RoleOf(v any) (Role, error) {
	r := reader{}
	role := r.role(v)
	return role, fault.Fields(r.problems)
}

// Object is the role in the form that RoleOf reads.
func (r Role) Object() value.Object {
	out := value.Object{"name": r.Name, "title": r.Title.DE, "rules": value.List{}}
	for name, s := range map[string]string{"titleEn": r.Title.EN, "description": r.Description} {
		if s != "" {
			out[name] = s
		}
	}
	rules := make(value.List, len(r.Rules))
	for i, rule := range r.Rules {
		rules[i] = rule.Object()
	}
	out["rules"] = rules
	return out
}

// Object is the rule in the form in which a role has it.
func (r Rule) Object() value.Object {
	out := value.Object{"actions": texts(r.Actions)}
	if len(r.Types) > 0 {
		out["types"] = texts(r.Types)
	}
	if r.Fields != nil {
		out["fields"] = texts(r.Fields)
	}
	if r.Source != nil {
		out["entries"] = r.Source
	}
	return out
}

func (r Role) text() string { return string(value.AppendCanonical(nil, r.Object())) }

func texts[T ~string](list []T) value.List {
	out := make(value.List, len(list))
	for i, s := range list {
		out[i] = string(s)
	}
	return out
}

// opens tells whether the rule speaks of an action on a type.
func (r Rule) opens(a Action, t *schema.Type) bool {
	return a != Upload && r.names(a) && (slices.Contains(r.Types, anything) || slices.Contains(r.Types, t.ID))
}

func (r Rule) names(a Action) bool {
	return slices.Contains(r.Actions, a) || a != Upload && slices.Contains(r.Actions, anything)
}

// reader reads roles and notes all that is wrong.
type reader struct {
	path     []string
	problems []fault.Field
}

func (r *reader) wrong(code string, v any, english, german string) {
	at := slices.Clone(r.path)
	name := "role"
	for i, p := range at {
		if i == 0 {
			name = p
			continue
		}
		name += "." + p
	}
	r.problems = append(r.problems, fault.Field{Path: at, Code: code, Value: v, English: name + " " + english, German: name + " " + german})
}

// under reads with the names added to the path.
func (r *reader) under(read func(), names ...string) {
	n := len(r.path)
	r.path = append(r.path, names...)
	read()
	r.path = r.path[:n]
}

func (r *reader) object(v any, names ...string) value.Object {
	o, ok := v.(value.Object)
	if !ok {
		r.wrong("type", v, "must be an object", "muss ein Objekt sein")
		return nil
	}
	for name := range o {
		if !slices.Contains(names, name) {
			r.under(func() { r.wrong("unknown", nil, "is not known", "ist unbekannt") }, name)
		}
	}
	return o
}

func (r *reader) role(v any) Role {
	o := r.object(v, "name", "title", "titleEn", "description", "rules")
	var out Role
	if o == nil {
		return out
	}
	out.Name = r.text(o, "name", 40)
	if !roleName.MatchString(out.Name) {
		r.under(func() {
			r.wrong("pattern", out.Name, "must be lower-case letters, digits and hyphens", "muss aus Kleinbuchstaben, Ziffern und Bindestrichen bestehen")
		}, "name")
	}
	out.Title = schema.Label{DE: r.text(o, "title", 100), EN: r.text(o, "titleEn", 100)}
	out.Description = r.text(o, "description", 1000)
	if out.Title.DE == "" {
		out.Title.DE = out.Name
	}
	list, ok := o["rules"].(value.List)
	if (!ok && o["rules"] != nil) || len(list) > maxRules {
		r.under(func() {
			r.wrong("type", nil, "must be a list of at most "+strconv.Itoa(maxRules), "muss eine Liste von höchstens "+strconv.Itoa(maxRules)+" sein")
		}, "rules")
		return out
	}
	for i, v := range list {
		r.under(func() { out.Rules = append(out.Rules, r.rule(v)) }, "rules", strconv.Itoa(i))
	}
	return out
}

func (r *reader) text(o value.Object, name string, most int) string {
	s, ok := o[name].(string)
	if !ok && o[name] != nil || len(s) > 4*most || !printable(s) {
		r.under(func() {
			r.wrong("type", o[name], "must be a text of at most "+strconv.Itoa(most)+" characters", "muss ein Text von höchstens "+strconv.Itoa(most)+" Zeichen sein")
		}, name)
		return ""
	}
	return s
}

func (r *reader) rule(v any) Rule {
	o := r.object(v, "types", "actions", "fields", "entries")
	var out Rule
	if o == nil {
		return out
	}
	out.Types = r.names(o, "types")
	for _, a := range r.names(o, "actions") {
		if a != anything && a != string(Upload) && !slices.Contains(Actions(), Action(a)) {
			r.under(func() {
				r.wrong("enum", a, "has the unknown action "+strconv.Quote(a), "nennt die unbekannte Aktion „"+a+"“")
			}, "actions")
		}
		out.Actions = append(out.Actions, Action(a))
	}
	if o["fields"] != nil {
		out.Fields = r.names(o, "fields")
	}
	if o["entries"] != nil {
		r.under(func() { out.Entries, out.Source = r.entries(o["entries"]) }, "entries")
	}
	r.fits(out)
	return out
}

// fits checks what a rule's parts say to each other.
func (r *reader) fits(rule Rule) {
	uploads := slices.Contains(rule.Actions, Upload)
	switch {
	case len(rule.Actions) == 0:
		r.under(func() { r.wrong("required", nil, "must name an action", "muss eine Aktion nennen") }, "actions")
	case uploads && (len(rule.Actions) > 1 || len(rule.Types) > 0 || rule.Fields != nil):
		r.wrong("upload", nil, "on upload stands alone, without types and fields", "für Uploads steht allein, ohne Typen und Felder")
	case !uploads && len(rule.Types) == 0:
		r.under(func() { r.wrong("required", nil, "must name a type", "muss einen Inhaltstyp nennen") }, "types")
	}
	for _, a := range rule.Actions {
		if rule.Fields != nil && (a == Publish || a == Unpublish || a == Delete) {
			r.under(func() {
				r.wrong("whole", string(a), "say nothing to "+string(a)+", which is of whole entries", "passen nicht zu "+string(a)+": Das betrifft ganze Einträge")
			}, "fields")
		}
	}
}

// names reads a list of texts.
func (r *reader) names(o value.Object, name string) []string {
	list, ok := o[name].(value.List)
	out := make([]string, 0, len(list))
	for _, v := range list {
		s, text := v.(string)
		ok = ok && text && s != ""
		if slices.Contains(out, s) {
			continue
		}
		out = append(out, s)
	}
	if !ok && o[name] != nil {
		r.under(func() { r.wrong("type", nil, "must be a list of names", "muss eine Liste von Namen sein") }, name)
	}
	return out
}
