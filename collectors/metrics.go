package collectors

import (
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"vigie"
)

// Metrics are the counters of sources and of their transports. A nil *Metrics
// counts nothing, so tests may leave it out.
type Metrics struct {
	collected   *prometheus.CounterVec
	requests    *prometheus.CounterVec
	duration    *prometheus.HistogramVec
	success     *prometheus.GaugeVec
	quota       *prometheus.GaugeVec
	failed      *prometheus.GaugeVec
	late        *prometheus.CounterVec
	quarantined *prometheus.CounterVec
}

// Results of a request beside the classes of failure.
const (
	resultOK        = "ok"
	resultCancelled = "cancelled"
)

// NewMetrics registers the metrics of this package.
func NewMetrics(reg prometheus.Registerer) *Metrics {
	counter := func(name, help string, labels ...string) *prometheus.CounterVec {
		return prometheus.NewCounterVec(prometheus.CounterOpts{Name: "vigie_" + name, Help: help}, labels)
	}
	gauge := func(name, help string) *prometheus.GaugeVec {
		return prometheus.NewGaugeVec(prometheus.GaugeOpts{Name: "vigie_" + name, Help: help}, []string{"source"})
	}
	m := &Metrics{
		collected: counter("comments_collected_total", "Comments that a source brought and the store had not.", "source"),
		requests:  counter("source_requests_total", "Requests of a source by result.", "source", "result"),
		duration: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Name: "vigie_source_request_duration_seconds", Help: "Time until the headers of an answer.",
			Buckets: []float64{.05, .1, .25, .5, 1, 2.5, 5, 10, 30},
		}, []string{"source"}),
		success:     gauge("source_last_success_timestamp_seconds", "When a source last caught up."),
		quota:       gauge("source_quota_remaining_ratio", "What the platform says is left of its request quota."),
		failed:      gauge("source_failed", "1 if a source has stopped until a person acts."),
		late:        counter("source_late_arrivals_total", "Comments that became visible after newer ones.", "source"),
		quarantined: counter("source_quarantined_total", "Items that could not be read.", "source"),
	}
	reg.MustRegister(m.collected, m.requests, m.duration, m.success, m.quota, m.failed, m.late, m.quarantined)
	return m
}

// Init makes every series of a source exist at 0.
func (m *Metrics) Init(source string) {
	if m == nil {
		return
	}
	m.collected.WithLabelValues(source)
	m.late.WithLabelValues(source)
	m.quarantined.WithLabelValues(source)
	m.duration.WithLabelValues(source)
	m.success.WithLabelValues(source)
	m.failed.WithLabelValues(source)
	for _, r := range []string{resultOK, resultCancelled, string(ClassRetry), string(ClassLimited),
		string(ClassBudget), string(ClassAuth), string(ClassGone), string(ClassBug)} {
		m.requests.WithLabelValues(source, r)
	}
}

func (m *Metrics) request(source, result string, took time.Duration) {
	if m == nil {
		return
	}
	m.requests.WithLabelValues(source, result).Inc()
	m.duration.WithLabelValues(source).Observe(took.Seconds())
}

func (m *Metrics) quotaLeft(source string, ratio float64) {
	if m != nil {
		m.quota.WithLabelValues(source).Set(ratio)
	}
}

func (m *Metrics) succeeded(source string, now time.Time) {
	if m != nil {
		m.success.WithLabelValues(source).Set(float64(now.UnixMilli()) / 1e3)
	}
}

func (m *Metrics) failing(source string, yes bool) {
	if m == nil {
		return
	}
	v := 0.0
	if yes {
		v = 1
	}
	m.failed.WithLabelValues(source).Set(v)
}

func (m *Metrics) page(source string, a vigie.Appended, bad int) {
	if m == nil {
		return
	}
	m.collected.WithLabelValues(source).Add(float64(a.New))
	m.late.WithLabelValues(source).Add(float64(a.Late))
	m.quarantined.WithLabelValues(source).Add(float64(bad))
}
