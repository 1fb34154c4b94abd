use crate::console::texts::texts;

texts! {
    empty: "Nothing waits for you. Payments that need your signature, proposals to vote on and money offered to you appear here.", "没有待办事项。需要您签名的付款、待投票的提案和待接收的款项会显示在这里。";
    approvals: "Waiting for signatures", "等待签名";
    in_the_name_of: "In the name of", "代表";
    signed_by: "Signed by", "已签名";
    missing: "Signatures missing", "尚缺签名";
    counts: "Keys that count", "计入的密钥角色";
    proposed: "Proposed", "提出时间";
    lapses: "Lapses", "失效时间";
    sign: "Sign", "签名";
    refuse: "Refuse", "拒绝";
    reason: "Reason", "理由";
    withdraw: "Withdraw", "撤回";
    sign_text: "You sign exactly these calls: your signature carries their hash.", "您只签署以上调用：签名中包含其哈希。";
    not_yours: "Your key's signature does not count for it, or you have signed already.", "您的密钥不计入，或您已签名。";
    decisions: "To be decided", "待投票";
    proposal: "Proposal of the consortium", "联盟提案";
    package: "Package", "合约包";
    version: "version", "版本";
    by: "by", "提出者";
    until: "until", "截止";
    since: "since", "自";
    read_and_vote: "Read and vote", "查看并投票";
    money: "Money for you", "待收款项";
    invoices: "Invoices", "发票";
    red: "Red letter to confirm", "待确认的红字信息";
    requested_by_seller: "asked for by the seller", "由销售方申请";
    requested_by_buyer: "asked for by the buyer", "由购买方申请";
    confirm: "Confirm", "确认";
    application: "Application for an invoice", "开票申请";
    decline: "Decline", "拒绝开票";
    passed: "Passed on for reimbursement", "待报销的发票";
    to_invoice: "To the invoice", "查看发票";
    waits: "It waits for more signatures: nothing has been done yet.", "等待其他人签名，尚未执行。";
    waits_link: "Load the inbox again", "刷新待办";
}
