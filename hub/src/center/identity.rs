//! Signing in and tokens, with every attempt on record.

use std::time::Duration;

use audit::{Act, ActKind, Closing, Outcome};
use chrono::TimeDelta;
use policy::{IssuedToken, ScramExchange, SignInRefusal, SignedIn, TokenKind};
use serde_json::json;

use super::Center;
use super::books::{act_of, act_of_stranger};
use crate::front::{Attempt, Caller, Problem, SessionOpened};

impl Center {
    pub(super) async fn open_session(
        &self,
        attempt: &Attempt,
        password: &str,
    ) -> Result<SessionOpened, Problem> {
        let tried = self
            .identity
            .sign_in(&attempt.name, password, &attempt.client)
            .await;
        let signed_in = self.recorded(attempt, tried, "password").await?;
        if self.first_sign_ins.is_pending(signed_in.account()).await? {
            return Err(Problem::new(403, "28000", "sign_in.change_password_first"));
        }
        self.session_for(signed_in).await
    }

    /// Replaces a password by a new one and opens a session: the only thing one-time credentials are good for.
    pub(super) async fn replace_password(
        &self,
        attempt: &Attempt,
        password: &str,
        new: &str,
    ) -> Result<SessionOpened, Problem> {
        let tried = self
            .identity
            .sign_in(&attempt.name, password, &attempt.client)
            .await;
        let signed_in = self.recorded(attempt, tried, "password").await?;
        if new == password {
            return Err(Problem::new(422, "22023", "sign_in.password_unchanged"));
        }
        let hash = self.identity.hash_password(new).await;
        let hash = hash.map_err(|refusal| Problem::new(422, "22023", refusal.code()))?;
        let account = policy::Account {
            password_hash: hash,
            ..signed_in.account().clone()
        };
        let act = Act {
            person: Some(attempt.name.clone()),
            client: Some(attempt.client.clone()),
            request_id: Some(attempt.request_id.to_string()),
            ..Act::new(ActKind::Account, json!({"act": "password"}))
        };
        self.books
            .around(act, self.first_sign_ins.finish(&account))
            .await??;
        self.session_for(signed_in).await
    }

    async fn session_for(&self, signed_in: SignedIn) -> Result<SessionOpened, Problem> {
        let life = TimeDelta::hours(self.config.sign_in.session_hours.into());
        let token = self
            .identity
            .issue_token(signed_in.account(), TokenKind::Session, life)
            .await;
        Ok(SessionOpened {
            signed_in,
            token: token.map_err(Problem::internal)?,
        })
    }

    pub(super) async fn close_session(&self, caller: &Caller) -> Result<(), Problem> {
        let ended = self
            .identity
            .sign_out(&caller.signed_in)
            .await
            .map_err(Problem::internal)?;
        if ended {
            let act = act_of(ActKind::SignIn, caller, json!({"act": "sign_out"}));
            self.books
                .record(act, Closing::new(Outcome::Done, json!({})))
                .await?;
        }
        Ok(())
    }

    pub(super) async fn access_token(
        &self,
        caller: &Caller,
        life: Option<Duration>,
    ) -> Result<IssuedToken, Problem> {
        let most = TimeDelta::days(self.config.sign_in.token_days_max.into());
        let life = life
            .and_then(|life| TimeDelta::from_std(life).ok())
            .map_or(most, |life| life.min(most));
        let act = act_of(
            ActKind::Account,
            caller,
            json!({"act": "issue_token", "hours": life.num_hours()}),
        );
        let account = caller.signed_in.account();
        let issued = self.identity.issue_token(account, TokenKind::Access, life);
        let token = self.books.around(act, issued).await?;
        token.map_err(Problem::internal)
    }

    pub(super) async fn person_behind(&self, token: &str) -> Result<SignedIn, Problem> {
        self.identity
            .bearer(token)
            .await
            .map_err(|refusal| problem(&refusal))
    }

    pub(super) async fn begin_scram(
        &self,
        attempt: &Attempt,
        client_first: &str,
    ) -> Result<(ScramExchange, String), Problem> {
        let begun = self
            .identity
            .scram_start(&attempt.name, client_first, &attempt.client)
            .await;
        match begun {
            Ok(begun) => Ok(begun),
            Err(refusal) => self.recorded(attempt, Err(refusal), "scram").await,
        }
    }

    pub(super) async fn end_scram(
        &self,
        attempt: &Attempt,
        exchange: ScramExchange,
        client_final: &str,
    ) -> Result<(SignedIn, String), Problem> {
        let tried = self.identity.scram_finish(exchange, client_final).await;
        let (signed_in, server_final) = self.recorded(attempt, tried, "scram").await?;
        if self.first_sign_ins.is_pending(signed_in.account()).await? {
            return Err(Problem::new(403, "28000", "sign_in.change_password_first"));
        }
        Ok((signed_in, server_final))
    }

    /// Writes the attempt down and hands on its result.
    async fn recorded<T>(
        &self,
        attempt: &Attempt,
        tried: Result<T, SignInRefusal>,
        how: &str,
    ) -> Result<T, Problem> {
        let found = self.accounts.account_by_name(&attempt.name).await.ok().flatten();
        let known = found.map(|account| account.name);
        let subject = json!({"act": "sign_in", "how": how, "via": attempt.via.as_str()});
        let act = act_of_stranger(known.as_deref(), &attempt.client, &attempt.request_id, subject);
        let closing = match &tried {
            Ok(_) => Closing::new(Outcome::Done, json!({})),
            Err(refusal) => Closing::new(Outcome::Denied, json!({"code": refusal.code()})),
        };
        self.books.record(act, closing).await?;
        tried.map_err(|refusal| problem(&refusal))
    }
}

fn problem(refusal: &SignInRefusal) -> Problem {
    let status = match refusal {
        SignInRefusal::Wrong | SignInRefusal::Malformed => 401,
        SignInRefusal::Backoff { .. } | SignInRefusal::Locked { .. } => 429,
        SignInRefusal::Unavailable => 503,
    };
    let problem = Problem::new(status, "28P01", refusal.code());
    match refusal.retry_after_s() {
        Some(seconds) => problem.with("seconds", seconds).retry_after(seconds),
        None => problem,
    }
}
