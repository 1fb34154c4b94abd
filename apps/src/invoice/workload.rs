//! Invoices without end for the simulator and benchmarks: the same from the same seed.

use super::{Buyer, BuyerKind, Issue, Item, cn_vat::net_of_gross, decimal::Fixed};

/// Random invoices of one seller under Chinese VAT, three lines each.
#[derive(Debug, Clone)]
pub struct Workload {
    seller: String,
    state: u64,
    count: u64,
}

/// What is sold: tax code, name, unit, rate.
const GOODS: [(&str, &str, &str, i64); 5] = [
    ("1090512010000000000", "智能手机", "台", 1_300),
    ("1010115010000000000", "有机大米", "袋", 900),
    ("3070401000000000000", "餐饮服务", "次", 600),
    ("3040201000000000000", "软件服务", "月", 600),
    ("1070299000000000000", "塑料零件", "个", 1_300),
];

/// The first `count` invoices of a seed and seller.
pub fn workload(seed: u64, seller: &str, count: usize) -> Vec<Issue> {
    Workload::new(seed, seller).take(count).collect()
}

impl Workload {
    /// Invoices of the taxpayer `seller`.
    pub fn new(seed: u64, seller: &str) -> Self {
        Self { seller: seller.to_owned(), state: seed, count: 0 }
    }

    /// A number below `limit`, by SplitMix64.
    fn below(&mut self, limit: u64) -> u64 {
        self.state = self.state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.state;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (z ^ (z >> 31)) % limit
    }

    fn item(&mut self) -> Item {
        let (tax_code, name, unit, rate) = GOODS[self.below(GOODS.len() as u64) as usize];
        let quantity = 1 + self.below(9) as i64;
        let gross = quantity * (100 + self.below(500_000) as i64);
        let net = net_of_gross(gross, rate);
        // Fen per quantity, rounded to 10^-6 yuan.
        let price = (net * 10_000 + quantity / 2) / quantity;
        Item {
            tax_code: tax_code.to_owned(),
            name: name.to_owned(),
            category: None,
            specification: None,
            unit: Some(unit.to_owned()),
            quantity: Some(Fixed(quantity * 100_000_000)),
            price: Some(Fixed(price)),
            discount: None,
            amount: Fixed(net),
            tax: Fixed(gross - net),
            total: Fixed(gross),
            rate: Fixed(rate),
            preference: None,
        }
    }
}

impl Iterator for Workload {
    type Item = Issue;

    fn next(&mut self) -> Option<Issue> {
        self.count += 1;
        let items = vec![self.item(), self.item(), self.item()];
        let sum = |of: fn(&Item) -> i64| Fixed(items.iter().map(of).sum());
        Some(Issue {
            seller: self.seller.clone(),
            seller_contact: None,
            buyer: Buyer {
                kind: BuyerKind::Individual,
                name: format!("顾客 {}", self.count),
                taxpayer: None,
                member: None,
                contact: None,
            },
            net: sum(|item| item.amount.0),
            tax: sum(|item| item.tax.0),
            total: sum(|item| item.total.0),
            items,
            payee: None,
            reviewer: None,
            drawer: None,
            remark: None,
            payment: None,
        })
    }
}
