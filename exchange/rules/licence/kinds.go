package licence

// The kinds of document that the rules of this package are about.
const (
	importLicence = "import-licence"
	exportLicence = "export-licence"
)

func imports() []string { return []string{importLicence} }

func exports() []string { return []string{exportLicence} }

func both() []string { return []string{importLicence, exportLicence} }
