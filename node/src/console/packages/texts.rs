use crate::console::texts::texts;

texts! {
    title: "Packages", "合约包";
    intro: "Contracts in SQL that several members own. Every member executes their actions on its own copy.", "由多个成员共同拥有的 SQL 合约。每个成员在自己的副本上执行其操作。";
    deploy: "Propose a package", "提议合约包";
    create_table: "Create a shared table", "创建共享数据表";
    everything: "Everything that can be done", "全部操作";
    none: "No package is deployed yet. Propose one: take a template, check it, and have its owners vote.", "尚未部署合约包。可选用模板，检查后提议，由其所有者表决。";
    waiting: "Waiting for votes", "等待表决";
    nothing_waits: "Nothing waits for a vote.", "没有等待表决的事项。";
    deployed: "Deployed", "已部署";
    version: "Version", "版本";
    state: "State", "状态";
    owners: "Owners", "所有者";
    needed: "Votes needed", "所需同意票数";
    proposer: "Proposed by", "提议者";
    proposed: "Proposed", "提议时间";
    votes: "Votes", "表决";
    agrees: "agrees", "同意";
    disagrees: "does not agree", "不同意";
    agree: "Agree", "同意";
    disagree: "Do not agree", "不同意";
    motion_deploy: "to deploy version", "部署版本";
    motion_unfreeze: "to unfreeze it", "解除冻结";
    motion_retire: "to retire version", "停用版本";
    freeze: "Freeze", "冻结";
    freeze_hint: "Any owner stops all its actions at once; unfreezing takes the votes of several.", "任一所有者可立即停止其全部操作；解除冻结须多个所有者表决。";
    unfreeze: "Vote to unfreeze", "表决解除冻结";
    retire: "Vote to retire this version", "表决停用此版本";
    unfreeze_not: "Take back the vote to unfreeze", "撤回解除冻结的表决";
    retire_not: "Take back the vote to retire", "撤回停用的表决";
    retire_hint: "For good: none of this version's actions can be called again.", "不可恢复：此版本的操作不能再被调用。";
    owners_decide: "Its owners decide on it. You see this page as", "由所有者决定。您当前的身份是";
    actions: "Actions", "操作";
    call: "Call", "调用";
    none_called: "None of them can be called while the package is in this state.", "合约包处于当前状态时，所有操作均不能调用。";
    private: "for the package's own actions only", "仅供本合约包内部调用";
    parameters: "Parameters", "参数";
    calls: "Calls", "调用的命令";
    tables: "Tables", "数据表";
    primary_key: "primary key", "主键";
    append_only: "rows are added only", "只增不改";
    changeable: "rows may change", "可修改";
    invariants: "What must always hold", "必须始终成立";
    source: "Source", "源文本";
    source_of: "Source of version", "源文本，版本";
    versions: "Versions", "版本";
    height: "Height", "高度";
    state_active: "in force", "生效中";
    state_frozen: "frozen", "已冻结";
    state_suspended: "suspended by the consortium", "已被联盟中止";
    state_proposed: "proposed", "已提议";
    state_retired: "retired", "已停用";
    state_rejected: "rejected", "已否决";
    older: "More", "更多";
    deploy_intro: "Paste the file of a package or choose one, check it, then propose it. It is deployed when enough of its owners agree.", "粘贴或选择合约包文件，检查后提议。足够的所有者同意后即部署。";
    templates: "Begin with a template", "从模板开始";
    file: "File", "文件";
    text: "Text", "文本";
    check: "Check", "检查";
    report: "Check report", "检查报告";
    clean: "Nothing was found against it.", "未发现问题。";
    line: "Line", "行";
    rule: "Rule", "规则";
    message: "What is wrong, and what to write instead", "问题与改法";
    known_here: "It was checked by itself: tables and actions of other packages are looked for on the ledger when it is proposed.", "此检查不含其他合约包的数据表与操作；提议时由账本核对。";
    propose: "Sign and propose", "签名并提议";
    propose_anyway: "Propose it all the same", "仍然提议";
    too_long: "A text of up to 64 KiB, please.", "文本不得超过 64 KiB。";
    table_intro: "A CREATE TABLE statement. The first part of the name is a schema that your organisation owns from then on.", "CREATE TABLE 语句。名称的第一部分是模式，由您的单位拥有。";
    create: "Sign and create", "签名并创建";
}

/// How the label of a state looks.
pub fn mark(state: &str) -> &'static str {
    match state {
        "active" => "good",
        "frozen" | "suspended" => "watch",
        "rejected" | "removed" => "bad",
        _ => "",
    }
}

impl Texts {
    /// A state of a package or of a version.
    pub fn state_of(&self, name: &str) -> &'static str {
        match name {
            "active" => self.state_active,
            "frozen" => self.state_frozen,
            "proposed" => self.state_proposed,
            "retired" => self.state_retired,
            "rejected" => self.state_rejected,
            _ => self.state_suspended,
        }
    }

    /// What is voted on.
    pub fn motion(&self, name: &str) -> &'static str {
        match name {
            "deploy" => self.motion_deploy,
            "unfreeze" => self.motion_unfreeze,
            _ => self.motion_retire,
        }
    }
}
