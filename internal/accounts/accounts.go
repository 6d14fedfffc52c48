// Package accounts is the file in which it is kept what a look-up found of accounts: who
// is a team, who is a person, and of which names there is nobody. The agent and shiplist
// check write it, everything that makes a picture reads it, and nobody has to ask twice.
//
// The file is a cache: without it every name is asked again, in time.
package accounts

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"time"

	"github.com/BurntSushi/toml"
	"github.com/google/renameio/v2"

	"shiplist/internal/release"
)

const (
	// File is the name of the file, in the state directory.
	File = "accounts.toml"
	// mostBytes and mostAccounts bound it.
	mostBytes    = 4 << 20
	mostAccounts = 20_000
)

// Account is what was found of one name.
type Account struct {
	Name string    `toml:"name"`
	Is   string    `toml:"is"` // release.ContactTeam, ContactPerson or ContactNeither
	At   time.Time `toml:"at"` // when that was found; UTC, whole seconds
}

// Known are the accounts of one place, by name.
type Known map[string]Account

// file is the form of the file: the place whose accounts they are, and the accounts by
// name.
type file struct {
	From     string    `toml:"from"`
	Accounts []Account `toml:"account"`
}

// Load reads what is known of the accounts of a place, which is the address that was
// asked: nothing where there is no file, or it is of another place. An error says that
// the file is no good; then nothing is known, too.
func Load(state, from string) (Known, error) {
	path := filepath.Join(state, File)
	if from == "" {
		return Known{}, nil // nobody is asked
	}
	text, err := read(path)
	if errors.Is(err, fs.ErrNotExist) {
		return Known{}, nil
	}
	if err != nil {
		return Known{}, err
	}
	of, known, err := decode(text)
	if err != nil {
		return Known{}, fmt.Errorf("%s: damaged, and made anew with the next look-up: %w", path, err)
	}
	if of != from {
		return Known{}, nil
	}
	return known, nil
}

func read(path string) ([]byte, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	text, err := io.ReadAll(io.LimitReader(f, mostBytes+1))
	if err == nil && len(text) > mostBytes {
		err = fmt.Errorf("%s: larger than %d bytes; remove it, it is made anew", path, mostBytes)
	}
	return text, err
}

// decode takes the text of a file apart, strictly: it is ours alone.
func decode(text []byte) (from string, known Known, err error) {
	var f file
	meta, err := toml.NewDecoder(bytes.NewReader(text)).Decode(&f)
	if err != nil {
		return "", nil, err
	}
	if keys := meta.Undecoded(); len(keys) > 0 {
		return "", nil, fmt.Errorf("unknown key %s", keys[0])
	}
	if len(f.Accounts) > mostAccounts {
		return "", nil, fmt.Errorf("%d accounts", len(f.Accounts))
	}
	known = Known{}
	for _, a := range f.Accounts {
		if err := a.check(); err != nil {
			return "", nil, err
		}
		if _, twice := known[a.Name]; twice {
			return "", nil, fmt.Errorf("account %q is there twice", a.Name)
		}
		a.At = a.At.UTC()
		known[a.Name] = a
	}
	return f.From, known, nil
}

func (a Account) check() error {
	name, ok := release.Account(a.Name)
	switch {
	case !ok || name != a.Name:
		return fmt.Errorf("%q is not the name of an account", a.Name)
	case a.Is != release.ContactTeam && a.Is != release.ContactPerson && a.Is != release.ContactNeither:
		return fmt.Errorf("account %q is %q; it should be team, person or neither", a.Name, a.Is)
	case a.At.IsZero():
		return fmt.Errorf("account %q has no time", a.Name)
	}
	return nil
}

// encode is the text of a file; the same accounts give the same.
func encode(from string, known Known) ([]byte, error) {
	f := file{From: from, Accounts: slices.SortedFunc(maps.Values(known), func(a, b Account) int { return cmp.Compare(a.Name, b.Name) })}
	var text bytes.Buffer
	text.WriteString("# What a look-up found of accounts; made by shiplist, and again where it is removed.\n\n")
	encoder := toml.NewEncoder(&text)
	encoder.Indent = ""
	err := encoder.Encode(f)
	return text.Bytes(), err
}

// Add enters what was found into the file, whole or not at all: another process may have
// entered something meanwhile, of which the newer stays. A file that is no good is
// replaced.
func Add(state, from string, found []Account) error {
	known, err := Load(state, from)
	if err != nil {
		known = Known{}
	}
	for _, a := range found {
		if err := a.check(); err != nil {
			return err
		}
		if !known[a.Name].At.After(a.At) {
			known[a.Name] = a
		}
	}
	text, err := encode(from, known)
	if err != nil {
		return err
	}
	if err := os.MkdirAll(state, 0o777); err != nil {
		return err
	}
	return renameio.WriteFile(filepath.Join(state, File), text, 0o666)
}

// Kinds is what the accounts are, by name, as a picture takes it.
func (k Known) Kinds() map[string]string {
	kinds := make(map[string]string, len(k))
	for name, a := range k {
		kinds[name] = a.Is
	}
	return kinds
}
