super::said! {
    // approval.lift_policy
    "Takes a policy away that a member can no longer meet, since it has lost keys; decided by a vote of the consortium.", "成员因失去密钥而无法再满足其审批规则时，取消该规则；由治理机构决定。";
    "The member.", "成员。";
    "Why.", "理由。";
    // approval.refuse
    "Ends a proposal without executing it; signed by a key whose signature on it would count.", "结束提案而不执行；由其签名会计入该提案的密钥签名。";
    "The proposal.", "提案。";
    "Why, for those who signed.", "理由，供已签名者查看。";
    // approval.set_policy
    "Says which keys of a member have to sign what; signed by an admin key of that member, and by whoever the policy before demands at most.", "规定成员的哪些密钥须签署哪些操作；由该成员的 admin 密钥签名，并满足原规则的最高要求。";
    "All rules that hold from now on. Every rule that is about a transaction has to be met; none: each key signs alone.", "今后有效的全部规则。与交易有关的每条规则都须满足；不设规则时，任一密钥单独签名即可。";
    "Only calls that move this asset; all calls if not given.", "仅限涉及此资产的调用；不填则为所有调用。";
    "The command, such as asset.transfer; asset.* for all of a module; * for all but those of member, which are meant only where a rule names them.", "命令，例如 asset.transfer；asset.* 表示该模块的全部命令；* 表示除 member 模块以外的全部命令，member 的命令须在规则中明确写出。";
    "Only from this amount on, in minor units of the asset; the calls of one transaction are added up.", "仅限达到此金额（含）的调用，以资产的最小单位计；同一交易中各调用的金额合并计算。";
    "How long a call waits for signatures, in milliseconds: a minute to 366 days, three days if not given.", "调用等待签名的时限，以毫秒计：1 分钟至 366 天，不填为 3 天。";
    "Roles of the keys that count. If makers and checkers count, one of each has to sign, and they are different holders.", "计入的密钥角色。若制单（maker）和复核（checker）都计入，则须各有一人签名，且为不同的持有人。";
    "How many holders of keys have to sign, 1 to 16.", "须签名的密钥持有人数，1 至 16。";
    "The new version: the one in force and 1; the first is 1. So nobody replaces what it has not seen.", "新版本号：现行版本加 1，首个版本为 1。这样没有人会替换自己未见过的规则。";
    // approval.sign
    "Signs a proposal. With the last signature that it needs its calls are executed; if they are refused then, the proposal has failed.", "签署提案。集齐最后一个所需签名时即执行其中的调用；若此时被拒绝，提案失败。";
    "SHA-256 of the calls that are signed, as the signer has read them: 64 hexadecimal digits.", "所签调用的 SHA-256，须与签名人所见一致：64 位十六进制数字。";
    // approval.withdraw
    "Takes a proposal back; signed by a holder who proposed it, with any of its keys.", "撤回提案；由提案的发起人用其任一密钥签名。";
}
