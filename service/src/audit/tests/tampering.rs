//! Every change that bypasses the program shows; and the program's role can't make it.

use super::*;

#[tokio::test]
async fn s65_each_column_of_an_entry_is_guarded() {
    testing::on_each_database(async |world| {
        with_five(&world).await;
        let before = entries(&world).await;
        let bytes = match world.backend {
            DatabaseBackend::Sqlite => "x'00'",
            _ => "'\\x00'::bytea",
        };
        let id = match world.backend {
            DatabaseBackend::Sqlite => "x'00000000000000000000000000000000'",
            _ => "'00000000-0000-0000-0000-000000000000'::uuid",
        };
        for change in [
            "format = 2",
            "at = at + 1",
            "actor_kind = 'api_token'",
            &format!("actor_id = {id}"),
            "actor_id = NULL",
            "action = 'app.created'",
            "target_kind = 'app'",
            &format!("target_id = {id}"),
            "target = 'returns'",
            "outcome = 'refused'",
            "detail = 'nothing'",
            "repeats = 1",
            "once = ''",
            "actor_name = 'Mallory'",
            "actor_name = NULL",
            "actor_email = 'mallory@evil.example'",
            "address = '203.0.113.1'",
            "address = NULL",
            "salt = NULL",
            &format!("salt = {bytes}"),
            "actor_name = NULL, actor_email = NULL, address = NULL, salt = NULL",
            &format!("actor_name = NULL, actor_email = NULL, address = NULL, salt = NULL, erasure = {bytes}"),
            &format!("erasure = {bytes}"),
            &format!("personal = {bytes}"),
            &format!("mac = {bytes}"),
        ] {
            let sql = format!("UPDATE audit_entries SET {change} WHERE number = 3");
            assert_eq!(tamper(&world, &sql).await, 1, "{change}");
            assert_eq!(
                broken(&world).await,
                Some((Some(3), Damage::Changed)),
                "{change}"
            );
            put_back(&world, before.clone()).await;
            assert_eq!(broken(&world).await, None, "after {change}");
        }
    })
    .await;
}

#[tokio::test]
async fn s65_removed_swapped_moved_and_planted_entries_are_named() {
    testing::on_each_database(async |world| {
        with_five(&world).await;
        world.owner("pier").await;
        let before = entries(&world).await;
        let own = before.iter().find(|row| row.number == 5).unwrap().tenant_id;
        let mine = |number: i64| {
            let rows = &before;
            rows.iter()
                .find(|row| row.tenant_id == own && row.number == number)
                .unwrap()
                .clone()
        };
        let delete = |number: i64| format!("DELETE FROM audit_entries WHERE number = {number}");

        tamper(&world, &delete(2)).await;
        assert_eq!(broken(&world).await, Some((Some(2), Damage::Missing)));
        put_back(&world, before.clone()).await;

        // The gap is closed: the others move up.
        tamper(&world, &delete(2)).await;
        for number in 3..=5 {
            let close =
                format!("UPDATE audit_entries SET number = number - 1 WHERE number = {number}");
            tamper(&world, &close).await;
        }
        assert_eq!(broken(&world).await, Some((Some(2), Damage::Changed)));

        let mut swapped = before.clone();
        for row in swapped.iter_mut().filter(|row| row.tenant_id == own) {
            row.number = match row.number {
                2 => 4,
                4 => 2,
                other => other,
            };
        }
        put_back(&world, swapped).await;
        assert_eq!(broken(&world).await, Some((Some(2), Damage::Changed)));
        put_back(&world, before.clone()).await;

        // Another tenant's entry in place of an own one.
        let mut foreign = before.clone();
        let other = before.iter().find(|row| row.tenant_id != own).unwrap();
        for row in foreign
            .iter_mut()
            .filter(|row| row.tenant_id == own && row.number == 1)
        {
            *row = audit_entry::Model {
                tenant_id: own,
                ..other.clone()
            };
        }
        put_back(&world, foreign).await;
        assert_eq!(broken(&world).await, Some((Some(1), Damage::Changed)));

        // After the end.
        let mut planted = before.clone();
        planted.push(audit_entry::Model {
            number: 6,
            ..mine(5)
        });
        put_back(&world, planted).await;
        assert_eq!(broken(&world).await, Some((Some(6), Damage::Changed)));

        put_back(&world, before.clone()).await;
        assert_eq!(broken(&world).await, None);
        assert_eq!(report(&world, "pier").await.broken, None);
    })
    .await;
}

#[tokio::test]
async fn s65_a_cut_tail_shows_and_the_head_cant_be_set_back() {
    testing::on_each_database(async |world| {
        let owner = with_five(&world).await;
        let before = entries(&world).await;
        let head = audit_head::Entity::find()
            .row::<audit_head::Model>(world.services.db.owner())
            .await
            .unwrap()
            .unwrap();
        tamper(&world, "DELETE FROM audit_entries WHERE number > 3").await;
        assert_eq!(broken(&world).await, Some((Some(4), Damage::CutOff)));

        // The MAC of entry 3 is readable in its row, but the seal can't be made.
        tamper(
            &world,
            "UPDATE audit_heads SET count = 3, last_mac = (SELECT mac FROM audit_entries WHERE number = 3)",
        )
        .await;
        assert_eq!(broken(&world).await, Some((None, Damage::HeadChanged)));

        // Nothing is added after a changed head: that would seal it again.
        let tx = owner.write().await.unwrap();
        let entry = Entry::new(By::CommandLine, Action::AppCreated, Target::tenant());
        assert!(record(&owner, &tx, &entry).await.is_err());
        drop(tx);

        tamper(&world, "DELETE FROM audit_heads").await;
        assert_eq!(broken(&world).await, Some((None, Damage::HeadMissing)));
        let tx = owner.write().await.unwrap();
        assert!(record(&owner, &tx, &entry).await.is_err(), "no new chain");
        drop(tx);
        tamper(&world, "DELETE FROM audit_entries").await;
        assert_eq!(broken(&world).await, Some((None, Damage::HeadMissing)));

        use sea_orm::ActiveModelTrait;
        audit_head::Entity::insert(audit_head::ActiveModel::from(head).reset_all())
            .exec_without_returning(world.services.db.owner())
            .await
            .unwrap();
        assert_eq!(broken(&world).await, Some((Some(1), Damage::CutOff)));
        put_back(&world, before).await;
        assert_eq!(broken(&world).await, None);

        tamper(&world, "DELETE FROM credentials WHERE purpose = 'tenant.audit_key'").await;
        assert_eq!(broken(&world).await, Some((None, Damage::KeyMissing)));
    })
    .await;
}

/// security.md 52: on PostgreSQL the database itself prevents it.
#[tokio::test]
async fn s65_the_programs_role_can_neither_change_nor_remove_entries() {
    testing::on_each_database(async |world| {
        if world.services.db.is_sqlite() {
            return; // SQLite has no roles.
        }
        let owner = world.owner("harbour").await;
        for sql in [
            "UPDATE audit_entries SET detail = ''",
            "DELETE FROM audit_entries",
            "DELETE FROM audit_heads",
        ] {
            let tx = owner.write().await.unwrap();
            let error = tx.execute_unprepared(sql).await.unwrap_err().to_string();
            assert!(error.contains("permission denied"), "{sql}: {error}");
        }
        let stranger = world.owner("pier").await;
        let tx = stranger.read().await.unwrap();
        let seen = audit_entry::Entity::find()
            .rows::<audit_entry::Model>(&*tx)
            .await
            .unwrap();
        assert_eq!(seen.len(), 1, "one's own alone");
    })
    .await;
}
