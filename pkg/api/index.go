package api

import (
	"context"
	"time"

	"github.com/gofiber/fiber/v2"

	"kontor/pkg/fault"
	"kontor/pkg/index"
	"kontor/pkg/lead"
	"kontor/pkg/value"
)

// statusPatience is how long an answer waits for the status that another process has to tell.
const statusPatience = 5 * time.Second

// keeper is the service that keeps the search, for admins only.
func (s *Server) keeper(c *fiber.Ctx) (*index.Service, error) {
	if err := administrator(c); err != nil {
		return nil, err
	}
	if s.index == nil {
		return nil, fault.New(fault.Unavailable, "There is no search")
	}
	return s.index, nil
}

// indexStatus tells how far the search follows the store. Where another process has the engine, that one is asked.
func (s *Server) indexStatus(c *fiber.Ctx) error {
	keeper, err := s.keeper(c)
	if err != nil {
		return err
	}
	in, err := params(c, "entry")
	if err != nil {
		return err
	}
	ctx := c.UserContext()
	if keeper.Follows() {
		status, err := keeper.Status(ctx, in["entry"])
		if err != nil {
			return err
		}
		return sendData(c, 0, status)
	}
	args := value.Object{}
	if in["entry"] != "" {
		args["entry"] = in["entry"]
	}
	ctx, cancel := context.WithTimeout(ctx, statusPatience)
	defer cancel()
	j, err := keeper.Ask(ctx, index.StatusJob, args, callerOf(c).Name)
	if err == nil {
		j, err = keeper.Await(ctx, j.ID)
	}
	switch {
	case ctx.Err() != nil:
		return fault.New(fault.Unavailable, "No process that has the search answers").With(index.RetryAfter, 5)
	case err != nil:
		return err
	case j.State == lead.Failed:
		return fault.New(fault.Unavailable, "%s", j.Error)
	}
	return sendData(c, 0, j.Result)
}

// indexActions are what can be asked for, by the word of the body.
var indexActions = map[string]string{"rebuild": index.RebuildJob, "verify": index.VerifyJob}

// askIndex leaves a job for the process that has the search.
func (s *Server) askIndex(c *fiber.Ctx) error {
	keeper, err := s.keeper(c)
	if err != nil {
		return err
	}
	if _, err := params(c); err != nil {
		return err
	}
	in, err := readObject(c)
	if err != nil {
		return err
	}
	kind, args, err := indexJobOf(in)
	if err != nil {
		return err
	}
	j, err := keeper.Ask(c.UserContext(), kind, args, callerOf(c).Name)
	if err != nil {
		return err
	}
	c.Status(fiber.StatusAccepted)
	return sendData(c, 0, jobObject(j))
}

// indexJobOf reads what is asked for from a body.
func indexJobOf(in value.Object) (kind string, args value.Object, err error) {
	args = value.Object{}
	word, _ := in["action"].(string)
	kind, ok := indexActions[word]
	if !ok {
		return "", nil, fault.New(fault.Invalid, "action is rebuild or verify").With("key", "action")
	}
	for name, v := range in {
		switch x := v.(type) {
		case value.List:
			ok = name == "indexes"
			for _, e := range x {
				_, text := e.(string)
				ok = ok && text
			}
		case bool:
			ok = name == "mend" && kind == index.VerifyJob
		case nil:
			ok = name == "indexes" || name == "mend"
		default:
			ok = name == "action"
		}
		if !ok {
			return "", nil, fault.Key(name, "", "body", "")
		}
		if name != "action" {
			args[name] = v
		}
	}
	return kind, args, nil
}

// indexJob tells how far a job is.
func (s *Server) indexJob(c *fiber.Ctx) error {
	keeper, err := s.keeper(c)
	if err != nil {
		return err
	}
	if _, err := params(c); err != nil {
		return err
	}
	j, err := keeper.Job(c.UserContext(), c.Params("id"))
	if err != nil {
		return err
	}
	return sendData(c, 0, jobObject(j))
}

func jobObject(j lead.Job) value.Object {
	action := "status"
	for word, kind := range indexActions {
		if kind == j.Kind {
			action = word
		}
	}
	var result any
	if j.Result != nil {
		result = j.Result
	}
	return value.Object{
		"id": j.ID, "action": action, "state": string(j.State), "by": j.By, "at": j.At, "ended": orNull(j.Ended), "done": int64(j.Done), "total": int64(j.Total),
		"text": j.Text, "result": result, "error": orNull(j.Error),
	}
}
