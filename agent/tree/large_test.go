package tree

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"shiplist/internal/config"
	"shiplist/internal/release"
	"shiplist/internal/testenv"
)

// The size of the large tree, the tree itself counted.
const (
	largeDirectories = 901
	largeFiles       = 12_000
)

// builder fills a sample to an exact size.
type builder struct {
	*sample
	random *rand.Rand
	dirs   map[string]bool
	holds  []string // directories with images
	stems  []string // images, without extension
}

// moreCompanions are files that an image may have besides the usual ones.
var moreCompanions = []string{"iso.torrent", "metalink", "jigdo", "template", "manifest-desktop", "manifest-remove", "manifest-minimal-remove"}

func (b *builder) mkdir(at string) {
	for ; !b.dirs[at]; at = parent(at) {
		b.dirs[at] = true
		b.sample.dirs[at] = true
	}
}

// fill adds images to a directory: names with the prefix and the type, for some
// architectures. The bytes depend on the key and the architecture.
func (b *builder) fill(at, prefix, ext, key string, arches ...string) {
	b.mkdir(at)
	b.holds = append(b.holds, at)
	for _, arch := range arches {
		b.image(at, prefix+"-"+arch+"."+ext, key+" "+arch)
		if path.Base(at) != "current" {
			b.stems = append(b.stems, at+"/"+prefix+"-"+arch)
		}
	}
	b.text(at+"/HEADER.html", strings.Repeat("<p>About these images.</p>\n", 40))
	b.text(at+"/FOOTER.html", "</body></html>\n")
}

// dailies adds the builds of one project and series, of which the last but one is
// current.
func (b *builder) dailies(project, series string, day int) {
	at := project + "/" + series + "/daily-live"
	publish := "desktop"
	if project == "ubuntu-server" {
		publish = "live-server"
	}
	for n := range 3 {
		id := strconv.Itoa(20260900 + day + n)
		b.fill(at+"/"+id, series+"-"+publish, "iso", project+series+id, "amd64", "arm64")
		if project == "ubuntu-server" {
			for _, arch := range []string{"amd64", "arm64"} {
				b.netboot(at+"/"+id, series, arch, "https://cdimage.example/"+at+"/"+id+"/"+series+"-live-server-"+arch+".iso")
				b.mkdir(at + "/" + id + "/netboot/" + arch + "/grub")
			}
			b.mkdir(at + "/" + id + "/netboot/amd64/pxelinux.cfg")
		}
		if n == 1 {
			b.fill(at+"/current", series+"-"+publish, "iso", project+series+id, "amd64", "arm64")
		}
	}
}

// largeSample is a full tree of the size at which speed is measured; always the same.
func largeSample() *sample {
	b := &builder{newSample(), rand.New(rand.NewPCG(1, 2)), map[string]bool{"": true}, nil, nil}
	projects := []string{"edubuntu", "kubuntu", "lubuntu", "ubuntu", "ubuntu-budgie", "ubuntu-mate", "ubuntu-server", "ubuntu-unity", "ubuntucinnamon", "ubuntukylin", "ubuntustudio", "xubuntu"}
	versions := []string{"jammy", "22.04", "noble", "24.04", "plucky", "25.04", "questing", "25.10", "resolute", "26.04"}
	for i, project := range projects {
		for v := 0; v < len(versions); v += 2 {
			series, version := versions[v], versions[v+1]
			b.dailies(project, series, 1+(i+v)%20)
			at, name, publish := project+"/releases/"+series, project, "-desktop"
			if project == "ubuntu-server" {
				name, publish = "ubuntu", "-live-server"
			}
			b.fill(at+"/release", name+"-"+version+publish, "iso", project+"final"+series, "amd64", "arm64")
			b.fill(at+"/beta", name+"-"+version+"-beta"+publish, "iso", project+"beta"+series, "amd64", "arm64")
		}
	}
	for n := 0; len(b.dirs) < largeDirectories-3; n++ {
		project, series := projects[n%len(projects)], versions[n/len(projects)%5*2]
		at := fmt.Sprintf("%s/%s/daily-preinstalled/%d", project, series, 20260901+n/60)
		b.fill(at, series+"-preinstalled-desktop", "img.xz", at, "arm64+raspi", "riscv64")
	}
	for len(b.dirs) < largeDirectories {
		b.mkdir(fmt.Sprintf("ubuntu/old/%d", len(b.dirs)))
	}
	for lists := 2 * len(b.holds); len(b.files)+lists < largeFiles; {
		stem := b.stems[b.random.IntN(len(b.stems))]
		b.text(stem+"."+moreCompanions[b.random.IntN(len(moreCompanions))], "more\n")
	}
	b.sums(b.holds...)
	return b.sample
}

// TestLargeTree holds the tree that is measured to its size, and the poll to its
// share of requests.
func TestLargeTree(t *testing.T) {
	t.Parallel()
	s := largeSample()
	dirs := map[string]bool{"": true}
	for at := range maps.Keys(s.files) {
		for at = parent(at); !dirs[at]; at = parent(at) {
			dirs[at] = true
		}
	}
	for at := range s.dirs {
		dirs[at] = true
	}
	if len(dirs) != largeDirectories || len(s.files) != largeFiles {
		t.Errorf("%d directories, %d files, want %d and %d", len(dirs), len(s.files), largeDirectories, largeFiles)
	}
	l := live(t, s, config.Tree{})
	a := l.apache
	answer := poll(t, l.source, nil)
	if n := a.total(a.listings); n > largeDirectories {
		t.Errorf("%d listings, want at most %d", n, largeDirectories)
	}
	for at, n := range a.listings {
		if n > 1 {
			t.Errorf("%q is listed %d times", at, n)
		}
	}
	if len(answer.Problems) > 0 {
		t.Errorf("%d problems, first %v", len(answer.Problems), answer.Problems[0])
	}
	if n := len(answer.Facts.Images); n < 900 {
		t.Errorf("%d images, want more than 900", n)
	}
	for _, image := range answer.Facts.Images {
		if len(image.Unknown) > 0 {
			t.Fatalf("%s/%s: unknown %v", image.Dir, image.Name, image.Unknown)
		}
	}
	for _, d := range answer.Facts.Directories {
		if len(d.Strays) > 0 {
			t.Fatalf("%s: strays %v", d.Path, d.Strays)
		}
	}
}

// firstOfLarge is what a first poll of the large tree asks for: every directory but the
// pointers once, each list before and, with a condition, after it.
var firstOfLarge = map[string]int{
	"listing of the tree, 200": 1, "listing of project, 200": 24, "listing of series, 200": 60,
	"listing of statuses, 200": 60, "listing of image type, 200": 120, "listing of dated, 200": 363,
	"listing of release, 200": 120, "listing of netboot, 200": 90, "listing of other, 200": 3,
	"list of dated, 200": 363, "list of dated, 304": 363, "list of release, 200": 120, "list of release, 304": 120,
	"list of current, 200": 60, "file of netboot, 200": 30, "file of the tree, 404": 1,
}

// quietOfLarge is what can change of it: two of the five series get no more builds.
var quietOfLarge = map[string]int{
	"listing of the tree, 200": 1, "listing of project, 200": 24, "listing of series, 200": 36,
	"listing of statuses, 200": 36, "listing of image type, 200": 72, "listing of other, 200": 3,
	"list of current, 304": 36, "file of the tree, 404": 1,
}

// TestLargeTreeQuiet counts what polls of the large tree ask for once it is known.
func TestLargeTreeQuiet(t *testing.T) {
	t.Parallel()
	s := largeSample()
	l := live(t, s, config.Tree{Recheck: 6 * time.Hour})
	answer, first := l.poll(t, 0)
	if diff := cmp.Diff(firstOfLarge, table(l.source.grammar, l.before)); diff != "" {
		t.Errorf("requests of the first poll (-want +got):\n%s", diff)
	}
	again, quiet := l.poll(t, time.Second)
	if diff := cmp.Diff(quietOfLarge, table(l.source.grammar, l.before)); diff != "" {
		t.Errorf("requests of a quiet poll (-want +got):\n%s", diff)
	}
	t.Logf("first poll %d requests, %d bytes; quiet poll %d requests, %d bytes", first, answer.Bytes, quiet, again.Bytes)
	const at = "kubuntu/noble/daily-live/20260930"
	other := s.clone()
	other.image(at, "noble-desktop-amd64.iso", "kubuntu of a new day")
	other.sums(at)
	other.files["kubuntu/noble/daily-live/current/noble-desktop-amd64.iso"] = other.files[at+"/noble-desktop-amd64.iso"]
	other.sums("kubuntu/noble/daily-live/current")
	l.become(other)
	build, n := l.poll(t, time.Second)
	t.Logf("with a new build %d requests, %d bytes", n, build.Bytes)
	if n > quiet+20 {
		t.Errorf("a poll with a new build has %d requests, a quiet one %d", n, quiet)
	}
	if len(build.Facts.Images) != len(again.Facts.Images)+1 {
		t.Errorf("%d images, want %d", len(build.Facts.Images), len(again.Facts.Images)+1)
	}
	if _, hour := l.poll(t, time.Hour); hour > 2*quiet {
		t.Errorf("an hour later %d requests, a quiet poll has %d", hour, quiet)
	} else {
		t.Logf("an hour later %d requests", hour)
	}
}

// TestLargeTreeWithoutLists asks for few lists where there are none.
func TestLargeTreeWithoutLists(t *testing.T) {
	t.Parallel()
	s := largeSample()
	maps.DeleteFunc(s.files, func(at string, _ sampleFile) bool { return isListName(path.Base(at)) })
	l := live(t, s, config.Tree{})
	l.poll(t, 0)
	lists := 0
	for what, n := range table(l.source.grammar, l.before) {
		if strings.HasPrefix(what, "list of") {
			lists += n
		}
	}
	if lists != fewGuesses {
		t.Errorf("%d lists were asked for, want %d", lists, fewGuesses)
	}
}

// BenchmarkPoll polls the large tree without asking for sizes.
func BenchmarkPoll(b *testing.B) {
	a := newApache(largeSample())
	source := newSource(b, config.Tree{URL: a.start(b)})
	first := poll(b, source, nil)
	b.ReportAllocs()
	for b.Loop() {
		poll(b, source, first.Facts)
	}
	polls := float64(b.N + 1)
	b.ReportMetric(float64(first.Requests), "requests/op")
	b.ReportMetric(float64(a.total(a.listings))/polls, "listings/op")
	b.ReportMetric(float64(first.Bytes), "bytes/op")
}

// BenchmarkPollLocal polls the same tree as a local directory.
func BenchmarkPollLocal(b *testing.B) {
	root := b.TempDir()
	largeSample().write(b, root)
	source := newSource(b, config.Tree{URL: "file:" + root})
	b.ReportAllocs()
	for b.Loop() {
		poll(b, source, nil)
	}
}

// The environment variables by which this test binary does more than test.
const (
	writeVariable   = "SHIPLIST_WRITE_TREE" // directory into which the large tree is written
	measureVariable = "SHIPLIST_MEASURE"    // runs TestAgainstRclone when set
	pollVariable    = "SHIPLIST_POLL"       // address that is polled once by a process of its own
	stateVariable   = "SHIPLIST_POLL_STATE" // directory with what it remembers
)

// TestWriteLargeTree writes the large tree where it is wanted, for measurements.
func TestWriteLargeTree(t *testing.T) {
	root := os.Getenv(writeVariable)
	if root == "" {
		t.Skip(writeVariable + " names no directory")
	}
	largeSample().write(t, root)
}

// TestPollProcess is one poll in a process of its own; see TestAgainstRclone.
func TestPollProcess(t *testing.T) {
	address := os.Getenv(pollVariable)
	if address == "" {
		t.Skip(pollVariable + " names no address")
	}
	source, start := newSource(t, config.Tree{URL: address, Recheck: 6 * time.Hour}), time.Now()
	source.o.StateDir = os.Getenv(stateVariable)
	answer, err := source.Poll(t.Context(), &release.Facts{})
	took := time.Since(start)
	if err != nil {
		t.Fatal(err)
	}
	status, _ := os.ReadFile("/proc/self/status")
	_, peak, _ := strings.Cut(string(status), "VmHWM:")
	peak, _, _ = strings.Cut(peak, "\n")
	fmt.Printf("poll alone %v, images %d, requests %d, bytes %d, peak %s\n", took, len(answer.Facts.Images), answer.Requests, answer.Bytes, strings.TrimSpace(peak))
}

// TestAgainstRclone measures whole processes, ours and rclone's, that list the large
// tree on the same Apache with eight connections each, in turn: as it is, and
// without the checksum lists, which rclone does not read.
func TestAgainstRclone(t *testing.T) {
	if os.Getenv(measureVariable) == "" {
		t.Skip(measureVariable + " is not set")
	}
	rclone := testenv.Program(t, "rclone")
	for _, lists := range []bool{true, false} {
		s := largeSample()
		maps.DeleteFunc(s.files, func(at string, _ sampleFile) bool {
			return !lists && strings.HasPrefix(path.Base(at), "SHA256SUMS")
		})
		root := testenv.OpenDir(t)
		s.write(t, root)
		address := startApache(t, root, indexes["production"])
		first, quiet, theirs := race(t, rclone, address)
		t.Logf("checksum lists %v, median of 5: first poll %v, quiet poll %v, rclone %v, ratios %.2f and %.2f",
			lists, first, quiet, theirs, float64(first)/float64(theirs), float64(quiet)/float64(theirs))
	}
}

// race returns the medians of five runs each, in turn: of a first poll, of a quiet one
// after it, and of the other program.
func race(t *testing.T, rclone, address string) (first, quiet, other time.Duration) {
	t.Helper()
	var firsts, quiets, others []time.Duration
	for range 5 {
		state := t.TempDir()
		for _, took := range []*[]time.Duration{&firsts, &quiets} {
			cmd := exec.Command(os.Args[0], "-test.run", "^TestPollProcess$")
			cmd.Env = append(os.Environ(), pollVariable+"="+address, stateVariable+"="+state)
			*took = append(*took, timed(t, cmd, t.Log))
		}
		cmd := exec.Command(rclone, "lsf", "-R", "--http-no-head", "--checkers", "8", "--http-url", address, ":http:")
		cmd.Env = append(os.Environ(), "RCLONE_CONFIG="+filepath.Join(t.TempDir(), "none"))
		others = append(others, timed(t, cmd, nil))
	}
	for _, list := range [][]time.Duration{firsts, quiets, others} {
		slices.Sort(list)
	}
	return firsts[2], quiets[2], others[2]
}

func timed(t *testing.T, cmd *exec.Cmd, log func(...any)) time.Duration {
	t.Helper()
	start := time.Now()
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("%s: %v", cmd.Path, err)
	}
	took := time.Since(start)
	if log != nil {
		log(strings.TrimSpace(string(out)))
	}
	return took
}
