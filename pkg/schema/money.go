package schema

import (
	"strconv"
	"strings"
)

// moneyKind is an amount in the smallest unit of its currency.
type moneyKind struct{ integerKind }

func (moneyKind) normal(f *Field, sent any) (any, *problem) {
	n, w := whole(sent)
	if w != nil {
		return nil, w
	}
	if w := outOfRange(f, float64(n), f.amount); w != nil {
		return nil, w
	}
	return n, nil
}

func (k moneyKind) declare(f *Field, words keywords) {
	k.integerKind.declare(f, words)
	f.Currency, _ = words.text("x-money")
}

// amount writes cents as editors read them: 19,99 EUR.
func (f *Field) amount(cents float64) string {
	return strings.Replace(strconv.FormatFloat(cents/100, 'f', 2, 64), ".", ",", 1) + " " + f.Currency
}
