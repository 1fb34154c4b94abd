use crate::{
    catalog::Scope,
    finding::{Finding, Findings},
    limits::LIST_MAX,
    modify::Modified,
    parse::parse,
    token::{Token, TokenType, tokens},
    writer::{Allowed, Writer},
};
use sqlite3_parser::ast::Stmt;
use std::collections::BTreeSet;

/// What a statement does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StatementKind {
    /// Reads.
    Select,
    /// Adds rows.
    Insert,
    /// Changes rows.
    Update,
    /// Removes rows.
    Delete,
}

/// The parameters of a statement.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Parameters {
    /// Those named, without the colon, in the order of their first use. Empty if there are none.
    Named(Vec<String>),
    /// How many `?` there are.
    Positional(usize),
}

/// A statement that every member may execute.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Statement {
    /// What it does.
    pub kind: StatementKind,
    /// The text to prepare.
    pub sql: String,
    /// The tables it reads, as `schema.table`; not the one it writes, unless a SELECT in it reads that too.
    pub reads: BTreeSet<String>,
    /// The table it writes, as `schema.table`.
    pub writes: Option<String>,
    /// Whether it touches, or gives, at most one row by construction.
    pub single_row: bool,
    /// Whether the rows it gives come in the same order everywhere.
    pub ordered: bool,
    /// The names of the columns a SELECT gives; those of expressions without AS are unknown.
    pub columns: Vec<Option<String>>,
    /// Its parameters. Never bind a fractional number to one.
    pub parameters: Parameters,
}

/// Checks and rewrites one SELECT, INSERT, UPDATE or DELETE whose first line has the number `line`.
pub fn statement(text: &str, line: u32, scope: &Scope<'_>) -> Result<Statement, Vec<Finding>> {
    checked(text, line, scope, Allowed::Any)
}

/// As [`statement`], with the parameters that may stand in it.
pub(crate) fn checked(
    text: &str,
    line: u32,
    scope: &Scope<'_>,
    allowed: Allowed<'_>,
) -> Result<Statement, Vec<Finding>> {
    read(text, line, scope, allowed, |writer, parsed| writer.statement(parsed))
}

/// As [`checked`], with what makes a statement of the syntax tree.
pub(crate) fn read(
    text: &str,
    line: u32,
    scope: &Scope<'_>,
    allowed: Allowed<'_>,
    write: impl FnOnce(&mut Writer<'_>, &Stmt<'_>) -> Statement,
) -> Result<Statement, Vec<Finding>> {
    let tokens = tokens(text, line).map_err(|finding| vec![finding])?;
    parse(text, line, &tokens, |parsed| {
        let mut findings = Findings::new(&tokens, line);
        let parameters = parameters(&tokens, &mut findings);
        if has_limit_with_comma(&tokens) {
            findings.add("order/offset", "limit", "write LIMIT count OFFSET start: with a comma the start comes first");
        }
        let mut writer = Writer::new(scope, findings, allowed);
        let mut statement = write(&mut writer, parsed);
        statement.reads = writer.reads.iter().cloned().collect();
        statement.parameters = parameters;
        writer.findings.give(statement)
    })
}

/// The syntax tree does not tell `LIMIT 1, 2` from `LIMIT 1 OFFSET 2`.
fn has_limit_with_comma(tokens: &[Token<'_>]) -> bool {
    let mut after_limit = vec![false];
    for token in tokens {
        match token.kind {
            TokenType::TK_LP => after_limit.push(false),
            TokenType::TK_RP if after_limit.len() > 1 => {
                after_limit.pop();
            }
            TokenType::TK_LIMIT | TokenType::TK_OFFSET => {
                if let Some(top) = after_limit.last_mut() {
                    *top = token.kind == TokenType::TK_LIMIT;
                }
            }
            TokenType::TK_COMMA if after_limit.last() == Some(&true) => return true,
            _ => {}
        }
    }
    false
}

fn parameters(tokens: &[Token<'_>], findings: &mut Findings<'_>) -> Parameters {
    let mut names: Vec<String> = Vec::new();
    let mut count = 0;
    for token in tokens.iter().filter(|token| token.kind == TokenType::TK_VARIABLE) {
        match token.text.strip_prefix('?') {
            Some("") => count += 1,
            Some(number) => {
                let number = number.parse().ok().filter(|number| (1..=LIST_MAX).contains(number));
                match number {
                    Some(number) => count = count.max(number),
                    None => findings.add(
                        "parameter/form",
                        token.text,
                        format!("a parameter has a number from 1 to {LIST_MAX}"),
                    ),
                }
            }
            None => {
                let name = token.text[1..].to_owned();
                if !names.contains(&name) && names.len() < LIST_MAX {
                    names.push(name);
                }
            }
        }
    }
    if count > 0 && !names.is_empty() {
        findings.add("parameter/form", "?", "parameters have names or positions, not both in one statement");
    }
    if count > LIST_MAX {
        findings.add("parameter/form", "?", format!("a statement has at most {LIST_MAX} parameters"));
    }
    if count > 0 { Parameters::Positional(count) } else { Parameters::Named(names) }
}

impl Writer<'_> {
    pub(crate) fn statement(&mut self, parsed: &Stmt<'_>) -> Statement {
        match parsed {
            Stmt::Select(select) => {
                let selected = self.select(select);
                Statement {
                    single_row: selected.one_row,
                    ordered: selected.ordered || selected.one_row,
                    columns: selected.outputs.into_iter().map(|output| output.name).collect(),
                    ..Statement::of(StatementKind::Select, selected.sql)
                }
            }
            Stmt::Insert { with, or_conflict, tbl_name, columns, body, returning } => {
                self.no_returning(returning.is_some());
                let with = self.with(with.as_ref());
                let modified = self.insert(tbl_name, *or_conflict, columns.as_ref(), body);
                modified.statement(StatementKind::Insert, &with)
            }
            Stmt::Update {
                with,
                or_conflict,
                tbl_name,
                indexed,
                sets,
                from,
                where_clause,
                returning,
                order_by,
                limit,
            } => {
                self.no_returning(returning.is_some());
                self.no_limit(order_by.is_some() || limit.is_some(), indexed.is_some());
                if from.is_some() {
                    let message = "UPDATE … FROM takes any of several matching rows: write SET column = (SELECT …)";
                    self.findings.add("update/from", "from", message);
                }
                let with = self.with(with.as_ref());
                let modified = self.update(tbl_name, *or_conflict, sets, where_clause.as_ref());
                modified.statement(StatementKind::Update, &with)
            }
            Stmt::Delete { with, tbl_name, indexed, where_clause, returning, order_by, limit } => {
                self.no_returning(returning.is_some());
                self.no_limit(order_by.is_some() || limit.is_some(), indexed.is_some());
                let with = self.with(with.as_ref());
                let modified = self.delete(tbl_name, where_clause.as_ref());
                modified.statement(StatementKind::Delete, &with)
            }
            Stmt::AlterTable(..) | Stmt::DropTable { .. } | Stmt::DropIndex { .. } => {
                let message = "nothing is dropped or altered: what was proved stays readable";
                self.findings.add("statement/kind", "", message);
                Statement::of(StatementKind::Select, String::new())
            }
            _ => {
                self.findings.add("statement/kind", "", "only SELECT, INSERT, UPDATE and DELETE are statements here");
                Statement::of(StatementKind::Select, String::new())
            }
        }
    }

    fn no_limit(&mut self, limited: bool, indexed: bool) {
        if limited {
            let message = "UPDATE and DELETE have no LIMIT: say in WHERE which rows are meant";
            self.findings.add("write/limit", "limit", message);
        }
        if indexed {
            self.findings.add(
                "from/indexed",
                "indexed",
                "INDEXED BY is not allowed: indexes are a member's own matter",
            );
        }
    }
}

impl Statement {
    pub(crate) fn of(kind: StatementKind, sql: String) -> Self {
        Self {
            kind,
            sql,
            reads: BTreeSet::new(),
            writes: None,
            single_row: false,
            ordered: true,
            columns: Vec::new(),
            parameters: Parameters::Named(Vec::new()),
        }
    }
}

impl Modified {
    fn statement(self, kind: StatementKind, with: &str) -> Statement {
        let sql = format!("{with}{}", self.sql);
        Statement { writes: self.table, single_row: self.single_row, ..Statement::of(kind, sql) }
    }
}
