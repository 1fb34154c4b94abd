//! What pages say, in both languages side by side: here what many pages say, beside each area what its pages say.

/// Declares each text once with its English and its Chinese form, so that neither language lacks one.
macro_rules! texts {
    ($($name:ident: $english:literal, $chinese:literal;)*) => {
        /// The texts of one language.
        pub struct Texts {
            $(#[doc = $english] pub $name: &'static str,)*
        }

        /// English.
        const ENGLISH: Texts = Texts { $($name: $english,)* };

        /// Chinese.
        const CHINESE: Texts = Texts { $($name: $chinese,)* };

        /// All of them: name, English, Chinese.
        #[cfg(test)]
        pub const ALL: &[(&str, &str, &str)] = &[$((stringify!($name), $english, $chinese),)*];

        impl Texts {
            /// Those of a language.
            pub fn of(language: $crate::console::language::Language) -> &'static Self {
                match language {
                    $crate::console::language::Language::Chinese => &CHINESE,
                    $crate::console::language::Language::English => &ENGLISH,
                }
            }
        }
    };
}

pub(in crate::console) use texts;

texts! {
    brand: "Counterfoil", "存根";
    colon: ": ", "：";
    skip: "Skip to the content", "跳到正文";
    pages: "Pages", "页面";
    nav_home: "Overview", "概览";
    nav_inbox: "Inbox", "待办";
    nav_invoices: "Invoices", "发票";
    nav_money: "Accounts", "账户";
    nav_documents: "Documents", "文档";
    nav_packages: "Packages", "合约包";
    nav_members: "Members", "成员";
    nav_blocks: "Blocks", "区块";
    nav_tables: "Tables", "数据表";
    nav_check: "Check an invoice", "发票查验";
    nav_verify: "Check a proof", "验证证明";
    search: "Search", "搜索";
    search_hint: "height, hash, transaction, invoice number, account, member", "高度、哈希、交易、发票号码、账户、成员";
    acting_as: "Acting as", "当前身份";
    act_as: "Act as this key", "切换到该密钥";
    other_nodes: "At other nodes", "其他节点";
    data_of_height: "Data of height", "数据高度";
    node_at_height: "this node is at", "本节点高度";
    times_in: "times are in", "时区";
    utc: "UTC", "协调世界时（UTC）";
    wrong_form: "This cannot be read as it is written.", "格式不正确。";
    nothing_here: "Nothing here yet.", "暂无内容。";
    sample_notice: "A ledger for trying out: no money moves.", "试用账本：没有真实资金往来。";
    noscript: "This page needs JavaScript: your key signs in your browser.", "本页需要 JavaScript：您的密钥在浏览器里签名。";
    noscript_reads: "Without JavaScript this page can be read; turn it on to sign and send.", "未启用 JavaScript 时本页仅供阅读，签名提交须启用 JavaScript。";
    problem_title: "That does not work", "无法完成";
    working: "One moment …", "请稍候……";
    unreachable: "The node does not answer. Check the connection and try again.", "节点没有应答。请检查网络后重试。";
    no_key: "This browser has no key for this ledger. Scan the code of a till and pay: that makes one.", "这个浏览器里还没有本账本的密钥。扫描收银台的二维码并付款时会生成。";
    not_supported: "This browser cannot keep an Ed25519 key. Use a newer one.", "这个浏览器无法保存 Ed25519 密钥，请换用较新的浏览器。";
    not_what_was_asked: "The node has prepared something else than you asked for. Nothing was signed.", "节点准备的内容与您的要求不符，没有签名。";
    sign_in_title: "Sign in", "登录";
    sign_in_text: "This page is for the phone whose key you use: the key signs you in, there is no password.", "本页只对持有密钥的手机开放：用密钥登录，没有密码。";
    sign_in: "Sign in with this phone's key", "用本机密钥登录";
    sign_out: "Sign out", "退出登录";
    my_invoices: "My invoices", "我的发票";
    scan_title: "Scan a code", "扫码";
    scan_text: "The code of a till, to pay; or the code on an invoice, to check it.", "扫描收银台的二维码付款，或扫描发票上的二维码查验。";
    scan_begin: "Use the camera", "打开摄像头";
    scan_stop: "Stop", "停止";
    scan_no_camera: "This browser reads no codes by itself. Use the phone's own camera, or type what stands under the code.", "这个浏览器不能识别二维码。请使用手机自带的相机，或输入二维码下方的内容。";
    scan_type: "Or type it", "或手动输入";
    scan_type_hint: "The address in the code, or the invoice's number", "二维码中的地址，或发票号码";
    scan_other: "This code leads neither to a till of this node nor to an invoice.", "这不是本节点的收款码，也不是发票二维码。";
    scan_refused: "The camera cannot be used. Allow it in the browser, or type the code.", "无法使用摄像头。请在浏览器中允许，或手动输入。";
    no_invoices: "No invoices yet.", "还没有发票。";
    more: "Older ones", "更早的";
    applications: "Applications", "开票申请";
    payments: "Paid, without invoice", "已付款，未开票";
    to_apply: "Apply for an invoice", "申请开票";
    this_phone: "This phone", "本机";
    this_phone_text: "Your key was made in this browser and cannot leave it. What is sealed for you is read by the node that serves this page: it hosts your reading key.", "您的签名密钥在这个浏览器里生成，无法导出。密封给您的内容由提供本页的节点解读：它托管您的阅读密钥。";
    till_title: "Till", "收银台";
    till_amount: "Amount in yuan", "金额（元）";
    till_order: "Order", "订单号";
    till_order_hint: "1 to 40 of a-z, 0-9, - . _", "1 至 40 个字符：a-z、0-9、- . _";
    till_make: "Make a code", "生成收款码";
    till_code: "Scan to pay", "扫码付款";
    till_open: "Open on this device", "在本机打开";
    till_until: "Valid until", "有效期至";
    till_amount_wrong: "An amount above 0 with at most two digits after the point, such as 198.00", "请输入大于 0 的金额，最多两位小数，例如 198.00";
    till_order_wrong: "1 to 40 of a-z, 0-9, - . _, beginning with a letter or digit", "1 至 40 个字符：a-z、0-9、- . _，以字母或数字开头";
    pay_title: "Pay", "付款";
    pay_sample: "Sample payment provider: it takes no money and tells the ledger that you have paid.", "示例支付机构：不会扣款，只通知账本您已付款。";
    pay: "Pay", "确认付款";
    pay_key: "The first payment makes a key in this browser and a member of the ledger under a pseudonym. All members see that this pseudonym paid this shop.", "首次付款会在这个浏览器里生成密钥，并以化名登记为账本成员。所有成员都能看到这个化名向该商户付过款。";
    order: "Order", "订单号";
    apply_title: "Apply for an invoice", "申请开票";
    paid: "Paid", "已付款";
    left: "Left", "可开票金额";
    when: "When", "时间";
    invoice_for: "The invoice is for", "发票抬头";
    individual: "a person", "个人";
    organisation: "a company", "单位";
    buyer_name: "Buyer", "购买方";
    taxpayer_id: "Taxpayer id", "纳税人识别号";
    taxpayer_hint: "18 characters", "18 位统一社会信用代码";
    invoice_kind: "Kind of invoice", "发票种类";
    kind_ordinary: "Ordinary", "普通发票";
    kind_special: "Special (VAT)", "增值税专用发票";
    kind_hint: "A company that is a general taxpayer deducts the tax of a special invoice. All members see the kind.", "一般纳税人可凭专用发票抵扣税额。所有成员可见发票种类。";
    no_special: "This seller issues ordinary invoices only.", "该销售方只开具普通发票。";
    amount: "Amount", "金额";
    check: "Continue", "下一步";
    review_title: "What you sign", "您将签署的内容";
    review_text: "Only the readers named here see who the buyer is. When the invoice comes, the phone also signs that it opens it.", "只有下列读者能看到购买方是谁。发票开出后，本机还会签署一次打开记录。";
    review_command: "Command", "命令";
    seller: "Seller", "销售方";
    readers: "Readers", "读者";
    exact_text: "The exact text", "签名原文";
    sign: "Sign and send", "签名并提交";
    change: "Change", "修改";
    application_title: "Your application", "您的开票申请";
    applied: "Applied", "已申请";
    waiting_for_seller: "The seller issues the invoice …", "销售方正在开票……";
    to_invoice: "To the invoice", "查看发票";
    invoice: "Invoice", "发票";
    number: "Number", "发票号码";
    issue_date: "Date", "开票日期";
    state: "State", "状态";
    net: "Without tax", "不含税金额";
    tax: "Tax", "税额";
    items: "Items", "项目明细";
    sealed_text: "Buyer and items are sealed. Opening them leaves a row on the ledger.", "购买方和明细已密封。打开会在账本上留下记录。";
    open: "Open", "打开";
    check_code: "Anybody can check the invoice with this code", "任何人都可以用此码查验发票";
    pass_on: "Pass on for reimbursement", "提交报销";
    pass_on_hint: "The organisation can then reimburse the invoice and read it. What it has read is not unread when you take the invoice back.", "该单位随后可以报销并阅读这张发票。撤回后，已阅读的内容无法收回。";
    take_back: "Take back", "撤回";
    employer: "Employer", "单位";
    choose: "Choose …", "请选择……";
    history: "History", "经过";
    office_title: "Reimbursement", "报销";
    passed_on_to_us: "Passed on to us", "员工提交的发票";
    locked_by_us: "Locked by us", "已锁定";
    closed_by_us: "Reimbursed", "已报销";
    none: "None.", "无";
    from: "From", "来自";
    reference: "Reference", "报销单号";
    reference_hint: "All members see it, so no names.", "所有成员可见，请勿填写姓名。";
    lock: "Lock the chosen ones", "锁定所选发票";
    close: "Chosen ones are reimbursed", "所选发票已报销";
    unlock: "Unlock", "解除锁定";
    give_back: "Give back", "退回";
    choose_invoices: "Choose at least one invoice.", "请至少选择一张发票。";
    held: "It waits for more signatures.", "等待其他人签名。";
    state_open: "Waits for the seller", "等待销售方";
    state_issued: "Issued", "已开具";
    state_declined: "Declined by the seller", "销售方已拒绝";
    state_withdrawn: "Withdrawn", "已撤回申请";
    state_claimed: "Claimed", "已领取";
    state_passed_on: "Passed on", "已提交报销";
    state_taken_back: "Taken back", "已撤回";
    state_returned: "Given back", "已退回";
    state_locked: "Locked for reimbursement", "报销中（已锁定）";
    state_unlocked: "Unlocked", "已解除锁定";
    state_closed: "Reimbursed", "已报销";
    state_booking_revoked: "Booking revoked", "已撤销入账";
    red_letters: "Red letters", "红字发票";
    red_letters_text: "The seller has taken this invoice back, or a part of it. Keep both documents.", "销售方已将本张发票全部或部分冲红，请同时保存两份文件。";
    red_letter_of: "Red letter of this invoice", "本张为红字发票，查看蓝字发票";
    state_red: "Red letter", "红字发票";
    state_reversed: "Reversed", "已冲红";
    state_partly_reversed: "Partly reversed", "部分冲红";
    role_governor: "governor", "治理机构";
    role_tax_authority: "tax authority", "税务机关";
    role_bank: "bank", "银行";
    role_enterprise: "enterprise", "企业";
    role_provider: "provider", "服务商";
    role_person: "person", "个人";
    role_admin: "admin", "管理员";
    role_maker: "maker", "制单";
    role_checker: "checker", "复核";
    role_system: "system", "系统";
    role_device: "device", "设备";
}

impl Texts {
    /// A kind of invoice under Chinese VAT, by its name in the ledger.
    pub fn kind(&self, name: &str) -> &'static str {
        if name == "special" { self.kind_special } else { self.kind_ordinary }
    }

    /// A role of a member or a key; by its name in the ledger where people have no word for it.
    pub fn role<'a>(&self, name: &'a str) -> &'a str {
        match name {
            "governor" => self.role_governor,
            "tax-authority" => self.role_tax_authority,
            "bank" => self.role_bank,
            "enterprise" => self.role_enterprise,
            "provider" => self.role_provider,
            "person" => self.role_person,
            "admin" => self.role_admin,
            "maker" => self.role_maker,
            "checker" => self.role_checker,
            "system" => self.role_system,
            "device" => self.role_device,
            _ => name,
        }
    }

    /// A state of an invoice or an application, or a step of its history, by its name in the ledger.
    pub fn state(&self, name: &str) -> &'static str {
        match name {
            "open" => self.state_open,
            "issued" => self.state_issued,
            "declined" => self.state_declined,
            "withdrawn" => self.state_withdrawn,
            "claimed" => self.state_claimed,
            "passed_on" => self.state_passed_on,
            "taken_back" => self.state_taken_back,
            "returned" => self.state_returned,
            "locked" => self.state_locked,
            "unlocked" => self.state_unlocked,
            "closed" => self.state_closed,
            "booking_revoked" => self.state_booking_revoked,
            "reversed" => self.state_reversed,
            "partly_reversed" => self.state_partly_reversed,
            _ => self.state_red,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::console::{language::Language, refusals};
    use std::{fs, path::PathBuf};

    /// The texts of all areas.
    fn areas() -> [&'static [(&'static str, &'static str, &'static str)]; 12] {
        use crate::console::{
            check, documents, explorer, forms, inbox, invoices, members, money, packages, session, verify,
        };
        [
            ALL,
            check::texts::ALL,
            documents::texts::ALL,
            explorer::texts::ALL,
            forms::texts::ALL,
            inbox::texts::ALL,
            invoices::texts::ALL,
            members::texts::ALL,
            money::texts::ALL,
            packages::texts::ALL,
            session::texts::ALL,
            verify::texts::ALL,
        ]
    }

    /// A character of Chinese, or a mark of its width.
    fn is_chinese(character: char) -> bool {
        ('\u{4e00}'..='\u{9fff}').contains(&character) || ('\u{ff01}'..='\u{ff5e}').contains(&character)
    }

    #[test]
    fn each_text_is_there_in_both_languages_and_in_no_other() {
        let reasons = refusals::ALL.iter().map(|one| {
            let [chinese, english] = Language::ALL.map(|language| one.text(language));
            (one.code, english, chinese)
        });
        for (name, english, chinese) in areas().into_iter().flatten().copied().chain(reasons) {
            assert!(!english.trim().is_empty() && !english.chars().any(is_chinese), "{name}: {english}");
            assert!(chinese.chars().any(is_chinese), "{name}: {chinese}");
        }
    }

    /// All templates, with their paths.
    fn templates() -> Vec<(PathBuf, String)> {
        let mut paths = vec![PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/templates"))];
        let mut all = Vec::new();
        while let Some(path) = paths.pop() {
            if path.is_dir() {
                paths.extend(fs::read_dir(path).unwrap().map(|file| file.unwrap().path()));
            } else {
                let template = fs::read_to_string(&path).unwrap();
                all.push((path, template));
            }
        }
        all
    }

    /// The templates say nothing of their own: whatever a reader sees is in the table, so it is in both languages.
    #[test]
    fn pages_have_no_text_that_is_not_in_the_table() {
        for (path, template) in templates() {
            let left = visible(&template);
            let words: Vec<_> = left.split_whitespace().filter(|word| word.chars().any(char::is_alphabetic)).collect();
            let known = ["PDF", "XML", "CSV", "SQL", "JSON", "API", "CNY"];
            let unknown: Vec<_> = words.into_iter().filter(|word| !known.contains(word)).collect();
            assert!(unknown.is_empty(), "{}: {unknown:?}", path.display());
        }
    }

    /// Before its script is there, and without JavaScript, a browser sends a form itself: what has a name would stand in the address, and so
    /// in histories and logs. Choices may, what is written may not; and what a browser sends itself has a name.
    #[test]
    fn no_form_that_a_script_sends_puts_what_is_written_into_an_address() {
        let mut forms = 0;
        for (path, template) in templates() {
            for form in template.split("<form").skip(1) {
                let (head, rest) = form.split_once('>').expect("it ends");
                let by_script = !head.contains(" action=") && !head.contains(" method=");
                forms += usize::from(by_script);
                let inside = rest.split("</form>").next().unwrap_or_default();
                for input in ["<input", "<textarea", "<select"].iter().flat_map(|kind| inside.split(kind).skip(1)) {
                    let input = input.split('>').next().unwrap_or_default();
                    let is_free =
                        ["radio", "checkbox", "file"].iter().any(|kind| input.contains(&format!("type=\"{kind}\"")));
                    assert!(is_free || input.contains(" name=") != by_script, "{}: {input}", path.display());
                }
            }
        }
        assert!(forms > 30, "{forms}");
    }

    /// What a reader sees of a template, without what it is filled with.
    fn visible(template: &str) -> String {
        let mut text = template.to_owned();
        // The first is an address, the second a part of a tag.
        for (from, to) in [
            ("{% block home %}", "{% endblock %}"),
            ("{% block live %}", "{% endblock %}"),
            ("{%", "%}"),
            ("{{", "}}"),
            ("<", ">"),
        ] {
            while let Some(begin) = text.find(from) {
                let length = text[begin..].find(to).expect("it ends") + to.len();
                text.replace_range(begin..begin + length, " ");
            }
        }
        text
    }
}
