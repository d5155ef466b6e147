package api

import (
	"context"
	"errors"
	"io"
	"strconv"
	"strings"
	"time"

	"github.com/gofiber/fiber/v2"

	"kontor/pkg/asset"
	"kontor/pkg/fault"
	"kontor/pkg/strapi"
	"kontor/pkg/value"
)

// fileToChange reads the parameter id. It rejects an Idempotency-Key beside it, because no response
// to a change is stored, and a client that sends the key relies on one.
func (s *Server) fileToChange(c *fiber.Ctx) (id int64, change bool, err error) {
	p, err := params(c, "id")
	text, change := p["id"]
	if err != nil || !change {
		return 0, false, err
	}
	if id, err = fileID(text); err != nil {
		return 0, false, err
	}
	key, err := s.idempotencyKey(c)
	if err == nil && key != "" {
		err = fault.New(fault.Invalid, "%s is not supported with id; send the request without it: the same bytes make no second edition",
			idempotencyHeader).With("key", idempotencyHeader)
	}
	return id, true, err
}

// isJSON reports whether the body is JSON by its Content-Type.
func isJSON(c *fiber.Ctx) bool {
	media, _, _ := strings.Cut(c.Get(fiber.HeaderContentType), ";")
	return strings.EqualFold(strings.TrimSpace(media), fiber.MIMEApplicationJSON)
}

// changeFile changes a file's facts by a form. A form with a file in it gives the file a new
// edition, as in Strapi.
func (s *Server) changeFile(ctx context.Context, c *fiber.Ctx, in *intake, id int64) error {
	form, err := newForm(c.Get(fiber.HeaderContentType), in)
	if err != nil {
		return err
	}
	e := fileChange{s: s, c: c, id: id}
	if err := e.read(ctx, form); err != nil {
		if e.edition != nil {
			s.files.DiscardEdition(ctx, *e.edition)
		}
		return err
	}
	return e.finish(ctx)
}

// fileChange is a form about a file. Nothing changes before the whole form was read.
type fileChange struct {
	s       *Server
	c       *fiber.Ctx
	id      int64
	info    *strapi.FileInfo
	edition *asset.PreparedEdition // nil without bytes
}

// read reads the form to its end.
func (e *fileChange) read(ctx context.Context, form *form) error {
	for {
		p, err := form.next()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err == nil {
			err = e.part(ctx, p)
		}
		if err != nil {
			return err
		}
	}
}

func (e *fileChange) part(ctx context.Context, p part) error {
	switch {
	case p.name == "fileInfo" && p.file == nil:
		info, err := oneFileInfo([]byte(p.text))
		e.info = &info
		return err
	case p.name == "files" && p.file != nil && e.edition == nil:
		edition, err := e.s.files.PrepareEdition(ctx, callerOf(e.c), e.id, p.file)
		if err == nil {
			e.edition = &edition
		}
		return err
	case p.name == "files" && p.file != nil:
		return fault.New(fault.Invalid, "A file has one new edition at once").With("key", "files")
	}
	return fault.Key(shorten(p.name), "", "body", "")
}

// finish changes the bytes and the facts together.
func (e *fileChange) finish(ctx context.Context) (err error) {
	var f asset.File
	switch {
	case e.edition != nil:
		var changes asset.Changes
		if e.info != nil {
			changes = asset.Changes(*e.info)
		}
		ctx, cancel := context.WithTimeout(ctx, e.s.timeout)
		defer cancel()
		f, err = e.s.content.ReplaceFile(ctx, callerOf(e.c), *e.edition, changes)
	case e.info != nil:
		f, err = e.s.describe(ctx, e.c, e.id, *e.info)
	default:
		err = fault.New(fault.Invalid, "The form has neither files nor fileInfo")
	}
	if err != nil {
		return err
	}
	return sendJSON(e.c, 0, strapi.AppendFile(nil, f, nil))
}

func (s *Server) describe(ctx context.Context, c *fiber.Ctx, id int64, info strapi.FileInfo) (asset.File, error) {
	ctx, cancel := context.WithTimeout(ctx, s.timeout)
	defer cancel()
	return s.content.DescribeFile(ctx, callerOf(c), id, asset.Changes(info))
}

// describeByJSON takes {"fileInfo": {…}}.
func (s *Server) describeByJSON(c *fiber.Ctx, in *intake, id int64) error {
	in.most = int64(s.bodyLimit)
	data, err := in.all()
	if err != nil {
		return err
	}
	o, err := strapi.ParsePlain(data)
	if err != nil {
		return err
	}
	for name := range o {
		if name != "fileInfo" {
			return fault.Key(shorten(name), "", "body", "")
		}
	}
	info, err := oneFileInfo(value.Append(nil, o["fileInfo"]))
	if err != nil {
		return err
	}
	f, err := s.describe(c.UserContext(), c, id, info)
	if err != nil {
		return err
	}
	return sendJSON(c, 0, strapi.AppendFile(nil, f, nil))
}

func oneFileInfo(text []byte) (strapi.FileInfo, error) {
	infos, err := strapi.ParseFileInfo(text)
	if err == nil && len(infos) != 1 {
		err = fault.New(fault.Invalid, "fileInfo must be one object").With("key", "fileInfo")
	}
	if err != nil {
		return strapi.FileInfo{}, err
	}
	return infos[0], nil
}

// putFile changes what is said of a file: the facts that the body names.
func (s *Server) putFile(c *fiber.Ctx) error {
	id, err := s.managedFile(c)
	if err != nil {
		return err
	}
	in, err := readObject(c)
	if err != nil {
		return err
	}
	if name, named := in["name"]; named && name == nil {
		return fault.New(fault.Invalid, "A file keeps a name").With("key", "name")
	}
	info, err := oneFileInfo(value.Append(nil, in))
	if err != nil {
		return err
	}
	f, err := s.describe(c.UserContext(), c, id, info)
	if err != nil {
		return err
	}
	return sendFileData(c, f)
}

func sendFileData(c *fiber.Ctx, f asset.File) error {
	return sendJSON(c, 0, append(strapi.AppendFile([]byte(`{"data":`), f, nil), '}'))
}

// managedFile reads the id of a path of /manage/files, for callers who may upload.
func (s *Server) managedFile(c *fiber.Ctx) (int64, error) {
	if s.files == nil {
		return 0, fault.New(fault.NotFound, "Not Found")
	}
	if !callerOf(c).MayUpload() {
		return 0, fault.New(fault.Forbidden, "Forbidden")
	}
	if _, err := params(c); err != nil {
		return 0, err
	}
	return fileID(c.Params("id"))
}

// fileEditions lists the bytes that a file has and has had, the newest first.
func (s *Server) fileEditions(c *fiber.Ctx) error {
	id, err := s.managedFile(c)
	if err != nil {
		return err
	}
	f, err := s.content.File(c.UserContext(), callerOf(c), id)
	if err == nil {
		err = s.content.ReadsAsEditor(c.UserContext(), callerOf(c), f)
	}
	if err != nil {
		return err
	}
	out := value.List{editionObject(f, f.Current(), true)}
	for i := len(f.Former) - 1; i >= 0; i-- {
		out = append(out, editionObject(f, f.Former[i], false))
	}
	return sendData(c, 0, out)
}

func editionObject(f asset.File, e asset.Edition, current bool) value.Object {
	return value.Object{
		"number": int64(e.Number), "current": current, "size": e.Size, "mime": e.Type,
		"createdAt": e.CreatedAt.UTC().Format(time.RFC3339),
		"url":       f.URL("") + "?format=" + asset.Original + "&edition=" + strconv.Itoa(e.Number),
	}
}
