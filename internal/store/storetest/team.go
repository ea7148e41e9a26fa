package storetest

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"vigie"
	"vigie/internal/store"
)

const password = "correct horse battery"

func users(t *testing.T, open Opener) {
	b := start(t, open)
	first, made, err := b.EnsureFirstUser(b.ctx, vigie.DefaultOrg, "admin")
	if err != nil || !made || len(first) < 20 {
		t.Fatalf("first user: %q %v %v", first, made, err)
	}
	if again, made, err := b.EnsureFirstUser(b.ctx, vigie.DefaultOrg, "admin"); again != "" || made || err != nil {
		t.Errorf("first user again: %q %v %v", again, made, err)
	}
	if u, err := b.Authenticate(b.ctx, vigie.DefaultOrg, " Admin ", first); err != nil || u.Role != vigie.RoleAdmin {
		t.Errorf("first login: %+v %v", u, err)
	}
	b.team()
	for name, err := range map[string]error{
		"taken":          b.AddUser(b.ctx, alice, vigie.User{ID: "BOB", Role: vigie.RoleModerator}, password),
		"by a moderator": b.AddUser(b.ctx, bob, vigie.User{ID: "eve", Role: vigie.RoleAdmin}, password),
		"another's":      b.SetPassword(b.ctx, bob, "admin", password),
	} {
		if !errors.Is(err, vigie.ErrDenied) {
			t.Errorf("%s: %v", name, err)
		}
	}
	var field *vigie.FieldError
	for name, err := range map[string]error{
		"login":    b.AddUser(b.ctx, alice, vigie.User{ID: "a b", Role: vigie.RoleModerator}, password),
		"role":     b.AddUser(b.ctx, alice, vigie.User{ID: "eve", Role: "king"}, password),
		"password": b.SetPassword(b.ctx, alice, "bob", "short"),
	} {
		if !errors.As(err, &field) || field.Field != name || field.Remedy == "" {
			t.Errorf("%s: %v", name, err)
		}
	}
	must(t, b.SetPassword(b.ctx, bob, "bob", "another long password"))
	if _, err := b.Authenticate(b.ctx, vigie.DefaultOrg, "bob", password); !errors.Is(err, vigie.ErrDenied) {
		t.Errorf("the old password: %v", err)
	}
	team, err := b.Users(b.ctx, bob)
	must(t, err)
	want := []vigie.User{
		{ID: "admin", Org: vigie.DefaultOrg, Name: "admin", Role: vigie.RoleAdmin, Lang: "fr"},
		{ID: "bob", Org: vigie.DefaultOrg, Name: "Bob", Role: vigie.RoleModerator, Lang: "fr"},
	}
	if diff := cmp.Diff(want, team); diff != "" {
		t.Errorf("team (-want +got)\n%s", diff)
	}
	if _, err := b.User(b.ctx, "other", "bob"); !errors.Is(err, vigie.ErrNotFound) {
		t.Errorf("a member seen from another organisation: %v", err)
	}
}

// leaving shows what ends a member's sessions, and who can be made to leave.
func leaving(t *testing.T, open Opener) {
	b := start(t, open)
	b.team()
	epoch := func(id vigie.UserID) string {
		u, err := b.User(b.ctx, vigie.DefaultOrg, id)
		must(t, err)
		return u.Epoch
	}
	first := epoch("bob")
	u, err := b.Authenticate(b.ctx, vigie.DefaultOrg, "bob", password)
	if err != nil || u.Epoch != first || first == "" {
		t.Errorf("logged in with epoch %q of %q: %v", u.Epoch, first, err)
	}
	must(t, b.SetPassword(b.ctx, alice, "bob", password))
	if second := epoch("bob"); second == first {
		t.Error("a new password, be it the same, did not change the epoch")
	}
	second := epoch("bob")
	if err := b.RemoveUser(b.ctx, bob, "bob"); !errors.Is(err, vigie.ErrDenied) {
		t.Errorf("removed by a moderator: %v", err)
	}
	if err := b.RemoveUser(b.ctx, vigie.Caller{User: "eve", Org: "other", Role: vigie.RoleAdmin}, "bob"); !errors.Is(err, vigie.ErrNotFound) {
		t.Errorf("removed from another organisation: %v", err)
	}
	must(t, b.RemoveUser(b.ctx, alice, " Bob "))
	if _, err := b.User(b.ctx, vigie.DefaultOrg, "bob"); !errors.Is(err, vigie.ErrNotFound) {
		t.Errorf("after the removal: %v", err)
	}
	if _, err := b.Authenticate(b.ctx, vigie.DefaultOrg, "bob", password); !errors.Is(err, vigie.ErrDenied) {
		t.Errorf("login after the removal: %v", err)
	}
	must(t, b.AddUser(b.ctx, alice, vigie.User{ID: "bob", Name: "Bob", Role: vigie.RoleAdmin, Lang: "fr"}, password))
	if epoch("bob") == second {
		t.Error("a new member of the same name takes over old sessions")
	}
	if err := b.RemoveUser(b.ctx, alice, "bob"); !errors.Is(err, vigie.ErrDenied) {
		t.Errorf("the last administrator: %v", err)
	}
}

func login(t *testing.T, open Opener) {
	clock := NewClock()
	o := store.Options{Now: clock.Now}
	b := &bench{Store: open(t, o), t: t, ctx: t.Context(), clock: clock}
	b.team()
	const marker = "My-Secret-Typed-Into-The-Wrong-Field"
	for _, who := range []string{"bob", marker} {
		for range 5 {
			_, err := b.Authenticate(b.ctx, vigie.DefaultOrg, who, "wrong")
			if !errors.Is(err, vigie.ErrDenied) || retryAfter(err) != 0 {
				t.Fatalf("%s: %v", who, err)
			}
		}
		right := password
		if _, err := b.Authenticate(b.ctx, vigie.DefaultOrg, who, right); retryAfter(err) != 30*time.Second || !errors.Is(err, vigie.ErrDenied) {
			t.Errorf("%s, the sixth: %v", who, err)
		}
	}
	must(t, b.Close())
	b.Store = open(t, o) // the brake survives a restart
	if _, err := b.Authenticate(b.ctx, vigie.DefaultOrg, "bob", password); retryAfter(err) == 0 {
		t.Errorf("after a restart: %v", err)
	}
	clock.Turn(30 * time.Second)
	if _, err := b.Authenticate(b.ctx, vigie.DefaultOrg, "bob", "wrong"); retryAfter(err) != 0 {
		t.Errorf("after the wait: %v", err)
	}
	if _, err := b.Authenticate(b.ctx, vigie.DefaultOrg, "bob", password); retryAfter(err) != time.Minute {
		t.Errorf("the next wait: %v", err)
	}
	clock.Turn(time.Minute)
	if u, err := b.Authenticate(b.ctx, vigie.DefaultOrg, "bob", password); err != nil || u.ID != "bob" {
		t.Errorf("the right one: %+v %v", u, err)
	}
	trail := strings.Join(b.trail(), "\n")
	if strings.Count(trail, "bob login  denied") != 6 || strings.Count(trail, "\n login  denied") != 5 || !strings.Contains(trail, "bob login  ok") {
		t.Errorf("trail\n%s", trail)
	}
	if strings.Contains(strings.ToLower(trail), strings.ToLower(marker)) {
		t.Error("the trail holds what was typed as a login")
	}
}

func retryAfter(err error) time.Duration {
	var wait interface{ RetryAfter() time.Duration }
	if !errors.As(err, &wait) {
		return 0
	}
	return wait.RetryAfter()
}

func sessions(t *testing.T, open Opener) {
	b := start(t, open)
	s := b.Sessions()
	must(t, s.Commit("token", []byte("a"), b.clock.Now().Add(time.Hour)))
	must(t, s.Commit("token", []byte("b\x00"), b.clock.Now().Add(time.Hour)))
	if data, ok, err := s.Find("token"); string(data) != "b\x00" || !ok || err != nil {
		t.Errorf("found %q %v %v", data, ok, err)
	}
	for _, unknown := range []string{"", "Token", "token\x00"} {
		if _, ok, err := s.Find(unknown); ok || err != nil {
			t.Errorf("%q: %v %v", unknown, ok, err)
		}
	}
	b.clock.Turn(time.Hour)
	if _, ok, err := s.Find("token"); ok || err != nil {
		t.Errorf("after its end: %v %v", ok, err)
	}
	must(t, s.Commit("other", []byte("c"), b.clock.Now().Add(time.Hour)))
	must(t, s.Delete("other"))
	must(t, s.Delete("other"))
	if _, ok, err := s.Find("other"); ok || err != nil {
		t.Errorf("after the logout: %v %v", ok, err)
	}
}
