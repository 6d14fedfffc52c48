package publish

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"shiplist/generator/streams"
	"shiplist/internal/issue"
)

// Rule of this file: beside each list of simplestreams stands the same with a signature in
// it, where that is wanted; the index among them leads to the others. They are made when a
// set is published, as a signature has a time in it, and so they are no part of its digest;
// but the list of checksums names them, as it does every file. One that is right stays the
// same file, whatever else is issued anew.

// inline reports whether lists are signed inline.
func (i *Issue) inline() bool { return i.Signer != nil && i.Inline }

// signLists makes the inline-signed lists of a set that nobody sees yet what they should
// be, and notes those that were not.
func (b *build) signLists(ctx context.Context, aside string) error {
	var wanted, others []string
	for _, f := range b.files {
		if twin := issue.InlineOf(f.path); twin != "" && b.issuer.inline() {
			wanted = append(wanted, f.path)
		}
	}
	for _, f := range b.files {
		if issue.IsInline(f.path) && !slices.ContainsFunc(wanted, func(list string) bool { return issue.InlineOf(list) == f.path }) {
			others = append(others, f.path)
		}
	}
	leadLast := func(x, y string) int {
		return cmp.Or(order(issue.IsStreamsIndex(x), issue.IsStreamsIndex(y)), strings.Compare(x, y))
	}
	slices.SortFunc(wanted, leadLast)
	slices.SortFunc(others, func(x, y string) int { return leadLast(y, x) })
	for _, name := range others {
		if err := b.drop(aside, name); err != nil {
			return err
		}
	}
	for _, list := range wanted {
		if err := b.signList(ctx, aside, list); err != nil {
			return fmt.Errorf("%s: %w", list, err)
		}
	}
	slices.SortFunc(b.files, func(x, y file) int { return strings.Compare(x.path, y.path) })
	return nil
}

// order is that of false and true.
func order(x, y bool) int {
	switch {
	case x == y:
		return 0
	case x:
		return 1
	}
	return -1
}

// put notes what a file of the set has become.
func (b *build) put(f file) {
	b.anew = append(b.anew, f.path)
	if i := slices.IndexFunc(b.files, func(have file) bool { return have.path == f.path }); i >= 0 {
		b.files[i] = f
		return
	}
	b.files = append(b.files, f)
}

// drop removes a file of the set.
func (b *build) drop(aside, name string) error {
	b.files = slices.DeleteFunc(b.files, func(f file) bool { return f.path == name })
	b.anew = append(b.anew, name)
	return b.putIssued(aside, []issuedFile{{name, nil}})
}

// signList makes the twin of one list, unless the set has it, or the set before.
func (b *build) signList(ctx context.Context, aside, list string) error {
	text, err := inlineText(b.to, list)
	if err != nil {
		return err
	}
	f := file{path: issue.InlineOf(list), is: added}
	if b.made(b.to, f.path, text) {
		return nil
	}
	if b.before != "" && has(b.before, f.path) {
		if f.is = changed; b.made(b.before, f.path, text) {
			f.is = unchanged
			if err := errors.Join(b.putIssued(aside, []issuedFile{{f.path, nil}}), f.takeFrom(b.before, b.to)); err != nil {
				return err
			}
			b.put(f)
			return nil
		}
	}
	made, err := b.issuer.Signer.SignInline(ctx, text)
	if err != nil {
		return err
	}
	f.sum, f.size = sumOf(made), int64(len(made))
	if err := b.putIssued(aside, []issuedFile{{f.path, made}}); err != nil {
		return err
	}
	b.put(f)
	return nil
}

// made reports whether a directory has a file that is a text signed as it would be today.
func (b *build) made(dir, name string, text []byte) bool {
	file, err := os.ReadFile(filepath.Join(dir, filepath.FromSlash(name)))
	return err == nil && b.issuer.Signer.MadeInline(text, file)
}

// inlineText is what is signed for a list.
func inlineText(dir, list string) ([]byte, error) {
	text, err := os.ReadFile(filepath.Join(dir, filepath.FromSlash(list)))
	if err != nil || !issue.IsStreamsIndex(list) {
		return text, err
	}
	return streams.Inline(text)
}

// resignLists does the same with a set that has a list of checksums, which then names what
// is there: also what a run left that was cut short before it could note it. It does so
// also after an error, as what was signed before it stays.
func (b *build) resignLists(ctx context.Context, aside string) error {
	err := b.signLists(ctx, aside)
	listed, errList := readSums(b.to)
	if errList != nil {
		return errors.Join(err, errList)
	}
	is := map[string]string{}
	for _, f := range b.files {
		if issue.IsInline(f.path) {
			is[f.path] = f.sum
		}
	}
	was := maps.Clone(listed)
	maps.DeleteFunc(listed, func(name, _ string) bool { return issue.IsInline(name) })
	maps.Copy(listed, is)
	if maps.Equal(listed, was) {
		return err
	}
	var lines []issue.Line
	for name, sum := range listed {
		lines = append(lines, issue.Line{Path: name, SHA: sum})
	}
	dirs := map[string]bool{}
	for _, all := range []map[string]string{was, is} {
		for name := range all {
			if was[name] != listed[name] {
				dirs[filepath.Dir(filepath.Join(b.to, filepath.FromSlash(name)))] = true
			}
		}
	}
	b.anew = append(b.anew, sumsFile)
	err = errors.Join(err, b.putIssued(aside, []issuedFile{{sumsFile, issue.SumsText(lines)}}))
	for dir := range dirs {
		err = errors.Join(err, syncFile(dir))
	}
	return err
}

// inlined reports whether the lists of the shown set are signed inline as they would be
// today, or not at all where that is not wanted. Into the indexes it looks: what they lead
// to was signed with them, and is guarded by the list of checksums as all else.
func (p *publisher) inlined(sums []byte) bool {
	if !bytes.Contains(sums, []byte(streams.Dir)) {
		return true
	}
	lines, err := issue.ParseSums(sums)
	if err != nil {
		return true // whoever publishes next is told
	}
	listed := map[string]bool{}
	for _, l := range lines {
		listed[l.Path] = true
	}
	for _, l := range lines {
		twin := issue.InlineOf(l.Path)
		switch {
		case issue.IsInline(l.Path) && !p.Issue.inline():
			return false
		case twin == "" || !p.Issue.inline():
		case !listed[twin]:
			return false
		case issue.IsStreamsIndex(l.Path):
			text, err := inlineText(p.shown.Dir, l.Path)
			made, errMade := os.ReadFile(filepath.Join(p.shown.Dir, filepath.FromSlash(twin)))
			if err == nil && (errMade != nil || !p.Issue.Signer.MadeInline(text, made)) {
				return false
			}
		}
	}
	return true
}
