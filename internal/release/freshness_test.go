package release

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// troubledInput has a finding of every kind that tells when a source was polled: a
// tree that went astray and one that failed once, an answer held back, a problem, a
// disagreement. The polls lie a while after noon, but for the lost one.
func troubledInput(after time.Duration) Input {
	in := *cleanInput()
	in.AsOf, in.Freshness = noon, time.Hour
	second(func(f *Facts) { f.Milestones[0].Entries[0].State = StateFailed })(&in)
	full(&in).Images[0].Files[0].SHA256 = strings.Repeat("0", 64)
	for i := range in.Sources {
		in.Sources[i].State.Attempt, in.Sources[i].State.Success = noon.Add(after), noon.Add(after)
	}
	in.Sources[0].State.Held = &Held{Reason: "everything is gone", Since: noon.Add(-time.Minute), Digest: "0123456789"}
	in.Sources[1].State.Error = "503 Service Unavailable"
	in.Sources[1].State.Problems = []Problem{{Rule: "listing", Address: "https://full.example/a/", Text: "no listing"}}
	lost := &in.Sources[2].State
	lost.Success, lost.Error, lost.Lost = noon.Add(-10*time.Hour), "no route to host", true
	return in
}

func TestPollsOfOneHourGiveOnePicture(t *testing.T) {
	t.Parallel()
	withoutSources := func(in Input) []string {
		p := Join(in)
		p.Sources = nil
		return dump(p)
	}
	want := withoutSources(troubledInput(4*time.Minute + 11*time.Second))
	if diff := cmp.Diff(want, withoutSources(troubledInput(59*time.Minute+59*time.Second))); diff != "" {
		t.Errorf("other facts after a poll within the hour (-want +got):\n%s", diff)
	}
	if cmp.Equal(want, withoutSources(troubledInput(time.Hour))) {
		t.Error("no finding tells when the source was polled: the test compares nothing")
	}
}

func TestTimesOfPollingAreRoundedDownAndNoOthers(t *testing.T) {
	t.Parallel()
	in := troubledInput(4*time.Minute + 11*time.Second)
	p := Join(in)
	for _, f := range p.Findings {
		for _, e := range f.Evidence {
			want := e.Time.Truncate(time.Hour)
			if f.Rule == "source-held" {
				want = in.Sources[0].State.Held.Since
			}
			if !e.Time.Equal(want) {
				t.Errorf("%s: evidence of %v, want %v", f.Rule, e.Time, want)
			}
		}
	}
	got := p.Sources[0]
	if !got.Success.Equal(in.Sources[0].State.Success) || !got.AsOf.Equal(noon) {
		t.Errorf("source as of %v with success at %v, want noon and the exact time", got.AsOf, got.Success)
	}
}
