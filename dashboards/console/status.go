package console

import (
	"net/http"

	"vigie"
)

// statusView is the state of the watcher.
type statusView struct {
	Sources  []sourceLine
	Channels []channelLine
	Comments string
	Unjudged string
	Working  int
}

// sourceLine is one source in words.
type sourceLine struct {
	vigie.SourceState
	State  string
	Remedy string // what a person can do, "" if nothing is wrong
	Since  moment
	Last   moment
	Next   moment
}

// channelLine is one channel in words.
type channelLine struct {
	vigie.ChannelState
	State  string
	Remedy string
	Last   moment
}

func (k *console) showStatus(w http.ResponseWriter, r *request) {
	p := k.page(r, r.tr.T("status.title"))
	st := p.Status
	v := statusView{Comments: p.Number(st.Comments), Unjudged: p.Number(int64(st.Unjudged))}
	for _, s := range st.Sources {
		v.Sources = append(v.Sources, p.sourceLine(s))
		if s.Status == vigie.SourceOK {
			v.Working++
		}
	}
	for _, c := range st.Channels {
		v.Channels = append(v.Channels, p.channelLine(c))
	}
	k.render(w, r, http.StatusOK, statusPage(p, v))
}

// showAlarms serves the red lines of the header after a source stopped or resumed.
func (k *console) showAlarms(w http.ResponseWriter, r *request) {
	p := k.page(r, "")
	p.Failed = nil
	if err := k.addStatus(p, r); err != nil {
		k.fail(w, r, err)
		return
	}
	k.render(w, r, http.StatusOK, alarms(p))
}

func (p *page) sourceLine(s vigie.SourceState) sourceLine {
	l := sourceLine{SourceState: s, State: p.T("source." + string(s.Status)), Since: p.when(s.Since), Last: p.when(s.LastSuccess)}
	if s.NextPoll.After(p.now) {
		l.Next = moment{ISO: s.NextPoll.In(p.zone).Format("2006-01-02T15:04:05Z07:00"), Short: s.NextPoll.In(p.zone).Format("15:04:05")}
	}
	if s.Class != "" {
		l.Remedy = p.Maybe("remedy.source."+s.Class, p.T("remedy.source.other", "class", s.Class))
	}
	return l
}

func (p *page) channelLine(c vigie.ChannelState) channelLine {
	l := channelLine{ChannelState: c, Last: p.when(c.LastSuccess)}
	switch {
	case c.Paused && c.Until.IsZero():
		l.State = p.T("channel.stopped")
	case c.Paused:
		l.State = p.T("channel.paused", "until", c.Until.In(p.zone).Format("15:04"))
	case c.Class != "":
		l.State = p.T("channel.retrying")
	default:
		l.State = p.T("channel.ok")
	}
	if c.Class != "" {
		l.Remedy = p.Maybe("remedy.channel."+c.Class, p.T("remedy.channel.other", "class", c.Class))
	}
	return l
}
