//! Signing in and out, and access tokens.

use std::time::Duration;

use axum::Json as JsonAnswer;
use axum::extract::State;
use axum::http::StatusCode;
use policy::{IssuedToken, SignedIn, Via};
use serde::Deserialize;
use serde_json::{Value, json};
use zeroize::Zeroizing;

use super::App;
use super::asked::{Asked, Client};
use super::json::Json;
use crate::front::{Attempt, Problem, SessionOpened};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Login {
    name: String,
    password: String,
}

pub(super) async fn login(
    State(app): State<App>,
    Client(client, request_id): Client,
    Json(Login { name, password }): Json<Login>,
) -> Result<JsonAnswer<Value>, Problem> {
    let password = Zeroizing::new(password);
    let attempt = Attempt {
        name,
        client,
        via: Via::Http,
        request_id,
    };
    let opened = app.front.sign_in(&attempt, &password).await;
    session(&app, opened)
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ChangePassword {
    name: String,
    password: String,
    new_password: String,
}

pub(super) async fn change_password(
    State(app): State<App>,
    Client(client, request_id): Client,
    Json(ChangePassword {
        name,
        password,
        new_password,
    }): Json<ChangePassword>,
) -> Result<JsonAnswer<Value>, Problem> {
    let (password, new) = (Zeroizing::new(password), Zeroizing::new(new_password));
    let attempt = Attempt {
        name,
        client,
        via: Via::Http,
        request_id,
    };
    let opened = app.front.change_password(&attempt, &password, &new).await;
    session(&app, opened)
}

/// Counts the attempt and shows the session.
fn session(app: &App, opened: Result<SessionOpened, Problem>) -> Result<JsonAnswer<Value>, Problem> {
    let outcome = match &opened {
        Ok(_) => "done",
        Err(problem) if problem.status == 429 => "backoff",
        Err(_) => "refused",
    };
    app.metrics.sign_ins.add(&["http", outcome], 1);
    let opened = opened?;
    let mut answer = token(&opened.token);
    if let Some(answer) = answer.as_object_mut() {
        answer.insert("account".to_owned(), person(&opened.signed_in));
    }
    Ok(JsonAnswer(answer))
}

pub(super) async fn logout(State(app): State<App>, Asked(caller): Asked) -> Result<StatusCode, Problem> {
    app.front.sign_out(&caller).await?;
    Ok(StatusCode::NO_CONTENT)
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct IssueToken {
    hours: Option<u32>,
}

pub(super) async fn issue_token(
    State(app): State<App>,
    Asked(caller): Asked,
    Json(IssueToken { hours }): Json<IssueToken>,
) -> Result<JsonAnswer<Value>, Problem> {
    let life = hours.map(|hours| Duration::from_secs(u64::from(hours) * 3_600));
    let issued = app.front.issue_access_token(&caller, life).await?;
    Ok(JsonAnswer(token(&issued)))
}

fn token(issued: &IssuedToken) -> Value {
    json!({ "token": issued.secret.as_str(), "expires_at": issued.expires_at })
}

/// What a person may know about their own account.
fn person(signed_in: &SignedIn) -> Value {
    let (principal, account) = (signed_in.principal(), signed_in.account());
    json!({
        "name": principal.person(),
        "display_name": account.display_name,
        "department": principal.department(),
        "role": principal.role(),
        "region": principal.region(),
        "purposes": principal.purposes(),
        "default_purpose": principal.default_purpose(),
    })
}
