package auth

import (
	"context"
	"slices"

	"kontor/pkg/fault"
	"kontor/pkg/query"
	"kontor/pkg/store"
	"kontor/pkg/value"
)

// adminSet is one document that lists accounts that are admins and not blocked. Two processes that take the role from two admins at
// once would each see the other admin still there; both must get past the revision of this document, so only one does.
//
// Every account in the set is such an admin; not every such admin need be in it. That holds across crashes and with several
// writers because whoever changes an account reads the set before the account, takes it out of the set before it loses the role, and
// puts it in after it has got it; all of these writes are conditional on what was read.
type adminSet struct {
	ids []int64
	rev int64 // 0: there is no document yet
}

const adminsKey = "admins"

func (s *Service) adminSet(ctx context.Context) (adminSet, error) {
	d, err := s.store.Get(ctx, singles, adminsKey, []string{store.Meta})
	if fault.Is(err, fault.NotFound) {
		return adminSet{}, nil
	}
	if err != nil {
		return adminSet{}, err
	}
	set := adminSet{rev: d.Rev}
	list, _ := d.Part(store.Meta)["admins"].(value.List)
	for _, v := range list {
		if id, ok := v.(int64); ok {
			set.ids = append(set.ids, id)
		}
	}
	return set, nil
}

// without gives the write that takes an account out. It is made even if the account is not in, so that nobody puts it in meanwhile.
// Not ok if nobody would be left.
func (a adminSet) without(id int64) (store.Op, bool) {
	left := slices.DeleteFunc(slices.Clone(a.ids), func(other int64) bool { return other == id })
	return a.write(left), len(left) > 0
}

func (a adminSet) with(id int64) store.Op { return a.write(append(slices.Clone(a.ids), id)) }

func (a adminSet) write(ids []int64) store.Op {
	list := make(value.List, len(ids))
	for i, id := range ids {
		list[i] = id
	}
	set := value.Object{"admins": list}
	if a.rev == 0 {
		return store.Op{Kind: store.Insert, Collection: singles, Key: adminsKey, Parts: metaPart(set)}
	}
	return store.Op{Kind: store.Replace, Collection: singles, Key: adminsKey, Rev: a.rev, Set: set}
}

// adopt puts admins into the set that a crash left out, but not the one who is about to go, and counts them.
func (s *Service) adopt(ctx context.Context, set adminSet, going int64) (int, error) {
	docs, err := s.store.Find(ctx, accounts, store.Query{
		Filter: query.Where("meta.role", query.Eq, Admin), Sort: []query.Order{{Path: "meta.id"}}, Parts: []string{store.Meta},
	})
	if err != nil {
		return 0, err
	}
	adopted := 0
	for _, d := range docs {
		r := readRecord(d)
		if !r.administers() || r.ID == going || slices.Contains(set.ids, r.ID) {
			continue
		}
		same := func(r record) (record, error) {
			if !r.exists() {
				return r, noAccount()
			}
			return r, nil
		}
		if _, err := s.change(ctx, r.ID, same); err != nil && !fault.Is(err, fault.NotFound) {
			return adopted, err
		}
		adopted++
	}
	return adopted, nil
}

func lastAdmin() error {
	return fault.New(fault.Conflict, "The last admin can't be deleted, blocked or given another role")
}
