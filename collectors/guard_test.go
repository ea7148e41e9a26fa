package collectors_test

import (
	"context"
	"errors"
	"net"
	"net/netip"
	"testing"

	"vigie/collectors"
)

func TestPublic(t *testing.T) {
	for addr, want := range map[string]bool{
		"93.184.215.14": true, "2a00:1450:4007:80e::200e": true, "1.1.1.1": true,
		"127.0.0.1": false, "127.8.8.8": false, "::1": false, "0.0.0.0": false, "::": false, "0.1.2.3": false,
		"10.1.2.3": false, "172.16.0.1": false, "192.168.1.1": false, "fc00::1": false, "fd12::1": false,
		"169.254.169.254": false, "fe80::1": false, "fec0::1": false,
		"224.0.0.1": false, "ff02::1": false, "255.255.255.255": false, "240.0.0.1": false,
		"100.64.0.1": false, "198.18.0.1": false, "192.0.0.8": false, "203.0.113.9": false,
		"64:ff9b::7f00:1": false, "64:ff9b:1::1": false, "::ffff:127.0.0.1": false, "::ffff:8.8.8.8": false,
		"::127.0.0.1": false, "2002:7f00:1::": false, "2001:0:1::1": false, "2001:db8::1": false,
		"2a00:1450:4007:80e::200e%eth0": false,
	} {
		if got := collectors.Public(netip.MustParseAddr(addr)); got != want {
			t.Errorf("%s: public %v, want %v", addr, got, want)
		}
	}
}

func TestGuardedDialer(t *testing.T) {
	hosts := map[string][]netip.Addr{
		"good.example":   {netip.MustParseAddr("93.184.215.14"), netip.MustParseAddr("1.1.1.1")},
		"mixed.example":  {netip.MustParseAddr("1.1.1.1"), netip.MustParseAddr("127.0.0.1")},
		"inner.example":  {netip.MustParseAddr("10.0.0.1")},
		"nobody.example": {},
	}
	for _, c := range []struct {
		address string
		dialled int
	}{
		{"good.example:443", 2}, // both are tried: the dial below fails
		{"1.1.1.1:443", 1},
		{"[2a00:1450::1]:443", 1},
		{"mixed.example:443", 0},
		{"inner.example:443", 0},
		{"nobody.example:443", 0},
		{"127.0.0.1:80", 0},
		{"[::ffff:127.0.0.1]:80", 0},
		{"[::1]:80", 0},
		{"2130706433:80", 0},
		{"good.example", 0},
	} {
		lookups, dialled := 0, 0
		d := collectors.GuardedDialer{
			Lookup: func(_ context.Context, host string) ([]netip.Addr, error) {
				lookups++
				return hosts[host], nil
			},
			Dial: func(_ context.Context, _, address string) (net.Conn, error) {
				dialled++
				if _, err := netip.ParseAddrPort(address); err != nil {
					t.Errorf("dialled by name: %s", address)
				}
				return nil, errors.New("refused")
			},
		}
		if _, err := d.DialContext(t.Context(), "tcp", c.address); err == nil {
			t.Errorf("%s: no error", c.address)
		}
		if dialled != c.dialled || lookups > 1 {
			t.Errorf("%s: dialled %d times after %d lookups, want %d", c.address, dialled, lookups, c.dialled)
		}
	}
}

func TestGuardedDialerOfTheSystem(t *testing.T) {
	var d collectors.GuardedDialer
	_, err := d.DialContext(t.Context(), "tcp", "localhost:80")
	if !errors.Is(err, collectors.ErrForbiddenAddress) {
		t.Errorf("localhost: %v, want ErrForbiddenAddress", err)
	}
}
