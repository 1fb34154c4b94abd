use crate::console::texts::texts;

texts! {
    lead: "Is this invoice real, and is it still whole? Anybody may ask. Number and total must both be right.", "发票是否真实有效？任何人都可以查验，号码和金额必须同时正确。";
    number: "Invoice number", "发票号码";
    number_hint: "20 digits on a Chinese invoice", "中国发票为 20 位数字";
    number_wrong: "The number as it stands on the invoice.", "请填写发票上的号码。";
    total: "Total with tax", "价税合计";
    total_wrong: "An amount with at most two digits after the point, such as 198.00", "最多两位小数的金额，例如 198.00";
    seller: "Seller's taxpayer id", "销售方识别号";
    seller_hint: "Only where sellers number by themselves, as in Europe.", "仅在由销售方自行编号时填写，例如欧洲发票。";
    check: "Check", "查验";
    scan: "Scan its code", "扫描发票二维码";
    valid: "Valid", "有效";
    valid_text: "The ledger has this invoice with this total, and nothing of it was taken back.", "账本中有此发票，金额一致，未被冲红。";
    partly: "Partly reversed", "部分冲红";
    partly_text: "A red letter has taken a part of it back.", "部分金额已被红字发票冲销。";
    reversed: "Reversed", "已冲红";
    reversed_text: "Red letters have taken all of it back: it is worth nothing any more.", "已全部冲红，不再有效。";
    questioned: "Questioned", "存疑";
    questioned_text: "It is on the ledger, but a tax authority or an auditor doubts it.", "账本中有此发票，但税务机关或审计方提出了疑点。";
    red: "Red letter", "红字发票";
    red_text: "It takes another invoice back; it is nothing to be reimbursed.", "这是冲销其他发票的红字发票，不能报销。";
    unknown: "Unknown", "查无此票";
    unknown_text: "No invoice on this ledger has this number and this total. Compare both with the invoice.", "账本中没有号码和金额都相符的发票，请核对。";
    as_of: "As of", "截至";
    certified: "Block that the members have signed", "成员已签名的区块";
    proof: "Proof file", "证明文件";
    proof_text: "It proves the invoice and the members' signatures without this node.", "无需本节点即可验证发票和成员签名。";
}

impl Texts {
    /// The answer in a word, and what it means.
    pub fn answer(&self, state: &str) -> (&'static str, &'static str) {
        match state {
            "valid" => (self.valid, self.valid_text),
            "partly_reversed" => (self.partly, self.partly_text),
            "reversed" => (self.reversed, self.reversed_text),
            "questioned" => (self.questioned, self.questioned_text),
            "red_letter" => (self.red, self.red_text),
            _ => (self.unknown, self.unknown_text),
        }
    }
}
