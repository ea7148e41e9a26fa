package console

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/alexedwards/scs/v2"

	"vigie"
)

// people knows the members of the team.
type people interface {
	// Authenticate checks a password. Any fault of login or password is
	// vigie.ErrDenied; too many tries are an error with RetryAfter() time.Duration.
	Authenticate(ctx context.Context, org vigie.OrgID, login, password string) (vigie.User, error)
	// User returns a member of the team, or vigie.ErrNotFound.
	User(ctx context.Context, org vigie.OrgID, id vigie.UserID) (vigie.User, error)
}

// reader shows cases without any text of a comment.
type reader interface {
	Cases(ctx context.Context, caller vigie.Caller, f vigie.CaseFilter) (vigie.CasePage, error)
	Counts(ctx context.Context, caller vigie.Caller) (vigie.Counts, error)
	Case(ctx context.Context, caller vigie.Caller, id vigie.CaseID) (vigie.CaseView, error)
	Status(ctx context.Context, caller vigie.Caller) (vigie.Status, error)
}

// revealer hands out a text, after writing down who asked.
type revealer interface {
	Reveal(ctx context.Context, caller vigie.Caller, id vigie.CaseID, c vigie.CommentID, version int) (vigie.Revealed, error)
}

// decider takes decisions. A revision that is not the case's own is vigie.ErrStale.
type decider interface {
	Decide(ctx context.Context, caller vigie.Caller, d vigie.Decision, revision int) (vigie.Case, error)
}

// Desk is what the console needs of the store.
type Desk interface {
	people
	reader
	revealer
	decider
}

// Feed tells that something changed. The channel is closed when ctx ends or the
// reader is too slow; events after the one named are replayed if still known.
type Feed interface {
	Subscribe(ctx context.Context, org vigie.OrgID, after string) (<-chan vigie.Event, error)
}

// Surge counts what was said to an account lately: all comments, and distinct authors.
type Surge interface {
	Count(ctx context.Context, account string, window time.Duration) (comments, authors int64, err error)
}

// Config is what the console is made of. Desk is needed, all else may be left out.
type Config struct {
	Desk     Desk
	Feed     Feed      // nil: no live arrival
	Surge    Surge     // nil: no banner
	Sessions scs.Store // nil: in memory, lost at restart

	SurgeWindow  time.Duration // of the banner; 10 minutes if 0
	SurgeAuthors int64         // distinct authors in the window that raise the banner; 20 if 0

	Org     vigie.OrgID    // vigie.DefaultOrg if empty
	Lang    string         // of who has not chosen: "fr" (the default) or "en"
	BaseURL string         // address of the console as people type it; https makes cookies Secure
	Zone    *time.Location // of the times shown; time.Local if nil
	// Rule returns what a rule says of itself in a language, "" if it is silent;
	// then, or if Rule is nil, words are made of the rule's id.
	Rule func(id, lang string) string

	Now     func() time.Time // time.Now if nil
	Log     *slog.Logger     // discarded if nil
	Version string           // shown at the foot of the pages
	OrgName string           // of the organisation, shown there too; may be empty
}

// console is the handler's state: all of it set once.
type console struct {
	Config
	sessions *scs.SessionManager
	locales  map[string]*locale
	assets   *assets
	secure   bool
	streams  streams
}

// New returns the handler of all the console's pages, to be mounted at the
// root of its address. The error names the field of c that is wrong.
func New(c Config) (http.Handler, error) {
	if c.Desk == nil {
		return nil, errors.New("console: Config.Desk is nil")
	}
	base, err := url.Parse(c.BaseURL)
	if err != nil {
		return nil, fmt.Errorf("console: base_url: %w", err)
	}
	c.setDefaults()
	locales, err := loadLocales()
	if err != nil {
		return nil, err
	}
	if locales[c.Lang] == nil {
		return nil, &vigie.FieldError{Field: "lang", Problem: fmt.Sprintf("%q is not a language of the console", c.Lang), Remedy: "use fr or en"}
	}
	files, err := loadAssets()
	if err != nil {
		return nil, err
	}
	k := &console{Config: c, locales: locales, assets: files, secure: strings.EqualFold(base.Scheme, "https")}
	k.sessions = newSessions(c.Sessions, k.secure)
	return k.handler(), nil
}

func (c *Config) setDefaults() {
	if c.Org == "" {
		c.Org = vigie.DefaultOrg
	}
	if c.Lang == "" {
		c.Lang = "fr"
	}
	if c.Now == nil {
		c.Now = time.Now
	}
	if c.Zone == nil {
		c.Zone = time.Local
	}
	if c.Log == nil {
		c.Log = slog.New(slog.DiscardHandler)
	}
	if c.SurgeWindow == 0 {
		c.SurgeWindow = 10 * time.Minute
	}
	if c.SurgeAuthors == 0 {
		c.SurgeAuthors = 20
	}
}
