package store

import (
	"context"
	"crypto/sha256"
	"fmt"
	"time"
)

// Sessions keeps the sessions of the console. It has the methods that
// alexedwards/scs asks of a store. Tokens are stored hashed: who reads the
// database cannot use them.
type Sessions struct{ s *Store }

// Sessions returns the sessions of this database.
func (s *Store) Sessions() *Sessions { return &Sessions{s} }

// FindCtx returns the data of a session; found is false if it is unknown or over.
func (x *Sessions) FindCtx(ctx context.Context, token string) (data []byte, found bool, err error) {
	found, err = x.s.reader(ctx).one("SELECT data FROM sessions WHERE org = ? AND token = ? AND expiry > ?",
		[]any{x.s.o.Org, tokenHash(token), x.s.o.Now().UnixMicro()}, &data)
	if err != nil {
		return nil, false, fmt.Errorf("find a session: %w", err)
	}
	return data, found, nil
}

// CommitCtx writes a session and clears away those that are over.
func (x *Sessions) CommitCtx(ctx context.Context, token string, data []byte, expiry time.Time) error {
	err := x.s.update(ctx, func(t *tx) error {
		if _, err := t.exec("DELETE FROM sessions WHERE expiry <= ?", x.s.o.Now().UnixMicro()); err != nil {
			return err
		}
		_, err := t.exec(`INSERT INTO sessions (org, token, data, expiry) VALUES (?, ?, ?, ?)
			ON CONFLICT (org, token) DO UPDATE SET data = excluded.data, expiry = excluded.expiry`,
			x.s.o.Org, tokenHash(token), data, expiry.UnixMicro())
		return err
	})
	if err != nil {
		return fmt.Errorf("write a session: %w", err)
	}
	return nil
}

// DeleteCtx ends a session; it is no error if there is none.
func (x *Sessions) DeleteCtx(ctx context.Context, token string) error {
	err := x.s.update(ctx, func(t *tx) error {
		_, err := t.exec("DELETE FROM sessions WHERE org = ? AND token = ?", x.s.o.Org, tokenHash(token))
		return err
	})
	if err != nil {
		return fmt.Errorf("end a session: %w", err)
	}
	return nil
}

// Find is FindCtx without a context: scs asks for both.
func (x *Sessions) Find(token string) ([]byte, bool, error) {
	return x.FindCtx(context.Background(), token)
}

// Commit is CommitCtx without a context.
func (x *Sessions) Commit(token string, data []byte, expiry time.Time) error {
	return x.CommitCtx(context.Background(), token, data, expiry)
}

// Delete is DeleteCtx without a context.
func (x *Sessions) Delete(token string) error { return x.DeleteCtx(context.Background(), token) }

func tokenHash(token string) []byte {
	sum := sha256.Sum256([]byte(token))
	return sum[:]
}
