package api_test

import (
	"context"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"testing"

	"kontor/pkg/auth"
	"kontor/pkg/content"
	"kontor/pkg/fault"
	"kontor/pkg/query"
	"kontor/pkg/schema"
	"kontor/pkg/store"
	"kontor/pkg/value"
)

// secret is a word that stands in one field of one entry, and nowhere else.
type secret struct {
	typ   *schema.Type
	id    string
	own   bool   // of the organisation and the account that ask
	state string // published, draft or gone
	field string // at the top of the type
}

var secretWord = regexp.MustCompile(`zq[0-9]{5}zq`)

// field is a field of one entry of one type, planted with secrets: all of them are known by their words.
type field struct {
	*server
	secrets map[string]secret
	types   []*schema.Type
	entries map[string]map[string]string // documentIds by type and name: own, ownDraft, ownGone, foreign …
	numbers map[string]string            // numeric ids by documentId
	org     string                       // documentId of the organisation of those who ask
	owner   string                       // ID of the author's account
	callers []string                     // "" and the names of those who can sign in
}

// matrixTypes are those with what matters for rights: locales, relations, hidden fields, conditions, and one that is not public.
var matrixTypes = []string{"organisation", "topic", "municipality", "person", "event", "article", "project", "memo"}

const ownOrganisation = `"entries":{"meta.organisation":{"$eq":"$user.organisation"}}`

// ownRoles stand beside the shipped ones: one that writes and does not publish, one whose rules give different fields of one type.
var ownRoles = []string{
	`{"name":"author","rules":[{"types":["article"],"actions":["read","readDraft","create","update"],"entries":{"meta.owner":{"$eq":"$user.id"}}}]}`,
	`{"name":"clerk","rules":[{"types":["event"],"actions":["read"],"fields":["title","start"]},{"types":["event"],"actions":["read","readDraft"],` + ownOrganisation + `},
		{"types":["topic"],"actions":["read"],"fields":["name"]},{"types":["event"],"actions":["update"],"fields":["summary"],` + ownOrganisation + `}]}`,
	`{"name":"broken","rules":[{"types":["event"],"actions":["read"]}]}`,
}

func newField(t *testing.T) *field {
	t.Helper()
	return newFieldOn(t, newServer(t, setup{}))
}

func newFieldOn(t *testing.T, s *server) *field {
	t.Helper()
	f := &field{server: s, secrets: map[string]secret{}, entries: map[string]map[string]string{}, numbers: map[string]string{}}
	ctx := context.Background()
	for _, text := range ownRoles {
		role, err := auth.ParseRole([]byte(text))
		if err == nil {
			_, err = f.auth.PutRole(ctx, role, 0, f.content.Types())
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	for _, id := range matrixTypes {
		typ, ok := f.content.Types().Type(id)
		if !ok {
			t.Fatal(id)
		}
		f.types = append(f.types, typ)
	}
	f.org = f.made(auth.System("test"), "organisation", value.Object{"name": "Veranstalter"}, true)
	f.callers = []string{""}
	for _, role := range []string{"admin", "editor", "reviewer", "organizer", "author", "clerk", "site", "broken"} {
		f.account(role, role, f.org)
	}
	f.account("stranger", "organizer", f.org)
	f.expel("stranger")
	f.corrupt("broken")
	for i, typ := range f.types {
		f.plant(typ, i)
	}
	f.link()
	f.number()
	return f
}

// account makes an account and signs it in.
func (f *field) account(name, role, organisation string) {
	f.t.Helper()
	ctx := context.Background()
	a, err := f.auth.CreateAccount(ctx, auth.NewAccount{Mail: name + "@x.example", Role: role, Organisation: organisation, Password: f.password})
	if err != nil {
		f.t.Fatal(err)
	}
	jwt, _, err := f.auth.SignIn(ctx, auth.Credentials{Identifier: a.Mail, Password: f.password})
	if err != nil {
		f.t.Fatal(err)
	}
	f.server.secrets[name] = "Bearer " + jwt
	f.callers = append(f.callers, name)
	if name == "author" {
		f.owner = a.Caller().ID
	}
}

// expel takes an account's organisation away in the store, as an account of an older version may lack one.
func (f *field) expel(name string) {
	f.t.Helper()
	ctx := context.Background()
	a, err := f.auth.AccountByMail(ctx, name+"@x.example")
	if err == nil {
		_, err = f.store.Touch(ctx, "_accounts", query.Where("meta.mail", query.Eq, a.Mail), value.Object{"organisation": nil}, nil)
	}
	if err == nil {
		a, err = f.auth.AccountByMail(ctx, name+"@x.example")
	}
	if err != nil || a.Organisation != "" {
		f.t.Fatal(a, err)
	}
}

// corrupt makes a stored role unreadable and lets another process of the store see that.
func (f *field) corrupt(name string) {
	f.t.Helper()
	ctx := context.Background()
	r, err := f.auth.RoleByName(ctx, name)
	if err == nil {
		err = f.store.Apply(ctx, []store.Op{{Kind: store.Replace, Collection: "_roles", Key: name, Rev: r.Rev, Set: value.Object{"role": `{"name":"broken","rules":[{"types":["*"],"actions":["*"],"extra":1}]}`}}})
	}
	if err == nil { // any change of a role makes this process read all of them
		_, err = f.auth.PutRole(ctx, auth.Role{Name: "idle", Title: schema.Label{DE: "Leer"}}, 0, f.content.Types())
	}
	if err != nil {
		f.t.Fatal(err)
	}
}

func (f *field) typ(id string) *schema.Type { t, _ := f.content.Types().Type(id); return t }

func (f *field) made(c auth.Caller, typ string, changes value.Object, publish bool) string {
	f.t.Helper()
	saved, err := f.content.Create(context.Background(), c, f.typ(typ), changes, content.Write{Draft: !publish})
	if err != nil {
		f.t.Fatalf("%s: %v", typ, err)
	}
	return saved.DocumentID
}

// owners are those who make entries: the one whose organisation asks, and another.
func (f *field) owners() map[bool]auth.Caller {
	return map[bool]auth.Caller{
		true:  {ID: f.owner, Name: "own", Role: auth.Admin, Organisation: f.org},
		false: {ID: "account/999", Name: "foreign", Role: auth.Admin, Organisation: strings.Repeat("b", 24)},
	}
}

// plant makes of a type, for each owner, a published entry, a draft, and one for the trash.
func (f *field) plant(typ *schema.Type, n int) {
	f.t.Helper()
	f.entries[typ.ID] = map[string]string{}
	for own, c := range f.owners() {
		for _, kind := range []string{"", "Draft", "Gone"} {
			name := map[bool]string{true: "own", false: "foreign"}[own] + kind
			s := secret{typ: typ, own: own, state: map[string]string{"": "published", "Draft": "draft", "Gone": "gone"}[kind]}
			values, words := f.values(typ.Fields, s)
			if typ.ID == "organisation" && name == "own" {
				f.entries[typ.ID][name] = f.org
				if _, err := f.content.Update(context.Background(), c, typ, f.org, values, content.Write{Draft: true}); err != nil {
					f.t.Fatal(err)
				}
			} else {
				f.entries[typ.ID][name] = f.made(c, typ.ID, values, false)
			}
			for _, w := range words {
				s := f.secrets[w]
				s.id = f.entries[typ.ID][name]
				f.secrets[w] = s
			}
		}
	}
}

// values are those of an entry with a new secret in every text.
func (f *field) values(list []*schema.Field, s secret) (value.Object, []string) {
	out := value.Object{}
	var words []string
	for _, x := range list {
		one := s
		if one.field == "" {
			one.field = x.Name
		}
		v, w := f.value(x, one)
		if v == nil {
			continue
		}
		if x.Many && x.Kind != schema.JSON {
			v = value.List{v}
		}
		out[x.Name] = v
		words = append(words, w...)
	}
	return out, words
}

func (f *field) word(s secret) string {
	w := fmt.Sprintf("zq%05dzq", len(f.secrets)+10000)
	f.secrets[w] = s
	return w
}

func (f *field) value(x *schema.Field, s secret) (any, []string) {
	if x.Pattern != nil || x.MaxLength > 0 && x.MaxLength < 40 && x.Textual() {
		return nil, nil
	}
	switch x.Kind {
	case schema.String, schema.Text:
		w := f.word(s)
		return w, []string{w}
	case schema.RichText:
		w := f.word(s)
		return "<p>" + w + "</p>", []string{w}
	case schema.Email:
		w := f.word(s)
		return w + "@example.org", []string{w}
	case schema.URI:
		w := f.word(s)
		return "https://" + w + ".example.org/", []string{w}
	case schema.Enum:
		return x.Options[0].Const, nil
	case schema.Integer, schema.Money:
		if x.Min != nil {
			return int64(*x.Min), nil
		}
		return int64(7), nil
	case schema.LocalTime:
		return value.Object{"local": "2026-11-22T19:00", "zone": "Europe/Berlin"}, nil
	case schema.Object:
		o, w := f.values(x.Fields, s)
		return o, w
	}
	return nil, nil
}

// link points every relation to entries of every kind, those of the foreign entry to a draft alone, publishes, changes the drafts after that, and throws away what is for the trash.
func (f *field) link() {
	f.t.Helper()
	ctx := context.Background()
	for _, typ := range f.types {
		changes, drafts := value.Object{}, value.Object{}
		for _, x := range typ.Fields {
			targets := f.entries[relationOf(x)]
			if targets == nil {
				continue
			}
			to := content.Links{Replace: true, Set: []content.Link{{DocumentID: targets["own"]}}}
			if x.Many {
				for _, n := range []string{"foreign", "ownDraft", "foreignDraft"} {
					to.Set = append(to.Set, content.Link{DocumentID: targets[n]})
				}
			}
			changes[x.Name] = to
			drafts[x.Name] = content.Links{Replace: true, Set: []content.Link{{DocumentID: targets["foreignDraft"]}}}
		}
		for name, id := range f.entries[typ.ID] {
			c := f.owners()[strings.HasPrefix(name, "own")]
			changes := changes
			if name == "foreign" {
				changes = drafts
			}
			if _, err := f.content.Update(ctx, c, typ, id, changes, content.Write{Draft: strings.HasSuffix(name, "Draft")}); err != nil {
				f.t.Fatalf("%s %s: %v %+v", typ.ID, name, err, fault.As(err).Fields)
			}
		}
	}
	for _, typ := range f.types {
		for name, id := range f.entries[typ.ID] {
			c := f.owners()[strings.HasPrefix(name, "own")]
			switch {
			case strings.HasSuffix(name, "Gone"):
				if err := f.content.Delete(ctx, c, typ, id, content.Write{}); err != nil {
					f.t.Fatalf("%s %s: %v", typ.ID, name, err)
				}
			case !strings.HasSuffix(name, "Draft"):
				s := secret{typ: typ, id: id, own: strings.HasPrefix(name, "own"), state: "draft"}
				values, _ := f.values(typ.Fields, s)
				if _, err := f.content.Update(ctx, c, typ, id, values, content.Write{Draft: true}); err != nil {
					f.t.Fatalf("%s %s: %v", typ.ID, name, err)
				}
			}
		}
	}
}

// number notes the numeric ids of all entries, which are easily guessed.
func (f *field) number() {
	for _, typ := range f.types {
		r := f.get(auth.Admin, "/api/"+typ.PathName()+"?status=draft&fields=id&pagination[pageSize]=100")
		for _, e := range r.at(f.t, "data").([]any) {
			entry := e.(map[string]any)
			f.numbers[entry["documentId"].(string)] = fmt.Sprint(entry["id"])
		}
	}
}

func relationOf(x *schema.Field) string {
	if x.Relation == nil {
		return ""
	}
	return x.Relation.To
}

// below tells whether x-access lets a role read the field.
func (s secret) below(role string) bool {
	x, _ := s.typ.Field(s.field)
	if c := x.Access.ReadIf; c != nil && !slices.Contains(x.Access.Read, role) {
		list, _ := s.typ.Field(c.Field)
		return list.Options[0].Const == c.Value
	}
	return len(x.Access.Read) == 0 || slices.Contains(x.Access.Read, role)
}

// may is what the test expects, said anew and not by the code that is tested: whether who asks may read a secret.
func (f *field) may(by string, s secret) bool {
	role := by
	if by == "" {
		role = auth.Public
	}
	below := s.below(role)
	published := s.state == "published"
	if by != "" && f.may("", s) { // whatever the public reads, everybody reads
		return true
	}
	switch by {
	case "admin":
		return true
	case "editor", "reviewer":
		return below
	case "":
		return below && published && s.typ.Public
	case "organizer":
		switch s.typ.ID {
		case "event":
			return below && s.own
		case "topic", "municipality":
			return below && published
		case "organisation":
			return below && published && s.id == f.org
		}
	case "author":
		return s.typ.ID == "article" && s.own && below
	case "clerk":
		switch s.typ.ID {
		case "event":
			return s.own && below || published && s.field == "title"
		case "topic":
			return published && s.field == "name"
		}
	case "preview": // of the organizer's own draft
		return f.may("", s) || s.below(auth.Public) && s.id == f.entries["event"]["ownDraft"]
	case "stranger":
		return (s.typ.ID == "topic" || s.typ.ID == "municipality") && below && published
	}
	return false // site, broken
}
