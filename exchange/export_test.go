package exchange

// SignatureZH returns what a code is told as in Chinese.
func SignatureZH(code string) string { return signatureZH[code] }
