package daemon

import (
	"context"
	"net/http"
	"runtime"
	"sync/atomic"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"
)

// metrics is what Prometheus may learn. Whatever lives as long as the process
// is in base; a reload brings a registry of its own, since sources and channels
// are labels.
type metrics struct {
	base    *prometheus.Registry
	current atomic.Pointer[prometheus.Registry]

	reloadOK *prometheus.GaugeVec
	reloadAt prometheus.Gauge
}

func newMetrics(version string) *metrics {
	m := &metrics{base: prometheus.NewRegistry()}
	build := prometheus.NewGaugeVec(prometheus.GaugeOpts{
		Name: "vigie_build_info", Help: "1, with the version of Vigie and of Go as labels.",
	}, []string{"version", "goversion"})
	m.reloadOK = prometheus.NewGaugeVec(prometheus.GaugeOpts{
		Name: "vigie_config_last_reload_successful", Help: "1 if the last reading of the configuration was good.",
	}, nil)
	m.reloadAt = prometheus.NewGauge(prometheus.GaugeOpts{
		Name: "vigie_config_last_reload_success_timestamp_seconds", Help: "When the configuration was last read and good.",
	})
	m.base.MustRegister(build, m.reloadOK, m.reloadAt, collectors.NewGoCollector(),
		collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	build.WithLabelValues(version, runtime.Version()).Set(1)
	m.reloadOK.WithLabelValues().Set(1)
	return m
}

// use makes a generation's registry the one that is shown.
func (m *metrics) use(reg *prometheus.Registry) { m.current.Store(reg) }

func (m *metrics) reloaded(ok bool, at time.Time) {
	if !ok {
		m.reloadOK.WithLabelValues().Set(0)
		return
	}
	m.reloadOK.WithLabelValues().Set(1)
	m.reloadAt.Set(float64(at.UnixMilli()) / 1000)
}

// handler serves the text format.
func (m *metrics) handler() http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		gather := prometheus.Gatherers{m.base}
		if reg := m.current.Load(); reg != nil {
			gather = append(gather, reg)
		}
		promhttp.HandlerFor(gather, promhttp.HandlerOpts{MaxRequestsInFlight: 4, Timeout: 10 * time.Second}).ServeHTTP(w, r)
	})
}

// gaugeWithin bounds the question to the database at a scrape.
const gaugeWithin = 5 * time.Second

func gaugeContext() (context.Context, context.CancelFunc) {
	return context.WithTimeout(context.Background(), gaugeWithin)
}
