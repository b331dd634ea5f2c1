package answer

import "beibu/exchange"

// An Explanation says why a problem arises and what to do about it.
type Explanation struct {
	Cause, Remedy exchange.Text
}

// Explain returns the row of a code and its explanation, or false if no answer
// carries the code.
func Explain(code string) (Entry, Explanation, bool) {
	row, ok := Find(code)
	e, found := explanations[row.Code]
	if !found {
		e = requestExplanations[row.Code]
	}
	return row, e, ok
}

// explained writes an explanation in one line.
func explained(cause, causeZH, remedy, remedyZH string) Explanation {
	return Explanation{Cause: exchange.Text{EN: cause, ZH: causeZH}, Remedy: exchange.Text{EN: remedy, ZH: remedyZH}}
}

// explanations has the rows about documents, deliveries and runs, by code, and
// requestExplanations the others.
var explanations = map[string]Explanation{
	"malformed": explained(
		"The bytes are not well-formed XML in UTF-8, or they contain what is not allowed: a document type declaration, a processing instruction, or content outside the root.",
		"内容不是 UTF-8 编码的规范 XML，或者含有不允许的内容：文档类型声明（DTD）、处理指令或根元素以外的内容。",
		"Correct the place that the fault names by line and column, and send the document again.",
		"请按差错所指的行、列位置更正，然后重新报送。"),
	"xml.*": explained(
		"The strict XML reader stopped at one place. The usual cause is another encoding, such as GB18030, a document type declaration, or a file that was cut off.",
		"严格的 XML 读取程序在某处停止。常见原因：采用 GB18030 等其他编码、含有文档类型声明（DTD），或文件不完整。",
		"Save the document as UTF-8 without a document type declaration, and check the line and column that the fault names.",
		"请以 UTF-8 编码保存单证，去除文档类型声明，并检查差错所指的行、列位置。"),
	"schema.unknown-kind": explained(
		"No kind of document has this root element, namespace and customization id.",
		"没有任何单证种类采用该根元素、命名空间和定制标识。",
		"Compare the root element with GET /v1/kinds, or with `beibuctl kinds list`.",
		"请将根元素与 GET /v1/kinds 或 `beibuctl kinds list` 的结果核对。"),
	"invalid": explained(
		"The document or the request breaks a schema or a business rule. Each breach is in the faults, with its place and the source of the rule.",
		"单证或请求不符合模式或业务规则。每一处不符均列在差错中，并注明位置和规则依据。",
		"Correct every fault of severity reject. `beibuctl check FILE` finds the same faults on your machine.",
		"请更正所有“退单”级差错。`beibuctl check FILE` 可在本机得到同样的差错。"),
	"field-*": explained(
		"A field of the request has no value that is allowed; the code names the field.",
		"请求中某一字段的值不符合要求，代码中注明了字段名。",
		"Correct the field as the description of the API at /v1/openapi.yaml says.",
		"请按 /v1/openapi.yaml 中的接口说明更正该字段。"),
	"acknowledgement": explained(
		"One of the acknowledgements cannot be recorded, so none was recorded.",
		"其中一项签收无法登记，因此全部未登记。",
		"The detail names the acknowledgement. Correct it and send all of them again.",
		"详细说明中指明了该项签收。请更正后全部重新发送。"),
	"outside-limits": explained(
		"A value is longer or larger than the record can hold.",
		"某个值超出记录允许的长度或大小。",
		"Shorten the value that the detail names.",
		"请缩短详细说明所指的值。"),
	"receiver-missing": explained(
		"A replay needs the party to which deliveries are sent again.",
		"重放须指明接收方。",
		"Name the receiver.",
		"请填写接收方。"),
	"since-missing": explained(
		"A plan by the routes in force reads documents again, so it needs a bound: a time since which, a document number, or a cause.",
		"按现行路由制定计划须重新读取单证，因此须限定范围：起始时间、单证编号或原因。",
		"Name one of the three.",
		"请填写其中一项。"),
	"routing-staff": explained(
		"A plan by the routes in force sends documents to parties that did not get them. A party replays its own failed deliveries, to where they were routed.",
		"按现行路由的计划会将单证发往此前未收到的参与方。参与方只能按原路由重放发给自己的失败交付。",
		"Ask an operator of the exchange to plan it.",
		"请平台操作员制定该计划。"),
	"unknown-rule": explained(
		"No rule has this code, and no exchange has a fault with it.",
		"没有规则使用该代码，也没有交换含有该代码的差错。",
		"The detail lists the codes that begin alike. GET /v1/rules lists all.",
		"详细说明列出了相近的代码。GET /v1/rules 列出全部规则。"),
	"unknown-cause": explained(
		"No failed delivery has this cause.",
		"没有失败的交付具有该原因代码。",
		"The detail lists the causes that there are. Use one of them, or none.",
		"详细说明列出了现有的原因代码。请使用其中之一，或不填。"),
	"unknown-cursor": explained(
		"The cursor was not given to your party by this list, or is of a log that has been replaced since.",
		"该游标不是此列表给予贵方的游标，或属于已被替换的日志。",
		"Use the `next` of a page of the same list as it is, or begin with a time.",
		"请原样使用同一列表某页的 `next`，或改用起始时间。"),
	"unknown-code": explained(
		"No refusal has this code.",
		"没有退单记录具有该代码。",
		"To operators, the detail lists the codes that there are. Use one of them, or none.",
		"对操作员，详细说明列出了现有的代码。请使用其中之一，或不填。"),
	"not-refused": explained(
		"No refusal of a document with these bytes is recorded, so its sender is not known.",
		"没有该内容单证的退单记录，因此不知道其发送方。",
		"Name the sender, or examine the very file that was refused, byte for byte.",
		"请指明发送方，或使用被退单的原文件（逐字节一致）。"),
	"unknown-party": explained(
		"No party has this id. A filter with a value that does not exist is an error, never an empty list.",
		"没有该编号的参与方。筛选条件的值不存在时视为错误，不返回空列表。",
		"GET /v1/parties lists the ids.",
		"GET /v1/parties 列出全部参与方编号。"),
	"unknown-state": explained(
		"No state has this name.",
		"没有该名称的状态。",
		"Use one of the states in /v1/openapi.yaml, such as ConsignmentRejection.",
		"请使用 /v1/openapi.yaml 中列出的状态，例如 ConsignmentRejection。"),
	"untrusted": explained(
		"The sender's signature does not verify, or the key is not registered, or a signature is required and missing.",
		"发送方签名验证未通过，或密钥未登记，或应当签名而未签名。",
		"Sign the document with a key that the exchange has registered for you. Change nothing after signing.",
		"请使用平台为贵方登记的密钥签名，签名后不得改动单证。"),
	"signature.*": explained(
		"The sender's signature does not count; the code says which check failed.",
		"发送方签名无效，代码说明了未通过的检查。",
		"Check with `beibuctl verify --cert CERTIFICATE FILE`. For signature.status, the operator must renew the revocation lists.",
		"请用 `beibuctl verify --cert CERTIFICATE FILE` 核对。代码为 signature.status 时，须由操作员更新吊销列表。"),
	"conflict": explained(
		"Another document already has this number.",
		"该编号已被另一份单证占用。",
		"Use a new version or a new number for a changed document.",
		"内容有变动的单证请使用新的版本号或新的编号。"),
	"number-taken": explained(
		"Another content was accepted earlier under the same sender, kind, number and version. The answer names that exchange.",
		"同一发送方、种类、编号和版本号之下已接收过另一内容。答复中指明了该次交换。",
		"If the document changed, give it a new version or a new number. If not, find out which of your systems used the number.",
		"单证如有变动，请使用新的版本号或新的编号；如无变动，请查明贵方哪个系统使用了该编号。"),
	"unroutable": explained(
		"No route takes the document: a country, port, addressee or goods code is missing, is not recognised, or leads to no party; or it answers a document that its sender has not received here.",
		"没有路由适用于该单证：国家、口岸、收件方或商品编码缺失、无法识别，或没有对应的参与方；或者所答复的单证并未经本平台交付给其发送方。",
		"`beibuctl check --as PARTY FILE` says which fact is missing. The document was not accepted.",
		"`beibuctl check --as PARTY FILE` 会说明缺少哪项内容。该单证未被接收。"),
	"forbidden": explained(
		"The caller is known, but may not do this.",
		"身份已确认，但无此权限。",
		"Use the credentials of the right party, or ask the operator for the permission.",
		"请使用相应参与方的凭据，或向操作员申请权限。"),
	"sender-may-not-send": explained(
		"The map of parties does not allow this party to send documents of this kind.",
		"参与方配置不允许该参与方发送此种单证。",
		"Use the credentials of the right party, or ask the operator to allow the kind.",
		"请使用相应参与方的凭据，或请操作员允许该种类。"),
	exchange.CodeNotIssuer: explained(
		"A carnet, a licence, a certificate, a permit or a proof is sent by the party that issues it, or by one that may send for it. The fault names the issuer in the document, its place, and the party whose it is. The map of parties says who issues what (issues) and who sends for whom (onBehalfOf).",
		"单证册、许可证、证书、证明类单证由签发方报送，或由可代其报送的参与方报送。差错中注明单证所载签发机构、其位置及所属参与方。参与方名录规定何方签发何种单证（issues）、可代何方报送（onBehalfOf）。",
		"Have the issuer send it. If the issuer in the document is wrong, correct it. If the party is to send for the issuer, ask the operator for onBehalfOf.",
		"请由签发方报送；签发机构有误的请更正；确需代签发方报送的，请操作员设置 onBehalfOf。"),
	exchange.CodeNoIssuer: explained(
		"Documents of this kind have an issuer, and this one names none: neither a unit nor a country.",
		"该种单证须有签发机构，但单证既未注明机构，也未注明国家。",
		"Name the issuing unit and its country. `beibuctl check --as PARTY FILE` shows the place.",
		"请填写签发机构及其国家。`beibuctl check --as PARTY FILE` 会显示位置。"),
	exchange.CodeSuspended: explained(
		"An operator has suspended the party. What is addressed to it waits.",
		"操作员已暂停该参与方。发给该参与方的单证将等待。",
		"Ask the operator. After `beibuctl parties resume` everything continues.",
		"请联系操作员。执行 `beibuctl parties resume` 后一切恢复。"),
	"delivered-by-topic": explained(
		"The party takes its deliveries from a topic in Kafka and has no mailbox.",
		"该参与方从 Kafka 主题接收交付，没有信箱。",
		"Read the topic that the map of parties names under deliver.",
		"请读取参与方配置中 deliver 所指的主题。"),
	"delivered-by-push": explained(
		"The deliveries of the party are pushed to its address over HTTPS, and it has no mailbox.",
		"该参与方的交付通过 HTTPS 推送至其地址，没有信箱。",
		"Read what arrives at the address that the map of parties names under push. To fetch instead, ask the operator to remove push.",
		"请查看参与方配置中 push 所指地址收到的内容。如需改为自行收取，请联系操作员删除 push。"),
	"delivered-by-folder": explained(
		"The deliveries of the party are written to its folder, on a disk or on an SFTP server, and it has no mailbox.",
		"该参与方的交付写入其文件夹（本地磁盘或 SFTP 服务器），没有信箱。",
		"Read what arrives in the folder in that the map of parties names under folder. To fetch instead, ask the operator to write only: send.",
		"请读取参与方配置中 folder 所指位置的 in 文件夹。如需改为自行收取，请联系操作员设置 only: send。"),
	"file-name": explained(
		"The name of the file in the folder out is too long, is not UTF-8, has a character that cannot be shown, or is that of a receipt or a problem.",
		"out 文件夹中的文件名过长、不是 UTF-8 编码、含有无法显示的字符，或与回执、问题文件同名。",
		"Put the document there again under another name, of at most 200 bytes.",
		"请换用不超过 200 字节的文件名重新放入。"),
	"file-type": explained(
		"What was put into the folder out is a link, a pipe, a socket or a device. It was not read.",
		"放入 out 文件夹的是链接、管道、套接字或设备，未读取。",
		"Put the document itself there: write it under a name that ends in .tmp, then rename it.",
		"请放入单证文件本身：先以 .tmp 结尾的文件名写入，再重命名。"),
	"not-found": explained(
		"Nothing is at this address, or it is not for this caller.",
		"该地址没有内容，或该身份无权查看。",
		"Check the id. A party sees only what it sent or what was consigned to it.",
		"请核对编号。参与方只能看到自己发送的和发给自己的单证。"),
	"content-gone": explained(
		"The exchange is known, but its bytes are no longer in the log, which kept them for its retention time.",
		"该次交换有记录，但内容已超过日志保存期，不再保留。",
		"Use the copy that the sender or a receiver keeps; the receipt proves its digest.",
		"请使用发送方或接收方保存的副本，回执可证明其摘要。"),
	exchange.CodeBytesNotKept: explained(
		"The bytes of the refused document are not kept, or not any more. They are kept for as long as the policy of the sender says, and by default not at all.",
		"被退单证的内容未予保存，或已不再保存。内容按发送方的策略保存，默认不保存。",
		"Ask the sender for the file. It can be examined as it is.",
		"请向发送方索取文件，可直接检查该文件。"),
	"no-timestamp": explained(
		"No time stamp is there yet: the authority has not answered, or none is configured.",
		"尚无时间戳：时间戳机构尚未答复，或未配置时间戳机构。",
		"Ask again later, or fetch the envelope without a profile.",
		"请稍后再试，或不指定 profile 获取信封。"),
	"unknown-kind": explained(
		"No kind of document has this name.",
		"没有该名称的单证种类。",
		"GET /v1/kinds lists the names.",
		"GET /v1/kinds 列出全部种类。"),
	"unknown-sample": explained(
		"The kind has no sample with this name.",
		"该种类没有此名称的样例。",
		"GET /v1/kinds/KIND lists the samples.",
		"GET /v1/kinds/KIND 列出全部样例。"),
	"stale": explained(
		"What the request is about has changed since it was read.",
		"请求所针对的内容在读取之后已有变化。",
		"Read it again and decide again.",
		"请重新读取后再决定。"),
	"delivery-settled": explained(
		"The delivery has already come to its end, and this would contradict it.",
		"该交付已经结束，此操作与结果相抵触。",
		"Read the exchange again. What was acknowledged stays acknowledged.",
		"请重新读取该次交换。已签收的保持已签收。"),
	"no-balance": explained(
		"The exchange keeps no balance of a document of this kind and number, or none that you may see. Balances are kept of import and export licences and of certificates of origin that were sent here.",
		"平台没有该种类、该编号单证的余量，或您无权查看。平台对经由平台报送的进出口许可证和原产地证书记录余量。",
		"Check kind and number. You see the balance of what you sent, what was sent to you, and what your own documents draw on.",
		"请核对单证种类和编号。您可查看本方发送的、发给本方的以及本方单证所核销的单证余量。"),
	"not-held": explained(
		"The exchange does not wait for a decision any more, or never did.",
		"该次交换已不在待审状态，或从未待审。",
		"Read the exchange: its timeline says who decided what.",
		"请读取该次交换，其时间线注明由谁作出何种决定。"),
	"not-pushed": explained(
		"There is nothing to test: the map of parties names no address of the party under push, and no folder.",
		"没有可测试的对象：参与方配置的 push 下没有其地址，也没有 folder。",
		"Read the mailbox or the topic of the party, or ask the operator to enter an address or a folder.",
		"请读取该参与方的信箱或主题，或请操作员登记地址或文件夹。"),
	"view-exists": explained(
		"You have a view of this name for this list.",
		"该列表已有您以此名称保存的视图。",
		"Give the view another name, or delete the one that there is.",
		"请使用其他名称，或删除现有视图。"),
	"view-limit": explained(
		"You have as many views as one person may have.",
		"您的视图已达每人上限。",
		"Delete a view that you do not need.",
		"请删除不再需要的视图。"),
	"view-name": explained(
		"A view has a name of 1 to 80 characters that can be seen.",
		"视图名称应为 1 至 80 个可见字符。",
		"Give the view such a name.",
		"请使用符合要求的名称。"),
	"view-audience": explained(
		"A view can be shared with all staff, or with those who have a role of yours.",
		"视图可共享给全体工作人员，或与您角色相同的人员。",
		"Name one of the audiences in the detail, or none.",
		"请填写详细说明中的范围之一，或不填。"),
	"not-suspended": explained(
		"The party is not suspended by an operator. If the map of parties suspends it, only a change of the map resumes it.",
		"该参与方未被操作员暂停。如由参与方配置暂停，须修改配置方可恢复。",
		"GET /v1/parties shows the state of each party.",
		"GET /v1/parties 显示各参与方的状态。"),
	"plan-empty": explained(
		"The plan has no delivery that can be sent again, so there is nothing to run.",
		"计划中没有可重新发送的交付，无从执行。",
		"Look at what the plan leaves out, and why; widen the filter if that is not what you meant.",
		"请查看计划未列入哪些交付及其原因；如与本意不符，请放宽筛选条件。"),
	"own-run": explained(
		"You requested this run, and a run of this size or across a border is approved by another person.",
		"本次执行由您提出；达到此规模或跨境的执行须由他人批准。",
		"Have a colleague with a credential of their own look at the plan and approve it.",
		"请由持有自己凭据的同事核对计划后批准。"),
	"approval-expired": explained(
		"Nobody approved the run in time, so it will not be executed. Nothing was sent.",
		"本次执行未在期限内获得批准，不会执行，未发送任何交付。",
		"Plan again and request a new run.",
		"请重新计划并提出新的执行。"),
	"run-status": explained(
		"The status of the run does not allow this, or another person decided a moment before. Nothing was done.",
		"执行的当前状态不允许此操作，或他人刚刚已作出决定。未执行任何操作。",
		"Show the run, as it is now, and decide again.",
		"请查看执行的当前状态，再作决定。"),
	"plan-changed": explained(
		"The replay plan is no longer the one that was shown. Nothing was done.",
		"重放计划已与所显示的不同，未做任何处理。",
		"Make a new plan, read it, and do that one.",
		"请重新生成计划，核对后再执行。"),
	"unavailable": explained(
		"The log, its disk or the index does not answer now. It is unknown whether the request was carried out.",
		"日志、磁盘或索引暂时没有响应。请求是否已执行尚不确定。",
		"Send the same bytes again after Retry-After: this is safe, and returns the first receipt if the document was accepted. Operators look at /readyz.",
		"请在 Retry-After 之后原样重发：重发是安全的，如单证已接收，将返回首次回执。操作员请查看 /readyz。"),
	"in-flight": explained(
		"Another request with the same document number is being accepted.",
		"同一编号的另一请求正在接收中。",
		"Send the same bytes again after Retry-After.",
		"请在 Retry-After 之后原样重发。"),
	"internal": explained(
		"An error in the exchange itself. It is unknown whether the request was carried out.",
		"平台内部故障。请求是否已执行尚不确定。",
		"Send the same bytes again, which is safe. If it happens again, give the operator the requestId.",
		"请原样重发，重发是安全的。如再次发生，请将 requestId 告知操作员。"),
}
