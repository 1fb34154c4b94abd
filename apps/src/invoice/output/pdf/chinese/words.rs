use serde::{Deserialize, Serialize};

/// The languages that an invoice is printed in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Language {
    /// Chinese, as the tax platform prints it.
    #[default]
    Chinese,
    /// Chinese with English beside it.
    Bilingual,
}

/// A word of the form, in Chinese and in English.
#[derive(Debug, Clone, Copy)]
pub struct Word {
    pub chinese: &'static str,
    pub english: &'static str,
}

const fn word(chinese: &'static str, english: &'static str) -> Word {
    Word { chinese, english }
}

impl Word {
    /// The word where it stands alone.
    pub fn alone(self, language: Language) -> String {
        match language {
            Language::Chinese => self.chinese.to_owned(),
            Language::Bilingual => format!("{} {}", self.chinese, self.english),
        }
    }

    /// The word before what it names.
    pub fn before(self, language: Language) -> String {
        format!("{}：", self.alone(language))
    }
}

pub const NUMBER: Word = word("发票号码", "No.");
pub const DATE: Word = word("开票日期", "Date");
pub const BUYER: &str = "购买方信息";
pub const SELLER: &str = "销售方信息";
pub const NAME: Word = word("名称", "Name");
pub const SUBTOTAL: Word = word("小计", "Subtotal");
pub const SUM: Word = word("合计", "Sum");
pub const TOTAL: Word = word("价税合计（大写）", "Total");
pub const FIGURES: Word = word("（小写）", "");
pub const REMARK: Word = word("备注", "Remark");
pub const PAYEE: Word = word("收款人", "Payee");
pub const REVIEWER: Word = word("复核人", "Reviewer");
pub const DRAWER: Word = word("开票人", "Drawer");
pub const ADDRESS: Word = word("地址", "Address");
pub const TELEPHONE: Word = word("电话", "Telephone");
pub const BANK: Word = word("开户银行", "Bank");
pub const ACCOUNT: Word = word("银行账号", "Account");
pub const OF_BUYER: Word = word("购买方", "Buyer");
pub const OF_SELLER: Word = word("销售方", "Seller");
pub const TAKES_BACK: Word = word("被红冲蓝字数电发票号码", "Takes back invoice");
pub const CONFIRMATION: Word = word("红字发票信息确认单编号", "Confirmation form");

/// The words over the columns of the table.
pub const COLUMNS: [Word; 8] = [
    word("项目名称", "Item"),
    word("规格型号", "Specification"),
    word("单位", "Unit"),
    word("数量", "Quantity"),
    word("单价", "Unit price"),
    word("金额", "Amount"),
    word("税率/征收率", "Tax rate"),
    word("税额", "Tax"),
];

/// The word before a taxpayer id; with English beside it only the shorter half of the Chinese has room.
pub fn taxpayer(language: Language) -> String {
    match language {
        Language::Chinese => "统一社会信用代码/纳税人识别号：".to_owned(),
        Language::Bilingual => "纳税人识别号 Taxpayer ID：".to_owned(),
    }
}

/// Which page it is of how many.
pub fn page(language: Language, number: usize, count: usize) -> String {
    match language {
        Language::Chinese => format!("共{count}页 第{number}页"),
        Language::Bilingual => format!("第{number}页/共{count}页 Page {number} of {count}"),
    }
}

/// A day `YYYY-MM-DD` as it is printed.
pub fn day(language: Language, date: &str) -> String {
    let parts: Vec<_> = date.split('-').collect();
    match (language, &parts[..]) {
        (Language::Chinese, [year, month, day]) => format!("{year}年{month}月{day}日"),
        _ => date.to_owned(),
    }
}
