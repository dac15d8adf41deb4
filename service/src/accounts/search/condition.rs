//! Whether one account is found: without an index of words, for lists that walk in their
//! own order because a search finds too much.

use super::typed::Typed;
use crate::{
    entity::{Owned, account_search, connection},
    tenancy::Tx,
};
use domain::{app_limit::AppLimit, ids::AppId};
use sea_orm::{
    ConnectionTrait, DatabaseBackend, IntoSimpleExpr,
    sea_query::{Alias, Expr, ExprTrait, Query, SelectStatement, SimpleExpr, SubQueryStatement},
};

/// What an account must hold to be found.
#[derive(Debug, Clone)]
pub(super) struct Condition {
    pub typed: Typed,
    /// Whether what is known of customers counts.
    pub customers: bool,
    /// The apps whose name holds the text.
    pub named: Vec<AppId>,
    /// The apps whose approvers count.
    pub apps: AppLimit,
}

impl Condition {
    /// Of a row of `E`, whose account this column names.
    pub fn of<E: Owned>(&self, tx: &Tx, subdomain: E::Column) -> SimpleExpr {
        use account_search::Column::{CustomerWords, OpenWords};
        let sqlite = tx.get_database_backend() == DatabaseBackend::Sqlite;
        let account = [E::TENANT.into_simple_expr(), subdomain.into_simple_expr()];
        let held = |text: SimpleExpr| self.typed.is_in_column(sqlite, text);
        let known = held(words(CustomerWords));
        let mut found = if self.apps.is_limited() {
            let who = |column: connection::Column| held(Expr::col((approved(), column)));
            let approved_by = who(connection::Column::ApprovedByName)
                .or(who(connection::Column::ApprovedByEmail));
            let apps: Vec<AppId> = self.apps.ids().into_iter().flatten().collect();
            let open = held(subdomain.into_simple_expr()).or(connected(
                &account,
                &apps,
                Some(approved_by),
            ));
            if self.customers {
                open.or(of_words(&account, known))
            } else {
                open
            }
        } else if self.customers {
            of_words(&account, held(words(OpenWords)).or(known))
        } else {
            of_words(&account, held(words(OpenWords)))
        };
        if !self.named.is_empty() {
            found = found.or(connected(&account, &self.named, None));
        }
        // A query of its own, so that SQLite looks at it last: it costs more than the
        // other conditions of a list.
        value(Query::select().expr(found).take())
    }
}

/// A name for the other row of a table that may be the list's own.
fn approved() -> Alias {
    Alias::new("approved")
}

fn searched() -> Alias {
    Alias::new("searched")
}

fn words(column: account_search::Column) -> SimpleExpr {
    Expr::col((searched(), column))
}

/// What a condition says of the account's words. A value and not EXISTS, so that it is
/// looked up for each row: PostgreSQL would read all accounts first.
fn of_words([tenant, subdomain]: &[SimpleExpr; 2], condition: SimpleExpr) -> SimpleExpr {
    use account_search::Column;
    let query = Query::select()
        .expr(condition)
        .from_as(account_search::Entity, searched())
        .and_where(words(Column::TenantId).eq(tenant.clone()))
        .and_where(words(Column::Subdomain).eq(subdomain.clone()))
        .take();
    value(query)
}

/// Whether the account has a connection to one of the apps, with a condition.
fn connected(
    [tenant, subdomain]: &[SimpleExpr; 2],
    apps: &[AppId],
    condition: Option<SimpleExpr>,
) -> SimpleExpr {
    use connection::Column;
    let column = |column: Column| Expr::col((approved(), column));
    let mut query = Query::select()
        .expr(Expr::cust("1"))
        .from_as(connection::Entity, approved())
        .and_where(column(Column::TenantId).eq(tenant.clone()))
        .and_where(column(Column::Subdomain).eq(subdomain.clone()))
        .and_where(column(Column::AppId).is_in(apps.iter().copied()))
        .take();
    if let Some(condition) = condition {
        query.and_where(condition);
    }
    Expr::exists(query)
}

fn value(query: SelectStatement) -> SimpleExpr {
    SimpleExpr::SubQuery(None, Box::new(SubQueryStatement::SelectStatement(query)))
}
