package qatracker

import (
	"shiplist/internal/problems"
)

// The rules of problems.
const (
	ruleUnreadable = "unreadable" // a record that cannot be used, left out
	ruleDuplicate  = "duplicate"  // the same thing twice, the first is used
	ruleUnlisted   = "unlisted"   // referred to, but not in its list
	ruleKept       = "kept"       // could not be asked, stays as it was before
	ruleText       = "text"       // bytes that are no text
	ruleAccess     = "access"     // the tracker does not take us for whom we say we are
	ruleLimit      = problems.RuleLimit
)

// since are the problems from a place on that stay with what they were told of. Those
// about products that are not listed are made anew with each poll.
func since(l *problems.List, from int) []note {
	var list []note
	for _, p := range l.Since(from) {
		if p.Rule != ruleUnlisted {
			list = append(list, note{p.Rule, p.Text})
		}
	}
	return list
}
