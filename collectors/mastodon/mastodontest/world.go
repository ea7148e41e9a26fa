package mastodontest

import (
	"fmt"
	"strconv"
	"strings"
	"time"
)

// Account is a person on the simulated network.
type Account struct {
	Name    string // "asso", or "troll@elsewhere.example" if remote
	Display string // display name; "": the name
	Token   string // opens the account through the API; "": nothing does
	Created time.Time
}

// firstAccount is the id of the first account; apart from those of statuses.
const firstAccount = 108_000

type account struct {
	id      int64
	name    string // as in Account.Name: what the API calls acct
	display string
	created time.Time
	follows map[int64]bool
}

func (a *account) username() string {
	user, _, _ := strings.Cut(a.name, "@")
	return user
}

func (a *account) domain(local string) string {
	if _, domain, ok := strings.Cut(a.name, "@"); ok {
		return domain
	}
	return local
}

// AddAccount adds an account, or gives a known one another token, and returns its id.
func (s *Server) AddAccount(a Account) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	acc := s.find(a.Name)
	if acc == nil {
		acc = s.newAccount(a)
	}
	if a.Token != "" {
		s.tokens[a.Token] = acc
	}
	return itoa(acc.id)
}

func (s *Server) newAccount(a Account) *account {
	if a.Created.IsZero() {
		a.Created = s.opts.Now()
	}
	if a.Display == "" {
		a.Display = a.Name
	}
	acc := &account{id: firstAccount + int64(len(s.accounts)), name: strings.TrimPrefix(a.Name, "@"), display: a.Display,
		created: a.Created, follows: map[int64]bool{}}
	s.accounts = append(s.accounts, acc)
	return acc
}

// Follow makes one account follow another; both become known.
func (s *Server) Follow(who, whom string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.ensure(who).follows[s.ensure(whom).id] = true
}

// Revoke takes a token back.
func (s *Server) Revoke(token string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.tokens, token)
}

// find returns a known account by its name, with or without the local domain.
func (s *Server) find(name string) *account {
	name = strings.TrimSuffix(strings.TrimPrefix(name, "@"), "@"+s.opts.Domain)
	for _, a := range s.accounts {
		if strings.EqualFold(a.name, name) {
			return a
		}
	}
	return nil
}

func (s *Server) ensure(name string) *account {
	if a := s.find(name); a != nil {
		return a
	}
	return s.newAccount(Account{Name: name})
}

func (s *Server) byID(id int64) *account {
	for _, a := range s.accounts {
		if a.id == id {
			return a
		}
	}
	return nil
}

// nextID mints a snowflake: milliseconds, then sixteen bits that grow.
func (s *Server) nextID(at time.Time) int64 {
	s.lastID = max(s.lastID+1, at.UnixMilli()<<16)
	return s.lastID
}

func itoa(n int64) string { return strconv.FormatInt(n, 10) }

func mustID(id string) int64 {
	n, err := strconv.ParseInt(id, 10, 64)
	if err != nil {
		panic(fmt.Sprintf("mastodontest: %q is no id of this server", id))
	}
	return n
}
