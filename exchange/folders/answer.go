package folders

import (
	"context"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"io/fs"
	"strings"

	"github.com/google/uuid"
	"go.uber.org/zap"

	"beibu/exchange"
	"beibu/exchange/answer"
	"beibu/exchange/files"
)

// The names of answers to deliveries, after the exchange id.
const (
	ackSuffix    = ".ack"
	refuseSuffix = ".refused"
)

// maxAnswer bounds an answer, in bytes.
const maxAnswer = 4 << 10

// A Refusal is what is in the answer by which a party refuses a delivery for good: a
// code of its own, and a reason for people.
type Refusal struct {
	Code   string `json:"code"`
	Reason string `json:"reason"`
}

// answer records an answer of the party to a delivery, and removes the delivery from its
// folder. An answer that cannot be recorded is moved to failed.
func (w *watch) answer(ctx context.Context, f files.File) error {
	path := files.Answers + "/" + f.Name
	ack, sum, err := w.ackOf(ctx, f)
	if err == nil {
		_, err = w.Acknowledgements.Acknowledge(ctx, w.party, []exchange.Ack{ack})
	}
	switch kind := exchange.KindOf(err); {
	case err == nil:
		return w.clear(ctx, ack.Exchange, path)
	case errors.Is(err, fs.ErrNotExist): // another daemon was faster
		return nil
	case kind != exchange.Invalid && kind != exchange.NotFound && kind != exchange.Stale:
		return err
	}
	token := digest(f.Name)
	reply := answer.ReplyOf(exchange.Acceptance{}, err, "folder-"+token)
	w.Log.Warn("answer in folder not recorded", zap.String("party", w.party), zap.String("file", shown(f.Name)), zap.String("code", reply.Code))
	return w.keep(ctx, kept{from: path, size: f.Size, name: shown(f.Name), token: token, sum: sum}, files.Failed, problemSuffix, reply.Body)
}

// ackOf reads an answer.
func (w *watch) ackOf(ctx context.Context, f files.File) (ack exchange.Ack, sum [sha256.Size]byte, err error) {
	text, accepted := strings.CutSuffix(f.Name, ackSuffix)
	text = strings.TrimSuffix(text, refuseSuffix)
	ack.Accepted = accepted
	if ack.Exchange, err = uuid.Parse(text); err != nil || ack.Exchange.String() != text {
		return ack, sum, notAnAnswer("the name of an answer is an exchange id and %[1]s or %[2]s", "应答的文件名应为交换编号加 %[1]s 或 %[2]s", ackSuffix, refuseSuffix)
	}
	content, err := w.place.Tree.Read(ctx, files.Answers+"/"+f.Name, maxAnswer)
	switch {
	case errors.Is(err, files.ErrIrregular), errors.Is(err, files.ErrTooLarge):
		return ack, sum, notAnAnswer("an answer is a file of at most %d bytes", "应答应为不超过 %d 字节的普通文件", maxAnswer)
	case err != nil:
		return ack, sum, &files.FolderError{Folder: files.Answers, Err: err}
	}
	sum = sha256.Sum256(content)
	if accepted {
		return ack, sum, nil
	}
	var said Refusal
	if json.Unmarshal(content, &said) != nil {
		return ack, sum, notAnAnswer(`a refusal is {"code": "…", "reason": "…"} in JSON`, `拒收交付应为 JSON：{"code": "…", "reason": "…"}`)
	}
	ack.Code, ack.Reason = said.Code, said.Reason
	return ack, sum, nil
}

func notAnAnswer(en, zh string, args ...any) error {
	return &exchange.Error{Op: "read answer", Kind: exchange.Invalid, Code: "acknowledgement", Err: exchange.Because(en, zh, args...)}
}

// clear removes a delivery that was answered, and its answer last.
func (w *watch) clear(ctx context.Context, id uuid.UUID, path string) error {
	for _, one := range append(files.Delivery(id.String()), path) {
		if err := w.place.Tree.Remove(ctx, one); err != nil {
			return &files.FolderError{Folder: files.In, Err: err}
		}
	}
	return nil
}
