package vigie

import "errors"

// UserID names a member of the team: the login name.
type UserID string

// Role is what a member of the team may do.
type Role string

// The roles.
const (
	RoleModerator Role = "moderator"
	RoleAdmin     Role = "admin" // a moderator who also manages the team
)

// User is a member of the team of an organisation.
type User struct {
	ID   UserID
	Org  OrgID
	Name string // as shown to colleagues
	Role Role
	Lang string // "fr" or "en"

	// Epoch changes with the password and with each new membership: a session
	// of another epoch is over. It tells nothing of the password.
	Epoch string
}

// Caller is on whose behalf a call is made. The store writes it into the
// audit trail before it acts.
type Caller struct {
	User UserID
	Org  OrgID
	Role Role
	Via  string // "console", "cli"
}

// The errors that cross packages; compare with errors.Is.
var (
	// ErrNotFound means that the thing named does not exist in the caller's organisation.
	ErrNotFound = errors.New("not found")
	// ErrStale means that somebody else decided in between: read again, then decide.
	ErrStale = errors.New("changed by somebody else in the meantime")
	// ErrDenied means that the caller may not do this; it is in the audit trail.
	ErrDenied = errors.New("not permitted")
)
