super::said! {
    // asset.accept_offer
    "Accepts an offer: the money moves into an account of the receiver, who signs.", "接收待收付款：资金转入收款方的账户，由收款方签名。";
    "The receiver's account that gets it; needed if the offer names none.", "收款方用来收款的账户；付款中未指定账户时必填。";
    "The offer.", "待收付款。";
    // asset.capture
    "Takes what is set aside in a hold, or a part of it, into any account of the asset; signed by the beneficiary.", "将冻结资金的全部或一部分收取到该资产的任一账户；由受益人签名。";
    "How much, such as 198.00; all that is left if not given.", "金额，例如 198.00；不填则为全部余额。";
    "Whether it is the last capture: what is left after it is given back.", "是否为最后一次收取：其后剩余的资金退回原账户。";
    "The hold.", "冻结。";
    "What it is for, up to 140 characters; the hold's reference if not given.", "用途，最多 140 个字符；不填则沿用冻结时的附言。";
    "The account that gets it.", "收款账户。";
    // asset.close_account
    "Closes an account in which nothing is left, for good; signed by its owner.", "注销余额为零的账户，不可恢复；由户主签名。";
    "The account.", "账户。";
    // asset.define
    "Defines an asset, which never changes; signed by the issuer in its id.", "定义资产，定义后不再更改；由其标识中的发行方签名。";
    "Currencies are issued by organisations with the role bank, all else by any organisation.", "货币由具有 bank 角色的机构发行，其他资产任何机构都可以发行。";
    "Its id issuer/name, such as bank-a/CNY; the name is 1 to 64 of A-Z a-z 0-9 - . _.", "资产标识 发行方/名称，例如 bank-a/CNY；名称为 1 至 64 个字符：A-Z a-z 0-9 - . _。";
    "Three capitals of ISO 4217, such as CNY, if it is a currency.", "如为货币，填写 ISO 4217 的三个大写字母，例如 CNY。";
    "How many minutes before 00:00 UTC its business day begins: 480 in China, -300 in New York's winter; 0 if not given.", "营业日比 UTC 00:00 提前多少分钟开始：中国为 480，纽约冬季为 -300；不填为 0。";
    "Digits after the point, 0 to 9.", "小数位数，0 至 9。";
    "What sort of asset it is.", "资产的类型。";
    "Whether the issuer also has to sign where an account is opened; else whoever wants one opens one.", "开立账户时是否还须发行方签名；否则任何人都可以自行开户。";
    "What it is, for people.", "名称说明，供人阅读。";
    // asset.freeze
    "Freezes an account: money may arrive, none may leave; signed by the asset's issuer or by a member with the role court.", "冻结账户：只收不付；由资产的发行方或具有 court 角色的成员签名。";
    "Why, such as the order's number, in words that everybody sees, up to 500 characters.", "理由，例如命令编号；所有人可见，最多 500 个字符。";
    // asset.hold
    "Sets money aside that a beneficiary can take until a time; signed by the account's owner.", "冻结一笔资金，受益人可在期限内收取；由户主签名。";
    "How much, such as 198.00.", "金额，例如 198.00。";
    "The asset.", "资产。";
    "The member that can take it.", "可以收取的成员。";
    "Block time at which it lapses, milliseconds since 1970-01-01 UTC, within ten years.", "失效的区块时间，自 1970-01-01 UTC 起的毫秒数，须在十年之内。";
    "What it is for, up to 140 characters.", "用途，最多 140 个字符。";
    // asset.issue
    "Puts an amount of an asset into circulation; signed by its issuer.", "发行一定金额的资产；由发行方签名。";
    "What is said about it, up to 140 characters.", "说明，最多 140 个字符。";
    "What it is issued for, such as the number of a bill: a source is used once for ever, the guard against issuing twice.", "发行依据，例如票据号码：每个依据只能使用一次，永不重复，以防重复发行。";
    // asset.offer
    "Offers money to a member, who accepts or refuses it; signed by the owner of the account that pays.", "向成员发出待收付款，由其接收或拒收；由付款账户的户主签名。";
    "The payer's id of the payment, which goes with it to its end: up to 35 characters.", "付款方自己的付款编号，随付款一路传递：最多 35 个字符。";
    "The account that pays.", "付款账户。";
    "Who is paid: a member, who then says into which account, or an account.", "收款方：成员（由其指定收款账户），或账户。";
    // asset.open_account
    "Opens an account of an asset; signed by the owner in its id, and by the issuer if the asset is restricted.", "开立某资产的账户；由其标识中的户主签名，受限资产还须发行方签名。";
    "Its id: owner/name, such as supplier-1/cny, never used before; the name is 1 to 64 of a-z 0-9 - . _.", "账户标识：户主/名称，例如 supplier-1/cny，从未使用过；名称为 1 至 64 个字符：a-z 0-9 - . _。";
    "The asset that it holds.", "账户所持有的资产。";
    // asset.open_accounts
    "Opens many accounts of an asset at once, all or none, such as a bank's for its customers; signed by all their owners, and by the issuer if the asset is restricted.", "一次开立某资产的多个账户，要么全部开立，要么全部不开，例如银行为客户开户；由全部户主签名，受限资产还须发行方签名。";
    "Their ids: owner/name, up to 1,000.", "账户标识：户主/名称，最多 1,000 个。";
    "The asset that they hold.", "这些账户所持有的资产。";
    // asset.redeem
    "Gives an amount of an asset back to its issuer, who owes it no longer; signed by the account's owner.", "将一定金额的资产交还发行方，发行方不再负有该笔债务；由户主签名。";
    "The account that gives it.", "交还资产的账户。";
    // asset.refuse_offer
    "Refuses an offer: the money stays with the sender; signed by the receiver.", "拒收待收付款：资金留在付款方；由收款方签名。";
    "Why, in words that everybody sees, up to 500 characters.", "理由，所有人可见，最多 500 个字符。";
    // asset.set_limit
    "Says how far an account may be overdrawn; signed by the asset's issuer, who grants the credit.", "规定账户可以透支的额度；由授信的资产发行方签名。";
    "The limit, such as 5000.00; 0 for none.", "额度，例如 5000.00；0 表示不可透支。";
    // asset.transfer
    "Pays an amount from one account to another of the same asset; signed by the owner of the one that pays.", "从一个账户向同一资产的另一账户付款；由付款账户的户主签名。";
    "The account that is paid.", "收款账户。";
    // asset.transfer_batch
    "Makes many payments at once, one after the other, all or none; signed by the owners of all accounts that pay.", "一次付多笔款，依次执行，要么全部执行，要么全部不执行；由全部付款账户的户主签名。";
    "The account that pays, for all legs that do not say.", "付款账户，用于未单独指定付款账户的各笔付款。";
    "The payments, up to 8,000.", "各笔付款，最多 8,000 笔。";
    "The account that pays; that of the batch if not given.", "付款账户；不填则用批次的付款账户。";
    // asset.unfreeze
    "Lets a frozen account go: what the issuer froze, signed by the issuer; what a court froze, by a member with the role court.", "解除账户冻结：发行方冻结的由发行方签名，法院冻结的由具有 court 角色的成员签名。";
    // asset.void
    "Gives up what is left of a hold: it is the account's again; signed by the beneficiary.", "放弃冻结资金的剩余部分，退回原账户；由受益人签名。";
    // asset.withdraw_offer
    "Takes an offer back that is not yet answered; signed by the owner of the account that would pay.", "撤回尚未答复的待收付款；由付款账户的户主签名。";
}
