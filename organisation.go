package vigie

// OrgID names an organisation. Every row, query and page carries one.
type OrgID string

// DefaultOrg is the organisation of an installation that serves only one.
const DefaultOrg OrgID = "default"

// Organisation is the owner of accounts, rules, team, keys, evidence log and quota.
type Organisation struct {
	ID   OrgID
	Name string // for people
}

// AccountID names an account we watch: "platform:host/@name", for example
// "mastodon:piaille.fr/@asso".
type AccountID string

// Account is an account of the organisation that we watch, on one platform.
type Account struct {
	ID       AccountID
	Platform string // "mastodon", "x", …
	Host     string // the instance; the platform's own host where there is but one
	Remote   string // the platform's opaque id of the account
	Handle   string // "@asso" without the host
	URL      string
}
