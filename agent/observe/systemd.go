package observe

import (
	"log/slog"
	"sync"
	"time"

	"github.com/coreos/go-systemd/v22/daemon"

	"shiplist/agent"
)

// Systemd tells systemd how it stands with a running agent, in the way of a unit of
// Type=notify; see sd_notify(3). Where nobody listens, because the environment has no
// NOTIFY_SOCKET, it does nothing.
//
// The watchdog hears of a sign of life when there is one, and of nothing else: no
// timer of ours goes on when the agent does not.
type Systemd struct {
	log      *slog.Logger
	watchdog time.Duration // within which systemd wants a sign of life; zero for never

	mu     sync.Mutex
	last   time.Time // when it had one
	failed bool      // the last message did not get through
	status string    // what it is doing
	// refused says that the last change of the configuration was.
	refused bool
}

// NewSystemd reads from the environment who is to be told what.
func NewSystemd(log *slog.Logger) *Systemd {
	interval, err := daemon.SdWatchdogEnabled(false)
	if err != nil {
		log.Warn("the watchdog of systemd is off", "err", err)
	}
	if interval > 0 && interval < watchdogLeast {
		log.Warn("WatchdogSec of the unit is too short for the agent", "dur", interval, "least", watchdogLeast)
	}
	return &Systemd{log: log, watchdog: interval}
}

// watchdogLeast leaves room for a sign of life that comes every ten seconds.
const watchdogLeast = 30 * time.Second

// tell sends a message. When systemd is not there it says so once.
func (s *Systemd) tell(message string) {
	_, err := daemon.SdNotify(false, message)
	s.mu.Lock()
	defer s.mu.Unlock()
	if err != nil && !s.failed {
		s.log.Warn("systemd was not told", "err", err)
	}
	s.failed = err != nil
}

// Configured has nothing to tell.
func (s *Systemd) Configured([]string) {}

// Ready tells that the agent is at work.
func (s *Systemd) Ready() { s.tell(daemon.SdNotifyReady) }

// Reloading tells that the configuration is being read again; [Systemd.Ready] ends it.
func (s *Systemd) Reloading() {
	s.tell(daemon.SdNotifyReloading + "\n" + daemon.SdNotifyMonotonicUsec())
}

// Beat passes a sign of life on, unless the watchdog had one a moment ago.
func (s *Systemd) Beat() {
	if s.watchdog == 0 || !s.due(time.Now()) {
		return
	}
	s.tell(daemon.SdNotifyWatchdog)
}

func (s *Systemd) due(now time.Time) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if now.Sub(s.last) < s.watchdog/4 {
		return false
	}
	s.last = now
	return true
}

// Status passes the line on that systemctl status shows.
func (s *Systemd) Status(text string) {
	s.mu.Lock()
	text = line(text)
	s.status = text
	if s.refused {
		text += "; " + refusedText
	}
	s.mu.Unlock()
	s.tell("STATUS=" + text)
}

// refusedText is told for as long as it holds, or nobody would find out later.
const refusedText = "the file has mistakes, the configuration before it holds: see the log"

// Refused says whether the last change of the configuration was refused.
func (s *Systemd) Refused(refused bool) {
	s.mu.Lock()
	changed := s.refused != refused
	s.refused = refused
	status := s.status
	s.mu.Unlock()
	if changed && status != "" {
		s.Status(status)
	}
}

// Polled has nothing to tell: the status says it.
func (s *Systemd) Polled(agent.SourceReport) {}

// Built has nothing to tell.
func (s *Systemd) Built(agent.Build) {}

// Stopping tells that the agent was told to stop.
func (s *Systemd) Stopping() { s.tell(daemon.SdNotifyStopping) }
