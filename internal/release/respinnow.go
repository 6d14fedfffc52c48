package release

import (
	"fmt"
	"slices"
	"strings"
)

// Now is what a command still has to build when its turn comes, which may be hours after
// its facts were polled: somebody else may have begun with a request by then, or canceled
// it. status tells how far a request is at this moment; it is empty for one that is not
// open any more.
//
// Requests that are not merely requested any more are no business of the command. Where
// requested says that only what is asked for is built, neither are products whose
// requests are all of that kind; they are left, and the command is without Products where
// nothing remains. Otherwise all products are built all the same.
func (g *RespinGroup) Now(status func(RespinRequest) string, requested bool) (now RespinGroup, left []RespinLeft) {
	now = *g
	now.parts, now.Products, now.Arches, now.Requests, now.Begun, now.Cost = nil, nil, nil, nil, nil, BuildCost{}
	still := func(q RespinRequest) bool { return status(q) == rebuildRequested }
	for _, part := range g.parts {
		all := part.requests
		part.requests = requestsWhere(all, still)
		if requested && len(part.requests) == 0 {
			left = append(left, RespinLeft{part.product, taken(all, status)})
			continue
		}
		now.add(part)
	}
	return now, left
}

func requestsWhere(list []RespinRequest, fits func(RespinRequest) bool) []RespinRequest {
	return slices.DeleteFunc(slices.Clone(list), func(q RespinRequest) bool { return !fits(q) })
}

// taken says what became of requests.
func taken(list []RespinRequest, status func(RespinRequest) string) string {
	var words []string
	for _, q := range list {
		words = append(words, q.Became(status(q)))
	}
	return strings.Join(words, "; ")
}

// Became says how far a request is; an empty status is that of one that is not open.
func (q RespinRequest) Became(status string) string {
	if status == "" {
		status = "no longer open"
	}
	return fmt.Sprintf("request %s on %s is %s", q.ID, q.Source, status)
}
