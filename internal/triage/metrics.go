package triage

import (
	"github.com/prometheus/client_golang/prometheus"

	"vigie"
)

// Metrics counts what the desk does.
type Metrics struct {
	classified *prometheus.CounterVec
	flagged    *prometheus.CounterVec
	duration   prometheus.Histogram
	postponed  *prometheus.CounterVec
}

// NewMetrics registers the metrics of a desk. sources are the names of the
// configured sources, for which every label set begins at 0.
func NewMetrics(reg prometheus.Registerer, sources []string) *Metrics {
	duration := prometheus.NewHistogramVec(prometheus.HistogramOpts{
		Name: "vigie_classification_duration_seconds", Help: "Time to judge one comment.",
		Buckets: []float64{1e-5, 2.5e-5, 5e-5, 1e-4, 2.5e-4, 5e-4, 1e-3, 2.5e-3, 1e-2, 0.1, 1},
	}, []string{"engine"})
	m := &Metrics{
		classified: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "vigie_comments_classified_total", Help: "Comments judged, by severity of the verdict.",
		}, []string{"source", "verdict"}),
		flagged: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "vigie_comments_flagged_total", Help: "Flagged comments, by best label and severity.",
		}, []string{"category", "severity"}),
		postponed: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "vigie_comments_postponed_total", Help: "Attempts at judging, sealing or settling that failed and will be repeated.",
		}, []string{"class"}),
		duration: duration.WithLabelValues("local").(prometheus.Histogram),
	}
	reg.MustRegister(duration, m.classified, m.flagged, m.postponed)
	m.zero(sources)
	return m
}

func (m *Metrics) zero(sources []string) {
	for _, s := range vigie.Severities() {
		for _, source := range sources {
			m.classified.WithLabelValues(source, s.String())
		}
		for _, l := range vigie.Labels() {
			if s > vigie.SeverityNone {
				m.flagged.WithLabelValues(string(l), s.String())
			}
		}
	}
	for _, class := range classes {
		m.postponed.WithLabelValues(string(class))
	}
}

// judged counts a settled verdict. A nil Metrics counts nothing.
func (m *Metrics) judged(source string, v *vigie.Verdict) {
	if m == nil {
		return
	}
	m.classified.WithLabelValues(source, v.Severity.String()).Inc()
	m.duration.Observe(v.Took.Seconds())
	if v.Flagged() {
		m.flagged.WithLabelValues(string(v.TopLabel()), v.Severity.String()).Inc()
	}
}

func (m *Metrics) failed(c class) {
	if m != nil {
		m.postponed.WithLabelValues(string(c)).Inc()
	}
}
