use crate::console::texts::texts;

texts! {
    title: "Check a proof", "验证证明";
    intro: "A proof says what stood in a ledger, signed by the members who keep it. It is checked here, in your browser: no file leaves this device, and nobody is asked.", "证明说明账本中记载的内容，并由维护账本的成员签名。验证在您的浏览器中进行：文件不会离开本设备，也不会询问任何人。";
    drop: "Choose two files, or drop them anywhere on this page.", "请选择两个文件，或将其拖放到本页任意位置。";
    proof: "The proof", "证明文件";
    proof_hint: "You got it with an invoice or a row: a file that ends in .json.", "随发票或记录一起取得，扩展名为 .json。";
    genesis: "The genesis file", "创世文件";
    genesis_hint: "It names who keeps the ledger. Have it from somebody you trust, once; everything rests on it.", "它载明由谁维护账本。请从您信任的人处取得（一次即可）；一切验证以此为根据。";
    own_genesis: "If you trust this node, take its own:", "如果您信任本节点，可使用它的创世文件：";
    download: "Download", "下载";
    use_own: "Use it", "使用";
    ledger_id: "Id of this node's ledger, to compare", "本节点账本的标识，供核对";
    offline: "This page works without a network. Save it with counterfoil verify-page > verify.html and keep it with your proofs.", "本页无需网络即可使用。可运行 counterfoil verify-page > verify.html 保存，与证明一同存放。";
    noscript: "This page needs JavaScript, since your browser does the checking. Without it: counterfoil verify proof.json --genesis genesis.json", "验证由您的浏览器完成，因此需要 JavaScript。也可运行：counterfoil verify proof.json --genesis genesis.json";
    working: "Checking …", "正在验证……";
    missing_proof: "Now choose the proof.", "请选择证明文件。";
    missing_genesis: "Now choose the genesis file.", "请选择创世文件。";
    unreadable: "The file cannot be read.", "无法读取该文件。";
    unsupported: "This browser cannot check Ed25519 signatures here. Use a newer one, and open the page by https or as a file.", "这个浏览器无法在此验证 Ed25519 签名。请使用较新的浏览器，并通过 https 或本地文件打开本页。";
    proved: "Proved", "证明成立";
    failed: "Not proved", "证明不成立";
    claim_current: "At height {height} ({time}) the table {table} held this row:", "在高度 {height}（{time}），数据表 {table} 中存有这一行：";
    claim_absent: "At height {height} ({time}) the table {table} held no row with this key:", "在高度 {height}（{time}），数据表 {table} 中没有以此为主键的行：";
    claim_written: "The block of height {height} ({time}) wrote this row into the table {table}:", "高度 {height}（{time}）的区块向数据表 {table} 写入了这一行：";
    column: "Column", "列";
    value: "Value", "值";
    ledger: "Ledger", "账本";
    signed: "Signed at height {height} by {signers} of {validators} validators", "在高度 {height} 由 {validators} 个验证成员中的 {signers} 个签名";
    caveat: "It is of that height: it does not say what happened since.", "证明只针对该高度，不说明其后发生的变化。";
    at_step: "It fails at step {step}.", "在步骤 {step} 失败。";
    do_not_rely: "Do not rely on what the file says. Ask for the proof again, and compare the genesis file.", "请勿相信文件所述内容。请重新索取证明，并核对创世文件。";
    step_format: "The file is not a proof, or not a byte for byte copy of one.", "该文件不是证明，或不是逐字节一致的副本。";
    step_genesis: "The genesis file is not that of the proof's ledger.", "创世文件不属于该证明所指的账本。";
    step_row: "The row does not fit its table or its key.", "该行与其数据表或主键不符。";
    step_table: "The ledger's index does not hold this table.", "账本索引中没有这个数据表。";
    step_path: "What it says is not what the members' common state leads to.", "所述内容与成员共同状态不一致。";
    step_execution: "The members agreed on another result.", "成员认可的是另一个结果。";
    step_header: "The blocks do not follow each other, or are of another ledger.", "区块不相连，或属于另一个账本。";
    step_certificate: "Too few of the members have signed it, or a signature is not theirs.", "签名的成员不足，或签名无效。";
    step_handover: "It is not proved how the present members came to decide.", "未能证明现任成员如何获得表决权。";
}

impl Texts {
    /// What the script says.
    pub fn told(&self) -> [(&'static str, &'static str); 29] {
        [
            ("working", self.working),
            ("missing-proof", self.missing_proof),
            ("missing-genesis", self.missing_genesis),
            ("unreadable", self.unreadable),
            ("unsupported", self.unsupported),
            ("proved", self.proved),
            ("failed", self.failed),
            ("claim-current", self.claim_current),
            ("claim-absent", self.claim_absent),
            ("claim-written", self.claim_written),
            ("column", self.column),
            ("value", self.value),
            ("ledger", self.ledger),
            ("signed", self.signed),
            ("caveat", self.caveat),
            ("at-step", self.at_step),
            ("do-not-rely", self.do_not_rely),
            ("title", self.title),
            ("proof", self.proof),
            ("genesis", self.genesis),
            ("step-format", self.step_format),
            ("step-genesis", self.step_genesis),
            ("step-row", self.step_row),
            ("step-table", self.step_table),
            ("step-path", self.step_path),
            ("step-execution", self.step_execution),
            ("step-header", self.step_header),
            ("step-certificate", self.step_certificate),
            ("step-handover", self.step_handover),
        ]
    }
}
