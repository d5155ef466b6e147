package auth

import (
	"cmp"
	"context"
	"strconv"
	"strings"
	"time"

	"kontor/pkg/fault"
	"kontor/pkg/query"
	"kontor/pkg/schema"
	"kontor/pkg/store"
	"kontor/pkg/value"
)

// Account is a person who can sign in.
type Account struct {
	ID           int64
	Mail         string // unique without regard to case
	Username     string // unique likewise; "" if the account has none
	DisplayName  string // what others read of the person; "" if nobody gave one
	Role         string // of a stored role's name, never Public
	Blocked      bool   // may not sign in; sessions ended
	Organisation string // documentId; "" for none
	CreatedAt    time.Time
	UpdatedAt    time.Time
}

// Name is what others read of the account: the display name, else the user name, else its number. It never is the address.
func (a Account) Name() string { return cmp.Or(a.DisplayName, a.Username, numberedName(key(a.ID))) }

// Caller is the account as who makes a request.
func (a Account) Caller() Caller {
	return Caller{ID: accountCaller + key(a.ID), Name: a.Name(), Role: a.Role, Organisation: a.Organisation}
}

// The beginnings of Caller.ID.
const (
	accountCaller = "account/"
	tokenCaller   = "token/"
	previewCaller = "preview/"
)

// record is an account as it is stored. The hash leaves the package nowhere.
type record struct {
	Account
	hash  string
	epoch int64 // sessions of an older one have ended
	rev   int64 // 0: not stored yet
}

// administers tells whether the account counts for there being an admin at all.
func (r record) administers() bool { return r.rev > 0 && r.Role == Admin && !r.Blocked }

// exists tells whether there is an account, and not nothing or a fence in its place.
func (r record) exists() bool { return r.ID > 0 }

func key(id int64) string { return strconv.FormatInt(id, 10) }

// fold makes two spellings of an address or a name one.
func fold(s string) string { return schema.Fold(s) }

func readRecord(d store.Document) record {
	m := d.Part(store.Meta)
	blocked, _ := m["blocked"].(bool)
	return record{
		Account: Account{
			ID: integer(m, "id"), Mail: text(m, "mail"), Username: text(m, "username"), DisplayName: text(m, "name"), Role: text(m, "role"), Blocked: blocked,
			Organisation: text(m, "organisation"), CreatedAt: pointInTime(m, "createdAt"), UpdatedAt: pointInTime(m, "updatedAt"),
		},
		hash: text(m, "hash"), epoch: integer(m, "epoch"), rev: d.Rev,
	}
}

// fields gives what is stored of an account; nil where nothing is.
func (r record) fields() value.Object {
	var blocked any
	if r.Blocked {
		blocked = true
	}
	return value.Object{
		"id": r.ID, "mail": r.Mail, "username": optionalText(r.Username), "name": optionalText(r.DisplayName), "role": r.Role, "blocked": blocked,
		"organisation": optionalText(r.Organisation), "createdAt": formatTime(r.CreatedAt), "updatedAt": formatTime(r.UpdatedAt),
		"hash": r.hash, "epoch": r.epoch,
	}
}

// Account gives an account by its ID. NotFound if there is none.
func (s *Service) Account(ctx context.Context, id int64) (Account, error) {
	r, err := s.record(ctx, key(id))
	return r.Account, err
}

// AccountByMail gives the account with an e-mail address, without regard to case. NotFound if there is none.
func (s *Service) AccountByMail(ctx context.Context, mail string) (Account, error) {
	r, err := s.identified(ctx, mail)
	if err == nil && !strings.Contains(mail, "@") {
		err = noAccount()
	}
	if err != nil {
		return Account{}, err
	}
	return r.Account, nil
}

// AccountOf gives the account that a caller is. Unauthorized for the public, for tokens, and if the account is gone.
func (s *Service) AccountOf(ctx context.Context, c Caller) (Account, error) {
	id, ok := strings.CutPrefix(c.ID, accountCaller)
	if !ok {
		return Account{}, unauthorized()
	}
	r, err := s.record(ctx, id)
	if fault.Is(err, fault.NotFound) {
		return Account{}, unauthorized()
	}
	return r.Account, err
}

// Accounts lists accounts by ID, and counts them all if the page asks for it (else -1).
func (s *Service) Accounts(ctx context.Context, p query.Page) ([]Account, int, error) {
	total := -1
	if p.Count {
		n, err := s.store.Count(ctx, accounts, numbered())
		if err != nil {
			return nil, 0, err
		}
		total = n
	}
	if p.Limit < 1 {
		return nil, total, nil
	}
	docs, err := s.store.Find(ctx, accounts, store.Query{
		Filter: numbered(), Sort: []query.Order{{Path: "meta.id"}}, Offset: max(0, p.Offset), Limit: p.Limit, Parts: []string{store.Meta},
	})
	if err != nil {
		return nil, 0, err
	}
	out := make([]Account, len(docs))
	for i, d := range docs {
		out[i] = readRecord(d).Account
	}
	return out, total, nil
}

// CountNameless counts the accounts without a display name.
func (s *Service) CountNameless(ctx context.Context) (int, error) {
	return s.store.Count(ctx, accounts, query.AllOf(numbered(), query.Where("meta.name", query.Null, nil)))
}

// numbered hits the accounts or tokens of a collection and no fences.
func numbered() query.Filter { return query.Where("meta.id", query.NotNull, nil) }

// record reads an account. NotFound if there is none, with the revision of a fence that is there in
// its place.
func (s *Service) record(ctx context.Context, key string) (record, error) {
	d, err := s.store.Get(ctx, accounts, key, []string{store.Meta})
	if fault.Is(err, fault.NotFound) {
		return record{}, noAccount()
	}
	if err != nil {
		return record{}, err
	}
	r := readRecord(d)
	if !r.exists() {
		return r, noAccount()
	}
	return r, nil
}

// identified finds an account by e-mail address or user name. The claim decides: an account that lost its claim is not found by it.
func (s *Service) identified(ctx context.Context, identifier string) (record, error) {
	if identifier == "" || len(identifier) > maxMail {
		return record{}, noAccount()
	}
	collection := accountNames
	if strings.Contains(identifier, "@") {
		collection = accountMails
	}
	holder, _, err := s.holder(ctx, collection, fold(identifier))
	if err != nil {
		return record{}, err
	}
	if holder == "" {
		return record{}, noAccount()
	}
	r, err := s.record(ctx, holder)
	if err == nil && r.value(collection) != fold(identifier) {
		err = noAccount()
	}
	return r, err
}

// value is what the account holds a claim for in a collection of claims; "" for none.
func (r record) value(collection string) string {
	if collection == accountMails {
		return fold(r.Mail)
	}
	return fold(r.Username)
}

func noAccount() error { return fault.New(fault.NotFound, "There is no such account") }
