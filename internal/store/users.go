package store

import (
	"context"
	"fmt"
	"regexp"
	"strings"
	"unicode/utf8"

	"vigie"
)

// minPassword is the least number of characters of a password.
const minPassword = 12

// AddUser adds a member to the caller's organisation. It is for administrators.
func (s *Store) AddUser(ctx context.Context, who vigie.Caller, u vigie.User, password string) error {
	u.Org = who.Org
	u.ID = vigie.UserID(normal(string(u.ID)))
	if err := fit(u, password); err != nil {
		return err
	}
	hash := s.hash(password)
	free := func(t *tx) error {
		switch _, err := oneUser(t, u.Org, u.ID); {
		case err == nil:
			return fmt.Errorf("the login %s is taken: %w", u.ID, vigie.ErrDenied)
		case isNotFound(err):
			return nil
		default:
			return err
		}
	}
	return s.do(ctx, call{who: who, action: "user.add", object: string(u.ID), admin: true}, free,
		func(t *tx) error { return s.insertUser(t, u, hash) })
}

func (s *Store) insertUser(t *tx, u vigie.User, hash string) error {
	_, err := t.exec("INSERT INTO users (org, login, name, role, lang, hash, created) VALUES (?, ?, ?, ?, ?, ?, ?)",
		u.Org, u.ID, u.Name, u.Role, u.Lang, hash, s.o.Now().UnixMicro())
	return err
}

// RemoveUser takes a member out of the caller's organisation: their sessions
// are over, their decisions and their trail stay. It is for administrators; the
// last one stays, because the next start would make another with a new password.
func (s *Store) RemoveUser(ctx context.Context, who vigie.Caller, id vigie.UserID) error {
	id = vigie.UserID(normal(string(id)))
	dispensable := func(t *tx) error {
		u, err := oneUser(t, who.Org, id)
		if err != nil || u.Role != vigie.RoleAdmin {
			return err
		}
		var others int
		_, err = t.one("SELECT count(*) FROM users WHERE org = ? AND role = ? AND login <> ?", []any{who.Org, vigie.RoleAdmin, id}, &others)
		if err == nil && others == 0 {
			err = fmt.Errorf("%s is the last administrator, make another first: %w", id, vigie.ErrDenied)
		}
		return err
	}
	return s.do(ctx, call{who: who, action: "user.remove", object: string(id), admin: true}, dispensable,
		func(t *tx) error {
			if _, err := t.exec("DELETE FROM users WHERE org = ? AND login = ?", who.Org, id); err != nil {
				return err
			}
			return s.release(t, who.Org, string(id))
		})
}

// SetPassword changes the password of a member: one's own, or anybody's by an
// administrator. It ends their sessions and lifts the brake on that login.
func (s *Store) SetPassword(ctx context.Context, who vigie.Caller, id vigie.UserID, password string) error {
	id = vigie.UserID(normal(string(id)))
	if err := strong(password); err != nil {
		return err
	}
	hash := s.hash(password)
	exists := func(t *tx) error {
		_, err := oneUser(t, who.Org, id)
		return err
	}
	return s.do(ctx, call{who: who, action: "user.password", object: string(id), admin: id != who.User}, exists,
		func(t *tx) error {
			if _, err := t.exec("UPDATE users SET hash = ? WHERE org = ? AND login = ?", hash, who.Org, id); err != nil {
				return err
			}
			return s.release(t, who.Org, string(id))
		})
}

// User returns a member of the team, or vigie.ErrNotFound.
func (s *Store) User(ctx context.Context, org vigie.OrgID, id vigie.UserID) (vigie.User, error) {
	u, err := oneUser(s.reader(ctx), org, vigie.UserID(normal(string(id))))
	if err != nil {
		return vigie.User{}, fmt.Errorf("user: %w", err)
	}
	return u, nil
}

// Users lists the team by login.
func (s *Store) Users(ctx context.Context, who vigie.Caller) ([]vigie.User, error) {
	if err := s.do(ctx, call{who: who, action: "user.list"}, nil, nil); err != nil {
		return nil, err
	}
	var users []vigie.User
	err := s.reader(ctx).all("SELECT login, org, name, role, lang FROM users WHERE org = ? ORDER BY login", []any{who.Org},
		func(r scanner) error {
			var u vigie.User
			err := r.Scan(&u.ID, &u.Org, &u.Name, &u.Role, &u.Lang)
			users = append(users, u)
			return err
		})
	if err != nil {
		return nil, fmt.Errorf("user.list: %w", err)
	}
	return users, nil
}

// EnsureFirstUser makes an administrator with a random password if the
// organisation has no member yet; made says whether it did. The password is
// stored nowhere in the clear: show it once.
func (s *Store) EnsureFirstUser(ctx context.Context, org vigie.OrgID, login string) (password string, made bool, err error) {
	u := vigie.User{ID: vigie.UserID(normal(login)), Org: org, Name: login, Role: vigie.RoleAdmin, Lang: s.o.Lang}
	password = newPassword()
	if err := fit(u, password); err != nil {
		return "", false, err
	}
	var team int
	if _, err := s.reader(ctx).one("SELECT count(*) FROM users WHERE org = ?", []any{org}, &team); err != nil || team > 0 {
		return "", false, err
	}
	hash := s.hash(password)
	err = s.update(ctx, func(t *tx) error {
		made = false
		if _, err := t.one("SELECT count(*) FROM users WHERE org = ?", []any{org}, &team); err != nil || team > 0 {
			return err
		}
		made = true
		c := call{who: vigie.Caller{Org: org, Via: "start"}, action: "user.add", object: string(u.ID)}
		if err := s.audit(t, c, resultOK); err != nil {
			return err
		}
		return s.insertUser(t, u, hash)
	})
	if err != nil || !made {
		return "", false, err
	}
	return password, true, nil
}

func oneUser(q querier, org vigie.OrgID, id vigie.UserID) (u vigie.User, err error) {
	var hash string
	ok, err := q.one("SELECT login, org, name, role, lang, hash FROM users WHERE org = ? AND login = ?", []any{org, id},
		&u.ID, &u.Org, &u.Name, &u.Role, &u.Lang, &hash)
	if err == nil && !ok {
		err = vigie.ErrNotFound
	}
	u.Epoch = shortHash("epoch", hash) // the hash has a salt of its own
	return u, err
}

// normal is a login as it is stored: people type capitals on telephones.
func normal(login string) string { return strings.ToLower(strings.TrimSpace(login)) }

var loginForm = regexp.MustCompile(`^[a-z0-9][a-z0-9._@+-]{0,63}$`)

// fit checks a new member.
func fit(u vigie.User, password string) error {
	if !loginForm.MatchString(string(u.ID)) {
		return &vigie.FieldError{Field: "login", Problem: "has other signs than a login may have", Remedy: "use 1 to 64 of a-z, 0-9 and . _ @ + -, a letter or digit first"}
	}
	if u.Role != vigie.RoleAdmin && u.Role != vigie.RoleModerator {
		return &vigie.FieldError{Field: "role", Problem: "is unknown", Remedy: "use moderator or admin"}
	}
	return strong(password)
}

func strong(password string) error {
	if utf8.RuneCountInString(password) < minPassword {
		return &vigie.FieldError{Field: "password", Problem: "is too short", Remedy: fmt.Sprintf("use at least %d characters, such as four words", minPassword)}
	}
	if len(password) > 1024 {
		return &vigie.FieldError{Field: "password", Problem: "is too long", Remedy: "use at most 1024 bytes"}
	}
	return nil
}
