package config

import (
	"errors"
	"fmt"
	"net/netip"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"kontor/pkg/rate"
)

// The words for settings that are off.
const (
	off    = "off"
	nobody = "none"
)

// maxRequests bounds a rate limit: whoever writes more wants none.
const maxRequests = 100_000_000

// limit reads "6000/1m": so many in that time.
func limit(s string) (rate.Limit, error) {
	if s == off {
		return rate.Limit{}, nil
	}
	number, every, ok := strings.Cut(s, "/")
	n, err := strconv.ParseUint(number, 10, 32)
	if !ok || err != nil || n == 0 || n > maxRequests {
		return rate.Limit{}, fmt.Errorf("wants a number of requests and a time such as 600/1m, or %s", off)
	}
	d, err := span(every)
	if err != nil {
		return rate.Limit{}, err
	}
	if d < time.Second {
		return rate.Limit{}, errors.New("wants a time of at least 1s")
	}
	return rate.Per(int(n), d), nil
}

// byteLimit reads "20GiB/1h" as a limit in KiB.
func byteLimit(s string) (rate.Limit, error) {
	if s == off {
		return rate.Limit{}, nil
	}
	size, every, ok := strings.Cut(s, "/")
	if !ok {
		return rate.Limit{}, fmt.Errorf("wants a size and a time such as 20GiB/1h, or %s", off)
	}
	n, err := sizeWithin(1<<20, 1<<40)(size)
	if err != nil {
		return rate.Limit{}, err
	}
	d, err := span(every)
	if err == nil && d < time.Second {
		err = errors.New("wants a time of at least 1s")
	}
	return rate.Per(int(n>>10), d), err
}

func showByteLimit(l rate.Limit) string {
	if l.IsZero() {
		return off
	}
	_, every, _ := strings.Cut(showLimit(l), "/")
	return showBytes(int64(l.Burst)<<10) + "/" + every
}

func showLimit(l rate.Limit) string {
	if l.IsZero() {
		return off
	}
	text := l.Span().Round(time.Second).String()
	for _, zero := range []string{"m0s", "h0m"} {
		if strings.HasSuffix(text, zero) {
			text = text[:len(text)-2]
		}
	}
	return strconv.Itoa(l.Burst) + "/" + text
}

// items are the parts of a list, which may have spaces around its commas.
func items(s string) []string {
	var out []string
	for item := range strings.SplitSeq(s, ",") {
		if item = strings.TrimSpace(item); item != "" {
			out = append(out, item)
		}
	}
	return out
}

// networks reads addresses (10.0.0.7) and networks (10.0.0.0/8).
func networks(s string) ([]netip.Prefix, error) {
	var out []netip.Prefix
	for _, item := range items(s) {
		p, err := netip.ParsePrefix(item)
		if err != nil {
			a, wrong := netip.ParseAddr(item)
			if wrong != nil || a.Zone() != "" {
				return nil, fmt.Errorf("wants addresses or networks such as 10.0.0.0/8, not %q", item)
			}
			p = netip.PrefixFrom(a, a.BitLen())
		}
		if p != p.Masked() {
			return nil, fmt.Errorf("wants networks: %s is an address with a length, its network is %s", p, p.Masked())
		}
		out = append(out, p)
	}
	return out, nil
}

func showNetworks(list []netip.Prefix) string {
	out := make([]string, len(list))
	for i, p := range list {
		out[i] = p.String()
		if p.IsSingleIP() {
			out[i] = p.Addr().String()
		}
	}
	return strings.Join(out, ",")
}

// namedOrigins is origins without "*".
func namedOrigins(s string) ([]string, error) {
	list, err := origins(s)
	if err == nil && slices.Contains(list, "*") {
		err = errors.New("wants a list of sites: * would let every page use it")
	}
	return list, err
}

// origins reads the origins of sites as browsers send them (RFC 6454, section 6.2): scheme, host, and a port that is not the scheme's.
func origins(s string) ([]string, error) {
	list := items(s)
	switch {
	case slices.Contains(list, nobody) && len(list) == 1:
		return nil, nil
	case slices.Contains(list, "*") && len(list) > 1:
		return nil, errors.New("wants either * or a list of sites")
	}
	for i, item := range list {
		if item == "*" {
			continue
		}
		u, err := url.Parse(item)
		if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Hostname() == "" || u.User != nil || strings.Trim(u.Path, "/") != "" ||
			u.RawQuery != "" || u.Fragment != "" || strings.Contains(item, "*") {
			return nil, fmt.Errorf("wants sites such as https://www.portal.example, not %q", item)
		}
		host := strings.ToLower(u.Host)
		if ports := map[string]string{"http": ":80", "https": ":443"}; strings.HasSuffix(host, ports[u.Scheme]) {
			host = strings.TrimSuffix(host, ports[u.Scheme])
		}
		list[i] = u.Scheme + "://" + host
	}
	return list, nil
}
