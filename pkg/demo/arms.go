package demo

import (
	"fmt"
	"image"
	"image/color"
	"math"

	"kontor/pkg/asset"
)

// Coats of arms are drawn for the sample, with a border in metal that all of them share, so that none is taken for the arms of the
// municipality, which have their own and protect them.
const armsWidth, armsHeight = 128, 146 // below the smallest variant, so that none is made

// The colours of a coat of arms by their place in the palette.
const (
	armsGround = iota // around the shield
	armsFirst
	armsSecond
	armsMetal
)

// tincture is a colour or a metal with its name in a sentence.
type tincture struct {
	name string
	hex  uint32
}

// divisions of the shield: the second part covers the points for which part is true, in units of half the shield.
var divisions = []struct {
	name string
	part func(x, y float64) bool
}{
	{"gespaltenem", func(x, _ float64) bool { return x > 0 }},
	{"geteiltem", func(_, y float64) bool { return y > 0 }},
	{"geviertem", func(x, y float64) bool { return (x > 0) != (y > 0) }},
	{"schräg geteiltem", func(x, y float64) bool { return y > x }},
	{"gesparrtem", func(x, y float64) bool { return y > math.Abs(x)*0.9-0.2 }},
	{"in Wellen geteiltem", func(x, y float64) bool { return y > 0.12*math.Sin(9*x) }},
}

// charges are the figures in the middle of the shield.
var charges = []struct {
	name   string // with the ending of its adjective before
	covers func(x, y float64) bool
}{
	{"e Blüte", func(x, y float64) bool {
		angle := math.Atan2(x, -y)
		return math.Hypot(x, y) < 0.3+0.16*math.Cos(5*angle)
	}},
	{"er Ring", func(x, y float64) bool { d := math.Hypot(x, y); return d < 0.42 && d > 0.26 }},
	{"es Rad", func(x, y float64) bool {
		d := math.Hypot(x, y)
		return d < 0.45 && d > 0.34 || d < 0.1 || d < 0.4 && (math.Abs(x) < 0.05 || math.Abs(y) < 0.05)
	}},
	{"er Baum", func(x, y float64) bool {
		return math.Hypot(x, y+0.14) < 0.3 || math.Abs(x) < 0.07 && y > 0 && y < 0.45
	}},
	{"er Turm", func(x, y float64) bool {
		body := math.Abs(x) < 0.26 && y > -0.25 && y < 0.42 && !(math.Abs(x) < 0.08 && y > 0.15)
		battlements := y > -0.4 && y <= -0.25 && math.Abs(x) < 0.32 && math.Mod(math.Abs(x)+0.08, 0.32) < 0.17
		return body || battlements
	}},
	{"e Raute", func(x, y float64) bool { return math.Abs(x)/0.34+math.Abs(y)/0.46 < 1 }},
	{"es Kreuz", func(x, y float64) bool {
		return math.Abs(x) < 0.11 && math.Abs(y) < 0.44 || math.Abs(y) < 0.11 && math.Abs(x) < 0.44
	}},
}

var (
	armsColours = []tincture{{"Rot", 0xb3261e}, {"Blau", 0x1f4e8c}, {"Grün", 0x2e6b3a}, {"Schwarz", 0x26262b}, {"Purpur", 0x6b2a5b}}
	armsMetals  = []tincture{{"golden", 0xe8c34a}, {"silbern", 0xe9ecef}}
)

// addArms draws the n-th coat of arms for a place and returns the number of its file. No two of the first 210 are the same.
func (p *portal) addArms(n int, x place) int64 {
	division, charge := divisions[n%len(divisions)], charges[n%len(charges)]
	first := turn(armsColours, n/len(divisions))
	second := turn(armsColours, n/len(divisions)+1+n%(len(armsColours)-1))
	metal := turn(armsMetals, n/3)
	return p.addFile(fmt.Sprintf("wappen-%s.png", x.key), asset.Facts{
		Alt: fmt.Sprintf("Erfundenes Wappen, nicht das amtliche: %s%s auf %s Schild in %s und %s",
			metal.name, charge.name, division.name, first.name, second.name),
		Caption: "Beispieldaten: für das Musterportal gezeichnet", Credit: "Kontor", Licence: "CC0 1.0",
	}, func() ([]byte, error) {
		return armsImage(color.Palette{rgb(0xf7f7f5), rgb(first.hex), rgb(second.hex), rgb(metal.hex)}, division.part, charge.covers)
	})
}

// armsImage draws a shield with a border, its parts and a charge.
func armsImage(colours color.Palette, part, charge func(x, y float64) bool) ([]byte, error) {
	img := image.NewPaletted(image.Rect(0, 0, armsWidth, armsHeight), colours)
	for py := range armsHeight {
		for px := range armsWidth {
			x := (float64(px) + 0.5 - armsWidth/2) / (armsWidth/2 - 4)
			y := (float64(py) + 0.5 - armsHeight/2) / (armsHeight/2 - 4)
			c := uint8(armsGround)
			switch {
			case !onShield(x, y):
			case !onShield(x*1.13, y*1.13), charge(x, y+0.08):
				c = armsMetal
			case part(x, y+0.08):
				c = armsSecond
			default:
				c = armsFirst
			}
			img.Pix[py*img.Stride+px] = c
		}
	}
	return encodePNG(img)
}

// onShield reports whether a point is on a shield that reaches from -1 to 1: straight above, round below.
func onShield(x, y float64) bool {
	if math.Abs(x) > 1 || y < -1 || y > 1 {
		return false
	}
	return y < 0 || math.Abs(x) <= math.Sqrt(1-y*y)
}
