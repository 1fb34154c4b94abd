use crate::console::texts::texts;

texts! {
    organisations: "Founders and organisations", "创始成员与机构";
    people: "People", "个人";
    people_text: "People are here under pseudonyms: who is behind one is known to the sponsor and to those whom the person tells.", "个人以化名出现：只有登记机构和本人告知的人知道其真实身份。";
    governance: "Decisions and validators", "共同决策与验证节点";
    name: "Name", "名称";
    id: "Id", "标识";
    kind: "Kind", "类型";
    roles: "Roles", "角色";
    state: "State", "状态";
    next: "Next ones", "下一页";
    validator: "Validator", "验证节点";
    from_epoch: "from epoch", "起始纪元";
    begins: "From epoch", "起始纪元";
    sponsor: "Registered by", "登记机构";
    since: "Member since", "加入于";
    height: "height", "高度";
    added_at: "Added at height", "加入高度";
    keys: "Keys", "密钥";
    no_keys: "It has no keys: it acts through its actions alone.", "没有密钥：只通过其合约动作行事。";
    key: "Key", "密钥";
    key_roles: "Roles of the key", "密钥角色";
    holder: "Holder", "持有人";
    holder_hint: "Who holds it: a person's id or name. All members see it.", "持有该密钥的人的标识或称呼，所有成员可见。";
    validity: "Valid", "有效期";
    from: "from", "自";
    until: "until", "至";
    for_ever: "without end", "长期有效";
    revoked: "Revoked", "已吊销";
    public_key: "Public key", "公钥";
    public_key_hint: "ed25519: and 64 digits, or p256: and 66 digits: 0-9 and a-f", "ed25519: 加 64 位，或 p256: 加 66 位十六进制数字（0-9、a-f）";
    actions: "Actions", "操作";
    revoke: "Revoke", "吊销";
    revoke_confirm: "Revoke this key? It signs nothing more, and its name is never used again.", "确定吊销该密钥？吊销后不能再签名，其名称也不再使用。";
    add_key: "Add a key", "添加密钥";
    key_name: "Name of the key", "密钥名称";
    rotate_key: "Replace a key", "更换密钥";
    rotate_text: "The new key takes the place of the old one at once, with its roles, holder and validity.", "新密钥立即取代旧密钥，角色、持有人和有效期不变。";
    new_name: "Name of the new key", "新密钥名称";
    policy: "Approval policy", "审批规则";
    no_policy: "No policy: each key signs alone.", "没有审批规则：每把密钥可单独签名。";
    no_rules: "The policy has no rules any more: each key signs alone.", "审批规则已清空：每把密钥可单独签名。";
    version: "Version", "版本";
    signer: "Signed by", "签署者";
    signed_by: "signed by", "签署者";
    command: "Command", "命令";
    asset: "Asset", "资产";
    from_amount: "From amount", "起始金额";
    from_minor: "From, in the smallest unit", "起始金额（最小单位）";
    signers: "Signers", "签名人数";
    lapses_hours: "Waits, hours", "等待时限（小时）";
    lapses_ms: "Waits, milliseconds", "等待时限（毫秒）";
    set_policy: "Set the policy", "设置审批规则";
    set_policy_text: "A rule says which command needs how many signers. Clear a rule's fields to remove it. Changing a policy needs all that any of its rules needs.", "规则说明哪个命令需要几人签名。清空一条规则的各项即可删除。修改规则须满足现有任何一条规则的要求。";
    rule: "Rule", "规则";
    add_rule: "Add a rule", "添加规则";
    roles_hint: "Roles of keys that count, with spaces between them: admin, maker, checker, system, device; maker and checker if none are named. With both, one of each signs.", "计入的密钥角色，以空格分隔：admin（管理员）、maker（制单）、checker（复核）、system（系统）、device（设备）；留空则为 maker 和 checker。两者都列出时，各需一人签名。";
    reading_keys: "Reading keys", "阅读密钥";
    no_reading_keys: "None: nothing can be sealed for it.", "没有：无法向其密封内容。";
    passes_with: "A proposal passes with the votes of more than", "提案须获得超过";
    of_governing: "of the governing organisations. They are", "的治理机构同意。目前治理机构数";
    so_needed: ", so votes needed:", "，所需票数";
    governing: "Governing organisations", "治理机构数";
    open_proposals: "Open proposals", "待决提案";
    no_open_proposals: "Nothing is to be decided now.", "目前没有待决提案。";
    decided_proposals: "Decided", "已决提案";
    title: "Title", "标题";
    proposer: "Proposed by", "提案机构";
    votes_for: "For", "赞成";
    votes_against: "Against", "反对";
    open_until: "Open until", "截止";
    proposed: "Proposed", "提出时间";
    decided: "Decided", "决定时间";
    needed: "Votes needed", "所需票数";
    refused: "Refused", "执行被拒";
    broken_rule: "Rule that it broke", "违反的规则";
    decide: "Put to the vote", "提交共同决策";
    decide_admit: "Admit an organisation", "接纳机构";
    decide_roles: "Change its roles", "变更角色";
    decide_suspend: "Suspend it", "中止";
    decide_reinstate: "Reinstate it", "恢复";
    decide_remove: "Remove it", "移除";
    decide_lift: "Lift its approval policy", "取消审批规则";
    by_vote: "What only a vote decides:", "只能由共同决策执行的事项：";
    propose: "Propose", "提出提案";
    propose_calls: "Several calls in one proposal", "一份提案包含多项调用";
    propose_text: "The calls are executed in the name of the consortium once enough have voted for them. Your vote counts as for.", "获得足够赞成票后，以联盟名义执行下列调用。您的一票计为赞成。";
    calls: "Calls", "调用";
    calls_hint: "A list of calls as JSON, all done or none. What each command takes:", "调用列表（JSON），全部执行或全部不执行。各命令的参数见：";
    vote_text: "You vote on exactly these calls: your signature carries their hash. A vote is never taken back.", "您只对以上调用投票：签名中包含其哈希。投票不能撤回。";
    vote_for: "Vote for it", "投赞成票";
    vote_against: "Vote against it", "投反对票";
    waits: "It waits for more signatures: nothing has been done yet.", "等待其他人签名，尚未执行。";
    waits_link: "See it in the inbox", "在待办中查看";
    has_voted: "Your organisation has voted.", "贵机构已投票。";
    admins_vote: "Your organisation votes by a key with the role admin.", "须由贵机构具有 admin 角色的密钥投票。";
    governors_vote: "Governing organisations vote on it.", "由治理机构投票。";
    count: "Count the votes again", "重新计票";
    count_text: "Since it was last voted on, others govern or fewer votes are needed: the votes that are there decide it.", "上次投票之后治理机构或所需票数有变，现有票数已可作出决定。";
    withdraw: "Withdraw the proposal", "撤回提案";
    votes: "Votes", "投票";
    member: "Member", "成员";
    choice: "Choice", "选择";
    when: "When", "时间";
    validators: "Validators", "验证节点";
    validator_changes: "Changes of validators", "验证节点变更";
    kind_organisation: "Organisation", "机构";
    kind_person: "Person", "个人";
    kind_package: "Package", "合约包";
    state_active: "Active", "正常";
    state_suspended: "Suspended", "已中止";
    state_removed: "Removed", "已移除";
    state_open: "Open", "待决";
    state_passed: "Passed", "已通过";
    state_failed: "Passed, but refused", "已通过，执行被拒";
    state_rejected: "Rejected", "未通过";
    state_withdrawn: "Withdrawn", "已撤回";
    state_lapsed: "Lapsed", "已失效";
}

impl Texts {
    /// A member's kind.
    pub fn kind(&self, name: &str) -> &'static str {
        match name {
            "organisation" => self.kind_organisation,
            "person" => self.kind_person,
            _ => self.kind_package,
        }
    }

    /// A state of a member or a proposal.
    pub fn state(&self, name: &str) -> &'static str {
        match name {
            "active" => self.state_active,
            "suspended" => self.state_suspended,
            "removed" => self.state_removed,
            "open" => self.state_open,
            "passed" => self.state_passed,
            "failed" => self.state_failed,
            "rejected" => self.state_rejected,
            "withdrawn" => self.state_withdrawn,
            _ => self.state_lapsed,
        }
    }
}
