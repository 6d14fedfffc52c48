package agent

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"shiplist/internal/release"
)

// stub is a source that brings the same each time.
type stub struct {
	answer *release.Answer
	err    error
}

func (s stub) Poll(context.Context, *release.Facts) (*release.Answer, error) { return s.answer, s.err }

// TestCostOfFailure: what a poll cost counts, also when nothing comes of it; nothing
// else of such an answer does.
func TestCostOfFailure(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := newShop(t, map[string]string{"a": "*/15 * * * *"})
		stop := s.run()
		time.Sleep(time.Minute)
		s.fakes["a"].set(func(f *timed) {
			f.err, f.answer = errors.New("reset"), release.Answer{Facts: products("x"), Suspect: "x", Requests: 7, Bytes: 900}
		})
		time.Sleep(15 * time.Minute)
		stop()
		got := s.seen.of("a")
		if len(got) != 2 || got[1].Outcome != Failed || got[1].Requests != 7 || got[1].Bytes != 900 || got[1].Error != "reset" {
			t.Errorf("reports %+v", got)
		}
		if facts := s.load().Source("a").Facts; len(facts.Products) != 1 || facts.Products[0].Title != "p" {
			t.Errorf("stored %+v", facts.Products)
		}
	})
	for name, tt := range map[string]struct {
		brings, want stub
	}{
		"nothing":            {stub{}, stub{}},
		"an error":           {stub{err: errors.New("x")}, stub{}},
		"no facts":           {stub{answer: &release.Answer{Requests: 3, Suspect: "x"}}, stub{answer: &release.Answer{Requests: 3}}},
		"facts and an error": {stub{&release.Answer{Facts: products("x"), Bytes: 4}, errors.New("x")}, stub{answer: &release.Answer{Bytes: 4}}},
	} {
		got, err := new(Agent).answer(t.Context(), configuredSource{Source: tt.brings}, nil)
		if diff := cmp.Diff(tt.want.answer, got); diff != "" || err == nil {
			t.Errorf("%s: error %v (-want +got):\n%s", name, err, diff)
		}
	}
}
