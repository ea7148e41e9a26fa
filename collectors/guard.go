package collectors

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/netip"
	"time"
)

// GuardedDialer connects to public addresses only. It is for every address
// that comes from content or from a platform; addresses in the configuration
// are the operator's and need no guard. A name is resolved once and dialled by
// address, so that it cannot change its mind between the check and the call.
type GuardedDialer struct {
	// Lookup resolves a name; nil: the system's resolver.
	Lookup func(ctx context.Context, host string) ([]netip.Addr, error)
	// Dial connects to an address; nil: a net.Dialer with 10 s.
	Dial func(ctx context.Context, network, address string) (net.Conn, error)
}

// ErrForbiddenAddress says that an address is not a public one.
var ErrForbiddenAddress = errors.New("not a public address")

// DialContext connects to host:port. If any address of the host is not public,
// none is dialled.
func (d *GuardedDialer) DialContext(ctx context.Context, network, address string) (net.Conn, error) {
	host, port, err := net.SplitHostPort(address)
	if err != nil {
		return nil, fmt.Errorf("guarded dial: %w", err)
	}
	addrs, err := d.resolve(ctx, host)
	if err != nil {
		return nil, fmt.Errorf("guarded dial: %w", err)
	}
	dial := d.Dial
	if dial == nil {
		dial = (&net.Dialer{Timeout: 10 * time.Second}).DialContext
	}
	var failed error
	for _, a := range addrs {
		conn, err := dial(ctx, network, net.JoinHostPort(a.String(), port))
		if err == nil {
			return conn, nil
		}
		failed = errors.Join(failed, err)
	}
	return nil, failed
}

// resolve returns the addresses of host, all of them public and at least one.
func (d *GuardedDialer) resolve(ctx context.Context, host string) ([]netip.Addr, error) {
	if a, err := netip.ParseAddr(host); err == nil {
		return publicOnly([]netip.Addr{a})
	}
	lookup := d.Lookup
	if lookup == nil {
		lookup = func(ctx context.Context, host string) ([]netip.Addr, error) {
			addrs, err := net.DefaultResolver.LookupNetIP(ctx, "ip", host)
			for i := range addrs { // the resolver writes IPv4 as mapped addresses
				addrs[i] = addrs[i].Unmap()
			}
			return addrs, err
		}
	}
	addrs, err := lookup(ctx, host)
	if err != nil {
		return nil, err
	}
	return publicOnly(addrs)
}

func publicOnly(addrs []netip.Addr) ([]netip.Addr, error) {
	if len(addrs) == 0 {
		return nil, errors.New("the host has no address")
	}
	for _, a := range addrs {
		if !Public(a) {
			return nil, ErrForbiddenAddress
		}
	}
	return addrs, nil
}

var (
	globalIPv6 = netip.MustParsePrefix("2000::/3")
	// Beside what the predicates of netip know: this network, carrier-grade NAT,
	// protocol assignments, documentation, benchmarks, reserved; Teredo and the
	// other assignments of 2001::/23, documentation, 6to4.
	special = []netip.Prefix{
		netip.MustParsePrefix("0.0.0.0/8"), netip.MustParsePrefix("100.64.0.0/10"),
		netip.MustParsePrefix("192.0.0.0/24"), netip.MustParsePrefix("192.0.2.0/24"),
		netip.MustParsePrefix("192.88.99.0/24"), netip.MustParsePrefix("198.18.0.0/15"),
		netip.MustParsePrefix("198.51.100.0/24"), netip.MustParsePrefix("203.0.113.0/24"),
		netip.MustParsePrefix("240.0.0.0/4"),
		netip.MustParsePrefix("2001::/23"), netip.MustParsePrefix("2001:db8::/32"),
		netip.MustParsePrefix("2002::/16"), netip.MustParsePrefix("3fff::/20"),
	}
)

// Public says whether an address belongs to the open Internet. Mapped, NAT64
// and 6to4 addresses do not: they are ways to write a private one.
func Public(a netip.Addr) bool {
	if !a.IsValid() || a.Zone() != "" || a.Is4In6() || !a.IsGlobalUnicast() || a.IsPrivate() {
		return false
	}
	if a.Is6() && !globalIPv6.Contains(a) {
		return false
	}
	for _, p := range special {
		if p.Contains(a) {
			return false
		}
	}
	return true
}

// NewGuardedBase returns a base for [TransportConfig] that goes to public
// addresses only and through no proxy, which would resolve names behind the
// guard's back.
func NewGuardedBase() *http.Transport {
	return &http.Transport{
		DialContext:           (&GuardedDialer{}).DialContext,
		ForceAttemptHTTP2:     true,
		TLSHandshakeTimeout:   10 * time.Second,
		ResponseHeaderTimeout: 30 * time.Second,
		IdleConnTimeout:       time.Minute,
		MaxIdleConnsPerHost:   2,
	}
}
