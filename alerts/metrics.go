package alerts

import (
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"vigie"
)

const delivered = "delivered"

// pauseLimited is the reason of a pause that a Retry-After asked for; the
// other reasons are [ClassAuth] and [ClassGone].
const pauseLimited = "limited"

// Metrics is what Prometheus learns of the dispatcher. The labels are names of
// configured channels and words of closed lists, nothing else.
type Metrics struct {
	notifications *prometheus.CounterVec
	duration      *prometheus.HistogramVec
	paused        *prometheus.GaugeVec
	latency       *prometheus.HistogramVec
}

// NewMetrics registers the metrics and sets every series that can occur on the
// channels named to 0. It panics if they are registered twice.
func NewMetrics(reg prometheus.Registerer, channels []string) *Metrics {
	m := &Metrics{
		notifications: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "vigie_notifications_total", Help: "Messages handed to channels, by what came of them.",
		}, []string{"channel", "result"}),
		duration: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Name: "vigie_notification_duration_seconds", Help: "Time one delivery took, failed ones included.",
			Buckets: []float64{0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30},
		}, []string{"channel"}),
		paused: prometheus.NewGaugeVec(prometheus.GaugeOpts{
			Name: "vigie_channel_paused", Help: "1 while a channel keeps its messages back.",
		}, []string{"channel", "reason"}),
		latency: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Name: "vigie_detection_latency_seconds", Help: "Time from the publication of a comment to the first delivered alert of its case.",
			Buckets: []float64{10, 30, 60, 120, 300, 600, 1200, 3600, 7200, 21600},
		}, []string{"severity"}),
	}
	reg.MustRegister(m.notifications, m.duration, m.paused, m.latency)
	for _, s := range vigie.Severities()[1:] {
		m.latency.WithLabelValues(s.String())
	}
	for _, name := range channels {
		m.start(name)
	}
	return m
}

func (m *Metrics) start(channel string) {
	results := []string{delivered, string(ClassRetry), string(ClassPermanent), string(ClassAuth), string(ClassAmbiguous), string(ClassGone)}
	for _, r := range results {
		m.notifications.WithLabelValues(channel, r)
	}
	m.duration.WithLabelValues(channel)
	m.setPaused(channel, "")
}

// setPaused sets the reason of a channel's pause, "" for none.
func (m *Metrics) setPaused(channel, reason string) {
	for _, r := range []string{string(ClassAuth), string(ClassGone), pauseLimited} {
		value := 0.0
		if r == reason {
			value = 1
		}
		m.paused.WithLabelValues(channel, r).Set(value)
	}
}

func (m *Metrics) observe(channel, result string, took time.Duration) {
	m.notifications.WithLabelValues(channel, result).Inc()
	m.duration.WithLabelValues(channel).Observe(took.Seconds())
}

func (m *Metrics) detected(a *vigie.Alert, now time.Time) {
	m.latency.WithLabelValues(a.Severity.String()).Observe(max(0, now.Sub(a.Posted).Seconds()))
}
