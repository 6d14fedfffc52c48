// Package problems collects what one poll could not learn, so that a broken answer does not
// fill the record of its source.
package problems

import (
	"fmt"

	"shiplist/internal/release"
)

// Most is how many problems of one poll are told one by one.
const Most = 100

// RuleLimit is the rule of what a bound kept out.
const RuleLimit = "limit"

// List are the problems of one poll.
type List struct {
	// Address is that of the source; a problem without an address of its own has it.
	Address string
	all     []release.Problem
	more    int
}

// Add notes a problem at the address of the source.
func (l *List) Add(rule, text string) { l.AddAt(l.Address, rule, text) }

// AddAt notes a problem at an address.
func (l *List) AddAt(address, rule, text string) {
	if len(l.all) >= Most {
		l.more++
		return
	}
	l.all = append(l.all, release.Problem{Rule: rule, Address: address, Text: text})
}

// Since are the problems from the place on that Len told; they are not to be changed.
func (l *List) Since(from int) []release.Problem { return l.all[from:] }

// Len is how many problems are told one by one so far.
func (l *List) Len() int { return len(l.all) }

// Problems is what was collected; how many more there are is the last one.
func (l *List) Problems() []release.Problem {
	if l.more == 0 {
		return l.all
	}
	rest := release.Problem{Rule: RuleLimit, Address: l.Address, Text: fmt.Sprintf("%d more problems are not listed", l.more)}
	return append(l.all, rest)
}
