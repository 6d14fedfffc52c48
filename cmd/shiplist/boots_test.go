package main

import (
	"bytes"
	"context"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"shiplist/internal/demo"
)

const qemu = "qemu-system-x86_64"

// bootLimit is how long a machine may run: most of it is the firmware.
const bootLimit = time.Minute

// boots starts a machine without a disk, whose iPXE runs a script: "boots SITE SCRIPT
// TOLD [keys]". One server has the site and, as a mirror does, the sample's trees; SERVER
// in the script is its address. TOLD gets what was asked for, in order, and the command
// line that the kernel got. With keys somebody presses the Enter key until a kernel is
// asked for.
func boots(ts *testscript.TestScript, servers *demo.Running, neg bool, args []string) {
	if neg || len(args) < 3 || len(args) > 4 || len(args) == 4 && args[3] != "keys" {
		ts.Fatalf("usage: boots SITE SCRIPT TOLD [keys]")
	}
	site, err := os.OpenRoot(ts.MkAbs(args[0]))
	ts.Check(err)
	defer site.Close()
	b := &bootServer{script: ts.ReadFile(args[1]), fetched: make(chan struct{})}
	b.mux.Handle("/", demo.SiteHandler(site.FS()))
	for name, folder := range map[string]string{"full": "/ubuntu-cdimage", "simple": "/ubuntu-releases"} {
		b.mux.Handle(folder+"/", http.StripPrefix(folder, servers.Demo.Tree(name)))
	}
	server := httptest.NewUnstartedServer(b)
	// A machine of QEMU sees the loopback of the one that it runs on under this address.
	listens := server.Listener.Addr().String()
	b.address = "http://10.0.2.2" + listens[strings.LastIndex(listens, ":"):]
	server.Start()
	defer server.Close()
	line, err := b.start(ts.MkAbs("serial"), len(args) == 4)
	ts.Check(err)
	b.mu.Lock()
	defer b.mu.Unlock()
	told := strings.Join(append(b.asked, strings.TrimSpace("kernel "+line)), "\n") + "\n"
	ts.Check(os.WriteFile(ts.MkAbs(args[2]), []byte(strings.ReplaceAll(told, b.address, "SERVER")), 0o644))
}

// bootServer is what a machine sees of the network.
type bootServer struct {
	address, script string
	mux             http.ServeMux
	mu              sync.Mutex
	asked           []string
	once            sync.Once
	fetched         chan struct{} // closed when a kernel was asked for
}

func (b *bootServer) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if r.URL.Path == "/start.ipxe" {
		_, _ = io.WriteString(w, strings.ReplaceAll(b.script, "SERVER", b.address)) // the reader may be gone
		return
	}
	b.mu.Lock()
	b.asked = append(b.asked, r.Method+" "+r.URL.Path)
	b.mu.Unlock()
	name := filepath.Base(r.URL.Path)
	if name != "linux" && name != "initrd" {
		b.mux.ServeHTTP(w, r)
		return
	}
	// The sample's files have sizes and no contents; the server has to know them nevertheless.
	known, head := httptest.NewRecorder(), r.Clone(r.Context())
	head.Method = http.MethodHead
	if b.mux.ServeHTTP(known, head); known.Code != http.StatusOK {
		http.Error(w, "not here", known.Code)
		return
	}
	if name == "initrd" {
		_, _ = io.WriteString(w, "no ramdisk\n")
		return
	}
	b.once.Do(func() { close(b.fetched) })
	_, _ = w.Write(tellingKernel())
}

// start runs a machine until its kernel has told its command line, which is returned.
func (b *bootServer) start(serial string, keys bool) (string, error) {
	ctx, cancel := context.WithTimeout(context.Background(), bootLimit)
	defer cancel()
	c := exec.CommandContext(ctx, qemu, "-nodefaults", "-no-user-config", "-machine", "pc,accel=tcg", "-m", "64", "-display", "none", "-vga", "none",
		"-boot", "n", "-no-reboot", "-serial", "file:"+serial, "-monitor", "stdio", "-device", "isa-debug-exit,iobase=0xf4",
		"-netdev", "user,id=n,bootfile="+b.address+"/start.ipxe", "-device", "virtio-net-pci,netdev=n")
	var out bytes.Buffer
	c.Stdout, c.Stderr = &out, &out
	monitor, err := c.StdinPipe()
	if err != nil {
		return "", err
	}
	if err := c.Start(); err != nil {
		return "", err
	}
	if keys {
		b.press(ctx, monitor)
	}
	_ = c.Wait() // its exit code is what the kernel says, see told
	line, err := os.ReadFile(serial)
	if code := c.ProcessState.ExitCode(); code != told {
		return "", fmt.Errorf("the machine ended with %d, want %d, after %q and asking for %q\n%s", code, told, line, b.asked, out.Bytes())
	}
	return string(line), err
}

// press presses the Enter key now and then. To press it too early or too often does
// nothing: each menu begins with its first item.
func (b *bootServer) press(ctx context.Context, monitor io.Writer) {
	tick := time.NewTicker(200 * time.Millisecond)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-b.fetched:
			return
		case <-tick.C:
			if _, err := io.WriteString(monitor, "sendkey ret\n"); err != nil {
				return // it has ended
			}
		}
	}
}

// told is the exit code of QEMU when our kernel has ended it: twice what it writes to
// the port, and one.
const told = 2*0x31 + 1

// tellingKernel is a Linux kernel as far as a boot loader can tell, by the boot protocol
// of the kernel's documentation (x86/boot): it writes its command line to the serial port
// and ends the machine.
func tellingKernel() []byte {
	k := make([]byte, 0x600)
	put := binary.LittleEndian
	k[0x1f1] = 1                         // sectors of its first part
	put.PutUint32(k[0x1f4:], 1)          // size of the second
	put.PutUint16(k[0x1fe:], 0xaa55)     // mark of a boot sector
	copy(k[0x200:], []byte{0xeb, 0x6e})  // jump to 0x270
	copy(k[0x202:], "HdrS")              // mark of this form
	put.PutUint16(k[0x206:], 0x20b)      // its version
	k[0x211] = 1                         // the second part is loaded high,
	put.PutUint32(k[0x214:], 0x100000)   // here
	put.PutUint32(k[0x22c:], 0x37ffffff) // where a ramdisk may end
	put.PutUint32(k[0x238:], 2048)       // size of the command line
	code, err := hex.DecodeString(strings.Join([]string{
		"66a12802", "6689c3", "66c1e804", "8ec0", "83e30f", "89de", // es:si = the address at 0x228
		"268a0c", "84c9", "7411", // cl = the next letter; is it the end?
		"bafd03", "ec", "a820", "74fb", // wait for the serial port
		"88c8", "baf803", "ee", "46", "ebe8", // send it, go on
		"b031", "e6f4", "f4", "ebfd", // end the machine
	}, ""))
	if err != nil {
		panic(err) // it is written above
	}
	copy(k[0x270:], code)
	return k
}
