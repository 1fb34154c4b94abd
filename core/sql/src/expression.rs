use crate::{
    catalog::Kind,
    limits::DEPTH_MAX,
    name::{fold, is_reserved},
    writer::{Allowed, Writer},
};
use sqlite3_parser::ast::{Expr, Id, LikeOperator, Literal, Operator, QualifiedName, Type, UnaryOperator};

/// Why a value that may be fractional is not merged with equal ones.
pub(crate) const NOT_EXACT: &str =
    "equal values are merged here, and a calculation can give 1 or 1.0: write CAST(… AS INTEGER)";

const TOO_DEEP: &str = "the expression is too deep: split it";

impl Writer<'_> {
    /// Checks and writes an expression.
    pub(crate) fn expression(&mut self, expression: &Expr<'_>) -> String {
        if self.depth >= DEPTH_MAX {
            self.findings.add("limit/depth", "", TOO_DEEP);
            return "NULL".to_owned();
        }
        self.depth += 1;
        let fractions = self.fractions;
        let sql = self.of_any_form(expression);
        if is_exact(expression) {
            self.fractions = fractions;
        }
        self.depth -= 1;
        sql
    }

    fn of_any_form(&mut self, expression: &Expr<'_>) -> String {
        match expression {
            Expr::Binary(..) => self.chain(expression),
            Expr::Between { lhs, not, start, end } => {
                let (lhs, start, end) = (self.expression(lhs), self.expression(start), self.expression(end));
                format!("{lhs}{} BETWEEN {start} AND {end}", negation(*not))
            }
            Expr::Case { base, when_then_pairs, else_expr } => self.case(*base, when_then_pairs, *else_expr),
            Expr::Cast { expr, type_name } => self.cast(expr, type_name.as_ref()),
            Expr::Collate(inner, collation) => self.collate(inner, collation),
            Expr::Exists(select) => format!("EXISTS ({})", self.subquery(select).sql),
            Expr::FunctionCall { name, distinctness, args, order_by, filter_over } => {
                if order_by.is_some() {
                    self.findings.add(
                        "aggregate/order",
                        "order",
                        "an aggregate has no ORDER BY: its result has no order",
                    );
                }
                self.call(name, *distinctness, args.unwrap_or_default(), filter_over.as_ref(), false)
            }
            Expr::FunctionCallStar { name, filter_over } => self.call(name, None, &[], filter_over.as_ref(), true),
            Expr::Id(Id(name)) => self.column(None, name),
            Expr::Qualified(table, column) => self.column(Some(table.0), column.0),
            Expr::DoublyQualified(schema, table, column) => self.full_column(schema.0, table.0, column.0),
            Expr::InList { lhs, not, rhs } => {
                let lhs = self.expression(lhs);
                format!("{lhs}{} IN ({})", negation(*not), self.list(rhs.unwrap_or_default()))
            }
            Expr::InSelect { lhs, not, rhs } => {
                let selected = self.subquery(rhs);
                let lhs = self.member(lhs, selected.outputs.len());
                format!("{lhs}{} IN ({})", negation(*not), selected.sql)
            }
            Expr::InTable { lhs, not, rhs, args } => self.in_table(lhs, *not, rhs, args.is_some()),
            Expr::IsNull(inner) => format!("{} IS NULL", self.expression(inner)),
            Expr::NotNull(inner) => format!("{} IS NOT NULL", self.expression(inner)),
            Expr::Like { lhs, not, op, rhs, escape } => self.like(lhs, *not, *op, rhs, *escape),
            Expr::Literal(literal) => self.literal(literal),
            Expr::Parenthesized(members) => {
                if members.len() > 1 {
                    self.findings.add(
                        "expression/row",
                        "",
                        "a row of several values stands only beside =, <, IN and the like",
                    );
                }
                format!("({})", self.list(members))
            }
            Expr::Subquery(select) => {
                let (sql, width) = self.scalar(select);
                if width != 1 {
                    let message = format!("a SELECT as a value gives one column, not {width}");
                    self.findings.add("expression/row", "select", message);
                }
                sql
            }
            Expr::Unary(operator, inner) => self.unary(*operator, inner),
            Expr::Variable(name) => self.parameter(name),
            Expr::Name(_) | Expr::Raise(..) => {
                self.findings.add("expression/form", "raise", "RAISE is not allowed: use require(condition, message)");
                "NULL".to_owned()
            }
        }
    }

    /// Expressions with commas between them.
    pub(crate) fn list(&mut self, members: &[Expr<'_>]) -> String {
        members.iter().map(|member| self.expression(member)).collect::<Vec<_>>().join(", ")
    }

    /// An operand that may be a row, `(a, b)` or a SELECT of several columns, if it is compared.
    ///
    /// With it comes its number of values.
    pub(crate) fn operand(&mut self, operand: &Expr<'_>, may_be_row: bool) -> (String, usize) {
        match operand {
            Expr::Parenthesized(members) if may_be_row && members.len() > 1 => {
                (format!("({})", self.list(members)), members.len())
            }
            Expr::Subquery(select) if may_be_row => self.scalar(select),
            other => (self.expression(other), 1),
        }
    }

    /// Both sides of a comparison have as many values.
    pub(crate) fn same_width(&mut self, left: usize, right: usize) {
        if left != right {
            let message = format!("a row of {left} is compared with one of {right}");
            self.findings.add("expression/row", "", message);
        }
    }

    /// The left side of IN, which has as many members as the right one has columns.
    fn member(&mut self, lhs: &Expr<'_>, columns: usize) -> String {
        let width = match lhs {
            Expr::Parenthesized(members) => members.len(),
            _ => 1,
        };
        if width != columns {
            let message = format!("IN compares {width} with {columns} columns");
            self.findings.add("expression/row", "in", message);
        }
        self.operand(lhs, true).0
    }

    /// Operators in a row, of which the parser makes a tree that leans to the left: `a + b + c`.
    fn chain(&mut self, expression: &Expr<'_>) -> String {
        let mut rights = Vec::new();
        let mut left = expression;
        while let Expr::Binary(inner, operator, right) = left {
            rights.push((*operator, *right));
            left = inner;
        }
        let links = rights.len();
        if self.depth + links > DEPTH_MAX {
            self.findings.add("limit/depth", "", TOO_DEEP);
            return "NULL".to_owned();
        }
        self.depth += links;
        let first = rights.last().is_some_and(|(operator, _)| is_comparison(*operator));
        let (mut sql, mut width) = self.operand(left, first);
        for (operator, right) in rights.into_iter().rev() {
            self.fractions += usize::from(is_arithmetic(operator));
            let symbol = self.operator(operator);
            let (right, right_width) = self.operand(right, is_comparison(operator));
            self.same_width(std::mem::replace(&mut width, 1), right_width);
            sql = format!("{sql} {symbol} {right}");
        }
        self.depth -= links;
        sql
    }

    /// The operator in SQL.
    pub(crate) fn operator(&mut self, operator: Operator) -> &'static str {
        match operator {
            Operator::Add => "+",
            Operator::And => "AND",
            Operator::ArrowRight | Operator::ArrowRightShift => {
                let message = "-> and ->> can give fractional numbers: keep values in columns";
                self.findings.add("expression/json", "->", message);
                "||"
            }
            Operator::BitwiseAnd => "&",
            Operator::BitwiseOr => "|",
            Operator::Concat => "||",
            Operator::Equals => "=",
            Operator::Divide => "/",
            Operator::Greater => ">",
            Operator::GreaterEquals => ">=",
            Operator::Is => "IS",
            Operator::IsNot => "IS NOT",
            Operator::LeftShift => "<<",
            Operator::Less => "<",
            Operator::LessEquals => "<=",
            Operator::Modulus => "%",
            Operator::Multiply => "*",
            Operator::NotEquals => "<>",
            Operator::Or => "OR",
            Operator::RightShift => ">>",
            Operator::Subtract => "-",
        }
    }

    fn case(&mut self, base: Option<&Expr<'_>>, pairs: &[(Expr<'_>, Expr<'_>)], other: Option<&Expr<'_>>) -> String {
        let mut sql = "CASE".to_owned();
        if let Some(base) = base {
            sql += &format!(" {}", self.expression(base));
        }
        for (when, then) in pairs {
            let when = self.expression(when);
            sql += &format!(" WHEN {when} THEN {}", self.expression(then));
        }
        if let Some(other) = other {
            sql += &format!(" ELSE {}", self.expression(other));
        }
        sql + " END"
    }

    fn cast(&mut self, inner: &Expr<'_>, kind: Option<&Type<'_>>) -> String {
        let name = kind.map_or("", |kind| kind.name);
        let sql = self.expression(inner);
        match Kind::parse(name) {
            Some(kind) => format!("CAST({sql} AS {})", kind.sql()),
            None => {
                let message = format!("CAST AS {name} is not allowed: cast to INTEGER, TEXT or BLOB");
                self.findings.add("number/cast", name, message);
                sql
            }
        }
    }

    fn collate(&mut self, inner: &Expr<'_>, collation: &str) -> String {
        let sql = self.expression(inner);
        if collation.eq_ignore_ascii_case("binary") {
            return format!("{sql} COLLATE BINARY");
        }
        if !collation.eq_ignore_ascii_case("nocase") {
            let message = format!("COLLATE {collation} is not allowed: use BINARY, or NOCASE in a condition");
            self.findings.add("text/collate", collation, message);
        } else if !self.nocase {
            let message = "COLLATE NOCASE stands in conditions only: elsewhere it leaves open which of two equal texts stays; use lower(…)";
            self.findings.add("text/collate", collation, message);
        }
        self.ignoring_case += 1;
        format!("{sql} COLLATE NOCASE")
    }

    fn in_table(&mut self, lhs: &Expr<'_>, not: bool, rhs: &QualifiedName<'_>, called: bool) -> String {
        if !self.subqueries {
            self.findings.add("expression/subquery", "in", "a table cannot be read here");
        }
        if called {
            self.findings.add("from/function", rhs.name.0, "table-valued functions are not allowed");
            return "NULL".to_owned();
        }
        let (sql, source) = self.table_name(rhs, "x");
        let lhs = self.member(lhs, source.columns.len());
        format!("{lhs}{} IN {sql}", negation(not))
    }

    fn like(
        &mut self,
        lhs: &Expr<'_>,
        not: bool,
        operator: LikeOperator,
        rhs: &Expr<'_>,
        escape: Option<&Expr<'_>>,
    ) -> String {
        let word = match operator {
            LikeOperator::Like => "LIKE",
            LikeOperator::Glob => "GLOB",
            LikeOperator::Match | LikeOperator::Regexp => {
                self.findings.add("expression/like", "match", "MATCH and REGEXP are not allowed: use LIKE or GLOB");
                "LIKE"
            }
        };
        let (lhs, rhs) = (self.expression(lhs), self.expression(rhs));
        let escape = escape.map(|escape| format!(" ESCAPE {}", self.expression(escape))).unwrap_or_default();
        format!("{lhs}{} {word} {rhs}{escape}", negation(not))
    }

    fn literal(&mut self, literal: &Literal<'_>) -> String {
        match literal {
            Literal::Numeric(digits) => self.number(digits, i64::MAX as u64),
            Literal::String(text) => {
                if is_reserved(&text[1..]) {
                    let message = format!("no text in SQL begins as {text}: pass it as a parameter");
                    self.findings.add("name/reserved", text, message);
                }
                (*text).to_owned()
            }
            Literal::Blob(digits) => format!("x'{digits}'"),
            Literal::Null => "NULL".to_owned(),
            Literal::Keyword(word) => {
                self.findings.add("expression/form", word, format!("{word} is not an expression"));
                "NULL".to_owned()
            }
            Literal::CurrentDate | Literal::CurrentTime | Literal::CurrentTimestamp => {
                let message = "there is no clock: now() is the block's time in milliseconds";
                self.findings.add("function/unknown", literal_word(literal), message);
                "NULL".to_owned()
            }
        }
    }

    /// Digits of an integer of at most `most`; SQLite takes larger ones as fractional numbers.
    fn number(&mut self, digits: &str, most: u64) -> String {
        let plain = digits.replace('_', "");
        let hexadecimal = plain.strip_prefix("0x").or_else(|| plain.strip_prefix("0X"));
        let fits = match hexadecimal {
            Some(digits) => u64::from_str_radix(digits, 16).is_ok(),
            None => plain.parse::<u64>().is_ok_and(|value| value <= most),
        };
        if !fits {
            let message =
                format!("{digits} is not an integer of 64 bits: there are no fractional numbers, count in minor units");
            self.findings.add("number/fraction", digits, message);
            return "0".to_owned();
        }
        plain
    }

    fn unary(&mut self, operator: UnaryOperator, inner: &Expr<'_>) -> String {
        let symbol = match operator {
            UnaryOperator::BitwiseNot => "~",
            // With a blank: two in a row would be a comment.
            UnaryOperator::Negative => "- ",
            UnaryOperator::Not => "NOT ",
            UnaryOperator::Positive => "+ ",
        };
        let sql = match (operator, inner) {
            (UnaryOperator::Negative, Expr::Literal(Literal::Numeric(digits))) => self.number(digits, 1 << 63),
            (UnaryOperator::Negative, _) => {
                self.fractions += 1;
                self.expression(inner)
            }
            _ => self.expression(inner),
        };
        format!("{symbol}{sql}")
    }

    fn parameter(&mut self, name: &str) -> String {
        let found = match (self.parameters, name.strip_prefix(':')) {
            (Allowed::Nothing, _) => Some("there are no parameters here".to_owned()),
            (Allowed::Declared(_), None) => Some("write a parameter as :name".to_owned()),
            (Allowed::Declared(declared), Some(bare)) if !declared.contains(bare) => {
                Some(format!("{name} is not a parameter of the action"))
            }
            (Allowed::Any, None) if !name.bytes().all(|byte| byte.is_ascii_digit()) => {
                Some(format!("write :{} instead of {name}", &name[1..]))
            }
            (_, Some(bare)) if fold(bare).as_deref() != Ok(bare) => Some(format!("{name} is not a name in lower case")),
            _ => None,
        };
        if let Some(message) = found {
            self.findings.add("parameter/form", name, message);
        }
        if name.starts_with(':') { name.to_owned() } else { format!("?{name}") }
    }
}

fn is_arithmetic(operator: Operator) -> bool {
    matches!(operator, Operator::Add | Operator::Subtract | Operator::Multiply | Operator::Divide | Operator::Modulus)
}

fn is_comparison(operator: Operator) -> bool {
    matches!(
        operator,
        Operator::Equals
            | Operator::NotEquals
            | Operator::Is
            | Operator::IsNot
            | Operator::Less
            | Operator::LessEquals
            | Operator::Greater
            | Operator::GreaterEquals
    )
}

/// Whether the value is never a fractional number, whatever it is made of.
fn is_exact(expression: &Expr<'_>) -> bool {
    match expression {
        Expr::Binary(_, operator, _) => !is_arithmetic(*operator),
        Expr::Unary(operator, _) => matches!(operator, UnaryOperator::Not | UnaryOperator::BitwiseNot),
        Expr::Cast { .. }
        | Expr::Between { .. }
        | Expr::Exists(_)
        | Expr::InList { .. }
        | Expr::InSelect { .. }
        | Expr::InTable { .. }
        | Expr::IsNull(_)
        | Expr::NotNull(_)
        | Expr::Like { .. } => true,
        _ => false,
    }
}

fn negation(not: bool) -> &'static str {
    if not { " NOT" } else { "" }
}

fn literal_word(literal: &Literal<'_>) -> &'static str {
    match literal {
        Literal::CurrentDate => "current_date",
        Literal::CurrentTime => "current_time",
        _ => "current_timestamp",
    }
}
