package folders

import "beibu/exchange/files"

// Names returns what a name is shown as, and the name of the document that it is in work.
func Names(token, name string) (shownAs, kept string) {
	shownAs = shown(name)
	return shownAs, documentOf(files.File{Name: token + separator + shownAs}).name
}

// Added is what keep makes of a name that is taken.
var Added = added
