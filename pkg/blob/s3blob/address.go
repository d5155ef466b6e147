package s3blob

import (
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/minio/minio-go/v7"
	"github.com/minio/minio-go/v7/pkg/credentials"
)

// Address is where the bytes lie, as an operator writes it:
//
//	s3://[ID:SECRET@]HOST[:PORT]/BUCKET[/PREFIX][?region=…&style=…&tls=off&create=on&part=16MiB]
type Address struct {
	Host   string // host or host:port
	Bucket string
	Prefix string // "" or segments without a slash at either end
	Region string // "" asks the server
	Style  string // how a request names the bucket: "path", "host", or "" for what suits the host
	Plain  bool   // HTTP without TLS
	Create bool   // a bucket that is missing is made
	Part   int64  // bytes of a part; the longest file has 10,000 of them

	id, secret string // "" for those of the environment
}

// The bounds of a part: Amazon's least, which is the usual one since each upload holds a part, and what a process can hold of several.
const (
	minPart = 5 << 20
	maxPart = 512 << 20
)

// maxParts is how many parts an upload may have.
const maxParts = 10_000

var (
	bucketForm = regexp.MustCompile(`^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$`)
	prefixForm = regexp.MustCompile(`^[A-Za-z0-9_][A-Za-z0-9._-]*(/[A-Za-z0-9_][A-Za-z0-9._-]*)*$`)
)

// errShape is what an address is that can't be read. Nothing of it is repeated, since it may hold a secret.
var errShape = errors.New("wants s3://ID:SECRET@host:port/bucket/prefix; in ID and SECRET a character such as / is written %2F")

// ParseAddress reads an address. Its errors repeat nothing from before the host.
func ParseAddress(text string) (Address, error) {
	u, err := url.Parse(text)
	if err != nil || u.Scheme != "s3" || u.Opaque != "" || u.Hostname() == "" || u.Fragment != "" || strings.HasSuffix(u.Host, ":") {
		return Address{}, errShape
	}
	a := Address{Host: u.Host, Part: minPart}
	if u.User != nil {
		a.id = u.User.Username()
		a.secret, _ = u.User.Password()
		if a.id == "" || a.secret == "" {
			return Address{}, errors.New("has an ID without a SECRET, or the other way round; without both those of the environment are used")
		}
	}
	a.Bucket, a.Prefix, _ = strings.Cut(strings.Trim(u.Path, "/"), "/")
	switch {
	case a.Bucket == "":
		return Address{}, errors.New("names no bucket: s3://host:port/BUCKET")
	case !bucketForm.MatchString(a.Bucket):
		return Address{}, errors.New("has a bucket that no server takes: 3 to 63 of a-z, 0-9, dot and dash")
	case a.Prefix != "" && (len(a.Prefix) > 500 || !prefixForm.MatchString(a.Prefix)):
		return Address{}, errors.New("has a prefix with something other than segments of A-Z, a-z, 0-9, dot, dash and underscore")
	}
	return a, a.options(u.RawQuery)
}

// options reads what stands behind the question mark.
func (a *Address) options(raw string) error {
	values, err := url.ParseQuery(raw)
	if err != nil {
		return errShape
	}
	for name, list := range values {
		if len(list) > 1 {
			return fmt.Errorf("says %s more than once", name)
		}
		v := list[0]
		switch name {
		case "region":
			a.Region, err = v, nil
		case "style":
			a.Style = v
			if !slices.Contains([]string{"path", "host"}, v) {
				err = errors.New("has a style that is neither path nor host")
			}
		case "tls":
			a.Plain, err = offOr(v, "on", "tls")
		case "create":
			a.Create, err = offOr(v, "off", "create")
			a.Create = v == "on"
		case "part":
			a.Part, err = partSize(v)
		default:
			err = fmt.Errorf("has an option %q; there are region, style, tls, create and part", name)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// offOr reads on or off and tells whether it is not the usual one.
func offOr(v, usual, name string) (bool, error) {
	if v != "on" && v != "off" {
		return false, fmt.Errorf("has a %s that is neither on nor off", name)
	}
	return v != usual, nil
}

func partSize(v string) (int64, error) {
	n, err := strconv.ParseInt(strings.TrimSuffix(v, "MiB"), 10, 32)
	if err != nil || !strings.HasSuffix(v, "MiB") || n<<20 < minPart || n<<20 > maxPart {
		return 0, fmt.Errorf("has a part that is no size from %dMiB to %dMiB", minPart>>20, maxPart>>20)
	}
	return n << 20, nil
}

// String is the address without its secrets and options, for people to read.
func (a Address) String() string {
	return strings.TrimSuffix("s3://"+a.Host+"/"+a.Bucket+"/"+a.Prefix, "/")
}

// Longest is the longest file that fits, in bytes.
func (a Address) Longest() int64 { return a.Part * maxParts }

// Fits is an error that says what to do unless a file of n bytes fits.
func (a Address) Fits(n int64) error {
	if n <= a.Longest() {
		return nil
	}
	return fmt.Errorf("has parts of which 10,000 don't hold the upload-limit; add part=%dMiB, which each upload holds in memory", (n/maxParts)>>20+1)
}

// keys gives what requests are signed with: what the address says, else what the environment, Amazon's credentials file or the
// machine's own role say, in this order.
func (a Address) keys() *credentials.Credentials {
	if a.id != "" {
		return credentials.NewStaticV4(a.id, a.secret, "")
	}
	return credentials.NewChainCredentials([]credentials.Provider{
		&credentials.EnvAWS{}, &credentials.FileAWSCredentials{},
		&credentials.IAM{Client: &http.Client{Timeout: 2 * time.Second}}, // elsewhere than at Amazon nobody answers
	})
}

// lookup is how requests name the bucket.
func (a Address) lookup() minio.BucketLookupType {
	switch a.Style {
	case "path":
		return minio.BucketLookupPath
	case "host":
		return minio.BucketLookupDNS
	}
	return minio.BucketLookupAuto
}
