package fetch

import (
	"context"
	"crypto/tls"
	"errors"
	"net/http"
	"time"
)

// maxSends is how often one request is sent at most.
const maxSends = 3

// verdict is what the end of a request tells about its host.
type verdict int

const (
	unheard    verdict = iota // nothing: it was not sent, or the caller gave it up
	answered                  // it is there, whatever the answer is worth
	refused                   // a 500: as a rule about one call, a few in a row about the host
	broken                    // it was reached, and then silent or cut short: perhaps one answer alone
	unreached                 // it was not reached
	overloaded                // it says that it is too much
)

// outcome is the end of a request as its host sees it.
type outcome struct {
	verdict verdict
	reason  string
	after   time.Duration // for how long the host asks to be left alone
}

// insist sends the request, and where that does no harm again after a failure that
// may pass: not before the host has rested, so it is slow where the host is in trouble.
func (a *attempt) insist(ctx context.Context) (*Response, *Error) {
	start := a.url
	var last *Error
	for {
		a.url, a.status = start, 0
		p, err := a.host.admit(ctx, a)
		if err != nil {
			if last != nil && err.Kind == KindResting {
				return nil, last
			}
			return nil, a.s.count(err)
		}
		res, again, err := a.try(ctx, p)
		if err == nil {
			return res, nil
		}
		last = a.s.count(err)
		a.sent++
		if a.sent == maxSends || !again {
			return nil, err
		}
	}
}

// try sends the request on a pass, and reports whether it may be sent again. The pass
// is given back whatever happens, even a panic: the host would be blocked by it.
func (a *attempt) try(ctx context.Context, p pass) (res *Response, again bool, err *Error) {
	var o outcome
	defer func() { a.host.settle(p, o) }()
	res, err = a.send(ctx)
	o = a.judge(ctx, err)
	return res, err != nil && a.again(o, err), err
}

// again reports whether sending once more does no harm and may help.
func (a *attempt) again(o outcome, err *Error) bool {
	if !a.r.Repeatable && a.method != http.MethodGet && a.method != http.MethodHead {
		return false
	}
	var certificate *tls.CertificateVerificationError
	return o.verdict >= broken && !errors.As(err, &certificate)
}

// judge tells what the end of the attempt, err, says about the host.
func (a *attempt) judge(ctx context.Context, err *Error) outcome {
	switch {
	case err == nil:
		return outcome{verdict: answered}
	case err.Kind == KindRequest, ctx.Err() != nil:
		return outcome{}
	case err.Kind == KindNetwork, err.Kind == KindTimeout:
		return a.silence(err)
	case err.Kind != KindStatus:
		return outcome{verdict: answered}
	}
	return outcome{verdict: verdictOf(err.Status), reason: "it answered " + err.Text, after: a.after}
}

// verdictOf is what a status says about the host. Most are about what was asked for.
func verdictOf(status int) verdict {
	switch status {
	case http.StatusInternalServerError:
		return refused
	case http.StatusTooManyRequests, http.StatusServiceUnavailable:
		return overloaded
	case http.StatusBadGateway, http.StatusGatewayTimeout:
		return unreached
	}
	return answered
}

// silence is the outcome of an attempt that got no whole answer.
func (a *attempt) silence(err *Error) outcome {
	switch {
	case err.Status != 0:
		return outcome{verdict: broken, reason: "its answer did not come to an end (" + err.Text + ")"}
	case err.Kind == KindTimeout && a.reached != stageConnect:
		return outcome{verdict: broken, reason: "it did not answer (" + err.Text + ")"}
	}
	return outcome{verdict: unreached, reason: "it could not be reached (" + err.Text + ")"}
}
