//! Acts of administrators and stewards: accounts and agreements.

use axum::Json as JsonAnswer;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use policy::Draft;
use serde::Deserialize;
use serde_json::{Value, json};

use super::App;
use super::asked::Asked;
use super::json::Json;
use crate::front::{AgreementAct, NewPerson, Problem};

/// The one-time password is in this answer and nowhere else.
pub(super) async fn create_account(
    State(app): State<App>,
    Asked(caller): Asked,
    Json(person): Json<NewPerson>,
) -> Result<(StatusCode, JsonAnswer<Value>), Problem> {
    let (account, password) = app.front.admit(&caller, person).await?;
    let answer = json!({ "id": account.id, "name": account.name, "one_time_password": password.as_str() });
    Ok((StatusCode::CREATED, JsonAnswer(answer)))
}

pub(super) async fn propose(
    State(app): State<App>,
    Asked(caller): Asked,
    Json(draft): Json<Draft>,
) -> Result<(StatusCode, JsonAnswer<Value>), Problem> {
    let agreement = app
        .front
        .agreement_act(&caller, AgreementAct::Propose(Box::new(draft)))
        .await?;
    Ok((StatusCode::CREATED, JsonAnswer(agreement)))
}

pub(super) async fn approve(
    State(app): State<App>,
    Asked(caller): Asked,
    Path(id): Path<String>,
) -> Result<JsonAnswer<Value>, Problem> {
    Ok(JsonAnswer(
        app.front
            .agreement_act(&caller, AgreementAct::Approve { id })
            .await?,
    ))
}

pub(super) async fn activate(
    State(app): State<App>,
    Asked(caller): Asked,
    Path(id): Path<String>,
) -> Result<JsonAnswer<Value>, Problem> {
    Ok(JsonAnswer(
        app.front
            .agreement_act(&caller, AgreementAct::Activate { id })
            .await?,
    ))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Revoke {
    reason: String,
}

pub(super) async fn revoke(
    State(app): State<App>,
    Asked(caller): Asked,
    Path(id): Path<String>,
    Json(Revoke { reason }): Json<Revoke>,
) -> Result<JsonAnswer<Value>, Problem> {
    Ok(JsonAnswer(
        app.front
            .agreement_act(&caller, AgreementAct::Revoke { id, reason })
            .await?,
    ))
}
