//! The conditions of a list as SQL, so that each list goes along an index.

use super::{ByWhom, Filter};
use crate::{
    core::error::InternalError,
    entity::{
        app,
        audit_entry::{Column, Entity},
    },
    tenancy::Tx,
};
use domain::time::Timestamp;
use sea_orm::{
    ColumnTrait, Condition, QueryFilter, QueryOrder, QuerySelect, Select, sea_query::Expr,
};

/// What is folded: sign-ins and reads that were done. The index of the step m0049 has
/// the same words; with values in place of the literals, it would not be used.
const FOLDED: &str = "(outcome = 'done' AND action IN ('person.signed_in', \
    'person.signed_out', 'person.confirmed', 'connection.token_read'))";

/// Conditions that are ready to be asked.
pub(super) struct Conditions {
    /// All but what is folded.
    those: Condition,
    folds: bool,
    /// The list is in the order of time, since times limit it: so its index bounds what
    /// is looked at. Otherwise numbers order it, which are not those of time where a
    /// clock was put back.
    by_time: bool,
}

impl Conditions {
    pub async fn of(tx: &Tx, filter: &Filter) -> Result<Self, InternalError> {
        let targets = targets(tx, filter.target.trim()).await?;
        let times = Condition::all()
            .add_option(filter.from.map(|at| Column::At.gte(at)))
            .add_option(filter.to.map(|at| Column::At.lt(at)));
        let by_time = filter.from.is_some() || filter.to.is_some();
        let by = filter.by.map(ByWhom::parts).map(|(kind, id)| {
            let id = id.map_or(Column::ActorId.is_null(), |id| Column::ActorId.eq(id));
            Condition::all().add(Column::ActorKind.eq(kind)).add(id)
        });
        let those = times
            .add_option(by)
            .add_option(filter.action.map(|a| Column::Action.eq(a.code())))
            .add_option((!targets.is_empty()).then(|| Column::Target.is_in(targets)));
        Ok(Self {
            those,
            folds: filter.fold && filter.action.is_none(),
            by_time,
        })
    }

    /// Whether anything may be folded.
    pub const fn folds(&self) -> bool {
        self.folds
    }

    /// The entries after one, newest first.
    pub async fn query(
        &self,
        tx: &Tx,
        after: Option<i64>,
    ) -> Result<Select<Entity>, InternalError> {
        let unfolded = self.folds.then(|| Expr::cust(format!("NOT {FOLDED}")));
        let query = tx
            .all::<Entity>()
            .filter(self.those.clone())
            .filter(Condition::all().add_option(unfolded));
        if self.by_time {
            let query = match after {
                Some(number) => query.filter(after_in_time(tx, number).await?),
                None => query,
            };
            return Ok(query
                .order_by_desc(Column::At)
                .order_by_desc(Column::Number));
        }
        let after = after.map(|number| Column::Number.lt(number));
        Ok(query
            .filter(Condition::all().add_option(after))
            .order_by_desc(Column::Number))
    }

    /// What is folded between two entries.
    pub fn folded(&self, tx: &Tx, after: Option<i64>, next: Option<i64>) -> Select<Entity> {
        let range = Condition::all()
            .add_option(after.map(|number| Column::Number.lt(number)))
            .add_option(next.map(|number| Column::Number.gt(number)));
        tx.all::<Entity>()
            .filter(self.those.clone())
            .filter(range)
            .filter(Expr::cust(FOLDED))
    }
}

/// What comes after an entry in the order of time.
async fn after_in_time(tx: &Tx, number: i64) -> Result<Condition, InternalError> {
    let at: Option<Timestamp> = tx
        .all::<Entity>()
        .filter(Column::Number.eq(number))
        .select_only()
        .column(Column::At)
        .into_tuple()
        .one(&**tx)
        .await?;
    // Without the entry, which was removed as too old, nothing older is there.
    let at = at.unwrap_or(Timestamp(i64::MIN));
    let same = Condition::all()
        .add(Column::At.eq(at))
        .add(Column::Number.lt(number));
    Ok(Condition::all()
        // For the index.
        .add(Column::At.lte(at))
        .add(Condition::any().add(Column::At.lt(at)).add(same)))
}

/// The names of targets that a text means: itself, and the accounts of each app that
/// are called so.
async fn targets(tx: &Tx, text: &str) -> Result<Vec<String>, InternalError> {
    if text.is_empty() {
        return Ok(Vec::new());
    }
    let mut names = vec![text.to_owned()];
    if !text.contains('/') {
        let slugs: Vec<String> = tx
            .all::<app::Entity>()
            .select_only()
            .column(app::Column::Slug)
            .into_tuple()
            .all(&**tx)
            .await?;
        let account = text.to_lowercase();
        names.extend(slugs.iter().map(|slug| format!("{slug}/{account}")));
    }
    Ok(names)
}
