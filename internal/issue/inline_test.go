package issue

import "testing"

// TestInline: which paths are lists of simplestreams, and which their signed twins.
func TestInline(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name          string
		of            string
		inline, index bool
	}{
		{"streams/v1/index.json", "streams/v1/index.sjson", false, true},
		{"trees/full/releases/streams/v1/index.sjson", "", true, true},
		{"trees/simple/streams/v1/com.ubuntu.releases:ubuntu.json", "trees/simple/streams/v1/com.ubuntu.releases:ubuntu.sjson", false, false},
		{"trees/simple/streams/v1/com.ubuntu.releases:ubuntu.sjson", "", true, false},
		{"trees/simple/streams/v1/x/index.json", "", false, false},
		{"trees/simple/mystreams/v1/index.json", "", false, false},
		{"trees/simple/streams/v1/.json", "", false, false},
		{"trees/simple/streams/v1/.sjson", "", false, false},
		{"trees/simple/streams/v1/index.json.gpg", "", false, false},
		{"index.json", "", false, false},
		{"trees.json", "", false, false},
	} {
		if of, inline, index := InlineOf(tt.name), IsInline(tt.name), IsStreamsIndex(tt.name); of != tt.of || inline != tt.inline || index != tt.index {
			t.Errorf("%s: %q, %t, %t", tt.name, of, inline, index)
		}
	}
}
