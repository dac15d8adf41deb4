use super::*;
use crate::{host::random::SystemRandom, vault::JournalKey};

fn key() -> JournalKey {
    JournalKey::for_tests(DataKeyId(Uuid::from_u128(3)))
}

fn full(token: usize, scopes: usize) -> Answer {
    let scope: Vec<String> = (0..scopes).map(|i| format!("{i:099}")).collect();
    Answer {
        bound: Bound {
            tenant: TenantId(Uuid::from_u128(1)),
            connection: ConnectionId(Uuid::from_u128(2)),
            version: 7,
        },
        at: Timestamp(1_800_000_000_000_000),
        in_use: true,
        who: Actor::Person {
            name: "Ann Lee".into(),
        },
        renewal: Renewal::Grant(Grant {
            access_token: SecretString::from("a".repeat(token)),
            refresh_token: Some(SecretString::from("r".repeat(token))),
            id_token: None,
            expires_in: Some(-1),
            jwt_exp: Some(1_800_086_400),
            jwt_iss: None,
            scope: Granted::read([scope.join(" ").as_str()]),
        }),
    }
}

fn header(slot: &[u8]) -> Header {
    match Header::read(slot) {
        Found::Entry(header) => header,
        Found::Free | Found::Nonsense => panic!("no entry"),
    }
}

#[test]
fn an_answer_comes_back_as_it_was() {
    let answer = full(900, 3);
    let slot = seal(&answer, &key(), &SystemRandom).unwrap();
    let back = open(&header(&slot), &key(), &slot).unwrap();
    assert_eq!(back.bound, answer.bound);
    assert_eq!((back.at, back.in_use), (answer.at, answer.in_use));
    assert_eq!(back.who, answer.who);
    let (Renewal::Grant(back), Renewal::Grant(grant)) = (back.renewal, answer.renewal) else {
        panic!("a grant");
    };
    assert_eq!(
        back.access_token.expose_secret(),
        grant.access_token.expose_secret()
    );
    assert_eq!(
        back.refresh_token.unwrap().expose_secret(),
        grant.refresh_token.unwrap().expose_secret()
    );
    assert_eq!(
        (back.expires_in, back.jwt_exp, back.scope),
        (grant.expires_in, grant.jwt_exp, grant.scope)
    );
}

#[test]
fn what_is_not_there_stays_away() {
    let mut answer = full(10, 1);
    if let Renewal::Grant(grant) = &mut answer.renewal {
        grant.refresh_token = None;
        grant.expires_in = None;
        grant.jwt_exp = None;
        grant.scope = Granted::NotTold;
    }
    answer.in_use = false;
    let slot = seal(&answer, &key(), &SystemRandom).unwrap();
    let back = open(&header(&slot), &key(), &slot).unwrap();
    assert!(!back.in_use);
    let Renewal::Grant(back) = back.renewal else {
        panic!("a grant");
    };
    assert!(back.refresh_token.is_none() && back.expires_in.is_none() && back.jwt_exp.is_none());
    assert_eq!(back.scope, Granted::NotTold);
}

#[test]
fn scopes_that_could_not_be_read_stay_unknown() {
    let answer = full(10, 0);
    let slot = seal(&answer, &key(), &SystemRandom).unwrap();
    let back = open(&header(&slot), &key(), &slot).unwrap();
    assert!(matches!(back.renewal, Renewal::Grant(grant) if grant.scope == Granted::Unreadable));
}

/// security.md 89
#[test]
fn s89_a_refresh_token_alone_comes_back() {
    let mut answer = full(10, 1);
    answer.renewal = Renewal::Leftover(Leftover {
        refresh_token: "rt".into(),
        issuers: vec![],
        why: Unavailable::NotJson,
    });
    let slot = seal(&answer, &key(), &SystemRandom).unwrap();
    let back = open(&header(&slot), &key(), &slot).unwrap();
    let Renewal::Leftover(back) = back.renewal else {
        panic!("a refresh token alone");
    };
    assert_eq!(back.refresh_token.expose_secret(), "rt");
}

/// Everything that 64 KiB of an answer can hold, for the actor with the longest name.
#[test]
fn the_longest_answer_fits_into_a_slot() {
    let mut answer = full(32 * 1024, 0);
    answer.who = Actor::ApiToken {
        name: "n".repeat(LONGEST_WHO - 40),
    };
    assert!(seal(&answer, &key(), &SystemRandom).unwrap().len() <= SLOT);
    answer.who = Actor::ApiToken {
        name: "n".repeat(100_000),
    };
    let slot = seal(&answer, &key(), &SystemRandom).unwrap();
    let back = open(&header(&slot), &key(), &slot).unwrap();
    assert_eq!(back.who, Actor::Worker);
}

#[test]
fn no_token_stands_in_it_in_clear() {
    let slot = seal(&full(64, 2), &key(), &SystemRandom).unwrap();
    for secret in ["aaaa", "rrrr", "Ann Lee"] {
        assert!(!slot.windows(secret.len()).any(|w| w == secret.as_bytes()));
    }
}

/// security.md 24: torn, moved to another connection, tenant or version, flipped
#[test]
fn s24_what_was_changed_does_not_open() {
    let slot = seal(&full(40, 1), &key(), &SystemRandom).unwrap();
    for at in 0..slot.len() {
        let mut other = slot.clone();
        other[at] ^= 1;
        let opened = match Header::read(&other) {
            // As in the program: with the key that the entry names.
            Found::Entry(header) => {
                open(&header, &JournalKey::for_tests(header.key), &other).is_some()
            }
            Found::Free | Found::Nonsense => false,
        };
        // Two bytes are not used.
        assert_eq!(opened, (10..12).contains(&at), "byte {at}");
        let mut torn = slot.clone();
        torn[at..].fill(0);
        if torn != slot {
            match Header::read(&torn) {
                Found::Entry(header) => assert!(open(&header, &key(), &torn).is_none()),
                Found::Free => assert_eq!(at, 0),
                Found::Nonsense => (),
            }
        }
    }
    let other = JournalKey::for_tests(DataKeyId(Uuid::from_u128(4)));
    assert!(open(&header(&slot), &other, &slot).is_none());
}
