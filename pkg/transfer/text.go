package transfer

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"unicode/utf8"

	"kontor/pkg/fault"
)

const peeked = 64 << 10 // what is looked at to tell what a file is

// openText gives a text file behind its byte order mark. A file that can be read twice is refused at once if it is not UTF-8, a stream
// when the first wrong byte comes.
func openText(in io.Reader) (*bufio.Reader, error) {
	if s, ok := in.(io.ReadSeeker); ok {
		if at, err := s.Seek(0, io.SeekCurrent); err == nil {
			if err := scan(s); err != nil {
				return nil, err
			}
			if _, err := s.Seek(at, io.SeekStart); err != nil {
				return nil, fault.Wrap(fault.Internal, err, "The file can't be read again")
			}
		}
	}
	raw := bufio.NewReaderSize(in, peeked)
	head, err := raw.Peek(4)
	if err != nil && !errors.Is(err, io.EOF) {
		return nil, err
	}
	if err := foreign(head); err != nil {
		return nil, err
	}
	text := bufio.NewReaderSize(&utf8Reader{src: raw}, peeked)
	if head, err = text.Peek(4); err != nil && !errors.Is(err, io.EOF) {
		return nil, err
	}
	if bytes.HasPrefix(head, []byte("\ufeff")) {
		_, _ = text.Discard(len("\ufeff")) // it was peeked
	}
	return text, nil
}

// scan reads a file to its end to see whether it is text.
func scan(in io.Reader) error {
	raw := bufio.NewReaderSize(in, peeked)
	head, err := raw.Peek(4)
	if err != nil && !errors.Is(err, io.EOF) {
		return err
	}
	if err := foreign(head); err != nil {
		return err
	}
	_, err = io.Copy(io.Discard, &utf8Reader{src: raw})
	return err
}

// utf8Reader passes on UTF-8 and ends with an error that says what to do at the first byte that is none.
type utf8Reader struct {
	src  io.Reader
	tail []byte // of a character that the last read has cut
	line int    // line breaks so far
	err  error
}

// Read implements io.Reader.
func (u *utf8Reader) Read(p []byte) (int, error) {
	if u.err != nil {
		return 0, u.err
	}
	n, err := u.src.Read(p)
	good := u.check(p[:n])
	if good < n {
		if u.err = notUTF8(u.line + 1); good >= 0 && p[good] == 0 {
			u.err = fault.New(fault.MediaType, "The file is no text: line %d holds a null byte", u.line+1)
		}
		if good <= 0 {
			return 0, u.err
		}
		return good, nil
	}
	if err == io.EOF && len(u.tail) > 0 {
		u.err = notUTF8(u.line + 1)
		return n, u.err
	}
	return n, err
}

// check gives how much of p, behind the tail, is text.
func (u *utf8Reader) check(p []byte) int {
	before := len(u.tail)
	data := p
	if before > 0 {
		data = append(u.tail, p...)
		u.tail = nil
	}
	for at := 0; at < len(data); {
		if b := data[at]; b < utf8.RuneSelf {
			if b == '\n' {
				u.line++
			}
			if b == 0 {
				return at - before
			}
			at++
			continue
		}
		if !utf8.FullRune(data[at:]) {
			u.tail = bytes.Clone(data[at:])
			break
		}
		r, size := utf8.DecodeRune(data[at:])
		if r == utf8.RuneError && size == 1 {
			return at - before
		}
		at += size
	}
	return len(p)
}

func notUTF8(line int) error {
	return fault.New(fault.MediaType, "The file is not UTF-8 (line %d); it may be Windows-1252. Save it as \"CSV UTF-8\" or convert it: "+
		"iconv -f WINDOWS-1252 -t UTF-8 FILE", line)
}

// foreign knows files of other kinds by their first bytes.
func foreign(head []byte) error {
	switch {
	case bytes.HasPrefix(head, []byte("PK\x03\x04")):
		return fault.New(fault.MediaType, "The file is no text but looks like a workbook; import it as xlsx")
	case bytes.HasPrefix(head, compoundFile):
		return errOldWorkbook(head)
	case bytes.HasPrefix(head, []byte{0xff, 0xfe}), bytes.HasPrefix(head, []byte{0xfe, 0xff}):
		return fault.New(fault.MediaType, "The file is UTF-16; save it as \"CSV UTF-8\" or convert it: iconv -f UTF-16 -t UTF-8 FILE")
	}
	return nil
}

// meter bounds what a parser takes in for one row: it may be ahead of what it has used by at most maxRow bytes.
type meter struct {
	src   io.Reader
	read  int64
	used  int64
	lines []int64 // places of line breaks that were read and not used yet
	line  int     // line breaks that were used
}

// errLong is what a meter ends with.
var errLong = errors.New("row too long")

// Read implements io.Reader.
func (m *meter) Read(p []byte) (int, error) {
	room := maxRow - (m.read - m.used)
	if room <= 0 {
		return 0, errLong
	}
	n, err := m.src.Read(p[:min(int64(len(p)), room)])
	for i, b := range p[:n] {
		if b == '\n' {
			m.lines = append(m.lines, m.read+int64(i))
		}
	}
	m.read += int64(n)
	return n, err
}

// use says that everything before offset is done with.
func (m *meter) use(offset int64) {
	m.used = offset
	n := 0
	for n < len(m.lines) && m.lines[n] < offset {
		n++
	}
	m.line += n
	m.lines = m.lines[n:]
}

func tooLong() Problem {
	return bad("too_large", fmt.Sprintf("the row has more than %d MB", maxRow>>20), fmt.Sprintf("Die Zeile hat mehr als %d MB.", maxRow>>20))
}

func badWidth(have, want int) Problem {
	return bad("columns", fmt.Sprintf("the row has %d columns, the first line has %d", have, want),
		fmt.Sprintf("Die Zeile hat %d Spalten, die Kopfzeile %d.", have, want))
}
