package ratings_test

import (
	"encoding/base64"
	"math"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"beibu/exchange"
	"beibu/exchange/ratings"
)

// The values of R. G. Newcombe, Statistics in Medicine 17 (1998), table I, method 3, and two
// of the platform that the project starts from.
func TestWilson(t *testing.T) {
	for _, c := range []struct {
		observed, n int64
		low, high   float64
	}{
		{81, 263, 0.2553, 0.3662},
		{15, 148, 0.0624, 0.1605},
		{0, 20, 0, 0.1611},
		{1, 29, 0.0061, 0.1718},
		{11, 11, 0.7412, 1},
		{703, 703, 0.9946, 1},
		{0, 0, 0, 1},
	} {
		got := ratings.Wilson(c.observed, c.n)
		if math.Abs(got.Low-c.low) > 5e-5 || math.Abs(got.High-c.high) > 5e-5 {
			t.Errorf("%d of %d: %+v, want %v to %v", c.observed, c.n, got, c.low, c.high)
		}
	}
}

func TestGrades(t *testing.T) {
	for _, g := range ratings.Grades() {
		if back, known := ratings.ParseGrade(g.String()); !known || back != g || g.Text().ZH == "" {
			t.Errorf("%v is %v, %t", g, back, known)
		}
	}
	if _, known := ratings.ParseGrade(""); known || ratings.Grade(9).String() != "" {
		t.Error("no grade has a name")
	}
	if !ratings.Dissatisfied.Bad() || ratings.BasicallySatisfied.Bad() || ratings.NoGrade.Bad() {
		t.Error("the bad grades are the two of dissatisfaction")
	}
}

func TestMask(t *testing.T) {
	const m = ratings.Masked
	for _, c := range []struct{ text, want string }{
		{"请致电 13800138000 联系", "请致电 " + m + " 联系"},
		{"call +86 138-0013-8000 now", "call " + m + " now"},
		{"身份证号450102199003077654。", "身份证号" + m + "。"},
		{"身份证 45010219900307765X", "身份证 " + m},
		{"passport E12345678", "passport " + m},
		{"护照ＥＡ１２３４５６７号", "护照" + m + "号"},
		{"write to nguyen.an@example.vn please", "write to " + m + " please"},
		{"电话一三八零零一三八零零零", "电话" + m},
		{"0084.24.3825.2222", m},
		{"12 days, 3 windows and 45 minutes", "12 days, 3 windows and 45 minutes"},
		{"办了3次，等了40分钟", "办了3次，等了40分钟"},
		{"十二个工作日", "十二个工作日"},
	} {
		if got := ratings.Mask(c.text); got != c.want {
			t.Errorf("%q is %q, want %q", c.text, got, c.want)
		}
	}
}

// Fifteen working days, over weekends, holidays and Saturdays on which people work.
func TestWorkingDays(t *testing.T) {
	holidays := ratings.Calendar{
		Holidays: []ratings.Day{"2026-10-01", "2026-10-02", "2026-10-05", "2026-10-06", "2026-10-07"},
		Worked:   []ratings.Day{"2026-09-20", "2026-10-10"},
	}
	for _, c := range []struct {
		calendar ratings.Calendar
		from     ratings.Day
		working  int
		want     ratings.Day
	}{
		{ratings.Calendar{}, "2026-11-30", 15, "2026-12-21"}, // a Monday: three weeks
		{ratings.Calendar{}, "2026-11-28", 15, "2026-12-18"}, // a Saturday counts from Monday
		{ratings.Calendar{}, "2026-11-27", 1, "2026-11-30"},  // a Friday
		{ratings.Calendar{}, "2026-12-25", 5, "2027-01-01"},  // over the year
		{holidays, "2026-09-30", 1, "2026-10-08"},
		{holidays, "2026-09-30", 3, "2026-10-10"},
		{holidays, "2026-09-18", 1, "2026-09-20"},
		{ratings.Calendar{}, "2026-11-30", 0, "2026-11-30"},
	} {
		if got := c.calendar.After(c.from, c.working); got != c.want {
			t.Errorf("%d days after %s: %s, want %s", c.working, c.from, got, c.want)
		}
	}
	// The day is that of Beijing.
	if got := ratings.DayOf(time.Date(2026, 11, 30, 16, 0, 0, 0, time.UTC)); got != "2026-12-01" {
		t.Error(got)
	}
	if got := ratings.Day("2026-12-01").Begin(); !got.Equal(time.Date(2026, 11, 30, 16, 0, 0, 0, time.UTC)) {
		t.Error(got)
	}
}

const secret = "a secret that the daemons of a log share"

func newLinks(tb testing.TB, secret string) *ratings.Links {
	tb.Helper()
	l, err := ratings.NewLinks([]byte(secret))
	if err != nil {
		tb.Fatal(err)
	}
	return l
}

func codeOf(err error) string {
	failure, ok := err.(*exchange.Error) //nolint:errorlint // returned as it is
	if !ok {
		return ""
	}
	return failure.Code
}

var noon = time.Date(2026, 11, 30, 4, 0, 0, 0, time.UTC) // of Beijing

// A link is the same on every node and after a restart, says nothing to others, and ends.
func TestLink(t *testing.T) {
	id := uuid.MustParse("0190f3a0-0000-8000-8000-000000000001")
	text, until := newLinks(t, secret).Offer(id, "beihai-customs", noon)
	if again, _ := newLinks(t, secret).Offer(id, "beihai-customs", noon.Add(time.Hour)); again != text {
		t.Error("two nodes give two links on one day")
	}
	got, err := newLinks(t, secret).Open(text, noon)
	if err != nil || got.Exchange != id || got.Party != "beihai-customs" || !got.Until.Equal(until) {
		t.Errorf("%+v, %v", got, err)
	}
	if want := time.Date(2026, 12, 30, 16, 0, 0, 0, time.UTC); !until.Equal(want) {
		t.Errorf("it ends at %s, want %s", until, want)
	}
	raw, err := base64.RawURLEncoding.DecodeString(text)
	if err != nil || strings.Contains(string(raw), "beihai") || strings.Contains(string(raw), string(id[:])) {
		t.Errorf("the link shows what it is for: %q, %v", raw, err)
	}
	if _, err := newLinks(t, secret).Open(text, until.Add(-time.Second)); err != nil {
		t.Error(err)
	}
	if _, err := newLinks(t, secret).Open(text, until); codeOf(err) != "rating-link-expired" {
		t.Error(err)
	}
	for i := range raw {
		changed := append([]byte{}, raw...)
		changed[i] ^= 1
		if _, err := newLinks(t, secret).Open(base64.RawURLEncoding.EncodeToString(changed), noon); codeOf(err) != "rating-link" {
			t.Fatalf("altered at %d: %v", i, err)
		}
	}
	for _, bad := range []string{"", text[1:], text + "A", strings.Repeat("A", 1000), id.String()} {
		if _, err := newLinks(t, secret).Open(bad, noon); codeOf(err) != "rating-link" {
			t.Errorf("%.20q: %v", bad, err)
		}
	}
	if _, err := newLinks(t, secret+".").Open(text, noon); codeOf(err) != "rating-link" {
		t.Errorf("of another exchange: %v", err)
	}
	if _, err := ratings.NewLinks([]byte("short")); err == nil {
		t.Error("a short secret is taken")
	}
}

func FuzzLink(f *testing.F) {
	links := newLinks(f, secret)
	text, _ := links.Offer(uuid.New(), "beihai-customs", noon)
	f.Add(text)
	f.Add("AAAA")
	f.Fuzz(func(t *testing.T, text string) {
		one, err := links.Open(text, noon)
		if err == nil && links.Seal(one) != text {
			t.Errorf("%q opens, and is not what is sealed", text)
		}
	})
}

func FuzzMask(f *testing.F) {
	f.Add("电话 13800138000")
	f.Fuzz(func(t *testing.T, text string) {
		once := ratings.Mask(text)
		if again := ratings.Mask(once); again != once {
			t.Errorf("%q masked twice is %q", once, again)
		}
	})
}
