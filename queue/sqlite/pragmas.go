package sqlite

import "fmt"

// pageBytes is SQLite's page size. Large pages halve the work of a commit,
// whose cost is the writing of pages; two sealed documents of 10 KB go into
// one.
const pageBytes = 32768

// How many pages the connections keep. This build of SQLite has one cache for
// all connections of a process, bounded by the sum of what they ask for, in
// pages of whatever size: pages asked for by connections to other files may
// come to hold ours, of 32 KiB each. So all ask for little. What one connection
// lacks is read from the system's cache.
const (
	writingPages = 384
	readingPages = 16 // of each that reads or copies
)

// writing are the settings of a connection that writes, with the pages that it
// keeps. FULL makes every commit wait for the disk. The page size counts only
// where the file is new.
func writing(pages int) []string {
	return []string{
		fmt.Sprintf("page_size(%d)", pageBytes),
		"journal_mode(WAL)",
		"synchronous(FULL)",
		"busy_timeout(10000)",
		"wal_autocheckpoint(0)", // the checkpointer does it
		fmt.Sprintf("cache_size(%d)", pages),
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
	return []string{
		"busy_timeout(10000)", "query_only(1)", fmt.Sprintf("cache_size(%d)", readingPages), "trusted_schema(0)",
	}
}
