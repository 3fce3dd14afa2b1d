//! SCRAM as psql speaks it, with the access token as password.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use sha2::{Digest, Sha256};

use super::super::scram::{hmac, salted_password};
use super::*;

const CLIENT_FIRST: &str = "n,,n=,r=0123456789abcdef";

/// The client's last message for a server's first, and the server's last that the client then expects.
fn answer(password: &str, server_first: &str) -> (String, String) {
    let mut fields = server_first.split(',').map(|field| &field[2..]);
    let (nonce, salt, rounds) = (
        fields.next().unwrap(),
        fields.next().unwrap(),
        fields.next().unwrap(),
    );
    let salted = salted_password(password, &STANDARD.decode(salt).unwrap(), rounds.parse().unwrap());
    let without_proof = format!("c=biws,r={nonce}");
    let said = format!("{},{server_first},{without_proof}", &CLIENT_FIRST[3..]);
    let client_key = hmac(&salted, &[b"Client Key"]);
    let signature = hmac(&Sha256::digest(client_key), &[said.as_bytes()]);
    let proof: Vec<u8> = client_key
        .iter()
        .zip(signature)
        .map(|(byte, mask)| byte ^ mask)
        .collect();
    let server_signature = hmac(&hmac(&salted, &[b"Server Key"]), &[said.as_bytes()]);
    let client_final = format!("{without_proof},p={}", STANDARD.encode(proof));
    (client_final, format!("v={}", STANDARD.encode(server_signature)))
}

impl Door {
    async fn start(&self, name: &str) -> Result<(ScramExchange, String), SignInRefusal> {
        self.identity.scram_start(name, CLIENT_FIRST, "10.0.0.1").await
    }

    async fn psql(&self, name: &str, password: &str) -> Result<SignedIn, SignInRefusal> {
        let (exchange, server_first) = self.start(name).await?;
        let (client_final, expected) = answer(password, &server_first);
        let (signed_in, server_final) = self.identity.scram_finish(exchange, &client_final).await?;
        assert_eq!(server_final, expected);
        Ok(signed_in)
    }
}

#[tokio::test]
async fn the_access_token_is_the_password_and_the_sign_in_password_is_not() {
    let door = Door::new().await;
    let session = door.token(TokenKind::Session).await;
    let access = door.token(TokenKind::Access).await;
    let signed_in = door.psql("tax.jishou", &access.secret).await.unwrap();
    assert_eq!(signed_in.principal().person(), "tax.jishou");
    assert_eq!(signed_in.token_id(), Some(&*access.id));
    for wrong in [
        PASSWORD,
        "",
        &session.secret,
        &access.secret[..access.secret.len() - 1],
    ] {
        assert_eq!(
            door.psql("tax.jishou", wrong).await.unwrap_err(),
            SignInRefusal::Wrong
        );
        door.wait(TimeDelta::seconds(60));
    }
}

#[tokio::test]
async fn a_new_access_token_replaces_the_former_one_and_expiry_ends_it() {
    let door = Door::new().await;
    let old = door.token(TokenKind::Access).await;
    let new = door.token(TokenKind::Access).await;
    assert_eq!(
        door.psql("tax.jishou", &old.secret).await.unwrap_err(),
        SignInRefusal::Wrong
    );
    assert!(door.identity.bearer(&old.secret).await.is_err());
    assert!(door.psql("tax.jishou", &new.secret).await.is_ok());
    door.wait(TimeDelta::hours(1));
    assert_eq!(
        door.psql("tax.jishou", &new.secret).await.unwrap_err(),
        SignInRefusal::Wrong
    );
}

#[tokio::test]
async fn names_that_do_not_exist_get_a_lasting_salt_of_their_own() {
    let door = Door::new().await;
    door.token(TokenKind::Access).await;
    let salt = async |name: &str| {
        let (_, server_first) = door.start(name).await.unwrap();
        server_first.split(',').nth(1).unwrap().to_owned()
    };
    let (known, nobody, other) = (
        salt("tax.jishou").await,
        salt("tax.nobody").await,
        salt("tax.other").await,
    );
    assert_eq!(known.len(), nobody.len());
    assert_eq!(nobody, salt("tax.nobody").await);
    assert_eq!(known, salt("tax.jishou").await);
    assert!(known != nobody && nobody != other);
    let shape = |first: &str| {
        first
            .split(',')
            .map(|field| (field[..2].to_owned(), field.len()))
            .collect::<Vec<_>>()
    };
    let (_, first) = door.start("tax.jishou").await.unwrap();
    let (_, fake) = door.start("tax.nobody").await.unwrap();
    assert_eq!(shape(&first), shape(&fake));
    // The same questions to the store, the same refusal at the end.
    door.store.take();
    assert_eq!(
        door.psql("tax.jishou", "wrong").await.unwrap_err(),
        SignInRefusal::Wrong
    );
    let asked = door.store.take();
    assert_eq!(
        door.psql("tax.nobody", "wrong").await.unwrap_err(),
        SignInRefusal::Wrong
    );
    assert_eq!(door.store.take(), asked);
}

#[tokio::test]
async fn a_proof_counts_for_its_own_exchange_within_a_minute() {
    let door = Door::new().await;
    let token = door.token(TokenKind::Access).await;
    let (exchange, server_first) = door.start("tax.jishou").await.unwrap();
    let (client_final, _) = answer(&token.secret, &server_first);
    let (other, _) = door.start("tax.jishou").await.unwrap();
    let replayed = door
        .identity
        .scram_finish(other, &client_final)
        .await
        .unwrap_err();
    assert_eq!(replayed, SignInRefusal::Malformed);
    let cut = door.start("tax.jishou").await.unwrap().0;
    let cut = door
        .identity
        .scram_finish(cut, &client_final[..20])
        .await
        .unwrap_err();
    assert_eq!(cut, SignInRefusal::Malformed);
    door.wait(TimeDelta::seconds(61));
    let late = door
        .identity
        .scram_finish(exchange, &client_final)
        .await
        .unwrap_err();
    assert_eq!(late, SignInRefusal::Wrong);
}

#[tokio::test]
async fn failures_over_scram_and_by_password_are_counted_together() {
    let door = Door::new().await;
    let token = door.token(TokenKind::Access).await;
    // Proofs collected beforehand do not slip through either.
    let (early, server_first) = door.start("tax.jishou").await.unwrap();
    for _ in 0..2 {
        assert_eq!(
            door.psql("tax.jishou", "wrong").await.unwrap_err(),
            SignInRefusal::Wrong
        );
    }
    assert_eq!(door.refusal("wrong").await, SignInRefusal::Wrong);
    let waits = SignInRefusal::Backoff { retry_after_s: 1 };
    assert_eq!(door.psql("tax.jishou", &token.secret).await.unwrap_err(), waits);
    assert_eq!(door.refusal(PASSWORD).await, waits);
    let (client_final, _) = answer(&token.secret, &server_first);
    assert_eq!(
        door.identity
            .scram_finish(early, &client_final)
            .await
            .unwrap_err(),
        waits
    );
}

#[tokio::test]
async fn a_token_of_one_account_does_not_open_another() {
    let door = Door::new().await;
    let token = door.token(TokenKind::Access).await;
    let other = account("tax.luxi", Role::AnalystCounty, "433122", &[]);
    door.store.put_account(&other).await.unwrap();
    door.identity
        .issue_token(&other, TokenKind::Access, TimeDelta::hours(1))
        .await
        .unwrap();
    assert_eq!(
        door.psql("tax.luxi", &token.secret).await.unwrap_err(),
        SignInRefusal::Wrong
    );
}
