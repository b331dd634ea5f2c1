package config

import (
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"beibu/exchange"
	"beibu/exchange/facts/codes"
)

func TestZeroConfiguration(t *testing.T) {
	l, err := Load("")
	if err != nil {
		t.Fatal(err)
	}
	if l.Listen != "127.0.0.1:8420" || l.Limits.Document != 8<<20 || l.Delivery.ExpireAfter != 168*time.Hour {
		t.Errorf("defaults are %+v", l.Config)
	}
	if len(l.Credentials) != 0 {
		t.Errorf("credentials out of nowhere: %+v", l.Credentials)
	}
}

// A configuration and a map that begin with a byte order mark are read.
func TestByteOrderMark(t *testing.T) {
	const mark = "\ufeff"
	file := filepath.Join(t.TempDir(), "parties.yaml")
	if err := os.WriteFile(file, []byte(mark+"parties:\n  - {id: qinzhou-customs, role: customs, country: CN, name: {en: Qinzhou Customs, zh: 钦州海关}}\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	l, err := Parse("beibud.yaml", []byte(mark+"listen: 127.0.0.1:18420\nparties: "+file+"\n"))
	if err != nil {
		t.Fatal(err)
	}
	if l.Listen != "127.0.0.1:18420" || len(l.Parties.All()) != 1 {
		t.Errorf("listen %q, %d parties", l.Listen, len(l.Parties.All()))
	}
}

// The map that ships has what the design promises: seven port offices, the
// fourteen units of the platform, eleven single windows. Ids are permanent, and
// names are those that the organisations bear.
func TestBuiltInMap(t *testing.T) {
	l, err := Load("")
	if err != nil {
		t.Fatal(err)
	}
	want := strings.Split(strings.TrimSpace(builtIn), "\n")
	var got []string
	for _, p := range l.Parties.All() {
		got = append(got, strings.Join([]string{string(p.Role), p.ID, p.Country, p.Name.ZH, p.Name.EN}, " "))
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

// The LOCODEs in the map are those of the code list that the rules use.
func TestBuiltInMapKnowsItsPorts(t *testing.T) {
	l, err := Load("")
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range l.Parties.All() {
		if p.Role == exchange.Customs && len(p.Locodes) == 0 {
			t.Errorf("%s answers for no port", p.ID)
		}
		for _, code := range p.Locodes {
			if _, ok := codes.Location(code); !ok {
				t.Errorf("%s: %s is not in the code list of UN/LOCODE", p.ID, code)
			}
		}
	}
}

// Every mistake is reported at once, with its line.
func TestMistakes(t *testing.T) {
	dir := t.TempDir()
	short := filepath.Join(dir, "short.key")
	if err := os.WriteFile(short, []byte("too short\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	text := strings.ReplaceAll(`listen: 0.0.0.0:8420
privat: 127.0.0.1:8421
limits:
  document: eight
  request: 10 minutes
  inFlight: many
  drain: 1ms
log: {level: loud}
log: {level: info}
packs: nothing
delivery:
  {expireAfter: 1s, handovers: 1}
access:
  - name: a
    party: nobody
    keyFile: SHORT
  - operator: maybe
    keySHA256: zz
tls:
  certificate: /nowhere.pem
`, "SHORT", short)
	_, err := Parse("beibud.yaml", []byte(text))
	var got []string
	for _, m := range Mistakes(err) {
		got = append(got, fmt.Sprintf("%d %s", m.Line, m.Key))
	}
	want := []string{
		"2 privat", "4 limits.document", "5 limits.request", "6 limits.inFlight", "9 log", "10 packs", "17 access[1].operator",
		"19 tls", "20 tls.certificate", "7 limits.drain", "12 delivery.expireAfter", "12 delivery.handovers", "8 log.level",
		"17 access[1]", "17 access[1]", "18 access[1].keySHA256", "16 access[0].keyFile", "15 access[0].party",
	}
	for _, line := range want {
		if !slices.Contains(got, line) {
			t.Errorf("missing: %s", line)
		}
	}
	if t.Failed() {
		t.Logf("reported:\n%s", err)
	}
}

func TestSyntaxMistakeHasItsLine(t *testing.T) {
	_, err := Parse("beibud.yaml", []byte("listen: 127.0.0.1:1\nlimits: [\n"))
	m := Mistakes(err)
	if len(m) == 0 || m[0].Line < 2 || !strings.Contains(m[0].Reason, "not YAML") {
		t.Errorf("got %v", err)
	}
}

// The YAML parser panics on this; a person must not see that.
func TestParserThatGivesUp(t *testing.T) {
	if _, err := Parse("beibud.yaml", []byte("packs: !0 000")); len(Mistakes(err)) == 0 {
		t.Errorf("got %v", err)
	}
}

func TestPackMistake(t *testing.T) {
	dir := t.TempDir() // a folder without a manifest
	_, err := Parse("beibud.yaml", []byte("packs:\n  - "+dir+"\n  - /nowhere.zip\n"))
	m := Mistakes(err)
	if len(m) != 2 || m[0].Key != "packs[0]" || m[0].Line != 2 || m[1].Key != "packs[1]" || m[1].Line != 3 {
		t.Errorf("got %v", err)
	}
}

// Keys that daemons share are both there, or the daemon would make the other by itself.
func TestKeysFromMistake(t *testing.T) {
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "seal.pem"), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	_, err := Parse("beibud.yaml", []byte("keysFrom: "+dir+"\n"))
	if m := Mistakes(err); len(m) != 1 || m[0].Key != "keysFrom" || !strings.Contains(m[0].Error(), "receipt.pem") {
		t.Errorf("got %v", err)
	}
}

func TestMapMistakes(t *testing.T) {
	file := filepath.Join(t.TempDir(), "parties.yaml")
	text := `parties:
  - id: Qinzhou
    name: {en: Qinzhou, zh: 钦州}
    role: customs
    country: CN
    locodes: [CNQIN9]
    sends: [ata-carnet, love-letter]
  - id: vn
    name: {en: Viet Nam}
    role: harbour
    country: XX
routes:
  - name: nowhere
    kinds: [ata-carnet]
    to: [nobody, "customs:moon"]
`
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	_, err := Parse("beibud.yaml", []byte("parties: "+file))
	for _, part := range []string{
		":2: parties[0].id", ":6: parties[0].locodes", ":7: parties[0].sends: \"love-letter\" is no kind",
		":9: parties[1].name", ":10: parties[1].role", ":11: parties[1].country", `there is no party "nobody"`, `"customs:moon" is no selector`,
	} {
		if err == nil || !strings.Contains(err.Error(), part) {
			t.Errorf("missing: %s", part)
		}
	}
	if t.Failed() {
		t.Logf("reported:\n%v", err)
	}
}

// Every field of the configuration is documented in the reference file, and
// the reference file is right: it states the defaults.
func TestReferenceFile(t *testing.T) {
	b, err := os.ReadFile("../../../deploy/beibud.yaml")
	if err != nil {
		t.Fatal(err)
	}
	l, err := Parse("beibud.yaml", b)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(Config{}.Default(), l.Config, cmpopts.EquateEmpty()); diff != "" {
		t.Errorf("the reference file and the defaults differ:\n%s", diff)
	}
	var names func(reflect.Type)
	names = func(typ reflect.Type) {
		for field := range typ.Fields() {
			if tag := field.Tag.Get("yaml"); !strings.Contains(string(b), tag+":") {
				t.Errorf("%s is not in the reference file", tag)
			}
			if field.Type.Kind() == reflect.Struct {
				names(field.Type)
			}
			if field.Type.Kind() == reflect.Slice && field.Type.Elem().Kind() == reflect.Struct {
				names(field.Type.Elem())
			}
		}
	}
	names(reflect.TypeFor[Config]())
}

func TestSize(t *testing.T) {
	for text, want := range map[string]Size{"0": 0, "65536": 64 << 10, "8MiB": 8 << 20, "1 GiB": 1 << 30} {
		var got Size
		if err := got.UnmarshalText([]byte(text)); err != nil || got != want {
			t.Errorf("%q: got %d, %v", text, got, err)
		}
	}
	for _, text := range []string{"", "-1", "8MB", "9999999999GiB", "x"} {
		var got Size
		if err := got.UnmarshalText([]byte(text)); err == nil {
			t.Errorf("%q was read as %d", text, got)
		}
	}
	if got := Size(8 << 20).String(); got != "8MiB" {
		t.Errorf("got %s", got)
	}
}

func FuzzDecode(f *testing.F) {
	f.Add([]byte("listen: 127.0.0.1:1\nlimits: {document: 8MiB}\n"))
	f.Add([]byte("access:\n  - &a {name: x, operator: true}\n  - *a\n"))
	f.Add([]byte("packs: [*b]\n"))
	f.Add([]byte("a: &a [*a]\n"))
	f.Add([]byte("kinds: !0 000"))
	f.Fuzz(func(t *testing.T, b []byte) {
		var c Config
		var m Map
		for _, s := range []*source{decode("fuzz.yaml", b, &c), decode("fuzz.yaml", b, &m)} {
			for _, mistake := range s.mistakes {
				if mistake.Reason == "" || mistake.Error() == "" {
					t.Error("a mistake without a reason")
				}
			}
		}
	})
}

const builtIn = `
customs qinzhou-customs CN 钦州港海关 Qinzhou Port Customs
customs beihai-customs CN 北海海关 Beihai Customs
customs fangchenggang-customs CN 防城海关 Fangchenggang Customs
customs dongxing-customs CN 东兴海关 Dongxing Customs
customs pingxiang-customs CN 凭祥海关 Pingxiang Customs
customs youyiguan-customs CN 友谊关海关 Youyiguan Customs
customs nanning-customs CN 邕州海关 Yongzhou Customs, Nanning
department gx-development-reform CN 广西壮族自治区发展和改革委员会 Development and Reform Commission of Guangxi
department gx-industry CN 广西壮族自治区工业和信息化厅 Department of Industry and Information Technology of Guangxi
department gx-science CN 广西壮族自治区科学技术厅 Department of Science and Technology of Guangxi
department gx-agriculture CN 广西壮族自治区农业农村厅 Department of Agriculture and Rural Affairs of Guangxi
department gx-forestry CN 广西壮族自治区林业局 Forestry Bureau of Guangxi
department gx-commerce CN 广西壮族自治区商务厅 Department of Commerce of Guangxi
department gx-culture-tourism CN 广西壮族自治区文化和旅游厅 Department of Culture and Tourism of Guangxi
department gx-ocean CN 广西壮族自治区海洋局 Oceanic Administration of Guangxi
department gx-market-supervision CN 广西壮族自治区市场监督管理局 Administration for Market Supervision of Guangxi
department gx-customs CN 南宁海关 Nanning Customs District
department gx-banking CN 国家金融监督管理总局广西监管局 Banking Regulatory Bureau of Guangxi
department gx-communications CN 广西壮族自治区通信管理局 Communications Administration of Guangxi
department gx-trade-promotion CN 中国国际贸易促进委员会广西分会 Guangxi Trade Promotion Association (CCPIT Guangxi)
department gx-press CN 广西壮族自治区新闻出版局 Press and Publication Bureau of Guangxi
window window-cn CN 中国国际贸易单一窗口 China International Trade Single Window
window window-vn VN 越南国家单一窗口 Viet Nam National Single Window
window window-th TH 泰国国家单一窗口 Thailand National Single Window
window window-my MY 马来西亚国家单一窗口 Malaysia National Single Window
window window-sg SG 新加坡互联贸易平台 Singapore Networked Trade Platform
window window-id ID 印度尼西亚国家单一窗口 Indonesia National Single Window
window window-ph PH 菲律宾国家单一窗口 Philippine National Single Window
window window-kh KH 柬埔寨国家单一窗口 Cambodia National Single Window
window window-la LA 老挝国家单一窗口 Lao National Single Window
window window-mm MM 缅甸国家单一窗口 Myanmar National Single Window
window window-bn BN 文莱国家单一窗口 Brunei Darussalam National Single Window
`

// The console is there unless it is switched off, and its times have bounds.
func TestConsole(t *testing.T) {
	for text, want := range map[string]string{
		"{}": "true", "{enabled: true}": "true", "{enabled: false}": "false", "{enabled: maybe}": "2 console.enabled",
		"{idle: 5s}": "2 console.idle", "{idle: 9h}": "2 console.idle", "{idle: 1h, longest: 30h}": "2 console.longest",
	} {
		found, err := mistakesIn(t, "data: elsewhere\nconsole: "+text+"\n")
		if len(found) == 0 {
			l, _ := Parse("beibud.yaml", []byte("console: "+text+"\n"))
			found = []string{fmt.Sprint(*l.Console.Enabled)}
		}
		if !slices.Equal(found, []string{want}) {
			t.Errorf("%s: %v, want %s (%v)", text, found, want, err)
		}
	}
}
