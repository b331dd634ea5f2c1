// Command profile writes the exchange's own profile of UBL 2.4: XSD files in
// the official namespaces that allow exactly what the official files allow,
// in our own layout and without a word of their text.
//
// Only facts are carried over: the names of elements, their order and number,
// their types, attributes and facets. It reads the official set from folders
// or jars, which are not part of this repository:
//
//	go run ./schemas/internal/profile -to schemas/files/ubl/2.4 \
//	    ph-ubl24-10.1.0.jar ph-xsds-ccts-cct-schemamodule-4.1.0.jar \
//	    ph-xsds-xmldsig-4.1.0.jar ph-xsds-xades132-4.1.0.jar ph-xsds-xades141-4.1.0.jar
//
// The jars are on Maven Central, in com.helger.ubl and com.helger.xsd.
package main

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
)

func main() {
	to := flag.String("to", "files/ubl/2.4", "the folder to write to")
	flag.Parse()
	if err := run(*to, flag.Args()); err != nil {
		fmt.Fprintln(os.Stderr, "profile:", err)
		os.Exit(1) //nolint:forbidigo // a program, though not one of the exchange
	}
}

func run(to string, from []string) error {
	files, err := Generate(from)
	if err != nil {
		return err
	}
	if err := os.MkdirAll(to, 0o750); err != nil {
		return fmt.Errorf("make folder: %w", err)
	}
	for name, content := range files {
		if err := os.WriteFile(filepath.Join(to, name), content, 0o600); err != nil {
			return fmt.Errorf("write file: %w", err)
		}
	}
	return nil
}
