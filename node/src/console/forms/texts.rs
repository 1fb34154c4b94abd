use crate::console::texts::texts;

texts! {
    title: "Everything that can be done", "全部操作";
    intro: "A form for each command of each module and each public action of a package. What is sent is signed by the key of your seat.", "每个模块的每条命令、每个合约包的公开操作都有一份表单。提交的内容由您当前身份的密钥签名。";
    packages: "Actions of packages", "合约包的操作";
    no_actions: "No package is deployed.", "尚未部署合约包。";
    to_packages: "To the packages", "查看合约包";
    all: "Everything that can be done", "全部操作";
    signed_by: "Signed by", "签名密钥";
    submit: "Sign and send", "签名并提交";
    vote: "Put it to the vote", "提交共同决策";
    vote_text: "It is executed in the name of the consortium once enough governing organisations have voted for it. Your vote counts as for.", "获得足够治理机构赞成后，以联盟名义执行。您的一票计为赞成。";
    vote_title: "Title of the proposal", "提案标题";
    only_by_vote: "Only a vote of the governing organisations does this. An administrator of one of them proposes it.", "只有治理机构共同决策才能执行，须由其中一家的管理员提出。";
    needed: "This has to be filled in.", "此项必填。";
    rests: "The package is frozen, suspended or retired: the call will be refused.", "合约包已冻结、中止或停用，调用会被拒绝。";
    to_package: "The package", "合约包";
    optional: "optional", "可不填";
    choose: "Choose …", "请选择……";
    yes: "yes", "是";
    no: "no", "否";
    one_a_line: "One a line.", "每行一项。";
    as_json: "As JSON.", "以 JSON 填写。";
    add_row: "Add", "添加";
    remove_row: "Remove", "移除";
    nothing_asked: "It takes nothing: just send it.", "无需填写，直接提交即可。";
    done: "Done: it is final and executed.", "已完成：已最终确认并执行。";
    transaction: "Transaction", "交易";
    answer: "Answer", "结果";
    module_member: "Members", "成员";
    module_approval: "Approvals", "审批";
    module_document: "Documents", "文档";
    module_asset: "Assets and accounts", "资产与账户";
    module_sql: "Shared tables", "共享数据表";
    module_package: "Packages", "合约包";
    module_invoice: "Invoices", "发票";
    module_other: "More", "其他";
}

impl Texts {
    /// What people call a module.
    pub fn module(&self, name: &str) -> &'static str {
        match name {
            "member" => self.module_member,
            "approval" => self.module_approval,
            "document" => self.module_document,
            "asset" => self.module_asset,
            "sql" => self.module_sql,
            "package" => self.module_package,
            "invoice" => self.module_invoice,
            _ => self.module_other,
        }
    }
}
