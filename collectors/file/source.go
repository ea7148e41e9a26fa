package file

import (
	"context"
	"errors"
	"io"
	"io/fs"
	"iter"
	"os"

	"vigie"
	"vigie/collectors"
)

// Config says which file to follow.
type Config struct {
	Path    string          `yaml:"path"`
	Format  Format          `yaml:"format"`  // jsonl or csv; "" goes by the file's name
	Account vigie.AccountID `yaml:"account"` // of lines that name none; may be ""
}

// Validate checks the configuration without touching the file.
func (c Config) Validate() error {
	if c.Path == "" {
		return &vigie.FieldError{Field: "path", Problem: "is missing", Remedy: "name a .jsonl or .csv file"}
	}
	if c.Format != "" && c.Format != JSONL && c.Format != CSV {
		return &vigie.FieldError{Field: "format", Problem: "is neither jsonl nor csv"}
	}
	if _, err := FormatOf(c.Path); c.Format == "" && err != nil {
		return &vigie.FieldError{Field: "path", Problem: "does not end in .jsonl or .csv", Remedy: "add format: jsonl or format: csv"}
	}
	if c.Account != "" && !qualified.MatchString(string(c.Account)) {
		return &vigie.FieldError{Field: "account", Problem: "is not platform:host/@name", Remedy: "write it as mastodon:piaille.fr/@asso"}
	}
	return nil
}

// Kind describes this source.
func Kind() collectors.Kind {
	return collectors.Kind{Name: "file", Doc: "Follows a JSON lines or CSV file to which another program appends comments.",
		Gives: []string{"mentions", "replies", "edits"}, Needs: []string{"path"}, Cost: "free"}
}

// source follows one file.
type source struct {
	path    string
	format  Format
	options Options
	held    *os.File // as it was polled last, so that a rotation loses no line
}

// New returns a source that follows the file; it need not exist yet.
func New(c Config, d collectors.Deps) (collectors.Source, error) {
	if err := c.Validate(); err != nil {
		return nil, err
	}
	if c.Format == "" {
		c.Format, _ = FormatOf(c.Path) // Validate has checked it
	}
	return &source{path: c.Path, format: c.Format, options: Options{Org: d.Org, Source: d.Name, Account: c.Account}}, nil
}

// pageSize is how many lines make a page.
const pageSize = 200

// Pages yields the lines after the cursor. A file that was replaced is read
// from its start, after the rest of the one it replaced.
func (s *source) Pages(ctx context.Context, since string) iter.Seq2[collectors.Page, error] {
	return func(yield func(collectors.Page, error) bool) {
		if err := s.walk(ctx, since, func(p collectors.Page) bool { return yield(p, nil) }); err != nil && !errors.Is(err, errEnough) {
			yield(collectors.Page{}, classified(err))
		}
	}
}

// errEnough says that the caller wants no more pages.
var errEnough = errors.New("enough")

func (s *source) walk(ctx context.Context, since string, yield func(collectors.Page) bool) error {
	at, err := parsePosition(since)
	if err != nil {
		return err
	}
	f, err := os.Open(s.path)
	if err != nil {
		return err
	}
	if old := s.held; old != nil && replaced(old, f) {
		if at.matches(old) {
			err = s.follow(ctx, old, at.Offset, false, yield)
		}
		if err != nil {
			return errors.Join(err, f.Close())
		}
	}
	if s.held != nil {
		s.held.Close() // read only: nothing to lose
	}
	s.held = f
	if !at.matches(f) {
		at = position{}
	}
	return s.follow(ctx, f, at.Offset, true, yield)
}

// replaced says whether two files are not the same one.
func replaced(a, b *os.File) bool {
	x, errA := a.Stat()
	y, errB := b.Stat()
	return errA != nil || errB != nil || !os.SameFile(x, y)
}

// follow yields the pages of a file from an offset.
func (s *source) follow(ctx context.Context, f *os.File, offset int64, grows bool, yield func(collectors.Page) bool) error {
	p, err := s.parser(f, offset, grows)
	for err == nil {
		if err = ctx.Err(); err != nil {
			break
		}
		var page collectors.Page
		var end int64
		page, end, err = readPage(p)
		if err != nil && !errors.Is(err, io.EOF) {
			break
		}
		if end > offset {
			at, failed := positionOf(f, end)
			if failed != nil {
				return failed
			}
			page.Next = at.String()
			offset = end
			if !yield(page) {
				return errEnough
			}
		}
	}
	if errors.Is(err, io.EOF) {
		return nil
	}
	return err
}

// parser returns a parser that stands at the offset.
func (s *source) parser(f *os.File, offset int64, grows bool) (*parser, error) {
	whole := io.NewSectionReader(f, 0, 1<<62)
	p := &parser{split: splitter{r: whole, grows: grows}, format: s.format, options: s.options}
	if err := p.start(); err != nil || offset <= p.split.offset {
		return p, err
	}
	p.split = splitter{r: io.NewSectionReader(f, offset, 1<<62-offset), grows: grows, comma: p.split.comma, offset: offset}
	return p, nil
}

// readPage reads up to a page of lines; io.EOF says that it is the last.
func readPage(p *parser) (page collectors.Page, end int64, err error) {
	for n := 0; n < pageSize; n++ {
		c, at, err := p.next()
		var bad *Reject
		switch {
		case err == nil:
			page.Comments = append(page.Comments, c)
		case errors.As(err, &bad):
			page.Bad = append(page.Bad, vigie.Undecodable{Raw: bad.Raw, Reason: bad.Reason})
		default:
			return page, end, err
		}
		end = at
	}
	page.More = true
	return page, end, nil
}

// classified says what to do about an error of the file.
func classified(err error) error {
	var e *collectors.Error
	switch {
	case errors.As(err, &e), errors.Is(err, context.Canceled), errors.Is(err, context.DeadlineExceeded):
		return err
	case errors.Is(err, fs.ErrNotExist):
		return &collectors.Error{Class: collectors.ClassRetry, Err: err, Hint: "create the file or correct path"}
	case errors.Is(err, fs.ErrPermission):
		return &collectors.Error{Class: collectors.ClassAuth, Err: err, Hint: "let the user of the daemon read the file"}
	case errors.Is(err, errHeader):
		return &collectors.Error{Class: collectors.ClassBug, Err: err, Hint: "see docs/sources/file.md for the columns"}
	}
	return &collectors.Error{Class: collectors.ClassRetry, Err: err}
}
