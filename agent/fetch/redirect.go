package fetch

import (
	"net/http"
	"net/url"
	"strings"
)

const (
	maxRedirects  = 5
	redirectsWord = "5"
)

// redirects are the statuses that are followed.
var redirects = []int{
	http.StatusMovedPermanently, http.StatusFound, http.StatusSeeOther,
	http.StatusTemporaryRedirect, http.StatusPermanentRedirect,
}

// follow moves the attempt to where the answer points, if that is allowed: on the
// same host, with the same scheme or from http to https, and without turning one
// method into another.
func (a *attempt) follow(resp *http.Response) *Error {
	location := resp.Header.Get("Location")
	target, err := a.url.Parse(location)
	if location == "" || err != nil {
		return a.error(KindRedirect, statusText(resp)+", without an address that can be read", nil)
	}
	target = bare(target)
	where := statusText(resp) + " to " + plain(target.String(), 300)
	if repeats := resp.StatusCode == http.StatusTemporaryRedirect || resp.StatusCode == http.StatusPermanentRedirect; !repeats &&
		a.method != http.MethodGet && a.method != http.MethodHead {
		return a.astray(target, where+": a "+a.method+" is not sent again elsewhere; if that is the right address, configure it")
	}
	if a.url.Scheme == "https" && target.Scheme != "https" {
		return a.astray(target, where+": not followed from https to a weaker scheme")
	}
	if !a.onHost(target) {
		return a.astray(target, where+": not followed to another host; if that is the right address, configure it")
	}
	a.url = target
	return nil
}

// astray is the error of an answer that points to where it is not followed.
func (a *attempt) astray(target *url.URL, text string) *Error {
	err := a.error(KindRedirect, text, nil)
	err.To = target.String()
	return err
}

// onHost reports whether target is on the host that was configured. A server that
// is asked under a Host header of its own may name itself by it: the target is then
// moved to the address under which we reach it.
func (a *attempt) onHost(target *url.URL) bool {
	if target.Scheme != "http" && target.Scheme != "https" {
		return false
	}
	if a.r.Host != "" && target.Scheme == a.url.Scheme && strings.EqualFold(target.Host, a.r.Host) {
		target.Host = a.url.Host
	}
	if !strings.EqualFold(target.Hostname(), a.url.Hostname()) {
		return false
	}
	from, to := port(a.url), port(target)
	return from == to || from == "80" && to == "443" && target.Scheme == "https"
}

// port is the port of an address, the scheme's own where it has none.
func port(u *url.URL) string {
	if p := u.Port(); p != "" {
		return p
	}
	if u.Scheme == "https" {
		return "443"
	}
	return "80"
}
