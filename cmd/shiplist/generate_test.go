package main

import (
	"fmt"
	"strings"
	"testing"

	"shiplist/generator/staged"
)

// TestDeadNamesEach: every address that would die is named, however many there are.
func TestDeadNamesEach(t *testing.T) {
	t.Parallel()
	var pages []staged.Page
	for i := range 120 {
		pages = append(pages, staged.Page{Path: fmt.Sprintf("noble/%03d/", i), Kind: "milestone"})
	}
	text := dead(pages).Error()
	if !strings.HasPrefix(text, "120 addresses are published and would die with this set:\n") {
		t.Errorf("it begins with %q", text[:80])
	}
	for _, p := range pages {
		if !strings.Contains(text, "\n  /"+p.Path+" (milestone)\n") {
			t.Errorf("/%s is not named", p.Path)
		}
	}
}
