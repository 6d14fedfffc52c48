package verify

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"strings"

	"shiplist/agent/fetch"
	"shiplist/internal/issue"
)

// Rule of this file: a server that leads on from an address from which a page moved, as
// the site's own .htaccess and moved.map tell it to, never hands out the page that stands
// there. It is good where it leads to where moved.json says.

// movedList names the pages that moved, at the top of a site.
const movedList = "moved.json"

// leading is where a server may lead on, by the path of the page that stands there.
type leading struct {
	sha  map[string]string // the checksum of the page of the site to which it leads
	away map[string]string // the address elsewhere
}

// leads reads where pages moved. A list that is not as it has to be is told with the
// other files, and leads nowhere.
func (o *Options) leads(ctx context.Context, at place, own *statement) leading {
	to := leading{map[string]string{}, map[string]string{}}
	sums := own.sums()
	if sums[movedList] == "" {
		return to
	}
	text, err := at.read(ctx, movedList, min(max(own.set.Sums.Largest, issue.ReleaseMost), listMost))
	if sum := sha256.Sum256(text); err != nil || hex.EncodeToString(sum[:]) != sums[movedList] {
		return to
	}
	var list struct {
		Moved []struct{ From, To string } `json:"moved"`
	}
	if json.Unmarshal(text, &list) != nil {
		return to
	}
	for _, m := range list.Moved {
		page := strings.TrimPrefix(m.From, "/") + "index.html"
		if strings.HasPrefix(m.To, "/") {
			to.sha[page] = sums[strings.TrimPrefix(m.To, "/")+"index.html"]
		} else {
			to.away[page] = m.To
		}
	}
	return to
}

// follows reports whether what a server gave for a page is the page to which it leads.
func (l leading) follows(page, sha string) bool { return l.sha[page] != "" && l.sha[page] == sha }

// leaves reports whether a server led to another site, as it should.
func (l leading) leaves(page string, err error) bool {
	var failed *fetch.Error
	return l.away[page] != "" && errors.As(err, &failed) && failed.Kind == fetch.KindRedirect && failed.To == l.away[page]
}
