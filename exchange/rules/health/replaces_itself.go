package health

import "beibu/exchange/rules"

// references lists where a document names those that it follows.
func references() [2]string {
	return [...]string{"OriginalDocumentReference", "PreviousDocumentReference"}
}

// replacesItself is HLT-09. A new version of the same number is told by VersionID.
func replacesItself() rules.Rule {
	return rules.Rule{
		Code: "HLT-09", Kinds: both(), Severity: rules.Reject,
		Source: "UBL 2.4, GoodsCertificate: the references name earlier documents",
		EN:     "the document {0} says that it follows itself",
		ZH:     "单证{0}声明其前一单证为自身",
		Check: func(d *rules.Document, report rules.Report) {
			own, version := d.Root.Find("ID").Text(), d.Root.Find("VersionID").Text()
			for _, name := range references() {
				at := d.Root.Find(name)
				if own != "" && at.Find("ID").Text() == own && at.Find("VersionID").Text() == version {
					report(at, own)
				}
			}
		},
	}
}
