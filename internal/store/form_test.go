package store

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestNewerFormat: a directory of a later form is neither read nor written.
func TestNewerFormat(t *testing.T) {
	t.Parallel()
	data, stateDir := place(t)
	w := open(t, data, stateDir)
	commit(t, w, sample("a", "1", "beta"))
	closed(t, w)
	file := filepath.Join(data, sourcesFile)
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	write(t, file, "format = 2 # of tomorrow\n"+string(text))
	before := contents(t, data)

	_, errLoad := Load(data)
	_, errReader := NewReader(data, "").Load()
	late, errOpen := Open(t.Context(), data, stateDir)
	if errOpen == nil {
		_, errOpen = late.Commit(t.Context(), state("a"), sample("a", "2", "beta"))
		closed(t, late)
	}
	for name, err := range map[string]error{"Load": errLoad, "Reader": errReader, "Writer": errOpen} {
		if err == nil || !strings.Contains(err.Error(), "has format 2, and this shiplist reads format 1 at most") {
			t.Errorf("%s: %v", name, err)
		}
	}
	if after := contents(t, data); after[sourcesFile] != before[sourcesFile] || after["a/builds/noble.toml"] != before["a/builds/noble.toml"] {
		t.Error("the directory was written to")
	}
}

func TestFormLine(t *testing.T) {
	t.Parallel()
	for text, refused := range map[string]bool{
		"":                         false,
		"[[source]]\nformat = 2\n": false,
		"format = 1\n":             false,
		"format = 2":               true,
		"\n  format=12 # later\n":  true,
		"format = 2\n[[source]]\n": true,
		"format = 999999999999\n":  false, // no number of ours; a mistake like any other
		"format = \"2\"\n":         false,
	} {
		if err := newer("data", sourcesFile, []byte(text)); (err != nil) != refused {
			t.Errorf("%q: %v", text, err)
		}
	}
}
