package vigie

import "time"

// Undecodable is one item that a source could not read: quarantined with the
// platform's bytes, so that one bad item never costs a page.
type Undecodable struct {
	Raw    []byte
	Reason string // what was wrong, without any of the content
}

// Appended counts what the store did with comments handed to it.
type Appended struct {
	New     int // comments never seen
	Edited  int // new versions of known comments
	Known   int // dropped: already stored
	Late    int // new, though created before the newest known of its source: the overlap window at work
	Deleted int // known comments found gone for good
}

// Looked is what a later look at stored comments found.
type Looked struct {
	Comments []Comment              // those still there, as they are now
	Presence map[CommentID]Presence // a comment without an entry is of unknown presence
}

// SourceStatus says whether a source works.
type SourceStatus string

// The statuses of a source.
const (
	SourceStarting SourceStatus = "starting"
	SourceOK       SourceStatus = "ok"
	SourceWaiting  SourceStatus = "waiting" // rate limited, out of budget or backing off: goes on by itself
	SourceFailed   SourceStatus = "failed"  // will not go on until a person acts
)

// SourceState is how a source fares, as the status page shows it.
type SourceState struct {
	Org         OrgID
	Source      string
	Kind        string
	Account     AccountID // "" until known
	Status      SourceStatus
	Class       string    // of the last failure (collectors.Class), "" if fine
	Since       time.Time // of this status
	LastSuccess time.Time
	NextPoll    time.Time
}

// ChannelState is how a channel fares, as the status page shows it.
type ChannelState struct {
	Channel     string
	Kind        string
	Paused      bool
	Class       string    // why it is paused or failed last (alerts.Class), "" if fine
	Until       time.Time // end of the pause; zero: until a person acts
	LastSuccess time.Time
	Waiting     int // messages not yet delivered
	Dead        int // dead letters
}

// Settled is what came of a verdict in the store.
type Settled struct {
	Case    CaseID // "" if none
	Opened  bool   // the case is new
	Raised  bool   // its severity rose
	Alerts  int    // alerts put into the outbox
	Already bool   // was settled before: a replay after a crash
}
