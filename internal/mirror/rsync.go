package mirror

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"shiplist/generator/publish"
	"shiplist/internal/issue"
)

const markText = "Pages of shiplist, which removes every file beside them that is not of the site it publishes.\n"

// rsync brings the set by the program rsync.
func (b *bringing) rsync(ctx context.Context) error {
	program, err := exec.LookPath("rsync")
	if err != nil {
		return fmt.Errorf("the program rsync is not installed: %w", err)
	}
	own := targetFile(b.Site, b.target) + ".rsync"
	if err := errors.Join(os.RemoveAll(own), os.Mkdir(own, 0o755)); err != nil { // one that was killed left it
		return err
	}
	defer os.RemoveAll(own)
	if err := os.WriteFile(filepath.Join(own, issue.TargetMark), []byte(markText), 0o644); err != nil {
		return err
	}
	if err := b.whole(publish.Listed(b.shown.Dir, nil)); err != nil { // before anything is changed
		return err
	}
	r := &rsync{bringing: b, program: program, own: own}
	if b.target.Switch {
		err = r.beside(ctx)
	} else {
		err = r.inPlace(ctx)
	}
	if err == nil && b.result.Files+b.result.Deleted == 0 && !r.switched {
		b.result.Action = Nothing
	}
	return err
}

// rsync is a target of rsync under way.
type rsync struct {
	*bringing
	program string
	own     string // a directory for what is sent beside the set
	// switched says that the link led elsewhere before.
	switched bool
}

// common are the options of every run that sends: what changed is found by size and time,
// which published sets see to, or by its bytes where somebody may have changed it, and
// everybody may read what arrives.
var common = []string{"--recursive", "--times", "--omit-dir-times", "--perms", "--chmod=D755,F644", "--stats"}

// inPlace changes the files of the target one by one, in the order of [order]. Each step
// but the last puts its files into place together when all have arrived.
func (r *rsync) inPlace(ctx context.Context) error {
	if err := r.claim(ctx, r.target.Remote); err != nil {
		return err
	}
	issued := []string{"--exclude=/" + issue.SumsFile + "*", "--exclude=/" + issue.ReleaseFile + "*"}
	// What leads to others waits for them. (rsync takes a pattern from the end of a path.)
	leading := []string{"--exclude=/" + homePage, "--exclude=streams/v1/index.json", "--exclude=streams/v1/index.sjson"}
	from, to := r.shown.Dir+"/", r.target.Remote+"/"
	for _, step := range []struct {
		name, text string
		args       []string
	}{
		{"assets", "what pages ask for", []string{"--include=/assets/", "--include=/assets/**", "--exclude=*"}},
		{"new", "new files", slices.Concat([]string{"--ignore-existing", "--delay-updates"}, leading, issued)},
		{"pages", "changed files", append([]string{"--delay-updates", "--force"}, issued...)},
		{"remove", "the list of checksums, and what is to go", []string{"--delete-after", "--force", "--filter=protect /" + issue.TargetMark}},
	} {
		err := r.do(step.name, step.text, func() error { return r.send(ctx, append(step.args, from, to)...) })
		if err != nil {
			return err
		}
	}
	return nil
}

// claim makes a directory ours, which has to be empty or bear our mark.
func (r *rsync) claim(ctx context.Context, dir string) error {
	return r.do("claim", "asking what is there", func() error {
		names, err := r.list(ctx, dir+"/")
		switch {
		case err != nil:
			return err
		case slices.ContainsFunc(names, func(e entry) bool { return e.name == issue.TargetMark }):
			return nil
		}
		for _, e := range names {
			if e.name != "." {
				return fmt.Errorf("%s holds %q and no %s, so shiplist did not make it, and nothing is removed there; name a directory of its own, or put an empty file of that name there",
					dir, e.name, issue.TargetMark)
			}
		}
		_, err = r.run(ctx, "--times", filepath.Join(r.own, issue.TargetMark), dir+"/")
		return err
	})
}

// send runs rsync and counts what it did.
func (r *rsync) send(ctx context.Context, args ...string) error {
	options := slices.Clone(common)
	if r.Again {
		options = append(options, "--checksum")
	}
	out, err := r.run(ctx, append(options, args...)...)
	s := readStats(out)
	r.result.Files += s.files
	r.result.Bytes += s.bytes
	r.result.Deleted += s.deleted
	return err
}

// entry is a line of a listing.
type entry struct {
	name string
	link string // where a link leads
}

var entryForm = regexp.MustCompile(`^[-a-z][-rwxsStT+.@]{9,10} +[0-9,.]+[KMGT]? [0-9]{4}/[0-9]{2}/[0-9]{2} [0-9]{2}:[0-9]{2}:[0-9]{2} (.+)$`)

// readList reads what rsync lists. Lines that are none, as a daemon's greeting, are left
// out.
func readList(out string) []entry {
	var all []entry
	for line := range strings.Lines(out) {
		part := entryForm.FindStringSubmatch(strings.TrimSuffix(line, "\n"))
		if part == nil {
			continue
		}
		e := entry{name: part[1]}
		if line[0] == 'l' {
			e.name, e.link, _ = strings.Cut(part[1], " -> ")
		}
		all = append(all, e)
	}
	return all
}

// list lists a directory of the target; nothing where it is not there yet.
func (r *rsync) list(ctx context.Context, at string) ([]entry, error) {
	out, err := r.run(ctx, "--list-only", "--links", at)
	var failed *rsyncError
	if errors.As(err, &failed) && failed.code == codePartial && strings.Contains(failed.said, "No such file or directory") {
		return nil, nil
	}
	return readList(out), err
}

// setForm is the name of a published set.
var setForm = regexp.MustCompile(`^[0-9]{6,}-[0-9a-f]{12}$`)

// beside sends the set to a directory of its own beside the others, where what did not
// change is a link to the file of the set before, and then switches a link, which rsync
// replaces in one step: visitors see the old set or the new one.
func (r *rsync) beside(ctx context.Context) error {
	remote, name := path.Split(r.target.Remote)
	if i := strings.LastIndexByte(r.target.Remote, ':'); remote == "" || i >= len(remote) {
		remote, name = r.target.Remote[:i+1], r.target.Remote[i+1:]
	}
	sets := name + ".sets"
	if err := r.claim(ctx, remote+sets); err != nil {
		return err
	}
	now, have, err := r.stands(ctx, remote, name)
	if err != nil {
		return err
	}
	r.switched = now != r.shown.Set
	if !r.switched {
		now = r.before(have)
	}
	set := remote + sets + "/" + r.shown.Set + "/"
	args := []string{"--delete-before", "--delay-updates", r.shown.Dir + "/", set}
	if now != "" {
		args = append([]string{"--link-dest=../" + now}, args...)
	}
	if err := r.do("set", "the set "+r.shown.Set, func() error { return r.send(ctx, args...) }); err != nil {
		return err
	}
	if err := r.probe(ctx, remote, sets); err != nil {
		return err
	}
	if err := r.do("switch", "switching to it", func() error { return r.link(ctx, name, sets+"/"+r.shown.Set, remote) }); err != nil {
		return err
	}
	return r.prune(ctx, remote+sets, have)
}

// stands tells which set the link of the target leads to, and which it has.
func (r *rsync) stands(ctx context.Context, remote, name string) (now string, have []string, err error) {
	err = r.do("look", "", func() error {
		link, err := r.list(ctx, remote+name)
		if err != nil {
			return err
		}
		for _, e := range link {
			if e.link == "" {
				return fmt.Errorf("%s is no link; move it away, so that a link can be there, or leave switch out", r.target.Remote)
			}
			now = path.Base(e.link)
		}
		all, err := r.list(ctx, remote+name+".sets/")
		for _, e := range all {
			if setForm.MatchString(e.name) {
				have = append(have, e.name)
			}
		}
		return err
	})
	slices.Sort(have)
	if !slices.Contains(have, now) {
		now = ""
	}
	return now, have, err
}

// before is the newest of the sets there that is not the one to bring.
func (r *rsync) before(have []string) string {
	for _, name := range slices.Backward(have) {
		if name != r.shown.Set {
			return name
		}
	}
	return ""
}

// probe makes sure that a daemon leaves links as they are: one that rewrites them (munge
// symlinks) would take the site away.
func (r *rsync) probe(ctx context.Context, remote, sets string) error {
	if r.target.SSH() {
		return nil
	}
	return r.do("probe", "", func() error {
		const probe = ".probe"
		if err := r.link(ctx, probe, r.shown.Set, remote+sets+"/"); err != nil {
			return err
		}
		if _, err := r.run(ctx, "--list-only", remote+sets+"/"+probe+"/"+issue.SumsFile); err != nil {
			return fmt.Errorf("the daemon does not keep links as they are; set 'munge symlinks = no' for its module, or leave switch out: %w", err)
		}
		return nil
	})
}

// link sends a symbolic link into a directory of the target.
func (r *rsync) link(ctx context.Context, name, to, dir string) error {
	at := filepath.Join(r.own, name)
	if err := os.RemoveAll(at); err != nil {
		return err
	}
	if err := os.Symlink(filepath.FromSlash(to), at); err != nil {
		return err
	}
	_, err := r.run(ctx, "--links", at, dir)
	return err
}

// prune removes sets of the target above the number that is kept here: the oldest.
func (r *rsync) prune(ctx context.Context, sets string, have []string) error {
	have = slices.DeleteFunc(have, func(name string) bool { return name == r.shown.Set })
	old := have[:max(0, len(have)+1-max(r.Site.Kept, 2))]
	if len(old) == 0 {
		return nil
	}
	return r.do("prune", fmt.Sprintf("removing old sets (%d)", len(old)), func() error {
		empty := filepath.Join(r.own, "empty")
		if err := os.MkdirAll(empty, 0o755); err != nil {
			return err
		}
		args := []string{"--recursive", "--delete", "--force"}
		for _, name := range old {
			args = append(args, "--include=/"+name+"/", "--include=/"+name+"/**")
		}
		_, err := r.run(ctx, append(args, "--exclude=*", empty+"/", sets+"/")...)
		return err
	})
}
