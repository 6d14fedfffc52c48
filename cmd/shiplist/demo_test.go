package main

import (
	"bytes"
	"context"
	"io"
	"strings"
	"testing"
)

// teller is told what a command writes, and ends it at a word.
type teller struct {
	word string
	end  context.CancelFunc
}

func (w teller) Write(text []byte) (int, error) {
	if strings.Contains(string(text), w.word) {
		w.end()
	}
	return len(text), nil
}

// TestDemoInterrupted (the script demo has one more): who ends what is shown has seen enough, at any time, and that is
// no failure. Who wanted a site made has none.
func TestDemoInterrupted(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		args, at string
		want     int
	}{
		{"demo", "sample tracker", exitDone},
		{"demo --replay", "days before", exitDone},
		{"demo --replay", "press Ctrl-C", exitDone},
		{"demo --once", "sample tracker", exitFailed},
		{"demo --once --replay", "days before", exitFailed},
	} {
		t.Run(tt.args+" at "+tt.at, func(t *testing.T) {
			t.Parallel()
			ctx, cancel := context.WithCancel(t.Context())
			defer cancel()
			var stderr bytes.Buffer
			e := system()
			e.stdout, e.stderr = io.Writer(teller{tt.at, cancel}), &stderr
			if code := run(ctx, strings.Fields(tt.args), e); code != tt.want || (code == exitDone) != (stderr.Len() == 0) {
				t.Errorf("exit code %d, want %d\n%s", code, tt.want, &stderr)
			}
			if ctx.Err() == nil {
				t.Error("it ended by itself")
			}
		})
	}
}
