package api

import (
	"context"
	"io"
	"strconv"
	"strings"

	"github.com/gofiber/fiber/v2"

	"kontor/pkg/asset"
	"kontor/pkg/fault"
	"kontor/pkg/strapi"
	"kontor/pkg/value"
)

// uploadPath is where files come in.
const uploadPath = "/api/upload"

// upload takes the files of a form, or with ?id= what is said of a file. Its body streams: see takeBody.
func (s *Server) upload(c *fiber.Ctx) error {
	if s.files == nil {
		return s.noRoute(c)
	}
	in := s.intake(c, s.uploadLimit(), s.idle)
	defer in.abandon(c)
	if !callerOf(c).MayUpload() {
		return fault.New(fault.Forbidden, "Forbidden")
	}
	id, change, err := s.fileToChange(c)
	if err != nil {
		return err
	}
	if change && isJSON(c) {
		return s.describeByJSON(c, in, id)
	}
	// The request's own context has no end: how long the bytes take is the client's affair as long as they come.
	ctx, cancel := context.WithCancel(c.UserContext())
	defer cancel()
	end, err := s.uploads.begin(ctx, callerOf(c), in, s.timeout)
	if err != nil {
		return err
	}
	defer end()
	if change {
		return s.changeFile(ctx, c, in, id)
	}
	u := &upload{s: s, c: c, ctx: ctx}
	if err := u.beginUpload(); err != nil {
		return err
	}
	err = fault.New(fault.Internal, "it panicked")
	defer func() { u.end(err) }()
	done, err := u.run(in)
	if err == nil && !done {
		err = u.answer()
	}
	return err
}

// upload is one form of files in the making.
type upload struct {
	s     *Server
	c     *fiber.Ctx
	ctx   context.Context
	files []asset.File
	infos []strapi.FileInfo
	late  bool              // whether fileInfo came behind a file
	words map[string]string // the other fields

	doubt bool // whether an entry has the files is not known

	key     *keyedUpload // nil without an Idempotency-Key
	decided bool         // the files of the form are decided, and may have records
	count   int          // of the files in the form
}

// run reads the form and keeps what it holds; done if it was answered before.
func (u *upload) run(in io.Reader) (done bool, err error) {
	form, err := newForm(u.c.Get(fiber.HeaderContentType), in)
	if err != nil {
		return false, err
	}
	u.words = map[string]string{}
	for {
		p, err := form.next()
		if err == io.EOF {
			break
		}
		if err == nil {
			err = u.part(p)
		}
		if err != nil {
			return false, err
		}
	}
	if u.count == 0 {
		return false, fault.New(fault.Invalid, "Files are empty")
	}
	if len(u.infos) > 1 && len(u.infos) != u.count {
		return false, fault.New(fault.Invalid, "fileInfo is a list of %d for %d files", len(u.infos), u.count).With("key", "fileInfo")
	}
	if u.key != nil {
		if done, err := u.decide(); err != nil || done {
			return done, err
		}
	}
	if u.late {
		if err := u.describe(); err != nil {
			return false, err
		}
	}
	return false, u.attach()
}

func (u *upload) part(p part) error {
	if u.key != nil && p.file == nil {
		u.key.saw(p, "")
	}
	switch {
	case p.file != nil && p.name == "files":
		return u.file(p)
	case p.file != nil:
		return fault.Key(shorten(p.name), "", "body", "")
	case p.name == "fileInfo":
		infos, err := strapi.ParseFileInfo([]byte(p.text))
		u.infos = append(u.infos, infos...)
		u.late = u.late || u.count > 0
		return err
	case p.name == "ref", p.name == "refId", p.name == "field":
		if _, twice := u.words[p.name]; twice {
			return fault.New(fault.Invalid, "The field %s repeats", p.name).With("key", p.name)
		}
		u.words[p.name] = p.text
		return nil
	case p.name == "files":
		return fault.New(fault.Invalid, "files must be files, with a file name").With("key", "files")
	}
	return fault.Key(shorten(p.name), "", "body", "")
}

// file keeps one file. A form of a browser sends one without name and bytes where nobody chose any.
func (u *upload) file(p part) error {
	if p.as == "" {
		var one [1]byte
		if _, err := io.ReadFull(p.file, one[:]); err == io.EOF {
			return nil
		} else if err != nil {
			return err
		}
		p.file = io.MultiReader(strings.NewReader(string(one[:])), p.file)
	}
	info := asset.Info{Name: p.as, Sent: p.as}
	if said := u.info(u.count); said != nil {
		for _, f := range []struct{ to, from *string }{
			{&info.Name, said.Name}, {&info.Facts.Alt, said.Alt}, {&info.Facts.Caption, said.Caption}, {&info.Facts.Credit, said.Credit},
			{&info.Facts.Licence, said.Licence},
		} {
			if f.from != nil {
				*f.to = *f.from
			}
		}
		info.Facts.Decorative = said.Decorative != nil && *said.Decorative
	}
	u.count++
	if u.key == nil {
		f, err := u.s.files.Upload(u.ctx, callerOf(u.c), p.file, info)
		if err == nil {
			u.files = append(u.files, f)
		}
		return err
	}
	if u.key.reads() {
		sum, err := sumOf(p.file)
		u.key.saw(p, sum)
		return err
	}
	f, err := u.s.files.Prepare(u.ctx, callerOf(u.c), p.file, info)
	if err != nil {
		return err
	}
	u.key.saw(p, f.SHA256)
	u.files = append(u.files, f)
	return nil
}

// info is what is said of the i-th file; one for all if there is but one.
func (u *upload) info(i int) *strapi.FileInfo {
	switch {
	case i < len(u.infos):
		return &u.infos[i]
	case len(u.infos) == 1:
		return &u.infos[0]
	}
	return nil
}

// describe puts down what was said of files after they had come.
func (u *upload) describe() error {
	for i, f := range u.files {
		said := u.info(i)
		if said == nil {
			continue
		}
		described, err := u.s.content.DescribeFile(u.ctx, callerOf(u.c), f.ID, asset.Changes(*said))
		if err != nil {
			return err
		}
		u.files[i] = described
	}
	return nil
}

// attach puts the files into the field of an entry that the form names.
func (u *upload) attach() error {
	if len(u.words) == 0 {
		return nil
	}
	ref, refID, field := u.words["ref"], u.words["refId"], u.words["field"]
	if ref == "" || refID == "" || field == "" {
		return fault.New(fault.Invalid, "ref, refId and field stand together")
	}
	// Strapi calls a type api::project.project.
	t, ok := u.s.knownType(u.c, u.s.content.Types().Type, ref[strings.LastIndexByte(ref, '.')+1:])
	if !ok {
		return fault.New(fault.Invalid, "There is no content type %s", shorten(ref)).With("key", "ref")
	}
	ids := make(value.List, len(u.files))
	for i, f := range u.files {
		ids[i] = f.ID
	}
	ctx, cancel := context.WithTimeout(u.ctx, u.s.timeout)
	defer cancel()
	_, err := u.s.content.AttachFiles(ctx, callerOf(u.c), t, refID, field, ids)
	u.doubt = fault.Is(err, fault.Unavailable) || fault.Is(err, fault.Timeout)
	return err
}

// undo removes the files of a form that failed: for good, unless an entry may have them after all.
func (u *upload) undo() {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(u.ctx), u.s.timeout)
	defer cancel()
	if u.key != nil && !u.decided {
		u.s.files.Discard(ctx, u.files)
		return
	}
	for _, f := range u.files {
		err := error(nil)
		if u.doubt {
			_, err = u.s.content.DeleteFile(ctx, callerOf(u.c), f.ID)
		} else {
			err = u.s.files.Remove(ctx, callerOf(u.c), f.ID)
		}
		if err != nil {
			u.s.log.Warn("a file of a form that failed stays behind", "file", f.ID, "error", err)
		}
	}
}

func fileID(s string) (int64, error) {
	n, err := strconv.ParseInt(s, 10, 64)
	if err != nil || n < 1 || n > value.MaxInt {
		return 0, fault.New(fault.NotFound, "Not Found")
	}
	return n, nil
}

func (s *Server) listFiles(c *fiber.Ctx) error {
	if s.files == nil {
		return s.noRoute(c)
	}
	q, err := strapi.ParseFileQuery(rawQuery(c))
	if err != nil {
		return err
	}
	list, total, err := s.files.List(c.UserContext(), callerOf(c), q)
	if err != nil {
		return err
	}
	c.Set("X-Total-Count", strconv.Itoa(total))
	return sendJSON(c, 0, strapi.AppendFiles(nil, list))
}

// getFile tells of a file to callers who may upload: others meet files in the entries that show them.
func (s *Server) getFile(c *fiber.Ctx) error {
	if !callerOf(c).MayUpload() {
		return fault.New(fault.Forbidden, "Forbidden")
	}
	id, err := fileID(c.Params("id"))
	if err != nil {
		return err
	}
	f, err := s.content.File(c.UserContext(), callerOf(c), id)
	if err != nil {
		return err
	}
	return sendJSON(c, 0, strapi.AppendFile(nil, f, nil))
}

func (s *Server) deleteFile(c *fiber.Ctx) error {
	if !callerOf(c).MayUpload() {
		return fault.New(fault.Forbidden, "Forbidden")
	}
	id, err := fileID(c.Params("id"))
	if err != nil {
		return err
	}
	f, err := s.content.DeleteFile(c.UserContext(), callerOf(c), id)
	if err != nil {
		return err
	}
	return sendJSON(c, 0, strapi.AppendFile(nil, f, nil))
}

func (s *Server) fileUses(c *fiber.Ctx) error {
	id, err := fileID(c.Params("id"))
	if err != nil {
		return err
	}
	uses, err := s.content.FileUses(c.UserContext(), callerOf(c), id)
	if err != nil {
		return err
	}
	return sendData(c, 0, usesValue(uses))
}
