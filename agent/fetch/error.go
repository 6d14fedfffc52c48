package fetch

import (
	"context"
	"crypto/x509"
	"errors"
	"net"
	"net/url"
	"strings"
	"time"
	"unicode"
)

// Kind sorts errors by what went wrong.
type Kind string

// The kinds of error.
const (
	KindNetwork  Kind = "network"  // no connection, reset, cut short
	KindTimeout  Kind = "timeout"  // one of the three limits, or the context ended
	KindStatus   Kind = "status"   // any status but 2xx (and 304 when asked for)
	KindType     Kind = "type"     // not a media type we can read
	KindSize     Kind = "size"     // more than Limit, packed or unpacked
	KindRedirect Kind = "redirect" // to another host, a weaker scheme, or without end
	KindEncoding Kind = "encoding" // broken gzip
	KindRequest  Kind = "request"  // the request itself is no good
	KindResting  Kind = "resting"  // not sent: the host is left alone
)

// Error is what every failed request ends with.
type Error struct {
	Method, URL string // without credentials
	Kind        Kind
	Status      int    // where there was one
	Text        string // what went wrong, and for KindStatus the reason phrase
	// Body is the beginning of the answer for KindStatus, at most 4 KiB, as it came. It is
	// for whoever knows its form; no message has it.
	Body  []byte
	Until time.Time // for KindResting: when the host may be asked again
	To    string    // for KindRedirect: the address that was not followed; empty where none can be read
	Err   error
}

func (e *Error) Error() string { return e.Method + " " + e.URL + ": " + e.Text }

// Unwrap returns the cause.
func (e *Error) Unwrap() error { return e.Err }

// stage is how far a request had come when it failed.
type stage int

const (
	stageConnect stage = iota
	stageHeaders
	stageBody
)

func stageOf(connected bool) stage {
	if connected {
		return stageHeaders
	}
	return stageConnect
}

// errAnswer is the cause of a context that ends by Options.Answer.
var errAnswer = errors.New("whole answer took too long")

// fail sorts a failure of the network by its cause.
func (a *attempt) fail(ctx context.Context, at stage, err error) *Error {
	a.reached = at
	if cause := context.Cause(ctx); cause != nil {
		return a.ended(cause)
	}
	var timeout net.Error
	if errors.As(err, &timeout) && timeout.Timeout() {
		return a.error(KindTimeout, a.patience(at), err)
	}
	text := wording(err)
	if problem := outdated(err, time.Now()); problem != "" {
		text = problem
	}
	return a.error(KindNetwork, plain(text, 300), err)
}

// outdated words that a certificate is not valid at this time, and is empty for any
// other error.
func outdated(err error, now time.Time) string {
	var invalid x509.CertificateInvalidError
	switch {
	case !errors.As(err, &invalid) || invalid.Reason != x509.Expired || invalid.Cert == nil:
		return ""
	case now.Before(invalid.Cert.NotBefore):
		return "the certificate is not valid before " + clock(invalid.Cert.NotBefore) + "; see whether the clock of this machine is right"
	}
	return "the certificate has expired on " + clock(invalid.Cert.NotAfter)
}

// clock writes a moment for people.
func clock(at time.Time) string { return at.UTC().Format("2006-01-02 15:04:05 MST") }

// ended words the end of a context.
func (a *attempt) ended(cause error) *Error {
	switch {
	case errors.Is(cause, errAnswer):
		return a.error(KindTimeout, a.patience(stageBody), cause)
	case errors.Is(cause, context.Canceled):
		return a.error(KindTimeout, "canceled", cause)
	}
	return a.error(KindTimeout, plain(cause.Error(), 300), cause)
}

// patience words which of the three limits was reached.
func (a *attempt) patience(at stage) string {
	switch at {
	case stageConnect:
		return "not connected within " + Brief(a.o.Connect)
	case stageHeaders:
		return "no headers within " + Brief(a.o.Headers)
	}
	return "answer not complete within " + Brief(a.o.Answer)
}

// Brief writes a duration for people, without the parts that are nothing: 1h30m, 20s.
func Brief(d time.Duration) string {
	s := d.String()
	if strings.HasSuffix(s, "m0s") {
		s = strings.TrimSuffix(s, "0s")
	}
	if strings.HasSuffix(s, "h0m") {
		s = strings.TrimSuffix(s, "0m")
	}
	return s
}

// error makes an Error of the attempt.
func (a *attempt) error(kind Kind, text string, err error) *Error {
	return &Error{Method: a.method, URL: a.url.String(), Kind: kind, Status: a.status, Text: text, Err: err}
}

// bare is a URL without credentials and fragment.
func bare(u *url.URL) *url.URL {
	c := *u
	c.User, c.Fragment, c.RawFragment = nil, "", ""
	return &c
}

// plain makes text from outside fit for one line of an error or a log.
func plain(s string, most int) string {
	s = strings.Map(func(r rune) rune {
		if unicode.IsControl(r) || r == unicode.ReplacementChar {
			return ' '
		}
		return r
	}, s)
	if r := []rune(s); len(r) > most {
		s = string(r[:most]) + "..."
	}
	return strings.TrimSpace(s)
}
