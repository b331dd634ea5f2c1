package main

import (
	"encoding/csv"
	"fmt"
	"os"
	"slices"
	"strconv"
	"strings"

	"beibu/exchange"
	"beibu/exchange/catalogue"
)

// catalogueCommand groups the commands about the catalogue of services.
type catalogueCommand struct {
	Report catalogueReport `cmd:"" help:"Print the items of the service units, with totals and proportions (Table 1), offline."`
}

// catalogueReport prints the table of a catalogue.
type catalogueReport struct {
	Catalogue string `type:"path" placeholder:"FILE" help:"Catalogue in YAML, in place of the one that ships with the programs."`
	CSV       bool   `name:"csv" help:"Print the counts of the units as CSV."`
	mapped
}

// Run prints the table, then the items that have names.
func (c *catalogueReport) Run(s *session) error {
	r, parties, err := c.read()
	if err != nil {
		return err
	}
	switch {
	case s.asJSON():
		return s.json(r)
	case c.CSV:
		return c.csv(s, r, parties)
	}
	t := s.newTable("SERVICE UNIT", "ONLY NEED TO COME ONCE", "DO NOT NEED TO COME", "WITHOUT A NAME")
	for _, u := range r.Units {
		t.Row(s.text(partyName(parties, u.Party)), strconv.Itoa(u.Once), strconv.Itoa(u.NoVisit), strconv.Itoa(u.Unnamed()))
	}
	t.Row(s.word("total"), strconv.Itoa(r.Once), strconv.Itoa(r.NoVisit), "")
	t.Row(s.word("the whole platform"), strconv.Itoa(r.Platform.Once), strconv.Itoa(r.Platform.NoVisit), "")
	p := s.newTable("PROPORTION", "PART", "WHOLE", "PERCENT")
	for _, one := range r.Proportions {
		p.Row(s.text(one.Name), strconv.Itoa(one.Part), strconv.Itoa(one.Whole), one.Percent)
	}
	if err := s.printf("%s\n%s\n%s", t, p, c.items(s, r, parties)); err != nil {
		return err
	}
	s.note("the platform has %d items, of which %d are in neither class", r.Platform.Items, r.Neither)
	s.note("of %d items with a name, the exchange carries all documents of %d", r.Named, r.Electronic)
	return nil
}

// items returns the table of the items that have names.
func (c *catalogueReport) items(s *session, r catalogue.Report, parties *exchange.Parties) fmt.Stringer {
	t := s.newTable("SERVICE UNIT", "SERVICE ITEM", "CLASS", "KINDS", "WITH", "NO VISIT POSSIBLE", "DOCUMENTS WITHOUT A KIND")
	for _, u := range r.Units {
		for _, item := range u.Items {
			possible := s.word("no")
			if item.Electronic() {
				possible = s.word("yes")
			}
			missing := make([]string, 0, len(item.Missing))
			for _, document := range item.Missing {
				missing = append(missing, s.text(document))
			}
			t.Row(s.text(partyName(parties, u.Party)), s.text(item.Name), s.class(item), strings.Join(item.Kinds, ","),
				strings.Join(item.Departments, ","), possible, strings.Join(missing, ", "))
		}
	}
	return t
}

// class returns the class of an item, for people.
func (s *session) class(of catalogue.Item) string {
	switch {
	case of.Class == catalogue.Once:
		return s.word("only need to come once")
	case of.Class == catalogue.NoVisit:
		return s.word("do not need to come")
	case of.Counted:
		return s.word("not said")
	}
	return s.word("not counted in the table")
}

// csv prints the counts of the units.
func (c *catalogueReport) csv(s *session, r catalogue.Report, parties *exchange.Parties) error {
	w := csv.NewWriter(s.out)
	rows := [][]string{{"unit", "nameEn", "nameZh", "once", "noVisit", "unnamed"}}
	for _, u := range r.Units {
		name := partyName(parties, u.Party)
		rows = append(rows, []string{u.Party, name.EN, name.ZH, strconv.Itoa(u.Once), strconv.Itoa(u.NoVisit), strconv.Itoa(u.Unnamed())})
	}
	if err := w.WriteAll(rows); err != nil {
		return fmt.Errorf("write CSV: %w", err)
	}
	return nil
}

// read returns the table of the catalogue, after a check against the map of parties.
func (c *catalogueReport) read() (catalogue.Report, *exchange.Parties, error) {
	now, err := c.inForce()
	if err != nil {
		return catalogue.Report{}, nil, err
	}
	read := catalogue.BuiltIn
	if c.Catalogue != "" {
		text, err := os.ReadFile(c.Catalogue)
		if err != nil {
			return catalogue.Report{}, nil, fmt.Errorf("read catalogue: %w", err)
		}
		read = func() (*catalogue.Catalogue, error) { return catalogue.Parse(text) }
	}
	all, err := read()
	if err != nil {
		return catalogue.Report{}, nil, err
	}
	kinds := now.Checks.Kinds()
	if err := all.Check(now.Parties, func(kind string) bool { return slices.Contains(kinds, kind) }); err != nil {
		return catalogue.Report{}, nil, fmt.Errorf("check catalogue: %w", err)
	}
	return all.Report(), now.Parties, nil
}

// partyName returns the name of a party of the map.
func partyName(parties *exchange.Parties, id string) exchange.Text {
	p, _ := parties.Get(id) // the catalogue was checked
	return p.Name
}
