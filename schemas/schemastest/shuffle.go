package schemastest

import (
	"math/rand/v2"
	"slices"

	"github.com/beevik/etree"
)

// Shuffle puts the children of every element into a random order. Those of one
// name keep theirs, since it may mean something.
func Shuffle(random *rand.Rand, e *etree.Element) {
	children := e.ChildElements()
	places := make(map[string]int)
	for _, child := range children {
		Shuffle(random, child)
		if _, ok := places[child.Tag]; !ok {
			places[child.Tag] = random.Int()
		}
	}
	if len(places) < 2 {
		return
	}
	for _, child := range children {
		e.RemoveChild(child)
	}
	slices.SortStableFunc(children, func(a, b *etree.Element) int { return places[a.Tag] - places[b.Tag] })
	for _, child := range children {
		e.AddChild(child)
	}
}
