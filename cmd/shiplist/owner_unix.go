//go:build unix

package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/user"
	"strconv"
	"syscall"
)

// owned refuses to write as root into directories that belong to somebody else: files
// of root's would keep the one out whose service writes there. A directory that is not
// there yet has no owner. The command is what to run instead, as that user.
func owned(command string, dirs ...string) error {
	if os.Geteuid() != 0 {
		return nil
	}
	for _, dir := range dirs {
		info, err := os.Stat(dir)
		if errors.Is(err, fs.ErrNotExist) {
			continue
		}
		if err != nil {
			return err
		}
		if of, known := info.Sys().(*syscall.Stat_t); known && of.Uid != 0 {
			who, become := owner(of)
			return fmt.Errorf("%s belongs to %s, whom files of root's would keep out; run '%s -- %s' instead", dir, who, become, command)
		}
	}
	return nil
}

// owner tells to whom something belongs, and what makes root that user.
func owner(of *syscall.Stat_t) (who, become string) {
	u, err := user.LookupId(strconv.FormatUint(uint64(of.Uid), 10))
	if err != nil { // runuser takes names only
		return fmt.Sprintf("user %d", of.Uid), fmt.Sprintf("setpriv --reuid=%d --regid=%d --clear-groups", of.Uid, of.Gid)
	}
	return u.Username, "runuser -u " + u.Username
}
