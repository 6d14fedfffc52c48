// Package launchpad asks Launchpad's public API whether an account is a team or a person.
// GET BASE/~NAME answers a JSON object with is_team; nothing else of it is read, and
// nothing needs an account of our own. See https://help.launchpad.net/API.
//
// The idea to keep in mind: it is better not to know than to be wrong. Whatever is not a
// plain answer is an error, and "there is nobody of this name" (404) is believed only
// from an address that has shown to be the API.
package launchpad

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"

	"shiplist/agent/fetch"
	"shiplist/internal/release"
)

// limit is how many bytes of an answer are read; one has a few thousand.
const limit = 1 << 20

// API is Launchpad's API at one address. It is for one goroutine.
type API struct {
	session *fetch.Session
	base    string
	proven  bool // that it is the API
}

// New returns the API at an address without a slash at its end.
func New(client *fetch.Client, base string) *API {
	return &API{session: client.Session(), base: base}
}

// Account asks what an account is: [release.ContactTeam], [release.ContactPerson], or
// [release.ContactNeither] where there is none that everybody may see. An error says that
// it is not known.
func (a *API) Account(ctx context.Context, name string) (string, error) {
	answer, err := a.get(ctx, a.base+"/~"+url.PathEscape(name))
	var failed *fetch.Error
	if errors.As(err, &failed) && failed.Kind == fetch.KindStatus && failed.Status == http.StatusNotFound {
		return a.nobody(ctx)
	}
	if err != nil {
		return "", err
	}
	is, err := parseAccount(answer, name)
	if err != nil {
		return "", fmt.Errorf("GET %s/~%s: %w", a.base, name, err)
	}
	a.proven = true
	return is, nil
}

// nobody is what a 404 means: nobody, if the address is that of the API. One with a
// slip in it says 404 to every name.
func (a *API) nobody(ctx context.Context) (string, error) {
	if !a.proven {
		answer, err := a.get(ctx, a.base+"/")
		if err != nil {
			return "", fmt.Errorf("not known to be Launchpad's API: %w", err)
		}
		if !isRoot(answer) {
			return "", fmt.Errorf("GET %s/: not the root of Launchpad's API; see [contacts] launchpad", a.base)
		}
		a.proven = true
	}
	return release.ContactNeither, nil
}

func (a *API) get(ctx context.Context, address string) ([]byte, error) {
	r, err := a.session.Do(ctx, fetch.Request{URL: address, Limit: limit, Types: []string{"application/json"}})
	if err != nil {
		return nil, err
	}
	return r.Body, nil
}

// parseAccount reads whether the account with a name is a team.
func parseAccount(answer []byte, name string) (string, error) {
	var account struct {
		Name   string `json:"name"`
		IsTeam *bool  `json:"is_team"`
	}
	if err := json.Unmarshal(answer, &account); err != nil {
		return "", fmt.Errorf("not an account: %w", err)
	}
	switch {
	case account.IsTeam == nil:
		return "", errors.New("not an account: it does not say whether it is a team")
	case account.Name != "" && account.Name != name:
		return "", fmt.Errorf("it tells of another account, %.100q", account.Name)
	case *account.IsTeam:
		return release.ContactTeam, nil
	}
	return release.ContactPerson, nil
}

// isRoot recognises the root of the API.
func isRoot(answer []byte) bool {
	var root struct {
		Type string `json:"resource_type_link"`
	}
	return json.Unmarshal(answer, &root) == nil && strings.HasSuffix(root.Type, "#service-root")
}
