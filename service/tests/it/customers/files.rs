//! Customers from a CSV file.

use super::*;
use service::accounts::{ImportError, LineResult};

#[tokio::test]
async fn a_file_is_tried_and_then_stored_line_by_line() {
    flow::each(async |f| {
        f.connect("acme").await;
        f.connect("bolt").await;
        changed(&f.owner, "acme", all(&f.owner)).await;
        let file = "subdomain,name,tags,owner,contact_email,contact_name,contact_language\n\
            acme,Acme,enterprise;VIP,,desk@acme.example,Desk,fr\n\
            acme,,,,new@acme.example,,\n\
            https://fresh.gorgias.com,Fresh Foods,,,,,\n\
            bolt,,,,,,\n\
            www,Website,,,,,\n\
            cove,Cove,,nobody@x.example,,,\n\
            \"two\nlines\",x,,,,,\n";
        let run = async |dry| {
            accounts::import(&f.owner, file.as_bytes(), dry)
                .await
                .unwrap()
        };
        let dry = run(true).await;
        assert_eq!(
            of(&f.owner, "acme").await.title(),
            "Acme Outdoor",
            "only tried"
        );
        assert!(show(&f.owner, &sub("fresh")).await.unwrap().is_none());
        let done = run(false).await;
        assert_eq!(done, dry, "what was said is what was done");
        let results: Vec<_> = done
            .iter()
            .map(|line| (line.number, &line.result))
            .collect();
        assert_eq!(
            results[0],
            (2, &LineResult::Changed(vec!["name", "tags", "contacts"]))
        );
        assert_eq!(results[1], (3, &LineResult::With(2)));
        assert_eq!(results[2], (4, &LineResult::Made(vec!["name"])));
        assert_eq!(results[3], (5, &LineResult::Same));
        for (at, why) in [
            (4, "Gorgias' own"),
            (5, "owner: Nobody"),
            (6, "control character"),
        ] {
            let LineResult::Refused(said) = results[at].1 else {
                panic!("{results:?}")
            };
            assert!(said.contains(why), "{said}");
        }
        let acme = of(&f.owner, "acme").await;
        assert_eq!(acme.title(), "Acme");
        assert_eq!(
            acme.external_id.as_deref(),
            Some("C-1004"),
            "an empty cell changes nothing"
        );
        let contacts: Vec<_> = acme.contacts.iter().map(|one| one.email.as_str()).collect();
        assert_eq!(
            contacts,
            ["mira@acme.example", "desk@acme.example", "new@acme.example"]
        );
        assert_eq!(acme.contacts[1].name.as_deref(), Some("Desk"));
        assert_eq!(of(&f.owner, "fresh").await.title(), "Fresh Foods");
        assert!(show(&f.owner, &sub("cove")).await.unwrap().is_none());
        let again = run(false).await;
        assert_eq!(
            again[0].result,
            LineResult::Same,
            "the same file changes nothing"
        );
        assert_eq!(again[2].result, LineResult::Same);
    })
    .await;
}

#[tokio::test]
async fn s53_a_file_changes_no_more_than_its_sender_may() {
    flow::each(async |f| {
        f.connect("acme").await;
        let orders = f.world.app(&f.owner, "orders").await;
        let mut limited = new("l@x.example", Role::Success);
        limited.apps = AppLimit::Only(BTreeSet::from([orders.id]));
        let limited = joined(&f.world, &f.owner, limited).await;
        let file = b"subdomain,name\nacme,Mine\nfresh,Mine\n";
        let lines = accounts::import(&limited, file, false).await.unwrap();
        for line in lines {
            assert!(matches!(line.result, LineResult::Refused(_)), "{line:?}");
        }
        assert_eq!(of(&f.owner, "acme").await.title(), "acme");
        let viewer = joined(&f.world, &f.owner, new("v@x.example", Role::Viewer)).await;
        let refused = accounts::import(&viewer, file, true).await;
        assert!(matches!(refused, Err(ImportError::Forbidden(_))));
        let other = f.world.owner("pier").await;
        accounts::import(&other, file, false).await.unwrap();
        assert_eq!(
            of(&f.owner, "acme").await.title(),
            "acme",
            "theirs is another one"
        );
    })
    .await;
}
