//! An orderly end.

use super::fleet::Fleet;
use futures::StreamExt;
use rustix::process::Signal;
use service::testing::{OWNER, PASSWORD, PUBLIC_URL, backends};
use simulator::Endpoint;

/// A browser's cookies after signing in.
async fn sign_in(http: &reqwest::Client, address: &str) -> String {
    let email = format!("harbour-{OWNER}");
    let answer = http
        .post(format!("{address}/signin"))
        .header("origin", PUBLIC_URL)
        .form(&[("email", email.as_str()), ("password", PASSWORD)])
        .send()
        .await
        .unwrap();
    assert_eq!(answer.status(), 303);
    let cookies = answer.headers().get_all("set-cookie").iter();
    let cookies = cookies.map(|cookie| cookie.to_str().unwrap().split(';').next().unwrap());
    cookies.collect::<Vec<_>>().join("; ")
}

/// security.md 34
#[tokio::test(flavor = "multi_thread")]
async fn s34_told_to_stop_in_mid_refresh_it_finishes_what_it_holds() {
    for backend in backends() {
        let fleet = Fleet::on(&backend).await;
        fleet.connect("shop", 5).await;
        let mut process = fleet.serve("data").await;
        let address = process.address().await;
        let http = reqwest::Client::builder()
            .redirect(reqwest::redirect::Policy::none())
            .no_proxy()
            .build()
            .unwrap();
        let cookie = sign_in(&http, &address).await;
        let live = http
            .get(format!("{address}/t/harbour/live"))
            .header("cookie", cookie)
            .send()
            .await
            .unwrap();
        assert_eq!(live.status(), 200);
        let mut live = live.bytes_stream();

        let all: Vec<_> = (0..5)
            .map(|number| fleet.simulator.account(&format!("shop-{number}")))
            .collect();
        all.iter().for_each(|shop| {
            shop.hold(Endpoint::Token);
        });
        fleet.fall_due().await;
        let at = fleet.simulator.wait_until(5, |call| call.is_refresh());
        assert_eq!(at.await.len(), 5);
        process.signal(Signal::TERM);
        process.says("Mooring finishes what it holds").await;
        // The stream ends while the refreshes still wait for Gorgias.
        while let Some(event) = live.next().await {
            event.unwrap();
        }
        assert_eq!(fleet.leases().await.len(), 5);
        all.iter().for_each(|shop| {
            shop.release(Endpoint::Token);
        });
        assert!(process.ended().await.success(), "{:#?}", process.log());
        process.says("Mooring has stopped").await;
        assert_eq!(process.complaints(&["WARN", "ERROR"]), [""; 0]);

        for held in fleet.assert_whole().await {
            assert_eq!(held.token_version, 2, "{} is stored", held.subdomain);
        }
        assert!(fleet.calls().values().all(|calls| *calls == 1));
    }
}
