package main

import (
	"bufio"
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"
	"text/tabwriter"

	"vigie"
	"vigie/internal/daemon"
	"vigie/internal/triage"
)

// sample is one labelled text. It counts as positive if its label is anything
// but none.
type sample struct {
	id, lang, text, label string
}

func (s sample) positive() bool { return s.label != "none" }

// mistake is a sample judged otherwise than it is labelled.
type mistake struct {
	sample
	verdict vigie.Verdict
}

// tally counts outcomes: hits and false alarms against what there was.
type tally struct{ tp, fp, fn, tn int }

func (t *tally) add(positive, flagged bool) {
	switch {
	case positive && flagged:
		t.tp++
	case positive:
		t.fn++
	case flagged:
		t.fp++
	default:
		t.tn++
	}
}

func ratio(a, b int) float64 {
	if b == 0 {
		return 0
	}
	return float64(a) / float64(b)
}

func f1(tp, fp, fn int) float64 { return ratio(2*tp, 2*tp+fp+fn) }

// macroF1 is the mean of F1 on the flagged and on the unflagged class.
func (t tally) macroF1() float64 { return (f1(t.tp, t.fp, t.fn) + f1(t.tn, t.fn, t.fp)) / 2 }
func (t tally) recall() float64  { return ratio(t.tp, t.tp+t.fn) }
func (t tally) fpr() float64     { return ratio(t.fp, t.fp+t.tn) }

// paths is a flag that may be given several times.
type paths []string

func (p *paths) String() string     { return strings.Join(*p, " ") }
func (p *paths) Set(s string) error { *p = append(*p, s); return nil }

// runEval measures the judgement on labelled texts.
func runEval(_ context.Context, t terminal, args []string) error {
	f := flags(t, "eval")
	var files paths
	f.Var(&files, "data", "tab-separated file with the columns id, lang, text, label; may be repeated")
	worst := f.Int("worst", 20, "how many mistakes to list")
	texts := f.Bool("texts", false, "show the texts of the mistakes, not only their ids")
	own := f.String("rules", "", "folder of the organisation's own packs, beside the program's")
	rest, err := parse(f, args)
	if err != nil {
		return err
	}
	if files = append(files, rest...); len(files) == 0 {
		return usageError{"name at least one file with --data"}
	}
	engine, err := daemon.NewEngine("en", *own)
	if err != nil {
		return err
	}
	for _, path := range files {
		if err := evalFile(t.out, engine, path, *worst, *texts); err != nil {
			return err
		}
	}
	return nil
}

func evalFile(w io.Writer, j triage.Judge, path string, worst int, texts bool) error {
	samples, err := readSamples(path)
	if err != nil {
		return err
	}
	var all tally
	perLang, perLabel := map[string]*tally{}, map[string]*tally{}
	var mistakes []mistake
	for _, s := range samples {
		v := j.Judge(&vigie.Comment{Text: s.text})
		all.add(s.positive(), v.Flagged())
		slot(perLang, s.lang).add(s.positive(), v.Flagged())
		slot(perLabel, s.label).add(s.positive(), v.Flagged())
		if s.positive() != v.Flagged() {
			mistakes = append(mistakes, mistake{s, v})
		}
	}
	fmt.Fprintf(w, "%s: %d texts\n", path, len(samples))
	tab := tabwriter.NewWriter(w, 0, 4, 2, ' ', 0)
	fmt.Fprintln(tab, "  of\tmacro-F1\trecall\tFPR\tpositive\tnegative")
	printTally(tab, "all", all)
	for _, lang := range sorted(perLang) {
		printTally(tab, "lang "+lang, *perLang[lang])
	}
	for _, label := range sorted(perLabel) {
		printTally(tab, "label "+label, *perLabel[label])
	}
	if err := tab.Flush(); err != nil {
		return err
	}
	printMistakes(w, mistakes, worst, texts)
	return nil
}

func slot(m map[string]*tally, key string) *tally {
	if m[key] == nil {
		m[key] = &tally{}
	}
	return m[key]
}

func sorted(m map[string]*tally) []string {
	keys := make([]string, 0, len(m))
	for k := range m {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	return keys
}

func printTally(w io.Writer, name string, t tally) {
	fmt.Fprintf(w, "  %s\t%.3f\t%.3f\t%.3f\t%d\t%d\n", name, t.macroF1(), t.recall(), t.fpr(), t.tp+t.fn, t.fp+t.tn)
}

// printMistakes lists the surest wrong alarms first, then what was missed.
func printMistakes(w io.Writer, mistakes []mistake, n int, texts bool) {
	slices.SortStableFunc(mistakes, func(a, b mistake) int { return cmp.Compare(b.verdict.Score, a.verdict.Score) })
	for _, m := range mistakes[:min(n, len(mistakes))] {
		kind := "false alarm"
		if m.positive() {
			kind = "missed"
		}
		fmt.Fprintf(w, "  %s %s (%s) score %.2f %s", kind, m.id, m.label, m.verdict.Score, strings.Join(m.verdict.Rules(), " "))
		if texts {
			fmt.Fprintf(w, " | %s", strings.ReplaceAll(m.text, "\n", " "))
		}
		fmt.Fprintln(w)
	}
}

// readSamples reads a tab-separated file by the names in its first line.
func readSamples(path string) ([]sample, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, fmt.Errorf("open the labelled texts: %w", err)
	}
	defer f.Close()
	scan := bufio.NewScanner(f)
	scan.Buffer(nil, maxLine)
	column, err := header(path, scan)
	if err != nil {
		return nil, err
	}
	var all []sample
	for n := 2; scan.Scan(); n++ {
		cells := strings.Split(scan.Text(), "\t")
		if len(cells) < len(column) {
			return nil, fmt.Errorf("%s:%d: %d cells, the first line names %d", path, n, len(cells), len(column))
		}
		all = append(all, sample{cells[column["id"]], cells[column["lang"]], cells[column["text"]], cells[column["label"]]})
	}
	if err := scan.Err(); err != nil {
		return nil, fmt.Errorf("read %s: %w", path, err)
	}
	return all, nil
}

func header(path string, scan *bufio.Scanner) (map[string]int, error) {
	if !scan.Scan() {
		return nil, errors.Join(fmt.Errorf("%s:1: is empty", path), scan.Err())
	}
	column := map[string]int{}
	for i, name := range strings.Split(scan.Text(), "\t") {
		column[name] = i
	}
	for _, need := range []string{"id", "lang", "text", "label"} {
		if _, ok := column[need]; !ok {
			return nil, fmt.Errorf("%s:1: no column %q; the first line names the columns id, lang, text, label", path, need)
		}
	}
	return column, nil
}
