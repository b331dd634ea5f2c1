package all_test

import (
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"beibu/exchange/rules/all"
)

// terms are the words that China's customs use, each for one thing, and what else
// it is called: by associations, in other countries, or by whoever translates.
// 单证 is any document, 凭证 a voucher of a carnet, 存根 its counterfoil.
var terms = map[string][]string{
	"复运出境":     {"复出口", "再出口", "重新出口", "再输出", "转出口"},
	"复运进境":     {"复进口", "再进口", "重新进口", "再输入"},
	"暂时进出境":    {"临时进口", "临时出口", "临时进境", "临时出境", "暂时进口", "暂时出口"},
	"凭证":       {"凭单", "联单", "传票"},
	"存根":       {"底联", "存根联", "副联"},
	"单证册":      {"通关证", "通关册", "单证簿"},
	"报关单":      {"申报单", "报单", "海关声明"},
	"原产地证书":    {"产地证明书", "来源地证书", "原产地证明书"},
	"植物检疫证书":   {"植检证", "植物卫生证书", "植物健康证书"},
	"卫生证书":     {"健康证书", "健康证明"},
	"卫生许可证":    {"健康许可", "卫生许可书"},
	"统一社会信用代码": {"社会信用编码", "信用号码", "统一信用代码"},
	"启运":       {"起运"},
	"口岸":       {"港埠", "关口", "入口港"},
	"海关":       {"关税局", "税关"},
	"计量单位":     {"度量单位", "量度单位"},
	"原产国":      {"来源国", "产出国"},
	"收货人":      {"收件人", "受货人"},
	"发货人":      {"寄件人", "发件人"},
	"净重":       {"净重量"},
	"毛重":       {"总重量为", "毛重量"},
	"滞报金":      {"迟报费", "滞报费"},
	"集装箱":      {"货柜"},
	"项号":       {"行号", "项目编号"},
	"有效期":      {"有效期间", "效期"},
	"签发":       {"颁发", "签出"},
	"担保协会":     {"保证协会", "担保机构"},
	"回执":       {"回条", "应答书"},
}

// In Chinese there is one word for one thing, and it is the one of customs.
func TestOneWordForOneThing(t *testing.T) {
	for _, r := range all.Rules() {
		for word, others := range terms {
			// What is said rightly is set aside, so that no part of it is taken for a word of its own.
			rest := strings.ReplaceAll(r.ZH, word, "")
			for _, other := range others {
				if strings.Contains(rest, other) {
					t.Errorf("%s says %s for %s: %s", r.Code, other, word, r.ZH)
				}
			}
		}
	}
}

// The same holds for all that the programs say.
func TestOneWordInAllPackages(t *testing.T) {
	for _, tree := range []string{"exchange", "schemas", "cmd", "signing", "queue"} {
		err := filepath.WalkDir(filepath.Join("../../..", tree), func(file string, _ fs.DirEntry, err error) error {
			if err != nil || !strings.HasSuffix(file, ".go") || strings.HasSuffix(file, "_test.go") {
				return err
			}
			source, err := os.ReadFile(file)
			for word, others := range terms {
				rest := strings.ReplaceAll(string(source), word, "")
				for _, other := range others {
					if strings.Contains(rest, other) {
						t.Errorf("%s says %s for %s", file, other, word)
					}
				}
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
}
