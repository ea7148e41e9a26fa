package daemon

import (
	"log/slog"

	"github.com/prometheus/client_golang/prometheus"

	"vigie"
	"vigie/internal/store"
)

// gauges shows the numbers of the database: asked at each scrape, so that they
// are right after a restart too.
type gauges struct {
	store *store.Store
	log   *slog.Logger

	unjudged, casesOpen, casesOpened, queue, queueAge *prometheus.Desc
	decisions, reveals, outbox, outboxAge, dead       *prometheus.Desc
}

func newGauges(s *store.Store, log *slog.Logger) *gauges {
	d := func(name, help string, labels ...string) *prometheus.Desc {
		return prometheus.NewDesc("vigie_"+name, help, labels, nil)
	}
	return &gauges{
		store: s, log: log,
		unjudged:    d("comments_unjudged", "Comment versions that wait to be judged."),
		casesOpen:   d("cases_open", "Cases that nobody has decided.", "severity"),
		casesOpened: d("cases_opened_total", "Cases opened, by the severity at first.", "severity"),
		queue:       d("review_queue_items", "Open cases assigned to nobody.", "severity"),
		queueAge:    d("review_queue_oldest_age_seconds", "Age of the oldest open case assigned to nobody.", "severity"),
		decisions:   d("review_decisions_total", "Decisions taken, undone ones included.", "decision"),
		reveals:     d("moderator_reveals_total", "Texts that moderators asked to see.", "severity"),
		outbox:      d("outbox_messages", "Alerts that wait or could not be delivered yet.", "channel"),
		outboxAge:   d("outbox_oldest_age_seconds", "Age of the oldest of them.", "channel"),
		dead:        d("dead_letters", "Messages that no retry will deliver.", "channel"),
	}
}

// Describe is part of prometheus.Collector.
func (g *gauges) Describe(out chan<- *prometheus.Desc) { prometheus.DescribeByCollect(g, out) }

// Collect is part of prometheus.Collector.
func (g *gauges) Collect(out chan<- prometheus.Metric) {
	ctx, cancel := gaugeContext()
	defer cancel()
	s, err := g.store.Stats(ctx)
	if err != nil {
		g.log.Error("the numbers of the database cannot be read", "err", err)
		out <- prometheus.NewInvalidMetric(g.unjudged, err)
		return
	}
	gauge := func(d *prometheus.Desc, v float64, labels ...string) {
		out <- prometheus.MustNewConstMetric(d, prometheus.GaugeValue, v, labels...)
	}
	counter := func(d *prometheus.Desc, v float64, labels ...string) {
		out <- prometheus.MustNewConstMetric(d, prometheus.CounterValue, v, labels...)
	}
	gauge(g.unjudged, float64(s.Unjudged))
	for _, severity := range vigie.Severities()[1:] {
		name := severity.String()
		gauge(g.casesOpen, float64(s.CasesOpen[severity]), name)
		counter(g.casesOpened, float64(s.CasesOpened[severity]), name)
		gauge(g.queue, float64(s.Queue[severity]), name)
		gauge(g.queueAge, s.QueueAge[severity].Seconds(), name)
		counter(g.reveals, float64(s.Reveals[severity]), name)
	}
	for kind, n := range s.Decisions {
		counter(g.decisions, float64(n), string(kind))
	}
	for channel, n := range s.Outbox {
		gauge(g.outbox, float64(n), channel)
		gauge(g.outboxAge, s.OutboxAge[channel].Seconds(), channel)
	}
	for channel, n := range s.DeadLetters {
		gauge(g.dead, float64(n), channel)
	}
}
