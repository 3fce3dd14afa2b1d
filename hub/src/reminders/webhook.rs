//! A reminder as a call to another program: JSON, with a time and a signature over both (HMAC-SHA-256).

use std::time::Duration;

use chrono::{DateTime, Utc};
use hmac::{Hmac, Mac};
use serde_json::{Value, json};
use sha2::Sha256;
use zeroize::Zeroizing;

use super::NotSent;
use super::plan::Letter;
use crate::center::OpenError;
use crate::config::Webhook;
use crate::duties::Duty;

const TIME_MAX: Duration = Duration::from_secs(15);
const FAILED: NotSent = NotSent("reminder.webhook_failed");
const REFUSED: NotSent = NotSent("reminder.webhook_refused");

/// The program that hears of reminders.
pub(super) struct Listener {
    url: String,
    secret: Zeroizing<String>,
    http: reqwest::Client,
}

impl Listener {
    pub(super) fn new(webhook: &Webhook) -> Result<Listener, OpenError> {
        // A redirect would take the signed words elsewhere, and a proxy from the environment would read them.
        let http = reqwest::Client::builder()
            .no_proxy()
            .redirect(reqwest::redirect::Policy::none())
            .timeout(TIME_MAX)
            .build();
        Ok(Listener {
            url: webhook.url.clone(),
            secret: super::secret::read(&webhook.secret_file)?,
            http: http.map_err(|e| OpenError::new("reminder.webhook_failed", e))?,
        })
    }

    pub(super) async fn tell(&self, letter: &Letter<'_>, now: DateTime<Utc>) -> Result<(), NotSent> {
        let body = document(letter, now).to_string();
        let time = now.timestamp().to_string();
        let request = self
            .http
            .post(&self.url)
            .header("content-type", "application/json")
            .header("x-taxhub-timestamp", &time)
            .header("x-taxhub-signature", signature(&self.secret, &time, &body))
            .body(body);
        match request.send().await {
            Ok(answer) if answer.status().is_success() => Ok(()),
            Ok(answer) => {
                tracing::warn!(status = answer.status().as_u16(), "a reminder was not taken");
                Err(REFUSED)
            }
            Err(error) => {
                // Its words hold the address, which may be a capability.
                tracing::error!(error = %error.without_url(), "a reminder was not heard");
                Err(FAILED)
            }
        }
    }
}

/// `sha256=` and the hex of HMAC-SHA-256 over `<timestamp>.<body>`: an old call cannot be played again with a new time.
fn signature(secret: &str, time: &str, body: &str) -> String {
    // A key of any length is fine for HMAC.
    let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(secret.as_bytes()) else {
        return String::new();
    };
    for part in [time, ".", body] {
        mac.update(part.as_bytes());
    }
    format!("sha256={}", hex::encode(mac.finalize().into_bytes()))
}

fn document(letter: &Letter<'_>, now: DateTime<Utc>) -> Value {
    let duty = |duty: &&Duty| {
        json!({
            "feed": duty.slot.feed,
            "department": duty.department,
            "period": duty.slot.period,
            "unit": duty.slot.unit,
            "due": duty.due,
            "state": duty.state,
            "late_workdays": duty.late_workdays,
        })
    };
    json!({
        "kind": "reminder",
        "stage": letter.stage.as_str(),
        "at": now.to_rfc3339_opts(chrono::SecondsFormat::Secs, true),
        "duties": letter.duties.iter().map(duty).collect::<Vec<_>>(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_signature_is_that_of_any_other_program() {
        // echo -n '1773108000.{"a":1}' | openssl dgst -sha256 -hmac hush
        assert_eq!(
            signature("hush", "1773108000", "{\"a\":1}"),
            "sha256=9c0f2f147ce710fadf44679b319205d5782ab6654987e4707f12b87a066536cc"
        );
    }
}
