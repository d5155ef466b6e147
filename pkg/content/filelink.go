package content

import (
	"slices"
	"strings"

	"kontor/pkg/fault"
	"kontor/pkg/schema"
	"kontor/pkg/value"
)

// checkFileLinks refuses new links and pictures in texts that lead to files which the caller may not read: whoever reads the text reads
// the file, so that a link would open it. A link to a file that is not there opens nothing and stays.
func (w *write) checkFileLinks(before, after value.Object) ([]fault.Field, error) {
	if w.svc.files == nil {
		return nil, nil
	}
	had := refs(w.typ, before)
	var wrong []fault.Field
	for _, ref := range refs(w.typ, after) {
		key, isFile := strings.CutPrefix(ref.DocumentID, schema.FileKeyRef(""))
		if !isFile || !ref.Link || slices.ContainsFunc(had, func(o schema.Ref) bool { return o.DocumentID == ref.DocumentID }) {
			continue
		}
		f, err := w.svc.files.ByKey(w.ctx, key)
		if fault.Is(err, fault.NotFound) {
			continue
		}
		if err != nil {
			return nil, err
		}
		may, err := w.svc.mayRead(w.ctx, w.caller, f)
		if err != nil {
			return nil, err
		}
		if !may {
			wrong = append(wrong, fault.Field{
				Path: strings.Split(ref.Field, "."), Code: "no_target", Value: key,
				English: "File with key " + key + " not found", German: "Die verlinkte Datei „" + key + "“ ist nicht vorhanden.",
			})
		}
	}
	return wrong, nil
}
