package publish

import (
	"bytes"
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"github.com/santhosh-tekuri/jsonschema/v6"

	"shiplist/generator/staged"
	"shiplist/internal/issue"
)

// key signs for tests: its signature is its name and the text.
type key string

func (k key) Sign(_ context.Context, text []byte) ([]byte, error) {
	if k == "broken" {
		return nil, errors.New("the key is lost")
	}
	return append([]byte(k), text...), nil
}

func (k key) Made(text, made []byte) bool {
	want, err := k.Sign(context.Background(), text)
	return err == nil && bytes.Equal(want, made)
}

// issuing are options of somebody who publishes at a time, when a source has just answered.
func issuing(s Site, at time.Time, signer Signer) Options {
	return Options{Site: s, Now: func() time.Time { return at }, Issue: Issue{
		Polled: at.Add(-time.Minute), Refresh: time.Hour, Valid: 3 * time.Hour, Address: "https://example.org", Signer: signer,
	}}
}

// said is what the shown set says of itself, where that and its signatures hold.
func said(t *testing.T, s Site, signer Signer) issue.Release {
	t.Helper()
	text := read(t, filepath.Join(s.Output, issue.ReleaseFile))
	r, err := issue.Parse([]byte(text))
	if err != nil {
		t.Fatal(err)
	}
	followsSchema(t, text)
	list := read(t, filepath.Join(s.Output, issue.SumsFile))
	if r.Sums.SHA256 != sumOf([]byte(list)) || r.Sums.Size != int64(len(list)) {
		t.Errorf("release.json is about another list of checksums")
	}
	sums(t, s.Output)
	for name, signed := range map[string]string{issue.ReleaseFile: text, issue.SumsFile: list} {
		made, err := os.ReadFile(filepath.Join(s.Output, name+issue.Signed))
		switch {
		case signer == nil && err == nil:
			t.Errorf("%s is signed, without a key", name)
		case signer != nil && !signer.Made([]byte(signed), made):
			t.Errorf("the signature of %s does not fit: %v", name, err)
		}
	}
	return r
}

// followsSchema holds release.json to the schema that the site has of it, by a library that
// knows nothing of this program.
func followsSchema(t *testing.T, text string) {
	t.Helper()
	schema, err := releaseSchema()
	if err != nil {
		t.Fatal(err)
	}
	v, err := jsonschema.UnmarshalJSON(strings.NewReader(text))
	if err == nil {
		err = schema.Validate(v)
	}
	if err != nil {
		t.Errorf("release.json: %v", err)
	}
}

var releaseSchema = sync.OnceValues(func() (*jsonschema.Schema, error) {
	c := jsonschema.NewCompiler()
	c.AssertFormat()
	return c.Compile("../schema/release.json")
})

// TestReleaseExample holds what the text about data shows of release.json to how it is
// written, field by field.
func TestReleaseExample(t *testing.T) {
	t.Parallel()
	_, section, _ := strings.Cut(read(t, "../../content/formats.md"), "\n## release.json\n")
	_, example, _ := strings.Cut(section, "\n```json\n")
	example, _, _ = strings.Cut(example, "```\n")
	r, err := issue.Parse([]byte(example))
	if err != nil {
		t.Fatal(err)
	}
	if text, err := r.Text(); err != nil || string(text) != example {
		t.Errorf("is written as\n%s", text)
	}
	followsSchema(t, example)
}

// TestIssue: what is issued, when, and that its number grows whatever is shown.
func TestIssue(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	one := stage(t, s, version(1), staged.Record{AsOf: start, Sources: []staged.Source{{Name: "iso", Success: start}}})
	at := start.Add(time.Hour)
	res, err := Publish(t.Context(), issuing(s, at, key("one")))
	if err != nil {
		t.Fatal(err)
	}
	got := said(t, s, key("one"))
	want := issue.Release{
		Format: 1, Serial: 2026042301, Issued: at.Add(-time.Minute), Expires: at.Add(-time.Minute + 3*time.Hour), AsOf: start, Site: "https://example.org", Digest: one,
		Sums: issue.Sums{Files: 5, Bytes: 150, Largest: 37},
	}
	if diff := cmp.Diff(want, got, cmpopts.IgnoreFields(issue.Sums{}, "SHA256", "Size", "Bytes", "Largest")); diff != "" {
		t.Errorf("release.json (-want +got):\n%s", diff)
	}
	bytes, largest := int64(0), 0
	for _, text := range version(1) {
		bytes, largest = bytes+int64(len(text)), max(largest, len(text))
	}
	if got.Sums.Bytes != bytes || got.Sums.Largest != int64(largest) {
		t.Errorf("%d bytes, %d in the largest file; want %d and %d", got.Sums.Bytes, got.Sums.Largest, bytes, largest)
	}
	if res.Serial != got.Serial || !res.Issued.Equal(got.Issued) || !res.Expires.Equal(got.Expires) || !res.Signed {
		t.Errorf("the result says %+v", res)
	}
	// Back and forth within one second, the number grows each time.
	two := stage(t, s, version(2), staged.Record{AsOf: start})
	for n, do := range []func() (Result, error){
		func() (Result, error) { return Publish(t.Context(), issuing(s, at, nil)) },
		func() (Result, error) { return Rollback(t.Context(), issuing(s, at, key("one")), 1) },
		func() (Result, error) {
			o := issuing(s, at, key("one"))
			o.Digest, o.Force = two, true
			return Publish(t.Context(), o)
		},
		func() (Result, error) { return Rollback(t.Context(), issuing(s, at.AddDate(-1, 0, 0), nil), 1) },
	} {
		res, err := do()
		if err != nil {
			t.Fatal(err)
		}
		var signer Signer
		if res.Signed {
			signer = key("one")
		}
		if got := said(t, s, signer); got.Serial != want.Serial+int64(n)+1 || got.Serial != res.Serial || got.Digest != res.Digest || got.Issued.Before(want.Issued) {
			t.Errorf("step %d: %+v", n, got)
		}
	}
}

// TestRefresh: release.json is issued anew when it is time, or not as it should be; all
// else stays as it is, to the inode and second.
func TestRefresh(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	if res, err := Refresh(t.Context(), issuing(s, start, nil)); err != nil || res.Action != Nothing {
		t.Errorf("nothing is published: %+v, %v", res, err)
	}
	if _, err := os.Stat(SetsDir(s.Output)); err == nil {
		t.Error("it makes a directory")
	}
	stage(t, s, version(1), staged.Record{AsOf: start})
	at := start.Add(time.Hour)
	if _, err := Publish(t.Context(), issuing(s, at, nil)); err != nil {
		t.Fatal(err)
	}
	before := said(t, s, nil)
	page, err := os.Stat(filepath.Join(s.Output, "noble/index.html"))
	if err != nil {
		t.Fatal(err)
	}
	folder, err := os.Stat(filepath.Join(s.Output, "noble"))
	if err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct {
		name   string
		after  time.Duration
		signer Signer
		want   string
		do     func(context.Context, Options) (Result, error)
	}{
		{"too early", 59 * time.Minute, nil, Nothing, Refresh},
		{"in time", time.Hour, nil, Refreshed, Refresh},
		{"done already", time.Hour, nil, Nothing, Refresh},
		{"published again too early", time.Hour, nil, Nothing, Publish},
		{"published again", 2 * time.Hour, nil, Refreshed, Publish},
		{"with a key", 2 * time.Hour, key("one"), Refreshed, Refresh},
		{"the same key", 2 * time.Hour, key("one"), Nothing, Refresh},
		{"another key", 2 * time.Hour, key("two"), Refreshed, Refresh},
		{"without a key", 2 * time.Hour, nil, Refreshed, Refresh},
	} {
		res, err := tt.do(t.Context(), issuing(s, at.Add(tt.after), tt.signer))
		if err != nil || res.Action != tt.want {
			t.Errorf("%s: %q, %v", tt.name, res.Action, err)
		}
		got := said(t, s, tt.signer)
		if (got.Serial > before.Serial) != (tt.want == Refreshed) || got.Digest != before.Digest || got.Sums != before.Sums {
			t.Errorf("%s: %+v after %+v", tt.name, got, before)
		}
		before = got
		now, err := os.Stat(filepath.Join(s.Output, "noble/index.html"))
		if err != nil || !os.SameFile(now, page) || !now.ModTime().Equal(page.ModTime()) {
			t.Errorf("%s: a page changed (%v)", tt.name, err)
		}
		if now, err := os.Stat(filepath.Join(s.Output, "noble")); err != nil || !now.ModTime().Equal(folder.ModTime()) || now.Mode() != folder.Mode() {
			t.Errorf("%s: a directory changed (%v)", tt.name, err)
		}
	}
	if err := os.WriteFile(filepath.Join(s.Output, issue.ReleaseFile), []byte("{}"), 0o644); err != nil {
		t.Fatal(err)
	}
	if res, err := Refresh(t.Context(), issuing(s, at, nil)); err != nil || res.Action != Refreshed {
		t.Errorf("damaged: %q, %v", res.Action, err)
	}
	want(t, s, 1)
	tidy(t, s, 1)
	told(t, s, "publish 000001")
}

// TestRefreshErrors: an error at any step leaves what was issued before, whole.
func TestRefreshErrors(t *testing.T) {
	t.Parallel()
	fault := errors.New("the disk is on fire")
	s := newSite(t)
	stage(t, s, version(1), staged.Record{AsOf: start})
	if _, err := Publish(t.Context(), issuing(s, start, key("one"))); err != nil {
		t.Fatal(err)
	}
	before := said(t, s, key("one"))
	for _, step := range []string{"cloned", "reissued", "dated", "synced", "exchanged"} {
		o := issuing(s, start.Add(time.Hour), key("one"))
		o.step = func(name string) error {
			if name == step {
				return fault
			}
			return nil
		}
		if _, err := Refresh(t.Context(), o); !errors.Is(err, fault) {
			t.Errorf("%s: %v", step, err)
		}
		if got := said(t, s, key("one")); (got.Serial > before.Serial) != (step == "exchanged") {
			t.Errorf("%s: %+v", step, got)
		}
		tidy(t, s, 1)
	}
}

// TestKeyIsLost: nothing goes out unsigned where it should be signed; but a way back
// there is.
func TestKeyIsLost(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	stage(t, s, version(1), staged.Record{AsOf: start})
	if _, err := Publish(t.Context(), issuing(s, start, key("broken"))); err == nil {
		t.Error("it is published without a signature")
	}
	for n := 1; n < 3; n++ {
		stage(t, s, version(n), staged.Record{AsOf: start.Add(time.Duration(n) * time.Hour)})
		if _, err := Publish(t.Context(), issuing(s, start, key("one"))); err != nil {
			t.Fatal(err)
		}
	}
	if res, err := Rollback(t.Context(), issuing(s, start, key("broken")), 1); err == nil || res.Action != RolledBack {
		t.Errorf("%+v, %v", res, err)
	}
	want(t, s, 1)
	if res, err := Refresh(t.Context(), issuing(s, start, key("one"))); err != nil || res.Action != Refreshed {
		t.Errorf("%+v, %v", res, err)
	}
	if got := said(t, s, key("one")); got.Serial != 2026042303 {
		t.Errorf("%+v", got)
	}
}

// TestSwapUnsupported: without a way to swap directories the files are replaced.
func TestSwapUnsupported(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	stage(t, s, version(1), staged.Record{AsOf: start})
	if _, err := Publish(t.Context(), issuing(s, start, key("one"))); err != nil {
		t.Fatal(err)
	}
	for _, signer := range []Signer{key("two"), nil} {
		o := issuing(s, start, signer)
		o.swap = func(_, _ string) error { return errors.ErrUnsupported }
		if res, err := Refresh(t.Context(), o); err != nil || res.Action != Refreshed {
			t.Errorf("%+v, %v", res, err)
		}
		said(t, s, signer)
		tidy(t, s, 1)
	}
}
