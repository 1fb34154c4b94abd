super::said! {
    // package.call
    "Calls an action of a package, in the sender's name.", "以发送者的名义调用合约包的操作。";
    "The action, package.action.", "操作，写作 合约包.操作。";
    "The version of the package; the newest if not given.", "合约包的版本；不填则为最新版本。";
    "The action's parameters by name.", "操作的参数，按名称填写。";
    // package.freeze
    "Stops a package: none of its actions can be called until its owners unfreeze it. Any one of its owners does it, alone and at once.", "停止合约包：在所有者解除冻结之前，其操作都不能被调用。任一所有者可单独立即执行。";
    "The package.", "合约包。";
    // package.propose
    "Proposes a package or its next version, by one of its owners, whose vote for it this is; it is deployed when enough owners agree.", "提议合约包或其下一版本，由所有者之一签名，同时即投赞成票；同意的所有者足够时即部署。";
    "The file of the package.", "合约包文件。";
    // package.retire
    "Votes that a version of a package is called no more; so it is, for good, when enough of the package's owners have. A vote can be taken back until then.", "表决停用合约包的一个版本；同意的所有者足够时，该版本即永久不能再被调用。在此之前可以收回所投的票。";
    "The version.", "版本。";
    // package.unfreeze
    "Votes that a frozen package can be called again; it can when enough of its owners have. A vote can be taken back until then.", "表决解除合约包的冻结；同意的所有者足够时即可重新调用。在此之前可以收回所投的票。";
    "Whether the sender's organisation agrees; false takes back that it did.", "发送者所属机构是否同意；填 false 则收回其同意。";
    // package.vote
    "Votes on a proposed version of a package, by one of those who decide on it; the vote that is enough deploys or rejects it.", "对合约包的提议版本表决，由有权决定者之一签名；决定性的一票将部署或否决该版本。";
    "A version that cannot be deployed, because its migration fails for example, refuses that vote: the version before stays.", "若版本无法部署（例如其迁移失败），该票被拒绝：原版本不变。";
    "Whether the sender's organisation agrees.", "发送者所属机构是否同意。";
}
