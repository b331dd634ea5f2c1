package console

import (
	"cmp"
	"fmt"
	"maps"
	"math"
	"slices"
	"strings"

	"beibu/exchange"
)

// A place is where parties are, in degrees.
type place struct {
	id         string
	name       exchange.Text
	east       float64
	north      float64
	left       bool   // its name is at its left
	low        bool   // its name is lower than it
	customs    string // the port customs that is there, or ""
	country    string // whose single window is there, or ""
	department bool   // the service units of the region are there
}

// places are the ports of the gulf, the land ports and the capitals. That of Beijing is at
// the upper edge of the map, since it lies far beyond.
var places = []place{
	{id: "nanning", name: exchange.Text{EN: "Nanning", ZH: "南宁"}, east: 108.37, north: 22.82, customs: "nanning-customs", department: true},
	{id: "youyiguan", name: exchange.Text{EN: "Youyiguan", ZH: "友谊关"}, east: 106.71, north: 21.97, left: true, customs: "youyiguan-customs"},
	{id: "pingxiang", name: exchange.Text{EN: "Pingxiang", ZH: "凭祥"}, east: 106.76, north: 22.18, left: true, customs: "pingxiang-customs"},
	{id: "dongxing", name: exchange.Text{EN: "Dongxing", ZH: "东兴"}, east: 107.97, north: 21.54, low: true, customs: "dongxing-customs"},
	{id: "fangchenggang", name: exchange.Text{EN: "Fangchenggang", ZH: "防城港"}, east: 108.35, north: 21.66, left: true, customs: "fangchenggang-customs"},
	{id: "qinzhou", name: exchange.Text{EN: "Qinzhou", ZH: "钦州"}, east: 108.62, north: 21.85, customs: "qinzhou-customs"},
	{id: "beihai", name: exchange.Text{EN: "Beihai", ZH: "北海"}, east: 109.10, north: 21.48, customs: "beihai-customs"},
	{id: "hanoi", name: exchange.Text{EN: "Hanoi", ZH: "河内"}, east: 105.85, north: 21.03, left: true, country: "VN"},
	{id: "beijing", name: exchange.Text{EN: "Beijing", ZH: "北京"}, east: 113.5, north: 26.2, country: "CN"},
	{id: "vientiane", name: exchange.Text{EN: "Vientiane", ZH: "万象"}, east: 102.6, north: 17.97, left: true, country: "LA"},
	{id: "bangkok", name: exchange.Text{EN: "Bangkok", ZH: "曼谷"}, east: 100.5, north: 13.75, left: true, country: "TH"},
	{id: "phnom-penh", name: exchange.Text{EN: "Phnom Penh", ZH: "金边"}, east: 104.92, north: 11.55, country: "KH"},
	{id: "naypyidaw", name: exchange.Text{EN: "Naypyidaw", ZH: "内比都"}, east: 96.1, north: 19.75, country: "MM"},
	{id: "kuala-lumpur", name: exchange.Text{EN: "Kuala Lumpur", ZH: "吉隆坡"}, east: 101.69, north: 3.14, left: true, country: "MY"},
	{id: "singapore", name: exchange.Text{EN: "Singapore", ZH: "新加坡"}, east: 103.82, north: 1.35, country: "SG"},
	{id: "jakarta", name: exchange.Text{EN: "Jakarta", ZH: "雅加达"}, east: 106.85, north: -6.2, country: "ID"},
	{id: "bandar", name: exchange.Text{EN: "Bandar Seri Begawan", ZH: "斯里巴加湾市"}, east: 114.94, north: 4.89, left: true, country: "BN"},
	{id: "manila", name: exchange.Text{EN: "Manila", ZH: "马尼拉"}, east: 120.98, north: 14.6, left: true, country: "PH"},
}

// gulfPlace is all places of the gulf, on a map that has no room for each.
var gulfPlace = place{id: "gulf", name: exchange.Text{EN: "Beibu Gulf", ZH: "北部湾"}, east: 108.5, north: 21.8}

// placeOf returns where a party is.
func placeOf(p exchange.Party) (place, bool) {
	i := slices.IndexFunc(places, func(one place) bool {
		return one.customs == p.ID || one.department && p.Role == exchange.Department || one.country == p.Country && p.Role == exchange.Window
	})
	if i < 0 {
		return place{}, false
	}
	return places[i], true
}

// A sheet is a part of the earth that is drawn, in equal steps of a degree.
type sheet struct {
	west, north, east, south float64
	land                     []string // outlines in degrees: east,north and blanks between
}

// width is that of every map, in the units of its drawing: at 360 px they are pixels.
const width = 344

// The coasts are stylised.
var (
	gulfSheet = sheet{105.2, 23.15, 110, 20.6, []string{
		"105.2,20.6 106.5,20.6 106.8,20.75 107.1,20.95 107.6,21.25 107.95,21.42 108.2,21.5 108.4,21.55 108.5,21.72 108.65,21.72 108.8,21.6 109.1,21.42 109.5,21.5 109.7,21.4 109.75,20.9 109.9,20.6 110,20.6 110,23.15 105.2,23.15",
	}}
	regionSheet = sheet{92, 27.3, 127, -9.5, []string{
		"92,27.3 92,21.5 94.3,16 97,16.8 98.5,12 98.3,8 100.3,5.5 101.3,2.8 103.6,1.35 104.2,1.4 103.4,4.5 100.6,7.2 99.3,9.3 100,13.4 101,12.7 102.9,11.6 104.8,8.6 106.8,10.4 109.3,12 108.9,15.3 106.5,17.8 105.8,19.3 106.8,20.7 108.3,21.5 109.8,21.4 110.2,20.3 110.6,21.2 113.5,22.2 117,23.5 119.5,25.5 120.3,27.3",
		"108.7,19.3 109.5,20.1 110.9,20 110.4,18.6 109.3,18.2",
		"120.2,23 121,25.2 121.9,25 120.9,22",
		"95.3,5.6 98.5,3.7 103.5,-0.5 106,-3 105.8,-5.9 104.5,-5.8 100.4,-1 97,2.5",
		"105.2,-6.8 106.8,-6 110.8,-6.4 114.5,-7.7 114.4,-8.7 108,-7.8",
		"109,1.6 111.3,2.5 114,4.7 116.8,7 119.2,5.2 117.6,1 116.3,-3.6 114.5,-4.1 110.2,-2.8",
		"119.5,-5.5 119.2,0 121,1.2 125,1.6 124.5,0.4 120.8,0.4 121.5,-1.8 123,-4 122,-5.2 121,-2.9 120.4,-5.5",
		"120.3,16.1 120.6,18.5 122.2,18.3 121.6,15.9 124,12.6 121,13.6",
		"122,7 123.7,8.6 125.5,9.7 126,6.3 125.4,5.6 124,6.4",
	}}
)

// at returns where a place is drawn.
func (s sheet) at(east, north float64) (x, y float64) {
	one := width / (s.east - s.west)
	stretch := 1 / math.Cos((s.north+s.south)/2*math.Pi/180)
	return (east - s.west) * one, (s.north - north) * one * stretch
}

// holds reports whether a place is on the sheet.
func (s sheet) holds(p place) bool {
	return p.east > s.west && p.east < s.east && p.north > s.south && p.north < s.north
}

// A drawing is a map for people.
type drawing struct {
	Title         exchange.Text
	Width, Height int
	Land          []string // points of polygons
	Flows         []flowLine
	Places        []placeDot
}

// A flowLine is how documents went from one place to another.
type flowLine struct {
	Path  string
	Class string // good or bad
	Width string
}

// A placeDot is a place with the worst light of its parties.
type placeDot struct {
	X, Y         int
	NameX, NameY int
	Anchor       string
	Name         exchange.Text
	Light        light
}

// A flow is how many documents went from one place to another.
type flow struct{ From, To exchange.Text }

// A flowCount is a flow with its number of deliveries, and how many of them failed.
type flowCount struct {
	flow

	Count, Failed int
	from, to      place
}

// flowsOf counts the deliveries of exchanges from place to place: those with failures first, then
// the largest.
func flowsOf(exchanges []exchange.Exchange, parties *exchange.Parties) []flowCount {
	counts := make(map[[2]string]*flowCount)
	where := func(id string) (place, bool) {
		p, ok := parties.Get(id)
		if !ok {
			return place{}, false
		}
		return placeOf(*p)
	}
	for _, x := range exchanges {
		from, known := where(x.Identity.Sender)
		for _, d := range x.Deliveries {
			to, ok := where(d.Receiver)
			if !known || !ok {
				continue
			}
			key := [2]string{from.id, to.id}
			if counts[key] == nil {
				counts[key] = &flowCount{flow: flow{from.name, to.name}, from: from, to: to}
			}
			counts[key].Count++
			if d.State == exchange.ConsignmentRejection || d.State == exchange.ContentHandoverFailure {
				counts[key].Failed++
			}
		}
	}
	var all []flowCount
	for _, key := range slices.SortedFunc(maps.Keys(counts), func(a, b [2]string) int { return cmp.Or(cmp.Compare(a[0], b[0]), cmp.Compare(a[1], b[1])) }) {
		all = append(all, *counts[key])
	}
	slices.SortStableFunc(all, func(a, b flowCount) int { return cmp.Or(b.Failed-a.Failed, b.Count-a.Count) })
	return all
}

// draw returns the map of a sheet. A region shows the gulf as one place.
func (s sheet) draw(title exchange.Text, flows []flowCount, lights map[string]light, asRegion bool) drawing {
	_, height := s.at(s.west, s.south)
	d := drawing{Title: title, Width: width, Height: int(height)}
	for _, outline := range s.land {
		var points strings.Builder
		for point := range strings.FieldsSeq(outline) {
			var east, north float64
			_, _ = fmt.Sscanf(point, "%f,%f", &east, &north) // a test draws them all
			x, y := s.at(east, north)
			fmt.Fprintf(&points, "%.0f,%.0f ", x, y)
		}
		d.Land = append(d.Land, points.String())
	}
	on := func(p place) (place, bool) {
		if asRegion && (p.customs != "" || p.department) {
			return gulfPlace, true
		}
		return p, s.holds(p)
	}
	for _, f := range flows {
		from, inside := on(f.from)
		to, also := on(f.to)
		if inside && also && from.id != to.id {
			d.Flows = append(d.Flows, s.line(from, to, f))
		}
	}
	seen := make(map[string]int)
	for _, p := range places {
		shown, ok := on(p)
		if !ok {
			continue
		}
		if i, drawn := seen[shown.id]; drawn {
			d.Places[i].Light = worse(d.Places[i].Light, lights[p.id])
			continue
		}
		seen[shown.id] = len(d.Places)
		d.Places = append(d.Places, s.dot(shown, lights[p.id]))
	}
	return d
}

// line draws a flow as a bow to the right of its way, so that two ways are two lines.
func (s sheet) line(from, to place, f flowCount) flowLine {
	x1, y1 := s.at(from.east, from.north)
	x2, y2 := s.at(to.east, to.north)
	class := "good"
	if f.Failed > 0 {
		class = "bad"
	}
	return flowLine{
		Path:  fmt.Sprintf("M%.0f %.0fQ%.0f %.0f %.0f %.0f", x1, y1, (x1+x2)/2-(y2-y1)/5, (y1+y2)/2+(x2-x1)/5, x2, y2),
		Class: class, Width: fmt.Sprintf("%.1f", 1+math.Min(math.Log2(float64(f.Count)), 5)*0.4),
	}
}

func (s sheet) dot(p place, l light) placeDot {
	x, y := s.at(p.east, p.north)
	dot := placeDot{X: int(x), Y: int(y), NameX: int(x) + 7, NameY: int(y) + 4, Anchor: "start", Name: p.name, Light: l}
	if p.left {
		dot.NameX, dot.Anchor = int(x)-7, "end"
	}
	if p.low {
		dot.NameY += 7
	}
	return dot
}

// worse returns the worse of two lights. The zero light is of no party that is seen.
func worse(a, b light) light {
	if rank(b) < rank(a) {
		return b
	}
	return a
}
