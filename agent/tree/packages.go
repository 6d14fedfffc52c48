package tree

import (
	"context"
	"fmt"
	"net/url"
	"strings"

	"shiplist/internal/release"
)

// Rule of this file: of an archive of packages nothing is listed or read. It is asked for
// the files of the installers that [[netboot]] rules have below its address, and where two
// polls found one gone, for the same files where its series go that leave it. The rules are
// what somebody decided, so that an installer less is no loss.

// pollPackages asks for the files of the installers.
func (s *Source) pollPackages(ctx context.Context, c *crawl) (*release.Answer, error) {
	if c.memory == nil {
		return nil, fmt.Errorf("tree %s: an archive of packages is asked over the network; its address must begin with http:// or https://", s.o.Tree.Name)
	}
	f := &release.Facts{Netboot: s.installers()}
	r := c.memory
	err := c.askNetboot(ctx, f)
	if err == nil {
		err = c.silent
	}
	if err == nil {
		err = s.askRetired(ctx, c, f)
	}
	stats := r.session.Stats()
	answer := &release.Answer{Requests: stats.Requests, Bytes: stats.Bytes}
	if err != nil {
		s.keepMemory(ctx, r.interrupted())
		return answer, err
	}
	if len(f.Netboot) == 0 {
		c.problem("netboot", "", "no [[netboot]] rule has an installer below this address, so nothing is asked for")
	}
	s.keepMemory(ctx, r.new)
	f.Sort()
	answer.Facts, answer.Problems, answer.Decided = f, c.sortedProblems(), true
	return answer, nil
}

// installers are those of the rules that lie below the address, or the site.
func (s *Source) installers() []release.NetbootSet {
	var sets []release.NetbootSet
	for _, i := range s.o.Rules.Installers() {
		dir := s.below(i.Address)
		if dir == "" {
			continue
		}
		set := i.Set
		set.Dir, set.Project = dir, release.Other
		sets = append(sets, set)
	}
	return sets
}

// below is the path of a directory below the archive; empty where it lies elsewhere.
func (s *Source) below(address string) string {
	rest, ok := strings.CutPrefix(address, strings.TrimSuffix(s.o.Tree.Site, "/")+"/")
	path, err := url.PathUnescape(strings.TrimSuffix(rest, "/"))
	if !ok || s.o.Tree.Site == "" || err != nil || strings.ContainsAny(rest, "?#") || !validPath(path) {
		return ""
	}
	return path
}

// askRetired asks for the files of sets that are gone where retired series lie.
func (s *Source) askRetired(ctx context.Context, c *crawl, f *release.Facts) error {
	if s.o.Tree.Retired == "" {
		return nil
	}
	base, err := url.Parse(s.o.Tree.Retired + "/")
	if err != nil {
		return fmt.Errorf("tree %s: the address of what is retired does not parse", s.o.Tree.Name)
	}
	old := &web{base: base, session: c.memory.session}
	return c.ask(ctx, f, func(set *release.NetbootSet) []*question {
		gone := func(a release.NetbootAnswer) bool { return a.Times >= release.GonePolls }
		all := c.questions(set)
		for _, a := range set.Answers {
			if gone(a) {
				for _, q := range all {
					q.at, q.name = old, old.url(q.path)
				}
				return all
			}
		}
		return nil
	})
}

// where is the server of a question.
func (c *crawl) where(q *question) *web {
	if q.at != nil {
		return q.at
	}
	return c.memory.web
}

// key is under what the answer to a question is remembered.
func (q *question) key() text {
	if q.at != nil {
		return text(q.name)
	}
	return text(q.path)
}
