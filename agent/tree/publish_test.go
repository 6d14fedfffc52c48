package tree

import (
	"fmt"
	"path"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"shiplist/internal/config"
	"shiplist/internal/release"
)

// publication is how a tree changes step by step, while it is read.
type publication struct {
	name    string
	stages  []*sample
	keys    []string // of all the files that ever are in it
	fresh   bool     // it may be read for the first time meanwhile
	keyring string   // with the key that signs
}

// stage adds a step to a publication.
func (p *publication) stage(change func(s *sample)) {
	s := newSample()
	if len(p.stages) > 0 {
		s = p.stages[len(p.stages)-1].clone()
	}
	change(s)
	p.stages = append(p.stages, s)
}

// sum of a file as the steps write it, with a size that listings show.
func (s *sample) sized(at, key string, size int64) {
	s.files[at] = sampleFile{size: size << 30, key: key}
}

func publications() []publication {
	const noble = "ubuntu/releases/noble/release"
	amd64, arm64 := noble+"/ubuntu-24.04-desktop-amd64.iso", noble+"/ubuntu-24.04-desktop-arm64.iso"
	again := publication{name: "published again", keys: []string{"amd64 1", "amd64 2", "arm64 1", "arm64 2"}}
	again.stage(func(s *sample) {
		s.sized(amd64, "amd64 1", 1)
		s.sized(arm64, "arm64 1", 2)
		s.sums(noble)
	})
	again.stage(func(s *sample) { s.sized(amd64, "amd64 2", 3) })
	again.stage(func(s *sample) { s.sized(arm64, "arm64 2", 4) })
	done := again.stages[len(again.stages)-1].clone()
	done.sums(noble)
	again.stage(func(s *sample) { s.files[noble+"/SHA256SUMS"] = done.files[noble+"/SHA256SUMS"] })
	again.stage(func(s *sample) { s.text(noble+"/SHA256SUMS.gpg", "another signature") })

	const live = "ubuntu/noble/daily-live"
	build := publication{name: "new build", keys: []string{"build 1", "build 2", "carried over"}, fresh: true}
	build.stage(func(s *sample) {
		s.sized(live+"/20260901/noble-desktop-amd64.iso", "build 1", 1)
		s.sized(live+"/20260901/noble-desktop-arm64.iso", "carried over", 2)
		s.sums(live + "/20260901")
		s.link(live+"/current", "20260901")
	})
	build.stage(func(s *sample) { s.sized(live+"/20260902/noble-desktop-amd64.iso", "build 1", 1) })
	build.stage(func(s *sample) { s.sized(live+"/20260902/noble-desktop-arm64.iso", "carried over", 2) })
	build.stage(func(s *sample) { s.sized(live+"/20260902/noble-desktop-amd64.iso", "build 2", 3) })
	build.stage(func(s *sample) { s.sums(live + "/20260902") })
	build.stage(func(s *sample) { s.link(live+"/current", "20260902") })
	return []publication{again, build}
}

// signedPublications replace files, list and signature one after the other, the
// signature after the list or, as a mirror may, before it.
func signedPublications(t testing.TB) []publication {
	t.Helper()
	const dir = "ubuntu/releases/stonking/release"
	iso, list := dir+"/ubuntu-26.10-desktop-amd64.iso", dir+"/SHA256SUMS"
	keyring, sign := signer(t)
	content := func(key string) string {
		s := newSample()
		s.sized(iso, key, 1)
		s.sums(dir)
		return s.files[list].text
	}
	steps := map[string]func(s *sample){
		"file":      func(s *sample) { s.sized(iso, "two", 2) },
		"list":      func(s *sample) { s.text(list, content("two")) },
		"signature": func(s *sample) { s.text(list+".gpg", sign(content("two"))) },
	}
	var all []publication
	for _, order := range [][]string{
		{"file", "list", "signature"},
		{"file", "signature", "list"},
		{"list", "signature", "file"},
		{"signature", "list", "file"},
	} {
		p := publication{name: fmt.Sprint(order), keys: []string{"one", "two"}, keyring: keyring}
		p.stage(func(s *sample) {
			s.sized(iso, "one", 1)
			s.text(list, content("one"))
			s.text(list+".gpg", sign(content("one")))
		})
		for _, step := range order {
			p.stage(steps[step])
		}
		all = append(all, p)
	}
	return all
}

// TestSignedWhileRead does so with signatures: none that is bad for a moment stays so.
func TestSignedWhileRead(t *testing.T) {
	t.Parallel()
	for _, p := range signedPublications(t) {
		t.Run(p.name, func(t *testing.T) {
			t.Parallel()
			for begin := 1; begin <= 12; begin += stride {
				for gap := range 4 {
					for stop := 1; stop < len(p.stages); stop++ {
						p.run(t, false, begin, gap, stop)
					}
				}
				p.run(t, false, begin, -1, len(p.stages)-1)
			}
		})
	}
}

// TestPublishedWhileRead publishes step by step in every way between our requests,
// and expects of every answer that no file has the checksum or the size of another,
// and of the poll after it what is there.
func TestPublishedWhileRead(t *testing.T) {
	t.Parallel()
	for _, p := range publications() {
		for _, first := range []bool{false, true} {
			if first && !p.fresh {
				continue // what was replaced before the first look cannot be told
			}
			t.Run(fmt.Sprint(p.name, " first=", first), func(t *testing.T) {
				t.Parallel()
				for begin := 1; begin <= 9; begin += stride {
					for gap := range 5 {
						for stop := 1; stop < len(p.stages); stop++ {
							p.run(t, first, begin, gap, stop)
						}
					}
					p.run(t, first, begin, -1, len(p.stages)-1)
				}
			})
		}
	}
}

// run polls while the tree goes from its first stage to another: a step with the
// request with which it begins, and the rest some requests later; or, where the gap is
// less than none, a step with each request.
func (p publication) run(t *testing.T, first bool, begin, gap, stop int) {
	t.Helper()
	l := live(t, p.stages[0], config.Tree{Head: true, Keyring: p.keyring})
	l.source.o.Limits.Connections = 1
	if !first {
		answer, _ := l.poll(t, 0)
		p.check(t, answer.Facts)
	}
	l.served = 0
	stage := 0
	l.onRequest = func(n int) {
		want := 0
		switch {
		case n >= begin && gap < 0:
			want = min(1+n-begin, stop)
		case n >= begin+gap:
			want = stop
		case n >= begin:
			want = 1
		}
		for stage < want {
			stage++
			other := newApache(p.stages[stage])
			l.s, l.children = other.s, other.children
		}
	}
	during, _ := l.poll(t, time.Minute)
	l.onRequest = nil
	where := fmt.Sprintf("from request %d, gap %d, to stage %d", begin, gap, stop)
	if !p.check(t, during.Facts) {
		t.Fatal(where)
	}
	if gap > 0 {
		return
	}
	l.become(p.stages[stop])
	between, _ := l.poll(t, time.Minute)
	if !p.check(t, between.Facts) {
		t.Fatal("afterwards: " + where)
	}
	l.become(p.stages[len(p.stages)-1])
	after, _ := l.poll(t, time.Minute)
	want := l.full(t, between.Facts)
	if diff := cmp.Diff(want.Facts, after.Facts); diff != "" {
		t.Fatalf("%s: once all is quiet (-full +poll):\n%s", where, diff)
	}
	for _, d := range after.Facts.Directories {
		if d.Held != "" || p.keyring != "" && d.Signature.State != release.SignatureGood {
			t.Fatalf("%s: once all is quiet %s is held: %q, signature %+v", where, d.Path, d.Held, d.Signature)
		}
	}
}

// check reports whether each checksum belongs to the bytes of which the size is told.
func (p publication) check(t *testing.T, f *release.Facts) bool {
	t.Helper()
	sizes := map[string]int64{}
	for _, stage := range p.stages {
		for at, file := range stage.files {
			if file.key != "" {
				sizes[path.Base(at)+fakeHash(file.key)] = file.size
			}
		}
	}
	good := true
	for _, image := range f.Images {
		for _, file := range image.Files {
			if file.SHA256 != "" && (file.Size == nil || *file.Size != sizes[file.Name+file.SHA256]) {
				t.Errorf("%s/%s: the size is not that of the checksum", image.Dir, file.Name)
				good = false
			}
		}
	}
	return good
}
