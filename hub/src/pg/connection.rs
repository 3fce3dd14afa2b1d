//! One connection from its first byte to its last: sign-in, then messages until somebody has enough.

use std::future::Future;
use std::sync::Arc;

use pgwire::messages::response::ReadyForQuery;
use pgwire::messages::{PgWireBackendMessage, PgWireFrontendMessage};
use policy::SignedIn;
use tokio::net::TcpStream;
use tokio::time::{Instant, sleep_until, timeout, timeout_at};
use tokio_util::sync::CancellationToken;

use super::House;
use super::refused::{Failure, Severity, info, protocol};
use super::session::Session;
use super::sign_in::{self, Start};
use super::wire::Wire;
use crate::front::{Caller, Problem, RequestId};
use crate::metrics::Connected;

/// A signed-in connection.
pub(super) struct Connection {
    pub(super) wire: Wire,
    pub(super) session: Session,
    pub(super) house: Arc<House>,
    stopping: CancellationToken,
    /// When the token is looked at again.
    next_check: Instant,
    /// Under which the last statement ran.
    request_id: RequestId,
    /// After an error in the extended protocol everything up to `Sync` is skipped.
    skipping: bool,
}

/// Serves one client.
pub(super) async fn serve(stream: TcpStream, house: Arc<House>, stopping: CancellationToken) {
    let _counted = Connected::count(&house.metrics, "pg");
    let Some((mut wire, client)) = open(stream, &house).await else {
        return;
    };
    let signing_in = timeout(
        house.settings.start_time_max,
        sign_in::start(&mut wire, &house, &client),
    );
    let started = tokio::select! {
        () = stopping.cancelled() => return,
        started = signing_in => started,
    };
    match started {
        Ok(Ok(Start::Session(session))) => {
            let request_id = RequestId::new();
            let (session, next_check) = (*session, Instant::now() + house.settings.token_check_time);
            Connection {
                wire,
                session,
                house,
                stopping,
                next_check,
                request_id,
                skipping: false,
            }
            .run()
            .await;
        }
        Ok(Ok(Start::Cancelled)) | Ok(Err(Failure::Gone)) | Err(_) => {}
        Ok(Err(Failure::Fatal(problem) | Failure::Statement(problem))) => {
            house.metrics.refusals.add(&["pg", &problem.code], 1);
            last_words(&mut wire, &problem, &RequestId::new()).await;
        }
    }
}

/// Tells a client that there is no room.
pub(super) async fn turn_away(stream: TcpStream, house: Arc<House>) {
    let Some((mut wire, _)) = open(stream, &house).await else {
        return;
    };
    // The answer belongs after the client's first message.
    let _ = timeout(house.settings.start_time_max, wire.next()).await;
    let problem = Problem::new(503, "53300", "pg.too_many_connections");
    last_words(&mut wire, &problem, &RequestId::new()).await;
}

async fn open(stream: TcpStream, house: &House) -> Option<(Wire, String)> {
    let client = stream
        .peer_addr()
        .map(|address| address.ip().to_string())
        .unwrap_or_default();
    let settings = &house.settings;
    let opening = Wire::open(stream, settings.message_bytes_max, settings.write_time_max);
    let wire = timeout(settings.start_time_max, opening).await.ok()?.ok()??;
    Some((wire, client))
}

async fn last_words(wire: &mut Wire, problem: &Problem, request_id: &RequestId) {
    let told = info(problem, Severity::Fatal, request_id);
    if wire
        .put(PgWireBackendMessage::ErrorResponse(told.into()))
        .await
        .is_ok()
    {
        let _ = wire.flush().await;
    }
}

impl Connection {
    async fn run(mut self) {
        let mut silent_until = Instant::now() + self.house.settings.idle_time_max;
        loop {
            let message = tokio::select! {
                biased;
                () = self.stopping.cancelled() => return self.end(shutting_down()).await,
                () = sleep_until(self.next_check) => {
                    if self.house.front.still_signed_in(self.session.signed_in()).await {
                        self.next_check = Instant::now() + self.house.settings.token_check_time;
                        continue;
                    }
                    return self.end(signed_out_problem()).await;
                }
                message = timeout_at(silent_until, self.wire.next()) => message,
            };
            let failure = match message {
                Err(_) => Failure::Fatal(Problem::new(408, "57P05", "pg.idle")),
                Ok(Ok(None | Some(PgWireFrontendMessage::Terminate(_)))) => Failure::Gone,
                Ok(Err(failure)) => failure,
                Ok(Ok(Some(message))) => {
                    let extended = message.is_extended_query();
                    match self.handle(message).await {
                        Ok(()) => {
                            silent_until = Instant::now() + self.house.settings.idle_time_max;
                            continue;
                        }
                        Err(Failure::Statement(problem)) => match self.refuse(&problem, extended).await {
                            Ok(()) => {
                                silent_until = Instant::now() + self.house.settings.idle_time_max;
                                continue;
                            }
                            Err(failure) => failure,
                        },
                        Err(failure) => failure,
                    }
                }
            };
            match failure {
                Failure::Fatal(problem) | Failure::Statement(problem) => return self.end(problem).await,
                Failure::Gone => return,
            }
        }
    }

    async fn handle(&mut self, message: PgWireFrontendMessage) -> Result<(), Failure> {
        use PgWireFrontendMessage as Message;
        if self.skipping && !matches!(message, Message::Sync(_)) {
            return Ok(());
        }
        match message {
            Message::Query(query) => self.simple(&query.query).await,
            Message::Parse(parse) => self.parse(parse).await,
            Message::Bind(bind) => self.bind(bind).await,
            Message::Describe(describe) => self.describe(describe).await,
            Message::Execute(execute) => self.execute(execute).await,
            Message::Close(close) => self.close(close).await,
            Message::Flush(_) => self.wire.flush().await,
            Message::Sync(_) => {
                self.skipping = false;
                self.synchronise().await
            }
            // Late messages of a copy that we never offered.
            Message::CopyData(_) | Message::CopyDone(_) | Message::CopyFail(_) => Ok(()),
            _ => Err(Failure::Fatal(protocol())),
        }
    }

    /// The error, and what has to follow it.
    async fn refuse(&mut self, problem: &Problem, extended: bool) -> Result<(), Failure> {
        self.house.metrics.refusals.add(&["pg", &problem.code], 1);
        self.session.fail();
        let told = info(problem, Severity::Error, &self.request_id);
        self.wire
            .put(PgWireBackendMessage::ErrorResponse(told.into()))
            .await?;
        if extended {
            self.skipping = true;
            self.wire.flush().await
        } else {
            self.ready().await
        }
    }

    pub(super) async fn ready(&mut self) -> Result<(), Failure> {
        let status = self.session.transaction;
        self.wire
            .put(PgWireBackendMessage::ReadyForQuery(ReadyForQuery::new(status)))
            .await?;
        self.wire.flush().await
    }

    async fn end(mut self, problem: Problem) {
        self.house.metrics.refusals.add(&["pg", &problem.code], 1);
        last_words(&mut self.wire, &problem, &self.request_id).await;
    }

    /// The caller of the statement that begins now.
    pub(super) fn caller(&mut self) -> Caller {
        let caller = self.session.caller();
        self.request_id = caller.request_id.clone();
        caller
    }

    /// Waits for the house. A cancel request, the end of the token, the end of the server and the end of the client
    /// all end the wait, and with it the work.
    pub(super) async fn wait<T>(
        &mut self,
        cancel: &CancellationToken,
        work: impl Future<Output = Result<T, Problem>>,
    ) -> Result<T, Failure> {
        tokio::select! {
            biased;
            () = cancel.cancelled() => Err(Failure::Statement(Problem::new(499, "57014", "query.cancelled"))),
            () = self.stopping.cancelled() => Err(Failure::Fatal(shutting_down())),
            () = signed_out(&self.house, self.session.signed_in(), &mut self.next_check) => Err(Failure::Fatal(signed_out_problem())),
            done = self.wire.wait(work) => Ok(done??),
        }
    }
}

/// Completes when the token of a connection no longer counts.
///
/// INVARIANT (no-second-identity): a connection has no longer life than the token that opened it.
async fn signed_out(house: &House, signed_in: &SignedIn, next_check: &mut Instant) {
    loop {
        sleep_until(*next_check).await;
        if !house.front.still_signed_in(signed_in).await {
            return;
        }
        *next_check = Instant::now() + house.settings.token_check_time;
    }
}

fn shutting_down() -> Problem {
    Problem::new(503, "57P01", "pg.shutting_down")
}

fn signed_out_problem() -> Problem {
    Problem::new(401, "57P01", "pg.signed_out")
}
