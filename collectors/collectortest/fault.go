package collectortest

import "vigie/collectors"

// Fault is something that a platform may do to a source.
type Fault string

// The faults of HTTP, which a [Wire] plays.
const (
	LimitedUnix    Fault = "429 with a reset in Unix seconds"         // X
	LimitedISO     Fault = "429 with a reset in ISO 8601"             // Mastodon
	LimitedDelta   Fault = "429 with a reset in seconds from now"     // IETF draft, Reddit
	LimitedSeconds Fault = "429 with Retry-After in seconds"          //
	LimitedDate    Fault = "429 with Retry-After as a date"           //
	LimitedMute    Fault = "429 that does not say until when"         //
	Unauthorized   Fault = "401"                                      // the token was revoked
	Forbidden      Fault = "403 with problem+json"                    //
	Unavailable    Fault = "503 with HTML"                            // maintenance
	Disguised      Fault = "200 with HTML"                            // captive portal, login page
	Gone           Fault = "410 with nothing"                         //
	Cut            Fault = "a body that is cut short"                 //
	Hanging        Fault = "a body that never ends"                   // half-open connection
	Repeated       Fault = "the answer of the request before, again"  // a cache on the way
	Elsewhere      Fault = "a redirect to another host"               //
	Overlong       Fault = "a body that is longer than any should be" //
)

// What a platform may be unable to show, beside those.
const (
	BadItem   Fault = "one item that cannot be decoded"
	Edits     Fault = "edits"
	Deletions Fault = "deletions seen by Check"
)

// usual is the class of each fault of HTTP; "" is no error at all.
var usual = []struct {
	fault Fault
	class collectors.Class
}{
	{LimitedUnix, collectors.ClassLimited},
	{LimitedISO, collectors.ClassLimited},
	{LimitedDelta, collectors.ClassLimited},
	{LimitedSeconds, collectors.ClassLimited},
	{LimitedDate, collectors.ClassLimited},
	{LimitedMute, collectors.ClassLimited},
	{Unauthorized, collectors.ClassAuth},
	{Forbidden, collectors.ClassAuth},
	{Unavailable, collectors.ClassRetry},
	{Disguised, collectors.ClassRetry},
	{Gone, collectors.ClassGone},
	{Cut, collectors.ClassRetry},
	{Hanging, collectors.ClassRetry},
	{Repeated, ""},
	{Elsewhere, collectors.ClassRetry},
	{Overlong, collectors.ClassBug},
}

// HTTPFaults returns the faults of HTTP, for a harness whose platform speaks
// another protocol.
func HTTPFaults() []Fault {
	all := make([]Fault, 0, len(usual))
	for _, u := range usual {
		all = append(all, u.fault)
	}
	return all
}
