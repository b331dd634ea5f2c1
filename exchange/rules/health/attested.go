package health

import "beibu/exchange/rules"

// attested is HLT-11.
func attested() rules.Rule {
	return rules.Rule{
		Code: "HLT-11", Kinds: certificates(), Severity: rules.Warn,
		Source: "Codex CXG 38-2001: a certificate states what the authority attests",
		EN:     "the certificate attests nothing: no line of an attestation has a text",
		ZH:     "证书没有任何证明内容：证明条目均无文字",
		Check: func(d *rules.Document, report rules.Report) {
			for line := range d.Root.All("Attestation/AttestationLine/Description") {
				if line.Text() != "" {
					return
				}
			}
			report(d.Root)
		},
	}
}
