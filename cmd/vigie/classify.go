package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"runtime"

	"vigie"
	"vigie/internal/daemon"
	"vigie/internal/triage"
)

// maxLine bounds a line of standard input; a longer one is answered by an error.
const maxLine = 4 << 20

// question is a line of standard input.
type question struct {
	ID   string `json:"id"`
	Text string `json:"text"`
	Lang string `json:"lang"`
}

// answer is a line of standard output. Offsets are bytes of the original text.
type answer struct {
	ID       string             `json:"id"`
	Lang     string             `json:"lang"`
	Severity vigie.Severity     `json:"severity"`
	Flagged  bool               `json:"flagged"`
	Score    float64            `json:"score"`
	Labels   []vigie.LabelScore `json:"labels"`
	Hits     []answerHit        `json:"hits"`
}

type answerHit struct {
	Rule  string `json:"rule"`
	Start int    `json:"start"`
	End   int    `json:"end"`
	Text  string `json:"text"`
}

type refusal struct {
	ID    string `json:"id,omitempty"`
	Error string `json:"error"`
}

// runClassify judges lines and answers in their order.
func runClassify(ctx context.Context, t terminal, args []string) error {
	f := flags(t, "classify")
	plain := f.Bool("text", false, "lines are plain texts, not JSON")
	workers := f.Int("workers", runtime.GOMAXPROCS(0), "how many lines to judge at once")
	own := f.String("rules", "", "folder of the organisation's own packs, beside the program's")
	rest, err := parse(f, args)
	if err != nil {
		return err
	}
	if len(rest) > 0 || *workers < 1 {
		return usageError{"it reads standard input and takes no arguments; --workers is at least 1"}
	}
	engine, err := daemon.NewEngine("en", *own)
	if err != nil {
		return err
	}
	return classify(ctx, engine, t.in, t.out, *plain, *workers)
}

// classify keeps the order with a queue of promises: each line is answered in
// a channel of its own, and the writer reads those channels in turn.
func classify(ctx context.Context, j triage.Judge, in io.Reader, out io.Writer, plain bool, workers int) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	promises := make(chan chan []byte, 64*workers)
	jobs := make(chan func(), workers)
	for range workers {
		go func() {
			for job := range jobs {
				job()
			}
		}()
	}
	read := make(chan error, 1)
	go func() {
		defer close(promises)
		defer close(jobs)
		read <- eachLine(in, func(line []byte) error {
			promise := make(chan []byte, 1)
			job := func() { promise <- judgeLine(j, line, plain) }
			for _, send := range []func() error{
				func() error { return offer(ctx, promises, promise) },
				func() error { return offer(ctx, jobs, job) },
			} {
				if err := send(); err != nil {
					return err
				}
			}
			return nil
		})
	}()
	w := bufio.NewWriterSize(out, 1<<16)
	for promise := range promises {
		select {
		case b := <-promise:
			if _, err := w.Write(b); err != nil {
				return fmt.Errorf("write the answers: %w", err)
			}
			if len(promises) == 0 { // nobody is waiting behind: a person may be reading
				if err := w.Flush(); err != nil {
					return fmt.Errorf("write the answers: %w", err)
				}
			}
		case <-ctx.Done():
			return ctx.Err()
		}
	}
	if err := w.Flush(); err != nil {
		return fmt.Errorf("write the answers: %w", err)
	}
	return <-read
}

func offer[T any](ctx context.Context, to chan<- T, v T) error {
	select {
	case to <- v:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// eachLine calls do with each line, its line end removed. A line that is too
// long is handed over cut, which makes it unreadable as JSON.
func eachLine(in io.Reader, do func([]byte) error) error {
	r := bufio.NewReaderSize(in, 1<<16)
	for {
		line, err := readLine(r)
		if len(line) > 0 || err == nil {
			if err := do(line); err != nil {
				return err
			}
		}
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return fmt.Errorf("read standard input: %w", err)
		}
	}
}

func readLine(r *bufio.Reader) ([]byte, error) {
	var line []byte
	for {
		part, err := r.ReadSlice('\n')
		if len(line) <= maxLine {
			line = append(line, part...)
		}
		if errors.Is(err, bufio.ErrBufferFull) {
			continue
		}
		return bytes.TrimRight(line, "\r\n"), err
	}
}

// judgeLine answers one line. A judge that panics costs that line only.
func judgeLine(j triage.Judge, line []byte, plain bool) (out []byte) {
	q := question{Text: string(line)}
	defer func() {
		if r := recover(); r != nil {
			out = encode(refusal{ID: q.ID, Error: "the judge failed on this text; please report it"})
		}
	}()
	if !plain {
		q.Text = ""
		if err := json.Unmarshal(line, &q); err != nil {
			return encode(refusal{ID: q.ID, Error: lineProblem(line)})
		}
	}
	if len(line) > maxLine {
		return encode(refusal{ID: q.ID, Error: lineProblem(line)})
	}
	v := j.Judge(&vigie.Comment{Text: q.Text, Lang: q.Lang})
	a := answer{ID: q.ID, Lang: v.Lang, Severity: v.Severity, Flagged: v.Flagged(), Score: v.Score,
		Labels: append([]vigie.LabelScore{}, v.Labels...), Hits: make([]answerHit, 0, len(v.Hits))}
	for _, h := range v.Hits {
		a.Hits = append(a.Hits, answerHit{h.Rule, h.Start, h.End, q.Text[h.Start:h.End]})
	}
	return encode(a)
}

func lineProblem(line []byte) string {
	if len(line) > maxLine {
		return fmt.Sprintf("the line is longer than %d bytes", maxLine)
	}
	return `not a JSON object of the form {"id":"…","text":"…"}; give --text for plain lines`
}

// encode writes a JSON line. Its argument always encodes.
func encode(v any) []byte {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(v); err != nil {
		return []byte(`{"error":"the answer cannot be written as JSON"}` + "\n")
	}
	return b.Bytes()
}
