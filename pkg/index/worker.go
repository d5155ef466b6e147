package index

import (
	"context"
	"maps"
	"strings"
	"time"

	"kontor/pkg/content"
	"kontor/pkg/fault"
	"kontor/pkg/schema"
	"kontor/pkg/search"
	"kontor/pkg/store"
)

// Following says how a store is followed.
type Following struct {
	Changes <-chan store.Signal // when there may be something to do; nil: it is looked for every minute
	Once    bool                // do what is asked for, and nothing by itself
}

// A full look asks the store some 20 times: for the types in force, marks of each type, purged
// entries and jobs.
const (
	lookEvery  = time.Minute      // the time between full looks without a signal
	lookAgain  = time.Second      // the time to one more look after a signal or work: roles are taken as they were read for half a second
	guessEvery = 20 * time.Second // the time between full looks after signals that are guesses; between those only jobs are looked for
	jobsEvery  = time.Second      // the time between looks for jobs after guesses
)

// verifyEvery is how often the leader compares the whole engine with the store.
const verifyEvery = time.Hour

// After marks were seen to, others gather for as long as that took, within these bounds: who writes thousands in a row has them taken by the
// dozen and half of the machine for writing. The first mark of all is seen to at once.
const (
	shortGather = 50 * time.Millisecond
	longGather  = 150 * time.Millisecond
)

// The pause after a failure is doubled with each that follows at once.
const (
	firstPause = 100 * time.Millisecond
	lastPause  = 5 * time.Second
)

// worker keeps an engine equal to the store, in one goroutine: what it reads later it also gives to the engine later, be it for a mark or for
// an index that is built anew, so that nothing older ever comes to stand over something newer.
type worker struct {
	*Service
	Following
	engine   search.Engine
	filling  map[string]bool             // the indexes whose shadow is being filled
	refused  map[string]bool             // see letters
	synonyms map[string][]search.Synonym // by index; nil: to be read
	tasks    []task                      // the first one is under way
	pruned   []string                    // the outdated indexes that were compared with the store since they are
	checked  time.Time                   // when all was compared the last time

	inspected time.Time // when the engine was asked the last time whether it is well
	rested    time.Time // when what failed may be tried again
	failures  int       // one after the other
	looked    time.Time // when the last full look began
	again     bool      // look once more soon, see lookAgain
}

// task is work in steps, between which marks have their turn.
type task interface {
	step(ctx context.Context) (done bool, err error)
	end(ctx context.Context, failed error)
}

// Follow keeps an engine equal to the store until ctx ends, and lets searches of this process use it. Nobody else may write to the engine
// meanwhile, save another leader for the moment in which there are two.
func (s *Service) Follow(ctx context.Context, engine search.Engine, f Following) {
	w := &worker{Service: s, Following: f, engine: engine, filling: map[string]bool{}}
	defer s.trouble.Store(nil)
	defer s.current.Store(nil)
	for started := false; ctx.Err() == nil; {
		busy, err, began := true, error(nil), time.Now()
		if !started {
			err = w.start(ctx)
			started = err == nil
		} else {
			busy, err = w.turn(ctx)
		}
		if ctx.Err() != nil {
			break // also within start, which then has set nothing up
		}
		if err != nil {
			w.fail(err)
			started = started && w.well(ctx)
			w.report(ctx)
			w.rest(ctx)
			continue
		}
		w.failures = 0
		s.trouble.Store(nil)
		switch {
		case !busy:
			w.idle(ctx)
		case len(w.tasks) == 0 && !w.empty():
			w.gather(ctx, time.Since(began))
		}
	}
	for _, t := range w.tasks {
		t.end(context.WithoutCancel(ctx), errEnded)
	}
}

// errEnded is why a task was not done to its end, where nothing was wrong.
var errEnded = fault.New(fault.Unavailable, "The process that did this has ended")

func (w *worker) fail(err error) {
	if w.failures++; w.failures == 1 || w.pause() == lastPause {
		w.log.Warn("the search does not follow the store", "error", err)
	}
	w.trouble.Store(fault.Wrap(fault.Unavailable, err, "The search does not follow the store at the moment: %s", fault.As(err).Message).With(RetryAfter, 10))
}

// report tells the status to whoever asks while nothing else can be done; what else is asked for waits.
func (w *worker) report(ctx context.Context) {
	j, ok, err := w.jobs.Next(ctx)
	if err != nil || !ok {
		return
	}
	t := w.taskOf(j)
	if r, ok := t.(*report); ok {
		_, err := r.step(ctx)
		r.end(ctx, err)
		return
	}
	w.tasks = append(w.tasks, t)
}

func (w *worker) pause() time.Duration {
	return min(lastPause, firstPause<<min(w.failures, 10))
}

// rest waits after a failure. A change of the store is no reason to try sooner, since it was not
// for want of work.
func (w *worker) rest(ctx context.Context) {
	timer := time.NewTimer(w.pause())
	defer timer.Stop()
	select {
	case <-ctx.Done():
	case <-timer.C:
	case <-w.jobs.Woken():
	}
}

// idle waits until a full look is due. Meanwhile it asks the engine whether it is well, which costs
// the store nothing.
func (w *worker) idle(ctx context.Context) {
	wait := lookEvery
	if w.again {
		wait = lookAgain
	}
	if left := time.Until(w.rested); left > 0 { // what failed may be tried again then
		wait = min(wait, left)
	}
	w.again = false
	end, health := time.NewTimer(wait), time.NewTicker(time.Second)
	defer end.Stop()
	defer health.Stop()
	for asked := time.Now(); ; {
		select {
		case <-ctx.Done():
			return
		case <-end.C:
			return
		case <-w.jobs.Woken():
			return
		case <-health.C:
			if !w.Once && !w.sound(ctx) {
				return
			}
		case s := <-w.Changes:
			switch {
			case !s.Guess:
				w.again = true
				return
			case time.Since(w.looked) >= guessEvery:
				return
			case time.Since(asked) >= jobsEvery:
				asked = time.Now()
				if waits, err := w.jobs.Waits(ctx); waits || err != nil {
					return
				}
			}
		}
	}
}

// sound tells whether the engine has every index that was filled, none of them damaged.
func (w *worker) sound(ctx context.Context) bool {
	before := w.current.Load()
	return w.inspect(ctx) == nil && w.current.Load() == before
}

func (w *worker) gather(ctx context.Context, took time.Duration) {
	select {
	case <-ctx.Done():
	case <-time.After(min(max(took, shortGather), longGather)):
	}
}

// start looks at what the engine has.
func (w *worker) start(ctx context.Context) error {
	infos, err := w.engine.Indexes(ctx)
	if err != nil {
		return err
	}
	for _, info := range infos {
		if info.Name == stateIndex && info.Damaged != "" { // then nothing is known of the others
			if err := w.engine.Drop(ctx, stateIndex); err != nil {
				return err
			}
		}
	}
	state, err := readState(ctx, w.engine)
	if err != nil {
		return err
	}
	c, there := w.catalogue(), map[string]bool{}
	for _, info := range infos {
		if info.Damaged != "" {
			w.log.Warn("an index of the search is damaged and will be built anew", "index", info.Name, "reason", info.Damaged)
		}
		_, known := c.byName[info.Name]
		known = known || w.filling[strings.TrimSuffix(info.Name, "~")]
		if info.Name == stateIndex || known && info.Damaged == "" {
			there[info.Name] = true
			continue
		}
		// What nobody knows, and what somebody who died has begun to fill.
		if err := w.engine.Drop(ctx, info.Name); err != nil {
			return err
		}
	}
	maps.DeleteFunc(state, func(name string, _ built) bool { return !there[name] })
	if _, w.refused, err = w.refusals(ctx); err != nil {
		return err
	}
	w.current.Store(&view{engine: w.engine, built: state})
	return nil
}

// turn does what is to be done next; not busy if nothing is.
func (w *worker) turn(ctx context.Context) (busy bool, err error) {
	w.looked = time.Now()
	defer func() { w.again = w.again || busy }()
	if err := w.content.Ping(ctx); err != nil { // by other types entries would be read wrongly
		return false, err
	}
	if busy, err = w.marks(ctx); err != nil {
		return busy, err
	}
	if err := w.keepSynonyms(ctx); err != nil {
		return busy, err
	}
	if err := w.plan(ctx); err != nil || len(w.tasks) == 0 {
		return busy, err
	}
	done, err := w.tasks[0].step(ctx)
	if ctx.Err() != nil {
		return true, nil
	}
	if done || err != nil {
		w.tasks[0].end(ctx, err)
		w.tasks = w.tasks[1:]
	}
	return true, err
}

// markBatch is how many marked entries of a type are taken at once; newestBatch how many of the newest go before them where there are more, so
// that what somebody publishes now does not wait for thousands that show a topic which was renamed.
const (
	markBatch   = 250
	newestBatch = 50
	emptyBatch  = 2000 // where there is no index yet, so that nothing is read
)

// empty tells whether there is no index that could be kept: what is marked then is read when they are filled.
func (w *worker) empty() bool { return len(w.current.Load().built) == 0 && len(w.filling) == 0 }

// marks has one round through all types.
func (w *worker) marks(ctx context.Context) (found bool, err error) {
	changed, err := w.content.SpreadFiles(ctx, markBatch)
	if err != nil {
		return false, err
	}
	found = changed > 0
	for _, t := range w.content.Types().Types() {
		if err := w.dismiss(ctx, t); err != nil {
			return found, err
		}
		list, err := w.content.Marks(ctx, t, markBatch, false)
		if err != nil {
			return found, err
		}
		if len(list) == markBatch {
			newest, err := w.content.Marks(ctx, t, newestBatch, true)
			if err == nil {
				err = w.handle(ctx, t, newest)
			}
			if err != nil {
				return found, err
			}
		}
		if len(list) == 0 {
			continue
		}
		found = true
		if err := w.handle(ctx, t, list); err != nil {
			return found, err
		}
	}
	purged, err := w.content.Purged(ctx, markBatch)
	if err != nil {
		return found, err
	}
	byType := map[*schema.Type][]content.Mark{}
	for _, m := range purged {
		byType[m.Type] = append(byType[m.Type], m)
	}
	for t, list := range byType {
		found = true
		if err := w.handle(ctx, t, list); err != nil {
			return found, err
		}
	}
	return found, nil
}

// dismiss takes the marks of a type away while there is no index that could be kept: nothing is read for them, and nobody has to follow.
func (w *worker) dismiss(ctx context.Context, t *schema.Type) error {
	for w.empty() {
		list, err := w.content.Marks(ctx, t, emptyBatch, false)
		if err == nil && len(list) > 0 {
			err = w.handle(ctx, t, list)
		}
		if err != nil || len(list) < emptyBatch {
			return err
		}
	}
	return nil
}

// keepSynonyms gives the engine the synonyms as they are now. An index whose settings do not fit any more is built anew.
func (w *worker) keepSynonyms(ctx context.Context) error {
	if w.synonyms != nil {
		return nil
	}
	c := w.catalogue()
	next, err := w.Service.synonyms(ctx, c)
	if err != nil {
		return err
	}
	for _, name := range c.names {
		l, list := c.byName[name], next[name]
		b, ok := w.current.Load().built[name]
		if !ok || b.print != l.print {
			continue
		}
		err := w.engine.Ensure(ctx, name, l.settings(list))
		if fault.Is(err, fault.Conflict) {
			w.lose(name)
			continue
		}
		if err != nil {
			return err
		}
	}
	w.synonyms = next
	return nil
}
