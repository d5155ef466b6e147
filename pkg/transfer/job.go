package transfer

import (
	"context"
	"sync"

	"kontor/pkg/value"
)

// outcome is what became of a row.
type outcome int

const (
	failedRow outcome = iota
	created
	updated
	unchanged
)

// job is one row on its way. The dispatcher makes it, a worker does it, and when done is closed its result can be read by everybody.
type job struct {
	number, line int
	offset       int64
	key          string
	said         *converted
	values       value.Object // with refs for relations
	known        *known
	after        []*job   // that have to be done before; all of them were dispatched before
	first        *job     // wrote the entry without some of its relations
	draft        bool     // do not publish
	silent       bool     // is not counted, since another job speaks for the row
	waits        bool     // not dispatched yet
	files        []string // paths of the files that it names
	described    bool     // what people say of a file was changed

	done       chan struct{}
	outcome    outcome
	documentID string
	problems   []Problem
	fatal      error
}

func (j *job) fail(problems ...Problem) {
	j.outcome = failedRow
	j.problems = append(j.problems, problems...)
}

// failed tells whether the row did not go in. It may be asked when the job is done.
func (j *job) failed() bool { return j.outcome == failedRow }

// finish lets go of what only the work needed.
func (j *job) finish() {
	if j.outcome != failedRow {
		j.problems = nil
	}
	j.values, j.said, j.after, j.first = nil, nil, nil, nil
	close(j.done)
}

// line is where jobs stand: each in the queue of its worker, and all in the order of the file.
type line struct {
	queues []chan *job
	order  chan *job
	wg     sync.WaitGroup
}

// newLine starts the workers. What they write they finish, also when ctx has ended.
func newLine(im *importer, ctx context.Context, workers int) *line {
	l := &line{order: make(chan *job, 8*workers)}
	ctx = context.WithoutCancel(ctx)
	for range workers {
		queue := make(chan *job, 8)
		l.queues = append(l.queues, queue)
		l.wg.Go(func() {
			for j := range queue {
				for _, before := range j.after {
					<-before.done
				}
				im.work(ctx, j)
				j.finish()
			}
		})
	}
	return l
}

// put hands a job over. One that has failed already has no work left.
func (l *line) put(j *job, work bool) {
	j.waits = false
	l.order <- j
	if work {
		l.queues[j.known.worker] <- j
		return
	}
	j.finish()
}

// close ends the queues when every job is done.
func (l *line) close() {
	for _, q := range l.queues {
		close(q)
	}
	l.wg.Wait()
	close(l.order)
}
