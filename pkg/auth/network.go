package auth

import (
	"context"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"time"

	"kontor/pkg/fault"
	"kontor/pkg/query"
	"kontor/pkg/store"
	"kontor/pkg/value"
)

// The networks from which accounts signed in lately, for the sign-in limits. They are kept as a keyed hash, so that the collection
// alone names no address, and the hash takes in the account, so that nobody sees in it who shares a network.
const (
	networks       = "_networks" // by account ID and hash: 7/5f…
	networkAge     = 30 * 24 * time.Hour
	networkRefresh = 24 * time.Hour // the time of the last use is written once a day at most
	maxNetworks    = 20             // of one account; the one that was not used for longest goes
	networkSecret  = "networks"     // the document of singles that holds the key of the hash
)

// QuietCollections lists the collections of the package of which no response shows anything.
func QuietCollections() []string { return []string{networks} }

// networkHashKey reads the key of the hash, and makes it in a new store.
func networkHashKey(ctx context.Context, st store.Store) ([]byte, error) {
	fresh := make([]byte, 32)
	rand.Read(fresh) // never fails, see newSecret
	d, err := st.Get(ctx, singles, networkSecret, nil)
	if fault.Is(err, fault.NotFound) {
		keep := store.Op{Kind: store.Keep, Collection: singles, Key: networkSecret, Parts: metaPart(value.Object{"key": hex.EncodeToString(fresh)})}
		if err = st.Apply(ctx, []store.Op{keep}); err == nil {
			d, err = st.Get(ctx, singles, networkSecret, nil) // another process may have been first
		}
	}
	if err != nil {
		return nil, err
	}
	return hex.DecodeString(text(d.Part(store.Meta), "key"))
}

// networkKey is the key of the document about an account and a network.
func (s *Service) networkKey(account, network string) string {
	h := hmac.New(sha256.New, s.networkHash)
	h.Write([]byte(account + " " + network))
	return account + "/" + hex.EncodeToString(h.Sum(nil)[:16])
}

// knowsNetwork tells whether an account signed in from a network lately. For account 0, which is none, it costs the same.
func (s *Service) knowsNetwork(ctx context.Context, id int64, network string) (bool, error) {
	d, err := s.store.Get(ctx, networks, s.networkKey(key(id), network), []string{store.Meta})
	if fault.Is(err, fault.NotFound) {
		return false, nil
	}
	return err == nil && s.now().Before(pointInTime(d.Part(store.Meta), "used").Add(networkAge)), err
}

// rememberNetwork notes that an account signed in from a network. Nobody waits for it to succeed, so a failure is only logged.
func (s *Service) rememberNetwork(ctx context.Context, id int64, network string) {
	if network == "" {
		return
	}
	if err := s.writeNetwork(ctx, id, network); err != nil && !isConflict(err) {
		s.log.WarnContext(ctx, "the network of a sign-in was not remembered", "account", id, "error", err)
	}
}

func (s *Service) writeNetwork(ctx context.Context, id int64, network string) error {
	now, k := s.now(), s.networkKey(key(id), network)
	used := value.Object{"used": formatTime(now)}
	d, err := s.store.Get(ctx, networks, k, []string{store.Meta})
	if err == nil {
		if now.Sub(pointInTime(d.Part(store.Meta), "used")) < networkRefresh {
			return nil
		}
		_, err = s.store.Touch(ctx, networks, query.Where(store.KeyPath, query.Eq, k), used, nil)
		return err
	}
	if !fault.Is(err, fault.NotFound) {
		return err
	}
	docs, err := s.store.Find(ctx, networks, store.Query{
		Filter: query.Where("meta.account", query.Eq, key(id)), Sort: []query.Order{{Path: "meta.used", Desc: true}}, Parts: []string{},
	})
	if err != nil {
		return err
	}
	used["account"] = key(id)
	ops := []store.Op{{Kind: store.Keep, Collection: networks, Key: k, Parts: metaPart(used)}}
	for i, d := range docs {
		if i >= maxNetworks-1 {
			ops = append(ops, store.Op{Kind: store.Delete, Collection: networks, Key: d.Key})
		}
	}
	return s.store.Apply(ctx, ops)
}
