package exchange

// SignatureZH returns what a code is told as in Chinese.
func SignatureZH(code string) string { return signatureZH[code] }

// ReasonZH says a reason of the strict reader in Chinese.
func ReasonZH(reason string) string { return reasonZH(reason) }
