package demo

import (
	"encoding/csv"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
)

// The kinds of place, as the type municipality has them.
const (
	city       = "city"
	town       = "town"
	village    = "municipality"
	district   = "district"
	cityRegion = "city-region"
)

// place is a municipality or a district, with facts of the public register.
type place struct {
	name, kind, key, district, region, postcode string
	population                                  int64
	area, lat, lng                              float64
}

// places reads the register: 60 municipalities, then the districts that they belong to.
func places() ([]place, error) {
	data, err := texts.ReadFile("data/kommunen.csv")
	if err != nil {
		return nil, err
	}
	rows, err := csv.NewReader(strings.NewReader(string(data))).ReadAll()
	if err != nil {
		return nil, fmt.Errorf("kommunen.csv: %w", err)
	}
	var out []place
	for n, row := range rows[1:] {
		p := place{name: row[0], kind: row[1], key: row[2], district: row[3], region: row[4], postcode: row[7]}
		numbers := make([]float64, 4)
		for i, at := range []int{5, 6, 8, 9} {
			if numbers[i], err = strconv.ParseFloat(row[at], 64); err != nil {
				return nil, fmt.Errorf("kommunen.csv:%d: %w", n+2, err)
			}
		}
		p.population, p.area, p.lat, p.lng = int64(numbers[0]), numbers[1], numbers[2], numbers[3]
		out = append(out, p)
	}
	return out, nil
}

// isDistrict tells whether the name of the place has an article of its own.
func (p place) isDistrict() bool { return p.kind == district || p.kind == cityRegion }

// articles are those of "der Kreis", "die Stadt", "die Gemeinde" in the four cases.
type articles struct{ nominative, genitive, dative, accusative string }

func (p place) article() articles {
	if p.kind == district {
		return articles{"der", "des", "dem", "den"}
	}
	return articles{"die", "der", "der", "die"}
}

// The bare forms stand in lists: towns have no article there, districts do.
func (p place) nominative() string { return p.bare(p.article().nominative) }
func (p place) accusative() string { return p.bare(p.article().accusative) }
func (p place) dative() string     { return p.bare(p.article().dative) }

func (p place) bare(article string) string {
	if p.isDistrict() {
		return article + " " + p.name
	}
	return p.name
}

// full is the name with what the place is: "Stadt Unna", "Gemeinde Nottuln", "Kreis Unna".
func (p place) full() string {
	switch p.kind {
	case city, town:
		return "Stadt " + p.name
	case village:
		return "Gemeinde " + p.name
	}
	return p.name
}

// genitive is "der Stadt Unna", "des Kreises Unna", "des Rhein-Sieg-Kreises".
func (p place) genitive() string {
	name := p.full()
	switch {
	case p.kind == district && strings.HasPrefix(name, "Kreis "):
		name = "Kreises " + strings.TrimPrefix(name, "Kreis ")
	case p.kind == district:
		name += "es"
	}
	return p.article().genitive + " " + name
}

// within is where a district is: "im Kreis Unna", "in der Städteregion Aachen".
func (p place) within() string {
	if p.kind == cityRegion {
		return "in der " + p.name
	}
	return "im " + p.name
}

// distance compares how far two places lie apart; it is no length.
func (p place) distance(q place) float64 {
	return math.Hypot(p.lat-q.lat, (p.lng-q.lng)*0.63) // a degree of longitude is that much shorter at 51°
}

// team is the places of one project; the first leads.
type team []place

// plural is what the places are together, and its dative.
func (t team) plural() (nominative, dative string) {
	all := func(kinds ...string) bool {
		return !slices.ContainsFunc(t, func(p place) bool { return !slices.Contains(kinds, p.kind) })
	}
	switch {
	case all(city, town):
		return "Städte", "Städten"
	case all(village):
		return "Gemeinden", "Gemeinden"
	case all(city, town, village):
		return "Kommunen", "Kommunen"
	}
	return "Partner", "Partnern"
}

// around names the area of the places: their common district, or the surroundings of the first.
func (t team) around(districts map[string]place) string {
	d := t[0].district
	for _, p := range t {
		if p.district != d {
			d = ""
		}
	}
	if at, ok := districts[d]; ok && d != "" {
		return at.within()
	}
	for _, p := range t {
		if !p.isDistrict() {
			return "im Raum " + p.name
		}
	}
	return t[0].within()
}

// words are the placeholders that stand for the places.
func (t team) words(districts map[string]place) map[string]string {
	join := func(form func(place) string) string {
		var list []string
		for _, p := range t {
			list = append(list, form(p))
		}
		return sequence(list)
	}
	nominative, dative := t.plural()
	n := len(t)
	count := number(n)
	lead, other := t[0], t[1]
	out := map[string]string{
		"N": join(place.nominative), "A": join(place.accusative), "D": join(place.dative),
		"L": lead.nominative(), "LA": lead.accusative(), "LD": lead.dative(),
		"Ls": lead.article().nominative + " " + lead.full(), "LsG": lead.genitive(),
		"P": other.nominative(), "PA": other.accusative(), "PD": other.dative(),
		"Städte": nominative, "Städten": dative, "zwei": count, "Raum": t.around(districts),
		"beide": "alle " + count, "beiden": "allen " + count, "die beiden": "die " + count, "den beiden": "den " + count,
		"der beiden": "der " + count, "zweier": "von " + count,
	}
	switch n {
	case 2:
		out["beide"], out["beiden"], out["die beiden"], out["den beiden"], out["der beiden"] = "beide", "beiden", "die beiden", "den beiden", "der beiden"
		out["zweier"] = "zweier"
	case 3:
		out["zweier"] = "dreier"
	}
	out["T"], out["TA"], out["TD"] = out["N"], out["A"], out["D"]
	if n > 3 {
		many := count + " Kommunen"
		if slices.ContainsFunc(t, place.isDistrict) {
			many = count + " Partner"
			out["TD"] = count + " Partnern " + out["Raum"]
		} else {
			out["TD"] = many + " " + out["Raum"]
		}
		out["T"] = many + " " + out["Raum"]
		out["TA"] = out["T"]
	}
	// A title that names the area already would name it twice.
	return out
}
