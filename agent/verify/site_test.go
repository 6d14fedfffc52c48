package verify

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"maps"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/ProtonMail/go-crypto/openpgp/armor"
	"github.com/ProtonMail/go-crypto/openpgp/packet"
	openpgp "github.com/ProtonMail/go-crypto/openpgp/v2"

	"shiplist/agent/fetch"
	"shiplist/internal/issue"
	"shiplist/internal/signature"
	"shiplist/internal/testenv"
)

// start is when the first set of the tests is issued.
var start = time.Date(2026, 4, 23, 14, 0, 0, 0, time.UTC)

// key signs for tests, for one at a time: the library notes in a key what it found.
type key struct {
	entity *openpgp.Entity
	mu     sync.Mutex
}

// newKey makes a key; it is cheap, but not for nothing.
func newKey(name string) *key {
	e, err := openpgp.NewEntity(name, "", strings.ToLower(name)+"@example.org", &packet.Config{
		Algorithm: packet.PubKeyAlgoEdDSA, Time: func() time.Time { return start.AddDate(-1, 0, 0) },
	})
	if err != nil {
		panic(err)
	}
	return &key{entity: e}
}

// keys of the site, and of somebody else.
var (
	ours   = sync.OnceValue(func() *key { return newKey("Site") })
	theirs = sync.OnceValue(func() *key { return newKey("Stranger") })
)

func (k *key) sign(text string) string {
	var b bytes.Buffer
	config := &packet.Config{Time: func() time.Time { return start }}
	k.mu.Lock()
	defer k.mu.Unlock()
	if err := openpgp.ArmoredDetachSign(&b, []*openpgp.Entity{k.entity}, strings.NewReader(text), &openpgp.SignParams{Config: config}); err != nil {
		panic(err)
	}
	return b.String()
}

func (k *key) ring(t testing.TB) *signature.Keyring {
	t.Helper()
	var b bytes.Buffer
	w, err := armor.Encode(&b, openpgp.PublicKeyType, nil)
	if err != nil {
		t.Fatal(err)
	}
	if err := k.entity.Serialize(w); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	ring, err := signature.Parse(b.Bytes())
	if err != nil {
		t.Fatal(err)
	}
	return ring
}

// set are the files of a site as it is published.
type set map[string]string

// pages are those of the n-th set; every page but one tells which.
func pages(n int) set {
	s := set{"about/index.html": "the same\n"}
	for i := range 9 {
		s[fmt.Sprintf("p%d/index.html", i)] = fmt.Sprintf("page %d of set %d\n", i, n)
	}
	s["index.html"] = fmt.Sprintf("set %d\n", n)
	return s
}

// published is the n-th set, issued n hours after the start, with what is issued beside
// the pages.
func published(n int) set { return issued(pages(n), n, ours()) }

func issued(s set, n int, k *key) set {
	s = maps.Clone(s)
	var lines []issue.Line
	r := issue.Release{
		Format: issue.Format, Serial: issue.NextSerial(0, start) + int64(n), Issued: start.Add(time.Duration(n) * time.Hour), AsOf: start,
		Site: "https://origin.example.org", Digest: hexOf(fmt.Sprint(n)),
	}
	r.Expires = r.Issued.AddDate(0, 0, 7)
	for name, text := range s {
		lines = append(lines, issue.Line{Path: name, SHA: hexOf(text)})
		r.Sums.Bytes += int64(len(text))
		r.Sums.Largest = max(r.Sums.Largest, int64(len(text)))
	}
	list := string(issue.SumsText(lines))
	r.Sums.SHA256, r.Sums.Size, r.Sums.Files = hexOf(list), int64(len(list)), len(lines)
	text, err := r.Text()
	if err != nil {
		panic(err)
	}
	s[issue.SumsFile], s[issue.ReleaseFile] = list, string(text)
	if k != nil {
		s[issue.SumsFile+issue.Signed], s[issue.ReleaseFile+issue.Signed] = k.sign(list), k.sign(string(text))
	}
	return s
}

func hexOf(text string) string {
	sum := sha256.Sum256([]byte(text))
	return hex.EncodeToString(sum[:])
}

// dir writes the files into a directory.
func (s set) dir(t testing.TB) string {
	t.Helper()
	dir := t.TempDir()
	for name, text := range s {
		put(t, filepath.Join(dir, filepath.FromSlash(name)), text)
	}
	return dir
}

var put = testenv.Put

// serve serves the files.
func (s set) serve(t testing.TB) string {
	t.Helper()
	return serving(t, func(w http.ResponseWriter, r *http.Request) {
		text, ok := s[strings.TrimPrefix(r.URL.Path, "/")]
		if !ok {
			http.NotFound(w, r)
			return
		}
		fmt.Fprint(w, text)
	})
}

func serving(t testing.TB, h http.HandlerFunc) string {
	t.Helper()
	server := httptest.NewServer(h)
	t.Cleanup(server.Close)
	return server.URL
}

// options are those of somebody who looks n hours after the start.
func options(t testing.TB, at string, n int) Options {
	t.Helper()
	return Options{
		Place: at, Keyring: ours().ring(t), Full: true, Now: func() time.Time { return start.Add(time.Duration(n) * time.Hour) },
		Client: fetch.New(fetch.Options{PerMinute: 1_000_000, BackoffLeast: time.Millisecond, BackoffMost: time.Millisecond, Answer: 5 * time.Second}),
		pause:  time.Millisecond, pick: func(n, k int) []int { return []int{0, 1, 2}[:min(n, k)] },
	}
}

func run(t testing.TB, o Options) *Report {
	t.Helper()
	r, err := Run(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// told are the findings, as "rule path".
func told(r *Report) []string {
	all := []string{}
	for _, f := range r.Findings {
		all = append(all, strings.TrimSpace(f.Rule+" "+f.Path))
	}
	return all
}

// wants asserts what is found.
func wants(t testing.TB, what string, r *Report, want ...string) {
	t.Helper()
	if got := told(r); !slices.Equal(got, want) && len(got)+len(want) > 0 {
		t.Errorf("%s: found %q, want %q\n%+v", what, got, want, r.Findings)
	}
	for _, f := range r.Findings {
		if f.Do == "" || f.Text == "" {
			t.Errorf("%s: a finding does not say what to do: %+v", what, f)
		}
	}
}
