package exchange

// SignatureZH returns the Chinese text of a code.
func SignatureZH(code string) string { return signatureZH[code] }
