package config

import (
	"cmp"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/netip"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"kontor/pkg/rate"
)

// setting is one row of the table.
type setting struct {
	name     string // of the flag and in the file; the environment has it as KONTOR_NAME
	kind     kind
	standard string // the default, as an operator would write it
	secret   bool   // never shown, not in an error either
	help     string
	parse    func(c *Config, text string) error // "" reaches it only as the default
	show     func(c *Config) string
}

// kind is what a setting holds: the word in the flag's help and what a file may write without quotes.
type kind string

const (
	textKind     kind = "text"
	durationKind kind = "duration"
	sizeKind     kind = "size"
	rateKind     kind = "rate"
	countKind    kind = "count"
	listKind     kind = "list"
	switchKind   kind = "bool" // pflag shows no value for it
)

// settings is the table. To add a setting, add a field to Config and a row here.
func settings() []setting {
	return []setting{
		{name: "addr", kind: textKind, standard: "127.0.0.1:8080", help: "where serve listens, host:port",
			parse: into(func(c *Config) *string { return &c.Addr }, address), show: func(c *Config) string { return c.Addr }},
		{name: "data", kind: textKind, standard: "./data", help: "directory of everything that is kept",
			parse: into(func(c *Config) *string { return &c.Data }, present), show: func(c *Config) string { return c.Data }},
		{name: "demo", kind: switchKind, standard: "false", help: "fill an empty store with a sample portal when serve starts",
			parse: into(func(c *Config) *bool { return &c.Demo }, onOff), show: func(c *Config) string { return strconv.FormatBool(c.Demo) }},
		{name: "schemas", kind: textKind,
			help:  "directory of content types in the place of the shipped ones; shipped,DIR lays its files over them",
			parse: into(func(c *Config) *string { return &c.Schemas }, anything), show: func(c *Config) string { return c.Schemas }},
		{name: "base-url", kind: textKind, help: "where the world reaches this Kontor, https://…",
			parse: into(func(c *Config) *string { return &c.BaseURL }, webAddress), show: func(c *Config) string { return c.BaseURL }},
		{name: "site-url", kind: textKind, help: "where the public site is, https://…: for sitemaps and previews",
			parse: into(func(c *Config) *string { return &c.SiteURL }, webAddress), show: func(c *Config) string { return c.SiteURL }},
		{name: "office-name", kind: textKind, standard: "Redaktion", help: "how organisations read the authors of the office's changes",
			parse: into(func(c *Config) *string { return &c.OfficeName }, present), show: func(c *Config) string { return c.OfficeName }},
		// A database's address carries its password.
		{name: "store", kind: textKind, secret: true, help: "where documents are kept, mongodb://…; empty is SQLite in the data directory",
			parse: into(func(c *Config) *string { return &c.Store }, database), show: func(c *Config) string { return c.Store }},
		{name: "blob", kind: textKind, secret: true, help: "where the bytes of files are kept, s3://…; empty is files in the data directory",
			parse: into(func(c *Config) *string { return &c.Blob }, bucket), show: func(c *Config) string { return c.Blob }},
		{name: "log-format", kind: textKind, standard: LogText, help: "text or json",
			parse: into(func(c *Config) *string { return &c.LogFormat }, oneOf(LogText, LogJSON)), show: func(c *Config) string { return c.LogFormat }},
		{name: "log-level", kind: textKind, standard: "info", help: "debug, info, warn or error",
			parse: into(func(c *Config) *slog.Level { return &c.LogLevel }, level),
			show:  func(c *Config) string { return strings.ToLower(c.LogLevel.String()) }},
		{name: "request-timeout", kind: durationKind, standard: "10s", help: "how long a request may take",
			parse: into(func(c *Config) *time.Duration { return &c.RequestTimeout }, span), show: func(c *Config) string { return c.RequestTimeout.String() }},
		{name: "shutdown-timeout", kind: durationKind, standard: "20s", help: "how long a shutdown waits for running requests",
			parse: into(func(c *Config) *time.Duration { return &c.ShutdownTimeout }, span), show: func(c *Config) string { return c.ShutdownTimeout.String() }},
		{name: "body-limit", kind: sizeKind, standard: "1MiB", help: "longest body of a request, uploads aside",
			parse: into(func(c *Config) *int64 { return &c.BodyLimit }, sizeWithin(1<<10, 1<<30)), show: func(c *Config) string { return showBytes(c.BodyLimit) }},
		{name: "upload-limit", kind: sizeKind, standard: "2GiB", help: "longest file that is taken",
			parse: into(func(c *Config) *int64 { return &c.UploadLimit }, sizeWithin(1<<10, 1<<40)), show: func(c *Config) string { return showBytes(c.UploadLimit) }},
		{name: "cache-size", kind: sizeKind, standard: "32MiB", help: "memory for answers to the public that are kept; 0 for none",
			parse: into(func(c *Config) *int64 { return &c.CacheSize }, sizeWithin(0, 1<<36)), show: func(c *Config) string { return showBytes(c.CacheSize) }},
		{name: "shared-max-age", kind: durationKind, standard: "0s", help: "how long a CDN may answer the public without asking; 0s for never",
			parse: into(func(c *Config) *time.Duration { return &c.SharedMaxAge }, age), show: func(c *Config) string { return c.SharedMaxAge.String() }},
		{name: "rate-limit", kind: rateKind, standard: "6000/1m", help: "requests that an address may make without credentials, or off",
			parse: into(func(c *Config) *rate.Limit { return &c.RateLimit }, limit), show: func(c *Config) string { return showLimit(c.RateLimit) }},
		{name: "token-rate-limit", kind: rateKind, standard: "12000/1m", help: "requests that a token or an account may make, or off",
			parse: into(func(c *Config) *rate.Limit { return &c.TokenRateLimit }, limit), show: func(c *Config) string { return showLimit(c.TokenRateLimit) }},
		{name: "max-uploads", kind: countKind, standard: "4", help: "uploads of an account at once, more wait",
			parse: into(func(c *Config) *int { return &c.MaxUploads }, countWithin(1, 1000)), show: func(c *Config) string { return strconv.Itoa(c.MaxUploads) }},
		{name: "upload-rate", kind: rateKind, standard: "20GiB/1h", help: "bytes that an account may upload in that time, or off",
			parse: into(func(c *Config) *rate.Limit { return &c.UploadRate }, byteLimit), show: func(c *Config) string { return showByteLimit(c.UploadRate) }},
		{name: "max-connections", kind: countKind, standard: "4096", help: "connections at once; fewer where the limit of open files is low",
			parse: into(func(c *Config) *int { return &c.MaxConnections }, countWithin(16, 1_000_000)), show: func(c *Config) string { return strconv.Itoa(c.MaxConnections) }},
		{name: "max-connections-per-address", kind: countKind, standard: "256", help: "connections of an address that is no trusted proxy, at most half of all",
			parse: into(func(c *Config) *int { return &c.MaxConnectionsPerAddress }, countWithin(1, 1_000_000)),
			show:  func(c *Config) string { return strconv.Itoa(c.MaxConnectionsPerAddress) }},
		{name: "trusted-proxies", kind: listKind, help: "addresses and networks whose X-Forwarded-For is believed, comma-separated",
			parse: into(func(c *Config) *[]netip.Prefix { return &c.TrustedProxies }, networks), show: func(c *Config) string { return showNetworks(c.TrustedProxies) }},
		{name: "cors-origins", kind: listKind, standard: "*", help: "sites whose pages may read /api, comma-separated; * for all, none for no other",
			parse: into(func(c *Config) *[]string { return &c.CORSOrigins }, origins), show: func(c *Config) string { return cmp.Or(strings.Join(c.CORSOrigins, ","), nobody) }},
		{name: "manage-origins", kind: listKind, standard: nobody, help: "sites whose pages may use /manage, comma-separated; none for no other",
			parse: into(func(c *Config) *[]string { return &c.ManageOrigins }, namedOrigins), show: func(c *Config) string { return cmp.Or(strings.Join(c.ManageOrigins, ","), nobody) }},
	}
}

// env is the setting's name in the environment.
func (s setting) env() string {
	return prefix + strings.ToUpper(strings.ReplaceAll(s.name, "-", "_"))
}

// into ties a field of Config to the function that reads its text.
func into[T any](field func(*Config) *T, read func(string) (T, error)) func(*Config, string) error {
	return func(c *Config, text string) error {
		v, err := read(text)
		if err == nil {
			*field(c) = v
		}
		return err
	}
}

func anything(s string) (string, error) { return s, nil }

func onOff(s string) (bool, error) {
	on, err := strconv.ParseBool(s)
	if err != nil {
		return false, errors.New("wants true or false")
	}
	return on, nil
}

func present(s string) (string, error) {
	if strings.TrimSpace(s) == "" {
		return "", errors.New("may not be empty")
	}
	return s, nil
}

func address(s string) (string, error) {
	_, port, err := net.SplitHostPort(s)
	if err != nil {
		return "", errors.New("wants host:port, such as 127.0.0.1:8080")
	}
	if n, err := strconv.ParseUint(port, 10, 16); err != nil || strconv.FormatUint(n, 10) != port {
		return "", errors.New("wants a port from 0 to 65535")
	}
	return s, nil
}

func webAddress(s string) (string, error) {
	if s == "" {
		return "", nil
	}
	u, err := url.Parse(s)
	switch {
	case err != nil, u.Scheme != "http" && u.Scheme != "https", u.Hostname() == "":
		return "", errors.New("wants an address such as https://portal.example")
	case u.User != nil, u.RawQuery != "", u.ForceQuery, u.Fragment != "", strings.Contains(s, "#"):
		return "", errors.New("takes no user, no query and no fragment")
	}
	return strings.TrimRight(s, "/"), nil
}

// database wants what can be an address; its driver looks closer. No message repeats it, since it may hold a password.
func database(s string) (string, error) {
	scheme, rest, _ := strings.Cut(s, "://")
	if s != "" && (scheme != "mongodb" && scheme != "mongodb+srv" || rest == "") {
		return "", errors.New("wants an address such as mongodb://user:password@host/database, or nothing for SQLite in the data directory")
	}
	return s, nil
}

// bucket looks at the kind of address only; its driver reads the rest.
func bucket(s string) (string, error) {
	if s != "" && !strings.HasPrefix(s, "s3://") {
		return "", errors.New("wants s3://host:port/bucket; leave it empty for files in the data directory")
	}
	return s, nil
}

func oneOf(words ...string) func(string) (string, error) {
	return func(s string) (string, error) {
		if !slices.Contains(words, s) {
			return "", fmt.Errorf("wants one of %s", strings.Join(words, ", "))
		}
		return s, nil
	}
}

func level(s string) (slog.Level, error) {
	for _, l := range []slog.Level{slog.LevelDebug, slog.LevelInfo, slog.LevelWarn, slog.LevelError} {
		if strings.ToLower(l.String()) == s {
			return l, nil
		}
	}
	return 0, errors.New("wants one of debug, info, warn, error")
}

// maxSpan bounds the timeouts: whoever writes more has the unit wrong.
const maxSpan = time.Hour

func span(s string) (time.Duration, error) {
	d, err := time.ParseDuration(s)
	switch {
	case err != nil:
		return 0, errors.New("wants a duration such as 20s or 1m30s")
	case d < time.Millisecond || d > maxSpan:
		return 0, fmt.Errorf("wants a duration from 1ms to %v", maxSpan)
	}
	return d, nil
}

// maxAge bounds how long a cache that Kontor does not know of may tell what is no longer so.
const maxAge = 24 * time.Hour

func age(s string) (time.Duration, error) {
	d, err := time.ParseDuration(s)
	switch {
	case err != nil:
		return 0, errors.New("wants a duration such as 30s or 5m")
	case d < 0 || d > maxAge || d%time.Second != 0:
		return 0, fmt.Errorf("wants whole seconds, at most %v", maxAge)
	}
	return d, nil
}

// countWithin reads a number in a range.
func countWithin(low, high int) func(string) (int, error) {
	return func(s string) (int, error) {
		n, err := strconv.Atoi(s)
		if err != nil || n < low || n > high {
			return 0, fmt.Errorf("wants a number from %d to %d", low, high)
		}
		return n, nil
	}
}

// units are the endings of a size, largest first.
var units = []struct {
	name   string
	factor int64
}{{"GiB", 1 << 30}, {"MiB", 1 << 20}, {"KiB", 1 << 10}}

func sizeWithin(low, high int64) func(string) (int64, error) {
	return func(s string) (int64, error) {
		number, factor := s, int64(1)
		for _, u := range units {
			if rest, ok := strings.CutSuffix(s, u.name); ok {
				number, factor = strings.TrimSuffix(rest, " "), u.factor
				break
			}
		}
		n, err := strconv.ParseUint(number, 10, 32)
		switch {
		case err != nil:
			return 0, errors.New("wants a size such as 1MiB, 512KiB or a number of bytes")
		case int64(n) > high/factor || int64(n)*factor < low:
			return 0, fmt.Errorf("wants a size from %s to %s", showBytes(low), showBytes(high))
		}
		return int64(n) * factor, nil
	}
}

func showBytes(n int64) string {
	for _, u := range units {
		if n >= u.factor && n%u.factor == 0 {
			return strconv.FormatInt(n/u.factor, 10) + u.name
		}
	}
	return strconv.FormatInt(n, 10)
}
