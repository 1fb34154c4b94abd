use crate::console::language::Language;

/// What the texts mean among which a declaration lets choose: as the JSON has it, in English where that says too little, in Chinese.
const CHOICES: &[(&str, Option<&str>, &str)] = &[
    ("01", Some("issued wrongly"), "开票有误"),
    ("02", Some("goods returned"), "销货退回"),
    ("03", Some("service ended"), "服务中止"),
    ("04", Some("allowance"), "销售折让"),
    ("active", None, "正常"),
    ("against", None, "反对"),
    ("channel", None, "按渠道"),
    ("claim", None, "债权"),
    ("cn-vat", Some("Chinese value-added tax"), "中国增值税"),
    ("currency", None, "货币"),
    ("deductible", None, "可抵扣"),
    ("deregistered", None, "已注销"),
    ("en16931", Some("European invoices"), "欧洲发票标准"),
    ("exempt", None, "免税"),
    ("for", None, "赞成"),
    ("general", None, "一般纳税人"),
    ("individual", None, "个人"),
    ("not_deductible", None, "不可抵扣"),
    ("ordinary", None, "普通发票"),
    ("organisation", None, "单位"),
    ("other", None, "其他"),
    ("points", None, "积分"),
    ("region", None, "按地区"),
    ("security", None, "证券"),
    ("simplified", None, "简易征收"),
    ("small", None, "小规模纳税人"),
    ("special", None, "增值税专用发票"),
    ("suspended", None, "已中止"),
    ("untaxed", None, "不征税"),
    ("zero-rated", None, "零税率"),
];

/// What a choice means, where it does not say so itself.
pub fn meaning(choice: &str, language: Language) -> Option<&'static str> {
    let (_, english, chinese) = CHOICES.iter().find(|(name, ..)| *name == choice)?;
    if language == Language::Chinese { Some(chinese) } else { *english }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::console::forms::{
        field::{Control, Field},
        schema::Reader,
    };
    use std::collections::{BTreeMap, BTreeSet};

    fn choices(fields: &[Field]) -> Vec<String> {
        let of = |field: &Field| match &field.control {
            Control::Choice(choices) => choices.clone(),
            Control::Group(fields) | Control::Rows { pattern: fields, .. } => choices(fields),
            _ => Vec::new(),
        };
        fields.iter().flat_map(of).collect()
    }

    #[test]
    fn each_choice_is_there_in_chinese_and_nothing_else() {
        let nothing = BTreeMap::new();
        let mut all = BTreeSet::new();
        for command in crate::registry().modules().iter().flat_map(|module| module.commands) {
            let document = command.asked_schema_document();
            all.extend(choices(&Reader::new(&document, &nothing, Language::English, command.name).fields()));
        }
        let known: BTreeSet<String> = CHOICES.iter().map(|(name, ..)| (*name).to_owned()).collect();
        assert_eq!(all, known);
    }
}
