//! News between processes on the same PostgreSQL.

use super::{live::CHANNEL, services::Services};
use domain::ids::TenantId;
use sea_orm::{ConnectionTrait, Statement};
use sqlx::{Executor, postgres::PgListener};
use std::time::Duration;
use tokio::time::timeout;
use tokio_util::sync::CancellationToken;

/// How long to wait before listening again after the connection was lost.
const PAUSE: Duration = Duration::from_secs(2);
/// After this time without news the connection is pinged; it has the same time to answer.
const SILENCE: Duration = Duration::from_secs(10);
const ANSWER: Duration = Duration::from_secs(2);

/// Tells open pages, in every process, that a tenant's rotation made progress.
/// Lost news do no harm: the next step sends its own.
pub(crate) async fn tell_keys(services: &Services, tenant: TenantId) {
    let notice = services.live.tell_keys(tenant);
    notify(services, notice).await;
}

/// The same for a tenant's bulk jobs.
pub(crate) async fn tell_jobs(services: &Services, tenant: TenantId) {
    let notice = services.live.tell_jobs(tenant);
    notify(services, notice).await;
}

async fn notify(services: &Services, notice: String) {
    if services.db.is_sqlite() {
        return;
    }
    let values = [CHANNEL.into(), notice.into()];
    let sql = "SELECT pg_notify($1, $2)";
    let statement = Statement::from_sql_and_values(services.db.backend(), sql, values);
    if let Err(error) = services.db.read().execute_raw(statement).await {
        tracing::debug!(%error, "Other processes could not be told of progress");
    }
}

/// Sends the changes of other processes to the pages that this one serves,
/// until told to stop. On SQLite there is only one process.
pub async fn relay(services: Services, stop: CancellationToken) {
    if services.db.is_sqlite() {
        return;
    }
    loop {
        let listened = stop.run_until_cancelled(listen(&services)).await;
        match listened {
            None => return,
            Some(error) => {
                tracing::warn!(error = %error, "News of other processes are interrupted")
            }
        }
        if stop
            .run_until_cancelled(tokio::time::sleep(PAUSE))
            .await
            .is_none()
        {
            return;
        }
    }
}

/// Listens until the connection is lost, or given up with all others.
async fn listen(services: &Services) -> sqlx::Error {
    let Some(pool) = services.db.read().postgres() else {
        return sqlx::Error::PoolClosed;
    };
    let heard: Result<(), _> = async {
        let mut listener = PgListener::connect_with(&pool).await?;
        listener.listen(CHANNEL).await?;
        loop {
            match timeout(SILENCE, listener.recv()).await {
                Ok(notice) => services.live.take(notice?.payload()),
                // A dead connection is silent, too.
                Err(_) => {
                    let answer = timeout(ANSWER, listener.execute("SELECT 1")).await;
                    answer.map_err(|late| sqlx::Error::Io(late.into()))??;
                }
            }
        }
    }
    .await;
    heard.err().unwrap_or(sqlx::Error::PoolClosed)
}
