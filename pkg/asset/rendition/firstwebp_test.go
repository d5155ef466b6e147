package rendition

import (
	"image"
	"os"
	"os/exec"
	"sync"
	"testing"
)

// TestFirstWebPsAtOnce: the first images of a process may be encoded at once. A process of its own is
// needed, since the race is over with the first image; the race detector judges it.
func TestFirstWebPsAtOnce(t *testing.T) {
	if os.Getenv("KONTOR_FIRST_WEBPS") == "" {
		cmd := exec.Command(os.Args[0], "-test.run", "^TestFirstWebPsAtOnce$")
		cmd.Env = append(os.Environ(), "KONTOR_FIRST_WEBPS=1")
		if out, err := cmd.CombinedOutput(); err != nil {
			t.Fatalf("%v\n%s", err, out)
		}
		return
	}
	var wg sync.WaitGroup
	for range 4 {
		wg.Go(func() {
			img := image.NewRGBA(image.Rect(0, 0, 64, 64))
			for i := range img.Pix {
				img.Pix[i] = 0xff
			}
			if asWebP(img, true) == nil {
				t.Error("an image is not encoded")
			}
		})
	}
	wg.Wait()
}
