package vigie

import (
	"fmt"
	"slices"
	"time"
)

// Label says what is wrong, or right, with a comment.
type Label string

// The labels. Criticism is the guard: displeasure with the organisation,
// which never raises a severity.
const (
	LabelHate       Label = "hate" // only when a protected group is attacked; see LabelScore.Target
	LabelThreat     Label = "threat"
	LabelInsult     Label = "insult"
	LabelHarassment Label = "harassment"
	LabelSexual     Label = "sexual"
	LabelDoxxing    Label = "doxxing"
	LabelSelfHarm   Label = "self_harm"
	LabelSmear      Label = "smear"
	LabelSpam       Label = "spam"
	LabelProfanity  Label = "profanity"
	LabelCriticism  Label = "criticism"
)

// Labels lists all labels, gravest first.
func Labels() []Label {
	return []Label{LabelThreat, LabelDoxxing, LabelSelfHarm, LabelHate, LabelSexual, LabelHarassment,
		LabelInsult, LabelSmear, LabelSpam, LabelProfanity, LabelCriticism}
}

// ParseLabel reads a label's stable name.
func ParseLabel(name string) (Label, error) {
	if l := Label(name); slices.Contains(Labels(), l) {
		return l, nil
	}
	return "", fmt.Errorf("unknown label %q: use one of %v", name, Labels())
}

// LabelScore is a label that a verdict asserts.
type LabelScore struct {
	Label  Label   `json:"label"`
	Target string  `json:"target,omitempty"` // hate: the group attacked, such as "religion.muslim"; else who, or ""
	Score  float64 `json:"score"`            // 0..1, the estimate that the label holds
}

// Hit is one rule that matched, and where.
type Hit struct {
	Rule  string `json:"rule"`  // the rule's id, "fr.threat.death"
	Label Label  `json:"label"` // what the rule asserts
	Start int    `json:"start"` // byte offsets into Comment.Text, half open
	End   int    `json:"end"`
	Why   string `json:"why,omitempty"` // the rule's own short explanation, in the console's default language
}

// Verdict is what rules and classifier concluded on one version of a comment.
type Verdict struct {
	Comment  CommentID
	Version  int
	Lang     string // ISO 639-1 as detected, "" if undecided
	Severity Severity
	Score    float64      // 0..1, the estimate that a moderator would act
	Labels   []LabelScore // those asserted, best first
	Hits     []Hit        // in the order of the text
	Ruleset  string       // hash of the rules that judged: same rules, same verdict
	Judged   time.Time
	Took     time.Duration // time spent on judging
}

// Flagged says whether a person has to look: severity above none.
func (v *Verdict) Flagged() bool { return v.Severity > SeverityNone }

// TopLabel returns the best label, "" if none is asserted.
func (v *Verdict) TopLabel() Label {
	if len(v.Labels) == 0 {
		return ""
	}
	return v.Labels[0].Label
}

// Rules returns the ids of the rules that hit, without repetition, in the order of the text.
func (v *Verdict) Rules() []string {
	var ids []string
	for _, h := range v.Hits {
		if !slices.Contains(ids, h.Rule) {
			ids = append(ids, h.Rule)
		}
	}
	return ids
}
