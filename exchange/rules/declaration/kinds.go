package declaration

// The kinds of document that the rules of this package are about.
const (
	importDeclaration  = "import-declaration"
	exportDeclaration  = "export-declaration"
	transitDeclaration = "transit-declaration"
)

func imports() []string { return []string{importDeclaration} }

func exports() []string { return []string{exportDeclaration} }

func transits() []string { return []string{transitDeclaration} }

func importsAndExports() []string { return []string{importDeclaration, exportDeclaration} }

func all() []string { return []string{importDeclaration, exportDeclaration, transitDeclaration} }
