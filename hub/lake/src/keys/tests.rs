//! Key files and tokens.

use std::fs;
use std::os::unix::fs::PermissionsExt;

use super::*;

#[test]
fn a_ring_is_made_once_and_read_back() {
    let dir = tempfile::tempdir().unwrap();
    let ring = KeyRing::load_or_create(&dir.path().join("keys")).unwrap();
    let again = KeyRing::load_or_create(&dir.path().join("keys")).unwrap();
    assert_eq!(ring.ids(), again.ids());
    assert_eq!(ring.ids().len(), 2);
    let token = |ring: &KeyRing| ring.tokenizer().domain("citizen_id").token("433199190001010000");
    assert_eq!(token(&ring), token(&again));
    for file in fs::read_dir(dir.path().join("keys")).unwrap() {
        assert_eq!(
            file.unwrap().metadata().unwrap().permissions().mode() & 0o777,
            0o600
        );
    }
}

#[test]
fn a_key_file_that_others_can_read_is_refused() {
    let dir = tempfile::tempdir().unwrap();
    KeyRing::load_or_create(dir.path()).unwrap();
    let file = fs::read_dir(dir.path()).unwrap().next().unwrap().unwrap().path();
    fs::set_permissions(&file, fs::Permissions::from_mode(0o640)).unwrap();
    assert_eq!(
        KeyRing::load_or_create(dir.path()).map(|_| ()),
        Err(LakeError::Keys)
    );
}

#[test]
fn a_damaged_missing_or_second_token_key_is_refused() {
    let damage: [fn(&Path); 3] = [
        |path| {
            let line = fs::read_to_string(path).unwrap();
            let (rest, digits) = line.trim_end().rsplit_once(' ').unwrap();
            let first = if digits.starts_with('0') { "1" } else { "0" };
            fs::write(path, format!("{rest} {first}{}\n", &digits[1..])).unwrap();
        },
        |path| fs::remove_file(path).unwrap(),
        |path| {
            let other = tempfile::tempdir().unwrap();
            KeyRing::load_or_create(other.path()).unwrap();
            let second = token_file(other.path());
            fs::copy(&second, path.with_file_name(second.file_name().unwrap())).unwrap();
        },
    ];
    for damage in damage {
        let dir = tempfile::tempdir().unwrap();
        KeyRing::load_or_create(dir.path()).unwrap();
        damage(&token_file(dir.path()));
        assert_eq!(
            KeyRing::load_or_create(dir.path()).map(|_| ()),
            Err(LakeError::Keys)
        );
    }
}

fn token_file(dir: &Path) -> std::path::PathBuf {
    let mut files = fs::read_dir(dir).unwrap().map(|entry| entry.unwrap().path());
    files
        .find(|path| path.file_name().unwrap().to_str().unwrap().starts_with("token-"))
        .unwrap()
}

#[test]
fn the_debug_form_shows_ids_and_no_key() {
    let dir = tempfile::tempdir().unwrap();
    let ring = KeyRing::load_or_create(dir.path()).unwrap();
    let shown = format!("{ring:?} {:?} {:?}", ring.tokenizer(), ring.newest());
    for key in [ring.newest(), &ring.0.token] {
        assert!(shown.contains(key.id()));
        assert!(!shown.contains(&hex::encode(key.bytes())));
    }
}

#[test]
fn tokens_are_26_base32_characters_that_differ_by_domain_key_and_value() {
    let ring = |byte| KeyRing::new(vec![key(1)], key(byte)).unwrap().tokenizer();
    let token = |ring: &Tokenizer, domain, value| ring.domain(domain).token(value);
    let one = ring(2);
    // Computed apart from this code: HMAC-SHA256 and RFC 4648 base32, cut to 26.
    assert_eq!(
        token(&one, "citizen_id", "433199190001010000"),
        "oazhg44c5don373xemyfypyiwz"
    );
    let tokens = [
        token(&one, "citizen_id", "433199190001010000"),
        token(&one, "citizen_id", "433199190001010001"),
        token(&one, "bank_card", "433199190001010000"),
        token(&ring(3), "citizen_id", "433199190001010000"),
        token(&one, "citizen_id", ""),
    ];
    for (i, token) in tokens.iter().enumerate() {
        assert_eq!(token.len(), TOKEN_LENGTH);
        assert!(
            token
                .bytes()
                .all(|b| b.is_ascii_lowercase() || (b'2'..=b'7').contains(&b))
        );
        assert!(!tokens[..i].contains(token));
    }
}

fn key(byte: u8) -> Key {
    Key::new(Zeroizing::new([byte; 32]))
}

#[test]
fn one_person_has_one_domain_whatever_the_field_is_called() {
    let contract = schemas::Contract::from_yaml(include_str!("../feed/tests/sample.yaml")).unwrap();
    assert_eq!(token_domain(contract.field("owner_id").unwrap()), "citizen_id");
    assert_eq!(token_domain(contract.field("account_no").unwrap()), "account_no");
}
