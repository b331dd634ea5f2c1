package codes_test

import (
	"bufio"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"beibu/exchange/facts/codes"
)

func TestEveryListSaysWhereItIsFrom(t *testing.T) {
	files, err := filepath.Glob("lists/*")
	if err != nil || len(files) != 7 {
		t.Fatalf("lists: %v, %v", files, err)
	}
	for _, file := range files {
		f, err := os.Open(file)
		if err != nil {
			t.Fatal(err)
		}
		line, _ := bufio.NewReader(f).ReadString('\n')
		_ = f.Close()
		if !strings.HasPrefix(line, "# ") || !strings.Contains(line, "Source: ") || !strings.Contains(line, "Read 20") {
			t.Errorf("%s: header %q", file, line)
		}
	}
}

func TestSimpleCodes(t *testing.T) {
	lists := map[string]func(string) bool{
		"country": codes.Country, "unit": codes.Unit, "package": codes.Package, "mode": codes.TransportMode,
		"shape": codes.LocationCode,
	}
	for _, test := range []struct {
		list     string
		yes, not []string
	}{
		{"country", []string{"CN", "VN", "TL", "HK", "AX"}, []string{"", "cn", "CHN", "XI", "EU", "ZZ", "A", "C N"}},
		{"unit", []string{"H87", "KGM", "TNE", "C62", "NMP", "XBX", "LTR", "MTQ"}, []string{"", "KG", "PCS", "kgm", "XX9", "XIZ1"}},
		{"package", []string{"BX", "CT", "PX", "1A", "ZZ"}, []string{"", "BOX", "bx", "00"}},
		{"mode", []string{"0", "1", "3", "9"}, []string{"", "10", "01", "A", "-1"}},
		{"shape", []string{"CNQZH", "VN7BR", "USNYC"}, []string{"", "CNQZ", "CNQZHH", "XXQZH", "CNqzh", "CN1ZH"}},
	} {
		for _, code := range test.yes {
			if !lists[test.list](code) {
				t.Errorf("%s %q: not found", test.list, code)
			}
		}
		for _, code := range test.not {
			if lists[test.list](code) {
				t.Errorf("%s %q: found", test.list, code)
			}
		}
	}
}

func TestCurrency(t *testing.T) {
	for code, want := range map[string]int{
		"CNY": 2, "VND": 0, "KWD": 3, "CLF": 4, "JPY": 0, "XAU": -1, "STN": 2, "LAK": 2, "MMK": 2, "IDR": 2,
	} {
		if got, ok := codes.Currency(code); !ok || got != want {
			t.Errorf("%s: %d, %v; want %d", code, got, ok, want)
		}
	}
	for _, code := range []string{"", "RMB", "cny", "CNH", "STD", "HRK"} {
		if _, ok := codes.Currency(code); ok {
			t.Errorf("%s: found", code)
		}
	}
}

func TestDocumentType(t *testing.T) {
	if name, ok := codes.DocumentType("955"); !ok || name != "ATA carnet" {
		t.Errorf("955: %q, %v", name, ok)
	}
	if _, ok := codes.DocumentType("9999"); ok {
		t.Error("9999: found")
	}
}

func TestLocation(t *testing.T) {
	for _, test := range []struct {
		code, name    string
		port, airport bool
	}{
		{"CNQZH", "Qinzhou", true, false},
		{"CNBIH", "Beihai Pt", true, false},
		{"CNBHY", "Beihai", false, true}, // the city and its airport, not the port
		{"CNQIN", "Qingdao", true, true}, // not Qinzhou
		{"CNDON", "Dongning", false, false},
		{"IDTPP", "Tanjung Priok", false, false}, // listed as road only
		{"IDJKT", "Jakarta, Java", true, true},
		{"VNHPH", "Haiphong", true, false},
	} {
		p, ok := codes.Location(test.code)
		if !ok || p.Name != test.name || p.Port() != test.port || p.Airport() != test.airport || p.Country != test.code[:2] {
			t.Errorf("%s: %+v, %v", test.code, p, ok)
		}
	}
	if _, ok := codes.Location("CNXXX"); ok {
		t.Error("CNXXX: found")
	}
	if !codes.Covered("VN") || codes.Covered("US") {
		t.Error("covered countries")
	}
}

// The places that parties.yaml and the carnets are about must be there.
func TestLocationsOfTheGulf(t *testing.T) {
	for code := range strings.FieldsSeq(`CNQZH CNSAJ CNBHY CNBIH CNBHT CNSTB CNFAN CNQSA CNJIS CNNIN CNNIG CNNNG CNPIN CNYYG
		CNDOX CNAID CNSKO CNLGB CNPGM CNSHL CNTZH CNWUZ CNGUG CNLZH CNKWL CNCGZ VNHPH VNDVU VNMOC VNLGS VNLCA VNCMT
		VNTOT VNCLI VNSGN VNDAD VNHAN VNCPH THBKK THLCH SGSIN MYPKG MYWSP MYPEN MYKUA IDJKT IDTPP IDSUB IDBLW IDBTM
		PHMNL PHMNN PHMNS PHCEB KHKOS KHPNH MMRGN MMTLA BNMUA LAVTE LATHG LASAV LABTN TLDIL`) {
		if p, ok := codes.Location(code); !ok || !codes.LocationCode(code) || len(p.Functions) != 8 {
			t.Errorf("%s: %+v, %v", code, p, ok)
		}
	}
}
