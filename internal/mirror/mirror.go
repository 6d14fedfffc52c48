// Package mirror brings what visitors see to further places: directories of this
// machine, what the program rsync reaches, and object storage that speaks S3.
//
// What is brought is a published set, whole: it is not rendered, decided about or
// changed here. Each kind of target promises as much as it can. A directory shows its old
// set or the new one, and so does what rsync reaches where sets lie beside each other and a
// link is switched. In place, and in a bucket, files change one by one, in an order in
// which no page that a visitor can reach leads to a file that is not there yet: what pages
// ask for, then new files, then the pages that lead to them, then the list of checksums,
// and last what is to go.
//
// Nothing has to be remembered between runs: each looks at what the target has, so one
// that was cut short is completed by the next. What was done is noted all the same, beside
// the published sets, for whoever asks ([Told]).
//
// A place that others filled is not touched: what is ours bears a mark.
package mirror

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"time"

	"shiplist/generator/publish"
	"shiplist/internal/config"
	"shiplist/internal/issue"
	"shiplist/internal/lockfile"
	"shiplist/internal/plaintext"
)

// Options are what is brought, by whom, and how.
type Options struct {
	Site publish.Site // what it shows is brought
	By   string       // who does it, for the notes
	// Digest begins that of the set that staging targets show; the newest when empty.
	Digest string
	// Again brings also what the notes say that a target has, and compares the bytes that
	// are there, which mends what somebody damaged.
	Again bool
	// Renew brings only to targets that have the set by the notes, and not its
	// release.json, which was issued anew.
	Renew bool
	// Version of the program, which object storages are told.
	Version string
	Getenv  func(string) string
	Now     func() time.Time // time.Now when nil
	// Progress is told what is being done at a target, from several goroutines; may be nil.
	Progress func(target, text string)
	// Dress adds to the pages of a staging target what says that they are not published.
	Dress func(name string, content []byte) []byte

	// step is told of each step before it is done; its error is that of the step.
	step func(target, step string) error
	// wait is how long a storage is left alone between two tries, at most; s3Wait when 0.
	wait time.Duration
	// storage opens a bucket; that of S3 when nil.
	storage func(context.Context, config.Target, config.Secret, Options) (storage, error)
}

// Actions of a [Result].
const (
	Sent    = "sent"
	Nothing = "nothing" // the target has it already
	Failed  = "failed"
)

// Result is what became of one target.
type Result struct {
	Target  string `json:"target"`
	Address string `json:"address"`
	Kind    string `json:"kind"`
	Action  string `json:"action"`
	Staging bool   `json:"staging,omitempty"`
	Set     string `json:"set,omitempty"` // name of the published set
	Digest  string `json:"digest,omitempty"`
	Serial  int64  `json:"serial,omitempty"` // of the set's release.json
	// Files and Bytes were written there, Deleted files removed. Of a target that
	// failed they count what was done before.
	Files   int   `json:"files"`
	Bytes   int64 `json:"bytes"`
	Deleted int   `json:"deleted"`
	// Left are objects of a bucket that are not of the site, and that shiplist did not write.
	Left int `json:"left,omitempty"`
	// Error says what failed and what to do.
	Error string `json:"error,omitempty"`
}

// Bring brings what is published to targets, to all at once, and tells in their order
// what became of each. That one fails does not keep the others.
func Bring(ctx context.Context, targets []config.Target, o Options) []Result {
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Progress == nil {
		o.Progress = func(string, string) {}
	}
	if o.step == nil {
		o.step = func(string, string) error { return nil }
	}
	if o.storage == nil {
		o.storage = openS3
	}
	results := make([]Result, len(targets))
	var group sync.WaitGroup
	for i, t := range targets {
		group.Go(func() { results[i] = bring(ctx, t, o) })
	}
	group.Wait()
	return results
}

// bringing is one target under way.
type bringing struct {
	Options
	target config.Target
	key    config.Secret
	shown  publish.Shown
	result *Result
}

// bring brings the published set to one target and notes what became of it.
func bring(ctx context.Context, t config.Target, o Options) Result {
	res := Result{Target: t.Name, Address: t.URL, Kind: t.Kind, Staging: t.Staging, Action: Sent}
	b := &bringing{Options: o, target: t, result: &res}
	err := b.run(ctx)
	if err != nil {
		res.Action, res.Error = Failed, b.clean(err)
	}
	if b.unknown() {
		if err := note(o.Site, noteOf(res, o)); err != nil && res.Error == "" {
			res.Action, res.Error = Failed, fmt.Sprintf("it was brought, but that could not be noted: %v", err)
		}
	}
	return res
}

// unknown reports whether the notes do not say yet what became of the target. One that
// failed at its very end, or of which the notes are lost, may have all.
func (b *bringing) unknown() bool {
	switch {
	case b.result.Digest == "":
		return false
	case b.result.Action != Nothing:
		return true
	}
	last, err := b.last()
	return err == nil && !b.Renew && !b.has(last)
}

// last is how it stands with the target by the notes.
func (b *bringing) last() (Standing, error) {
	all, err := Notes(b.Site)
	for _, s := range standing(all) {
		if s.Target == b.target.Name && s.Address == b.target.URL {
			return s, err
		}
	}
	return Standing{}, err
}

// has reports whether a target has what is brought.
func (b *bringing) has(s Standing) bool {
	return s.Error == "" && s.Digest == b.result.Digest && s.Serial == b.result.Serial
}

// run holds the target, so that no two runs of this site change it at once.
func (b *bringing) run(ctx context.Context) error {
	var err error
	if b.shown, err = publish.Show(b.Site); err != nil {
		return err
	}
	if b.shown.Set == "" && !b.target.Staging {
		return fmt.Errorf("%s shows no set that shiplist published; run 'shiplist publish' first", b.Site.Output)
	}
	if b.told(); !b.wanted() {
		return nil
	}
	if b.target.Kind == config.TargetDirectory {
		return b.directory(ctx) // holds itself
	}
	if b.key, err = b.target.Key(b.Getenv); err != nil {
		return err
	}
	free, err := hold(ctx, b.Site, b.target)
	if err != nil {
		return err
	}
	defer free()
	aside := targetFile(b.Site, b.target)
	defer os.RemoveAll(aside)

	if b.shown, err = publish.Take(ctx, b.Site, aside); err != nil { // a newer one may have come
		return err
	}
	if b.told(); !b.wanted() {
		return nil
	}
	if b.target.Kind == config.TargetBucket {
		return b.bucket(ctx)
	}
	return b.rsync(ctx)
}

// told notes in the result which set is to be brought.
func (b *bringing) told() {
	if b.target.Staging {
		return
	}
	b.result.Set, b.result.Digest, b.result.Serial = b.shown.Set, b.shown.Digest, 0
	if text, err := os.ReadFile(filepath.Join(b.shown.Dir, issue.ReleaseFile)); err == nil {
		r, _ := issue.Parse(text) // one that is damaged has none
		b.result.Serial = r.Serial
	}
}

// wanted reports whether there is anything to bring, by the notes.
func (b *bringing) wanted() bool {
	if b.Again || b.target.Staging {
		return true
	}
	last, err := b.last()
	if err != nil {
		return true
	}
	if b.has(last) || b.Renew && last.Digest != b.result.Digest {
		b.result.Action = Nothing
		return false
	}
	return true
}

// holdWait is how long one run waits for another that is at the same target.
const holdWait = 2 * time.Minute

// targetFile is where what is sent to a target lies meanwhile, and with an ending the lock
// of the target.
func targetFile(s publish.Site, t config.Target) string {
	sum := sha256.Sum256([]byte(t.URL))
	return filepath.Join(publish.SetsDir(s.Output), ".target-"+hex.EncodeToString(sum[:6]))
}

func hold(ctx context.Context, s publish.Site, t config.Target) (free func(), err error) {
	lock, err := lockfile.Hold(ctx, targetFile(s, t)+".lock", "sending", holdWait)
	if err != nil {
		return nil, err
	}
	return func() { _ = lock.Close() }, nil
}

// do tells of a step and does it.
func (b *bringing) do(step, text string, run func() error) error {
	if err := b.step(b.target.Name, step); err != nil {
		return err
	}
	if text != "" {
		b.Progress(b.target.Name, text)
	}
	return run()
}

// clean makes one text of an error, for logs and terminals: what servers say is bounded,
// without control characters, and without the key.
func (b *bringing) clean(err error) string {
	text := err.Error()
	if key := b.key.Reveal(); key != "" {
		text = strings.ReplaceAll(text, key, config.Redacted)
	}
	return plaintext.Line(text, errorMost)
}

// errorMost bounds the text of an error, in characters; servers wrote most of it.
const errorMost = 2000
