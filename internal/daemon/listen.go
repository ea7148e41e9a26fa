package daemon

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log"
	"log/slog"
	"net"
	"net/http"
	"runtime/debug"
	"time"
)

// listen opens the two listeners: the console's, and the one for Prometheus
// and health checks.
func (a *App) listen() error {
	console, err := a.console()
	if err != nil {
		return err
	}
	if err := a.serve("console", a.cfg.HTTP.Listen, console, a.cfg.HTTP.CertFile, a.cfg.HTTP.KeyFile); err != nil {
		return err
	}
	if a.cfg.Metrics.Listen == "off" {
		return nil
	}
	return a.serve("metrics", a.cfg.Metrics.Listen, a.watching(), "", "")
}

// serve listens at once, so that a taken address is an error of the start, and
// answers in the background until Stop.
func (a *App) serve(name, addr string, h http.Handler, cert, key string) error {
	l, err := net.Listen("tcp", addr)
	if err != nil {
		return fmt.Errorf("%s: cannot listen on %s: %w; is another vigie running? choose another address in %s", name, addr, err, a.cfg.file)
	}
	s := a.server(h)
	go func() {
		var err error
		if cert != "" {
			err = s.ServeTLS(l, cert, key)
		} else {
			err = s.Serve(l)
		}
		if !errors.Is(err, http.ErrServerClosed) {
			a.failed <- fmt.Errorf("%s: %w", name, err)
		}
	}()
	a.o.Log.Info("listening", slog.String("what", name), slog.String("address", l.Addr().String()))
	a.addresses[name] = l.Addr().String()
	a.defers(name+" listener", func(ctx context.Context) error {
		a.endServing()
		if err := s.Shutdown(ctx); err != nil {
			return errors.Join(err, s.Close())
		}
		return nil
	})
	return nil
}

// server bounds every step of an exchange, so that nobody holds one for ever.
func (a *App) server(h http.Handler) *http.Server {
	return &http.Server{
		Handler:           a.guarded(h),
		ReadHeaderTimeout: 10 * time.Second,
		ReadTimeout:       30 * time.Second,
		WriteTimeout:      time.Minute, // of a reader that does not read; the live feed sets its own for each write
		IdleTimeout:       2 * time.Minute,
		MaxHeaderBytes:    64 << 10,
		ErrorLog:          log.New(io.Discard, "", 0), // speaks of strangers' addresses
		BaseContext:       func(net.Listener) context.Context { return a.serving },
	}
}

// guarded notes a handler that panics: where, and what kind of panic, but not
// its message, which might quote a text. The connection is cut, as net/http does.
func (a *App) guarded(h http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		defer func() {
			p := recover()
			if p == nil {
				return
			}
			if err, ok := p.(error); !ok || !errors.Is(err, http.ErrAbortHandler) {
				a.o.Log.Error("a page panicked; please report it", "page", r.Pattern, "kind", fmt.Sprintf("%T", p), "stack", string(debug.Stack()))
			}
			panic(http.ErrAbortHandler)
		}()
		h.ServeHTTP(w, r)
	})
}

// watching is the handler for Prometheus and health checks.
func (a *App) watching() http.Handler {
	mux := http.NewServeMux()
	mux.Handle("GET /metrics", a.metrics.handler())
	mux.HandleFunc("GET /healthz", func(w http.ResponseWriter, _ *http.Request) { fmt.Fprintln(w, "ok") })
	mux.HandleFunc("GET /readyz", a.ready)
	return mux
}

// ready answers 200 when the database answers and the parts run.
func (a *App) ready(w http.ResponseWriter, r *http.Request) {
	ctx, cancel := context.WithTimeout(r.Context(), 2*time.Second)
	defer cancel()
	if err := a.store.Ping(ctx); err != nil {
		http.Error(w, "the database does not answer", http.StatusServiceUnavailable)
		return
	}
	a.mu.Lock()
	running := a.started && a.gen != nil
	a.mu.Unlock()
	if !running {
		http.Error(w, "starting or stopping", http.StatusServiceUnavailable)
		return
	}
	fmt.Fprintln(w, "ready")
}
