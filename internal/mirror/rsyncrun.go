package mirror

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"os/exec"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"shiplist/internal/config"
	"shiplist/internal/jobs"
)

const (
	rsyncSilence = "60"            // seconds without a byte after which rsync gives up
	rsyncConnect = "20"            // seconds to reach a daemon
	rsyncGrace   = 5 * time.Second // from being told to end until being killed
	rsyncMost    = 1 << 20         // bytes of its output that are kept
)

// run runs rsync in a group of processes that ends with ctx. It cannot ask anybody, and
// gets the key where nobody else sees it.
func (r *rsync) run(ctx context.Context, args ...string) (string, error) {
	base := []string{"--timeout=" + rsyncSilence, "--no-human-readable", "--no-motd"}
	args = slices.Clone(args)
	for i, arg := range args { // the user of a daemon
		if rest, found := strings.CutPrefix(arg, "rsync://"); found && r.target.User != "" {
			args[i] = "rsync://" + r.target.User + "@" + rest
		}
	}
	if !r.target.SSH() {
		base = append(base, "--contimeout="+rsyncConnect)
	} else if r.target.KeyFile != "" || r.target.Port != 0 || r.Getenv("RSYNC_RSH") == "" {
		base = append(base, "--rsh="+r.shell())
	}
	cmd := exec.Command(r.program, append(base, args...)...) // ended by the group
	var out, said bounded
	cmd.Env, cmd.Stdout, cmd.Stderr = r.environment(), &out, &said
	err := jobs.Group(ctx, cmd, rsyncGrace)
	switch exit := (*exec.ExitError)(nil); {
	case errors.Is(err, jobs.ErrStopped):
		return "", fmt.Errorf("%s: %w; run it again, and it goes on", r.target.URL, err)
	case errors.As(err, &exit):
		return out.String(), &rsyncError{r.target, exit.ExitCode(), said.String()}
	case err != nil:
		return "", fmt.Errorf("rsync: %w", err)
	}
	return out.String(), nil
}

// shell is the ssh for rsync: one that asks nobody anything, and knows a host or refuses
// it.
func (r *rsync) shell() string {
	shell := "ssh -oBatchMode=yes -oConnectTimeout=" + rsyncConnect
	if r.target.Port != 0 {
		shell += " -p " + strconv.Itoa(r.target.Port)
	}
	if r.target.KeyFile != "" { // and no other, of which a server hears only some
		shell += " -oIdentitiesOnly=yes -i '" + strings.ReplaceAll(r.target.KeyFile, "'", "''") + "'"
	}
	return shell
}

// inherited are the variables that rsync and ssh need. They get no others: one of them may
// be a passphrase or the key of a tracker.
var inherited = []string{
	"HOME", "PATH", "USER", "LOGNAME", "TMPDIR", "SSH_AUTH_SOCK", "KRB5CCNAME", "RSYNC_RSH", "RSYNC_CONNECT_PROG", "RSYNC_PROXY",
}

// envPassword is where rsync looks for the password of a daemon's user.
const envPassword = "RSYNC_PASSWORD"

// environment is that of rsync.
func (r *rsync) environment() []string {
	env := []string{"LC_ALL=C"}
	for _, name := range inherited {
		if value := r.Getenv(name); value != "" {
			env = append(env, name+"="+value)
		}
	}
	if r.target.SSH() {
		return env
	}
	if key := cmp.Or(r.key.Reveal(), r.Getenv(envPassword)); key != "" {
		env = append(env, envPassword+"="+key)
	}
	return env
}

// bounded keeps the beginning of what is written to it.
type bounded struct{ bytes.Buffer }

// Write keeps what fits.
func (b *bounded) Write(p []byte) (int, error) {
	b.Buffer.Write(p[:min(len(p), max(0, rsyncMost-b.Len()))])
	return len(p), nil
}

// Exit codes of rsync that tell what to do.
const (
	codeSelect   = 3 // a directory cannot be made or read
	codeProtocol = 5 // a daemon refused
	codeSocket   = 10
	codeFile     = 11 // a file cannot be written
	codeStream   = 12
	codePartial  = 23
	codeGone     = 24
	codeTimeout  = 30
	codeConnect  = 35
	codeNone     = 127 // no such program over there
	codeShell    = 255 // of ssh
)

// unknownHost is what ssh says of a host that it does not know, or that is another one now.
const unknownHost = "Host key verification failed"

// rsyncError is what rsync ended with.
type rsyncError struct {
	target config.Target
	code   int
	said   string
}

// Error names the target, what rsync said, and what to do.
func (e *rsyncError) Error() string {
	said := strings.TrimSpace(e.said)
	if lines := strings.Split(said, "\n"); len(lines) > 4 {
		said = strings.Join(lines[:4], "\n")
	}
	return fmt.Sprintf("%s: rsync ended with %d: %s; %s", e.target.URL, e.code, strings.ReplaceAll(said, "\n", " "), e.advice())
}

func (e *rsyncError) advice() string {
	switch e.code {
	case codeProtocol:
		return "look whether the module is right and may be written and listed, and user and key are those of the daemon"
	case codeSocket, codeConnect:
		return "look whether host and port are right, and the daemon runs"
	case codeShell, codeStream, codeNone:
		switch {
		case strings.Contains(e.said, unknownHost):
			return "connect once by hand with 'ssh', as the user that publishes, and compare the fingerprint of the host with what its owner says"
		case e.target.SSH():
			return "look whether 'ssh -oBatchMode=yes' reaches the host without asking anything, and rsync is installed there"
		}
	case codeSelect, codeFile, codePartial, codeGone:
		return "look whether the directory above is there, the user may write there and the disk has room; then run it again, and it goes on"
	case codeTimeout:
		return "run it again, and it goes on"
	}
	return "run it again, and it goes on where it stopped"
}

// stats are the numbers that rsync tells at its end.
type stats struct {
	files   int
	bytes   int64
	deleted int
}

var statsForm = regexp.MustCompile(`(?m)^(Number of regular files transferred|Total transferred file size|Number of deleted files): ([0-9]{1,18})\b`)

// readStats reads them; zero for what is not there.
func readStats(out string) (s stats) {
	for _, part := range statsForm.FindAllStringSubmatch(out, -1) {
		n, _ := strconv.ParseInt(part[2], 10, 64) // the form has only numbers
		switch part[1] {
		case "Number of regular files transferred":
			s.files = int(n)
		case "Total transferred file size":
			s.bytes = n
		default:
			s.deleted = int(n)
		}
	}
	return s
}
