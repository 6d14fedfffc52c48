package fetch

import (
	"bytes"
	"cmp"
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"
	"slices"
	"strings"
)

// errLarge is that a body was larger than the limit once it was unpacked.
var errLarge = errors.New("larger than the limit")

// counter counts what comes over the wire and remembers how it ended.
type counter struct {
	r   io.Reader
	n   int64
	err error // other than io.EOF
}

func (c *counter) Read(p []byte) (int, error) {
	n, err := c.r.Read(p)
	c.n += int64(n)
	if err != nil && err != io.EOF {
		c.err = err
	}
	return n, err
}

// checkType compares the media type with those that were asked for.
func (a *attempt) checkType(resp *http.Response) *Error {
	if got := a.otherType(resp); got != "" {
		return a.error(KindType, fmt.Sprintf("the answer is %q, not %s", got, strings.Join(a.r.Types, " or ")), nil)
	}
	return nil
}

// otherType is the media type of an answer that is none of those asked for.
func (a *attempt) otherType(resp *http.Response) string {
	header := resp.Header.Get("Content-Type")
	if len(a.r.Types) == 0 || header == "" {
		return ""
	}
	got, _, err := mime.ParseMediaType(header)
	if err != nil {
		// Parameters that cannot be read do not make the type unknown.
		got, _, _ = strings.Cut(header, ";")
		got = strings.ToLower(strings.TrimSpace(got))
	}
	if slices.Contains(a.r.Types, got) {
		return ""
	}
	return cmp.Or(plain(got, 60), "unknown")
}

// readBody reads the body to its end, within the limit on both sides of the
// decompression: the wire must not be kept busy, nor the memory filled.
func (a *attempt) readBody(ctx context.Context, resp *http.Response, wire *counter) ([]byte, *Error) {
	if resp.ContentLength > a.r.Limit {
		return nil, a.tooLarge()
	}
	packed := io.LimitReader(wire, a.r.Limit+1)
	body, err := a.unpack(resp.Header.Get("Content-Encoding"), packed)
	switch {
	case wire.err != nil:
		return nil, a.fail(ctx, stageBody, wire.err)
	case wire.n > a.r.Limit || errors.Is(err, errLarge):
		return nil, a.tooLarge()
	case err != nil:
		return nil, a.error(KindEncoding, plain(err.Error(), 100), err)
	}
	return body, nil
}

// unpack reads r, decompressed, up to one byte more than the limit.
func (a *attempt) unpack(encoding string, r io.Reader) ([]byte, error) {
	var body bytes.Buffer
	var into io.Writer = &body
	if a.r.Into != nil {
		into = a.r.Into()
	}
	switch encoding = strings.ToLower(strings.TrimSpace(encoding)); encoding {
	case "", "identity":
	case "gzip", "x-gzip":
		z, err := gzip.NewReader(r)
		if err == io.EOF {
			return nil, nil // an empty body is not packed, whatever its header says
		}
		if err != nil {
			return nil, fmt.Errorf("broken gzip: %w", err)
		}
		r = io.LimitReader(z, a.r.Limit+1)
	default:
		return nil, fmt.Errorf("unknown content encoding %q", plain(encoding, 40))
	}
	n, err := io.Copy(into, r)
	switch {
	case err != nil:
		return body.Bytes(), fmt.Errorf("broken gzip: %w", err)
	case n > a.r.Limit:
		return body.Bytes(), errLarge
	}
	return body.Bytes(), nil
}

func (a *attempt) tooLarge() *Error {
	return a.error(KindSize, fmt.Sprintf("the answer is larger than the limit of %s", size(a.r.Limit)), nil)
}

// size writes a limit the way people set it.
func size(n int64) string {
	if n >= 1<<20 && n%(1<<20) == 0 {
		return fmt.Sprintf("%d MiB", n>>20)
	}
	return fmt.Sprintf("%d bytes", n)
}
