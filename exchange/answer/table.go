package answer

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"beibu/exchange"
)

// An Entry is one row of the table of problems.
type Entry struct {
	Code       string        // never changes its meaning; one that ends in * is of every code that begins so
	Kind       exchange.Kind // its class
	Status     int           // of HTTP (RFC 9110 section 15); replies on topics carry it too
	Title      exchange.Text
	Detail     exchange.Text // of an error that has none of its own
	Retryable  bool          // sending the same again may succeed
	RetryAfter time.Duration // if Retryable, when; 0 says nothing
	hidden     bool          // the cause is ours, and not shown
}

// classes is the table of kinds: an error whose code has no row in problems is
// answered as its kind says.
var classes = map[exchange.Kind]Entry{
	exchange.Malformed: {
		Status: 400, Code: "malformed",
		Title: exchange.Text{EN: "The document is not XML that the exchange accepts", ZH: "单证不是平台所接受的 XML"},
	},
	exchange.Invalid: {
		Status: 422, Code: "invalid",
		Title: exchange.Text{EN: "Breaks a schema or a rule", ZH: "不符合模式或规则"},
	},
	exchange.Untrusted: {
		Status: 422, Code: "untrusted",
		Title: exchange.Text{EN: "The sender's signature does not count", ZH: "发送方的签名无效"},
	},
	exchange.Conflict: {
		Status: 409, Code: "conflict",
		Title: exchange.Text{EN: "Another document has this number", ZH: "该编号已被另一份单证占用"},
	},
	exchange.Unroutable: {
		Status: 422, Code: exchange.CodeUnroutable,
		Title: exchange.Text{EN: "No party takes this document", ZH: "没有参与方接收该单证"},
	},
	exchange.Forbidden: {
		Status: 403, Code: "forbidden",
		Title: exchange.Text{EN: "Not allowed", ZH: "无此权限"},
	},
	exchange.NotFound: {
		Status: 404, Code: "not-found",
		Title: exchange.Text{EN: "Not found", ZH: "未找到"},
	},
	exchange.Stale: {
		Status: 409, Code: "stale",
		Title: exchange.Text{EN: "Changed since you looked", ZH: "情况在您查看之后已有变化"},
	},
	exchange.Unavailable: {
		Status: 503, Code: "unavailable", Retryable: true, RetryAfter: 2 * time.Second, hidden: true,
		Title: exchange.Text{
			EN: "Not available now; whether it was done is unknown: send the same again, which is safe",
			ZH: "暂时不可用；是否已经处理尚不确定：请原样重发，重发是安全的",
		},
	},
	exchange.InFlight: { // decided within milliseconds; if its node has died, the claim lapses
		Status: 409, Code: "in-flight", Retryable: true, RetryAfter: time.Second,
		Title: exchange.Text{
			EN: "A document with this number is on its way in: send again in a moment",
			ZH: "该编号的单证正在接收中：请稍后重发",
		},
	},
	exchange.Internal: {
		Status: 500, Code: "internal", Retryable: true, hidden: true,
		Title: exchange.Text{
			EN: "A failure of the exchange; whether it was done is unknown: the same may be sent again",
			ZH: "平台内部故障；是否已经处理尚不确定：可以原样重发",
		},
	},
	exchange.BadRequest: {
		Status: 400, Code: "bad-request",
		Title: exchange.Text{EN: "The request cannot be understood", ZH: "请求无法识别"},
	},
	exchange.Unauthenticated: {
		Status: 401, Code: "credentials-unknown",
		Title:  exchange.Text{EN: "Unknown credentials", ZH: "身份凭据未登记"},
		Detail: exchange.Text{EN: "the API key or client certificate is not known here", ZH: "平台未登记该 API 密钥或客户端证书"},
	},
	exchange.TooLarge: {
		Status: 413, Code: "too-large",
		Title: exchange.Text{EN: "The body is too large", ZH: "请求正文过大"},
	},
	exchange.OverQuota: {
		Status: 429, Code: "quota-exceeded", Retryable: true, RetryAfter: time.Second,
		Title: exchange.Text{
			EN: "The party's quota is used up: nothing was done, send again later", ZH: "参与方的配额已用完：未做任何处理，请稍后重发",
		},
	},
	exchange.Overloaded: {
		Status: 503, Code: "busy", Retryable: true, RetryAfter: time.Second,
		Title:  exchange.Text{EN: "Too much at once: nothing was done, send again", ZH: "同时请求过多：未做任何处理，请重发"},
		Detail: exchange.Text{EN: "as many documents are worked on as may be at once", ZH: "同时处理的单证已达上限"},
	},
}

// problems is the table of codes: whatever a row leaves out is as its class says.
var problems = []Entry{
	{Code: "xml.*", Kind: exchange.Malformed},
	{Code: "schema.unknown-kind", Kind: exchange.Malformed},
	{Code: "signature.*", Kind: exchange.Untrusted},
	{Code: "field-*", Kind: exchange.Invalid},
	{Code: "acknowledgement", Kind: exchange.Invalid},
	{Code: "file-name", Kind: exchange.Invalid},
	{Code: "file-type", Kind: exchange.Invalid},
	{Code: "outside-limits", Kind: exchange.Invalid},
	{Code: "plan-empty", Kind: exchange.Invalid},
	{Code: "receiver-missing", Kind: exchange.Invalid},
	{Code: "since-missing", Kind: exchange.Invalid},
	{Code: "unknown-cause", Kind: exchange.Invalid},
	{Code: "unknown-field", Kind: exchange.Invalid},
	{Code: "unknown-code", Kind: exchange.Invalid},
	{
		Code: "unknown-cursor", Kind: exchange.Invalid,
		Title: exchange.Text{EN: "The cursor is not one of this list", ZH: "游标不属于此列表"},
	},
	{Code: "unknown-party", Kind: exchange.Invalid},
	{Code: "unknown-rule", Kind: exchange.Invalid},
	{Code: "unknown-state", Kind: exchange.Invalid},
	{Code: "number-taken", Kind: exchange.Conflict},
	{Code: "sender-may-not-send", Kind: exchange.Forbidden},
	{
		Code: exchange.CodeNotIssuer, Kind: exchange.Forbidden,
		Title: exchange.Text{EN: "Another party issues this document", ZH: "该单证由其他参与方签发"},
	},
	{
		Code: exchange.CodeNoIssuer, Kind: exchange.Forbidden,
		Title: exchange.Text{EN: "The document does not say who issued it", ZH: "单证未注明签发机构"},
	},
	{Code: "routing-staff", Kind: exchange.Forbidden},
	{
		Code: "own-run", Kind: exchange.Forbidden,
		Title: exchange.Text{EN: "Another person has to approve", ZH: "须由他人批准"},
	},
	{
		Code: "person-without-role", Kind: exchange.Forbidden,
		Title: exchange.Text{EN: "You have no role here", ZH: "您在本平台没有角色"},
	},
	{
		Code: "person-blocked", Kind: exchange.Forbidden,
		Title: exchange.Text{EN: "You are blocked here", ZH: "您在本平台已被停用"},
	},
	{
		Code: "person-parties-differ", Kind: exchange.Forbidden,
		Title: exchange.Text{EN: "Your grants contradict each other", ZH: "您的授权相互矛盾"},
	},
	{
		Code: "sign-in-refused", Kind: exchange.Forbidden,
		Title: exchange.Text{EN: "The issuer of identities refused the sign-in", ZH: "身份提供方拒绝了登录"},
	},
	{
		Code: exchange.CodeSuspended, Kind: exchange.Forbidden,
		Title:  exchange.Text{EN: "The party is suspended", ZH: "参与方已被暂停"},
		Detail: exchange.Text{EN: "an operator of the exchange has suspended this party", ZH: "平台操作员已暂停该参与方"},
	},
	{
		Code: "delivered-by-topic", Kind: exchange.Forbidden,
		Title:  exchange.Text{EN: "Deliveries go to a topic", ZH: "交付写入主题"},
		Detail: exchange.Text{EN: "the party takes its deliveries from a topic in Kafka, and has no mailbox beside it", ZH: "该参与方从 Kafka 主题接收交付，不另设信箱"},
	},
	{
		Code: "delivered-by-push", Kind: exchange.Forbidden,
		Title:  exchange.Text{EN: "Deliveries are pushed", ZH: "交付由平台推送"},
		Detail: exchange.Text{EN: "the deliveries of the party are pushed to its address, and it has no mailbox beside it", ZH: "该参与方的交付推送至其地址，不另设信箱"},
	},
	{
		Code: "delivered-by-folder", Kind: exchange.Forbidden,
		Title:  exchange.Text{EN: "Deliveries are written to a folder", ZH: "交付写入文件夹"},
		Detail: exchange.Text{EN: "the deliveries of the party are written to its folder, and it has no mailbox beside it", ZH: "该参与方的交付写入其文件夹，不另设信箱"},
	},
	{Code: "content-gone", Kind: exchange.NotFound},
	{Code: exchange.CodeBytesNotKept, Kind: exchange.NotFound},
	{Code: "no-timestamp", Kind: exchange.NotFound},
	{Code: "not-refused", Kind: exchange.NotFound},
	{Code: "no-balance", Kind: exchange.NotFound},
	{Code: "too-often", Kind: exchange.OverQuota, Title: exchange.Text{EN: "Too many requests: nothing was done, try again in a minute", ZH: "请求过于频繁：未做任何处理，请一分钟后重试"}},
	{Code: "no-rating", Kind: exchange.NotFound},
	{Code: "rating-link", Kind: exchange.Forbidden},
	{Code: "rating-link-expired", Kind: exchange.Forbidden},
	{Code: "own-appeal", Kind: exchange.Forbidden},
	{Code: "already-rated", Kind: exchange.Stale},
	{Code: "not-finished", Kind: exchange.Stale},
	{Code: "rating-state", Kind: exchange.Stale},
	{Code: "rating-grade", Kind: exchange.BadRequest},
	{Code: "rating-text", Kind: exchange.BadRequest},
	{Code: "rating-unit", Kind: exchange.BadRequest},
	{Code: "appeal-cause", Kind: exchange.BadRequest},
	{Code: "unknown-kind", Kind: exchange.NotFound}, // of a filter, Invalid
	{Code: "unknown-sample", Kind: exchange.NotFound},
	{Code: "delivery-settled", Kind: exchange.Stale},
	{Code: "not-held", Kind: exchange.Stale},
	{Code: "not-suspended", Kind: exchange.Stale},
	{Code: "not-pushed", Kind: exchange.Stale},
	{Code: "view-exists", Kind: exchange.Stale},
	{Code: "view-limit", Kind: exchange.Stale},
	{Code: "view-name", Kind: exchange.BadRequest},
	{Code: "view-audience", Kind: exchange.Invalid},
	{Code: "plan-changed", Kind: exchange.Stale},
	{Code: "approval-expired", Kind: exchange.Stale},
	{Code: "run-status", Kind: exchange.Stale},
	{
		Code: "sign-in-expired", Kind: exchange.Stale,
		Title: exchange.Text{EN: "This sign-in is over", ZH: "该登录已结束"},
	},
	{
		Code: "parameter", Kind: exchange.BadRequest,
		Title: exchange.Text{EN: "A parameter cannot be understood", ZH: "参数无法识别"},
	},
	{
		Code: "reason-required", Kind: exchange.BadRequest,
		Title: exchange.Text{EN: "Personal data is shown for a reason alone", ZH: "查看个人信息须说明理由"},
	},
	{
		Code: exchange.CodeOddNumber, Kind: exchange.BadRequest,
		Title: exchange.Text{EN: "A document number holds a character that none may hold", ZH: "单证编号含有不得使用的字符"},
	},
	{
		Code: "body", Kind: exchange.BadRequest,
		Title: exchange.Text{EN: "The body cannot be understood", ZH: "请求正文无法识别"},
	},
	{
		Code: "media-type", Kind: exchange.BadRequest, Status: 415,
		Title: exchange.Text{EN: "The body has the wrong type", ZH: "请求正文的类型不符"},
	},
	{
		Code: "method", Kind: exchange.BadRequest, Status: 405,
		Title: exchange.Text{EN: "The method is not allowed here", ZH: "此处不允许该方法"},
	},
	{
		Code: "slow", Kind: exchange.BadRequest, Status: 408, Retryable: true, RetryAfter: time.Second,
		Title: exchange.Text{EN: "The body came too slowly", ZH: "请求正文传输过慢"},
	},
	{
		Code: "credentials-missing", Kind: exchange.Unauthenticated,
		Title:  exchange.Text{EN: "Who is calling?", ZH: "未提供身份凭据"},
		Detail: exchange.Text{EN: "send an API key as a bearer token, or a client certificate", ZH: "请以 Bearer 令牌发送 API 密钥，或使用客户端证书"},
	},
	{
		Code: "sign-in-untrusted", Kind: exchange.Unauthenticated,
		Title: exchange.Text{EN: "The issuer's token does not count", ZH: "身份提供方的令牌无效"},
	},
	{
		Code: "issuer-unavailable", Kind: exchange.Overloaded,
		Title: exchange.Text{EN: "The issuer of identities does not answer: nothing was done, try again", ZH: "身份提供方没有应答：未做任何处理，请重试"},
	},
	{
		Code: "memory-full", Kind: exchange.Overloaded,
		Detail: exchange.Text{EN: "the documents that are worked on take all the memory that is set aside for them", ZH: "正在处理的单证已占满为其预留的内存"},
	},
	{
		Code: "share-used", Kind: exchange.Overloaded,
		Detail: exchange.Text{
			EN: "the party has its share of what may be worked on at once; what is left is for the others",
			ZH: "该参与方已用完其同时处理的份额，其余留给其他参与方",
		},
	},
}

// Entries returns every row, by code: those of the classes and those of the codes.
func Entries() []Entry {
	all := make([]Entry, 0, len(classes)+len(problems))
	for kind, class := range classes {
		class.Kind = kind
		all = append(all, class)
	}
	for _, row := range problems {
		all = append(all, row.complete(classes[row.Kind]))
	}
	slices.SortFunc(all, func(a, b Entry) int { return strings.Compare(a.Code, b.Code) })
	return all
}

// Find returns the row of a code, or false.
func Find(code string) (Entry, bool) {
	all := Entries()
	at := slices.IndexFunc(all, func(e Entry) bool { return e.covers(code) })
	if at < 0 {
		return Entry{}, false
	}
	return all[at], true
}

// lookUp returns the row of an error: that of its class with what the row of its
// code, if there is one, says beyond it.
func lookUp(kind exchange.Kind, code string) Entry {
	class := classes[kind]
	class.Kind = kind
	for _, row := range problems {
		if row.Kind == kind && row.covers(code) {
			row = row.complete(class)
			row.Code = code
			return row
		}
	}
	class.Code = cmp.Or(code, class.Code)
	if code != "" && code != classes[kind].Code {
		class.Detail = exchange.Text{} // which is of the class's own code
	}
	return class
}

// covers reports whether a row is of a code.
func (e Entry) covers(code string) bool {
	prefix, isFamily := strings.CutSuffix(e.Code, "*")
	return e.Code == code || isFamily && strings.HasPrefix(code, prefix)
}

// complete returns a row with what it leaves out as its class has it.
func (e Entry) complete(class Entry) Entry {
	e.Status = cmp.Or(e.Status, class.Status)
	e.Title = cmp.Or(e.Title, class.Title)
	e.Retryable = e.Retryable || class.Retryable
	e.RetryAfter = cmp.Or(e.RetryAfter, class.RetryAfter)
	e.hidden = class.hidden
	return e
}
