use crate::console::language::Language;

/// What members of inputs are called by people: name in the JSON, English, Chinese.
const ALL: &[(&str, &str, &str)] = &[
    ("account", "Account", "账户"),
    ("action", "Action", "操作"),
    ("address", "Address", "地址"),
    ("agree", "Agree", "同意"),
    ("amount", "Amount", "金额"),
    ("asset", "Asset", "资产"),
    ("bank", "Bank", "开户行"),
    ("buyer", "Buyer", "购买方"),
    ("calls", "Calls", "调用"),
    ("document", "Document", "文档"),
    ("drawer", "Drawer", "开票人"),
    ("end_to_end_id", "End-to-end id", "端到端标识"),
    ("expires_ms", "Expires (ms since 1970, UTC)", "失效时间（UTC 毫秒）"),
    ("fields", "Fields", "字段"),
    ("from", "From", "付款账户"),
    ("hex", "Hexadecimal digits", "十六进制"),
    ("holder", "Holder", "持有人"),
    ("id", "Id", "标识"),
    ("invoice", "Invoice", "发票"),
    ("invoices", "Invoices", "发票"),
    ("items", "Items", "项目明细"),
    ("key", "Key", "密钥"),
    ("keys", "Keys", "密钥"),
    ("kind", "Kind", "类型"),
    ("legs", "Legs", "明细"),
    ("member", "Member", "成员"),
    ("members", "Members", "成员"),
    ("name", "Name", "名称"),
    ("net", "Without tax", "不含税金额"),
    ("number", "Number", "号码"),
    ("order", "Order", "订单号"),
    ("organisation", "Organisation", "单位"),
    ("owner", "Owner", "所有者"),
    ("package", "Package", "合约包"),
    ("payee", "Payee", "收款人"),
    ("payment", "Payment", "付款"),
    ("period", "Period", "所属期"),
    ("phone", "Phone", "电话"),
    ("price", "Price", "单价"),
    ("proposal", "Proposal", "提案"),
    ("public_key", "Public key", "公钥"),
    ("quantity", "Quantity", "数量"),
    ("rate", "Rate", "税率"),
    ("readers", "Readers", "读者"),
    ("reason", "Reason", "理由"),
    ("reference", "Reference", "编号"),
    ("remark", "Remark", "备注"),
    ("reviewer", "Reviewer", "复核人"),
    ("roles", "Roles", "角色"),
    ("rules", "Rules", "规则"),
    ("seller", "Seller", "销售方"),
    ("source", "Source", "源文本"),
    ("sql", "SQL statement", "SQL 语句"),
    ("statements", "Statements", "语句"),
    ("table", "Table", "数据表"),
    ("tax", "Tax", "税额"),
    ("taxpayer", "Taxpayer", "纳税人"),
    ("threshold", "Threshold", "门槛"),
    ("title", "Title", "标题"),
    ("to", "To", "收款账户"),
    ("total", "Total", "合计"),
    ("type", "Type", "类型"),
    ("unit", "Unit", "单位"),
    ("valid_from_ms", "Valid from (ms since 1970, UTC)", "生效时间（UTC 毫秒）"),
    ("valid_until_ms", "Valid until (ms since 1970, UTC)", "失效时间（UTC 毫秒）"),
    ("version", "Version", "版本"),
    ("writers", "Writers", "写入者"),
];

/// What a member of this name is called, if it is one that people know.
pub fn of(name: &str, language: Language) -> Option<&'static str> {
    let at = ALL.binary_search_by_key(&name, |(known, ..)| known).ok()?;
    let (_, english, chinese) = ALL[at];
    Some(if language == Language::Chinese { chinese } else { english })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_name_is_found_in_both_languages() {
        assert!(ALL.is_sorted_by(|(one, ..), (next, ..)| one < next));
        for (name, english, chinese) in ALL {
            assert_eq!(of(name, Language::English), Some(*english));
            assert_eq!(of(name, Language::Chinese), Some(*chinese));
            assert!(english.is_ascii() && !chinese.is_ascii(), "{name}");
        }
        assert_eq!(of("nothing", Language::English), None);
    }
}
