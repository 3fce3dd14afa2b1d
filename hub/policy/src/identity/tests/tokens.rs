//! Bearer tokens, and how long a session may go on.

use super::*;

#[tokio::test]
async fn a_session_ends_when_the_account_changes() {
    let door = Door::new().await;
    let token = door.token(TokenKind::Session).await;
    let signed_in = door.identity.bearer(&token.secret).await.unwrap();
    assert!(door.identity.still_valid(&signed_in).await.unwrap());
    let promoted = Account {
        role: Role::AnalystPrefecture,
        ..door.account().await
    };
    door.store.put_account(&promoted).await.unwrap();
    assert!(!door.identity.still_valid(&signed_in).await.unwrap());
    assert_eq!(
        door.identity
            .bearer(&token.secret)
            .await
            .unwrap()
            .principal()
            .role(),
        promoted.role
    );
}

#[tokio::test]
async fn a_token_signs_in_until_it_expires_or_is_signed_out() {
    let door = Door::new().await;
    for kind in [TokenKind::Session, TokenKind::Access] {
        let token = door.token(kind).await;
        let signed_in = door.identity.bearer(&token.secret).await.unwrap();
        assert_eq!(
            (signed_in.token_id(), signed_in.expires_at()),
            (Some(&*token.id), Some(token.expires_at))
        );
        assert!(door.identity.sign_out(&signed_in).await.unwrap());
        assert!(!door.identity.sign_out(&signed_in).await.unwrap());
        assert_eq!(
            door.identity.bearer(&token.secret).await.unwrap_err(),
            SignInRefusal::Wrong
        );
        assert!(!door.identity.still_valid(&signed_in).await.unwrap());
        let token = door.token(kind).await;
        let signed_in = door.identity.bearer(&token.secret).await.unwrap();
        door.wait(TimeDelta::hours(1));
        assert_eq!(
            door.identity.bearer(&token.secret).await.unwrap_err(),
            SignInRefusal::Wrong
        );
        assert!(!door.identity.still_valid(&signed_in).await.unwrap());
    }
}

#[tokio::test]
async fn lives_are_cut_to_the_maximum() {
    let door = Door::new().await;
    let account = door.account().await;
    for (kind, life_max) in [
        (TokenKind::Session, TimeDelta::hours(12)),
        (TokenKind::Access, TimeDelta::days(90)),
    ] {
        let token = door
            .identity
            .issue_token(&account, kind, TimeDelta::days(10_000))
            .await
            .unwrap();
        assert_eq!(token.expires_at, now() + life_max);
    }
}

#[tokio::test]
async fn no_changed_token_signs_in_and_the_store_holds_none() {
    let door = Door::new().await;
    let token = door.token(TokenKind::Access).await;
    let text = token.secret.as_str();
    assert!(text.starts_with(&format!("thx_{}_", token.id)));
    for at in 0..text.len() {
        assert!(door.identity.bearer(&text[..at]).await.is_err());
        let mut bytes = text.as_bytes().to_vec();
        bytes[at] ^= 1;
        assert!(
            door.identity
                .bearer(&String::from_utf8(bytes).unwrap())
                .await
                .is_err()
        );
    }
    assert!(door.identity.bearer(&text.to_uppercase()).await.is_err());
    assert!(door.identity.bearer(&format!("{text} ")).await.is_err());
    let stored = door.store.token_by_id(&token.id).await.unwrap().unwrap();
    let secret = text.rsplit('_').next().unwrap();
    assert_ne!(hex::encode(stored.secret_sha256), secret);
    let printed = format!("{token:?} {stored:?}");
    assert!(!printed.contains(secret) && !printed.contains(&hex::encode(stored.secret_sha256)));
}
