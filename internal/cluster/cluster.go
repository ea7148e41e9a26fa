// Package cluster holds what replicas of the daemon share and may lose: leases,
// budgets of money and requests, sliding counters, and the live feed of the
// console. It stores them in memory ([NewMemory], one process) or in Redis
// ([NewRedis], several); what must not be lost is in internal/store.
//
// It promises the same behaviour over both (one conformance suite says so),
// bounded waiting whatever Redis does, and no text, handle or clear author id
// in Redis: authors are keyed digests, events say only that something changed.
//
// What losing Redis costs: leases lapse and are taken anew, fences still grow;
// counters restart, so a wave in progress is found later; events are missed,
// and pages reload. Budgets survive through [BudgetKeeper], if one is given.
package cluster

import (
	"context"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"time"

	"vigie"
)

// Cluster is one replica's handle on what all share. Safe for concurrent use.
type Cluster struct {
	backend
	holder    string // this replica, random
	key       []byte // of the digests of authors
	keeper    BudgetKeeper
	retention time.Duration
	now       func() time.Time
}

// Config is what [NewMemory] and [NewRedis] share. The zero value works for
// memory; Redis needs a Key.
type Config struct {
	Org vigie.OrgID // whose leases, budgets and counters these are; default [vigie.DefaultOrg]
	// Key turns authors into digests, the same in all replicas, 16 bytes at
	// least. In memory it may be empty: then it is random.
	Key []byte
	// Budgets keeps spent money over crashes; nil: it lives as long as the backend.
	Budgets BudgetKeeper
	// Retention is the longest window that can be counted; default 24 h.
	Retention time.Duration
	// Events is how many events of an organisation are kept for resuming; default 1000.
	Events int
	Now    func() time.Time // default time.Now
}

func (c *Config) complete() {
	if c.Org == "" {
		c.Org = vigie.DefaultOrg
	}
	if len(c.Key) == 0 {
		c.Key = make([]byte, 32)
		_, _ = rand.Read(c.Key) // never fails
	}
	if c.Retention <= 0 {
		c.Retention = 24 * time.Hour
	}
	if c.Events <= 0 {
		c.Events = 1000
	}
	if c.Now == nil {
		c.Now = time.Now
	}
}

func open(b backend, c Config) *Cluster {
	id := make([]byte, 12)
	_, _ = rand.Read(id)
	return &Cluster{backend: b, holder: hex.EncodeToString(id), key: c.Key, keeper: c.Budgets, retention: c.Retention, now: c.Now}
}

// Close ends all subscriptions and lets go of the backend. Leases lapse by themselves.
func (c *Cluster) Close() error { return c.close() }

// Check says whether the backend answers; for readiness.
func (c *Cluster) Check(ctx context.Context) error { return c.ping(ctx) }

var errClosed = errors.New("the cluster is closed")

// backend keeps the state; everything that is the same over both is above it.
type backend interface {
	// take gives the lease to holder, or extends it; fence grows with each new grant.
	take(ctx context.Context, name, holder string, ttl time.Duration) (fence int64, ok bool, err error)
	// give ends the lease if holder still has it under that fence.
	give(ctx context.Context, name, holder string, fence int64) error
	// charge changes what is used of a budget in one step, or refuses.
	charge(ctx context.Context, c charge) (used int64, ok bool, err error)
	// add counts a comment of an author, given as digest.
	add(ctx context.Context, account, author string, at time.Time) error
	// count returns comments and distinct authors after since, up to now.
	count(ctx context.Context, account string, since time.Time) (comments, authors int64, err error)
	publish(ctx context.Context, org vigie.OrgID, e vigie.Event) error
	// feed returns the local copy of an organisation's feed.
	feed(ctx context.Context, org vigie.OrgID) (*feed, error)
	ping(ctx context.Context) error
	close() error
}

// digest hides an author; it is the same in all replicas.
func (c *Cluster) digest(author string) string {
	mac := hmac.New(sha256.New, c.key)
	mac.Write([]byte(author))
	return base64.RawURLEncoding.EncodeToString(mac.Sum(nil)[:12])
}
