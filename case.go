package vigie

import "time"

// CaseID names a case: a short text that is safe in a URL and tells nothing.
type CaseID string

// Case is what the team works on: one flagged comment, later one wave. Its
// state is derived from its decisions, never set.
type Case struct {
	ID       CaseID
	Org      OrgID
	Comment  CommentID // the flagged comment
	Version  int       // the version that opened it, or raised its severity last
	Account  AccountID
	Platform string
	Source   string
	Severity Severity
	Labels   []LabelScore
	Rules    []string // ids of the rules that hit: the why-line
	Opened   time.Time
	Posted   time.Time // when the comment was published
	State    CaseState
	Assignee UserID // "" if nobody
	Sealed   uint64 // sequence number of the evidence record
	Presence Presence
	Revision int // grows by one with each decision: guards against deciding on a stale page
}

// CaseState is where the work on a case stands.
type CaseState string

// The states of a case.
const (
	CaseOpen    CaseState = "open"    // nobody has decided
	CaseCleared CaseState = "cleared" // nothing to report
	CaseHateful CaseState = "hateful" // confirmed
)

// DecisionKind is what a person decided.
type DecisionKind string

// The kinds of decision.
const (
	DecideClear  DecisionKind = "clear"  // nothing to report
	DecideHate   DecisionKind = "hate"   // hateful
	DecideAssign DecisionKind = "assign" // to the person named in Decision.Assignee
	DecideUndo   DecisionKind = "undo"   // takes back the decision named in Decision.Undoes
)

// Decision is one entry of a case's history: append-only, undoable by another entry.
type Decision struct {
	Seq      int64 // given by the store
	Case     CaseID
	Kind     DecisionKind
	By       UserID
	At       time.Time
	Note     string // free text of the moderator
	Assignee UserID // DecideAssign only
	Undoes   int64  // DecideUndo only: the sequence number taken back
}

// Derive computes the state and the assignee of a case from its decisions,
// oldest first. It is the only definition of both.
func Derive(decisions []Decision) (CaseState, UserID) {
	undone := make(map[int64]bool)
	for _, d := range decisions {
		if d.Kind == DecideUndo {
			undone[d.Undoes] = true
		}
	}
	state, assignee := CaseOpen, UserID("")
	for _, d := range decisions {
		if undone[d.Seq] {
			continue
		}
		switch d.Kind {
		case DecideClear:
			state = CaseCleared
		case DecideHate:
			state = CaseHateful
		case DecideAssign:
			assignee = d.Assignee
		case DecideUndo: // already counted
		}
	}
	return state, assignee
}
