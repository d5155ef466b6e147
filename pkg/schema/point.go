package schema

import "kontor/pkg/value"

// pointKind is a place on the map, WGS 84 in degrees.
type pointKind struct{}

func (pointKind) yup() string { return "object" }

func (pointKind) traits() traits { return traits{} }

func (pointKind) normal(_ *Field, sent any) (any, *problem) {
	o, ok := sent.(value.Object)
	if !ok {
		return nil, wrongType("object", sent, "erwartet werden Breite und Länge.")
	}
	out := value.Object{}
	for name, most := range map[string]float64{"lat": 90, "lng": 180} {
		n, w := float(o[name])
		if w != nil || n < -most || n > most {
			return nil, badFormat("must have lat from -90 to 90 and lng from -180 to 180", "erwartet werden Breite (-90 bis 90) und Länge (-180 bis 180).")
		}
		out[name] = n
	}
	if len(o) != len(out) {
		return nil, badFormat("must have lat and lng only", "besteht nur aus Breite und Länge.")
	}
	return out, nil
}

func (pointKind) parse(*Field, string) (any, *problem) { return nil, notComparable() }

func notComparable() *problem {
	return &problem{code: "type", english: "cannot be compared with a value", german: "lässt sich nicht mit einem Wert vergleichen."}
}

func (pointKind) compare(any) (any, *problem) { return nil, notComparable() }
