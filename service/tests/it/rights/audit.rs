//! What may happen to a tenant and its audit with the program's own rights.

use super::{as_program, ask};
use domain::{role::Role, time::Span};
use service::{
    Confirmed,
    api_tokens::{self, ApiRequest, NewApiToken},
    audit::{Damage, Report, cut_off, verify},
    tenants::{self, RemoveTenantError},
    testing::{World, on_each_database},
};
use tokio_util::sync::CancellationToken;

async fn report(world: &World, tenant: &str) -> Report {
    let reports = verify(&world.services, None).await.unwrap();
    reports.into_iter().find(|r| r.tenant == tenant).unwrap()
}

async fn cut(world: &World) -> u64 {
    cut_off(&world.services, Span::days(30), &CancellationToken::new())
        .await
        .unwrap()
}

/// security.md 72
#[tokio::test]
async fn s72_with_the_programs_rights_no_tenant_and_no_audit_can_go() {
    on_each_database(async |world| {
        if world.services.db.is_sqlite() {
            return; // Who has the file has all rights.
        }
        let owner = world.owner("harbour").await;
        let tenant = owner.tenant().to_string();
        for sql in [
            "DELETE FROM tenants",
            "UPDATE tenants SET id = gen_random_uuid()",
            "UPDATE tenants SET slug = 'pier'",
            "UPDATE tenants SET removed_at = NULL",
            "TRUNCATE tenants CASCADE",
            "DELETE FROM audit_entries",
            "UPDATE audit_entries SET mac = mac",
            "UPDATE audit_entries SET number = number + 1",
            "DELETE FROM audit_heads",
            "UPDATE audit_heads SET first = count, first_mac = last_mac",
            "UPDATE audit_heads SET tenant_id = gen_random_uuid()",
            "TRUNCATE audit_entries",
            "DELETE FROM audit_removals",
            "UPDATE audit_removals SET through = 0",
            "INSERT INTO audit_removals VALUES (gen_random_uuid(), gen_random_uuid(), 0, 'entries', 0, 9)",
            "DELETE FROM head_log",
            "UPDATE head_log SET heads = ''",
            "DELETE FROM head_log_end",
            "SELECT mooring_audit_cut()",
        ] {
            let refused = as_program(&world, &tenant, sql).await.expect_err(sql);
            assert!(refused.to_string().contains("permission denied"), "{sql}: {refused}");
        }
        // Nor by a way round: what is deleted along with something else.
        assert_eq!(report(&world, "harbour").await.broken, None);
        let cascading = "SELECT string_agg(conrelid::regclass::text || ' with ' || confrelid::regclass::text, ', ') \
            FROM pg_constraint WHERE contype = 'f' AND confdeltype <> 'r' AND confdeltype <> 'a' \
            AND conrelid::regclass::text LIKE 'audit\\_%'";
        assert_eq!(ask(&world.database_url, cascading).await, "");
    })
    .await;
}

/// security.md 72: not even by mistake of who owns the tables.
#[tokio::test]
async fn s72_a_tenant_is_not_removed_as_long_as_it_has_an_audit() {
    on_each_database(async |world| {
        world.owner("harbour").await;
        let db =
            sea_orm::Database::connect(secrecy::ExposeSecret::expose_secret(&world.database_url))
                .await
                .unwrap();
        let refused =
            sea_orm::ConnectionTrait::execute_unprepared(&db, "DELETE FROM tenants").await;
        let refused = refused.unwrap_err().to_string();
        assert!(refused.contains("audit"), "{refused}");
        assert_eq!(report(&world, "harbour").await.broken, None);
    })
    .await;
}

/// security.md 72: the one way leaves a record, and the audit.
#[tokio::test]
async fn s72_a_removed_tenant_leaves_a_record_and_its_audit() {
    on_each_database(async |world| {
        let harbour = world.owner("harbour").await;
        let pier = world.owner("pier").await;
        world.app(&harbour, "returns").await;
        world.app(&pier, "orders").await;
        let new = NewApiToken::new("Backend", Role::Operator);
        let token = api_tokens::create(&harbour, &Confirmed::for_test(&harbour), new)
            .await
            .unwrap();
        // Somebody else's, in the same database.
        let id = world.uuid(harbour.tenant().0);
        world
            .execute("CREATE TABLE reports (tenant_id uuid, line text)")
            .await;
        let report_of_theirs = format!("INSERT INTO reports (tenant_id, line) VALUES ({id}, '')");
        world.execute(&report_of_theirs).await;
        let slug = "harbour".parse().unwrap();
        tenants::remove(&world.services, &slug).await.unwrap();

        let left = report(&world, "harbour").await;
        assert_eq!(
            (left.broken, left.good),
            (None, 4),
            "with the entry of the removal"
        );
        let owned = async |table: &str| {
            let sql = format!("SELECT count(*) FROM {table} WHERE tenant_id = {id}");
            ask(&world.database_url, &sql).await
        };
        for table in ["apps", "memberships", "api_tokens"] {
            assert_eq!(owned(table).await, "0", "{table}");
        }
        assert_eq!(owned("credentials").await, "1", "the key of the audit");
        assert_eq!(owned("data_keys").await, "1", "what that is under");
        assert_eq!(owned("audit_removals").await, "1");
        assert_eq!(owned("reports").await, "1", "not Mooring's");
        let caller =
            api_tokens::authenticate(&world.services, &token, &ApiRequest::default()).await;
        assert!(caller.is_err());
        let person = harbour.person().unwrap();
        let member = service::people::membership::actor(&world.services, person, &slug).await;
        assert!(member.unwrap().is_none());

        // The name is free again; the old tenant doesn't come back with it.
        let again = tenants::remove(&world.services, &slug).await;
        assert!(matches!(again, Err(RemoveTenantError::NoTenant(_))));
        let email = "second@harbour.example";
        let password = secrecy::SecretString::from(service::testing::PASSWORD);
        service::people::owner::create(&world.services, email, &slug, &password)
            .await
            .unwrap();
        let both = verify(&world.services, None).await.unwrap();
        let both: Vec<_> = both.iter().filter(|r| r.tenant == "harbour").collect();
        assert_eq!(both.len(), 2);
        assert!(both.iter().all(|r| r.broken.is_none()), "{both:?}");
        assert_eq!(
            report(&world, "pier").await.good,
            2,
            "the other is as it was"
        );
    })
    .await;
}

/// security.md 72: retention cuts through a function that leaves a record.
#[tokio::test]
async fn s72_a_cut_leaves_a_record_and_a_cut_without_one_is_named() {
    on_each_database(async |world| {
        let owner = world.owner("harbour").await;
        world.app(&owner, "returns").await;
        world.clock.advance(Span::days(40));
        world.app(&owner, "orders").await;
        assert_eq!(cut(&world).await, 2);
        assert_eq!(report(&world, "harbour").await.broken, None);
        let record = "SELECT what || entries || ' ' || through FROM audit_removals";
        assert_eq!(ask(&world.database_url, record).await, "entries2 2");

        // Somebody with all rights, who even knows where the chain begins.
        world.past("DELETE FROM audit_removals").await;
        let broken = report(&world, "harbour").await.broken.unwrap();
        assert_eq!(broken.damage, Damage::Unrecorded);
    })
    .await;
}

/// security.md 72: with the program's rights alone, entries can be cut off by
/// that function, but not unnoticed. That the beginning never goes back is asked
/// for there, and follows: what was cut off isn't there to be named.
#[tokio::test]
async fn s72_a_cut_that_the_program_did_not_mean_is_named_and_recorded() {
    on_each_database(async |world| {
        if world.services.db.is_sqlite() {
            return; // The program has all rights there.
        }
        let owner = world.owner("harbour").await;
        world.app(&owner, "returns").await;
        let tenant = owner.tenant().to_string();
        let other = world.owner("pier").await.tenant().to_string();
        let made_up = "SELECT mooring_audit_cut_through(1, 'no such mac', 'no seal')";
        let refused = as_program(&world, &tenant, made_up).await.unwrap_err();
        assert!(refused.to_string().contains("no entry 1"), "{refused}");
        let sql = "SELECT mooring_audit_cut_through(number, mac, 'no seal') FROM audit_entries WHERE number = 1";
        as_program(&world, &other, sql).await.unwrap();
        assert_eq!(report(&world, "harbour").await.broken, None, "one's own alone");

        as_program(&world, &tenant, sql).await.unwrap();
        let broken = report(&world, "harbour").await.broken.unwrap();
        assert_eq!((broken.number, broken.damage), (None, Damage::HeadChanged));
        let records = "SELECT string_agg(entries || ' ' || through || ' ' || (login = session_user), ',') FROM audit_removals";
        assert_eq!(ask(&world.database_url, records).await, "1 1 true,1 1 true");
    })
    .await;
}
