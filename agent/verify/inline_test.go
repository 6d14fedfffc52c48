package verify

import (
	"bytes"
	"strings"
	"testing"
	"time"

	"github.com/ProtonMail/go-crypto/openpgp/clearsign"
	"github.com/ProtonMail/go-crypto/openpgp/packet"
)

// inline signs a text inline.
func (k *key) inline(text string) string {
	var b bytes.Buffer
	k.mu.Lock()
	defer k.mu.Unlock()
	w, err := clearsign.Encode(&b, k.entity.PrivateKey, &packet.Config{Time: func() time.Time { return start }})
	if err != nil {
		panic(err)
	}
	_, _ = w.Write([]byte(text)) // into memory
	if err := w.Close(); err != nil {
		panic(err)
	}
	return b.String() + "\n"
}

// TestInline: a list that is signed inline has to be signed by a key of the keyring, also
// where the list of checksums is.
func TestInline(t *testing.T) {
	t.Parallel()
	const name = "trees/full/streams/v1/index.sjson"
	for _, tt := range []struct{ name, text, want string }{
		{"good", ours().inline("{}\n"), ""},
		{"by a stranger", theirs().inline("{}\n"), "unknown-key " + name},
		{"another text", strings.Replace(ours().inline("{}\n"), "{}", "[]", 1), "bad-signature " + name},
		{"not signed", "{}\n", "bad-signature " + name},
	} {
		s := pages(1)
		s[name] = tt.text
		s = issued(s, 1, ours())
		for _, at := range []string{s.dir(t), s.serve(t)} {
			want := []string{}
			if tt.want != "" {
				want = append(want, tt.want)
			}
			wants(t, tt.name, run(t, options(t, at, 2)), want...)
			o := options(t, at, 2)
			o.Keyring = nil
			wants(t, tt.name+", without a keyring", run(t, o))
		}
		s[name] = "damaged"
		wants(t, tt.name+", damaged", run(t, options(t, s.dir(t), 2)), "checksum "+name)
	}
}
