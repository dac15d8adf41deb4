use super::*;
use crate::{host::random::SystemRandom, testing::hashes};
use futures::future::join_all;

const GOOD: &str = "correct horse battery staple";

fn secret(text: &str) -> SecretString {
    SecretString::from(text)
}

/// Hashes the password as typed, as was done before passwords were prepared.
async fn hash_as_typed(password: &str) -> String {
    let password = password.to_owned();
    tokio::task::spawn_blocking(move || {
        let hash: PasswordHash = argon2()
            .unwrap()
            .hash_password_with_salt(password.as_bytes(), &[7; 16])
            .unwrap();
        hash.to_string()
    })
    .await
    .unwrap()
}

#[tokio::test]
async fn a_password_gives_its_own_hash_and_no_other() {
    let one = hash(&SystemRandom, &secret(GOOD)).await.unwrap();
    let two = hash(&SystemRandom, &secret(GOOD)).await.unwrap();
    assert_ne!(one, two, "each has its own salt");
    assert!(one.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{one}");
    assert!(!one.contains("horse"));
    let verdict = verify(Some(one.clone()), &secret(GOOD)).await.unwrap();
    assert_eq!(verdict, Verdict::Right);
    let other = secret("correct horse battery stapl");
    let verdict = verify(Some(one), &other).await.unwrap();
    assert_eq!(verdict, Verdict::Wrong);
}

#[tokio::test]
async fn nobody_is_computed_in_full_and_always_wrong() {
    let nobody = PasswordHash::new(NOBODY).unwrap();
    let real = hash(&SystemRandom, &secret(GOOD)).await.unwrap();
    let real = PasswordHash::new(&real).unwrap();
    assert_eq!(
        nobody.params.to_string(),
        real.params.to_string(),
        "same work"
    );
    assert_eq!(nobody.hash.unwrap().len(), real.hash.unwrap().len());
    for password in ["", "nobody", GOOD, "mj\u{f6}lk"] {
        let verdict = verify(None, &secret(password)).await.unwrap();
        assert_eq!(verdict, Verdict::Wrong);
    }
}

/// security.md 49
#[tokio::test]
async fn s49_a_flood_of_passwords_is_shed_at_once() {
    static FEW: Seats = Seats::new(1, 3);
    let (done, may_go_on) = std::sync::mpsc::channel::<()>();
    let first = FEW.take(move || may_go_on.recv());
    let flood = async {
        let flood = join_all((0..20).map(|_| async {
            let shed = FEW.take(|| ()).await;
            matches!(shed, Err(InternalError::TooManyPasswords))
        }));
        // All but three are refused while the first still works.
        let release = async {
            tokio::task::yield_now().await;
            done.send(()).unwrap();
        };
        let (flood, ()) = tokio::join!(flood, release);
        flood.into_iter().filter(|shed| *shed).count()
    };
    let (first, shed) = tokio::join!(first, flood);
    assert!(first.unwrap().is_ok());
    assert_eq!(shed, 17);
    assert!(FEW.take(|| ()).await.is_ok(), "the queue is free again");
}

#[tokio::test]
async fn a_planted_text_is_no_hash() {
    let password = secret("planted in clear");
    for planted in [
        "",
        "planted in clear",
        "$argon2id$v=19$m=19456,t=2,p=1$bm9ib2R5IGlzIGhlcmUh",
    ] {
        let verdict = verify(Some(planted.into()), &password).await;
        assert!(!matches!(verdict, Ok(Verdict::Right)), "{planted}");
    }
}

/// security.md 50: with one hash for each sign-in at once, the memory would be full.
#[tokio::test]
async fn s50_two_hashes_are_computed_at_once() {
    let real = hash(&SystemRandom, &secret(GOOD)).await.unwrap();
    let password = secret(GOOD);
    let crowd = async {
        let right = join_all((0..4).map(|_| verify(Some(real.clone()), &password)));
        let unknown = join_all((0..4).map(|_| verify(None, &password)));
        let new = join_all((0..4).map(|_| hash(&SystemRandom, &password)));
        futures::join!(right, unknown, new)
    };
    let (_, seen) = hashes::seen(crowd).await;
    assert_eq!(seen.all, 12);
    assert!(seen.at_once <= 2, "{seen:?}");
}

/// security.md 88: macOS may send decomposed letters, and Option with the space
/// bar gives a no-break space.
#[tokio::test]
async fn s88_other_keyboards_give_the_same_password() {
    let composed = "mj\u{f6}lk t\u{e5}g paraply";
    let hashed = hash(&SystemRandom, &secret(composed)).await.unwrap();
    for typed in [
        composed,
        "mjo\u{308}lk ta\u{30a}g paraply",
        "mj\u{f6}lk\u{a0}t\u{e5}g\u{3000}paraply",
        "mj\u{f6}lk\u{202f}ta\u{30a}g paraply",
    ] {
        let verdict = verify(Some(hashed.clone()), &secret(typed)).await.unwrap();
        assert_eq!(verdict, Verdict::Right, "{typed}");
    }
    for other in [
        "mjolk tag paraply",
        "Mj\u{f6}lk t\u{e5}g paraply",
        "mj\u{f6}lk t\u{e5}g paraply ",
        "mj\u{f6}lkt\u{e5}gparaply",
        // Compatibility forms stay different letters (RFC 8265 has NFC, not NFKC).
        "\u{ff4d}j\u{f6}lk t\u{e5}g paraply",
    ] {
        let verdict = verify(Some(hashed.clone()), &secret(other)).await.unwrap();
        assert_eq!(verdict, Verdict::Wrong, "{other}");
    }
}

/// security.md 88: passwords that were hashed as typed are still accepted.
#[tokio::test]
async fn s88_passwords_hashed_as_typed_are_still_right() {
    let apart = "mjo\u{308}lk ta\u{30a}g paraply";
    let hashed = hash_as_typed(apart).await;
    let verdict = verify(Some(hashed.clone()), &secret(apart)).await.unwrap();
    assert_eq!(verdict, Verdict::RightAsTyped);
    let other = secret("mjo\u{308}lk ta\u{30a}g");
    let verdict = verify(Some(hashed), &other).await.unwrap();
    assert_eq!(verdict, Verdict::Wrong);
    let plain = hash_as_typed(GOOD).await;
    let (verdict, seen) = hashes::seen(verify(Some(plain), &secret(GOOD))).await;
    assert_eq!((verdict.unwrap(), seen.all), (Verdict::Right, 1));
}
