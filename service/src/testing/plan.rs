//! How a database would read what a query asks for.

use crate::tenancy::Tx;
use sea_orm::{
    ConnectionTrait, DatabaseBackend, EntityTrait, QuerySelect, QueryTrait, Select, Statement,
};

/// The steps of a query for its first page, in the words of its database, separated by `; `.
pub(crate) async fn plan<E: EntityTrait>(tx: &Tx, query: Select<E>) -> String {
    let backend = tx.get_database_backend();
    let query = query.limit(51).build(backend);
    let (explain, column) = match backend {
        DatabaseBackend::Sqlite => ("EXPLAIN QUERY PLAN", 3),
        _ => ("EXPLAIN", 0),
    };
    let explain = format!("{explain} {}", query.sql);
    let values = query.values.unwrap().0;
    let explain = Statement::from_sql_and_values(backend, explain, values);
    let steps = tx.query_all_raw(explain).await.unwrap();
    let details = steps
        .iter()
        .map(|step| step.try_get_by_index(column).unwrap());
    details.collect::<Vec<String>>().join("; ")
}

/// Makes PostgreSQL take an index wherever there is one: with a few rows it would sort.
pub(crate) async fn prefer_indexes(tx: &Tx) {
    if tx.get_database_backend() == DatabaseBackend::Postgres {
        for setting in ["seqscan", "sort", "bitmapscan"] {
            let sql = format!("SET LOCAL enable_{setting} = off");
            tx.execute_unprepared(&sql).await.unwrap();
        }
    }
}
