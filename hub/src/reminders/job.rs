//! The job that looks at the duties every few minutes and sends what is due to be sent.

use std::collections::BTreeMap;
use std::io;
use std::sync::Arc;
use std::time::Duration;

use audit::{Act, ActKind};
use chrono::{DateTime, Datelike, Utc};
use registry::ReminderOutcome;
use schemas::{Bilingual, FeedId, texts};
use serde_json::json;

use super::plan::{Letter, Rules, letters, may_send};
use super::smtp::Server;
use super::webhook::Listener;
use super::{Channel, Contacts, NotSent, mail, words};
use crate::center::{Center, OpenError};
use crate::config::Config;
use crate::front::Problem;

/// The ways out, opened once: a password that cannot be read stops the start, not the first reminder.
pub struct Post {
    contacts: Contacts,
    rules: Rules,
    every: Duration,
    from: String,
    page: String,
    server: Option<Server>,
    listener: Option<Listener>,
}

impl Post {
    /// `None` when nobody is to be reminded.
    pub fn open(config: &Config) -> Result<Option<Post>, OpenError> {
        let settings = &config.reminders;
        if !settings.is_on() {
            return Ok(None);
        }
        let contacts = Contacts::load(&settings.contacts_file)
            .map_err(|error| OpenError::new("hub.contacts_unusable", error))?;
        let (from, until) = settings
            .hours()
            .ok_or_else(|| OpenError::new("hub.contacts_unusable", "hours"))?;
        let server = match settings.mail.host.is_empty() {
            true => None,
            false => Some(Server::new(&settings.mail)?),
        };
        let listener = match settings.webhook.url.is_empty() {
            true => None,
            false => Some(Listener::new(&settings.webhook)?),
        };
        Ok(Some(Post {
            contacts,
            rules: Rules {
                from,
                until,
                soon_workdays: config.duties.soon_workdays,
                escalate_workdays: settings.escalate_workdays,
                attempts_max: settings.attempts_max,
            },
            every: Duration::from_secs(u64::from(settings.every_minutes) * 60),
            from: settings.mail.from.clone(),
            page: settings.page_url.clone(),
            server,
            listener,
        }))
    }

    fn channels(&self) -> Vec<Channel> {
        let mail = self.server.is_some().then_some(Channel::Mail);
        let webhook = self.listener.is_some().then_some(Channel::Webhook);
        mail.into_iter().chain(webhook).collect()
    }

    async fn send(
        &self,
        letter: &Letter<'_>,
        titles: &BTreeMap<FeedId, Bilingual>,
        now: DateTime<Utc>,
    ) -> Result<(), NotSent> {
        match (letter.channel, &self.server, &self.listener) {
            (Channel::Mail, Some(server), _) => {
                let message = mail::Message {
                    from: &self.from,
                    sender: &texts::render("reminder.sender", &[]).zh,
                    to: &letter.recipients,
                    subject: &words::subject(letter),
                    body: &words::body(letter, titles, &self.page),
                };
                server
                    .send(&self.from, &letter.recipients, &message.bytes(now))
                    .await
            }
            (Channel::Webhook, _, Some(listener)) => listener.tell(letter, now).await,
            // A letter is made for an open way only.
            (_, _, _) => Ok(()),
        }
    }
}

/// Runs until the hub stops. A look that fails is only a look: the next one follows.
pub async fn run(center: Arc<Center>, post: Arc<Post>, stop: impl Future<Output = ()>) -> io::Result<()> {
    tokio::pin!(stop);
    loop {
        if let Err(problem) = look(&center, &post, Utc::now()).await {
            tracing::error!(code = problem.code, "duties could not be looked at for reminders");
        }
        tokio::select! {
            () = &mut stop => return Ok(()),
            () = tokio::time::sleep(post.every) => {}
        }
    }
}

async fn look(center: &Center, post: &Post, now: DateTime<Utc>) -> Result<(), Problem> {
    if !may_send(&post.rules, center.workdays(), now) {
        return Ok(());
    }
    let duties = center.duties_at(now).await?;
    let first = duties.iter().map(|duty| duty.period.start().year()).min();
    let registry = center.registry();
    let before = registry
        .reminders(first.unwrap_or(0))
        .await
        .map_err(Problem::internal)?;
    let channels = post.channels();
    let letters = letters(
        &duties,
        &post.rules,
        center.workdays(),
        &post.contacts,
        &channels,
        &before,
        now,
    );
    let titles = center.feed_titles();
    for letter in &letters {
        let act = Act::new(
            ActKind::System,
            json!({
                "act": "remind",
                "channel": letter.channel.as_str(),
                "stage": letter.stage.as_str(),
                "duties": letter.duties.len(),
                "recipients": letter.recipients.len(),
            }),
        );
        // INVARIANT (no-act-unrecorded): nothing goes out without its entry.
        let sent = center
            .books()
            .around(act, post.send(letter, &titles, now))
            .await?;
        let outcome = match sent {
            Ok(()) => ReminderOutcome::Sent,
            Err(NotSent(code)) => ReminderOutcome::Failed {
                code: code.to_owned(),
                again_at: letter.again_at(&post.rules, now),
            },
        };
        if let ReminderOutcome::Failed { code, again_at: None } = &outcome {
            tracing::error!(code, duties = letter.duties.len(), "a reminder was given up");
        }
        registry
            .reminded(&letter.keys(), &outcome, now)
            .await
            .map_err(Problem::internal)?;
    }
    Ok(())
}
