//! The extended protocol: `Parse`, `Bind`, `Describe`, `Execute`, `Close`, `Sync`. Statements and portals are ours,
//! not the codec's, because they have a limit and rows are streamed, never gathered.

use std::sync::Arc;

use arrow_pg::datatypes::into_pg_type;
use engine::{Described, Kind};
use pgwire::api::Type;
use pgwire::messages::PgWireBackendMessage;
use pgwire::messages::data::{NoData, ParameterDescription};
use pgwire::messages::extendedquery::{
    Bind, BindComplete, Close, CloseComplete, Describe, Execute, Parse, ParseComplete, PortalSuspended,
    TARGET_TYPE_BYTE_PORTAL, TARGET_TYPE_BYTE_STATEMENT,
};
use pgwire::messages::response::{EmptyQueryResponse, TransactionStatus};

use super::command::{self, no_such_statement, show_columns};
use super::connection::Connection;
use super::parameters;
use super::refused::{Failure, protocol};
use super::rows::{Rows, fields};
use super::session::{Portal, PortalState, Prepared};
use super::simple::{describe, text_fields};
use crate::front::Problem;

fn no_such_portal() -> Failure {
    Failure::Statement(Problem::new(400, "34000", "pg.no_such_portal"))
}

/// The unnamed statement and the unnamed portal.
fn name(given: &Option<String>) -> &str {
    given.as_deref().unwrap_or_default()
}

impl Connection {
    pub(super) async fn parse(&mut self, parse: Parse) -> Result<(), Failure> {
        let named = name(&parse.name);
        if !named.is_empty() && self.session.prepared.contains(named) {
            return Err(Problem::new(400, "42P05", "pg.statement_exists").into());
        }
        let cancel = self.session.cancel.begin();
        let caller = self.caller();
        let front = Arc::clone(&self.house.front);
        let statements = self
            .wait(&cancel, front.statements(&caller, &parse.query))
            .await?;
        let [statement] = <[_; 1]>::try_from(statements)
            .map_err(|_| Problem::new(400, "42601", "pg.one_statement_at_a_time"))?;
        command::is_heard(&self.session, &statement)?;
        let types = parse.type_oids.iter().map(|oid| Type::from_oid(*oid)).collect();
        let prepared = Arc::new(Prepared {
            statement,
            types,
            described: tokio::sync::OnceCell::new(),
        });
        self.session.prepared.put(named, prepared)?;
        self.wire
            .put(PgWireBackendMessage::ParseComplete(ParseComplete::new()))
            .await
    }

    pub(super) async fn bind(&mut self, bind: Bind) -> Result<(), Failure> {
        let prepared = self
            .session
            .prepared
            .get(name(&bind.statement_name))
            .ok_or_else(no_such_statement)?;
        let prepared = Arc::clone(prepared);
        if bind.parameters.len() != prepared.statement.parameters {
            return Err(Problem::new(400, "08P01", "query.parameters").into());
        }
        // A declared type of 0 means "find out", which binary values need before they can be read.
        let known =
            prepared.types.len() >= bind.parameters.len() && prepared.types.iter().all(Option::is_some);
        let types = if parameters::all_text(&bind) || known {
            prepared.types.clone()
        } else {
            self.described(&prepared).await?;
            parameter_types(&prepared).into_iter().map(Some).collect()
        };
        let portal = Portal {
            parameters: parameters::read(&bind, &types)?,
            formats: bind.result_column_format_codes.clone(),
            prepared,
            state: PortalState::Fresh,
        };
        self.session.portals.put(name(&bind.portal_name), portal)?;
        self.wire
            .put(PgWireBackendMessage::BindComplete(BindComplete::new()))
            .await
    }

    pub(super) async fn describe(&mut self, target: Describe) -> Result<(), Failure> {
        let (prepared, formats) = match target.target_type {
            TARGET_TYPE_BYTE_STATEMENT => {
                let prepared = self
                    .session
                    .prepared
                    .get(name(&target.name))
                    .ok_or_else(no_such_statement)?;
                (Arc::clone(prepared), Vec::new())
            }
            TARGET_TYPE_BYTE_PORTAL => {
                let portal = self
                    .session
                    .portals
                    .get(name(&target.name))
                    .ok_or_else(no_such_portal)?;
                (Arc::clone(&portal.prepared), portal.formats.clone())
            }
            _ => return Err(Failure::Fatal(protocol())),
        };
        self.described(&prepared).await?;
        if target.target_type == TARGET_TYPE_BYTE_STATEMENT {
            let oids = parameter_types(&prepared).iter().map(Type::oid).collect();
            self.wire
                .put(PgWireBackendMessage::ParameterDescription(
                    ParameterDescription::new(oids),
                ))
                .await?;
        }
        let columns = match (&prepared.statement.kind, prepared.described.get()) {
            (_, Some(described)) => Some(fields(&described.columns, &formats)?),
            (Kind::Show { name }, None) => Some(text_fields(&show_columns(name), &formats)),
            _ => None,
        };
        let message = match columns {
            Some(columns) => describe(&columns),
            None => PgWireBackendMessage::NoData(NoData::new()),
        };
        self.wire.put(message).await
    }

    /// Asks the house once what a prepared question will answer. Commands have no description.
    async fn described(&mut self, prepared: &Arc<Prepared>) -> Result<(), Failure> {
        if !prepared.statement.kind.asks() || prepared.described.initialized() {
            return Ok(());
        }
        let cancel = self.session.cancel.begin();
        let caller = self.caller();
        let front = Arc::clone(&self.house.front);
        let described: Described = self
            .wait(&cancel, front.describe(&caller, &prepared.statement))
            .await?;
        let _ = prepared.described.set(described);
        Ok(())
    }

    pub(super) async fn execute(&mut self, execute: Execute) -> Result<(), Failure> {
        let named = name(&execute.name);
        let most = usize::try_from(execute.max_rows).unwrap_or(0);
        let portal = self.session.portals.get_mut(named).ok_or_else(no_such_portal)?;
        let (prepared, formats) = (Arc::clone(&portal.prepared), portal.formats.clone());
        let state = std::mem::replace(&mut portal.state, PortalState::Over);
        command::is_heard(&self.session, &prepared.statement)?;
        let mut rows = match (state, &prepared.statement.kind) {
            (PortalState::Open(rows), _) => rows,
            (PortalState::Over, _) => {
                return self
                    .complete(pgwire::api::results::Tag::new("SELECT").with_rows(0))
                    .await;
            }
            (PortalState::Fresh, Kind::Empty) => {
                let empty = EmptyQueryResponse::new();
                return self
                    .wire
                    .put(PgWireBackendMessage::EmptyQueryResponse(empty))
                    .await;
            }
            (PortalState::Fresh, Kind::Query | Kind::Explain) => {
                Box::new(self.begin(named, &prepared).await?)
            }
            (PortalState::Fresh, _) => return self.command(&prepared.statement, &formats, false).await,
        };
        let cancel = self.session.cancel.begin();
        if self.pour(&mut rows, most, &cancel).await? {
            if let Some(portal) = self.session.portals.get_mut(named) {
                portal.state = PortalState::Open(rows);
            }
            return self
                .wire
                .put(PgWireBackendMessage::PortalSuspended(PortalSuspended::new()))
                .await;
        }
        self.completed(&mut rows).await
    }

    /// Runs a portal's question for the first time.
    async fn begin(&mut self, named: &str, prepared: &Arc<Prepared>) -> Result<Rows, Failure> {
        let portal = self.session.portals.get(named).ok_or_else(no_such_portal)?;
        let (parameters, formats) = (portal.parameters.clone(), portal.formats.clone());
        let cancel = self.session.cancel.begin();
        let caller = self.caller();
        let front = Arc::clone(&self.house.front);
        let running = front.run(&caller, &prepared.statement, parameters);
        let answer = self.wait(&cancel, running).await.inspect_err(|_| self.lost())?;
        if let Some(described) = prepared.described.get() {
            let same = |column: &arrow::datatypes::FieldRef| column.data_type().clone();
            let (now, told) = (answer.schema(), &described.columns);
            if !now.fields().iter().map(same).eq(told.fields().iter().map(same)) {
                return Err(Problem::new(409, "0A000", "pg.columns_changed").into());
            }
        }
        Rows::new(answer, &formats, Arc::clone(&self.house.metrics))
    }

    pub(super) async fn close(&mut self, close: Close) -> Result<(), Failure> {
        match close.target_type {
            TARGET_TYPE_BYTE_STATEMENT => self.session.prepared.remove(name(&close.name)),
            TARGET_TYPE_BYTE_PORTAL => self.session.portals.remove(name(&close.name)),
            _ => return Err(Failure::Fatal(protocol())),
        }
        self.wire
            .put(PgWireBackendMessage::CloseComplete(CloseComplete::new()))
            .await
    }

    /// The end of a run of messages, which outside of a transaction block is the end of a transaction.
    pub(super) async fn synchronise(&mut self) -> Result<(), Failure> {
        if self.session.transaction == TransactionStatus::Idle {
            self.session.portals.clear();
        }
        self.ready().await
    }
}

/// The types of a statement's values: as declared, else as planned, else text.
fn parameter_types(prepared: &Prepared) -> Vec<Type> {
    let planned = prepared
        .described
        .get()
        .map(|described| described.parameters.as_slice())
        .unwrap_or_default();
    (0..prepared.statement.parameters)
        .map(|at| {
            let declared = prepared
                .types
                .get(at)
                .cloned()
                .flatten()
                .filter(|kind| *kind != Type::UNKNOWN);
            declared
                .or_else(|| planned.get(at).and_then(|kind| into_pg_type(kind).ok()))
                .unwrap_or(Type::TEXT)
        })
        .collect()
}
