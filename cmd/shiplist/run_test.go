package main

import (
	"flag"
	"strings"
	"testing"
)

func TestParseMixed(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		args, names, milestone string
		json                   bool
	}{
		{"", "", "", false},
		{"noble", "noble", "", false},
		{"--json noble --milestone beta kubuntu", "noble kubuntu", "beta", true},
		{"noble --json=false", "noble", "", false},
		{"noble -- --json", "noble --json", "", false},
		{"-- -- x", "-- x", "", false},
		{"--milestone -- noble", "noble", "--", false},
		{"- --json", "-", "", true},
	} {
		fs := flag.NewFlagSet("respin", flag.ContinueOnError)
		json, milestone := fs.Bool("json", false, ""), fs.String("milestone", "", "")
		names, err := parseMixed(fs, strings.Fields(tc.args))
		if err != nil || strings.Join(names, " ") != tc.names || *milestone != tc.milestone || *json != tc.json {
			t.Errorf("%s: names %q, milestone %q, json %t, %v", tc.args, names, *milestone, *json, err)
		}
	}
}
