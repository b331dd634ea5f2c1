package sqlite

import "fmt"

// pageBytes is SQLite's page size. Large pages halve the work of a commit,
// whose cost is the writing of pages; two sealed documents of 10 KB go into
// one. With pages of 16 KiB an admission by 64 clients takes 1.1 times the processor's
// time, with 8 KiB 1.3 times, and with 64 KiB no less.
const pageBytes = 32768

// How many pages the connections keep. This build of SQLite has one cache for
// all connections of a process, bounded by the sum of what they ask for, in
// pages of any size. So pages for connections to other files may be used for ours, of
// 32 KiB each. All connections therefore ask for few, and read further pages from the
// cache of the operating system.
const (
	writingPages = 384
	readingPages = 16 // of each that reads or copies
)

// writing returns the settings of a connection that writes, with the pages that it
// keeps. FULL makes every commit wait for the disk. The page size has an effect only
// on a new file.
func writing(pages int) []string {
	return []string{
		"busy_timeout(10000)", // for those that follow too
		fmt.Sprintf("page_size(%d)", pageBytes),
		"journal_mode(WAL)",
		"synchronous(FULL)",
		"wal_autocheckpoint(0)", // the checkpointer does it
		fmt.Sprintf("cache_size(%d)", pages),
		"trusted_schema(0)",
	}
}

// bound returns the setting that limits the size of the file.
func bound(o Options) []string {
	if o.MaxBytes <= 0 {
		return nil
	}
	return []string{fmt.Sprintf("max_page_count(%d)", max(o.MaxBytes/pageBytes, 1))}
}

// reading returns the settings of a connection that reads.
func reading() []string {
	return []string{
		"busy_timeout(10000)", "query_only(1)", fmt.Sprintf("cache_size(%d)", readingPages), "trusted_schema(0)",
	}
}
