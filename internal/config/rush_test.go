package config

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// TestParseRush: moments are by the clock of the zone, wherever in the file that
// stands, and a day means its beginning.
func TestParseRush(t *testing.T) {
	t.Parallel()
	c := parse(t, `
[[rush]]
from = "2026-04-20"
until = "2026-04-23 18:30"
sources = ["f*"]
schedule = "@every 1m"

[[rush]]
from = "2026-12-01"
until = "2026-12-02"
schedule = "*/5 * * * *"

[agent]
timezone = "Europe/London"
`+oneTree)
	want := []Rush{
		{
			From: time.Date(2026, 4, 19, 23, 0, 0, 0, time.UTC), Until: time.Date(2026, 4, 23, 17, 30, 0, 0, time.UTC),
			Sources: []string{"f*"}, Schedule: "@every 1m",
		},
		{From: time.Date(2026, 12, 1, 0, 0, 0, 0, time.UTC), Until: time.Date(2026, 12, 2, 0, 0, 0, 0, time.UTC), Schedule: "*/5 * * * *"},
	}
	if diff := cmp.Diff(want, c.Rushes); diff != "" {
		t.Errorf("rushes (-want +got):\n%s", diff)
	}
	if c.Agent.Zone().String() != "Europe/London" {
		t.Errorf("zone %s", c.Agent.Zone())
	}
}

func TestListen(t *testing.T) {
	t.Parallel()
	for address, want := range map[string]bool{
		"127.0.0.1:9180": true, "[::1]:9180": true, "localhost:0": true, "127.8.8.8:1": true,
		"": false, ":9180": false, "0.0.0.0:9180": false, "192.0.2.1:9180": false, "example.org:80": false,
		"127.0.0.1": false, "127.0.0.1:": false, "127.0.0.1:http": false, "127.0.0.1:65536": false, "127.0.0.1:-1": false, "127.0.0.1:+1": false,
	} {
		if got := isLoopbackPort(address); got != want {
			t.Errorf("%q: %t, want %t", address, got, want)
		}
	}
}
