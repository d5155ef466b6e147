// Package config is what an operator can set: flags, environment and a file, read once into one checked Config of plain values.
//
// One table, see settings, says of every setting what it is called in each of the three, what it may hold and what it is by default.
// A flag stands above the environment, that above the file, that above the default.
package config

import (
	"log/slog"
	"net/netip"
	"time"

	"kontor/pkg/rate"
)

// Config is what is in force. Load makes it; the zero value is of no use.
type Config struct {
	Addr            string        // where serve listens, host:port
	Data            string        // the directory of everything that is kept
	Demo            bool          // serve fills an empty store with the sample portal
	Schemas         string        // the directory of the content types, "shipped,DIR" to lay it over the shipped ones; "" for these alone
	BaseURL         string        // where the world reaches this Kontor, without a slash at the end; "" if nobody said
	SiteURL         string        // where the public site is, without a slash at the end; "" if nobody said
	OfficeName      string        // the author of changes as callers of an organisation read it
	Store           string        // "" for SQLite in Data, else an address of MongoDB, with its password
	Blob            string        // "" for files in Data
	LogFormat       string        // LogText or LogJSON
	LogLevel        slog.Level    //
	RequestTimeout  time.Duration // how long a request may take
	ShutdownTimeout time.Duration // how long a shutdown waits for running requests
	BodyLimit       int64         // the longest body of a request, in bytes; uploads have their own
	UploadLimit     int64         // the longest file, in bytes
	CacheSize       int64         // how many bytes of answers are kept
	SharedMaxAge    time.Duration // how long caches on the way may answer the public without asking; 0 for never

	RateLimit      rate.Limit // requests of an address without credentials; zero for any number
	TokenRateLimit rate.Limit // requests of a token or an account; zero for any number
	MaxUploads     int        // that an account may have running at once
	UploadRate     rate.Limit // KiB that an account may upload; zero for any number

	MaxConnections           int // open at once
	MaxConnectionsPerAddress int // of an address that is no trusted proxy

	TrustedProxies []netip.Prefix // whose X-Forwarded-For is believed
	ManageOrigins  []string       // whose pages may use /manage; none if empty
	CORSOrigins    []string       // whose pages may read /api: "https://www.portal.example", "*" for all; none if empty

	Warnings []string // what is not wrong but not likely meant

	origins map[string]string // by the setting's name; absent: the default
}

// The formats of the log.
const (
	LogText = "text"
	LogJSON = "json"
)

// Setting is one setting as it is in force, for people to read.
type Setting struct {
	Name   string
	Value  string // a secret that is set shows as ******
	Origin string // "default", "flag --addr", "KONTOR_ADDR", "kontor.yaml:3"
	Help   string
}

// mask stands for a secret's value wherever people read it.
const mask = "******"

// Settings lists every setting in the order of the table.
func (c Config) Settings() []Setting {
	out := make([]Setting, 0, len(settings()))
	for _, s := range settings() {
		v := s.show(&c)
		if s.secret && v != "" {
			v = mask
		}
		origin := c.origins[s.name]
		if origin == "" {
			origin = "default"
		}
		out = append(out, Setting{Name: s.name, Value: v, Origin: origin, Help: s.help})
	}
	return out
}
