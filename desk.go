package vigie

import "time"

// Tab is a part of the queue.
type Tab string

// The tabs of the queue.
const (
	TabOpen Tab = "open" // nobody has decided
	TabMine Tab = "mine" // open and assigned to the caller
	TabDone Tab = "done" // decided
)

// CaseFilter selects cases of the caller's organisation.
type CaseFilter struct {
	Tab         Tab
	MinSeverity Severity
	Query       string // words to look for in texts and authors, "" for all
	After       string // keyset cursor of the page before, "" for the first
	Limit       int    // at most 100
}

// CasePage is one page of the queue: gravest first, then oldest first.
type CasePage struct {
	Cases []Case
	Next  string // After of the next page, "" if this is the last
	Open  int    // counts of the tabs
	Mine  int
	Done  int
}

// Counts is what the pages keep up to date between two loads: numbers only, so
// asking for them is not written into the audit trail.
type Counts struct {
	Open   int `json:"open"`
	Mine   int `json:"mine"`
	Done   int `json:"done"`
	Failed int `json:"failed"` // sources that wait for a person
}

// CaseView is all a case page shows before anything is revealed: no text, and
// authors under a pseudonym.
type CaseView struct {
	Case      Case
	Kind      Kind
	Lang      string
	Length    int // of the text, in bytes
	Score     float64
	Hits      []Hit
	Pseudonym string // of the author: stable within the organisation
	Versions  int
	Thread    []ThreadItem
	Decisions []Decision
}

// ThreadItem is a neighbour of a comment in its conversation, masked like it.
type ThreadItem struct {
	Comment   CommentID
	Version   int
	Pseudonym string
	Posted    time.Time
	Severity  Severity
	Parent    bool // the case's comment answers it, or it is the root of the conversation
}

// Revealed is what a person asked to see; the asking is in the audit trail.
type Revealed struct {
	Comment CommentID
	Version int
	Text    string
	Hits    []Hit
	Handle  string // of the author
	Name    string // of the author
	URL     string // where it is on the platform: names the author, so it is shown with the text
}

// Status is what the status page and the empty queue say of the watcher.
type Status struct {
	Sources  []SourceState
	Channels []ChannelState
	Comments int64 // stored
	Unjudged int
}

// AuditEntry is one line of the trail of who did what: append-only.
type AuditEntry struct {
	Seq    int64
	At     time.Time
	User   UserID
	Via    string
	Action string // "case.read", "comment.reveal", "case.decide", …
	Object string // id of the case or comment
	Result string // "ok", "denied"
}

// EventKind says what changed.
type EventKind string

// The kinds of event.
const (
	EventCaseOpened  EventKind = "case.opened"
	EventCaseChanged EventKind = "case.changed" // somebody decided, or its severity rose
	EventSourceState EventKind = "source.state"
	EventMissed      EventKind = "feed.missed" // some are lost: read the page anew
)

// Event is what the live feed of the console carries: that something changed,
// never what was said.
type Event struct {
	ID       string // grows; for resuming after a cut
	Kind     EventKind
	Case     CaseID // "" for other kinds
	Severity Severity
	At       time.Time
}
