package mirror

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"time"

	"shiplist/generator/publish"
	"shiplist/internal/config"
)

// notesFile lies with the published sets; a line of JSON for each time that something was
// brought, or was tried.
const notesFile = "targets.jsonl"

// Note is what became of one target at one time.
type Note struct {
	Time time.Time `json:"time"`
	By   string    `json:"by,omitempty"`
	Result
}

func noteOf(r Result, o Options) Note {
	if r.Action == Nothing {
		r.Action = Sent // earlier, by a run that could not say so
	}
	return Note{Time: o.Now().UTC().Truncate(time.Second), By: o.By, Result: r}
}

// note adds a line, unless the target failed in the same way before: who tries again and
// again fills no disk.
func note(s publish.Site, n Note) error {
	dir := publish.SetsDir(s.Output)
	if _, err := os.Stat(dir); errors.Is(err, fs.ErrNotExist) {
		return nil // nothing was ever published, so there is nobody to ask for notes
	}
	if n.Action == Failed {
		all, err := Notes(s)
		if err != nil {
			return err
		}
		for _, last := range slices.Backward(all) {
			if last.Target != n.Target || last.Address != n.Address {
				continue
			}
			if last.Action == Failed && last.Digest == n.Digest && last.Serial == n.Serial && last.Error == n.Error {
				return nil
			}
			break
		}
	}
	return publish.AppendLine(filepath.Join(dir, notesFile), n)
}

// Notes returns what was brought from a site, oldest first. A line that is none is left out.
func Notes(s publish.Site) ([]Note, error) {
	text, err := os.ReadFile(filepath.Join(publish.SetsDir(s.Output), notesFile))
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("notes of targets: %w", err)
	}
	var all []Note
	for line := range bytes.Lines(text) {
		var n Note
		if json.Unmarshal(line, &n) == nil && n.Target != "" {
			all = append(all, n)
		}
	}
	return all, nil
}

// Standing is how it stands with a target, by the notes: nobody asks the target.
type Standing struct {
	Target  string `json:"target"`
	Address string `json:"address"`
	Kind    string `json:"kind"`
	Staging bool   `json:"staging,omitempty"`
	// Set and Digest are what it has, whole, since then; empty for nothing yet.
	Set    string    `json:"set,omitempty"`
	Digest string    `json:"digest,omitempty"`
	Serial int64     `json:"serial,omitempty"`
	Since  time.Time `json:"since,omitzero"`
	By     string    `json:"by,omitempty"`
	// Error is why the last try failed, and Tried since when it fails in these words.
	Error string    `json:"error,omitempty"`
	Tried time.Time `json:"tried,omitzero"`
}

// Stand tells how it stands with the targets of a configuration, and behind them with
// others that got something.
func Stand(targets []config.Target, notes []Note) []Standing {
	var list []Standing
	noted := standing(notes)
	for _, t := range targets {
		s := Standing{Target: t.Name, Address: t.URL, Kind: t.Kind, Staging: t.Staging}
		is := func(other Standing) bool { return other.Target == t.Name && other.Address == t.URL }
		if i := slices.IndexFunc(noted, is); i >= 0 {
			s = noted[i]
			noted = slices.Delete(noted, i, i+1)
		}
		list = append(list, s)
	}
	return append(list, noted...)
}

// standing sums notes up: one for each target, in the order of its first note.
func standing(all []Note) []Standing {
	var list []Standing
	at := map[[2]string]int{}
	for _, n := range all {
		id := [2]string{n.Target, n.Address}
		i, known := at[id]
		if !known {
			i = len(list)
			at[id] = i
			list = append(list, Standing{Target: n.Target, Address: n.Address, Kind: n.Kind, Staging: n.Staging})
		}
		s := &list[i]
		s.Error, s.Tried = n.Error, n.Time
		if n.Action != Failed {
			s.Set, s.Digest, s.Serial, s.Since, s.By = n.Set, n.Digest, n.Serial, n.Time, n.By
		}
	}
	return list
}
