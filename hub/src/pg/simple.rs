//! The simple protocol: a text of one or more statements, each answered in turn; the first failure ends the text.

use std::sync::Arc;

use engine::{Kind, Statement};
use pgwire::api::Type;
use pgwire::api::results::{DataRowEncoder, FieldFormat, FieldInfo, Tag};
use pgwire::messages::PgWireBackendMessage;
use pgwire::messages::data::RowDescription;
use pgwire::messages::response::EmptyQueryResponse;
use tokio_util::sync::CancellationToken;

use super::command::{self, Done};
use super::connection::Connection;
use super::refused::{Failure, Severity, info};
use super::rows::Rows;
use crate::front::Problem;

impl Connection {
    pub(super) async fn simple(&mut self, text: &str) -> Result<(), Failure> {
        let cancel = self.session.cancel.begin();
        let caller = self.caller();
        let front = Arc::clone(&self.house.front);
        let statements = self.wait(&cancel, front.statements(&caller, text)).await?;
        for statement in &statements {
            command::is_heard(&self.session, statement)?;
            match statement.kind {
                Kind::Empty => {
                    self.wire
                        .put(PgWireBackendMessage::EmptyQueryResponse(EmptyQueryResponse::new()))
                        .await?;
                }
                Kind::Query | Kind::Explain => self.question(statement, &cancel).await?,
                _ => self.command(statement, &[], true).await?,
            }
        }
        self.ready().await
    }

    async fn question(&mut self, statement: &Statement, cancel: &CancellationToken) -> Result<(), Failure> {
        let caller = self.caller();
        let front = Arc::clone(&self.house.front);
        let answer = self
            .wait(cancel, front.run(&caller, statement, Vec::new()))
            .await
            .inspect_err(|_| self.lost())?;
        let mut rows = Rows::new(answer, &[], Arc::clone(&self.house.metrics))?;
        self.wire.put(describe(rows.fields())).await?;
        self.pour(&mut rows, 0, cancel).await?;
        self.completed(&mut rows).await
    }

    /// A question that was refused before it had rows still is a query that ended.
    pub(super) fn lost(&self) {
        self.house.metrics.queries.add(&["pg", "refused"], 1);
    }

    /// Sends rows until there are none or `most` were sent (0: all); true if there may be more.
    pub(super) async fn pour(
        &mut self,
        rows: &mut Rows,
        most: usize,
        cancel: &CancellationToken,
    ) -> Result<bool, Failure> {
        rows.sent = 0;
        loop {
            if most > 0 && rows.sent >= most {
                return Ok(true);
            }
            match rows.row()? {
                Some(row) => self.wire.put(PgWireBackendMessage::DataRow(row)).await?,
                None => {
                    if !self.wait(cancel, rows.more()).await? {
                        return Ok(false);
                    }
                }
            }
        }
    }

    /// The end of a question: the notice, if the client wants it, and the tag.
    pub(super) async fn completed(&mut self, rows: &mut Rows) -> Result<(), Failure> {
        if self.session.settings.notices() {
            let caller_request = self.session.caller().request_id;
            for opened in &rows.meta().opened {
                let notice = Problem::new(200, "00000", "pg.answered_under")
                    .with("view", &opened.view)
                    .with("agreement", &opened.agreement)
                    .with("revision", opened.revision)
                    .with("entry", rows.entry());
                let told = info(&notice, Severity::Notice, &caller_request);
                self.wire
                    .put(PgWireBackendMessage::NoticeResponse(told.into()))
                    .await?;
            }
        }
        self.complete(Tag::new("SELECT").with_rows(rows.sent)).await
    }

    pub(super) async fn complete(&mut self, tag: Tag) -> Result<(), Failure> {
        self.wire
            .put(PgWireBackendMessage::CommandComplete(tag.into()))
            .await
    }

    /// Runs a command. `describe`: its columns were not told before.
    pub(super) async fn command(
        &mut self,
        statement: &Statement,
        formats: &[i16],
        tell_columns: bool,
    ) -> Result<(), Failure> {
        match command::run(&mut self.session, statement)? {
            Done::Tag(tag) => self.complete(Tag::new(tag)).await,
            Done::Table { columns, rows } => {
                let fields = Arc::new(text_fields(&columns, formats));
                if tell_columns {
                    self.wire.put(describe(&fields)).await?;
                }
                for row in rows {
                    let mut encoder = DataRowEncoder::new(Arc::clone(&fields));
                    for value in &row {
                        encoder.encode_field(value)?;
                    }
                    self.wire
                        .put(PgWireBackendMessage::DataRow(encoder.take_row()))
                        .await?;
                }
                self.complete(Tag::new("SHOW")).await
            }
        }
    }
}

pub(super) fn describe(fields: &[FieldInfo]) -> PgWireBackendMessage {
    PgWireBackendMessage::RowDescription(RowDescription::new(fields.iter().map(Into::into).collect()))
}

/// Columns of text, for `SHOW`. Text looks the same in both formats.
pub(super) fn text_fields(columns: &[String], formats: &[i16]) -> Vec<FieldInfo> {
    let format = FieldFormat::from(formats.first().copied().unwrap_or(0));
    let field =
        |name: &String| FieldInfo::new(name.clone(), None, None, Type::TEXT, format).with_type_size(-1);
    columns.iter().map(field).collect()
}
