package browser

import (
	"bytes"
	"strings"
	"testing"

	cdpage "github.com/chromedp/cdproto/page"
	"github.com/chromedp/chromedp"
)

// paper is the width of a sheet of A4 within the margins of the style sheet, in px. A
// browser makes smaller what is wider; to a quarter more it can be read.
const (
	paper  = 680
	widest = paper * 5 / 4
)

// testPrint prints a page: it fits the sheet, says the same, and leaves out what is of
// no use on paper.
func (b *tab) testPrint(t *testing.T) {
	b.turn(t, way{paper, "dark", true})
	b.medium(t, "print", "dark")
	l := evaluate[look](t, b, lookScript)
	if l.ScrollWidth > widest {
		t.Errorf("the page is %d px wide on paper of %d px; what sticks out: %s", l.ScrollWidth, paper, strings.Join(l.Wide, ", "))
	}
	for _, fault := range l.textFaults() {
		t.Error(fault)
	}
	if l.Chrome > 0 {
		t.Errorf("%d menus, filters and buttons are printed", l.Chrome)
	}
	if ink := evaluate[string](t, b, `getComputedStyle(document.body).color`); ink != "rgb(0, 0, 0)" {
		t.Errorf("text is printed in %s by those who like it dark", ink)
	}
	sheets, err := chromedp.Call(b.ctx, cdpage.PrintToPDF, cdpage.PrintToPDFParams{})
	if err != nil || !bytes.HasPrefix(sheets.Data, []byte("%PDF-")) {
		t.Errorf("printed %d bytes that are no PDF; error %v", len(sheets.Data), err)
	}
}
