package courier

import "beibu/exchange"

// Record returns what the record keeps of an attempt.
func Record(s *Said, values []string, known bool) *exchange.Dialogue { return s.record(values, known) }
