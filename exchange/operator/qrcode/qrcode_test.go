package qrcode_test

import (
	"image"
	"image/color"
	"strings"
	"testing"

	"github.com/makiuchi-d/gozxing"
	reader "github.com/makiuchi-d/gozxing/qrcode"

	"beibu/exchange/operator/qrcode"
)

// TestReadAgain reads codes with another program's reader, from the terminal's rows and
// from the path of the image.
func TestReadAgain(t *testing.T) {
	for name, test := range map[string]struct {
		statement string
		whole     bool
	}{
		"short":           {"eyJhbGciOiJFZERTQSJ9.e30.c2ln", true},
		"of eight lines":  {strings.Repeat("aZ-_", 300), true},
		"the largest":     {strings.Repeat("a", 2953), true},
		"larger than all": {strings.Repeat("a", 2954), false},
	} {
		t.Run(name, func(t *testing.T) {
			code, err := qrcode.Of(test.statement)
			if err != nil {
				t.Fatal(err)
			}
			want := test.statement
			if !test.whole {
				want = qrcode.Digest(test.statement)
			}
			if got := decode(t, code); got != want || code.Whole != test.whole {
				t.Errorf("read %.80q, whole: %t", got, code.Whole)
			}
			if p := code.Path(); !strings.HasPrefix(p, "M4 4h7v1h-7z") {
				t.Errorf("the path begins with %.40q", p)
			}
		})
	}
}

// decode reads a code from what a terminal shows.
func decode(t *testing.T, c qrcode.Code) string {
	t.Helper()
	const scale = 4
	img := image.NewGray(image.Rect(0, 0, c.Side()*scale, (c.Side()+1)*scale))
	for y, row := range strings.Split(strings.TrimSuffix(c.Text(), "\n"), "\n") {
		row = strings.TrimSuffix(strings.TrimPrefix(row, "\x1b[30;47m"), "\x1b[0m")
		for x, r := range []rune(row) {
			for half, dark := range []bool{r == '█' || r == '▀', r == '█' || r == '▄'} {
				shade := color.Gray{Y: 255}
				if dark {
					shade.Y = 0
				}
				for i := range scale * scale {
					img.SetGray(x*scale+i%scale, (2*y+half)*scale+i/scale, shade)
				}
			}
		}
	}
	bitmap, err := gozxing.NewBinaryBitmapFromImage(img)
	if err != nil {
		t.Fatal(err)
	}
	found, err := reader.NewQRCodeReader().Decode(bitmap, map[gozxing.DecodeHintType]any{gozxing.DecodeHintType_PURE_BARCODE: true})
	if err != nil {
		t.Fatal(err)
	}
	return found.GetText()
}
