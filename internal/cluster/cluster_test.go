package cluster

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"net"
	"os/exec"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"
)

// replicas opens n replicas of one fresh cluster.
type replicas func(t *testing.T, n int, c Config) []*Cluster

// both runs a test over both backends.
func both(t *testing.T, run func(t *testing.T, open replicas)) {
	t.Run("memory", func(t *testing.T) {
		run(t, func(t *testing.T, n int, c Config) []*Cluster {
			first := NewMemory(c)
			t.Cleanup(func() { first.Close() })
			all := []*Cluster{first}
			for range n - 1 {
				c.Key = first.key
				another := open(first.backend, c)
				another.now, another.retention = first.now, first.retention
				all = append(all, another)
			}
			return all
		})
	})
	t.Run("redis", func(t *testing.T) {
		run(t, func(t *testing.T, n int, c Config) []*Cluster {
			s := startRedis(t)
			var all []*Cluster
			for range n {
				all = append(all, s.replica(t, c))
			}
			return all
		})
	})
}

// server is a real redis-server on loopback.
type server struct {
	port string
	cmd  *exec.Cmd
}

func startRedis(t *testing.T) *server {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	_, port, _ := net.SplitHostPort(l.Addr().String())
	l.Close()
	s := &server{port: port}
	s.start(t)
	t.Cleanup(s.stop)
	return s
}

func (s *server) start(t *testing.T) {
	t.Helper()
	path, err := exec.LookPath("redis-server")
	if err != nil {
		t.Fatal("these tests need a redis-server: apt-get install redis-server")
	}
	s.cmd = exec.Command(path, "--port", s.port, "--bind", "127.0.0.1", "--save", "", "--appendonly", "no", "--dir", t.TempDir())
	if err := s.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	client := redis.NewClient(&redis.Options{Addr: "127.0.0.1:" + s.port})
	defer client.Close()
	eventually(t, "redis-server answers", func() bool { return client.Ping(t.Context()).Err() == nil })
}

// stop kills the server; it forgets everything.
func (s *server) stop() {
	_ = s.cmd.Process.Kill()
	_ = s.cmd.Wait()
}

func (s *server) replica(t *testing.T, c Config) *Cluster {
	t.Helper()
	if c.Key == nil {
		c.Key = []byte("0123456789abcdef0123456789abcdef")
	}
	cl, err := NewRedis(RedisConfig{URL: "redis://127.0.0.1:" + s.port + "/0", Config: c, Log: slog.New(slog.NewTextHandler(io.Discard, nil))})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { cl.Close() })
	return cl
}

func (s *server) client(t *testing.T) *redis.Client {
	c := redis.NewClient(&redis.Options{Addr: "127.0.0.1:" + s.port})
	t.Cleanup(func() { c.Close() })
	return c
}

// eventually waits for a condition.
func eventually(t *testing.T, what string, ok func() bool) {
	t.Helper()
	for end := time.Now().Add(10 * time.Second); time.Now().Before(end); time.Sleep(5 * time.Millisecond) {
		if ok() {
			return
		}
	}
	t.Fatalf("it never came true that %s", what)
}

func short(t *testing.T) context.Context {
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	t.Cleanup(cancel)
	return ctx
}

func caseID(i int) string { return fmt.Sprintf("case-%04d", i) }
