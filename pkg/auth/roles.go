package auth

import (
	"context"
	"log/slog"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"kontor/pkg/fault"
	"kontor/pkg/query"
	"kontor/pkg/schema"
	"kontor/pkg/store"
	"kontor/pkg/value"
)

// roleFreshness is how long roles are taken as they were read, without looking into the store: a change in another process takes
// effect within this and the time of one query.
const roleFreshness = 500 * time.Millisecond

// roleReadTimeout bounds how long a request waits for the roles to be read anew. If that fails, they stay as they were.
const roleReadTimeout = 5 * time.Second

// Roles are the roles in force. Each is compiled once for a set of types, and anew when it changes. It is safe for many goroutines.
type Roles struct {
	store store.Store // nil: what is shipped, unchanging
	now   func() time.Time
	log   *slog.Logger
	mu    sync.Mutex // held while the store is read
	state atomic.Pointer[roleState]
}

type roleState struct {
	roles      map[string]*held
	at         time.Time
	generation int64
}

// ShippedRoles are the roles as they are shipped, for what has no store of roles at hand.
func ShippedRoles() (*Roles, error) {
	list, _, err := shipped()
	if err != nil {
		return nil, err
	}
	r := &Roles{now: time.Now}
	r.state.Store(&roleState{roles: holdAll(list)})
	return r, nil
}

func holdAll(list []Role) map[string]*held {
	out := map[string]*held{}
	for _, role := range list {
		out[role.Name] = &held{Role: role}
	}
	addPublicRights(out)
	return out
}

// addPublicRights gives every role the rights that the public has. One that had those of another public role is
// compiled again.
func addPublicRights(roles map[string]*held) {
	public := roles[Public]
	for name, h := range roles {
		if name != Public && h.public != public {
			roles[name] = &held{Role: h.Role, public: public, rev: h.rev, text: h.text, broken: h.broken}
		}
	}
}

// Grant gives what a caller may do with the entries of a type of a set, by an action other than Upload; not ok if nothing. The roles
// that the caller was identified with count, else r. Whatever the public reads, every caller with a role reads.
func (r *Roles) Grant(c Caller, a Action, t *schema.Type, types *schema.Set) (Grant, bool) {
	g, ok := r.grant(c, a, t, types)
	if ok && c.showing {
		g = g.below(fieldsOf(Public, Rule{}, Read, t))
	}
	return g, ok
}

func (r *Roles) grant(c Caller, a Action, t *schema.Type, types *schema.Set) (Grant, bool) {
	if c.Role == Admin {
		return unrestricted, true
	}
	if c.roles != nil {
		r = c.roles
	}
	h, ok := r.role(c.Role)
	if !ok && c.Role != "" && !c.ownRules { // deleted meanwhile: it opens what everybody reads
		h, ok = r.role(Public)
	}
	if !ok {
		return Grant{Filter: query.Nothing()}, false
	}
	grants := h.in(types).grants
	if c.ownRules {
		grants = h.in(types).own
	}
	g := grants[right{a, t}]
	return g.of(c), g != nil
}

// Generation is a number that rises when a role changes, as soon as that is known here. What was answered under an earlier one may tell
// more than may be told now.
func (r *Roles) Generation() int64 { return r.current().generation }

// Role gives a role by name as it is in force; not ok if there is none.
func (r *Roles) Role(name string) (Role, bool) {
	h, ok := r.role(name)
	if !ok {
		return Role{}, false
	}
	return h.Role, true
}

func (r *Roles) role(name string) (*held, bool) {
	h, ok := r.current().roles[name]
	return h, ok
}

// current gives the roles, read anew if they are not fresh.
func (r *Roles) current() *roleState {
	st := r.state.Load()
	if r.store == nil || r.fresh(st) {
		return st
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if st = r.state.Load(); r.fresh(st) {
		return st
	}
	ctx, cancel := context.WithTimeout(context.Background(), roleReadTimeout)
	defer cancel()
	next, err := r.read(ctx, st)
	if err != nil {
		r.log.Warn("the roles could not be read; they stay as they were", "error", err)
		next = &roleState{roles: st.roles, at: r.now(), generation: st.generation}
	}
	r.state.Store(next)
	return next
}

func (r *Roles) fresh(st *roleState) bool {
	age := r.now().Sub(st.at)
	return age >= 0 && age < roleFreshness
}

// refresh reads the roles now.
func (r *Roles) refresh(ctx context.Context) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	next, err := r.read(ctx, r.state.Load())
	if err == nil {
		r.state.Store(next)
	}
	return err
}

// read loads the roles. One that did not change is the same as before, with what is compiled of it.
func (r *Roles) read(ctx context.Context, before *roleState) (*roleState, error) {
	at := r.now()
	docs, err := r.store.Find(ctx, roles, store.Query{Parts: []string{store.Meta}})
	if err != nil {
		return nil, err
	}
	if before == nil {
		before = &roleState{}
	}
	next := &roleState{roles: map[string]*held{}, at: at, generation: before.generation}
	same := len(docs) == len(before.roles)
	for _, d := range docs {
		if h := before.roles[d.Key]; h != nil && h.rev == d.Rev && h.text == text(d.Part(store.Meta), "role") {
			next.roles[d.Key] = h
			continue
		}
		same = false
		h := readRole(d)
		if h.broken != "" {
			r.log.Warn("a stored role can't be read and opens nothing", "role", d.Key, "reason", h.broken)
		}
		next.roles[d.Key] = h
	}
	addPublicRights(next.roles)
	if !same {
		next.generation++
	}
	return next, nil
}

// readRole reads a stored role. What can't be read has no rules.
func readRole(d store.Document) *held {
	stored := text(d.Part(store.Meta), "role")
	role, err := ParseRole([]byte(stored))
	if err == nil && role.Name != d.Key {
		err = fault.New(fault.Invalid, "It is stored under another name")
	}
	if err != nil {
		return &held{Role: Role{Name: d.Key, Title: schema.Label{DE: d.Key}}, rev: d.Rev, text: stored, broken: fault.As(err).Error()}
	}
	return &held{Role: role, rev: d.Rev, text: stored}
}

// seedRoles stores the shipped roles that the store lacks, and brings those that nobody changed to this version.
func seedRoles(ctx context.Context, st store.Store) error {
	list, version, err := shipped()
	if err != nil {
		return err
	}
	docs, err := st.Find(ctx, roles, store.Query{Parts: []string{store.Meta}})
	if err != nil {
		return err
	}
	var ops []store.Op
	for _, role := range list {
		facts := value.Object{"role": role.text(), "shipped": role.text(), "version": version}
		i := slices.IndexFunc(docs, func(d store.Document) bool { return d.Key == role.Name })
		if i < 0 {
			ops = append(ops, store.Op{Kind: store.Keep, Collection: roles, Key: role.Name, Parts: metaPart(facts)})
			continue
		}
		m := docs[i].Part(store.Meta)
		changed := text(m, "role") != text(m, "shipped")
		if changed || integer(m, "version") >= version {
			continue
		}
		ops = append(ops, store.Op{Kind: store.Replace, Collection: roles, Key: role.Name, Rev: docs[i].Rev, Set: facts})
	}
	if len(ops) == 0 {
		return nil
	}
	err = st.Apply(ctx, ops)
	if isConflict(err) {
		return seedRoles(ctx, st) // another process was first
	}
	return err
}
