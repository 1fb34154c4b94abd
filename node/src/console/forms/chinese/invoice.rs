super::said! {
    // invoice.answer_question
    "Answers a question about an invoice; the question stays until who may ask closes it. Signed by the seller.", "答复对发票提出的疑点；疑点保留至有权提出者将其了结。由销售方签名。";
    "The answer. Everybody sees it, so nothing that is sealed belongs here.", "答复。所有人可见，请勿填写密封内容。";
    "The question.", "疑点。";
    // invoice.apply
    "Asks the seller for one to five invoices on a payment, and sets their amounts aside. Signed by the buyer, the seller, or the provider that registered the payment.", "就一笔付款向销售方申请一至五张发票，并预留其金额。由购买方、销售方或登记该付款的支付机构签名。";
    "Amounts of one to five invoices, together at most what is left of the payment.", "一至五张发票的金额，合计不超过该付款的余额。";
    "Whom the invoices are for. Only the applicant, the seller and the tax authority see it.", "发票抬头。只有申请人、销售方和税务机关可见。";
    "Address, bank, telephone and electronic mail.", "地址、开户行、电话和电子邮箱。";
    "Account at the bank.", "银行账号。";
    "Address.", "地址。";
    "Bank.", "开户行。";
    "Electronic mail.", "电子邮箱。";
    "Telephone.", "电话。";
    "A person or an organisation.", "个人或单位。";
    "The buyer as a member of this ledger.", "购买方在本账本上的成员标识。";
    "Name.", "名称。";
    "Taxpayer id; an organisation must have one.", "纳税人识别号；单位必填。";
    "Which of the two kinds of invoices is asked for; left out: ordinary ones. Everybody sees it, as of the invoices.", "所申请发票的种类；不填为普通发票。所有人可见，与发票的种类一样。";
    "Public key (Ed25519) whose owner may claim the invoices.", "领取公钥（Ed25519），持有其私钥者可领取这些发票。";
    "The payment.", "付款。";
    "The applicant's own reference: 1 to 63 of a-z 0-9 - . _, used once by its member. Everybody sees it. Left out: a new one.", "申请人自己的编号：1 至 63 个字符：a-z 0-9 - . _，在其成员内只能使用一次。所有人可见。不填则自动生成。";
    // invoice.book
    "Books invoices in a tax period, so that their tax is deducted or not; all or none. Signed by the organisation, which holds them or to which they were passed on.", "将发票记入所属期，其税额予以抵扣或不予抵扣；要么全部入账，要么全部不入账。由持有发票或收到提交的单位签名。";
    "How they are booked.", "入账方式。";
    "Ids of the invoices, up to 1,000.", "发票标识，最多 1,000 个。";
    "The organisation.", "单位。";
    "The tax period, 2026-01: this month or the one before it.", "所属期，例如 2026-01：本月或上月。";
    // invoice.claim
    "Claims an invoice for the member that signs first; it is then its holder.", "为首位签名的成员领取发票，该成员即成为持有人。";
    "The invoice's id.", "发票标识。";
    "Ed25519 signature by the secret half of the invoice's claim key, over counterfoil/invoice/claim/1, a zero byte, the ledger's id (32 bytes), the invoice's id, a zero byte, and the member's id.", "用发票领取密钥的私钥作出的 Ed25519 签名，所签内容依次为：counterfoil/invoice/claim/1、一个零字节、账本标识（32 字节）、发票标识、一个零字节、成员标识。";
    // invoice.close
    "Says that locked invoices are reimbursed, for good; all or none. Signed by the organisation.", "确认已锁定的发票报销完毕，不可更改；要么全部确认，要么全部不确认。由单位签名。";
    "The organisation that has locked them.", "锁定这些发票的单位。";
    // invoice.close_question
    "Closes a question: the invoice no longer shows as questioned. Signed by a tax authority or an auditor.", "了结疑点：发票不再显示为存疑。由税务机关或审计机构签名。";
    "Whether the invoice breaks the rule: it is then for the seller to reverse it.", "发票是否违反规则：若违反，由销售方冲红。";
    // invoice.confirm_red
    "Agrees to a red letter that the other side has asked for; signed by the side that is awaited.", "同意对方申请的红字发票；由待确认的一方签名。";
    "The form.", "红字申请。";
    // invoice.decline_application
    "The seller declines an application: what is not yet invoiced of it is free again. Signed by the seller.", "销售方拒绝开票申请：尚未开票的部分恢复可用。由销售方签名。";
    "The application.", "开票申请。";
    "Why; everybody sees it.", "理由；所有人可见。";
    // invoice.issue
    "Issues an invoice under Chinese value-added tax. Signed by the seller; the ledger gives the number.", "按中国增值税规定开具发票。由销售方签名，号码由账本编定。";
    "Who buys.", "购买方。";
    "Channel of issuing, the fifth digit of the number; left out: 1.", "开票渠道，即号码的第五位；不填为 1。";
    "Public key (Ed25519) whose owner may claim the invoice.", "领取公钥（Ed25519），持有其私钥者可领取该发票。";
    "Who drew the invoice.", "开票人。";
    "What is sold, a line each.", "商品或服务，每行一项。";
    "Amount without tax.", "不含税金额。";
    "Short name of the class, printed before the name.", "商品分类简称，印在名称之前。";
    "Discount without tax that is taken off quantity times price.", "不含税折扣额，从数量乘单价中扣除。";
    "Why the rate is not the standard one.", "未适用标准税率的原因。";
    "Price of a unit without tax, up to six places.", "不含税单价，最多六位小数。";
    "Quantity, up to eight places; with a price or not at all.", "数量，最多八位小数；与单价同时填写或都不填。";
    "Tax rate, such as 0.13.", "税率，例如 0.13。";
    "Specification or model.", "规格型号。";
    "Tax.", "税额。";
    "Classification of goods and services for tax: 19 digits.", "商品和服务税收分类编码：19 位数字。";
    "Amount with tax.", "含税金额。";
    "Unit.", "计量单位。";
    "Which of the two kinds of invoices it is; left out: an ordinary one.", "发票种类；不填为普通发票。";
    "Sum of the items' amounts without tax, in yuan.", "各项不含税金额之和，以元计。";
    "What the invoice is paid by.", "发票对应的付款。";
    "Who received the money.", "收款人。";
    "The seller's own reference, such as the number of a bill: 1 to 63 of a-z 0-9 - . _, used once by its member. Everybody sees it. Left out: a new one.", "销售方自己的编号，例如单据号：1 至 63 个字符：a-z 0-9 - . _，在其成员内只能使用一次。所有人可见。不填则自动生成。";
    "Remark.", "备注。";
    "Who checked the invoice.", "复核人。";
    "Taxpayer id of the seller.", "销售方的纳税人识别号。";
    "The seller's address and bank, as they stand on the invoice.", "销售方的地址和开户行，如发票所载。";
    "Sum of the items' taxes.", "各项税额之和。";
    "Sum of both: what the buyer pays.", "二者之和，即购买方应付的价税合计。";
    // invoice.issue_en16931
    "Issues an invoice or a credit note of EN 16931. Signed by the seller, who gives the number (BT-1).", "开具 EN 16931 发票或贷记通知单。由销售方签名，号码（BT-1）由其编定。";
    "The buyer as a member, for whom it is sealed too and who may use the invoice from now on. Everybody sees it.", "购买方的成员标识：发票同时为其密封，其自此可以使用发票。所有人可见。";
    "The invoice in the terms of the standard, where there is no document.", "没有文件时，按标准术语填写的发票。";
    "Notes.", "附注。";
    "Subject code.", "主题代码。";
    "Text.", "文字。";
    "Who is paid, if not the seller.", "收款人，如非销售方。";
    "Identifier.", "标识。";
    "Scheme, such as one of ISO 6523.", "编码体系，例如 ISO 6523 中的一种。";
    "The identifier.", "标识值。";
    "Legal registration.", "法定登记号。";
    "The seller's tax representative.", "销售方的税务代表。";
    "Postal address.", "邮寄地址。";
    "City (BT-37, 52, 66, 77).", "城市（BT-37、52、66、77）。";
    "Country code of ISO 3166-1 (BT-40, 55, 69, 80).", "ISO 3166-1 国家代码（BT-40、55、69、80）。";
    "First line (BT-35, 50, 64, 75).", "地址第一行（BT-35、50、64、75）。";
    "Second line (BT-36, 51, 65, 76).", "地址第二行（BT-36、51、65、76）。";
    "Third line (BT-162 to 165).", "地址第三行（BT-162 至 165）。";
    "Post code (BT-38, 53, 67, 78).", "邮政编码（BT-38、53、67、78）。";
    "Region (BT-39, 54, 68, 79).", "地区（BT-39、54、68、79）。";
    "VAT identifier.", "增值税识别号。";
    "Delivery.", "交付。";
    "Name of who received it.", "收货人名称。";
    "Location.", "地点。";
    "Date.", "日期。";
    "Invoicing period.", "开票期间。";
    "Last day (BT-74, 135).", "最后一日（BT-74、135）。";
    "First day (BT-73, 134).", "第一日（BT-73、134）。";
    "How to pay.", "付款方式。";
    "Accounts to pay to.", "收款账户。";
    "Card that paid.", "付款所用的卡。";
    "First and last digits of its number.", "卡号的首尾几位。";
    "Its holder.", "持卡人。";
    "Direct debit.", "直接扣款。";
    "Mandate.", "授权书编号。";
    "Identifier that a bank gave the creditor.", "银行给债权人的标识。";
    "Account that is debited.", "被扣款的账户。";
    "Payment means code of UNTDID 4461.", "UNTDID 4461 付款方式代码。";
    "The same in words.", "付款方式的文字说明。";
    "What to write on the payment.", "付款时须注明的内容。";
    "Business process and specification.", "业务流程和规范。";
    "Business process.", "业务流程。";
    "Specification identifier.", "规范标识。";
    "Allowances on the whole.", "整张发票的折扣。";
    "Amount without VAT (BT-92, 99, 136, 141).", "不含增值税金额（BT-92、99、136、141）。";
    "What the percentage is of (BT-93, 100, 137, 142).", "百分比的计算基数（BT-93、100、137、142）。";
    "Percentage (BT-94, 101, 138, 143).", "百分比（BT-94、101、138、143）。";
    "Reason (BT-97, 104, 139, 144).", "原因（BT-97、104、139、144）。";
    "Reason code (BT-98, 105, 140, 145).", "原因代码（BT-98、105、140、145）。";
    "VAT, on the whole invoice only (BT-95, 96, 102, 103).", "增值税，仅用于整张发票（BT-95、96、102、103）。";
    "Category of UNTDID 5305 (BT-95, 102, 151).", "UNTDID 5305 税种类别（BT-95、102、151）。";
    "Rate in percent (BT-96, 103, 152).", "税率，以百分数计（BT-96、103、152）。";
    "Charges on the whole.", "整张发票的附加费。";
    "Totals.", "合计。";
    "Sum of lines.", "各行金额之和。";
    "Sum of allowances on the whole.", "整张发票折扣之和。";
    "Sum of charges on the whole.", "整张发票附加费之和。";
    "Total without VAT.", "不含增值税合计。";
    "VAT in the invoice's currency.", "以发票币种计的增值税。";
    "VAT in the accounting currency BT-6.", "以记账币种 BT-6 计的增值税。";
    "Total with VAT.", "含增值税合计。";
    "Paid before.", "预付金额。";
    "Rounding of what is due.", "应付金额的舍入差额。";
    "Due for payment.", "应付金额。";
    "VAT by category and rate.", "按类别和税率列示的增值税。";
    "Taxable amount.", "计税金额。";
    "Category of UNTDID 5305.", "UNTDID 5305 税种类别。";
    "Rate in percent.", "税率，以百分数计。";
    "Why no tax is charged.", "不征税的原因。";
    "Code of why.", "不征税原因的代码。";
    "Supporting documents.", "证明文件。";
    "Reference.", "编号。";
    "Description.", "说明。";
    "Where it is.", "存放位置。";
    "The document itself.", "文件本身。";
    "Its bytes in base64.", "文件内容，base64 编码。";
    "Name of the file (BT-125-2).", "文件名（BT-125-2）。";
    "Media type, such as application/pdf (BT-125-1).", "媒体类型，例如 application/pdf（BT-125-1）。";
    "Lines.", "明细行。";
    "Period.", "期间。";
    "Allowances.", "折扣。";
    "Charges.", "附加费。";
    "Price.", "价格。";
    "Net price.", "净价。";
    "Discount from the gross price.", "从毛价中扣除的折扣。";
    "Gross price.", "毛价。";
    "How many units the price is for.", "价格对应的数量。";
    "Unit of that.", "该数量的单位。";
    "VAT.", "增值税。";
    "Item.", "项目。";
    "Attributes.", "属性。";
    "Seller's identifier.", "销售方的标识。";
    "Buyer's identifier.", "购买方的标识。";
    "Standard identifier, such as a GTIN.", "标准标识，例如 GTIN。";
    "Classifications.", "分类。";
    "Country of origin.", "原产国。";
    "Identifier within the invoice.", "在本发票中的标识。";
    "Note.", "备注。";
    "The object that the line is about.", "本行所涉及的对象。";
    "Quantity.", "数量。";
    "Unit of UN/ECE recommendation 20 or 21.", "UN/ECE 第 20 或 21 号建议书规定的单位。";
    "Net amount, with the line's allowances and charges.", "净额，含本行的折扣和附加费。";
    "Line of the purchase order.", "采购订单的行号。";
    "Where the buyer books it.", "购买方的入账科目。";
    "Invoices that this one refers to.", "本发票所引用的发票。";
    "Its number.", "发票号码。";
    "Its issue date.", "开票日期。";
    "Seller.", "销售方。";
    "Contact.", "联系人。";
    "Electronic mail (BT-43, 58).", "电子邮箱（BT-43、58）。";
    "Whom to ask (BT-41, 56).", "联系人姓名（BT-41、56）。";
    "Telephone (BT-42, 57).", "电话（BT-42、57）。";
    "Name by registration.", "登记名称。";
    "Trading name.", "商业名称。";
    "Identifiers.", "标识列表。";
    "Other tax registration.", "其他税务登记号。";
    "Further legal information.", "其他法定信息。";
    "Electronic address.", "电子地址。";
    "Buyer.", "购买方。";
    "Invoice number, unique for its seller.", "发票号码，在销售方内唯一。";
    "What the buyer routes the invoice by.", "购买方据以分发发票的编号。";
    "Project.", "项目编号。";
    "Contract.", "合同编号。";
    "Purchase order, by the buyer.", "采购订单号，由购买方编定。";
    "Sales order, by the seller.", "销售订单号，由销售方编定。";
    "Receiving advice.", "收货通知。";
    "Despatch advice.", "发货通知。";
    "Call for tender or lot.", "招标或标段编号。";
    "The object that the invoice is about, such as a meter.", "发票所涉及的对象，例如一只计量表。";
    "Issue date, YYYY-MM-DD.", "开票日期，YYYY-MM-DD。";
    "Payment terms.", "付款条件。";
    "Type code of UNTDID 1001, such as 380.", "UNTDID 1001 类型代码，例如 380。";
    "Currency of all amounts but BT-111, ISO 4217.", "除 BT-111 以外各金额的币种，ISO 4217。";
    "Currency in which the seller accounts for VAT.", "销售方核算增值税的币种。";
    "Date when VAT becomes due.", "增值税纳税义务发生日。";
    "Code of what makes VAT due: 3, 35 or 432 of UNTDID 2005.", "确定增值税纳税义务的代码：UNTDID 2005 的 3、35 或 432。";
    "Date when payment is due.", "付款到期日。";
    "The seller's own reference: 1 to 63 of a-z 0-9 - . _, used once by its member. Everybody sees it. Left out: a new one.", "销售方自己的编号：1 至 63 个字符：a-z 0-9 - . _，在其成员内只能使用一次。所有人可见。不填则自动生成。";
    "The UBL 2.1 document, which readers then have byte for byte; of one above 466,000 bytes, which is mostly attachments, they have the invoice in the terms of the standard.", "UBL 2.1 文件，读者所得与原文逐字节相同；超过 466,000 字节的（多为附件），读者所得为按标准术语表示的发票。";
    // invoice.issue_red
    "Issues the red letter of a form that is confirmed or needs no confirmation: an invoice with negative amounts and a number of its own. Signed by the seller.", "按已确认或无需确认的红字申请开具红字发票，即金额为负、另行编号的发票。由销售方签名。";
    // invoice.lock
    "Takes invoices into an organisation's reimbursement, so that no other can take them; all or none. Signed by the organisation, which holds them or to which they were passed on.", "将发票纳入单位的报销，其他单位不能再用；要么全部锁定，要么全部不锁定。由持有发票或收到提交的单位签名。";
    "The organisation's own reference, which all members see; up to 100 characters.", "单位自己的报销单号，所有成员可见；最多 100 个字符。";
    // invoice.pass_on
    "Passes an invoice on to an organisation, which may then reimburse it; signed by its holder, a person.", "将发票提交给单位，由其报销；由持有发票的个人签名。";
    // invoice.question
    "Doubts an invoice, which shows so until the question is closed. Signed by a tax authority or an auditor.", "对发票提出疑点，在了结之前发票显示为存疑。由税务机关或审计机构签名。";
    "The invoice.", "发票。";
    "What is doubted. Everybody sees it, so nothing that is sealed belongs here.", "疑点内容。所有人可见，请勿填写密封内容。";
    "The rule that it seems to break, such as CN-4.", "似乎违反的规则，例如 CN-4。";
    // invoice.refuse_red
    "Refuses a red letter that the other side has asked for; signed by the side that is awaited.", "拒绝对方申请的红字发票；由待确认的一方签名。";
    // invoice.register_payment
    "Registers a payment to a taxpayer, for which invoices can then be issued. Signed by the payment provider.", "登记向纳税人支付的一笔付款，其后可就此开具发票。由支付机构签名。";
    "Amount.", "金额。";
    "Currency of ISO 4217.", "ISO 4217 币种。";
    "When it was paid, milliseconds since 1970-01-01 UTC; not after the block.", "付款时间，自 1970-01-01 UTC 起的毫秒数；不晚于区块时间。";
    "The taxpayer that was paid.", "收款的纳税人。";
    "Who paid, under a name that only the provider can resolve. Everybody sees it.", "付款人，使用只有支付机构能识别的名称。所有人可见。";
    "Who paid, as a member who may apply for invoices; everybody sees it.", "付款人的成员标识，可以申请开票；所有人可见。";
    "The provider's reference, used once by it: 1 to 63 of a-z 0-9 - . _.", "支付机构的付款编号，只能使用一次：1 至 63 个字符：a-z 0-9 - . _。";
    // invoice.register_taxpayer
    "Registers a taxpayer, who may then issue invoices. Signed by the tax authority.", "登记纳税人，其后可以开具发票。由税务机关签名。";
    "The first day on which it may issue; left out: it always could.", "可以开票的首日；不填则一直可以。";
    "In cn-vat the 18 characters of GB 32100; in en16931 the VAT identifier (BT-31) or, for one without, BT-32, BT-30 or BT-29.", "cn-vat：GB 32100 规定的 18 位字符；en16931：增值税识别号（BT-31），没有的填 BT-32、BT-30 或 BT-29。";
    "The member whose keys sign for it.", "代其签名的成员。";
    "Name as it stands on invoices.", "发票上的名称。";
    "The tax law that its invoices follow.", "其发票适用的税法。";
    "Two digits in its Chinese numbers; from the id if left out.", "其中国发票号码中的两位地区码；不填则取自识别号。";
    "How it is taxed; left out: general.", "纳税人规模；不填为一般纳税人。";
    // invoice.request_red
    "Asks for a red letter, which takes an invoice or a part of it back; signed by its seller or its buyer. What is asked for is reserved until the form ends.", "申请红字发票，冲销一张发票的全部或一部分；由其销售方或购买方签名。所申请的金额在申请结束前予以预留。";
    "What is taken back, by category and rate; left out: all that is left.", "按类别和税率列示的冲销金额；不填则冲销全部余额。";
    "Category of the rate: standard or the preference mark.", "税率的类别：standard 或优惠政策标识。";
    "The blue invoice's id.", "蓝字发票的标识。";
    "Why.", "原因。";
    // invoice.return
    "Gives an invoice that the organisation does not use back to its holder; signed by the organisation.", "将单位不用的发票退回持有人；由单位签名。";
    "The organisation to which it was passed on.", "收到提交的单位。";
    // invoice.revoke_booking
    "Revokes bookings in periods that are not over; all or none. Signed by the organisation.", "撤销尚未结束的所属期内的入账；要么全部撤销，要么全部不撤销。由单位签名。";
    "The organisation that has booked them.", "将这些发票入账的单位。";
    // invoice.set_numbering
    "Allows a region or a channel in Chinese numbers, or no longer, on some days. Signed by the tax authority.", "规定某些日期内中国发票号码可否使用某地区码或渠道码。由税务机关签名。";
    "Whether numbers of these days may have it.", "这些日期的号码可否使用它。";
    "Two digits of a region, or one of a channel.", "两位地区码，或一位渠道码。";
    "The first day; left out: today in China.", "首日；不填则为中国时间的今天。";
    "Digits 3 and 4 of a number, or digit 5.", "号码的第 3、4 位，或第 5 位。";
    "The last day; left out: until it is set anew.", "末日；不填则至重新设定为止。";
    // invoice.set_quota
    "Sets how many invoices a taxpayer may issue in a month, and for how much together. Signed by the tax authority. Without one there is no limit.", "规定纳税人每月可开具的发票张数和总金额。由税务机关签名。未设定则不限。";
    "Their totals together at most; left out: any amount.", "每月总金额上限；不填则不限。";
    "Of invoices in this currency.", "以此币种开具的发票。";
    "Invoices of a month at most; left out: any number.", "每月张数上限；不填则不限。";
    "The taxpayer.", "纳税人。";
    // invoice.set_rate
    "Allows a tax rate, or no longer, on some days. Signed by the tax authority; invoices issued before stay as they are.", "规定某些日期内可否使用某税率。由税务机关签名；此前开具的发票不变。";
    "Whether invoices of these days may use it.", "这些日期的发票可否使用它。";
    "In cn-vat: standard or a preference mark; in en16931: the VAT category, such as S.", "cn-vat：standard 或优惠政策标识；en16931：增值税类别，例如 S。";
    "Rate, such as 0.13; left out: any that the category's own rules allow.", "税率，例如 0.13；不填则为该类别本身规则允许的任何税率。";
    "The tax law.", "税法。";
    "Only for taxpayers of this scale; left out: for all. A rate is allowed where a rule for all or one for the scale allows it.", "仅限此规模的纳税人；不填则为全部。只要全体规则或该规模的规则允许，税率即可使用。";
    // invoice.set_special
    "Allows special invoices to be issued under Chinese VAT, or no longer, on some days. Signed by the tax authority. A rule for a taxpayer goes before that for its scale.", "规定某些日期内可否开具增值税专用发票。由税务机关签名。针对纳税人的规则优先于针对其规模的规则。";
    "Whether special invoices of these days may be issued.", "这些日期可否开具专用发票。";
    "Who issues them.", "开具方。";
    // invoice.set_tax_code
    "Allows codes of goods and services that begin with some digits, or no longer, on some days. Signed by the tax authority.", "规定某些日期内可否使用以若干数字开头的商品和服务编码。由税务机关签名。";
    "Of all rules whose prefix a code has, the longest decides. Codes stand in sealed items, so the seller's node judges them before it signs, and the tax authority's when the invoice arrives.", "在与编码相符的各前缀规则中，以最长的为准。编码在密封的明细中，因此由销售方的节点在签名前判断，并由税务机关的节点在发票送达时判断。";
    "Whether items of these days may have such codes.", "这些日期的明细可否使用此类编码。";
    "Up to 19 digits; an empty prefix is that of all codes.", "最多 19 位数字；空前缀表示全部编码。";
    "Only at these rates; left out: at any that is allowed.", "仅限这些税率；不填则为允许的任何税率。";
    // invoice.set_taxpayer
    "Sets what a taxpayer is from a day on: active, suspended or deregistered, how it is taxed, and where. Signed by the tax authority.", "规定纳税人自某日起的状态：正常、中止或注销，以及计税方式和地区。由税务机关签名。";
    "The first day on which this holds; left out: today in China.", "生效首日；不填则为中国时间的今天。";
    "Two digits in its Chinese numbers; left out: as before.", "其中国发票号码中的两位地区码；不填则不变。";
    "How it is taxed.", "纳税人规模。";
    "Whether it may issue invoices.", "可否开具发票。";
    // invoice.set_unpaid
    "Allows invoices without a payment on the ledger, or no longer, on some days. Signed by the tax authority. A rule for a taxpayer goes before that for its regime.", "规定某些日期内可否开具账本上没有对应付款的发票。由税务机关签名。针对纳税人的规则优先于针对其税法的规则。";
    "Whether invoices of these days may be without a payment.", "这些日期的发票可否没有对应付款。";
    "Only for this taxpayer of the regime; left out: for all that have no rule of their own.", "仅限该税法下的此纳税人；不填则为没有自己规则的全部纳税人。";
    // invoice.take_back
    "Takes an invoice back from an organisation that does not use it; signed by its holder.", "从不使用该发票的单位收回发票；由持有人签名。";
    // invoice.unlock
    "Lets invoices go out of an organisation's reimbursement; they are open again. All or none, signed by the organisation.", "将发票移出单位的报销，恢复未锁定状态。要么全部移出，要么全部不移出，由单位签名。";
    // invoice.use_transfer
    "Takes a transfer of money on this ledger as a payment to a taxpayer, once. Signed by who paid or who was paid.", "将本账本上的一笔转账作为向纳税人的付款，只能使用一次。由付款方或收款方签名。";
    "The taxpayer that it was a payment to: one of the member who owns the account that received it.", "收到该付款的纳税人：须属于收款账户的户主。";
    "The transfer's number.", "转账编号。";
    // invoice.withdraw_application
    "The applicant takes an application back: what is not yet invoiced of it is free again. Signed by the applicant.", "申请人撤回开票申请：尚未开票的部分恢复可用。由申请人签名。";
    // invoice.withdraw_red
    "Takes back that a red letter was asked for, until it is issued; signed by the side that had asked.", "在开具之前撤回红字申请；由申请的一方签名。";
}
