//! Nothing is lost between Gorgias' answer and the row.

mod damage;
mod full;
mod killed;
mod late;

use crate::flow::{Flow, sub};
use domain::{ids::PersonId, time::Span};
use service::{
    Actor, Services,
    connections::check_now::{self, CheckError},
    engine::refresh::Verdict,
    people::membership,
    testing::{TestDisk, World},
    worker,
};
use std::{
    fs,
    path::{Path, PathBuf},
};

/// The folder of the journals.
pub fn folder(world: &World) -> PathBuf {
    world.services.config.data_dir.join("journal")
}

/// The files in a folder that end so.
pub fn files(folder: &Path, end: &str) -> Vec<PathBuf> {
    let Ok(entries) = fs::read_dir(folder) else {
        return Vec::new();
    };
    let paths = entries.map(|entry| entry.unwrap().path());
    let mut files: Vec<_> = paths
        .filter(|path| path.extension().is_some_and(|e| e == end))
        .collect();
    files.sort();
    files
}

/// The owner, in another process.
pub async fn owner_in(f: &Flow, services: &Services) -> Actor {
    let person: PersonId = f.owner.person().unwrap();
    membership::actor(services, person, &f.owner.tenant_slug)
        .await
        .unwrap()
        .unwrap()
}

/// Checks an account now.
pub async fn check(actor: &Actor, account: &str) -> Result<Verdict, CheckError> {
    check_now::check_now(actor, "returns", &sub(account)).await
}

/// What a process leaves behind that got answers for these accounts, could not
/// store them, and was killed.
pub async fn leave_behind(f: &Flow, accounts: &[&str]) -> PathBuf {
    for account in accounts {
        f.connect(account).await;
    }
    f.advance(Span::hours(6));
    f.world.make_tokens_unwritable().await;
    let victim = f.world.process_on(TestDisk::default()).await;
    worker::tick(&victim).await.unwrap();
    drop(victim);
    f.world.make_tokens_writable().await;
    f.world.expire_leases().await;
    let [file] = files(&folder(&f.world), "journal").try_into().unwrap();
    file
}
