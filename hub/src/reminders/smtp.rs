//! A mail client that does one thing: hands one message to the office's own server (RFC 5321), over TLS where the server
//! has it. Small on purpose: no queue, no other servers, no pipelining; a message that fails is tried again later.

mod talk;
mod tls;

use std::collections::BTreeSet;
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use tokio::net::TcpStream;
use tokio::time::timeout;
use tokio_rustls::TlsConnector;
use zeroize::Zeroizing;

use super::NotSent;
use crate::center::OpenError;
use crate::config::{Mail, MailSecurity};
use talk::Talk;

/// Time for the whole conversation.
const TIME_MAX: Duration = Duration::from_secs(60);
const CONNECT_TIME: Duration = Duration::from_secs(10);

pub(super) const UNREACHABLE: NotSent = NotSent("reminder.mail_unreachable");
pub(super) const REFUSED: NotSent = NotSent("reminder.mail_refused");
pub(super) const UNTRUSTED: NotSent = NotSent("reminder.mail_untrusted");
pub(super) const SIGN_IN: NotSent = NotSent("reminder.mail_sign_in");

/// How to reach the mail server, with its password.
pub(super) struct Server {
    host: String,
    port: u16,
    security: MailSecurity,
    user: String,
    password: Zeroizing<String>,
    connector: TlsConnector,
}

impl Server {
    pub(super) fn new(mail: &Mail) -> Result<Server, OpenError> {
        let password = match mail.user.is_empty() {
            true => Zeroizing::default(),
            false => super::secret::read(&mail.password_file)?,
        };
        Ok(Server {
            host: mail.host.clone(),
            port: mail.port,
            security: mail.security,
            user: mail.user.clone(),
            password,
            connector: tls::connector(&mail.ca_file)?,
        })
    }

    /// Hands the message over. When this returns `Ok` the server has taken it for every recipient it knows; one it does
    /// not know is logged, and is an error only if it knows none.
    pub(super) async fn send(&self, from: &str, to: &BTreeSet<String>, message: &str) -> Result<(), NotSent> {
        match timeout(TIME_MAX, self.talk(from, to, message)).await {
            Ok(done) => done,
            Err(_) => Err(UNREACHABLE),
        }
    }

    async fn talk(&self, from: &str, to: &BTreeSet<String>, message: &str) -> Result<(), NotSent> {
        let connecting = TcpStream::connect((self.host.as_str(), self.port));
        let socket = match timeout(CONNECT_TIME, connecting).await {
            Ok(Ok(socket)) => socket,
            Ok(Err(error)) => return Err(unreachable(&error.kind())),
            Err(_) => return Err(UNREACHABLE),
        };
        let address = socket.local_addr().map_err(|error| unreachable(&error.kind()))?;
        // Our name is an address literal: a host name would have to be one the server can look up.
        let name = match address {
            std::net::SocketAddr::V4(v4) => format!("[{}]", v4.ip()),
            std::net::SocketAddr::V6(v6) => format!("[IPv6:{}]", v6.ip()),
        };
        let mut talk = match self.security {
            MailSecurity::Tls => Talk::new(tls::over(&self.connector, &self.host, Box::new(socket)).await?),
            MailSecurity::Starttls | MailSecurity::None => Talk::new(Box::new(socket)),
        };
        talk.expect(2).await?;
        let mut offered = talk.hello(&name).await?;
        if self.security == MailSecurity::Starttls {
            // INVARIANT (error-is-denial): a server without TLS gets neither the password nor the message.
            if !offered.iter().any(|line| line.eq_ignore_ascii_case("STARTTLS")) {
                tracing::error!("the mail server offers no STARTTLS");
                return Err(UNTRUSTED);
            }
            talk.say("STARTTLS", 2).await?;
            let wire = talk.into_wire().ok_or(UNTRUSTED)?;
            talk = Talk::new(tls::over(&self.connector, &self.host, wire).await?);
            offered = talk.hello(&name).await?;
        }
        if !self.user.is_empty() {
            self.sign_in(&mut talk, &offered).await?;
        }
        talk.say(&format!("MAIL FROM:<{from}>"), 2).await?;
        let mut taken = 0_usize;
        for recipient in to {
            match talk.say(&format!("RCPT TO:<{recipient}>"), 2).await {
                Ok(_) => taken += 1,
                Err(refused) if refused == REFUSED => {}
                Err(broken) => return Err(broken),
            }
        }
        if taken == 0 {
            return Err(REFUSED);
        }
        talk.say("DATA", 3).await?;
        talk.say(&format!("{message}."), 2).await?;
        // It is taken; how the server says good-bye changes nothing.
        let _ = talk.say("QUIT", 2).await;
        Ok(())
    }

    async fn sign_in(&self, talk: &mut Talk, offered: &[String]) -> Result<(), NotSent> {
        let ways = offered.iter().filter_map(|line| line.strip_prefix("AUTH "));
        let ways: Vec<&str> = ways.flat_map(str::split_whitespace).collect();
        let wrong = |refused: NotSent| if refused == REFUSED { SIGN_IN } else { refused };
        if ways.contains(&"PLAIN") {
            let words = Zeroizing::new(format!("\0{}\0{}", self.user, self.password.as_str()));
            let line = Zeroizing::new(format!("AUTH PLAIN {}", STANDARD.encode(words.as_bytes())));
            return talk.say(&line, 2).await.map(drop).map_err(wrong);
        }
        if !ways.contains(&"LOGIN") {
            tracing::error!("the mail server offers no way to sign in that is known here");
            return Err(SIGN_IN);
        }
        talk.say("AUTH LOGIN", 3).await.map_err(wrong)?;
        talk.say(&STANDARD.encode(&self.user), 3).await.map_err(wrong)?;
        let password = Zeroizing::new(STANDARD.encode(self.password.as_bytes()));
        talk.say(&password, 2).await.map(drop).map_err(wrong)
    }
}

fn unreachable(what: &dyn std::fmt::Display) -> NotSent {
    tracing::error!(error = %what, "the mail server cannot be reached");
    UNREACHABLE
}

#[cfg(test)]
mod tests;
