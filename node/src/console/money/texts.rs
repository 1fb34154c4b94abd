use crate::console::texts::texts;

texts! {
    account: "Account", "账户";
    asset: "Asset", "资产";
    available: "Available", "可用余额";
    held: "Set aside", "冻结金额";
    limit: "Limit", "透支额度";
    balance: "Balance", "余额";
    state: "State", "状态";
    owner: "Owner", "户主";
    issuer: "Issuer", "发行方";
    issuers_side: "issuer's side", "发行方账户";
    no_accounts: "You have no account. Open one to get and pay money.", "您还没有账户。开立账户后即可收付款。";
    no_assets: "No asset has been defined yet: a bank defines a currency, other organisations whatever else they owe.", "尚未定义任何资产：货币由银行定义，其他资产由各单位自行定义。";
    next: "Next ones", "下一页";
    look_up: "Another account", "查看其他账户";
    look_up_hint: "owner/name, such as supplier-1/cny", "户主/名称，例如 supplier-1/cny";
    wrong_account: "This is not the id of an account.", "这不是账户标识。";
    look_up_go: "Show", "查看";
    open_account: "Open an account", "开立账户";
    account_id: "Id of the account", "账户标识";
    account_id_hint: "Your member's id, a slash, and a name of a-z 0-9 - . _", "您的成员标识、斜杠，再加名称（a-z 0-9 - . _）";
    claims: "Waiting for you", "待您处理的款项";
    hold_for_you: "Set aside for you", "为您冻结";
    offer_to_you: "Offered to you", "待您接收";
    out_of: "out of", "来自";
    expires: "Until", "截止";
    into: "Into account", "收款账户";
    capture: "Take it", "收取";
    void: "Give it up", "放弃";
    accept: "Accept", "接收";
    refuse: "Refuse", "拒收";
    statement: "Statement", "账单";
    no_movements: "Nothing has moved.", "暂无收支。";
    from_day: "From day", "起始日";
    until_day: "Until day", "截止日";
    show: "Show", "查看";
    wrong_day: "is no day such as 2026-11-26", "不是日期，例如 2026-11-26";
    business_days: "Business days of the asset", "按资产营业日";
    when: "When", "时间";
    kind: "Kind", "类型";
    counterparty: "Other account", "对方账户";
    reference: "Reference", "附言";
    reference_hint: "All members see it. At most 140 characters.", "所有成员可见，最多 140 个字符。";
    amount: "Amount", "金额";
    amount_hint: "Such as 198.00", "例如 198.00";
    older: "Older ones", "更早的";
    csv: "All of it as CSV", "全部导出 CSV";
    pay: "Transfer", "转账";
    to_account: "To account", "收款账户";
    end_to_end: "End-to-end id", "端到端标识";
    many: "Many transfers at once", "批量转账";
    no_account_of_it: "You have no open account of this asset to take it into.", "您还没有可收取该资产的账户。";
    hold: "Set money aside", "冻结资金";
    hold_text: "The beneficiary can take it at once or in parts, as long as it is set aside.", "在冻结期内，受益人可一次或分次收取。";
    hold_for: "For how long", "冻结期限";
    days: "days", "天";
    day: "day", "天";
    redeem: "Give back to the issuer", "交还发行方（赎回）";
    close: "Close the account", "销户";
    freeze: "Freeze it", "冻结账户";
    unfreeze: "Let it go", "解除冻结";
    set_limit: "Set its limit", "设置透支额度";
    define: "Define an asset", "定义资产";
    make_offer: "Offer money", "发出待收付款";
    offer_text: "The receiver accepts or refuses it. Until then the money is set aside here, and you can withdraw the offer.", "由收款方接收或拒收。在此之前资金在本账户冻结，您可以撤回。";
    offer_to: "To whom", "收款方";
    offer_to_hint: "A member, who says into which account, such as supplier-1; or an account, such as supplier-1/cny", "成员（由其指定收款账户），例如 supplier-1；或账户，例如 supplier-1/cny";
    offer_for: "Good for", "有效期";
    end_to_end_hint: "Your own id of the payment; the receiver sees it. At most 35 characters.", "您自己的付款编号，收款方可见，最多 35 个字符。";
    member_hint: "Id of a member, such as supplier-1", "成员标识，例如 supplier-1";
    offered_by_you: "Offered by you", "您发出的待收付款";
    to_whom: "to", "给";
    more_in_inbox: "More in the inbox", "在待办中查看更多";
    refuse_reason: "Reason to refuse", "拒收理由";
    beneficiary: "Beneficiary", "受益人";
    set_aside: "Set aside now", "当前冻结";
    for_whom: "For", "对象";
    offer: "Offer", "待接收";
    a_hold: "Hold", "冻结";
    withdraw: "Withdraw", "撤回";
    issue: "Issue", "发行";
    issue_text: "Puts new units into an account: what you owe to its owner.", "向账户发行新的份额：即您对户主的负债。";
    waits: "It waits for more signatures: nothing has moved yet.", "等待其他人签名，尚未执行。";
    waits_link: "See it in the inbox", "在待办中查看";
    batch_text: "A file of payments out of this account, as CSV with the columns to, amount, reference, end_to_end_id, or as NDJSON with these names. Each batch is done whole or not at all.", "从本账户付款的文件：CSV（列为 to、amount、reference、end_to_end_id）或使用同样字段名的 NDJSON。每一批要么全部执行，要么全部不执行。";
    batch_file: "File", "文件";
    batch_lines: "or lines", "或直接输入";
    batch_check: "Check", "检查";
    batch_send: "Pay", "付款";
    batch_sum: "Payments", "笔数";
    batch_total: "Together", "合计";
    batch_wrong: "Wrong lines", "有误的行";
    batch_fix: "Nothing is sent while a line is wrong.", "有误的行修正之前不会提交。";
    batch_both: "Choose a file or write the payments here, not both.", "请选择文件或在此填写付款，二者只能选其一。";
    batch_empty: "There is no payment in it.", "没有付款记录。";
    batch_done: "Paid", "已付款";
    batch_progress: "Progress", "进度";
    line: "Line", "行";
    line_account: "the account is not owner/name", "账户不是 户主/名称 的形式";
    line_amount: "the amount is not one above 0 with at most the asset's digits after the point", "金额须大于 0，且小数位数不超过该资产";
    line_text: "a text is too long, or has control characters", "文字过长或含有控制字符";
    line_form: "it has not the right form", "格式不正确";
    line_self: "it pays itself", "收款账户与付款账户相同";
    frozen_why: "Why", "冻结原因";
    by: "by", "冻结方";
    state_open: "Open", "正常";
    state_frozen: "Frozen: money arrives, none leaves", "已冻结：只收不付";
    state_closed: "Closed", "已销户";
    kind_issue: "Issue", "发行";
    kind_redeem: "Redemption", "赎回";
    kind_transfer: "Transfer", "转账";
    kind_capture: "Taken from a hold", "冻结收取";
    kind_offer: "Accepted offer", "接收付款";
}

impl Texts {
    /// A state of an account.
    pub fn state(&self, name: &str) -> &'static str {
        match name {
            "open" => self.state_open,
            "frozen" => self.state_frozen,
            _ => self.state_closed,
        }
    }

    /// A kind of movement.
    pub fn movement(&self, name: &str) -> &'static str {
        match name {
            "issue" => self.kind_issue,
            "redeem" => self.kind_redeem,
            "transfer" => self.kind_transfer,
            "capture" => self.kind_capture,
            _ => self.kind_offer,
        }
    }
}
