package demo

import (
	"fmt"
	"image"
	"image/color"

	"kontor/pkg/asset"
)

// Scenes are the drawings of galleries.
const sceneWidth, sceneHeight = 480, 320

// shape is a part of a scene: a rectangle, or the ellipse within it.
type shape struct {
	colour         uint8
	x0, y0, x1, y1 int
	round          bool
}

// scene is a drawing of flat shapes, each over those before it. The first colour is the ground.
type scene struct {
	alt     string
	colours []uint32
	shapes  []shape
}

// row repeats a shape at equal distances.
func row(s shape, times, dx, dy int) []shape {
	var out []shape
	for range times {
		out = append(out, s)
		s.x0, s.x1, s.y0, s.y1 = s.x0+dx, s.x1+dx, s.y0+dy, s.y1+dy
	}
	return out
}

func shapes(parts ...[]shape) []shape {
	var out []shape
	for _, p := range parts {
		out = append(out, p...)
	}
	return out
}

// scenes lists the drawings.
func scenes() []scene {
	return []scene{
		{"Stilisierte Besprechung: ein langer Tisch mit zwölf Stühlen von oben", []uint32{0xf1ece2, 0xb98a5a, 0x35506b, 0xffffff}, shapes(
			row(shape{2, 100, 63, 140, 103, true}, 6, 48, 0), row(shape{2, 100, 217, 140, 257, true}, 6, 48, 0),
			row(shape{1, 80, 100, 400, 220, false}, 1, 0, 0), row(shape{3, 107, 117, 133, 150, false}, 6, 48, 0))},
		{"Stilisierte Kläranlage: drei runde Becken und ein Betriebsgebäude von oben", []uint32{0xcfe3c0, 0x8f9aa3, 0x3f7f9f, 0x7a3e3a}, shapes(
			row(shape{1, 47, 60, 167, 180, true}, 3, 133, 0), row(shape{2, 59, 72, 155, 168, true}, 3, 133, 0),
			row(shape{1, 103, 117, 243, 123, false}, 2, 133, 0), row(shape{3, 173, 220, 307, 280, false}, 1, 0, 0))},
		{"Stilisiertes Hallendach mit vier Reihen Solarmodulen", []uint32{0xd8e8f2, 0xf3c94f, 0x6f7680, 0x1f3a5f}, shapes(
			row(shape{1, 373, 27, 433, 87, true}, 1, 0, 0), row(shape{2, 40, 113, 440, 300, false}, 1, 0, 0),
			row(shape{3, 57, 127, 110, 160, false}, 7, 52, 0), row(shape{3, 57, 170, 110, 203, false}, 7, 52, 0),
			row(shape{3, 57, 213, 110, 247, false}, 7, 52, 0), row(shape{3, 57, 257, 110, 290, false}, 7, 52, 0))},
		{"Stilisierte Brücke mit drei Bögen über einem Fluss", []uint32{0xe6eef2, 0x9a8f80, 0x4f8fb0, 0x6f9f6a}, shapes(
			row(shape{3, 0, 167, 480, 320, false}, 1, 0, 0), row(shape{1, 40, 133, 440, 220, false}, 1, 0, 0),
			row(shape{2, 67, 167, 173, 280, true}, 3, 120, 0), row(shape{2, 0, 227, 480, 287, false}, 1, 0, 0),
			row(shape{1, 40, 113, 47, 133, false}, 30, 13, 0))},
		{"Stilisierte Allee mit Radweg zwischen zwei Baumreihen", []uint32{0xdcefe0, 0xc9a27a, 0x3e7d4b, 0xf5f1e6}, shapes(
			row(shape{3, 200, 0, 280, 320, false}, 1, 0, 0), row(shape{1, 237, 7, 243, 33, false}, 7, 0, 47),
			row(shape{2, 87, 7, 153, 73, true}, 4, 0, 80), row(shape{2, 327, 7, 393, 73, true}, 4, 0, 80))},
		{"Stilisierte Fahrzeughalle mit drei Toren", []uint32{0xd9e6ee, 0x8a2f2a, 0xf2f2ee, 0x55606b}, shapes(
			row(shape{3, 0, 253, 480, 320, false}, 1, 0, 0), row(shape{1, 40, 93, 440, 267, false}, 1, 0, 0),
			row(shape{2, 63, 140, 163, 267, false}, 3, 127, 0), row(shape{3, 63, 170, 163, 174, false}, 3, 127, 0),
			row(shape{3, 63, 200, 163, 204, false}, 3, 127, 0), row(shape{3, 63, 230, 163, 234, false}, 3, 127, 0))},
	}
}

// draw makes the bytes of a scene.
func (s scene) draw() ([]byte, error) {
	var colours color.Palette
	for _, c := range s.colours {
		colours = append(colours, rgb(c))
	}
	img := image.NewPaletted(image.Rect(0, 0, sceneWidth, sceneHeight), colours)
	for _, p := range s.shapes {
		if !p.round {
			fill(img, p.x0, p.y0, p.x1, p.y1, p.colour)
			continue
		}
		for y := max(0, p.y0); y < min(sceneHeight, p.y1); y++ {
			for x := max(0, p.x0); x < min(sceneWidth, p.x1); x++ {
				dx, dy := float64(2*x+1-p.x0-p.x1)/float64(p.x1-p.x0), float64(2*y+1-p.y0-p.y1)/float64(p.y1-p.y0)
				if inside(dx, dy) {
					img.Pix[y*img.Stride+x] = p.colour
				}
			}
		}
	}
	return encodePNG(img)
}

// addScenes adds the drawings of galleries.
func (p *portal) addScenes() {
	for n, s := range scenes() {
		p.scenes = append(p.scenes, p.addFile(fmt.Sprintf("galerie-%d.png", n+1), asset.Facts{
			Alt: s.alt, Caption: "Beispieldaten: gezeichnetes Bild einer Galerie", Credit: "Kontor", Licence: "CC0 1.0",
		}, s.draw))
	}
}

// gallery is three drawings, from a place on that turns with n.
func (p *portal) gallery(n int) list {
	var out list
	for _, id := range some(p.scenes, 3, n) {
		out = append(out, id)
	}
	return out
}
