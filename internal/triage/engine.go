package triage

import (
	"cmp"
	"math"
	"slices"
	"sync"
	"time"

	"vigie"
	"vigie/internal/text"
	"vigie/rules"
)

// Languages says in which language a text is. classifier.Classifier is the one in use.
type Languages interface {
	// Guess answers from cheap evidence: the language, "" if it does not tell,
	// and those that are plausible, best first.
	Guess(t *text.Text, hint string) (lang string, plausible []string)
	// Ask answers from exact, slow models: one of those given, or "" if they are not sure.
	Ask(t *text.Text, among []string) string
}

// Engine judges comments by language and rules. It is safe for concurrent
// use and never changes: for new rules make a new one.
type Engine struct {
	Rules     *rules.Set
	Languages Languages
	Lang      string           // language of the hits' explanations, "fr" if empty
	Now       func() time.Time // time.Now if nil

	readers sync.Pool // of *text.Reader
}

// Judge concludes a verdict on a comment: labels with scores best first, hits
// in the order of the text, and the highest severity that guards left standing.
func (e *Engine) Judge(c *vigie.Comment) vigie.Verdict {
	now := e.Now
	if now == nil {
		now = time.Now
	}
	start := now()
	rd, _ := e.readers.Get().(*text.Reader)
	if rd == nil {
		rd = new(text.Reader)
	}
	v := e.judge(rd.Read(c.Text), c.Lang)
	e.readers.Put(rd)
	v.Comment, v.Version = c.ID, c.Version
	v.Ruleset, v.Judged, v.Took = e.Rules.Hash(), start, now().Sub(start)
	return v
}

func (e *Engine) judge(t *text.Text, hint string) vigie.Verdict {
	lang, findings := e.find(t, hint)
	v := e.weigh(findings)
	v.Lang = lang
	return v
}

// find runs the rules of the languages the text may be in. The models are
// asked only if rules matched and more than one language is plausible: else
// the answer would change nothing but the language shown, for which cheap
// evidence is good enough.
func (e *Engine) find(t *text.Text, hint string) (string, []rules.Finding) {
	lang, plausible := e.Languages.Guess(t, hint)
	if len(plausible) == 0 {
		plausible = []string{"und"} // a script of none of our languages: rules for any language only
	}
	findings := e.Rules.Judge(rules.Input{Text: t, Langs: plausible})
	if lang == "" && len(plausible) > 1 && dependsOnLanguage(findings) {
		if lang = e.Languages.Ask(t, plausible); lang != "" {
			findings = e.Rules.Judge(rules.Input{Text: t, Langs: []string{lang}})
		}
	}
	return lang, findings
}

// dependsOnLanguage says whether a rule of a certain language matched.
func dependsOnLanguage(findings []rules.Finding) bool {
	return slices.ContainsFunc(findings, func(f rules.Finding) bool { return len(f.Rule.Langs) > 0 })
}

// weigh makes the verdict of findings.
func (e *Engine) weigh(findings []rules.Finding) vigie.Verdict {
	var v vigie.Verdict
	criticism := slices.ContainsFunc(findings, func(f rules.Finding) bool {
		return f.Rule.Label == vigie.LabelCriticism && !f.Muted
	})
	odds := newOdds()
	for i := range findings {
		f := &findings[i]
		if f.Muted {
			continue
		}
		severity := f.Severity
		if criticism && spared(f) {
			severity = vigie.SeverityNone
		}
		v.Severity = max(v.Severity, severity)
		v.Hits = append(v.Hits, vigie.Hit{Rule: f.Rule.ID, Label: f.Rule.Label, Start: f.Start, End: f.End, Why: e.why(f.Rule)})
		odds.add(f, severity)
	}
	v.Labels = odds.labels()
	v.Score = odds.score(v.Severity)
	return v
}

// spared says whether criticism excuses a finding: strong words about the
// organisation, a rude remark, but no threat, no hate, nobody exposed.
func spared(f *rules.Finding) bool {
	switch f.Rule.Label {
	case vigie.LabelProfanity, vigie.LabelSmear, vigie.LabelSpam, vigie.LabelInsult:
		return f.Severity <= vigie.SeverityLow
	}
	return false
}

func (e *Engine) why(r *rules.Rule) string {
	lang := e.Lang
	if lang == "" {
		lang = "fr"
	}
	if w := r.Why[lang]; w != "" {
		return w
	}
	for _, l := range []string{"fr", "en"} {
		if w := r.Why[l]; w != "" {
			return w
		}
	}
	return ""
}

// unflaggedMost is the highest score of a comment that is not flagged.
const unflaggedMost = 0.3

// odds puts the scores of rules together: each rule counts once, and rules
// count as independent (noisy or).
type odds struct {
	byRule  map[string]float64
	byLabel map[labelKey]float64 // probability that the label does not hold
	rules   map[ruleLabel]float64
}

type labelKey struct {
	label  vigie.Label
	target string
}

type ruleLabel struct {
	rule string
	key  labelKey
}

func newOdds() *odds {
	return &odds{byRule: map[string]float64{}, byLabel: map[labelKey]float64{}, rules: map[ruleLabel]float64{}}
}

func (o *odds) add(f *rules.Finding, severity vigie.Severity) {
	k := labelKey{f.Rule.Label, f.Target}
	rl := ruleLabel{f.Rule.ID, k}
	o.rules[rl] = max(o.rules[rl], f.Score)
	if f.Rule.Label != vigie.LabelCriticism && (severity > vigie.SeverityNone || f.Rule.Severity == vigie.SeverityNone) {
		o.byRule[f.Rule.ID] = max(o.byRule[f.Rule.ID], f.Score)
	}
}

// labels returns the labels asserted, best first; at equal score the gravest.
func (o *odds) labels() []vigie.LabelScore {
	for rl, score := range o.rules {
		not, ok := o.byLabel[rl.key]
		if !ok {
			not = 1
		}
		o.byLabel[rl.key] = not * (1 - score)
	}
	out := make([]vigie.LabelScore, 0, len(o.byLabel))
	for k, not := range o.byLabel {
		out = append(out, vigie.LabelScore{Label: k.label, Target: k.target, Score: round(1 - not)})
	}
	if len(out) == 0 {
		return nil
	}
	gravity := vigie.Labels()
	slices.SortFunc(out, func(a, b vigie.LabelScore) int {
		return cmp.Or(cmp.Compare(b.Score, a.Score),
			cmp.Compare(slices.Index(gravity, a.Label), slices.Index(gravity, b.Label)),
			cmp.Compare(a.Target, b.Target))
	})
	return out
}

// score returns the estimate that a moderator would act.
func (o *odds) score(s vigie.Severity) float64 {
	not := 1.0
	for _, score := range o.byRule {
		not *= 1 - score
	}
	if s == vigie.SeverityNone {
		return round(min(1-not, unflaggedMost))
	}
	return round(1 - not)
}

// round keeps three decimals: the estimate is not finer, and the order in
// which products were formed must not show.
func round(f float64) float64 { return math.Round(f*1000) / 1000 }
