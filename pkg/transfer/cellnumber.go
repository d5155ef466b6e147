package transfer

import (
	"math"
	"regexp"
	"strconv"
	"strings"

	"kontor/pkg/schema"
	"kontor/pkg/value"
)

var (
	pointNumber = regexp.MustCompile(`^-?[0-9]+(\.[0-9]+)?$`)
	// commaNumber takes dots and spaces between groups of three digits only, so that 1.5 is never read as 15.
	commaNumber   = regexp.MustCompile(`^-?([0-9]+|[0-9]{1,3}([. \x{a0}\x{202f}][0-9]{3})+)(,[0-9]+)?$`)
	machineNumber = regexp.MustCompile(`^-?[0-9]+(\.[0-9]+)?([eE][+-]?[0-9]+)?$`)
	groups        = strings.NewReplacer(".", "", " ", "", "\u00a0", "", "\u202f", "", ",", ".")
	integerZeros  = regexp.MustCompile(`\.0+$`)
)

// digits gives a number as a machine writes it: an optional sign, digits, an optional fraction.
func (c cells) digits(text string) (string, *wrong) {
	text = strings.Replace(text, "\u2212", "-", 1)
	switch {
	case c.workbook && machineNumber.MatchString(text):
		if strings.ContainsAny(text, "eE") {
			n, err := strconv.ParseFloat(text, 64)
			if err != nil || math.IsInf(n, 0) {
				return "", notNumber()
			}
			text = strconv.FormatFloat(n, 'f', -1, 64)
		}
		return text, nil
	case !c.comma && pointNumber.MatchString(text):
		return text, nil
	case c.comma && commaNumber.MatchString(text):
		return groups.Replace(text), nil
	case !c.comma && commaNumber.MatchString(text):
		return "", &wrong{"type", "must be a number with a decimal point; say --decimal=comma if the file has decimal commas",
			"erwartet wird eine Zahl mit Dezimalpunkt; für Dezimalkommas gibt es --decimal=comma."}
	case c.comma && pointNumber.MatchString(text):
		return "", &wrong{"type", "must be a number with a decimal comma, such as 1.234,5", "erwartet wird eine Zahl mit Dezimalkomma, etwa 1.234,5."}
	}
	return "", notNumber()
}

func notNumber() *wrong { return &wrong{"type", "must be a number", "muss eine Zahl sein."} }

func (c cells) integer(text string) (any, *wrong) {
	s, w := c.digits(text)
	if w != nil {
		return nil, w
	}
	if c.workbook {
		s = integerZeros.ReplaceAllString(s, "")
	}
	n, err := strconv.ParseInt(s, 10, 64)
	switch {
	case strings.Contains(s, "."):
		return nil, &wrong{"integer", "must be an integer", "muss eine ganze Zahl sein."}
	case err != nil || n > value.MaxInt || n < -value.MaxInt:
		return nil, &wrong{"too_big", "must be an integer within ±" + strconv.Itoa(value.MaxInt), "die Zahl ist zu groß."}
	}
	return n, nil
}

func (c cells) number(text string) (any, *wrong) {
	s, w := c.digits(text)
	if w != nil {
		return nil, w
	}
	n, err := strconv.ParseFloat(s, 64)
	if err != nil || math.IsInf(n, 0) {
		return nil, notNumber()
	}
	return n, nil
}

// money reads an amount in whole units of the currency, with at most two decimals, exactly.
func (c cells) money(text string) (any, *wrong) {
	for _, sign := range []string{"€", "EUR", "Euro"} {
		text = strings.TrimSpace(strings.TrimSuffix(text, sign))
	}
	s, w := c.digits(text)
	if w != nil {
		return nil, w
	}
	whole, fraction, _ := strings.Cut(s, ".")
	if c.workbook && len(fraction) > 2 {
		// A workbook may hold 0.30000000000000004; what is a cent to nine digits is meant so.
		n, err := strconv.ParseFloat(s, 64)
		if cents := math.Round(n * 100); err == nil && math.Abs(cents) < value.MaxInt && math.Abs(n*100-cents) < 1e-6 {
			return int64(cents), nil
		}
	}
	fraction = strings.TrimRight(fraction, "0")
	if len(fraction) > 2 {
		return nil, &wrong{"format", "must have at most two decimals", "höchstens zwei Stellen nach dem Komma."}
	}
	n, err := strconv.ParseInt(whole+(fraction + "00")[:2], 10, 64)
	if err != nil || n > value.MaxInt || n < -value.MaxInt {
		return nil, &wrong{"too_big", "is too large", "der Betrag ist zu groß."}
	}
	return n, nil
}

// point reads "51.2 6.7", also with a separator between, latitude first.
func (c cells) point(f *schema.Field, text string) (any, *wrong) {
	if strings.HasPrefix(text, "{") {
		v, w := decode(text)
		return c.typed(f, v, w)
	}
	separators := " ;\t"
	if !c.comma {
		separators += ","
	}
	parts := strings.FieldsFunc(text, func(r rune) bool { return strings.ContainsRune(separators, r) })
	if len(parts) != 2 {
		return nil, &wrong{"format", "must be latitude and longitude, such as 51.2 6.7", "erwartet werden Breite und Länge, etwa 51.2 6.7."}
	}
	out := value.Object{}
	for i, name := range []string{"lat", "lng"} {
		n, w := c.number(parts[i])
		if w != nil {
			return nil, w
		}
		out[name] = n
	}
	return out, nil
}
