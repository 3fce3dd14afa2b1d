//! SCRAM against published vectors, and against clients that do not keep to the rules.

use super::*;

const CLIENT_FIRST: &str = "n,,n=user,r=rOprNGfwEbeRWgbNEkqO";
const SERVER_NONCE: &str = "%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0";
const CLIENT_FINAL: &str = "c=biws,r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,\
    p=dHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVQ=";

/// The user `user` with the password `pencil` of RFC 7677 section 3.
fn pencil() -> ScramVerifier {
    derive_verifier(
        "pencil",
        &STANDARD.decode("W22ZaJ0SNY7soEsUEjb6gQ==").unwrap(),
        4096,
    )
}

fn started() -> Conversation {
    Conversation::start(CLIENT_FIRST, SERVER_NONCE, pencil())
        .unwrap()
        .0
}

#[test]
fn the_exchange_of_rfc_7677_is_reproduced() {
    let (conversation, server_first) = Conversation::start(CLIENT_FIRST, SERVER_NONCE, pencil()).unwrap();
    let expected = "r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096";
    assert_eq!(server_first, expected);
    let server_final = conversation.finish(CLIENT_FINAL).unwrap();
    assert_eq!(
        server_final.as_deref(),
        Some("v=6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4=")
    );
}

/// RFC 7914 section 11 (first block), and for HMAC-SHA-1's RFC 6070 inputs the widely published SHA-256 values.
#[test]
fn salted_passwords_are_those_of_published_pbkdf2_vectors() {
    let vectors = [
        (
            "passwd",
            "salt",
            1,
            "55ac046e56e3089fec1691c22544b605f94185216dde0465e68b9d57c20dacbc",
        ),
        (
            "Password",
            "NaCl",
            80_000,
            "4ddcd8f60b98be21830cee5ef22701f9641a4418d04c0414aeff08876b34ab56",
        ),
        (
            "password",
            "salt",
            1,
            "120fb6cffcf8b32c43e7225256c4f837a86548c92ccc35480805987cb70be17b",
        ),
        (
            "password",
            "salt",
            2,
            "ae4d0c95af6b46d32d0adff928f06dd02a303f8ef3c251dfd6e2d85a95474c43",
        ),
        (
            "password",
            "salt",
            4096,
            "c5e478d59288c841aa530db6845c4c8d962893a001ce4e11a4963873aa98134a",
        ),
    ];
    for (password, salt, rounds, expected) in vectors {
        assert_eq!(
            hex::encode(salted_password(password, salt.as_bytes(), rounds)),
            expected
        );
    }
}

#[test]
fn an_empty_name_as_postgresql_clients_send_it_is_taken() {
    assert!(Conversation::start("n,,n=,r=abc", "def", pencil()).is_ok());
    assert!(Conversation::start("y,,n=*,r=abc", "def", pencil()).is_ok());
}

#[test]
fn a_first_message_that_is_not_one_is_refused() {
    let long = format!("n,,n=,r={}", "x".repeat(2_000));
    for message in [
        "",
        "n",
        "n,",
        "n,,",
        "n,,n=user",
        "n,,n=user,",
        "n,,n=user,r=",
        "n,,r=abc,n=user",
        "n,,n=user,r=a b",
        "n,,n=user,r=é",
        "n,,m=must,n=user,r=abc",
        "n,,n=user,r=abc,m=must",
        "n,,n=user,r=abc,",
        "n,a=admin,n=user,r=abc",
        "p=tls-server-end-point,,n=user,r=abc",
        "p=tls-unique,,n=user,r=abc",
        "x,,n=user,r=abc",
        &long,
    ] {
        assert!(
            Conversation::start(message, "def", pencil()).is_err(),
            "{message}"
        );
    }
}

#[test]
fn every_truncation_of_the_last_message_is_refused() {
    for length in 0..CLIENT_FINAL.len() {
        assert_ne!(
            started().finish(&CLIENT_FINAL[..length]).ok().flatten().is_some(),
            true,
            "{length}"
        );
    }
}

#[test]
fn every_changed_character_of_the_last_message_is_refused() {
    for at in 0..CLIENT_FINAL.len() {
        for change in [1, 2, 32] {
            let mut bytes = CLIENT_FINAL.as_bytes().to_vec();
            bytes[at] ^= change;
            let message = String::from_utf8(bytes).unwrap();
            assert!(!matches!(started().finish(&message), Ok(Some(_))), "{message}");
        }
    }
}

#[test]
fn a_last_message_of_another_exchange_is_refused() {
    let (other, _) = Conversation::start(
        CLIENT_FIRST,
        "another server nonce".split(' ').next().unwrap(),
        pencil(),
    )
    .unwrap();
    assert_eq!(other.finish(CLIENT_FINAL), Err(Malformed));
}

#[test]
fn whoever_changes_the_flags_on_the_way_is_found_out() {
    // The client said `y` (it could bind to the channel), somebody made it `n`; the client repeats what it said.
    let said = CLIENT_FINAL.replace("c=biws", &format!("c={}", STANDARD.encode("y,,")));
    assert_eq!(started().finish(&said), Err(Malformed));
}

#[test]
fn a_wrong_password_is_a_wrong_proof_not_a_malformed_one() {
    let verifier = derive_verifier("pencils", &pencil().salt, 4096);
    let (conversation, _) = Conversation::start(CLIENT_FIRST, SERVER_NONCE, verifier).unwrap();
    assert_eq!(conversation.finish(CLIENT_FINAL), Ok(None));
}

#[test]
fn what_the_server_keeps_does_not_print_itself() {
    assert_eq!(
        format!("{:?} {:?}", pencil(), started()),
        "ScramVerifier(..) Conversation(..)"
    );
}
