package qatracker

import (
	"testing"
)

func TestReadable(t *testing.T) {
	t.Parallel()
	const utf, latin1 = "text/xml;charset=UTF-8", "text/xml; charset=ISO-8859-1"
	for name, test := range map[string]struct {
		body, contentType, want string
		mended                  bool
	}{
		"plain":               {"<a>é</a>", utf, "<a>é</a>", false},
		"no type":             {"<a>é</a>", "", "<a>é</a>", false},
		"byte order mark":     {"\ufeff<a/>", utf, "<a/>", false},
		"declared wrongly":    {"<a>é</a>", latin1, "<a>é</a>", false},
		"latin1 by header":    {"<a>\xe9</a>", latin1, "<a>é</a>", false},
		"latin1 by xml":       {`<?xml version="1.0" encoding='iso-8859-1'?><a>` + "\xe9</a>", "text/xml", `<?xml version="1.0" encoding='iso-8859-1'?><a>é</a>`, false},
		"header wrong, xml":   {`<?xml version="1.0" encoding="windows-1252"?><a>` + "\x93</a>", utf, `<?xml version="1.0" encoding="windows-1252"?><a>“</a>`, false},
		"utf-8 with one bad":  {"<a>é\xe9</a>", utf, "<a>é\ufffd</a>", true},
		"unknown encoding":    {"<a>\xe9</a>", "text/xml; charset=klingon", "<a>\ufffd</a>", true},
		"control characters":  {"<a>\x1b[1mnow\x0b!\x00</a>\t\r\n", utf, "<a>[1mnow!</a>\t\r\n", false},
		"not in XML":          {"<a>\uffff\ufffe</a>", utf, "<a></a>", false},
		"surrogate, as UTF-8": {"<a>\xed\xa0\x80</a>", utf, "<a>\ufffd</a>", true},
	} {
		text, mended := readable([]byte(test.body), test.contentType)
		if string(text) != test.want || mended != test.mended {
			t.Errorf("%s: got %q, %t, want %q, %t", name, text, mended, test.want, test.mended)
		}
	}
}
