package publish

import (
	"cmp"
	"fmt"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"shiplist/generator/staged"
	"shiplist/internal/issue"
)

// Rules of a [Reason].
const (
	RuleTrouble     = "trouble"      // a finding about the site itself
	RuleDeadAddress = "dead-address" // a page that is published and would be gone
	RuleOlderFacts  = "older-facts"  // the published site knows more
	RuleWentBack    = "went-back"    // a person went back, so nothing is published by itself
)

// Reason is one thing that forbids to publish a set. Findings about a milestone are
// none: showing them is what the pages are for.
type Reason struct {
	Rule string `json:"rule"`
	Page string `json:"page,omitempty"` // path of the page that it is about
	Text string `json:"text"`           // what is wrong, in one sentence
	Do   string `json:"do"`             // what to do about it
}

// Refused is the error of a set that must not be published.
type Refused struct {
	Digest  string
	Reasons []Reason
}

// Error names every reason, each in a line of its own with what to do about it.
func (r *Refused) Error() string {
	var b strings.Builder
	fmt.Fprintf(&b, "set %s is not published, the site is as it was:", Short(r.Digest))
	for _, reason := range r.Reasons {
		fmt.Fprintf(&b, "\n  %s: %s\n    %s", reason.Rule, reason.Text, reason.Do)
	}
	b.WriteString("\n--force publishes all the same, and writes that into the history")
	return b.String()
}

// Short is the beginning of a digest, for people; staged.Find takes it.
func Short(digest string) string { return digest[:min(len(digest), shortDigest)] }

// shortDigest is long enough to tell the kept sets of a site apart.
const shortDigest = 12

// Forbids tells what forbids to publish a staged set over what is shown now. A
// trouble that what is shown has in the same words does not forbid again: somebody
// decided to show it, and keeping the old site would protect nobody from it.
func Forbids(shown Shown, next staged.Set) []Reason {
	var all []Reason
	for _, t := range next.Troubles {
		if slices.Contains(shown.Troubles, t) {
			continue
		}
		all = append(all, troubleReason(t))
	}
	for _, p := range dying(shown, next.Dir) {
		all = append(all, Reason{
			Rule: RuleDeadAddress, Page: p.Path, Text: fmt.Sprintf("The %s page /%s is published and not in this set, so its address would die.", p.Kind, p.Path),
			Do: "Find out why it is gone: a source, a rule or a text has changed. If it has another address now, say so in the configuration with a [[moved]].",
		})
	}
	return append(all, older(shown.Record, next.Record)...)
}

// dying are the published pages whose addresses are not in a set.
func dying(shown Shown, dir string) []staged.Page {
	var pages []staged.Page
	for _, p := range shown.Lasting {
		if !has(dir, p.Path) {
			pages = append(pages, p)
		}
	}
	return pages
}

// Dying are the pages that are published, and that people have links to, whose addresses
// would die with a staged set.
func Dying(s Site, digest string) ([]staged.Page, error) {
	shown, err := Show(s)
	if err != nil || shown.Digest == digest {
		return nil, err
	}
	next, err := staged.Find(s.Staged, digest)
	if err != nil {
		return nil, err
	}
	return dying(shown, next.Dir), nil
}

// mends say what to do about a trouble, by its rule.
var mends = map[string]string{
	"bad-signature":  "Tell whoever runs the tree at once, as the list of checksums is not what was signed.",
	"checksum-gone":  "Whoever runs the tree copies the files that are missing, or writes the list of checksums anew.",
	"directory-held": "'shiplist status' says why the directory is held back. It may pass by itself; if not, whoever runs the tree writes its list of checksums anew.",
}

// troubleReason is the reason that a trouble is.
func troubleReason(t staged.Trouble) Reason {
	return Reason{
		Rule: RuleTrouble, Page: t.Page, Text: fmt.Sprintf("On /%s: %s (%s)", t.Page, t.Text, t.Rule),
		Do: cmp.Or(mends[t.Rule], "Have it mended in the tree.") + " Then publish the set that is made after that.",
	}
}

// has reports whether a set has a page.
func has(dir, page string) bool {
	if page == "" || strings.HasSuffix(page, "/") {
		page = path.Join(page, "index.html")
	}
	name, err := filepath.Localize(page)
	if err != nil {
		return false
	}
	info, err := os.Stat(filepath.Join(dir, name))
	return err == nil && info.Mode().IsRegular()
}

// older tells of which sources the published site knows more. A source that only one
// of the two has says nothing.
func older(shown, next staged.Record) []Reason {
	had := map[string]time.Time{}
	for _, s := range shown.Sources {
		had[s.Name] = s.Success
	}
	var texts []string
	for _, s := range next.Sources {
		if before := had[s.Name]; s.Success.Before(before) {
			texts = append(texts, fmt.Sprintf("%s (%s here, %s there)", s.Name, moment(s.Success), moment(before)))
		}
	}
	text := "What is published knows later answers of sources: " + strings.Join(texts, "; ") + "."
	switch {
	case len(texts) > 0:
	case next.AsOf.Before(shown.AsOf):
		text = fmt.Sprintf("This set is as of %s, and what is published as of %s.", moment(next.AsOf), moment(shown.AsOf))
	default:
		return nil
	}
	return []Reason{{
		Rule: RuleOlderFacts, Text: text,
		Do: "Poll ('shiplist agent --once'), make the site ('shiplist generate') and publish that. To go back on purpose there is --rollback.",
	}}
}

func moment(t time.Time) string {
	if t.IsZero() {
		return "never"
	}
	return t.UTC().Format(issue.TimeForm)
}

// reasons tells what forbids this publishing.
func (p *publisher) reasons(next staged.Set) []Reason {
	all := Forbids(p.shown, next)
	if p.Auto && p.wentBack(p.shown.Set) {
		all = append(all, Reason{
			Rule: RuleWentBack, Text: fmt.Sprintf("A person went back to %s, and a newer set would take its place by itself.", p.shown.Set),
			Do: "When all is well again, run 'shiplist publish' once; from then on sets are published by themselves again.",
		})
	}
	return all
}
