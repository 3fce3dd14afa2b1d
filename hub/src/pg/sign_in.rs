//! From the first message to a session: SCRAM-SHA-256 with an access token, nothing else. No password of a person, no
//! clear text, no trust in the address.

use bytes::Bytes;
use pgwire::api::auth::{ServerParameterProvider, finish_authentication, protocol_negotiation};
use pgwire::api::{ClientInfo, PgWireConnectionState, PidSecretKeyGenerator, RandomPidSecretKeyGenerator};
use pgwire::messages::startup::{Authentication, PasswordMessageFamily, Startup};
use pgwire::messages::{PgWireBackendMessage, PgWireFrontendMessage};
use policy::{SignedIn, Via};
use std::collections::HashMap;

use super::House;
use super::refused::{Failure, protocol};
use super::session::Session;
use super::settings::{SERVER_VERSION, Settings};
use super::wire::{Wire, read_calmly};
use crate::front::{Attempt, Caller, Problem, RequestId, Sitting};

const MECHANISM: &str = "SCRAM-SHA-256";

/// Process numbers of all connections of this process.
static KEYS: std::sync::LazyLock<RandomPidSecretKeyGenerator> = std::sync::LazyLock::new(Default::default);

/// What came of the first messages.
pub(super) enum Start {
    Session(Box<Session>),
    /// It was a cancel request, and has been passed on.
    Cancelled,
}

pub(super) async fn start(wire: &mut Wire, house: &House, client: &str) -> Result<Start, Failure> {
    let startup = match wire.next().await? {
        Some(PgWireFrontendMessage::Startup(startup)) => startup,
        Some(PgWireFrontendMessage::CancelRequest(request)) => {
            house.cancels.cancel(request.pid, request.secret_key.to_bytes());
            return Ok(Start::Cancelled);
        }
        Some(_) => return Err(Failure::Fatal(protocol())),
        None => return Err(Failure::Gone),
    };
    protocol_negotiation(&mut wire.frames, &startup).await?;
    let name = startup.parameters.get("user").cloned().unwrap_or_default();
    let settings = settings(&startup).map_err(Failure::Fatal)?;
    let attempt = Attempt {
        name,
        client: client.to_owned(),
        via: Via::Postgres,
        request_id: RequestId::new(),
    };
    let signed_in = scram(wire, house, &attempt).await;
    let outcome = match &signed_in {
        Ok(_) => "done",
        Err(Failure::Fatal(problem)) if problem.status == 429 => "backoff",
        Err(Failure::Fatal(_) | Failure::Statement(_)) => "refused",
        Err(Failure::Gone) => "gone",
    };
    house.metrics.sign_ins.add(&["pg", outcome], 1);
    let caller = Caller {
        signed_in: signed_in?,
        purpose: settings.purpose().cloned(),
        as_of: settings.as_of(),
        via: Via::Postgres,
        client: attempt.client,
        request_id: attempt.request_id,
        sitting: Sitting::default(),
    };
    let (pid, secret) = KEYS.generate(&wire.frames);
    let place = house.cancels.register(pid, secret.to_bytes());
    wire.frames.set_pid_and_secret_key(pid, secret);
    let parameters = Parameters {
        user: attempt.name,
        settings: settings.clone(),
    };
    finish_authentication(&mut wire.frames, &parameters).await?;
    Ok(Start::Session(Box::new(Session::new(
        caller,
        settings,
        place,
        house.settings.kept_max,
    ))))
}

async fn scram(wire: &mut Wire, house: &House, attempt: &Attempt) -> Result<SignedIn, Failure> {
    wire.expect(PgWireConnectionState::AuthenticationInProgress);
    wire.put(PgWireBackendMessage::Authentication(Authentication::SASL(vec![
        MECHANISM.to_owned(),
    ])))
    .await?;
    wire.flush().await?;
    let first = password_message(wire).await?;
    let first = read_calmly(|| first.into_sasl_initial_response())??;
    if first.auth_method != MECHANISM {
        return Err(Failure::Fatal(Problem::new(401, "28000", "pg.mechanism")));
    }
    let client_first = text(first.data.unwrap_or_default())?;
    let begun = wire.wait(house.front.scram(attempt, &client_first)).await?;
    let (exchange, server_first) = begun.map_err(Failure::Fatal)?;
    wire.put(PgWireBackendMessage::Authentication(
        Authentication::SASLContinue(server_first.into()),
    ))
    .await?;
    wire.flush().await?;
    let last = password_message(wire).await?;
    let client_final = text(read_calmly(|| last.into_sasl_response())??.data)?;
    let finished = wire
        .wait(house.front.scram_finish(attempt, exchange, &client_final))
        .await?;
    let (signed_in, server_final) = finished.map_err(Failure::Fatal)?;
    wire.put(PgWireBackendMessage::Authentication(Authentication::SASLFinal(
        server_final.into(),
    )))
    .await?;
    Ok(signed_in)
}

async fn password_message(wire: &mut Wire) -> Result<PasswordMessageFamily, Failure> {
    match wire.next().await? {
        Some(PgWireFrontendMessage::PasswordMessageFamily(message)) => Ok(message),
        Some(PgWireFrontendMessage::Terminate(_)) | None => Err(Failure::Gone),
        Some(_) => Err(Failure::Fatal(protocol())),
    }
}

fn text(bytes: Bytes) -> Result<String, Failure> {
    String::from_utf8(bytes.into()).map_err(|_| Failure::Fatal(protocol()))
}

/// Settings from the startup message: parameters of their own, or `options=-c name=value`. Unknown ones are left
/// aside, as drivers send what they like; only what is ours must be right.
fn settings(startup: &Startup) -> Result<Settings, Problem> {
    let mut settings = Settings::default();
    let options = startup
        .parameters
        .get("options")
        .map(String::as_str)
        .unwrap_or_default();
    let mut words = options.split_whitespace();
    let mut pairs: Vec<(&str, &str)> = Vec::new();
    while let Some(word) = words.next() {
        let pair = match word.strip_prefix("-c") {
            Some("") => words.next(),
            Some(rest) => Some(rest),
            None => word.strip_prefix("--"),
        };
        pairs.extend(pair.and_then(|pair| pair.split_once('=')));
    }
    pairs.extend(
        startup
            .parameters
            .iter()
            .map(|(name, value)| (name.as_str(), value.as_str())),
    );
    for (name, value) in pairs {
        let name = name.to_lowercase();
        match settings.set(&name, Some(value)) {
            Err(problem) if name.starts_with("taxhub.") || name == "client_encoding" => return Err(problem),
            _ => {}
        }
    }
    Ok(settings)
}

/// What drivers are told about us.
struct Parameters {
    user: String,
    settings: Settings,
}

impl ServerParameterProvider for Parameters {
    fn server_parameters<C: ClientInfo>(&self, _: &C) -> Option<HashMap<String, String>> {
        let fixed = [
            ("server_version", SERVER_VERSION),
            ("server_encoding", "UTF8"),
            ("client_encoding", "UTF8"),
            ("is_superuser", "off"),
            ("default_transaction_read_only", "on"),
            ("in_hot_standby", "off"),
            ("integer_datetimes", "on"),
            ("standard_conforming_strings", "on"),
            ("DateStyle", "ISO, YMD"),
            ("IntervalStyle", "postgres"),
            ("TimeZone", "Etc/UTC"),
            ("session_authorization", self.user.as_str()),
        ];
        let mut all: HashMap<String, String> = fixed
            .iter()
            .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
            .collect();
        if let Ok(name) = self.settings.show("application_name") {
            all.insert("application_name".to_owned(), name);
        }
        Some(all)
    }
}
