//! What a provider says about a person.

use serde_json::{Map, Value};

/// The claims of an id_token or of a userinfo answer.
pub(crate) type Claims = Map<String, Value>;

/// What is taken over of a person.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Profile {
    /// A proven address.
    pub email: String,
    /// The name, or what stands before the @ of the address.
    pub name: String,
    /// The groups.
    pub groups: Vec<String>,
    /// The company that the account belongs to, which Google names by its domain.
    pub hosted_domain: Option<String>,
}

/// A person can't be taken over.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ProfileError {
    /// There is no address.
    #[error("the provider gave no e-mail address")]
    NoEmail,
    /// The provider doesn't say that the address is the person's.
    #[error("the provider doesn’t say that your e-mail address is verified")]
    EmailNotVerified,
}

/// More groups than that are not read.
const MOST_GROUPS: usize = 1_000;

/// What says whether the address is verified: the claim of OpenID Connect Core
/// 1.0, 5.1, and what Entra ID has in its place, which means that the owner of the
/// address's domain is verified.
const VERIFIED: [&str; 2] = ["email_verified", "xms_edov"];

/// Whether an answer lacks something that userinfo may have.
pub(crate) fn lacks(claims: &Claims, groups_claim: &str) -> bool {
    !claims.contains_key("email") || !says_if_verified(claims) || !claims.contains_key(groups_claim)
}

/// Whether the claims say if the address is verified.
fn says_if_verified(claims: &Claims) -> bool {
    VERIFIED.iter().any(|name| claims.contains_key(*name))
}

/// Adds what userinfo says to the signed claims, which count first. Whether an
/// address is verified belongs to that address: Okta, for one, says it in
/// userinfo alone, of an address that the id_token names as well.
pub(crate) fn add(claims: &mut Claims, more: Claims) {
    let other_address = claims
        .get("email")
        .is_some_and(|own| more.get("email") != Some(own));
    let known = other_address || says_if_verified(claims);
    for (name, value) in more {
        if !(known && VERIFIED.contains(&name.as_str())) {
            claims.entry(name).or_insert(value);
        }
    }
}

impl Profile {
    /// Reads the claims.
    pub fn read(claims: &Claims, groups_claim: &str) -> Result<Self, ProfileError> {
        let text = |name: &str| {
            let value = claims.get(name).and_then(Value::as_str).unwrap_or_default();
            let text: String = value.chars().filter(|c| !c.is_control()).collect();
            text.trim().chars().take(100).collect::<String>()
        };
        let email = claims.get("email").and_then(Value::as_str);
        let email = email.ok_or(ProfileError::NoEmail)?.to_owned();
        if !is_verified(claims) {
            return Err(ProfileError::EmailNotVerified);
        }
        let names = [text("name"), text("preferred_username")];
        let before_at = || email.split('@').next().unwrap_or_default().to_owned();
        let name = names.into_iter().find(|name| !name.is_empty());
        let groups = match claims.get(groups_claim) {
            Some(Value::String(one)) => vec![one.clone()],
            Some(Value::Array(list)) => list
                .iter()
                .take(MOST_GROUPS)
                .filter_map(|group| group.as_str().map(str::to_owned))
                .collect(),
            _ => Vec::new(),
        };
        Ok(Self {
            name: name.unwrap_or_else(before_at),
            email,
            groups,
            hosted_domain: Some(text("hd")).filter(|domain| !domain.is_empty()),
        })
    }
}

/// What the claim says that comes first in [`VERIFIED`].
fn is_verified(claims: &Claims) -> bool {
    let claim = VERIFIED.iter().find_map(|name| claims.get(*name));
    match claim {
        Some(Value::Bool(yes)) => *yes,
        // Some providers write all claims as texts or numbers.
        Some(Value::String(text)) => text == "true" || text == "1",
        Some(Value::Number(number)) => number.as_i64() == Some(1),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn read(claims: Value) -> Result<Profile, ProfileError> {
        Profile::read(claims.as_object().unwrap(), "groups")
    }

    #[test]
    fn only_a_verified_address_is_taken() {
        for yes in [json!(true), json!("true"), json!(1), json!("1")] {
            for claim in ["email_verified", "xms_edov"] {
                assert!(
                    read(json!({"email": "a@b.example", claim: yes})).is_ok(),
                    "{claim} {yes}"
                );
            }
        }
        for no in [
            json!(false),
            json!("false"),
            json!(null),
            json!("yes"),
            json!(0),
            json!([true]),
        ] {
            // A verified domain doesn't outweigh that the address is not verified.
            let claims = json!({"email": "a@b.example", "email_verified": no, "xms_edov": true});
            assert_eq!(read(claims), Err(ProfileError::EmailNotVerified), "{no}");
        }
        let missing = json!({"email": "a@b.example"});
        assert_eq!(read(missing), Err(ProfileError::EmailNotVerified));
        assert_eq!(
            read(json!({"email_verified": true})),
            Err(ProfileError::NoEmail)
        );
    }

    #[test]
    fn what_userinfo_says_of_an_address_counts_for_that_address_alone() {
        let both = |signed: Value, more: Value| {
            let mut claims = signed.as_object().unwrap().clone();
            let lacks = lacks(&claims, "groups");
            add(&mut claims, more.as_object().unwrap().clone());
            (lacks, Profile::read(&claims, "groups").map(|p| p.email))
        };
        let anna = || Ok("anna@b.example".to_owned());
        let refused = || Err(ProfileError::EmailNotVerified);
        let signed = json!({"email": "anna@b.example", "groups": []});
        // As Okta does it.
        let more = json!({"email": "anna@b.example", "email_verified": true});
        assert_eq!(both(signed.clone(), more), (true, anna()));
        let other = json!({"email": "eve@b.example", "email_verified": true});
        assert_eq!(both(signed.clone(), other), (true, refused()));
        let of_none = json!({"email_verified": true});
        assert_eq!(both(signed.clone(), of_none), (true, refused()));
        // What is signed counts, also against it.
        let denied = json!({"email": "anna@b.example", "xms_edov": false, "groups": []});
        let more = json!({"email": "anna@b.example", "email_verified": true});
        assert_eq!(both(denied, more), (false, refused()));
        let without = json!({"groups": []});
        let more = json!({"email": "anna@b.example", "email_verified": true});
        assert_eq!(both(without, more), (true, anna()));
    }

    #[test]
    fn groups_and_names_are_read_in_the_forms_that_are_sent() {
        let profile = |more: Value| {
            let mut claims = json!({"email": "anna@b.example", "email_verified": true});
            for (name, value) in more.as_object().unwrap() {
                claims[name] = value.clone();
            }
            read(claims).unwrap()
        };
        assert_eq!(profile(json!({"groups": "ops"})).groups, ["ops"]);
        assert_eq!(profile(json!({"groups": ["a", 1, "b"]})).groups, ["a", "b"]);
        assert_eq!(
            profile(json!({"groups": {"a": 1}})).groups,
            Vec::<String>::new()
        );
        assert_eq!(profile(json!({"name": " An\nna "})).name, "Anna");
        assert_eq!(
            profile(json!({"name": "", "preferred_username": "al"})).name,
            "al"
        );
        assert_eq!(profile(json!({})).name, "anna");
    }
}
