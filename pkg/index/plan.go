package index

import (
	"context"
	"slices"
	"strings"
	"time"

	"kontor/pkg/search"
)

// plan adds the tasks that are due: those that were asked for, and by itself what is missing or made otherwise than it should be.
func (w *worker) plan(ctx context.Context) error {
	if len(w.tasks) > 0 {
		return nil
	}
	j, ok, err := w.jobs.Next(ctx)
	if err != nil {
		return err
	}
	if ok {
		w.tasks = append(w.tasks, w.taskOf(j))
		return nil
	}
	if w.Once || time.Now().Before(w.rested) {
		return nil
	}
	c := w.catalogue()
	if err := w.forget(ctx, c); err != nil {
		return err
	}
	if err := w.inspect(ctx); err != nil {
		return err
	}
	absent, outdated := w.due(c)
	switch {
	case len(outdated) > 0 && !slices.Equal(outdated, w.pruned):
		// First of all what nobody may find any more goes, from indexes that are still searched while they are built anew.
		w.pruned = outdated
		w.tasks = append(w.tasks, &verification{worker: w, names: outdated, mend: true})
	case len(absent)+len(outdated) > 0:
		w.tasks = append(w.tasks, &rebuild{worker: w, names: slices.Concat(absent, outdated)})
	case time.Since(w.checked) > verifyEvery:
		w.checked = time.Now()
		w.tasks = append(w.tasks, &verification{worker: w, names: c.names, mend: true})
	}
	return nil
}

// due lists the indexes that are not there, and those that are there and made by other types or rights than those in force.
func (w *worker) due(c *catalogue) (absent, outdated []string) {
	state := w.current.Load().built
	for _, name := range c.names {
		b, ok := state[name]
		switch {
		case !ok:
			absent = append(absent, name)
		case b.print != c.byName[name].print:
			outdated = append(outdated, name)
		}
	}
	return absent, outdated
}

// forget drops the indexes that are no more: their type is gone, or the public may not read it.
func (w *worker) forget(ctx context.Context, c *catalogue) error {
	for name := range w.current.Load().built {
		if _, ok := c.byName[name]; ok || name == stateIndex {
			continue
		}
		w.show(name, nil)
		var letters []string
		for key := range w.refused {
			if of, id, _ := strings.Cut(key, "/"); of == name {
				letters = append(letters, id)
			}
		}
		if err := w.withdraw(ctx, name, letters); err != nil {
			return err
		}
		if err := w.engine.Drop(ctx, name); err != nil {
			return err
		}
		if err := w.engine.Delete(ctx, stateIndex, []string{name}); err != nil {
			return err
		}
	}
	return nil
}

// well tells whether the engine is what it was taken to be, after something has failed; else it is to be looked at anew.
func (w *worker) well(ctx context.Context) bool {
	infos, err := w.engine.Indexes(ctx)
	return err == nil && !slices.ContainsFunc(infos, func(i search.Info) bool { return i.Damaged != "" })
}

// inspectEvery is how often the engine is asked whether it is well.
const inspectEvery = 10 * time.Second

// inspect drops the indexes that have come to be damaged since they were opened; they are built anew.
func (w *worker) inspect(ctx context.Context) error {
	if time.Since(w.inspected) < inspectEvery {
		return nil
	}
	w.inspected = time.Now()
	infos, err := w.engine.Indexes(ctx)
	if err != nil {
		return err
	}
	for _, info := range infos {
		if info.Damaged == "" {
			continue
		}
		w.log.Warn("an index of the search is damaged and will be built anew", "index", info.Name, "reason", info.Damaged)
		w.show(info.Name, nil)
		err := w.engine.Drop(ctx, info.Name)
		if err == nil && info.Name == stateIndex {
			err = w.rewriteState(ctx)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// rewriteState notes again what every index was built with.
func (w *worker) rewriteState(ctx context.Context) error {
	if err := w.engine.Ensure(ctx, stateIndex, stateSettings()); err != nil {
		return err
	}
	for name, b := range w.current.Load().built {
		if err := writeState(ctx, w.engine, name, b); err != nil {
			return err
		}
	}
	return nil
}
