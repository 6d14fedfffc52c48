package signer

import (
	"bytes"
	"cmp"
	"context"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"time"

	"shiplist/internal/plaintext"
	"shiplist/internal/signature"
)

// patience is how long gpg may take: it may wait for a person to type a passphrase, but
// not for ever.
const patience = 2 * time.Minute

// inherited are the variables that gpg and its agent need. It gets no others: one of them
// may be a passphrase or the key of a tracker.
var inherited = []string{"HOME", "PATH", "USER", "LOGNAME", "GNUPGHOME", "GPG_TTY", "TERM", "DISPLAY", "WAYLAND_DISPLAY", "XAUTHORITY", "XDG_RUNTIME_DIR", "DBUS_SESSION_BUS_ADDRESS", "TMPDIR"}

// fromProgram makes a signer of a key of gpg's.
func fromProgram(ctx context.Context, o Options) (*Signer, error) {
	if strings.HasPrefix(o.Key, "-") {
		return nil, fmt.Errorf("signing key %q: begins like a flag; name it by its fingerprint", o.Key)
	}
	public, err := o.gpg(ctx, "", nil, "--export", "--", o.Key)
	if err != nil {
		return nil, fmt.Errorf("signing key %q: %w", o.Key, err)
	}
	if len(public) == 0 {
		return nil, fmt.Errorf("signing key %q: %w; see gpg --list-secret-keys, as the user that runs this", o.Key, errNoKey)
	}
	ring, err := signature.Parse(public)
	if err != nil {
		return nil, fmt.Errorf("signing key %q: %w", o.Key, err)
	}
	phrase := ""
	if o.Passphrase != nil {
		if phrase, err = o.Passphrase(); err != nil {
			return nil, err
		}
	}
	with := func(form string) func(context.Context, []byte) ([]byte, error) {
		return func(ctx context.Context, text []byte) ([]byte, error) {
			return o.gpg(ctx, phrase, text, "--local-user", o.Key, "--armor", "--digest-algo", "SHA512", "--output", "-", form)
		}
	}
	return &Signer{now: o.Now, public: ring, raw: with("--detach-sign"), inline: with("--clear-sign")}, nil
}

// gpg runs gpg and returns what it prints. A passphrase goes through a pipe.
func (o Options) gpg(ctx context.Context, phrase string, input []byte, args ...string) ([]byte, error) {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	common := []string{"--batch", "--no-tty", "--quiet"}
	if o.Home != "" {
		common = append(common, "--homedir", o.Home)
	}
	if phrase != "" {
		common = append(common, "--pinentry-mode", "loopback", "--passphrase-fd", "3")
	}
	program := cmp.Or(o.Program, "gpg")
	c := exec.CommandContext(ctx, program, append(common, args...)...)
	c.WaitDelay = time.Second // its agent may hold the pipes
	var out, said bytes.Buffer
	c.Stdin, c.Stdout, c.Stderr = bytes.NewReader(input), &out, &said
	c.Env = []string{"LC_ALL=C"}
	for _, name := range inherited {
		if value, ok := os.LookupEnv(name); ok {
			c.Env = append(c.Env, name+"="+value)
		}
	}
	if phrase != "" {
		pipe, err := phrasePipe(phrase)
		if err != nil {
			return nil, err
		}
		defer pipe.Close()
		c.ExtraFiles = []*os.File{pipe}
	}
	if err := c.Run(); err != nil {
		if ctx.Err() != nil {
			return nil, fmt.Errorf("%s has not answered within %s; does its agent wait for a passphrase?", program, patience)
		}
		return nil, fmt.Errorf("%s: %w: %s", program, err, told(said.String(), phrase))
	}
	return out.Bytes(), nil
}

// phrasePipe is a pipe from which a passphrase can be read. It is short enough to be
// written before anybody reads.
func phrasePipe(phrase string) (*os.File, error) {
	r, w, err := os.Pipe()
	if err != nil {
		return nil, err
	}
	if _, err := w.WriteString(phrase + "\n"); err != nil {
		return nil, err
	}
	return r, w.Close()
}

// told makes one short line of what a program said, without the passphrase.
func told(text, phrase string) string {
	if phrase != "" {
		text = strings.ReplaceAll(text, phrase, "[secret]")
	}
	return plaintext.Line(text, 300)
}
