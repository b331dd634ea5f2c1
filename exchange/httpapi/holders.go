package httpapi

import (
	"net/http"
	"time"
)

// HolderName is what POST /v1/holders takes: the name of the holder of a carnet or licence.
type HolderName struct {
	Name string `json:"name"`
}

// SealedHolder answers POST /v1/holders.
type SealedHolder struct {
	// Holder is the value of the filter holder of lists. It says nothing to anybody but the
	// daemons of this exchange, so it may be part of an address, which a name may not.
	Holder string `json:"holder"`
}

// sealHolder answers POST /v1/holders.
func (s *Server) sealHolder(c *call) error {
	var asked HolderName
	if err := s.readJSON(c, &asked); err != nil {
		return err
	}
	sealed, err := s.holders.Seal(asked.Name, time.Now())
	if err != nil {
		return badRequest(codeBody, "name: at least one letter or digit, and at most 256 bytes", "name：至少应有一个字母或数字，最多 256 字节")
	}
	return c.json(http.StatusOK, SealedHolder{sealed})
}
