package publish

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"time"

	"shiplist/generator/owned"
	"shiplist/generator/staged"
	"shiplist/internal/issue"
)

// Signer signs what a site says of itself.
type Signer interface {
	// Sign makes a detached signature.
	Sign(ctx context.Context, text []byte) ([]byte, error)
	// Made reports whether a signature is one that this signer made and would make today.
	Made(text, signature []byte) bool
	// SignInline makes a file of a text with a signature in it, and MadeInline is Made for
	// such files.
	SignInline(ctx context.Context, text []byte) ([]byte, error)
	MadeInline(text, file []byte) bool
}

// Issue is how release.json is issued.
type Issue struct {
	// Polled is when a source last answered; zero where nobody knows but the set itself.
	Polled  time.Time
	Refresh time.Duration // after which it is issued anew though nothing changed; 24 h when zero
	Valid   time.Duration // how long what it says is to be believed; 7 days when zero
	Address string        // of the site; empty when it may be anywhere
	Signer  Signer        // nil: nothing is signed
	Inline  bool          // also lists of simplestreams, each in a file with its text
}

// Defaults of an [Issue].
const (
	defaultRefresh = 24 * time.Hour
	defaultValid   = 7 * 24 * time.Hour
)

func (i *Issue) refresh() time.Duration { return cmp.Or(i.Refresh, defaultRefresh) }
func (i *Issue) valid() time.Duration   { return cmp.Or(i.Valid, defaultValid) }

// issuer issues release.json of one set.
type issuer struct {
	Issue
	now    time.Time
	digest string
	asOf   time.Time
	before issue.Release // the one with the largest serial; zero for none
}

// issuer knows what was issued before.
func (p *publisher) issuer(r staged.Record) *issuer {
	i := &issuer{Issue: p.Issue, now: p.Now().UTC(), digest: r.Digest, asOf: r.AsOf}
	dirs := []string{}
	for _, set := range p.all {
		dirs = append(dirs, filepath.Join(p.dir, set.Name))
	}
	if p.shown.Dir != "" {
		dirs = append(dirs, p.shown.Dir)
	}
	for _, dir := range dirs {
		if known, err := readRelease(dir); err == nil && known.Serial > i.before.Serial {
			i.before = known
		}
	}
	for _, s := range r.Sources {
		if s.Success.After(i.Polled) {
			i.Polled = s.Success
		}
	}
	return i
}

func readRelease(dir string) (issue.Release, error) {
	text, err := os.ReadFile(filepath.Join(dir, issue.ReleaseFile))
	if err != nil {
		return issue.Release{}, err
	}
	return issue.Parse(text)
}

// issued is when a source last answered, which never goes back.
func (i *issuer) issued() time.Time {
	at := i.Polled
	if at.IsZero() {
		at = i.asOf
	}
	if at.IsZero() {
		at = i.now
	}
	if i.before.Issued.After(at) {
		at = i.before.Issued
	}
	return at.UTC().Truncate(time.Second)
}

// release is the next one, for a set whose list of checksums is there.
func (i *issuer) release(dir string) (issue.Release, []byte, error) {
	list, err := os.ReadFile(filepath.Join(dir, sumsFile))
	if err != nil {
		return issue.Release{}, nil, fmt.Errorf("list of checksums: %w", err)
	}
	lines, err := issue.ParseSums(list)
	if err != nil {
		return issue.Release{}, nil, fmt.Errorf("%s: %w", filepath.Join(dir, sumsFile), err)
	}
	sums := issue.Sums{SHA256: sumOf(list), Size: int64(len(list)), Files: len(lines)}
	for _, l := range lines {
		info, err := os.Stat(filepath.Join(dir, filepath.FromSlash(l.Path)))
		if err != nil {
			return issue.Release{}, nil, err
		}
		sums.Bytes += info.Size()
		sums.Largest = max(sums.Largest, info.Size())
	}
	at := i.issued()
	return issue.Release{
		Format: issue.Format, Serial: issue.NextSerial(i.before.Serial, i.now), Issued: at, Expires: at.Add(i.valid()).Truncate(time.Second),
		AsOf: i.asOf, Site: i.Address, Digest: i.digest, Sums: sums,
	}, list, nil
}

// issuedFile is one of the files that are issued; its text is nil for one that must not
// be there.
type issuedFile struct {
	name string
	text []byte
}

// files are release.json of a set and the signatures, in the order in which they are
// written.
func (i *issuer) files(ctx context.Context, dir string) (issue.Release, []issuedFile, error) {
	r, list, err := i.release(dir)
	if err != nil {
		return r, nil, err
	}
	text, err := r.Text()
	if err != nil {
		return r, nil, err
	}
	all := []issuedFile{{sumsFile + issue.Signed, nil}, {issue.ReleaseFile + issue.Signed, nil}, {issue.ReleaseFile, text}}
	if i.Signer == nil {
		return r, all, nil
	}
	for n, signed := range [][]byte{list, text} {
		if all[n].text, err = i.Signer.Sign(ctx, signed); err != nil {
			return r, nil, err
		}
	}
	return r, all, nil
}

// issueInto issues release.json into a set that nobody sees yet.
func (b *build) issueInto(ctx context.Context, aside string) error {
	r, files, err := b.issuer.files(ctx, b.to)
	if err != nil {
		return err
	}
	if err := b.putIssued(aside, files); err != nil {
		return err
	}
	b.released, b.signed = r, b.issuer.Signer != nil
	return nil
}

// putIssued puts files that are issued into a set that nobody sees yet, each as a whole.
func (b *build) putIssued(aside string, files []issuedFile) error {
	for _, f := range files {
		at := filepath.Join(b.to, f.name)
		if f.text == nil {
			if err := os.Remove(at); err != nil && !errors.Is(err, fs.ErrNotExist) {
				return err
			}
			continue
		}
		temp := filepath.Join(aside, owned.TempPrefix+path.Base(f.name))
		if err := errors.Join(os.RemoveAll(temp), b.writeIssued(temp, f.name, f.text), syncFile(temp)); err != nil {
			return err
		}
		if err := os.Rename(temp, at); err != nil {
			return err
		}
	}
	return nil
}

// issued adds what was issued.
func (r *Result) issued(release issue.Release, signed bool) {
	r.Serial, r.Issued, r.Expires, r.Signed = release.Serial, release.Issued, release.Expires, signed
}
