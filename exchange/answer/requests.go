package answer

import "beibu/exchange"

// requestExplanations has the rows about requests, credentials, sign-in and limits, by code.
var requestExplanations = map[string]Explanation{
	"too-often": explained(
		"One address asks for public pages, or sends forms, more often than is allowed, or all addresses together do.",
		"同一地址访问公开页面或提交表单过于频繁，或全部访问合计过于频繁。",
		"Try again in a minute.",
		"请一分钟后再试。"),
	"no-rating": explained(
		"There is no rating or question with this id, or it is about a party that is not yours to see.",
		"没有此编号的评价或咨询，或其所属单位不在您的查看范围内。",
		"List what you may see with GET /v1/ratings (`beibuctl ratings list`).",
		"请以 GET /v1/ratings（`beibuctl ratings list`）列出您可查看的评价。"),
	"rating-link": explained(
		"The link to rate was cut or altered, is for something else, or another exchange made it.",
		"评价链接不完整、被改动、另有用途，或由其他平台签发。",
		"Copy the whole link. The sender finds it in the finished exchange, under rate.",
		"请完整复制链接。发送方可在已办结的交换中（rate 项）找到该链接。"),
	"rating-link-expired": explained(
		"The link to rate can be used for 30 days after the day on which it was given.",
		"评价链接自取得之日起 30 天内有效。",
		"Look at the exchange again: it gives its sender another link.",
		"请重新查看该次交换，平台会向发送方提供新的链接。"),
	"own-appeal": explained(
		"Whoever appealed, and whoever is of the department that is rated, does not decide the appeal.",
		"申诉人及被评价单位人员不得决定该申诉。",
		"Ask an approver of the exchange.",
		"请由平台的审批员决定。"),
	"already-rated": explained(
		"Each exchange is rated once. This one was, perhaps through another node a moment ago.",
		"一事一评：该次交换已经评价，也可能刚刚经由另一节点提交。",
		"Nothing is to be done. The first rating counts.",
		"无须处理，以首次评价为准。"),
	"not-finished": explained(
		"An exchange is rated once it is finished: every receiver has acknowledged or refused it, or it was given up.",
		"交换办结后方可评价：各接收方均已签收或拒收，或已停止交付。",
		"Wait for the receivers.",
		"请等待接收方处理。"),
	"rating-state": explained(
		"The rating or question is not in a state in which this can be done. It may have been done before.",
		"该评价或咨询的当前状态不允许此操作，也可能此前已经办理。",
		"Read it again: GET /v1/ratings/ID.",
		"请重新读取：GET /v1/ratings/ID。"),
	"rating-grade": explained(
		"A grade is missing.",
		"缺少评价等级。",
		"Choose one of very-satisfied, satisfied, basically-satisfied, dissatisfied, very-dissatisfied.",
		"请选择非常满意、满意、基本满意、不满意、非常不满意之一。"),
	"rating-text": explained(
		"A text is missing, too long, or not UTF-8.",
		"文字缺失、过长或不是 UTF-8 编码。",
		"The detail says how many characters there may be.",
		"详细说明中注明了允许的字符数。"),
	"rating-unit": explained(
		"The exchange went to several parties, and the rating does not say which of them is rated, or names another.",
		"该次交换有多个接收方，评价未指明其中之一，或指明了其他单位。",
		"Name one of the units that the detail lists.",
		"请从详细说明所列单位中指明一个。"),
	"appeal-cause": explained(
		"An appeal against a rating says why: it is mistaken or malicious.",
		"对评价的申诉须注明原因：误评或恶意评价。",
		"Give cause as mistaken or malicious.",
		"请将 cause 填为 mistaken 或 malicious。"),
	"bad-request": explained(
		"The request is not one of this API.",
		"该请求不符合本接口。",
		"Compare it with the description at /v1/openapi.yaml.",
		"请与 /v1/openapi.yaml 中的接口说明核对。"),
	"parameter": explained(
		"A parameter of the address is unknown, is given twice, or has a value that is not allowed.",
		"地址中的某一参数未知、重复，或其值不符合要求。",
		"The detail names the parameter and what it may be.",
		"详细说明中指明了该参数及其允许的值。"),
	"reason-required": explained(
		"The document has personal data, and you are neither its sender nor a receiver of it. Whoever reads it says why, and the record keeps who, when and why.",
		"该单证含有个人信息，而您既非发送方也非接收方。查看者须说明理由，平台记录何人、何时、因何查看。",
		"Give the parameter reason (`beibuctl exchanges document ID --reason TEXT`), or read it with personal data masked: GET /v1/exchanges/ID/reading.",
		"请给出参数 reason（`beibuctl exchanges document ID --reason TEXT`），或查看已隐藏个人信息的内容：GET /v1/exchanges/ID/reading。"),
	"unknown-field": explained(
		"Nothing is masked at this path of the document.",
		"单证的该路径处没有隐藏的内容。",
		"Use a path that the reading gives for an element that is masked, or leave the field out to unmask all.",
		"请使用查看结果中隐藏元素所附的路径；省略 field 则全部显示。"),
	exchange.CodeOddNumber: explained(
		"A document number contains a character that cannot be seen, another kind of space, a control character, or a full-width letter or digit, so that two numbers could look the same.",
		"单证编号含有不可见字符、其他空格、控制字符或全角字母数字，可能使两个编号看起来相同。",
		"Write the number with ordinary characters. The message shows the character by its code point.",
		"请使用普通字符填写编号。提示信息以码位标明了该字符。"),
	"body": explained(
		"The body is not JSON as this request needs it, or the gzip data is damaged.",
		"请求正文不是该请求所需的 JSON，或 gzip 数据已损坏。",
		"Compare the body with the description at /v1/openapi.yaml.",
		"请将正文与 /v1/openapi.yaml 中的接口说明核对。"),
	"media-type": explained(
		"The Content-Type or the Content-Encoding is not one that this request takes.",
		"Content-Type 或 Content-Encoding 不是该请求所接受的类型。",
		"Send documents as application/xml in UTF-8, plain or with gzip, and everything else as application/json.",
		"单证请以 application/xml（UTF-8）发送，可用 gzip 压缩；其他请以 application/json 发送。"),
	"method": explained(
		"The address exists, but not with this method.",
		"该地址存在，但不允许此方法。",
		"Use a method that the header Allow names.",
		"请使用 Allow 标头列出的方法。"),
	"slow": explained(
		"The body did not arrive in the time that a body may take.",
		"请求正文未在规定时间内到达。",
		"Send again. If the network is slow, use gzip.",
		"请重新发送。网络较慢时请使用 gzip。"),
	"credentials-unknown": explained(
		"The API key or the client certificate is not one that this daemon knows.",
		"平台未登记该 API 密钥或客户端证书。",
		"Check that the key file is the one for this exchange. The operator registers keys under access and reloads.",
		"请核对密钥文件是否属于本平台。操作员在 access 中登记密钥并重新加载。"),
	"credentials-missing": explained(
		"The request has neither an API key nor a client certificate.",
		"请求既无 API 密钥，也无客户端证书。",
		"Send the header Authorization: Bearer KEY, or call with a client certificate.",
		"请发送标头 Authorization: Bearer KEY，或使用客户端证书。"),
	"person-without-role": explained(
		"The issuer of identities knows you, but names no group or role to which this exchange gives anything.",
		"身份提供方确认了您的身份，但未给出本平台授予权限的任何组或角色。",
		"Ask for a group that oidc.grants names, and sign in again: what the issuer says is read at the sign-in.",
		"请申请加入 oidc.grants 所列的组，然后重新登录：身份提供方的信息在登录时读取。"),
	"person-blocked": explained(
		"The configuration of this exchange blocks you (oidc.blocked), whatever groups the issuer of identities names.",
		"本平台的配置已停用您（oidc.blocked），与身份提供方给出的组无关。",
		"Ask the operator of the exchange.",
		"请联系平台操作员。"),
	"person-parties-differ": explained(
		"You have several groups whose grants are for different parties. A person speaks for one party.",
		"您所在的多个组的授权属于不同的参与方。一个人只能代表一个参与方。",
		"Ask the administrator of the issuer to leave you in the groups of one party alone.",
		"请联系身份提供方管理员，只保留您在其中一个参与方的组。"),
	"sign-in-refused": explained(
		"The issuer of identities did not sign you in, or does not accept this exchange as its client. The detail has its reason.",
		"身份提供方未让您登录，或不接受本平台作为其客户端。详细说明中注明了原因。",
		"If you did not cancel, show the detail to the operator, who compares oidc in the configuration with the client at the issuer.",
		"如非您自行取消，请将详细说明交给操作员，由其核对配置中的 oidc 与身份提供方的客户端设置。"),
	"sign-in-expired": explained(
		"The answer of the issuer belongs to no sign-in that this browser has started, or came too late, or was used already.",
		"身份提供方的应答不属于本浏览器发起的登录，或来得太晚，或已被使用。",
		"Start again from the sign-in page. The browser must accept cookies.",
		"请从登录页面重新开始。浏览器须接受 Cookie。"),
	"sign-in-untrusted": explained(
		"The token of the issuer is not signed by its key, not for this exchange, not of this sign-in, or has ended.",
		"身份提供方的令牌并非由其密钥签名、不是发给本平台、不属于本次登录，或已过期。",
		"Start again. If it happens again, check the clocks of both machines, and oidc.issuer and oidc.clientID.",
		"请重新登录。如再次发生，请检查两台机器的时钟以及 oidc.issuer 和 oidc.clientID。"),
	"issuer-unavailable": explained(
		"The issuer by which people sign in does not answer the exchange. Nothing was done.",
		"用于登录的身份提供方没有应答本平台。未做任何处理。",
		"Try again in a moment. Keys and the break-glass account work without the issuer.",
		"请稍后再试。API 密钥和应急账户不依赖身份提供方。"),
	"too-large": explained(
		"The body is larger than limits.document allows, or unpacks to more than its ratio allows.",
		"请求正文超过 limits.document 的限制，或解压后超过允许的比例。",
		"Split the document. The detail says the limit.",
		"请拆分单证。详细说明中注明了上限。"),
	"quota-exceeded": explained(
		"The party has sent as many documents as its quota allows in this time. Nothing was done.",
		"该参与方在此时段内报送的单证已达配额。未做任何处理。",
		"Send again after Retry-After. RateLimit in every answer says how much is left.",
		"请在 Retry-After 之后重发。每个答复的 RateLimit 标头注明余量。"),
	"busy": explained(
		"As many documents are processed as may be at once. Nothing was done.",
		"同时处理的单证已达上限。未做任何处理。",
		"Send again after Retry-After. Operators can raise limits.inFlight.",
		"请在 Retry-After 之后重发。操作员可调高 limits.inFlight。"),
	"memory-full": explained(
		"The documents that are processed take all the memory that is reserved for them. Nothing was done.",
		"正在处理的单证已占满为其预留的内存。未做任何处理。",
		"Send again after Retry-After. Operators can raise limits.memory.",
		"请在 Retry-After 之后重发。操作员可调高 limits.memory。"),
	"share-used": explained(
		"This party uses its share of what is processed at once; the rest is for the others. Nothing was done.",
		"该参与方已用完其同时处理的份额，其余留给其他参与方。未做任何处理。",
		"Send fewer documents at once, and send this one again after Retry-After.",
		"请减少同时报送的数量，并在 Retry-After 之后重发。"),
}
