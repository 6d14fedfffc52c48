package agent

import "time"

// shutDown lets what runs come to its end, within a limit.
func (s *service) shutDown() {
	s.o.Logger.InfoContext(s.work, "agent stops")
	s.o.Observer.Stopping()
	within := s.o.Config.Agent.StopWithin
	limit := time.AfterFunc(within, s.cancel)
	defer limit.Stop()
	last := time.NewTimer(within + grace)
	defer last.Stop()
	if s.asker.running {
		s.asker.stop() // nothing is lost by it
	}
	for s.builder.running || s.asker.running || len(s.polling) > 0 {
		select {
		case r := <-s.results:
			s.settle(r)
		case b := <-s.builder.done:
			s.builder.built(s, b)
		case r := <-s.asker.done:
			s.asker.asked(s, r)
		case <-time.After(beat):
		case <-last.C:
			s.o.Logger.WarnContext(s.work, "a poll does not end though it was cancelled; it is left behind")
			s.close()
			return
		}
		s.o.Observer.Beat()
	}
	s.close()
}

func (s *service) close() {
	s.cancel()
	close(s.over)
}
