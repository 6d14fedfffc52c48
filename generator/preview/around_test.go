package preview

import "testing"

// TestAroundSum: the line that sums up, in all its numbers.
func TestAroundSum(t *testing.T) {
	t.Parallel()
	menu := []string{"the menu", "the foot"}
	one, two := map[string]bool{"a": true}, map[string]bool{"a": true, "b": true}
	for _, tt := range []struct {
		around around
		pages  int
		want   string
	}{
		{around{}, 3, ""},
		{around{one, nil}, 3, "1 of them differs only around the content."},
		{around{two, menu[:1]}, 3, "2 of them differ only around the content: in the menu."},
		{around{two, menu}, 2, "All of them differ only around the content: in the menu; in the foot."},
	} {
		if got := tt.around.sum(tt.pages); got != tt.want {
			t.Errorf("%d of %d: %q, want %q", len(tt.around.pages), tt.pages, got, tt.want)
		}
	}
}

// TestContent: what is around the content of a page is told apart, where the layout says.
func TestContent(t *testing.T) {
	t.Parallel()
	for page, want := range map[string]string{
		"<header>a</header><main id=m>b</main><footer>c</footer>": " id=m>b",
		"<p>no such parts": "<p>no such parts",
		"<main>open":       "<main>open",
	} {
		if got := string(content([]byte(page))); got != want {
			t.Errorf("%s: %q, want %q", page, got, want)
		}
	}
}

// TestUnescaped: a page may have any address, and text in any coding.
func TestUnescaped(t *testing.T) {
	t.Parallel()
	for address, want := range map[string]string{"/a%20b/": "/a b/", "/%ff": "/\xff", "/100%": "/100%", "/noble/": "/noble/"} {
		if got := unescaped(address); got != want {
			t.Errorf("%s: %q, want %q", address, got, want)
		}
	}
}
