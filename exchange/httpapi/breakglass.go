package httpapi

import "go.uber.org/zap"

// breakGlass logs and counts a call by a break-glass account, and records the first one
// in an hour before it is answered. What cannot be recorded is not done.
func (s *Server) breakGlass(c *call) error {
	s.log.Warn("break-glass account used", zap.String("caller", c.caller.Name), zap.String("method", c.request.Method),
		zap.String("route", c.route), zap.String("request", c.id), zap.String("remote", c.request.RemoteAddr))
	return s.glass.Use(c.request.Context(), c.caller.Name, c.request.Method+" "+c.route, c.started)
}
