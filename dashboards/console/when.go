package console

import (
	"strconv"
	"time"
)

// moment is a time as a page shows it: short, and exact on demand.
type moment struct {
	ISO   string // for machines
	Short string // "il y a 3 min", or the date if it is not of today
	Exact string // "22 novembre 2026, 00:41"
}

// when puts a time into words; the zero time is the zero moment.
func (p *page) when(t time.Time) moment {
	if t.IsZero() {
		return moment{}
	}
	t = t.In(p.zone)
	m := moment{ISO: t.Format(time.RFC3339), Exact: p.exact(t)}
	m.Short = p.ago(t)
	return m
}

func (p *page) exact(t time.Time) string {
	return p.T("time.exact", "day", strconv.Itoa(t.Day()), "month", p.T("month."+strconv.Itoa(int(t.Month()))),
		"year", strconv.Itoa(t.Year()), "clock", t.Format("15:04"))
}

func (p *page) ago(t time.Time) string {
	d := p.now.Sub(t)
	switch {
	case d < 0:
		return p.exact(t)
	case d < time.Minute:
		return p.T("time.now")
	case d < time.Hour:
		return p.N("time.minutes", int64(d/time.Minute))
	case d < 24*time.Hour:
		return p.N("time.hours", int64(d/time.Hour))
	case d < 30*24*time.Hour:
		return p.N("time.days", int64(d/(24*time.Hour)))
	}
	return p.exact(t)
}
