package qatracker

import (
	"fmt"

	"shiplist/internal/release"
)

// mostNotes is how many problems of one poll are told one by one.
const mostNotes = 100

// The rules of problems.
const (
	ruleUnreadable = "unreadable" // a record that cannot be used, left out
	ruleDuplicate  = "duplicate"  // the same thing twice, the first is used
	ruleUnlisted   = "unlisted"   // referred to, but not in its list
	ruleKept       = "kept"       // could not be asked, stays as it was before
	ruleText       = "text"       // bytes that are no text
	ruleAccess     = "access"     // the tracker does not take us for whom we say we are
	ruleLimit      = "limit"
)

// notes collects the problems of one poll.
type notes struct {
	address string
	list    []release.Problem
	more    int
}

func (n *notes) add(rule, text string) {
	if len(n.list) >= mostNotes {
		n.more++
		return
	}
	n.list = append(n.list, release.Problem{Rule: rule, Address: n.address, Text: text})
}

// since are the notes from a place on that stay with what they were told of. Those
// about products that are not listed are made anew with each poll.
func (n *notes) since(from int) []note {
	var list []note
	for _, p := range n.list[from:] {
		if p.Rule != ruleUnlisted {
			list = append(list, note{p.Rule, p.Text})
		}
	}
	return list
}

// problems is what was collected.
func (n *notes) problems() []release.Problem {
	if n.more == 0 {
		return n.list
	}
	rest := release.Problem{Rule: ruleLimit, Address: n.address, Text: fmt.Sprintf("%d more problems are not listed", n.more)}
	return append(n.list, rest)
}
