//! An authenticator of passkeys in software. Each of its properties can be changed,
//! so that tests can play devices that are wrong, copied or stolen.

use aws_lc_rs::{
    rand::SystemRandom,
    signature::{ECDSA_P256_SHA256_ASN1_SIGNING, EcdsaKeyPair, KeyPair},
};
use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

const PRESENT: u8 = 0x01;
const VERIFIED: u8 = 0x04;
/// The passkey is in a backup, which can only be if it may be.
const BACKED_UP: u8 = 0x10;
const NEW_KEY: u8 = 0x40;

/// A device with one passkey.
pub struct PasskeyDevice {
    key: EcdsaKeyPair,
    /// How the passkey is called.
    pub credential_id: Vec<u8>,
    /// The person's id, as the passkey brings it.
    pub user_handle: Vec<u8>,
    /// The origin of the page that asks.
    pub origin: String,
    /// The domain that the passkey belongs to.
    pub domain: String,
    /// How often it was used; 0 if it doesn't count.
    pub counter: u32,
    /// Whether it verifies the person.
    pub verifies: bool,
    /// Whether the person touched it.
    pub is_present: bool,
    /// Whether the page that asks stands in another site's frame.
    pub is_framed: bool,
    /// Whether it says that it is in a backup, and that it can't be.
    pub is_copied: bool,
    /// The algorithm that it names for a new passkey, as CBOR: ES256.
    pub algorithm: &'static [u8],
}

impl PasskeyDevice {
    /// A device without a passkey yet, with a browser at this origin.
    pub fn at(origin: &str) -> Self {
        let host = origin.split_once("://").unwrap().1;
        let key = EcdsaKeyPair::generate(&ECDSA_P256_SHA256_ASN1_SIGNING).unwrap();
        let digest = Sha256::digest(key.public_key().as_ref());
        Self {
            key,
            credential_id: digest.to_vec(),
            user_handle: Vec::new(),
            origin: origin.to_owned(),
            domain: host.split(':').next().unwrap().to_owned(),
            counter: 0,
            verifies: true,
            is_present: true,
            is_framed: false,
            is_copied: false,
            algorithm: b"\x26",
        }
    }

    /// Makes the passkey that the options ask for; gives the browser's answer.
    pub fn make(&mut self, options: &str) -> String {
        let options: Value = serde_json::from_str(options).unwrap();
        let user = options["user"]["id"].as_str().unwrap();
        self.user_handle = BASE64_URL_SAFE_NO_PAD.decode(user).unwrap();
        let mut data = self.data(NEW_KEY);
        data.extend([0; 16]); // No model is named.
        data.extend(
            u16::try_from(self.credential_id.len())
                .unwrap()
                .to_be_bytes(),
        );
        data.extend(&self.credential_id);
        data.extend(self.cose_key());
        // {"fmt": "none", "attStmt": {}, "authData": …} as CBOR (RFC 8949)
        let mut object = b"\xa3\x63fmt\x64none\x67attStmt\xa0\x68authData\x59".to_vec();
        object.extend(u16::try_from(data.len()).unwrap().to_be_bytes());
        object.extend(data);
        let client = self.client_data("webauthn.create", &options);
        self.credential(&json!({
            "clientDataJSON": encode(client.as_bytes()),
            "attestationObject": encode(&object),
            "transports": ["internal"],
        }))
    }

    /// Signs the challenge of the options; gives the browser's answer.
    pub fn answer(&self, options: &str) -> String {
        let options: Value = serde_json::from_str(options).unwrap();
        let data = self.data(0);
        let client = self.client_data("webauthn.get", &options);
        let signed = [data.as_slice(), &Sha256::digest(&client)].concat();
        let signature = self.key.sign(&SystemRandom::new(), &signed).unwrap();
        self.credential(&json!({
            "clientDataJSON": encode(client.as_bytes()),
            "authenticatorData": encode(&data),
            "signature": encode(signature.as_ref()),
            "userHandle": encode(&self.user_handle),
        }))
    }

    /// Authenticator data (WebAuthn 6.1).
    fn data(&self, flags: u8) -> Vec<u8> {
        let bits = [
            (self.is_present, PRESENT),
            (self.verifies, VERIFIED),
            (self.is_copied, BACKED_UP),
        ];
        let set = bits.into_iter().filter(|(is, _)| *is);
        let mut data = Sha256::digest(&self.domain).to_vec();
        data.push(set.fold(flags, |all, (_, bit)| all | bit));
        data.extend(self.counter.to_be_bytes());
        data
    }

    /// The public key as COSE: EC2, ES256, P-256, x and y (RFC 9053 7.1.1).
    fn cose_key(&self) -> Vec<u8> {
        let point = &self.key.public_key().as_ref()[1..];
        let (x, y) = point.split_at(32);
        let head: &[u8] = b"\xa5\x01\x02\x03";
        let curve: &[u8] = b"\x20\x01\x21\x58\x20";
        [head, self.algorithm, curve, x, b"\x22\x58\x20", y].concat()
    }

    fn client_data(&self, kind: &str, options: &Value) -> String {
        json!({
            "type": kind,
            "challenge": options["challenge"],
            "origin": self.origin,
            "crossOrigin": self.is_framed,
        })
        .to_string()
    }

    fn credential(&self, response: &Value) -> String {
        let id = encode(&self.credential_id);
        json!({
            "id": id,
            "rawId": id,
            "type": "public-key",
            "response": response,
            "clientExtensionResults": {},
            "authenticatorAttachment": "platform",
        })
        .to_string()
    }
}

fn encode(bytes: &[u8]) -> String {
    BASE64_URL_SAFE_NO_PAD.encode(bytes)
}
