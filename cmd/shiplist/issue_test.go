package main

import (
	"context"
	"errors"
	"log/slog"
	"strings"
	"testing"

	"shiplist/generator/publish"
)

// TestRefresherTells: an error is told once, that it is over is told, and nothing is said
// to be issued that is not.
func TestRefresherTells(t *testing.T) {
	t.Parallel()
	var log strings.Builder
	issued := 0
	r := &refresher{log: slog.New(slog.NewTextHandler(&log, nil)), issued: func() { issued++ }}
	for _, tt := range []struct {
		name   string
		action string
		err    error
		want   string
		issued int
	}{
		{"nothing is due", publish.Nothing, nil, "", 0},
		{"it fails", "", errors.New("no key"), `level=WARN msg="release.json not issued anew" err="no key"`, 0},
		{"it fails in the same way", "", errors.New("no key"), "", 0},
		{"it fails in another way", "", errors.New("no room"), `level=WARN msg="release.json not issued anew" err="no room"`, 0},
		{"it is well again, and nothing is due", publish.Nothing, nil, `level=INFO msg="release.json can be issued again" set=000001-x`, 0},
		{"still", publish.Nothing, nil, "", 0},
		{"it is due", publish.Refreshed, nil, `level=INFO msg="release.json issued anew" set=000001-x serial=0`, 1},
		// What was issued is brought on, also where something went wrong after it.
		{"it is due, and tidying up fails", publish.Refreshed, errors.New("no room"), `level=INFO msg="release.json issued anew" set=000001-x serial=0`, 2},
	} {
		r.refresh = func(context.Context) (publish.Result, error) {
			return publish.Result{Action: tt.action, Set: "000001-x"}, tt.err
		}
		log.Reset()
		r.look(t.Context())
		_, got, _ := strings.Cut(strings.TrimSpace(log.String()), " ")
		if got != tt.want && (tt.want == "" || !strings.HasPrefix(got, tt.want)) || issued != tt.issued {
			t.Errorf("%s: logged %q, want %q; issued %d times, want %d", tt.name, got, tt.want, issued, tt.issued)
		}
	}
}
