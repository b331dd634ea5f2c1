package sqlite

import "fmt"

// pageBytes is SQLite's page size. Large pages halve the work of a commit,
// whose cost is the writing of pages; two sealed documents of 10 KB go into
// one.
const pageBytes = 32768

// writing are the settings of a connection that writes. FULL makes every
// commit wait for the disk. The page size counts only where the file is new.
func writing() []string {
	return []string{
		fmt.Sprintf("page_size(%d)", pageBytes),
		"journal_mode(WAL)",
		"synchronous(FULL)",
		"busy_timeout(10000)",
		"wal_autocheckpoint(0)", // the checkpointer does it
		"cache_size(-49152)",    // KiB: with a million owners their table still fits
		"trusted_schema(0)",
	}
}

// bound is the setting that keeps the file within its bound.
func bound(o Options) []string {
	if o.MaxBytes <= 0 {
		return nil
	}
	return []string{fmt.Sprintf("max_page_count(%d)", max(o.MaxBytes/pageBytes, 1))}
}

// reading are the settings of a connection that reads.
func reading() []string {
	return []string{"busy_timeout(10000)", "query_only(1)", "cache_size(-2048)", "trusted_schema(0)"}
}
