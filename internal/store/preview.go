package store

import (
	"errors"
	"fmt"
	"maps"
	"os"
	"slices"
	"strings"

	"shiplist/internal/release"
)

// Preview tells which data files a commit of these facts would make, change or remove:
// what [Result.Changed] would name. It writes nothing, and needs no data directory.
// Facts that could not be stored are a [*FactsError].
func Preview(dir, source string, facts *release.Facts) ([]string, error) {
	if problem := unfitSource(source); problem != "" {
		return nil, fmt.Errorf("%q cannot be the name of a source: %s", source, problem)
	}
	files, err := Files(source, facts)
	if err != nil {
		return nil, err
	}
	for below, text := range files {
		if err := readable(source+"/"+below, text); err != nil {
			return nil, err
		}
	}
	changed, err := shared(dir, func(dir string, root *os.Root) ([]string, Problems, error) {
		changed, err := differences(dir, root, source, files)
		return changed, nil, err
	})
	var none *noDataError
	if errors.As(err, &none) {
		return differences(dir, nil, source, files)
	}
	return changed, err
}

// differences are the files that are not what they shall be; all of them without root.
func differences(dir string, root *os.Root, source string, files map[string][]byte) ([]string, error) {
	t := tree{}
	if root != nil {
		var err error
		if t, err = surveyBelow(root, source); err != nil {
			return nil, fmt.Errorf("data directory %s: %w", dir, err)
		}
	}
	changed := map[string]bool{}
	for name := range t.files {
		if below, ok := strings.CutPrefix(name, source+"/"); ok && files[below] == nil {
			changed[name] = true
		}
	}
	for below, text := range files {
		name := source + "/" + below
		at, there := t.files[name]
		if there {
			before, err := readFile(root, at)
			if err != nil {
				return nil, fmt.Errorf("data directory %s: %w", dir, err)
			}
			there = string(before) == string(text)
		}
		if !there {
			changed[name] = true
		}
	}
	return slices.Sorted(maps.Keys(changed)), nil
}
