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
    Reason::new("http/invalid", "It is not filled in as it should be", "填写的内容不符合要求"),
    Reason::new("http/not-found", "There is no such thing", "没有找到"),
    Reason::new("http/forbidden", "That is not allowed", "没有权限"),
    Reason::new("http/busy", "Too much at once: please try again", "系统繁忙，请稍后再试"),
    Reason::new("http/not-final-yet", "It is not final yet: please look again in a moment", "尚未最终确认，请稍后查看"),
    Reason::new("http/unavailable", "The node cannot answer now: please try again", "节点暂时无法应答，请稍后再试"),
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
    Reason::new("invoice/8", "A company needs its taxpayer id", "单位抬头必须填写纳税人识别号"),
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
];

/// The reason of a code.
pub fn of(code: &str) -> Option<&'static Reason> {
    ALL.iter().find(|reason| reason.code == code)
}
