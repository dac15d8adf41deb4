//! The mailbox's pages.

use crate::support::{World, world_with};
use simulator::SimulatorConfig;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};

const MAIL: &str = "From: Harbour <help@harbour.example>\r\nTo: ann@acme.example\r\n\
    Subject: Reconnect <acme>\r\nContent-Type: text/plain\r\n\r\n\
    Open http://127.0.0.1:1/r/token please\r\n.\r\n";

async fn send(world: &World, to: &str) {
    let address = world.simulator.mailbox().unwrap().address();
    let mut server = tokio::net::TcpStream::connect(address).await.unwrap();
    let talk = format!(
        "HELO me\r\nMAIL FROM:<help@harbour.example>\r\nRCPT TO:<{to}>\r\nDATA\r\n{MAIL}QUIT\r\n"
    );
    server.write_all(talk.as_bytes()).await.unwrap();
    let mut said = String::new();
    server.read_to_string(&mut said).await.unwrap();
    assert!(said.contains("250 2.0.0 taken"), "{said}");
}

async fn page(world: &World, path: &str) -> String {
    let url = format!("{}{path}", world.simulator.base_url());
    let answer = world.http.get(url).send().await.unwrap();
    assert_eq!(answer.status(), 200, "{path}");
    answer.text().await.unwrap()
}

async fn mailbox() -> World {
    world_with(SimulatorConfig {
        mail: Some(([127, 0, 0, 1], 0).into()),
        ..SimulatorConfig::default()
    })
    .await
}

#[tokio::test]
async fn a_mail_is_listed_and_read_in_each_form() {
    let world = mailbox().await;
    assert!(page(&world, "/mailbox").await.contains("No mail yet"));
    send(&world, "ann@acme.example").await;
    let newest = page(&world, "/mailbox").await;
    assert!(newest.contains("1 mail<"), "{newest}");
    assert!(newest.contains("Reconnect &lt;acme&gt;"));
    assert!(newest.contains("src=\"/mailbox/1/html\""));
    let text = page(&world, "/mailbox/1?as=text").await;
    assert!(text.contains("<a href=\"http://127.0.0.1:1/r/token\">"));
    let source = page(&world, "/mailbox/1?as=source").await;
    assert!(source.contains("Subject: Reconnect &lt;acme&gt;"));
    assert!(page(&world, "/mailbox?q=ACME").await.contains("1 mail<"));
    assert!(
        page(&world, "/mailbox?q=bergmann")
            .await
            .contains("No mail matches")
    );
}

#[tokio::test]
async fn mails_come_at_the_simulators_time() {
    let world = mailbox().await;
    world.simulator.freeze_time(1_795_344_067);
    send(&world, "ann@acme.example").await;
    world
        .simulator
        .advance(std::time::Duration::from_secs(86_400));
    let list = page(&world, "/mailbox").await;
    assert!(list.contains("Sun, 22 Nov 2026 10:41:07"), "{list}");
    assert!(list.contains("<span class=\"sub\">22 Nov</span>"), "{list}");
}
