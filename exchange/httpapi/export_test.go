package httpapi

// Patterns returns every route as "METHOD /path".
func (s *Server) Patterns() []string {
	all := []string{}
	for _, r := range s.routes() {
		all = append(all, r.pattern)
	}
	return all
}
