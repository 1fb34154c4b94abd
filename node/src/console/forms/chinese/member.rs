super::said! {
    // member.add_key
    "Adds a key that signs for a member from the next transaction on; signed by an admin key of that member.", "为成员增加一把签名密钥，自下一笔交易起有效；由该成员的 admin 密钥签名。";
    "Who holds the key, a person's id or name: keys of one holder count as one signer where several have to sign. Without it the key counts for itself.", "密钥持有人，即其标识或姓名：须多人签名时，同一持有人的多把密钥只算一人。不填则该密钥单独计算。";
    "The member.", "成员。";
    "The key's name within the member, never used before: 1 to 64 of a-z 0-9 - . _.", "密钥在该成员中的名称，从未使用过：1 至 64 个字符：a-z 0-9 - . _。";
    "The public key: ed25519: and 64 hexadecimal digits, or p256: and 66 (SEC1 compressed).", "公钥：ed25519: 加 64 位十六进制数字，或 p256: 加 66 位（SEC1 压缩格式）。";
    "What the key may do for its member: admin, maker, checker, system, device; none is needed to sign.", "密钥可以代表成员做什么：admin、maker、checker、system、device；签名本身不需要任何角色。";
    "Block time from which on it signs, milliseconds since 1970-01-01 UTC; from now on if not given.", "开始有效的区块时间，自 1970-01-01 UTC 起的毫秒数；不填则立即有效。";
    "Block time up to which it signs new transactions, milliseconds since 1970-01-01 UTC; until revoked if not given.", "可签署新交易的截止区块时间，自 1970-01-01 UTC 起的毫秒数；不填则直至撤销。";
    // member.admit
    "Makes an organisation a member; decided by the governing organisations.", "接纳一个机构为成员；由治理机构决定。";
    "Its first keys, at least one of them with the role admin and valid without limit.", "首批密钥，其中至少一把具有 admin 角色且长期有效。";
    "Who holds the key, a person's id or name: keys of one holder count as one signer where several have to sign.", "密钥持有人，即其标识或姓名：须多人签名时，同一持有人的多把密钥只算一人。";
    "The organisation's id, never used before: 1 to 64 of a-z 0-9 - . _, not beginning with p-, and with a - or a . unless it begins with a digit.", "机构标识，从未使用过：1 至 64 个字符：a-z 0-9 - . _，不以 p- 开头，且除以数字开头者外须含 - 或 .。";
    "Its name for people.", "名称，供人阅读。";
    "What it is to the others, such as bank; governor lets it decide with them.", "对其他成员而言的角色，例如 bank；governor 使其参与共同决策。";
    // member.count_votes
    "Counts the votes on a proposal again after other organisations govern or another number of votes is needed, and so decides it; signed by a governing organisation.", "在治理机构或所需票数变化之后重新计票，从而决定提案；由一个治理机构签名。";
    "SHA-256 of the proposal's calls, as in a vote.", "提案中各调用的 SHA-256，与投票时相同。";
    "The proposal.", "提案。";
    // member.propose
    "Asks the governing organisations to decide that some calls are executed; signed by one of them, which thereby votes for it. When enough have voted for it the calls are executed at once, all or none, in the name of the consortium.", "请治理机构决定执行若干调用；由其中一个机构签名，同时即投赞成票。赞成票足够时，这些调用立即以联盟名义执行，要么全部执行，要么全部不执行。";
    "What will be done.", "将要执行的调用。";
    "The command, such as member.suspend.", "命令，例如 member.suspend。";
    "The input of that command.", "该命令的输入。";
    "Block time up to which it can be voted on, milliseconds since 1970-01-01 UTC, at most 90 days ahead; 7 days ahead if not given.", "可以投票的截止区块时间，自 1970-01-01 UTC 起的毫秒数，最长 90 天；不填为 7 天。";
    "What it is about, for people. It decides nothing: the calls do.", "事由，供人阅读。起决定作用的是各调用，而不是标题。";
    // member.register_person
    "Makes a person a member, with an admin key of its own and without organisation or node; signed by an organisation that vouches for it.", "登记个人为成员，拥有自己的 admin 密钥，没有机构和节点；由为其担保的机构签名。";
    "The person's first key, whose secret half only the person has.", "此人的首把密钥，私钥部分只有本人持有。";
    "The key's name, such as phone.", "密钥名称，例如 phone。";
    "The person's id, a pseudonym for all to see: p- and up to 62 of a-z 0-9 - . _; made by the ledger if not given.", "此人的标识，即所有人可见的化名：p- 加最多 62 个字符：a-z 0-9 - . _；不填则由账本生成。";
    "What the person wants to be called by all; the id if not given.", "此人希望大家使用的称呼；不填则为其标识。";
    // member.reinstate
    "Lets a suspended member's keys sign again; decided by the governing organisations.", "使被中止的成员恢复签名；由治理机构决定。";
    "Why, for all to see.", "理由，所有人可见。";
    // member.remove
    "Removes a member for good: its keys never sign again and its id is never used again; what it signed stays. Decided by the governing organisations.", "永久移除成员：其密钥不能再签名，其标识不再使用；已签署的内容仍然有效。由治理机构决定。";
    // member.revoke_key
    "Revokes a key for good, from the next transaction on, also within the block; signed by an admin key of its member.", "永久撤销密钥，自下一笔交易起生效，同一区块内亦然；由其成员的 admin 密钥签名。";
    "The key's name within the member.", "密钥在该成员中的名称。";
    // member.rotate_key
    "Puts a new key in the place of one, with the same roles, holder and validity, and revokes the old one; signed by the old key itself or by an admin key of its member.", "用新密钥取代旧密钥，角色、持有人和有效期不变，旧密钥随即撤销；由旧密钥本身或其成员的 admin 密钥签名。";
    "Name of the key that goes.", "被取代的密钥名称。";
    "Name of the key that comes, never used before: 1 to 64 of a-z 0-9 - . _.", "新密钥的名称，从未使用过：1 至 64 个字符：a-z 0-9 - . _。";
    "The new public key: ed25519: and 64 hexadecimal digits, or p256: and 66 (SEC1 compressed).", "新公钥：ed25519: 加 64 位十六进制数字，或 p256: 加 66 位（SEC1 压缩格式）。";
    // member.set_key_roles
    "Gives a key other roles in its member; signed by an admin key of the member.", "更改密钥在其成员中的角色；由该成员的 admin 密钥签名。";
    "All that the key may do from now on: admin, maker, checker, system, device; none is needed to sign.", "密钥今后的全部角色：admin、maker、checker、system、device；签名本身不需要任何角色。";
    // member.set_roles
    "Says what a member is to the others from now on; decided by the governing organisations.", "规定成员今后对其他成员而言的角色；由治理机构决定。";
    "All its roles from now on, such as bank; governor lets an organisation decide with the others.", "今后的全部角色，例如 bank；governor 使机构参与共同决策。";
    // member.set_threshold
    "Says how many of the governing organisations have to vote for a proposal: more than this fraction of them. Decided by the governing organisations.", "规定提案须有多少治理机构赞成：超过此比例。由治理机构决定。";
    "… of so many. 1 and 2: more than half, the least. 2 and 3: more than two thirds, as at first.", "……比例的分母。1 和 2：超过半数，为最低要求。2 和 3：超过三分之二，为初始要求。";
    "More than this many …", "须超过的比例的分子……";
    // member.set_validators
    "Says which of the nodes of genesis order the ledger from the epoch after the next on; decided by the governing organisations.", "规定哪些创世节点自下下个纪元起为账本定序；由治理机构决定。";
    "The epoch from which the change before this one counts, 0 if there was none: so nobody undoes a change that he has not seen.", "上一次变更开始生效的纪元，没有则为 0：这样没有人会撤销自己未见过的变更。";
    "All validators from then on.", "此后的全部验证节点。";
    "The organisation.", "机构。";
    "The key with which its node votes, one of those of genesis: ed25519: and 64 hexadecimal digits.", "其节点投票所用的密钥，须为创世时的密钥之一：ed25519: 加 64 位十六进制数字。";
    // member.suspend
    "Suspends a member: from the next transaction on its keys do not sign until it is reinstated; it still reads. Decided by the governing organisations.", "中止成员：自下一笔交易起其密钥不能签名，直至恢复；仍可阅读。由治理机构决定。";
    // member.vote
    "Votes on a proposal, once and for good; signed by an admin key of a governing organisation, or of several at once. The vote that decides executes the proposal's calls.", "对提案投票，只能投一次，不可更改；由一个治理机构的 admin 密钥签名，也可多个机构同时签名。决定性的一票将执行提案中的调用。";
    "SHA-256 of the proposal's calls in canonical JSON (RFC 8785), 64 hexadecimal digits: what is voted on, whatever anybody shows.", "提案中各调用的规范 JSON（RFC 8785）的 SHA-256，64 位十六进制数字：无论别人展示什么，所投的就是它。";
    "The vote.", "投票。";
    // member.withdraw_proposal
    "Withdraws an open proposal; signed by an admin key of the organisation that made it.", "撤回尚未决定的提案；由提案机构的 admin 密钥签名。";
}
