package publish

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/google/renameio/v2"

	"shiplist/generator/staged"
)

// Set is a kept set. Its record lies beside it as NAME.json.
type Set struct {
	Name      string    `json:"set"`
	Published time.Time `json:"published"`
	By        string    `json:"by,omitempty"`
	// Before is the set that was shown when this one came, to which a rollback goes.
	Before     string   `json:"before,omitempty"`
	Overridden []Reason `json:"overridden,omitempty"`
	// Assets are the files that its own pages ask for. It holds those of other sets, too.
	Assets []string      `json:"assets,omitempty"`
	Record staged.Record `json:"record"` // as it was when it was published
	// Lost is why the record could not be read; nil where it could. What the history tells
	// is there all the same.
	Lost error `json:"-"`
}

func recordFile(dir, name string) string { return filepath.Join(dir, name+".json") }

// record writes what is known of a set.
func (d *sets) record(set Set) error { return writeJSON(recordFile(d.dir, set.Name), set) }

func writeJSON(name string, v any) error {
	text, err := json.MarshalIndent(v, "", "  ")
	if err != nil {
		return err
	}
	return renameio.WriteFile(name, append(text, '\n'), 0o644, renameio.IgnoreUmask())
}

// list returns the kept sets, oldest first.
func (d *sets) list() ([]Set, error) { return listSets(d.dir) }

func listSets(dir string) ([]Set, error) {
	entries, err := os.ReadDir(dir)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("published sets: %w", err)
	}
	var all []Set
	for _, e := range entries {
		if e.IsDir() && setName.MatchString(e.Name()) {
			all = append(all, readSet(dir, e.Name()))
		}
	}
	slices.SortFunc(all, func(a, b Set) int { return numberOf(a.Name) - numberOf(b.Name) })
	for i := range all {
		if all[i].Lost != nil && all[i].Record.Digest == "" && i > 0 {
			all[i].Before = all[i-1].Name // the history knows nothing either
		}
	}
	return all, nil
}

// readSet reads the record of a set. Where that is lost the history tells the most of
// it, and the set's files the rest: nobody is kept from a way back by one bad file.
func readSet(dir, name string) Set {
	text, err := os.ReadFile(recordFile(dir, name))
	switch {
	case errors.Is(err, fs.ErrNotExist):
		err = fmt.Errorf("%s: %w", recordFile(dir, name), fs.ErrNotExist)
	case err == nil:
		set := Set{}
		if err = json.Unmarshal(text, &set); err == nil {
			set.Name = name
			return set
		}
		err = fmt.Errorf("%s is not readable: %w", recordFile(dir, name), err)
	}
	return rebuilt(dir, name, err)
}

// rebuilt is what is known of a set without its record.
func rebuilt(dir, name string, lost error) Set {
	set := Set{Name: name, Lost: lost}
	all, _ := readHistory(dir) // it says so itself where it is wanted
	for _, e := range all {
		if e.Set == name && e.Action != RolledBack {
			set.Published, set.By, set.Before, set.Overridden = e.Time, e.By, e.FromSet, e.Overridden
			set.Record.Digest = e.Digest
		}
	}
	names, _ := listFiles(filepath.Join(dir, name)) // nor do its assets matter if it is not readable
	set.Assets = slices.DeleteFunc(names, func(name string) bool { return !strings.HasPrefix(name, assetsDir) })
	return set
}

// guarded fills in what guards the addresses and facts of a set whose record is lost:
// what the record of the last set before it says that has one. It returns a warning.
func guarded(r *staged.Record, all []Set, name string) string {
	for _, before := range chain(all, name) {
		i := slices.IndexFunc(all, func(s Set) bool { return s.Name == before })
		if all[i].Lost == nil {
			r.Lasting, r.Sources = all[i].Record.Lasting, all[i].Record.Sources
			return fmt.Sprintf("which addresses of %s must not die, and how old its facts are, is taken from %s, which was shown before it", name, before)
		}
	}
	return fmt.Sprintf("which addresses of %s must not die, and how old its facts are, nobody knows, so nothing forbids to lose them", name)
}

// warnings tells of which sets the record is lost.
func warnings(all []Set) []string {
	var texts []string
	for _, set := range all {
		if set.Lost != nil {
			texts = append(texts, fmt.Sprintf("the record of %s is lost (%v); what is told of it is from the history", set.Name, set.Lost))
		}
	}
	return texts
}
