package main

import (
	"fmt"

	"beibu/cmd/internal/terminal"
)

// chinese holds what this program itself says to people, in Chinese, by the
// English: headings of tables, labels and notes. What documents, rules and the
// exchange say comes in both languages from there. A test finds every phrase that
// is missing here, and every one that nothing says.
var chinese = map[string]string{
	// Headings of tables.
	"EXCHANGE": "交换编号", "STATE": "状态", "KIND": "单证种类", "NUMBER": "单证编号", "SENDER": "发送方",
	"RECEIVER": "接收方", "CONSIGNED": "投递时间", "ATTEMPT": "投递次数", "HANDOVERS": "领取次数", "CAUSE": "原因", "FAILED": "失败时间", "PARTY": "参与方", "ROLE": "类别", "COUNTRY": "国家", "LOCODES": "口岸代码",
	"NAME": "名称", "SUSPENDED": "暂停情况", "CODE": "代码", "LINE": "行", "COLUMN": "列", "SEVERITY": "级别", "KINDS": "适用单证", "FROM": "生效日期", "UNTIL": "失效日期",
	"MESSAGE": "内容", "SOURCE": "依据", "USE": "用途", "ALGORITHM": "算法", "VALID": "有效期", "SUBJECT": "证书主体", "ID": "标识",
	"PRIVATE": "有无私钥", "SHA-256": "SHA-256",

	"RECEIVERS": "接收方", "ACCEPTED": "受理时间", "DIRECTION": "收发", "CHANGED": "变更时间", "AT": "时间", "EVENT": "事件", "ABOUT": "对象", "ACTOR": "操作人", "REASON": "理由",

	"LIST": "列表", "FILTER": "筛选条件", "SHARED": "共享范围", "SAVED BY": "保存人", "VIEW": "视图编号",
	"view": "视图编号", "name": "名称", "list": "列表", "filter": "筛选条件", "shared": "共享范围", "saved by": "保存人", "saved": "保存时间",
	"the list does not take this filter any more: %s": "该列表已不接受此筛选条件：%s",

	"ROLES": "角色", "PARTIES": "参与方范围", "COUNTRIES": "国家范围", "MAY": "可执行的操作",

	"ISSUES": "签发", "OF COUNTRIES": "签发国", "BY UNITS": "签发机构",

	// Labels and values.
	"same as": "内容相同的交换", "party": "参与方", "may send": "可报送", "may be sent": "可接收", "may send for": "可代为报送", "all that no party names": "未列入名录的所有机构",
	"OUTCOME": "结果", "MILLISECONDS": "毫秒", "TLS": "TLS", "CERTIFICATE UNTIL": "证书有效期至", "VERIFY BY": "验签公钥", "DETAIL": "详情",
	"all": "全部", "yes": "是", "no": "否", "express": "优先", "seal": "封装签章", "receipt": "回执",
	"epoch":            "日志纪元",
	"from position %s": "自位置 %s 起", "before position %s": "至位置 %s 之前",
	"%s to %s": "%s 至 %s", "%s by %s: %s": "%s 由 %s 暂停：%s",
	"by %s": "操作人 %s", "again": "再次读取", "again, not acknowledged yet": "再次读取，尚未签收", "attempt %d": "第 %d 次投递", "%d, failing": "%d，多次领取未确认",
	"accepted before": "此前已受理", "version %s": "版本 %s",
	"not kept, %s: %s": "未保存，%s：%s",
	"earlier: exchange %s, accepted %s, SHA-256 %s": "先前受理：交换编号 %s，受理时间 %s，SHA-256 %s",

	// What check and kinds say.
	", would go to %s": "，将发往 %s", ", would go to the sender of what it answers: check --online says who": "，将发往所答复单证的发送方，可用 check --online 查明",
	"ROOT": "根元素", "STANDARD": "标准",
	"what must be there": "必填内容", "what the exchange reads": "平台读取的内容", "to whom it goes": "发往何处", "who may send it": "可发送方",
	"samples": "样例", "rules": "业务规则", "root": "根元素", "namespace": "命名空间", "standard": "标准", "schema": "模式",
	"what is about a person, and masked": "个人信息（对工作人员隐藏）", "everything, since the kind does not say": "全部（该种类未声明个人信息）",
	"decides: %s": "决定路由：%s", "always": "无条件",

	"%s: fine, %s": "%s：合格，%s", "at %s": "位置 %s", "under %s": "依据 %s", "%s: and %d more": "%s：另有 %d 处",
	"warn": "提示", "hold": "待人工审核", "reject": "不予受理",

	// What exchanges shows.
	"exchange": "交换编号", "document": "单证", "version": "版本", "sender": "发送方", "accepted": "受理时间",
	"state": "状态", "signed by": "签名人", "%s (%s, certificate %s)": "%s（%s，证书 %s）", "size": "大小", "%d bytes": "%d 字节",
	"let pass": "提示放行", "held by": "待审原因",
	"only the newest %d are shown; --all shows all, --limit more of them": "仅列出最新的 %d 笔；--all 列出全部，--limit 可多列",
	"nothing is found; searched for %s %s":                                "没有结果；检索条件 %s：%s",
	"found by":                                                            "检索项", "and %d more, by which it is not found": "另有 %d 项不能用于检索",

	"ANSWER": "答复", "it answers": "所答复的单证", "it is answered by": "收到的答复", "earlier answers of parties that have answered again": "同一方再次答复前的较早答复", "ANSWERED": "已收答复", "and %d more reasons": "另有 %d 项理由", "and %d earlier answers": "另有较早的答复 %d 份",

	"VALUE": "值", "PATH": "路径", "READ": "查看内容", "AFTER": "历时", "%d elements are not shown": "另有 %d 个元素未列出",
	"%d values are masked; --reason shows them, and is recorded": "%d 处已隐藏；以 --reason 说明理由后可查看，并予记录",

	// What ratings shows.
	"RATING": "评价编号", "GRADE": "评价等级", "MENDING": "整改状态", "DUE": "整改期限", "TEXT": "内容", "RATINGS": "评价数", "NOT BAD": "好评数",
	"95 % INTERVAL": "95% 置信区间", "EXCLUDED": "已剔除", "overdue": "已逾期", "question": "咨询",
	"rating": "评价编号", "rated on": "评价日期", "unit": "被评价单位", "kind": "单证种类", "grade": "评价等级", "text": "内容", "mending": "整改状态", "due": "整改期限",
	"publication": "公开状态", "moderation": "审核", "answer": "答复", "answer graded": "答复评价", "unreached": "未能回访", "appeal": "申诉", "appeal reason": "申诉理由", "decision": "申诉决定",

	// What balance shows.
	"GOODS ITEM": "项号", "reserved": "已预留", "consumed": "已核销", "released": "已释放",
	"HS": "HS编码", "ISSUER": "签发方", "VALIDITY": "有效期", "OFFICES": "使用海关", "USES": "使用次数", "QUANTITY": "数量", "RESERVED": "已预留", "CONSUMED": "已核销", "LEFT": "余量", "UNIT": "计量单位",
	"DRAWN BY": "核销单证", "SHARES": "各项数量", "refused for": "退单原因", "not counted": "平台未见，不予计数",
	"the statement is too large for a code: the code has its digest; --statement prints it": "余量证明超出二维码容量：二维码仅含其摘要；--statement 输出证明全文",
	"only the first %d that draw on it are shown; --all shows all, --limit more of them":    "仅列出最先的 %d 笔核销记录；--all 列出全部，--limit 可多列",
	"%d more documents of others draw on it, which you may not see; the lines count them":   "另有其他参与方的核销记录 %d 笔，您无权查看，但已计入各项",

	// What deadlines shows.
	"deadline": "期限", "no deadline matches": "没有符合条件的期限", "DEADLINE": "期限", "ahead": "未到期", "passed": "已到期",
	"valid until": "有效期届满", "customs may claim until": "海关索赔期届满", "proof of re-exportation until": "复运出境证明期限", "provisional payment is final from": "暂付转为最终", "goods in transit leave until": "过境货物出境期限",

	// What joint-approvals shows.
	"no joint approval matches": "没有符合条件的联合审批", "joint approval: %s": "联合审批：%s",
	"DOCUMENT": "单证", "APPLICANT": "申请方", "STEP": "步骤", "WAITS FOR": "待其审批", "DECISION": "意见", "approved": "已批准", "not approved": "不予批准", "has to decide": "待审批", "under approval": "审批中", "void": "已作废",
	"only the first %d are shown; --all shows all, --limit more of them": "仅列出最新的 %d 笔；--all 列出全部，--limit 可多列",
	// What catalogue shows.
	"SERVICE UNIT": "服务单位", "ONLY NEED TO COME ONCE": "最多跑一次事项数", "DO NOT NEED TO COME": "一次不用跑事项数", "WITHOUT A NAME": "未列名事项数",
	"total": "合计", "the whole platform": "平台合计", "PROPORTION": "占比项目", "PART": "部分", "WHOLE": "总数", "PERCENT": "百分比",
	"SERVICE ITEM": "服务事项", "CLASS": "类别", "WITH": "协同单位", "NO VISIT POSSIBLE": "可一次不用跑", "DOCUMENTS WITHOUT A KIND": "平台尚无种类的单证",
	"only need to come once": "最多跑一次", "do not need to come": "一次不用跑", "not said": "原表未注明", "not counted in the table": "原表未列名",
	"the platform has %d items, of which %d are in neither class":       "平台共有事项 %d 项，其中 %d 项不属于上述两类",
	"of %d items with a name, the exchange carries all documents of %d": "列名事项 %d 项，其中 %d 项所需单证平台均可传送",

	// What balance shows of a carnet.
	"VALID IN": "有效国家", "VOUCHERS": "已用凭证", "EXTENSIONS": "延期次数", "AT HOME": "在签发国", "ON THE WAY": "在途", "ELSEWHERE": "在各国",
	"STAY": "未核销记录", "MOVEMENT": "移动种类", "COUNTERFOIL": "存根", "FINAL DATE": "最迟复运出境日期", "GOODS LEFT": "未核销货物",
	"TRANSACTION": "通关记录", "OFFICE": "海关", "DAY": "日期", "GOODS": "货物", "ENDORSED": "签注", "late": "逾期",
	"exportation": "出境", "importation": "进境", "re-exportation": "复运出境", "re-importation": "复运进境", "transit-departure": "过境启运",
	"transit-destination": "过境指运", "home-use": "留购", "warehousing": "入仓库", "destruction": "销毁", "extension": "延期",
	"prepared": "已准备", "committed": "已办结", "rejected": "已拒绝", "cancelled": "已撤销",
	"carnet %s has taken the goods over": "货物已由单证册 %s 接续", "%d more transactions of others, which you may not see; the items count them": "另有其他参与方的通关记录 %d 条，您无权查看，但已计入各项",

	// What lane shows.
	"nothing is found; searched for %s": "没有结果；检索条件：%s",
	"LET PASS":                          "提示放行", "CITED": "引用单证", "CITED BY": "引用者", "not here": "平台未见", "refused by this exchange: %s, refusal %s": "平台退单：%s，退单编号 %s",
	"only the newest %d are shown; --until shows older ones, --limit more of them": "仅列出最新的 %d 笔；--until 列出更早的，--limit 可多列",
	"%d citations are not shown":                                       "另有 %d 处引用未列出",
	"only the newest refusals are shown; refusals list has the others": "仅列出最近的退单记录；其余见 refusals list",

	// What refusals says.
	"REFUSAL": "退单编号", "TIMES": "次数", "LATER": "此后受理",
	"refusal": "退单编号", "refused": "退单时间", "last refused": "最近退单", "times": "次数", "way": "渠道", "credential": "身份凭据", "problem": "问题代码",
	"accepted later": "此后受理", "number of": "编号所属", "first refused": "最早退单", "bytes kept until": "内容保存至", "bytes not kept": "内容未保存",
	"NOW": "现时代码", "would be accepted": "可受理", "would be held": "需人工审核", "was accepted before": "此前已受理", "would be refused": "仍会退单", "not kept": "未保存",
	"examined: %d would be accepted, %d held, %d were accepted before, %d would be refused, %d are not kept": "已检查：%d 份可受理，%d 份需人工审核，%d 份此前已受理，%d 份仍会退单，%d 份未保存",
	"only the newest %d are examined; --all examines all, --limit more of them":                              "仅检查最新的 %d 笔；--all 检查全部，--limit 可多检查",
	"%s would be accepted for %s":                               "%s：发送方 %s 现在报送可受理",
	"%s would wait for a person for %s":                         "%s：发送方 %s 现在报送需人工审核",
	"%s was accepted for %s before, as exchange %s":             "%s：发送方 %s 此前已被受理，交换编号 %s",
	"%s would be refused for %s: %s":                            "%s：发送方 %s 现在报送仍会被退单：%s",
	"    refused %s (%s), refusal %s":                           "    %s 曾被退单（%s），退单编号 %s",
	"--sender names the party for which a document is examined": "请用 --sender 指定按哪一参与方审查单证",

	"%s, attempt at %s:": "%s，%s 的投递：",
	"the text of the answer is not kept: it is no JSON, XML or plain text":       "应答正文未保存：不是 JSON、XML 或纯文本",
	"the text of the answer is not kept: the kind does not say what is personal": "应答正文未保存：该种类未声明个人信息",

	// What failures says.
	"WHO ACTS": "处理方", "PERISHABLE": "其中鲜活易腐", "COUNT": "数量", "FIRST": "最早", "LAST": "最近", "LAST 8 HOURS": "近 8 小时", "EXAMPLE": "示例交换",
	"receiver": "接收方", "this exchange": "本平台", "RULE": "规则", "no rule": "无规则", "handed over too often": "多次提取未签收", "%s at %s: %s": "%s（%s）：%s",
	"nothing has failed": "没有失败的交付", "still being retried:": "仍在重试：", "failed for good:": "最终失败：",
	"LAST CAUSE": "最近原因", "WAITING": "等待", "TRIED": "其中已试投", "BREAKER": "熔断器", "open": "已断开", "closed": "闭合",

	// What parties status says.
	"BY": "方式", "OPEN": "未签收", "OLDEST": "最早一笔", "LAST TAKEN": "最近取走", "LAST FAILURE": "最近失败", "NEXT TRY": "下次重试", "LAST SENT": "最近受理", "LAST REFUSED": "最近退单",
	"mailbox": "信箱", "push": "推送", "topic": "主题", "folder": "文件夹", "suspended": "已暂停", "fine": "正常",
	"HELD BACK": "依次等待", "HELD BACK AT": "等待所在接收方", "and %d more numbers": "另有 %d 个单证编号",
	"failing since %s": "自 %s 起失败", "%d handed over too often": "%d 笔多次提取未签收",

	// What alerts list says.
	"ALERT": "告警", "SINCE": "起始", "SUMMARY": "概要",
	"critical": "紧急", "warning": "警告", "info": "提示", "no alert is firing": "没有告警", "%s, %s: %s": "%s（%s）：%s",

	// What replay says.
	"no delivery fits: there is nothing to replay": "没有符合条件的投递，无需重发",
	"new receiver":                  "新接收方",
	"new receiver %s: %d exchanges": "新增接收方 %s：%d 个交换",
	"no longer routed to %s: %d exchanges, nothing is sent there": "现行路由不再发往 %s：%d 个交换，不向其发送",
	"by the routes in force":                                           "按现行路由",
	"by the routes in force; documents read again: %d":                 "按现行路由；重新读取的单证：%d",
	"of which the exchange was held and not released":                  "交换被暂扣，尚未放行",
	"of which today's schemas or keys do not let the document be read": "按现行模式或密钥无法读取单证",
	"which no route takes now":                                         "现行路由均不适用",
	"whose joint approval is not complete":                             "联合审批尚未完成",
	"to whose receiver no route leads now":                             "现行路由不再发往该接收方",
	"it goes by the routes in force":                                   "按现行路由发送",
	"ask an operator of the exchange to plan it":                       "请平台操作员制定该计划",
	"--since, --number or --cause bounds what is read again":           "--since、--number 或 --cause 可限定重新读取的范围",
	"planned: %s; nothing was done":                                    "计划重发 %s；尚未执行",
	"plan %s":                                                          "计划摘要 %s",
	"to do it, add --do --reason WHY":                                  "如需执行，请加 --do --reason 理由",
	"1 delivery":                                                       "1 笔投递",
	"%d deliveries":                                                    "%d 笔投递",
	"and %s more that the plan has and this table does not show":       "计划中另有 %s，未在表中列出",
	"matched: %s":                                                      "符合条件：%s",
	"left out: %s, %s":                                                 "未列入：%s，%s",
	"to %s: %s, %d bytes":                                              "发往 %s：%s，%d 字节",
	"at %d a second it takes %s, and its first steps wait for answers": "按每秒 %d 笔约需 %s，前几步另需等待答复",
	"another person has to approve it: %s":                             "须由他人批准：%s",
	"it has many deliveries":                                           "笔数较多",
	"it crosses a border":                                              "跨境",
	"which you may not replay":                                         "您无权重发",
	"whose receiver is no party any more":                              "接收方已不是参与方",
	"whose receiver is suspended":                                      "接收方已暂停",
	"whose envelope is no longer kept":                                 "封装已不再保存",
	"which another run has":                                            "已列入另一次执行",
	"which are beyond the bound of one plan: replay again afterwards":  "超出单次计划的上限：请执行后再次重发",
	"Send %s again? [y/N]":                                             "重新发送 %s？[y/N]",
	"not confirmed; nothing was done":                                  "未经确认，未执行任何操作",

	// What runs says.
	"RUN": "执行", "STATUS": "状态", "REQUESTED": "提出时间", "ITEMS": "项数", "DONE": "已完成", "ITEM": "项", "BEFORE": "此前原因",
	"only the newest %d are shown; --limit shows more": "仅列出最新的 %d 次；--limit 可多列",
	"run %s: %s":                                      "执行 %s：%s",
	"requested by %s on %s: %s":                       "由 %s 于 %s 提出：%s",
	"approved by %s on %s: %s":                        "由 %s 于 %s 批准：%s",
	"until %s: beibuctl runs approve %s --reason WHY": "期限 %s：beibuctl runs approve %s --reason 理由",
	"cause: %s":                                       "原因：%s",
	"step %d of %d; waiting %d, started %d, acknowledged %d, refused %d, expired %d, superseded %d": "第 %d 步，共 %d 步；待发 %d，已发 %d，已签收 %d，再次拒收 %d，再次逾期 %d，已被取代 %d",

	// What bench says.
	"MEASURED": "测量项目", "RESULT": "结果",
	"answered after": "应答用时", "acknowledged after": "签收用时", "behind the rate": "未按时发送", "not accepted": "未受理",
	"sent a second time": "再次发送", "receipts": "回执", "delivered": "已投递", "of others": "其他投递", "lost": "丢失", "altered": "被改动",
	"%d documents in %.1f s, %.0f a second":                                                         "%d 份单证，用时 %.1f 秒，每秒 %.0f 份",
	"p50 %.1f ms, p99 %.1f ms, p99.9 %.1f ms, at most %.1f ms":                                      "p50 %.1f 毫秒，p99 %.1f 毫秒，p99.9 %.1f 毫秒，最长 %.1f 毫秒",
	"%d documents, by %.1f ms at most":                                                              "%d 份单证，最多迟 %.1f 毫秒",
	"%d documents; %d calls were made again":                                                        "%d 份单证；另有 %d 次请求重新发出",
	"%d hold, %d do not":                                                                            "%d 份核验通过，%d 份不通过",
	"%d within %.1f s, and %d repeated":                                                             "%d 笔，用时 %.1f 秒，重复 %d 笔",
	"%d deliveries, left in the mailboxes":                                                          "%d 笔，留在信箱中",
	"lost: exchange %s did not come to %s":                                                          "丢失：交换 %s 未到达 %s",
	"altered: exchange %s came to %s: %s":                                                           "被改动：交换 %s 到达 %s：%s",
	"receipt of exchange %s: %s":                                                                    "交换 %s 的回执：%s",
	" s, %d accepted, %d to come":                                                                   " 秒，已受理 %d 份，尚有 %d 笔待签收",
	"nothing was accepted":                                                                          "没有单证被受理",
	"not confirmed; nothing was submitted":                                                          "未经确认，未报送任何单证",
	"%s is not this machine, and nobody can be asked":                                               "%s 不是本机，且无人可以确认",
	"Submit documents of %d kinds to %s for %s? They stay in its log. [y/N]":                        "将 %d 种单证报送到 %s，持续 %s？这些单证将留在其日志中。[y/N]",
	"%s holds no API keys of a sender and of those who get its documents":                           "%s 中没有发送方及其接收方的 API 密钥",
	"%s and %s hold no keys of a sender of documents that can be signed, and of those who get them": "%s 和 %s 中没有可签名单证的发送方密钥，或缺少其接收方的 API 密钥",
	"--yes goes ahead without asking":                                                               "--yes 可不经询问直接执行",
	"--access names the folder of the API keys, PARTY.key, and --parties the map of the daemon":     "--access 指定 API 密钥（PARTY.key）所在文件夹，--parties 指定该服务的参与方配置",
	"beibuctl keys new PARTY --dir DIR makes a key that signs; the daemon's map of parties registers its certificate": "beibuctl keys new PARTY --dir DIR 可生成签名密钥；其证书须登记在该服务的参与方配置中",

	// What can be done about an error.
	"request: %s": "请求编号：%s", "hint: %s": "建议：%s",
	"is beibud running there? --server or BEIBU_SERVER names its address":                                "该处的 beibud 是否在运行？其地址由 --server 或 BEIBU_SERVER 指定",
	"--key-file or BEIBU_KEY_FILE names the file with the API key":                                       "请用 --key-file 或 BEIBU_KEY_FILE 指定 API 密钥文件",
	"is the API key, or the client certificate, one of this daemon's?":                                   "请确认该 API 密钥或客户端证书是否已在此服务登记",
	"beibuctl sign signs a document":                                                                     "可用 beibuctl sign 对单证签名",
	"sign with the newer key; keys rotate makes one, which the exchange has to register":                 "请改用新密钥签名；keys rotate 可生成新密钥，并须由交换平台登记",
	"has the exchange registered the certificate of this key?":                                           "请确认交换平台是否已登记该密钥的证书",
	"does the daemon have seal.tsa? The authority is asked after acceptance, and again until it answers": "请确认服务是否配置了 seal.tsa；时间戳在受理之后申请，未获答复时会反复申请",
	"ask the operator of the exchange why":                                                               "请向交换平台的运行人员询问原因",
	"the map of parties names an address under push, or a folder, if there is one":                       "如有推送地址或文件夹，参与方名录的 push 或 folder 下会列出",
	"read what arrives in the party's folder, or ask the operator to write only: send":                   "请查看该参与方文件夹收到的内容，或请操作员设置 only: send",
	"parties list shows who is suspended, and why":                                                       "parties list 可查看被暂停的参与方及原因",
	"read the party's topic in Kafka":                                                                    "请从该参与方的 Kafka 主题读取",
	"read what arrives at the party's address, or ask the operator to remove push":                       "请查看该参与方地址收到的内容，或请操作员删除 push",
	"a changed document carries a new version or a new number":                                           "内容有变的单证须使用新的版本号或新的编号",
	"parties list shows the ids of all parties":                                                          "parties list 可查看全部参与方的标识",
	"print the plan again, look at it, and do it then":                                                   "请重新打印计划，核对后再执行",
	"have a colleague with a key of their own approve it":                                                "请由持有自己密钥的同事批准",
	"plan again, and request another run":                                                                "请重新计划并再次提出执行",
	"runs show ID shows the run as it is now":                                                            "runs show ID 可查看执行的当前状态",
	"--to names the party whose deliveries are meant":                                                    "请用 --to 指定接收方",
	"check says what would be needed, and kinds show KIND what decides to whom a document goes":          "check 会说明尚缺什么；kinds show KIND 会说明单证发往何处由什么决定",
	"what answered is not beibud; is there a proxy in between?":                                          "作出应答的不是 beibud；中间是否有代理？",
	"another request is at work on the same number; try again":                                           "同一编号的另一请求正在处理，请稍后再试",
	"whether it was done is unknown; the same may be sent again safely":                                  "是否已办理尚不确定；可放心原样重发",
	"nothing was done; try again":                                                                        "未作任何处理，请再试",
	"nothing was done; send fewer documents, or ask the operator of the exchange for more":               "未作任何处理；请减少发送量，或向交换平台的运行人员申请更多额度",
	"nothing was done; send fewer documents at once":                                                     "未作任何处理；请减少同时发送的单证",
	"limits.document in the daemon's configuration bounds a document":                                    "单证大小受服务配置中 limits.document 的限制",
	"beibuctl --help shows the commands and flags":                                                       "beibuctl --help 可查看命令和选项",
	"such as http://127.0.0.1:8420 or https://beibu.example":                                             "例如 http://127.0.0.1:8420 或 https://beibu.example",
	"--key-file or BEIBU_KEY_FILE names the file that holds it":                                          "请用 --key-file 或 BEIBU_KEY_FILE 指定存放密钥的文件",
	"--party names the receiver whose mailbox is meant":                                                  "请用 --party 指定接收方",
	"keys rotate makes a new one in its place, and keeps the old beside it":                              "keys rotate 可生成新密钥取代它，并保留旧密钥",
	"beibud receipt-key rotate lets a new key sign, from a position of the log on":                       "beibud receipt-key rotate 可从日志的某一位置起改用新密钥签发",
	"beibuctl keys new makes a key; keys list shows those of a folder":                                   "beibuctl keys new 可生成密钥；keys list 可查看文件夹中的密钥",
	"sending all of them again is safe: what was accepted gets its first receipt":                        "可放心全部重发：已受理的单证将得到首次的回执",
	"--parties names the map of another exchange":                                                        "请用 --parties 指定另一交换平台的参与方表",
	"beibuctl kinds list lists them":                                                                     "可用 beibuctl kinds list 查看",

	// Notes.
	"seals are checked with the keys that %s publishes; --trust names keys of your own":              "封装签章按 %s 公布的密钥核验；可用 --trust 指定自有密钥",
	"%s is not among the keys that the exchange publishes; verify --trust %s trusts it all the same": "%s 不在交换平台公布的密钥之列；但 verify --trust %s 仍会信任它",
	"the old certificate stays; give the new one to those who verify, and send the daemon a SIGHUP":  "旧证书予以保留；请将新证书交给核验方，并向交换服务程序发送 SIGHUP",
	"the old key stays as %s; sign with it until the exchange has registered %s.pem":                 "旧密钥保留为 %s；在交换平台登记 %s.pem 之前，请继续用旧密钥签名",
	"the daemon's version is unknown: %s":                                                            "无法得知交换服务程序的版本：%s",
}

// say returns a phrase in the language asked for, formatted as fmt.Sprintf does.
// The phrase is a constant, and in chinese.
func (s *session) say(phrase string, args ...any) string {
	return fmt.Sprintf(s.word(phrase), args...)
}

// word returns a phrase in the language asked for, as it is.
func (s *session) word(phrase string) string {
	if translated, ok := chinese[phrase]; ok && s.Lang == "zh" {
		return translated
	}
	return phrase
}

// newTable returns a table with its headings in the language asked for. They are
// constants, and in chinese; "" heads a column that needs no heading.
func (s *session) newTable(headings ...string) *terminal.Table {
	head := make([]string, 0, len(headings))
	for _, h := range headings {
		head = append(head, s.word(h))
	}
	return terminal.NewTable(head...)
}
