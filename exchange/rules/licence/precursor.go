package licence

// Precursor returns the name of the precursor chemical of a subheading (six
// digits) of the Harmonised System, and whether it is one. Such goods need a
// licence to cross the border.
func Precursor(subheading string) (en, zh string, ok bool) {
	s, ok := precursorOf(subheading)
	return s.en, s.zh, ok
}
