package sqlitestore

import "kontor/pkg/value"

// encodePart writes a part as it is stored: normalised, with whole floats told from integers. Nil and empty give nil, no part.
func encodePart(o value.Object) any {
	n := value.Normal(o)
	if n == nil {
		return nil
	}
	return string(value.AppendCanonical(nil, n))
}
