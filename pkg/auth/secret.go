package auth

import (
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"strings"
)

// The prefixes tell people and secret scanners what a string in a log or a repository is.
const (
	tokenPrefix   = "kontor_"
	sessionPrefix = "kontor_s_"
	previewPrefix = "kontor_p_"
	secretLength  = 43 // 256 bits in base64url
)

// newSecret makes the credential that is handed out once.
func newSecret(prefix string) string {
	var b [32]byte
	rand.Read(b[:]) // never fails; it ends the process if the system has no randomness
	return prefix + base64.RawURLEncoding.EncodeToString(b[:])
}

// secretKey is what is stored of a credential. A plain hash is enough: nobody guesses 256 random bits.
func secretKey(secret string) string {
	sum := sha256.Sum256([]byte(secret))
	return hex.EncodeToString(sum[:])
}

// IsPreview tells whether a credential has the form of a preview's, the one that may stand in an address.
func IsPreview(secret string) bool {
	return len(secret) == len(previewPrefix)+secretLength && strings.HasPrefix(secret, previewPrefix)
}

// isSession tells a session from a token by its length too, since a token's random part may start with "s_".
func isSession(secret string) bool {
	return len(secret) == len(sessionPrefix)+secretLength && strings.HasPrefix(secret, sessionPrefix)
}

// IsToken tells whether a credential has the form of an API token's.
func IsToken(secret string) bool {
	return len(secret) == len(tokenPrefix)+secretLength && strings.HasPrefix(secret, tokenPrefix)
}
