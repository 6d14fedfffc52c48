package verify

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"slices"

	"shiplist/agent/fetch"
	"shiplist/internal/issue"
	"shiplist/internal/release"
)

// statement is what a site says of itself, and what is wrong with that.
type statement struct {
	text     []byte        // release.json
	set      issue.Release // zero where there is none that can be read
	signed   string        // as in [Set]
	by       string
	beside   []string     // the files that have a signature
	lines    []issue.Line // of the list of checksums; nil where it cannot be believed to be one
	findings []Finding
	notes    []string
}

func (s *statement) find(rule, path, format string, args ...any) {
	s.findings = append(s.findings, Finding{Rule: rule, Path: path, Text: fmt.Sprintf(format, args...)})
}

// fits reports whether its parts are of one set.
func (s *statement) fits() bool {
	for _, f := range s.findings {
		if f.Rule == RuleMixed || f.Rule == RuleBad || f.Rule == RuleUnreadable {
			return false
		}
	}
	return true
}

// expected are the files that have to be there.
func (s *statement) expected() []expected {
	all := make([]expected, len(s.lines))
	for i, l := range s.lines {
		all[i] = expected{path: l.Path, sha: l.SHA, size: -1}
	}
	return all
}

// sums are the checksums by path.
func (s *statement) sums() map[string]string {
	all := map[string]string{}
	if s != nil {
		for _, l := range s.lines {
			all[l.Path] = l.SHA
		}
	}
	return all
}

// readStatement reads what a site says of itself.
func (o *Options) readStatement(ctx context.Context, at place) *statement {
	s := &statement{}
	text, err := at.read(ctx, issue.ReleaseFile, issue.ReleaseMost)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		s.find(RuleNoRelease, issue.ReleaseFile, "there is none")
	case errors.Is(err, errLarge):
		s.find(RuleSize, issue.ReleaseFile, "it is larger than %d bytes", issue.ReleaseMost)
	case err != nil:
		s.unseen(ctx, issue.ReleaseFile, err)
	default:
		s.text = text
		if s.set, err = issue.Parse(text); err != nil {
			s.set = issue.Release{}
			s.find(RuleUnreadable, issue.ReleaseFile, "%v", err)
		}
		s.signed, s.by = o.signature(ctx, s, at, issue.ReleaseFile, text)
	}
	o.readSums(ctx, s, at)
	return s
}

// unseen tells why a file could not be looked at. That the time is over is told at the
// end, and that a server is left alone follows from what it was told to have failed with.
func (s *statement) unseen(ctx context.Context, name string, err error) {
	var failed *fetch.Error
	told := slices.ContainsFunc(s.findings, func(f Finding) bool { return f.Rule == RuleUnseen })
	if ctx.Err() != nil || told && errors.As(err, &failed) && failed.Kind == fetch.KindResting {
		return
	}
	rule, text := faultOf(err)
	s.find(rule, name, "%s", text)
}

// half tells of one of the two signatures that is there without the other.
func (s *statement) half(o *Options) {
	switch {
	case len(s.beside) != 1 || s.text == nil || !s.fits():
	case s.beside[0] == issue.ReleaseFile:
		s.find(RuleMissing, issue.SumsFile+issue.Signed, "it is not there, and that of %s is", issue.ReleaseFile)
	case o.Keyring == nil: // otherwise it was told as unsigned
		s.find(RuleMissing, issue.ReleaseFile+issue.Signed, "it is not there, and that of %s is", issue.SumsFile)
	}
}

// readSums reads the list of checksums, no more of it than release.json tells.
func (o *Options) readSums(ctx context.Context, s *statement, at place) {
	most := int64(issue.SumsMost)
	if s.set.Serial > 0 {
		most = s.set.Sums.Size
	}
	list, err := at.read(ctx, issue.SumsFile, most)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		s.find(RuleMissing, issue.SumsFile, "there is none")
		return
	case errors.Is(err, errLarge) && s.set.Serial == 0:
		s.find(RuleSize, issue.SumsFile, "it is larger than %d bytes", most)
		return
	case errors.Is(err, errLarge):
		s.find(RuleMixed, issue.SumsFile, "it is larger than the one of release.json, which has %d bytes", most)
		return
	case err != nil:
		s.unseen(ctx, issue.SumsFile, err)
		return
	}
	sum := sha256.Sum256(list)
	if s.set.Serial > 0 && hex.EncodeToString(sum[:]) != s.set.Sums.SHA256 {
		s.find(RuleMixed, issue.SumsFile, "it is not the one of release.json (serial %d): its SHA-256 is %x", s.set.Serial, sum)
	}
	o.signature(ctx, s, at, issue.SumsFile, list)
	s.half(o)
	lines, err := issue.ParseSums(list)
	if err != nil {
		s.find(RuleUnreadable, issue.SumsFile, "%v", err)
		return
	}
	s.lines = lines
}

// signature checks the signature of a file, and says what is wrong with it. The one of
// release.json vouches for the list, too, so that a list without any is no finding here.
func (o *Options) signature(ctx context.Context, s *statement, at place, name string, text []byte) (state, by string) {
	made, err := at.read(ctx, name+issue.Signed, issue.SignatureMost)
	none := errors.Is(err, fs.ErrNotExist)
	if !none {
		s.beside = append(s.beside, name)
	}
	if errors.Is(err, errLarge) {
		made, err = []byte{0}, nil
	}
	if err != nil && !none {
		s.unseen(ctx, name+issue.Signed, err)
	}
	switch {
	case o.Keyring == nil:
		s.notes = append(s.notes, "without --keyring nobody knows who made this: the checksums show only that it is whole")
		return "", ""
	case err != nil && (!none || name == issue.SumsFile):
		return string(release.SignatureMissing), ""
	}
	got := o.Keyring.Check(text, made, o.Now())
	s.judge(name, got)
	return string(got.State), got.By
}

// judge says what is wrong with a signature.
func (s *statement) judge(name string, got release.Signature) {
	where := name + issue.Signed
	switch got.State {
	case release.SignatureGood:
	case release.SignatureMissing:
		s.find(RuleUnsigned, where, "%s has no signature", name)
	case release.SignatureUnknownKey:
		s.find(RuleUnknownKey, where, "%s is signed with the key %s, which is not in the keyring", name, got.Key)
	case release.SignatureExpiredKey:
		s.find(RuleExpiredKey, where, "%s is signed with the key %s (%s), which has expired or was revoked", name, got.Key, got.By)
	case release.SignatureBad:
		s.find(RuleBad, where, "%s is not what the key %s (%s) signed", name, got.Key, got.By)
	default:
		s.find(RuleBad, where, "it is no signature of %s that can be read", name)
	}
}
