use crate::console::texts::texts;

texts! {
    empty: "Nothing waits for you. Payments that need your signature, votes, money offered to you and what is to be done about invoices appear here.", "没有待办事项。需要您签名的付款、待投票的事项、待接收的款项和待处理的发票会显示在这里。";
    everything: "The whole inbox", "全部待办";
    nothing_more: "Nothing more of this kind waits.", "没有更多此类待办。";
    more: "More of these", "查看更多";
    next: "Next ones", "下一页";
    are_waiting: "waiting", "项待办";
    others: "Waiting for others", "等待他人处理";
    kind_sign: "To be signed by you", "待您签名";
    kind_signatures: "Signatures of others", "等待他人签名";
    kind_proposal: "Proposals of the consortium to vote on", "待投票的联盟提案";
    kind_version: "Packages to vote on", "待投票的合约包";
    kind_motion: "Packages that others want to change", "其他所有者提议变更的合约包";
    kind_offer: "Money offered to you", "待您接收的款项";
    kind_hold: "Money set aside for you", "为您冻结的款项";
    kind_sent: "Money that you have offered", "您发出的待收付款";
    kind_red_confirm: "Red letters to confirm", "待确认的红字申请";
    kind_red_issue: "Red letters to issue", "待开具的红字发票";
    kind_question: "Questions to answer", "待答复的疑点";
    kind_answer: "Answers to judge", "待审核的答复";
    kind_application: "Applications for invoices", "开票申请";
    kind_passed: "Passed on for reimbursement", "待报销的发票";
    kind_locked: "Locked, to be reimbursed", "已锁定，待确认报销";
    in_the_name_of: "In the name of", "代表";
    signed_by: "Signed by", "已签名";
    missing: "Signatures missing", "尚缺签名";
    counts: "Keys that count", "计入的密钥角色";
    proposed: "Proposed", "提出时间";
    lapses: "Lapses", "失效时间";
    sign: "Sign", "签名";
    refuse: "Refuse", "拒绝";
    refuse_reason: "Reason to refuse", "拒绝理由";
    decline_reason: "Reason to decline", "拒绝理由";
    contents: "What waits", "待办类别";
    withdraw: "Withdraw", "撤回";
    sign_text: "You sign exactly these calls: your signature carries their hash.", "您只签署以上调用：签名中包含其哈希。";
    not_yours: "Your key's signature does not count for it, or you have signed already.", "您的密钥不计入，或您已签名。";
    version: "version", "版本";
    motion_deploy: "deploy", "部署";
    motion_unfreeze: "unfreeze", "解冻";
    motion_retire: "retire", "停用";
    by: "by", "提出者";
    until: "until", "截止";
    since: "since", "自";
    read_and_vote: "Read and vote", "查看并投票";
    requested_by_seller: "asked for by the seller", "由销售方申请";
    requested_by_buyer: "asked for by the buyer", "由购买方申请";
    confirm: "Confirm", "确认";
    issue_red: "Issue the red letter", "开具红字发票";
    asked_by: "asked by", "提出者";
    answered_by: "answered by", "答复者";
    to_taxpayer: "to", "销售方";
    application_text: "Whom the invoice is for is sealed in the application: open it first.", "开票抬头密封在申请中，请先打开。";
    open_application: "Open the application", "打开申请";
    issue_invoice: "Issue the invoice", "开具发票";
    decline: "Decline", "拒绝开票";
    of_whom: "from", "来自";
    to_invoice: "To the invoice", "查看发票";
    waits: "It waits for more signatures: nothing has been done yet.", "等待其他人签名，尚未执行。";
    waits_link: "Load the inbox again", "刷新待办";
}

impl Texts {
    /// What people call a kind of what waits.
    pub fn kind(&self, name: &str) -> &'static str {
        match name {
            "sign" => self.kind_sign,
            "signatures" => self.kind_signatures,
            "proposal" => self.kind_proposal,
            "version" => self.kind_version,
            "motion" => self.kind_motion,
            "offer" => self.kind_offer,
            "hold" => self.kind_hold,
            "sent" => self.kind_sent,
            "red-confirm" => self.kind_red_confirm,
            "red-issue" => self.kind_red_issue,
            "question" => self.kind_question,
            "answer" => self.kind_answer,
            "application" => self.kind_application,
            "passed" => self.kind_passed,
            _ => self.kind_locked,
        }
    }

    /// What owners of a package decide.
    pub fn motion(&self, name: &str) -> &'static str {
        match name {
            "deploy" => self.motion_deploy,
            "unfreeze" => self.motion_unfreeze,
            _ => self.motion_retire,
        }
    }
}
