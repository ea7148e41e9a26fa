package cluster

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"strconv"
	"sync"
	"time"

	"github.com/redis/go-redis/v9"
	"github.com/redis/go-redis/v9/maintnotifications"

	"vigie"
)

// RedisConfig is what [NewRedis] needs.
type RedisConfig struct {
	URL string // redis://[user:password@]host:6379/0, rediss:// for TLS, unix://; never printed
	Config
	Log *slog.Logger
}

// NewRedis makes a replica of a cluster that shares a Redis server, version 6.2
// or newer. It does not connect: a server that is away makes calls fail within
// seconds and is used again when it is back. All keys begin with
// vigie:{organisation}.
func NewRedis(c RedisConfig) (*Cluster, error) {
	if len(c.Key) < 16 {
		return nil, errors.New("authors in Redis need a key of 16 bytes at least, the same for all replicas")
	}
	opts, err := redis.ParseURL(c.URL)
	if err != nil {
		return nil, errors.New("the address of Redis is not one; write redis://host:6379/0")
	}
	c.complete()
	opts.DialTimeout, opts.ReadTimeout, opts.WriteTimeout = 2*time.Second, 2*time.Second, 2*time.Second
	opts.PoolTimeout, opts.ContextTimeoutEnabled = 2*time.Second, true
	opts.MaxRetries, opts.DialerRetries, opts.DisableIdentity = 1, 1, true
	opts.MaintNotificationsConfig = &maintnotifications.Config{Mode: maintnotifications.ModeDisabled}
	redis.SetLogger(driver{c.Log})                          // one for the whole process: the library has no other way
	ctx, cancel := context.WithCancel(context.Background()) // of the feeds, which outlive every call: until Close
	r := &rdb{
		cfg: c.Config, client: redis.NewClient(opts), addr: opts.Addr, log: c.Log,
		feeds: make(map[vigie.OrgID]*feed), ctx: ctx, cancel: cancel,
	}
	return open(r, c.Config), nil
}

// driver takes what the library would print to standard error; what matters
// of it comes back as an error anyway.
type driver struct{ log *slog.Logger }

// Printf is what the library calls.
func (d driver) Printf(ctx context.Context, format string, v ...any) {
	d.log.DebugContext(ctx, "redis driver", "said", fmt.Sprintf(format, v...))
}

// rdb is the backend in Redis. Every change is one script or one command, so
// that a replica may die between any two.
type rdb struct {
	cfg    Config
	client *redis.Client
	addr   string
	log    *slog.Logger

	mu     sync.Mutex
	feeds  map[vigie.OrgID]*feed
	tails  sync.WaitGroup
	ctx    context.Context // of the tails
	cancel context.CancelFunc
}

func (r *rdb) key(org vigie.OrgID, rest string) string { return "vigie:{" + string(org) + "}:" + rest }

func (r *rdb) ours(rest string) string { return r.key(r.cfg.Org, rest) }

// failure adds the remedy that nearly every failure of Redis has.
func (r *rdb) failure(err error) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("redis at %s: %w; check that it runs and that `redis:` in vigie.yaml names it", r.addr, err)
}

func (r *rdb) take(ctx context.Context, name, holder string, ttl time.Duration) (int64, bool, error) {
	keys := []string{r.ours("lease:" + name), r.ours("fence:" + name)}
	fence, err := takeScript.Run(ctx, r.client, keys, holder, max(1, ttl.Milliseconds())).Int64()
	return fence, fence > 0, r.failure(err)
}

func (r *rdb) give(ctx context.Context, name, holder string, fence int64) error {
	err := giveScript.Run(ctx, r.client, []string{r.ours("lease:" + name)}, holder, fence).Err()
	return r.failure(err)
}

func (r *rdb) charge(ctx context.Context, c charge) (int64, bool, error) {
	key := r.ours("budget:" + c.name + ":" + strconv.FormatInt(c.start.Unix(), 10))
	forget := max(c.end.Sub(c.start), time.Hour) + 24*time.Hour // from now: surely after the end
	out, err := chargeScript.Run(ctx, r.client, []string{key}, c.delta, c.most, c.floor, forget.Milliseconds()).Int64Slice()
	if err == nil && len(out) != 2 {
		err = errors.New("an answer of another form")
	}
	if err != nil {
		return 0, false, r.failure(err)
	}
	return out[1], out[0] == 1, nil
}

// add keeps two sorted sets per account: the comments by instant, and the
// authors by their latest instant, so that counting costs no walk.
func (r *rdb) add(ctx context.Context, account, author string, at time.Time) error {
	keys := []string{r.ours("said:" + account), r.ours("authors:" + account)}
	member := author + ":" + strconv.FormatInt(at.UnixMicro(), 10)
	before := r.cfg.Now().Add(-r.cfg.Retention).UnixMicro()
	err := addScript.Run(ctx, r.client, keys, at.UnixMicro(), member, author, before, mostCounted, r.cfg.Retention.Milliseconds()).Err()
	return r.failure(err)
}

func (r *rdb) count(ctx context.Context, account string, since time.Time) (comments, authors int64, err error) {
	after := "(" + strconv.FormatInt(since.UnixMicro(), 10)
	pipe := r.client.Pipeline()
	said := pipe.ZCount(ctx, r.ours("said:"+account), after, "+inf")
	by := pipe.ZCount(ctx, r.ours("authors:"+account), after, "+inf")
	if _, err := pipe.Exec(ctx); err != nil {
		return 0, 0, r.failure(err)
	}
	return said.Val(), by.Val(), nil
}

func (r *rdb) ping(ctx context.Context) error { return r.failure(r.client.Ping(ctx).Err()) }

func (r *rdb) close() error {
	r.cancel()
	r.mu.Lock()
	for org, f := range r.feeds {
		close(f.closed)
		delete(r.feeds, org)
	}
	r.mu.Unlock()
	err := r.client.Close()
	r.tails.Wait()
	return err
}
