package store

import (
	"context"
	"errors"
	"fmt"
	"time"

	"vigie"
)

// The brake on guessing: from the fifth failure in a row on, a login waits 30
// seconds, then twice as long each time, up to 15 minutes.
const (
	freeTries = 5
	firstWait = 30 * time.Second
	longWait  = 15 * time.Minute
	forget    = 24 * time.Hour // after the last failure
)

// throttled is a login that has to wait. It counts as vigie.ErrDenied.
type throttled struct{ wait time.Duration }

// Error says how long to wait.
func (e *throttled) Error() string {
	return fmt.Sprintf("too many failed logins: wait %s", e.wait.Round(time.Second))
}

// RetryAfter returns how long to wait.
func (e *throttled) RetryAfter() time.Duration { return e.wait }

// Unwrap returns vigie.ErrDenied.
func (e *throttled) Unwrap() error { return vigie.ErrDenied }

func isNotFound(err error) bool { return errors.Is(err, vigie.ErrNotFound) }

// Authenticate checks a password. Any fault of login or password is
// vigie.ErrDenied, after the same time; too many in a row are an error with
// RetryAfter() time.Duration, for unknown logins too. Failures are counted on
// the disk before the password is looked at, so that neither a restart nor
// many tries at once get around the brake; each is in the audit trail.
func (s *Store) Authenticate(ctx context.Context, org vigie.OrgID, login, password string) (vigie.User, error) {
	login = normal(login)
	var hash string
	var u vigie.User
	var wait time.Duration
	err := s.update(ctx, func(t *tx) (err error) {
		u, hash = vigie.User{}, ""
		if wait, err = s.reserve(t, org, login); err != nil || wait > 0 {
			return err
		}
		u, err = oneUser(t, org, vigie.UserID(login))
		if isNotFound(err) {
			return nil
		}
		if err == nil {
			_, err = t.one("SELECT hash FROM users WHERE org = ? AND login = ?", []any{org, login}, &hash)
		}
		return err
	})
	if err == nil && wait > 0 {
		err = &throttled{wait}
	}
	if err == nil {
		err = s.verify(ctx, org, login, password, hash)
	}
	if err != nil {
		return vigie.User{}, fmt.Errorf("login: %w", err)
	}
	return u, nil
}

// verify compares the password and writes down what came of it. An unknown
// login costs the same work.
func (s *Store) verify(ctx context.Context, org vigie.OrgID, login, password, hash string) error {
	good, err := s.compare(ctx, hash, password)
	if err != nil {
		return err
	}
	c := call{who: vigie.Caller{Org: org, Via: "console"}, action: "login"}
	if hash != "" {
		c.who.User = vigie.UserID(login)
	}
	err = s.update(ctx, func(t *tx) error {
		if !good {
			return s.audit(t, c, resultDenied)
		}
		return errors.Join(s.audit(t, c, resultOK), s.release(t, org, login))
	})
	if err == nil && !good {
		err = vigie.ErrDenied
	}
	return err
}

// compare checks a password against a hash, at most a few at a time, because
// each takes 19 MiB. It burns the same time when there is no hash. Who leaves
// while waiting costs nothing more: a flood must not outlive itself.
func (s *Store) compare(ctx context.Context, hash, password string) (bool, error) {
	select {
	case s.hashing <- struct{}{}:
	case <-ctx.Done():
		return false, ctx.Err()
	}
	defer func() { <-s.hashing }()
	if hash == "" || len(password) > 1024 {
		derive("", make([]byte, 16), hashCost())
		return false, nil
	}
	return checkPassword(hash, password)
}

func (s *Store) hash(password string) string {
	s.hashing <- struct{}{}
	defer func() { <-s.hashing }()
	return hashPassword(password, hashCost())
}

// reserve counts a try as failed before it is made; wait > 0 refuses it.
func (s *Store) reserve(t *tx, org vigie.OrgID, login string) (wait time.Duration, err error) {
	now := s.o.Now()
	key := s.loginKey(org, login)
	if _, err := t.exec("DELETE FROM throttle WHERE last < ?", now.Add(-forget).UnixMicro()); err != nil {
		return 0, err
	}
	var failures int
	var until time.Time
	if _, err := t.one("SELECT failures, until FROM throttle WHERE org = ? AND login = ?", []any{org, key}, &failures, moment{&until}); err != nil {
		return 0, err
	}
	if now.Before(until) {
		return until.Sub(now), nil
	}
	failures++
	_, err = t.exec(`INSERT INTO throttle (org, login, failures, until, last) VALUES (?, ?, ?, ?, ?)
		ON CONFLICT (org, login) DO UPDATE SET failures = excluded.failures, until = excluded.until, last = excluded.last`,
		org, key, failures, now.Add(brake(failures)).UnixMicro(), now.UnixMicro())
	return 0, err
}

// brake is how long to wait after so many failures in a row.
func brake(failures int) time.Duration {
	if failures < freeTries {
		return 0
	}
	return min(firstWait<<min(failures-freeTries, 10), longWait)
}

// release forgets the failures of a login.
func (s *Store) release(t *tx, org vigie.OrgID, login string) error {
	_, err := t.exec("DELETE FROM throttle WHERE org = ? AND login = ?", org, s.loginKey(org, login))
	return err
}

func (s *Store) loginKey(org vigie.OrgID, login string) []byte {
	return s.keyed("login", string(org), login)
}
