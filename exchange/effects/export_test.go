package effects

// Most is most, for tests.
func Most(e Effects) int { return e.most() }
