use super::language::Language;

/// What a refusal means to who filled in a page. The refusal itself has a code for life and a detail in English.
pub struct Reason {
    /// Its code.
    pub code: &'static str,
    english: &'static str,
    chinese: &'static str,
}

impl Reason {
    const fn new(code: &'static str, english: &'static str, chinese: &'static str) -> Self {
        Self { code, english, chinese }
    }

    /// The text in a language.
    pub fn text(&self, language: Language) -> &'static str {
        match language {
            Language::Chinese => self.chinese,
            Language::English => self.english,
        }
    }
}

/// The code under which the text for all other refusals stands.
const OTHER: &str = "other";

/// Those that the pages' stories can meet; what is none of them is told in English behind a general text.
pub const ALL: &[Reason] = &[
    Reason::new(OTHER, "It was refused", "已被拒绝"),
    Reason::new("transaction/4", "It took too long: please do it again", "操作超时，请重新提交"),
    Reason::new("transaction/6", "The ledger does not know this phone's key", "账本不认识本机密钥"),
    Reason::new("transaction/7", "This phone's key is no longer valid", "本机密钥已失效"),
    Reason::new("platform/2", "It is not filled in as it should be", "填写的内容不符合要求"),
    Reason::new("http/session", "Please sign in again", "请重新登录"),
    Reason::new("http/unauthenticated", "Please sign in again", "请重新登录"),
    Reason::new(
        "http/invite",
        "This link is not known, has been used, or has expired: ask for a new one",
        "链接无效、已使用或已过期，请索取新的链接",
    ),
    Reason::new(
        "http/passkey",
        "This passkey does not sign in here. Try again, or ask for a new set-up link",
        "该通行密钥无法在此登录。请重试，或索取新的设置链接",
    ),
    Reason::new("http/malformed", "It cannot be read as it is written", "格式不正确"),
    Reason::new("http/invalid", "It is not filled in as it should be", "填写的内容不符合要求"),
    Reason::new("http/not-found", "There is no such thing", "没有找到"),
    Reason::new("http/forbidden", "That is not allowed", "没有权限"),
    Reason::new("http/busy", "Too much at once: please try again", "系统繁忙，请稍后再试"),
    Reason::new("http/not-final-yet", "It is not final yet: please look again in a moment", "尚未最终确认，请稍后查看"),
    Reason::new("http/unavailable", "The node cannot answer now: please try again", "节点暂时无法应答，请稍后再试"),
    Reason::new(
        "transaction/9",
        "This has been sent before with other content: load the page again",
        "此前已用不同内容提交过，请刷新页面后重试",
    ),
    Reason::new("platform/1", "This is not as it has to be", "填写的内容不符合要求"),
    Reason::new("asset/1", "This is not the id of an asset, such as bank-a/CNY", "这不是资产标识，例如 bank-a/CNY"),
    Reason::new(
        "asset/2",
        "This is not the id of an account, such as supplier-1/cny",
        "这不是账户标识，例如 supplier-1/cny",
    ),
    Reason::new(
        "asset/3",
        "This text is too long, or has characters that are not allowed",
        "文字过长或含有不允许的字符",
    ),
    Reason::new("asset/4", "This is not an amount, such as 25.00", "请输入金额，例如 25.00"),
    Reason::new("asset/5", "The amount has more digits after the point than the asset", "金额的小数位数超过该资产"),
    Reason::new("asset/6", "The amount is too large", "金额过大"),
    Reason::new("asset/7", "The amount is zero", "金额不能为零"),
    Reason::new("asset/8", "This is below zero", "不能小于零"),
    Reason::new("asset/9", "An account does not pay itself", "收款账户不能与付款账户相同"),
    Reason::new("asset/10", "There is no such asset", "没有这种资产"),
    Reason::new("asset/12", "There is no such account", "没有这个账户"),
    Reason::new("asset/13", "This account is of another asset", "该账户属于其他资产"),
    Reason::new("asset/14", "There is such an account already, or was one", "该账户已存在或曾经存在"),
    Reason::new("asset/15", "This account is closed", "该账户已销户"),
    Reason::new("asset/16", "This account is frozen: money may arrive, none may leave", "该账户已冻结：只收不付"),
    Reason::new("asset/17", "The account has not enough", "账户余额不足"),
    Reason::new(
        "asset/20",
        "This is the issuer's side of the asset: nobody pays into it",
        "这是发行方账户，不能作为收款账户",
    ),
    Reason::new("asset/21", "There is no such active member", "没有这个成员，或成员已停用"),
    Reason::new("asset/23", "This has ended already", "已经结束"),
    Reason::new("asset/24", "Its time is over", "已过期"),
    Reason::new("asset/25", "That is more than is left of it", "超过剩余金额"),
    Reason::new("asset/28", "This has ended already", "已经结束"),
    Reason::new("asset/29", "Its time is over", "已过期"),
    Reason::new("asset/30", "Only the receiver does this", "只有收款方可以操作"),
    Reason::new("asset/31", "Only the sender does this", "只有付款方可以操作"),
    Reason::new(
        "asset/32",
        "It cannot go into this account: name one of yours, or the one that the offer is for",
        "不能收入该账户：请填写您自己的账户，或该笔付款指定的账户",
    ),
    Reason::new("asset/33", "Choose a time within the next ten years", "请选择十年之内的时间"),
    Reason::new("asset/40", "Only the issuer does this", "只有发行方可以操作"),
    Reason::new("approval/4", "There is no such command", "没有这个命令"),
    Reason::new("approval/9", "A rule demands 1 to 16 signers", "签名人数须为 1 至 16"),
    Reason::new("approval/10", "A maker and a checker are two signers at least", "制单和复核至少需要两人签名"),
    Reason::new("approval/12", "This is no role of a key", "没有这种密钥角色"),
    Reason::new(
        "approval/15",
        "This rule changes nothing: another demands as much",
        "此规则不起作用：另一条规则的要求已涵盖它",
    ),
    Reason::new("approval/16", "The keys of now could never meet this", "现有密钥无法满足此规则"),
    Reason::new(
        "approval/17",
        "The policy has been changed meanwhile: load the page again",
        "审批规则已被修改，请刷新页面",
    ),
    Reason::new("approval/19", "This key can neither do nor propose this", "该密钥不能执行或发起此操作"),
    Reason::new("approval/24", "This has ended already", "已经结束"),
    Reason::new("approval/25", "Its time is over", "已过期"),
    Reason::new("approval/28", "This key does not count for it", "该密钥不计入"),
    Reason::new("approval/29", "You have signed this already", "您已签名"),
    Reason::new("approval/33", "Please give a reason", "请填写理由"),
    Reason::new("member/2", "Keys are managed by a key with the role admin", "只有 admin 角色的密钥可以管理密钥"),
    Reason::new(
        "member/3",
        "1 to 64 of a-z 0-9 - . _, beginning with a letter or digit",
        "1 至 64 个字符：a-z 0-9 - . _，以字母或数字开头",
    ),
    Reason::new("member/4", "A key of this name exists or existed: choose another", "该名称已被使用，请换一个"),
    Reason::new("member/5", "This public key is in use already", "该公钥已被使用"),
    Reason::new("member/8", "There is no such key", "没有这把密钥"),
    Reason::new("member/9", "This key is revoked already", "该密钥已吊销"),
    Reason::new(
        "member/10",
        "This is the last admin key that is valid without limit: add another first",
        "这是最后一把长期有效的管理密钥，请先添加另一把",
    ),
    Reason::new(
        "member/29",
        "Only a key with the role admin proposes and votes",
        "只有 admin 角色的密钥可以提案和投票",
    ),
    Reason::new(
        "member/16",
        "This is no public key: ed25519: and 64 digits, or p256: and 66, of 0-9 and a-f",
        "这不是公钥：ed25519: 加 64 位，或 p256: 加 66 位（0-9、a-f）",
    ),
    Reason::new(
        "member/19",
        "This text is empty or too long, or has characters that are not allowed",
        "文字为空、过长或含有不允许的字符",
    ),
    Reason::new("member/20", "These are too many", "数量过多"),
    Reason::new("member/31", "This has been decided already", "已有决定"),
    Reason::new("member/32", "Its time is over", "已过期"),
    Reason::new("member/34", "Your organisation has voted already", "贵机构已投票"),
    Reason::new("member/38", "Give at least one call", "请至少填写一个调用"),
    Reason::new(
        "member/40",
        "Your organisation has as many open proposals as it may: withdraw one first",
        "贵机构的待决提案数量已达上限，请先撤回一个",
    ),
    Reason::new(
        "member/59",
        "This could be the name of a package: an organisation's id has a - or a ., or begins with a digit",
        "该标识可能与合约包重名：机构标识须含 - 或 .，或以数字开头",
    ),
    Reason::new(
        "package/25",
        "Your organisation and the people whom it registered have as many packages as they may, those that wait for votes among them",
        "贵机构及其登记的个人的合约包数量已达上限（包括待投票的）",
    ),
    Reason::new(
        "package/26",
        "Your organisation has not agreed, so there is nothing to take back",
        "贵机构尚未同意，没有可收回的",
    ),
    Reason::new(
        "sql/37",
        "Your organisation and the people whom it registered have created as many tables as they may",
        "贵机构及其登记的个人创建的数据表数量已达上限",
    ),
    Reason::new(
        "document/1",
        "1 to 64 of a-z 0-9 - . _, beginning with a letter or digit",
        "1 至 64 个字符：a-z 0-9 - . _，以字母或数字开头",
    ),
    Reason::new(
        "document/2",
        "An id is owner/name, each of 1 to 64 of a-z 0-9 - . _",
        "标识的形式为 所有者/名称，各 1 至 64 个字符：a-z 0-9 - . _",
    ),
    Reason::new("document/17", "There is such a document already", "该文档已存在"),
    Reason::new("document/19", "There is a newer version already: load the page again", "已有更新的版本，请刷新页面"),
    Reason::new("document/21", "Please fill this in", "请填写此项"),
    Reason::new(
        "document/22",
        "This text is too long, or has characters that are not allowed",
        "文字过长或含有不允许的字符",
    ),
    Reason::new("document/25", "There is no such active member", "没有这个成员，或成员已停用"),
    Reason::new(
        "http/no-reading-key",
        "This member has published no reading key: nothing can be sealed for it",
        "该成员未公布阅读密钥，无法向其密封内容",
    ),
    Reason::new("seal/8", "Fill in at least one sealed field", "请至少填写一个密封字段"),
    Reason::new("document/30", "This member can read it already", "该成员已是读者"),
    Reason::new(
        "sample/expired",
        "This code has expired: ask the shop for a new one",
        "收款码已过期，请向商户索取新的",
    ),
    Reason::new("sample/forged", "This code was not made by the shop", "收款码不是该商户生成的"),
    Reason::new("sample/notice", "The payment could not be told to the ledger", "无法把付款通知账本"),
    Reason::new(
        "invoice/1",
        "This is no valid taxpayer id: please compare all 18 characters",
        "纳税人识别号不正确，请核对全部 18 位",
    ),
    Reason::new("invoice/6", "Please fill this in", "请正确填写此项"),
    Reason::new("invoice/8", "A rule of Chinese VAT is broken here", "违反中国增值税规则"),
    Reason::new("invoice/8 CN-1", "A company needs its taxpayer id", "单位抬头必须填写纳税人识别号"),
    Reason::new("invoice/8 CN-14", "A special invoice is for an organisation", "专用发票的购买方必须是单位"),
    Reason::new("invoice/8 CN-15", "A special invoice has nothing free of tax", "专用发票不能包含免税项目"),
    Reason::new("invoice/14", "This amount is not possible", "金额不在允许范围内"),
    Reason::new("invoice/36", "This order is paid already", "该订单已付款"),
    Reason::new("invoice/37", "There is no such payment", "没有这笔付款"),
    Reason::new("invoice/39", "That is more than is left of the payment", "超过这笔付款的可开票金额"),
    Reason::new("invoice/42", "This is somebody else's payment", "这不是您的付款"),
    Reason::new("invoice/43", "Please give an amount", "请填写金额"),
    Reason::new("invoice/54", "You do not hold this invoice", "您不是这张发票的持有人"),
    Reason::new("invoice/55", "That is no active organisation", "该单位不存在或已停用"),
    Reason::new("invoice/56", "It is passed on to this organisation already", "已提交给该单位"),
    Reason::new("invoice/57", "It is no longer passed on to this organisation", "已不再提交给该单位"),
    Reason::new("invoice/59", "It is passed on to too many organisations", "提交的单位过多"),
    Reason::new("invoice/60", "An organisation has locked or booked it already", "已有单位锁定或入账"),
    Reason::new("invoice/61", "It is not locked by this organisation", "该单位没有锁定这张发票"),
    Reason::new("invoice/62", "It is reimbursed already, for good", "已报销，不能更改"),
    Reason::new("invoice/63", "It is reversed", "发票已冲红"),
    Reason::new("invoice/64", "A red letter of it is asked for", "已申请开具红字发票"),
    Reason::new("invoice/4", "This is no taxpayer of yours here", "不是在本账本登记的纳税人"),
    Reason::new("invoice/5", "Only the seller's own keys issue its invoices", "只有销售方自己的密钥可以开具"),
    Reason::new("invoice/7", "It must be above 0", "必须大于 0"),
    Reason::new("invoice/9", "A rule of EN 16931 is broken here", "违反 EN 16931 的规则"),
    Reason::new("invoice/10", "This rate is not allowed on that day", "当日不允许使用该税率"),
    Reason::new("invoice/11", "This number is used already", "发票号码已使用"),
    Reason::new("invoice/16", "The code has 19 digits", "商品编码为 19 位数字"),
    Reason::new("invoice/30", "The seller may not issue invoices now", "销售方当前不能开具发票"),
    Reason::new("invoice/32", "The quota of this month is used up", "本月开票额度已用完"),
    Reason::new("invoice/34", "This invoice needs a payment", "开具该发票需要对应付款"),
    Reason::new("invoice/35", "This code of goods is not allowed", "不允许使用该商品编码"),
    Reason::new("invoice/38", "This payment is to somebody else, or in another currency", "该付款的收款方或币种不符"),
    Reason::new("invoice/47", "The question is no longer open", "该疑点已结束"),
    Reason::new("invoice/48", "This reference is used already", "该编号已使用"),
    Reason::new("invoice/68", "It is booked already", "已入账"),
    Reason::new("invoice/69", "It is not booked by this organisation", "该单位未入账"),
    Reason::new("invoice/70", "This tax period is not open for the invoice", "该所属期不可用"),
    Reason::new("invoice/72", "Only its seller and its buyer may do that", "只有销售方和购买方可以办理"),
    Reason::new("invoice/73", "This is not possible in a red letter", "红字发票不允许这样填写"),
    Reason::new("invoice/74", "That is more than is left of the invoice", "超过发票的剩余金额"),
    Reason::new("invoice/76", "The form is at another step already", "红字申请已在其他步骤"),
    Reason::new("invoice/77", "The form has lapsed", "红字申请已失效"),
    Reason::new("invoice/80", "This seller may not issue special invoices", "该销售方不得开具专用发票"),
    Reason::new(
        "invoice/65",
        "It is a red letter: nothing of it is claimed, reimbursed or booked",
        "这是红字发票，不能领取、报销或入账",
    ),
    Reason::new(
        "invoice/82",
        "It takes money back, so nothing of it is reimbursed. Booking it takes off input tax",
        "这是贷记通知单或负数发票，不能报销；入账后冲减进项税",
    ),
    Reason::new(
        "invoice/83",
        "This member is to hold the invoice and could not read it: let it be sealed for this member too",
        "该成员将持有发票，却无法阅读密封内容：请同时为其密封",
    ),
    Reason::new("invoice/84", "The application asks for the other kind of invoice", "与申请的发票种类不符"),
    Reason::new("invoice/81", "Only the tax of special invoices is deducted", "只有专用发票的税额可以抵扣"),
];

/// The reason of a code.
pub fn of(code: &str) -> Option<&'static Reason> {
    ALL.iter().find(|reason| reason.code == code)
}
