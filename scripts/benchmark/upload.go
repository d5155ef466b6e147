package main

import (
	"bytes"
	"fmt"
	"math/rand/v2"
)

// uploadBytes is the length of each uploaded file.
const uploadBytes = 1 << 20

// uploads sends the same document again and again; each becomes a file of its own.
func uploads(d *dataset) source {
	const boundary = "kontor-benchmark"
	var body bytes.Buffer
	fmt.Fprintf(&body, "--%s\r\nContent-Disposition: form-data; name=\"files\"; filename=\"leitfaden.pdf\"\r\nContent-Type: application/pdf\r\n\r\n%%PDF-1.7\n", boundary)
	random := rand.NewChaCha8([32]byte{1})
	noise := make([]byte, uploadBytes-len("%PDF-1.7\n"))
	_, _ = random.Read(noise) // it never fails
	body.Write(noise)
	fmt.Fprintf(&body, "\r\n--%s--\r\n", boundary)
	var r bytes.Buffer
	fmt.Fprintf(&r, "POST /api/upload HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer %s\r\nContent-Type: multipart/form-data; boundary=%s\r\nContent-Length: %d\r\n\r\n",
		d.token, boundary, body.Len())
	r.Write(body.Bytes())
	return cycle([][]byte{r.Bytes()})
}
