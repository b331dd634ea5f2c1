package kinds

import "beibu/exchange"

// builtIn names the built-in kinds, and what their schemas follow. How a kind is
// used in this trade, the rules say.
var builtIn = map[string]struct {
	name     exchange.Text
	standard string
}{
	"ata-carnet":                 {exchange.Text{EN: "ATA carnet", ZH: "ATA单证册"}, "UBL 2.4 GoodsItemPassport; Istanbul Convention, Annex A"},
	"ata-reexportation-proof":    {exchange.Text{EN: "Proof of re-exportation", ZH: "复运出境证明"}, "UBL 2.4 ProofOfReexportation"},
	"ata-reexportation-request":  {exchange.Text{EN: "Request for proof of re-exportation", ZH: "复运出境证明请求"}, "UBL 2.4 ProofOfReexportationRequest"},
	"ata-reexportation-reminder": {exchange.Text{EN: "Reminder of a request for proof of re-exportation", ZH: "复运出境证明催告"}, "UBL 2.4 ProofOfReexportationReminder"},
	"health-permit":              {exchange.Text{EN: "Frontier-port health permit", ZH: "国境口岸卫生许可证"}, "UBL 2.4 GoodsCertificate"},
	"health-certificate":         {exchange.Text{EN: "Health certificate", ZH: "卫生证书"}, "UBL 2.4 GoodsCertificate"},
	"sps-certificate":            {exchange.Text{EN: "Sanitary or phytosanitary certificate", ZH: "动植物检疫证书"}, "UN/CEFACT SPSCertificate 17"},
	"import-licence":             {exchange.Text{EN: "Import licence", ZH: "进口许可证"}, "WCO LPCO vocabulary, urn:beibu:schema:trade-licence:1"},
	"export-licence":             {exchange.Text{EN: "Export licence", ZH: "出口许可证"}, "WCO LPCO vocabulary, urn:beibu:schema:trade-licence:1"},
	"import-declaration":         {exchange.Text{EN: "Import declaration", ZH: "进口报关单"}, "UBL 2.4 ImportCustomsDeclaration"},
	"export-declaration":         {exchange.Text{EN: "Export declaration", ZH: "出口报关单"}, "UBL 2.4 ExportCustomsDeclaration"},
	"transit-declaration":        {exchange.Text{EN: "Transit declaration", ZH: "过境报关单"}, "UBL 2.4 TransitCustomsDeclaration"},
	"certificate-of-origin":      {exchange.Text{EN: "Certificate of origin", ZH: "原产地证书"}, "UBL 2.4 CertificateOfOrigin; ACFTA Form E"},
	"response":                   {exchange.Text{EN: "Answer to a document", ZH: "单证回执"}, "UBL 2.4 ApplicationResponse"},
}
