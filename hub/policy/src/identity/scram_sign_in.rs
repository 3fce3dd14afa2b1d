//! Sign-in by SCRAM, for psql and its kind. The password is the account's current access token; it is never sent.

use std::fmt;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use chrono::{DateTime, TimeDelta, Utc};

use super::account::{Account, ScramVerifier, StoredToken};
use super::backoff::Keys;
use super::principal::SignedIn;
use super::random_bytes;
use super::refusal::SignInRefusal;
use super::scram::{Conversation, hmac};
use super::sign_in::Identity;

/// Between the server's first message and the client's last.
const EXCHANGE_LIFE: TimeDelta = TimeDelta::seconds(60);

/// One exchange between the server's first message and the client's last. It is used up by `Identity::scram_finish`,
/// so a proof cannot be tried twice.
pub struct ScramExchange {
    conversation: Conversation,
    keys: Keys,
    /// Whom the proof would prove; `None` for a name without an access token.
    candidate: Option<(Account, StoredToken)>,
    ends_at: DateTime<Utc>,
}

impl fmt::Debug for ScramExchange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ScramExchange(..)")
    }
}

impl Identity {
    /// Begins SCRAM for the name of the startup message. Returns the exchange and the server's first message; for a
    /// name without an access token too, with a salt that is always the same for that name.
    pub async fn scram_start(
        &self,
        name: &str,
        client_first: &str,
        client: &str,
    ) -> Result<(ScramExchange, String), SignInRefusal> {
        let keys = Keys::new(name, client);
        keys.check(&*self.store, self.now()).await?;
        let account = self.store.account_by_name(name).await?;
        // Asked for unknown names too, so that both kinds of name take as many questions to the store.
        let account_id = account.as_ref().map_or("", |account| &account.id);
        let token = self.store.current_access_token(account_id).await?;
        let token = token.filter(|token| token.is_valid_at(self.now()));
        let verifier = token.as_ref().and_then(|token| token.scram.clone());
        let candidate = account.zip(token).filter(|_| verifier.is_some());
        let verifier = verifier.unwrap_or_else(|| self.disguise(name));
        let nonce = random_bytes::<18>().ok_or(SignInRefusal::Unavailable)?;
        let (conversation, server_first) =
            Conversation::start(client_first, &STANDARD.encode(nonce), verifier)
                .map_err(|_| SignInRefusal::Malformed)?;
        let ends_at = self.now() + EXCHANGE_LIFE;
        Ok((
            ScramExchange {
                conversation,
                keys,
                candidate,
                ends_at,
            },
            server_first,
        ))
    }

    /// Ends SCRAM. Returns who it is and the server's last message.
    pub async fn scram_finish(
        &self,
        exchange: ScramExchange,
        client_final: &str,
    ) -> Result<(SignedIn, String), SignInRefusal> {
        let ScramExchange {
            conversation,
            keys,
            candidate,
            ends_at,
        } = exchange;
        // Proofs that were collected beforehand and sent all at once meet the wait here.
        keys.check(&*self.store, self.now()).await?;
        let answered = conversation.finish(client_final);
        let proof = match &answered {
            Ok(Some(_)) if self.now() < ends_at => candidate,
            _ => None,
        };
        let (account, token) = proof.unzip();
        let account = match self.settle(&keys, account).await {
            Err(SignInRefusal::Wrong) if answered.is_err() => return Err(SignInRefusal::Malformed),
            settled => settled?,
        };
        let server_final = answered.ok().flatten().ok_or(SignInRefusal::Wrong)?;
        let token = token.map(|token| (token.id, token.expires_at));
        Ok((SignedIn::of(account, token), server_final))
    }

    /// A verifier that no password fits, the same for a name at any time.
    fn disguise(&self, name: &str) -> ScramVerifier {
        let part = |label: &[u8]| hmac(self.disguise_key.as_slice(), &[label, name.as_bytes()]);
        ScramVerifier {
            salt: part(b"salt\0").into_iter().take(16).collect(),
            iterations: self.settings.scram_iterations,
            stored_key: part(b"stored key\0"),
            server_key: part(b"server key\0"),
        }
    }
}
