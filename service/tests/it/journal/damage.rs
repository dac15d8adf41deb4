//! Journals that were torn, changed, planted, or belong to somebody else.

use super::{check, files, folder, leave_behind};
use crate::flow::{self, Flow, sub};
use domain::{health::Health, time::Span};
use secrecy::ExposeSecret;
use service::{
    connections::token,
    engine::{journal, refresh::Verdict, replay},
    testing::{Backend, World},
};
use simulator::Rotation;
use std::{fs, path::Path};

/// Bytes of a place.
const SLOT: usize = 72 * 1024;

/// The entry in a place.
fn slot(file: &Path, number: usize) -> Vec<u8> {
    fs::read(file).unwrap()[number * SLOT..(number + 1) * SLOT].to_vec()
}

/// Damages the first of two entries: the second is stored, the first is kept.
async fn damaged(f: &Flow, damage: impl Fn(&mut [u8])) {
    let accounts = ["acme", "bolt"];
    for account in accounts {
        f.sim.account(account).rotation(Rotation::On);
    }
    let file = leave_behind(f, &accounts).await;
    let mut bytes = fs::read(&file).unwrap();
    damage(&mut bytes[..SLOT]);
    fs::write(&file, &bytes).unwrap();
    let kept = slot(&file, 0);
    assert_eq!(replay::replay(&f.world.services).await.unwrap(), 1);
    let [aside] = files(&folder(&f.world), "aside").try_into().unwrap();
    assert_eq!(files(&folder(&f.world), "journal").len(), 0);
    assert_eq!(aside.file_stem(), file.file_stem());
    assert_eq!(slot(&aside, 0), kept, "nothing of it is lost");
    assert!(slot(&aside, 1)[..84].iter().all(|byte| *byte == 0));
    assert_eq!(
        journal::set_aside(&f.world.services.config.data_dir).unwrap(),
        1
    );
    // Neither another look nor another process makes anything of it.
    assert_eq!(replay::replay(&f.world.services).await.unwrap(), 0);
    let next = f.world.second_process().await;
    assert_eq!(replay::replay(&next).await.unwrap(), 0);
    assert_eq!(slot(&aside, 0), kept);
    let mut verdicts = Vec::new();
    for account in accounts {
        verdicts.push(check(&f.owner, account).await.unwrap());
    }
    verdicts.sort_by_key(|verdict| *verdict == Verdict::Fine);
    assert_eq!(verdicts, [Verdict::Lost, Verdict::Fine]);
}

/// security.md 24: a write that the power failed in
#[tokio::test]
async fn s24_a_torn_entry_is_set_aside() {
    flow::each(async |f| damaged(&f, |slot| slot[600..].fill(0)).await).await;
}

/// security.md 24 and 39: changed in clear or under the seal
#[tokio::test]
async fn s24_a_changed_entry_is_set_aside() {
    // In turn: tenant, connection, version, ciphertext.
    for at in [20, 40, 71, 300] {
        flow::each(async |f| damaged(&f, |slot| slot[at] ^= 1).await).await;
    }
}

/// security.md 24: no entry at all
#[tokio::test]
async fn s24_nonsense_is_set_aside() {
    flow::each(async |f| damaged(&f, |slot| slot[..100].fill(b'x')).await).await;
}

/// security.md 24 and 38: an older entry of the same connection, brought back
#[tokio::test]
async fn s24_a_planted_old_entry_changes_nothing() {
    flow::each(async |f| {
        let file = leave_behind(&f, &["acme"]).await;
        let old = fs::read(&file).unwrap();
        assert_eq!(replay::replay(&f.world.services).await.unwrap(), 1);
        f.advance(Span::hours(1));
        assert_eq!(check(&f.owner, "acme").await.unwrap(), Verdict::Fine);
        let before = f.account("acme").await;
        fs::write(&file, &old).unwrap();
        assert_eq!(replay::replay(&f.world.services).await.unwrap(), 0);
        let after = f.account("acme").await;
        assert_eq!(after.access_token_stored, before.access_token_stored);
        assert_eq!(after.row.access_expires_at, before.row.access_expires_at);
        assert!(!file.exists());
    })
    .await;
}

/// Files that are no journals: not a whole place, and not a file.
#[tokio::test]
async fn s24_what_is_no_journal_blocks_nothing() {
    flow::each(async |f| {
        let file = leave_behind(&f, &["acme"]).await;
        fs::write(file.with_file_name("a.journal"), "some text").unwrap();
        fs::create_dir(file.with_file_name("b.journal")).unwrap();
        fs::write(file.with_file_name("notes.txt"), "some text").unwrap();
        fs::write(file.with_file_name("c.new"), "").unwrap();
        assert_eq!(replay::replay(&f.world.services).await.unwrap(), 1);
        assert_eq!(f.account("acme").await.row.health, Health::Working);
        let aside = file.with_file_name("a.aside");
        assert_eq!(fs::read(aside).unwrap(), b"some text");
        assert!(file.with_file_name("notes.txt").exists());
        assert!(!file.with_file_name("c.new").exists());
    })
    .await;
}

/// security.md 24: sealed with another installation's key, which must not be
/// able to do anything here, and whose answer must not be thrown away
#[tokio::test]
async fn s24_another_installations_journal_is_kept_for_it() {
    for backend in service::testing::backends() {
        let f = Flow::start(&backend, |_| ()).await;
        f.sim.account("acme").rotation(Rotation::FamilyKill);
        let file = leave_behind(&f, &["acme"]).await;
        // Somebody else looks into the folder, by mistake.
        let stranger = World::configured(&Backend::Sqlite, f.sim.url_template(), |config| {
            config.data_dir = f.world.services.config.data_dir.clone();
        })
        .await;
        assert_eq!(replay::replay(&stranger.services).await.unwrap(), 0);
        let aside = file.with_extension("aside");
        assert!(aside.exists() && !file.exists());
        // The next start of its own has the key.
        drop(stranger);
        let next = f.world.second_process().await;
        assert_eq!(replay::replay(&next).await.unwrap(), 1);
        assert!(!aside.exists());
        assert_eq!(check(&f.owner, "acme").await.unwrap(), Verdict::Fine);
    }
}

/// security.md 57: no token stands in the journal in clear
#[tokio::test]
async fn s57_no_token_in_the_journal() {
    flow::each(async |f| {
        let file = leave_behind(&f, &["acme"]).await;
        let bytes = fs::read(&file).unwrap();
        assert_eq!(replay::replay(&f.world.services).await.unwrap(), 1);
        let token = token::read(&f.owner, "returns", &sub("acme"), Span::minutes(1))
            .await
            .unwrap()
            .access_token;
        // Any part of it is as good as all of it.
        for part in token.expose_secret().as_bytes().chunks(16) {
            assert!(!bytes.windows(part.len()).any(|window| window == part));
        }
        assert!(!bytes.windows(8).any(|window| window == b"offline "));
    })
    .await;
}
