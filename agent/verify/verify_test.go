package verify

import (
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/ProtonMail/go-crypto/openpgp/packet"

	"shiplist/internal/issue"
)

// TestGood: a whole copy is good, in a directory, behind a link to one, and on a server.
func TestGood(t *testing.T) {
	t.Parallel()
	s := published(1)
	dir := s.dir(t)
	link := filepath.Join(t.TempDir(), "public")
	if err := os.Symlink(dir, link); err != nil {
		t.Fatal(err)
	}
	for _, at := range []string{dir, link, s.serve(t), s.serve(t) + "/"} {
		for _, full := range []bool{true, false} {
			o := options(t, at, 2)
			o.Full, o.Sample, o.Origin = full, 3, s.serve(t)
			r := run(t, o)
			wants(t, at, r)
			if hashed := map[bool]int{true: 11, false: 3}[full]; r.Listed != 11 || r.Hashed != hashed || r.Set.Signed != "good" || r.Set.SignedBy != "Site <site@example.org>" {
				t.Errorf("%s: %+v of %+v", at, r, r.Set)
			}
		}
	}
}

// TestFiles: what is wrong with files, in a directory and on a server.
func TestFiles(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		change func(set)
		want   []string // in a directory
		remote []string // on a server, where it differs
	}{
		"missing":    {func(s set) { delete(s, "p1/index.html") }, []string{"missing p1/index.html"}, nil},
		"mark":       {func(s set) { s[".shiplist-target"] = "ours" }, []string{}, []string{}},
		"mark below": {func(s set) { s["x/.shiplist-target"] = "ours" }, []string{"extra x/.shiplist-target"}, []string{}},
		"extra":      {func(s set) { s["x/y"] = "x" }, []string{"extra x/y"}, []string{}},
		"checksum":   {func(s set) { s["p1/index.html"] = strings.ToUpper(s["p1/index.html"]) }, []string{"checksum p1/index.html"}, nil},
		"cut short":  {func(s set) { s["p1/index.html"] = "p" }, []string{"checksum p1/index.html"}, nil},
		"too large":  {func(s set) { s["p1/index.html"] += "more" }, []string{"size p1/index.html"}, nil},
		"a directory": {
			func(s set) { delete(s, "index.html"); s["index.html/x"] = "x" },
			[]string{"extra index.html", "extra index.html/x"},
			[]string{"missing index.html"},
		},
		"through a file": {func(s set) { delete(s, "p1/index.html"); s["p1"] = "x" }, []string{"extra p1", "missing p1/index.html"}, []string{"missing p1/index.html"}},
		"list unsigned":  {func(s set) { delete(s, "SHA256SUMS.gpg") }, []string{"missing SHA256SUMS.gpg"}, nil},
		"no list":        {func(s set) { delete(s, issue.SumsFile) }, []string{"missing SHA256SUMS"}, nil},
		"no release":     {func(s set) { delete(s, issue.ReleaseFile) }, []string{"no-release release.json"}, nil},
		"no JSON":        {func(s set) { s[issue.ReleaseFile] = "<html>" }, []string{"unreadable release.json", "bad-signature release.json.gpg"}, nil},
		"several":        {func(s set) { delete(s, "p1/index.html"); delete(s, "index.html") }, []string{"missing index.html", "missing p1/index.html"}, nil},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := published(1)
			tt.change(s)
			wants(t, "directory", run(t, options(t, s.dir(t), 2)), tt.want...)
			remote := tt.want
			if tt.remote != nil {
				remote = tt.remote
			}
			wants(t, "server", run(t, options(t, s.serve(t), 2)), remote...)
		})
	}
}

// TestLinks: what is no file is not followed.
func TestLinks(t *testing.T) {
	t.Parallel()
	s := published(1)
	secret := filepath.Join(t.TempDir(), "secret")
	put(t, secret, s["p1/index.html"])
	dir := s.dir(t)
	for name, to := range map[string]string{"p1/index.html": secret, "p2/index.html": "../p3/index.html"} {
		at := filepath.Join(dir, name)
		if err := os.Remove(at); err != nil {
			t.Fatal(err)
		}
		if err := os.Symlink(to, at); err != nil {
			t.Fatal(err)
		}
	}
	wants(t, "links", run(t, options(t, dir, 2)), "extra p1/index.html", "extra p2/index.html")
}

// TestSample: a directory is looked at as a whole, though not into every file; and into
// all of them where the bytes do not add up.
func TestSample(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		change func(set)
		want   []string
		hashed int
	}{
		"good":          {func(set) {}, nil, 3},
		"missing":       {func(s set) { delete(s, "p7/index.html") }, []string{"missing p7/index.html"}, 3},
		"cut short":     {func(s set) { s["p7/index.html"] = "p" }, []string{"checksum p7/index.html"}, 11},
		"not in sample": {func(s set) { s["p7/index.html"] = strings.ToUpper(s["p7/index.html"]) }, nil, 3},
		"in the sample": {func(s set) { s["about/index.html"] = strings.ToUpper(s["about/index.html"]) }, []string{"checksum about/index.html"}, 3},
	} {
		s := published(1)
		tt.change(s)
		o := options(t, s.dir(t), 2)
		o.Full, o.Sample = false, 3
		r := run(t, o)
		wants(t, name, r, tt.want...)
		if r.Hashed != tt.hashed || r.Looked < 11 {
			t.Errorf("%s: %d hashed, %d looked at", name, r.Hashed, r.Looked)
		}
	}
}

// The attacks that the specification of The Update Framework names, in its section
// "Goals to protect against specific attacks".

// Arbitrary software installation: an attacker gives files of his own, and the words that
// fit them, which he cannot sign.
func TestArbitrarySoftware(t *testing.T) {
	t.Parallel()
	evil := pages(1)
	evil["index.html"] = "buy\n"
	for name, tt := range map[string]struct {
		s    set
		want []string
	}{
		"his own key":       {issued(evil, 1, theirs()), []string{"unknown-key release.json.gpg", "unknown-key SHA256SUMS.gpg"}},
		"no signature":      {issued(evil, 1, nil), []string{"unsigned release.json.gpg"}},
		"another signature": {mixture(issued(evil, 1, nil), published(1), "release.json.gpg", "SHA256SUMS.gpg"), []string{"bad-signature release.json.gpg", "bad-signature SHA256SUMS.gpg"}},
		"his own list":      {mixture(issued(evil, 1, nil), published(1), "release.json", "release.json.gpg"), []string{"mixed SHA256SUMS"}},
		"his own file":      {mixture(published(1), evil, "index.html"), []string{"checksum index.html"}},
	} {
		wants(t, name, run(t, options(t, tt.s.serve(t), 2)), tt.want...)
	}
}

// mixture is a set with files of another one.
func mixture(s, other set, names ...string) set {
	for _, name := range names {
		s[name] = other[name]
	}
	return s
}

// Endless data attack: a file that never ends is read no further than it may be long.
func TestEndlessData(t *testing.T) {
	t.Parallel()
	for name, want := range map[string]string{
		"release.json": "size release.json", "SHA256SUMS": "mixed SHA256SUMS", "index.html": "size index.html", "release.json.gpg": "bad-signature release.json.gpg",
	} {
		s := published(1)
		var sent atomic.Int64
		at := serving(t, func(w http.ResponseWriter, r *http.Request) {
			path := strings.TrimPrefix(r.URL.Path, "/")
			if path != name {
				fmt.Fprint(w, s[path])
				return
			}
			for range 1 << 20 { // a terabyte, if somebody reads it
				n, err := w.Write(make([]byte, 1<<20))
				sent.Add(int64(n))
				if err != nil {
					return
				}
			}
		})
		r := run(t, options(t, at, 2))
		if got := told(r); len(got) == 0 || got[0] != want {
			t.Errorf("%s: %q", name, got)
		}
		if sent.Load() > 256<<20 {
			t.Errorf("%s: %d bytes were taken", name, sent.Load())
		}
	}
}

// Extraneous dependencies attack: nothing here depends on anything; files that nothing
// lists are told.

// Fast-forward attack: a serial from the far future is not remembered, so that the next
// true one is no rollback; and neither is one that nobody of the keyring signed.
func TestFastForward(t *testing.T) {
	t.Parallel()
	memory := filepath.Join(t.TempDir(), "seen.json")
	for name, s := range map[string]set{
		"of the future": issued(pages(1), 1_000_000, ours()), "not signed": issued(pages(1), 50, nil), "by a stranger": issued(pages(1), 50, theirs()),
	} {
		o := options(t, s.serve(t), 2)
		o.Memory = memory
		run(t, o)
		o = options(t, published(1).serve(t), 2)
		o.Memory = memory
		wants(t, name, run(t, o))
	}

	// Who has no keyring believes anybody, but only of the place itself.
	o := options(t, issued(pages(1), 45, theirs()).serve(t), 46)
	o.Keyring, o.Memory = nil, memory
	run(t, o)
	o = options(t, published(2).serve(t), 46)
	o.Memory = memory
	wants(t, "by anybody", run(t, o))
}

// Indefinite freeze attack: somebody keeps showing what was right once.
func TestIndefiniteFreeze(t *testing.T) {
	t.Parallel()
	s := published(1)
	at := s.serve(t)
	wants(t, "in time", run(t, options(t, at, 1+7*24)))
	wants(t, "expired", run(t, options(t, at, 2+7*24)), "expired release.json")
	o := options(t, at, 30)
	o.Origin = published(25).serve(t)
	wants(t, "behind the origin, and so what", run(t, o))
	o.Origin = published(26).serve(t)
	wants(t, "far behind the origin", run(t, o), "behind release.json")
	// A clock that was set back would make everything fresh.
	wants(t, "clock", run(t, options(t, at, -3)), "clock release.json")
}

// Malicious mirrors preventing updates: one that gives nothing, errors, or something old
// is told, whatever it answers.
func TestMaliciousMirrors(t *testing.T) {
	t.Parallel()
	s := published(1)
	for name, tt := range map[string]struct {
		status int
		want   string
	}{"forbidden": {403, "unseen p3/index.html"}, "gone": {410, "missing p3/index.html"}, "failing": {500, "unseen p3/index.html"}} {
		at := serving(t, func(w http.ResponseWriter, r *http.Request) {
			if r.URL.Path == "/p3/index.html" {
				http.Error(w, "no", tt.status)
				return
			}
			fmt.Fprint(w, s[strings.TrimPrefix(r.URL.Path, "/")])
		})
		wants(t, name, run(t, options(t, at, 2)), tt.want)
	}
	nothing := serving(t, func(w http.ResponseWriter, _ *http.Request) { http.Error(w, "no", http.StatusForbidden) })
	wants(t, "all is kept", run(t, options(t, nothing, 2)), "unseen release.json", "unseen SHA256SUMS")
	o := options(t, s.serve(t), 2)
	o.Origin = nothing
	wants(t, "the origin is kept away", run(t, o), "unseen release.json", "unseen SHA256SUMS")
}

// Mix-and-match attack: files, the list and release.json of different sets.
func TestMixAndMatch(t *testing.T) {
	t.Parallel()
	wants(t, "list", run(t, options(t, mixture(published(2), published(1), "SHA256SUMS", "SHA256SUMS.gpg").serve(t), 2)),
		"mixed SHA256SUMS", "checksum index.html", "checksum p0/index.html", "checksum p1/index.html", "checksum p2/index.html", "checksum p3/index.html",
		"checksum p4/index.html", "checksum p5/index.html", "checksum p6/index.html", "checksum p7/index.html", "checksum p8/index.html")
	o := options(t, mixture(published(1), published(2), "p1/index.html").dir(t), 2)
	wants(t, "page", run(t, o), "checksum p1/index.html")
	next := pages(2)
	next["new/index.html"] = "new"
	next = issued(next, 2, ours())
	o.Place = mixture(published(1), next, "p1/index.html", "new/index.html").dir(t)
	o.Origin = next.serve(t)
	wants(t, "a copy that was overtaken", run(t, o), "mixed new/index.html", "mixed p1/index.html")
}

// Rollback attack: something that was right once, and not expired yet.
func TestRollback(t *testing.T) {
	t.Parallel()
	memory := filepath.Join(t.TempDir(), "new", "seen.json")
	dir := published(1).dir(t)
	look := func(name string, s set, want ...string) {
		t.Helper()
		for path, text := range s {
			put(t, filepath.Join(dir, path), text)
		}
		o := options(t, dir, 60)
		o.Memory = memory
		wants(t, name, run(t, o), want...)
	}
	look("first", published(1))
	look("newer", published(2))
	look("the same", published(2))
	look("older", published(1), "rollback release.json")
	look("still", published(1), "rollback release.json")
	other := pages(3)
	look("another under the same serial", issued(other, 2, ours()), "conflict release.json")
	look("newer again", published(3))

	// Another copy of the same site was never newer: it is behind.
	o := options(t, published(2).serve(t), 60)
	o.Memory = memory
	wants(t, "another copy", run(t, o))
	look("much newer", published(60))
	wants(t, "another copy, far behind", run(t, o), "behind release.json")
	// The origin itself goes back.
	o = options(t, published(60).serve(t), 60)
	o.Origin = dir
	o.Memory = memory
	look("older origin", published(40), "rollback release.json")
	wants(t, "older origin", run(t, o), "rollback release.json")
	o.Memory = ""
	wants(t, "older origin than the copy", run(t, o), "rollback")

	put(t, memory, "no JSON")
	o = options(t, dir, 60)
	o.Memory = memory
	if r := run(t, o); len(r.Notes) != 1 || !strings.HasPrefix(r.Notes[0], "the serial numbers that were seen before are not readable, so that no rollback is noticed: ") {
		t.Errorf("notes %q", r.Notes)
	}
}

// Slow retrieval attack: a server that gives a byte now and then does not hold us.
func TestSlowRetrieval(t *testing.T) {
	t.Parallel()
	o := options(t, trickling(t, published(1), "p"), 2)
	o.Within = 300 * time.Millisecond
	r := run(t, o)
	if got := told(r); len(got) == 0 || got[0] != "slow" && got[len(got)-1] != "slow" {
		t.Errorf("%q", got)
	}
	if r.Looked >= r.Listed {
		t.Errorf("%d of %d files were looked at", r.Looked, r.Listed)
	}
}

// Vulnerability to key compromises: there is one key, so whoever has it can say what he
// likes, until it is revoked; then nothing that it signed is good, old or new.
func TestKeyCompromise(t *testing.T) {
	t.Parallel()
	stolen := newKey("Stolen")
	s := issued(pages(1), 1, stolen)
	o := options(t, s.serve(t), 2)
	o.Keyring = stolen.ring(t)
	wants(t, "not known yet", run(t, o))
	if err := stolen.entity.Revoke(packet.KeyCompromised, "stolen", &packet.Config{Time: func() time.Time { return start }}); err != nil {
		t.Fatal(err)
	}
	o.Keyring = stolen.ring(t)
	wants(t, "revoked", run(t, o), "expired-key release.json.gpg", "expired-key SHA256SUMS.gpg")
}

// Wrong software installation: a true file in the place of another one.
func TestWrongSoftware(t *testing.T) {
	t.Parallel()
	s := published(1)
	s["p1/index.html"], s["p2/index.html"] = s["p2/index.html"], s["p1/index.html"]
	wants(t, "exchanged", run(t, options(t, s.serve(t), 2)), "checksum p1/index.html", "checksum p2/index.html")
}

// TestChanges: a copy that gets a new set while it is looked at is looked at once more.
func TestChanges(t *testing.T) {
	t.Parallel()
	before, after := published(1), published(2)
	var asked atomic.Int64
	at := serving(t, func(w http.ResponseWriter, r *http.Request) {
		s := before
		if asked.Add(1) > 8 {
			s = after
		}
		fmt.Fprint(w, s[strings.TrimPrefix(r.URL.Path, "/")])
	})
	r := run(t, options(t, at, 2))
	wants(t, "changes", r)
	if r.Set.Serial != issue.NextSerial(0, start)+2 {
		t.Errorf("serial %d", r.Set.Serial)
	}
}

// TestWithoutKeyring: what is not signed is looked at, and told to be worth less.
func TestWithoutKeyring(t *testing.T) {
	t.Parallel()
	o := options(t, issued(pages(1), 1, nil).dir(t), 2)
	o.Keyring = nil
	r := run(t, o)
	wants(t, "unsigned", r)
	if len(r.Notes) != 1 || !strings.HasPrefix(r.Notes[0], "without --keyring nobody knows who made this") || r.Set.Signed != "" {
		t.Errorf("notes %q", r.Notes)
	}
}

// TestMany: there are no more findings of a rule than somebody reads, and all are counted.
func TestMany(t *testing.T) {
	t.Parallel()
	s := set{}
	for i := range mostFindings + 5 {
		s[fmt.Sprintf("p/%d", i)] = "x"
	}
	s = issued(s, 1, ours())
	for name := range s {
		if !issue.Own(name) {
			delete(s, name)
		}
	}
	r := run(t, options(t, s.dir(t), 2))
	if len(r.Findings) != mostFindings || r.Rules[RuleMissing] != mostFindings+5 {
		t.Errorf("%d findings, %v", len(r.Findings), r.Rules)
	}
}

// TestErrors: what cannot be looked at at all is an error that says what to do.
func TestErrors(t *testing.T) {
	t.Parallel()
	for at, want := range map[string]string{
		filepath.Join(t.TempDir(), "none"): "name a directory, or an address that begins with https://",
		"https://":                         "write it like https://mirror.example.org/releases",
		"https://a:b@example.org/":         "an address has no user, no ? and no # here",
		"https://example.org/?x":           "an address has no user, no ? and no # here",
	} {
		o := options(t, at, 1)
		if _, err := Run(t.Context(), o); err == nil || !strings.HasSuffix(err.Error(), want) {
			t.Errorf("%s: %v", at, err)
		}
	}
}

// TestAdvice: each rule says what to do.
func TestAdvice(t *testing.T) {
	t.Parallel()
	for rule, text := range advice {
		if !strings.HasSuffix(text, ".") && !strings.HasSuffix(text, "?") {
			t.Errorf("%s: %q", rule, text)
		}
	}
}

func TestSpan(t *testing.T) {
	t.Parallel()
	for d, want := range map[time.Duration]string{
		3 * time.Second: "3s", 90 * time.Second: "2m", time.Hour: "1h", 26*time.Hour + 10*time.Minute: "26h10m", 50 * time.Hour: "2 days",
	} {
		if got := span(d); got != want {
			t.Errorf("%s: %s, want %s", d, got, want)
		}
	}
}
