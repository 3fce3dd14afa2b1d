//! `POST /v1/query`: one question, and its rows as a stream. The first rows are awaited before the status goes out, so
//! that most refusals still are problem documents.

use std::io;
use std::sync::Arc;
use std::time::Instant;

use arrow::array::RecordBatch;
use axum::body::Body;
use axum::extract::State;
use axum::http::{HeaderMap, HeaderName, HeaderValue, header};
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use engine::{Answer, AnswerMeta, Parameter};
use futures::{StreamExt, stream};
use serde::Deserialize;
use serde_json::{Value, json};

use super::App;
use super::asked::{Asked, purpose};
use super::encode::{Format, RowWriter};
use super::json::Json;
use crate::front::{Problem, RequestId, civil_day};
use crate::metrics::Metrics;

/// What the answer rests on, as ASCII JSON, for the forms that have no place for it.
const META: HeaderName = HeaderName::from_static("x-taxhub-answer");

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Question {
    sql: String,
    purpose: Option<String>,
    as_of: Option<String>,
    #[serde(default)]
    parameters: Vec<Value>,
}

pub(super) async fn query(
    State(app): State<App>,
    Asked(mut caller): Asked,
    headers: HeaderMap,
    Json(question): Json<Question>,
) -> Result<Response, Problem> {
    let started = Instant::now();
    let accept = headers
        .get(header::ACCEPT)
        .map(|value| value.to_str().unwrap_or_default());
    let format = Format::accepted(accept).ok_or_else(|| Problem::new(406, "0A000", "http.not_acceptable"))?;
    if let Some(text) = &question.purpose {
        caller.purpose = Some(purpose(text)?);
    }
    caller.as_of = question.as_of.as_deref().map(civil_day).transpose()?;
    let parameters: Vec<Parameter> = question
        .parameters
        .iter()
        .map(parameter)
        .collect::<Result<_, _>>()?;
    let statements = app.front.statements(&caller, &question.sql).await?;
    let statement = match statements.as_slice() {
        [one] if one.kind.asks() => one,
        _ => return Err(Problem::new(400, "0A000", "http.one_question")),
    };
    let mut answer = match app.front.run(&caller, statement, parameters).await {
        Ok(answer) => answer,
        Err(problem) => {
            app.metrics.queries.add(&["http", "refused"], 1);
            return Err(problem);
        }
    };
    let first = match answer.next().await {
        Some(Err(refusal)) => {
            app.metrics.queries.add(&["http", "failed"], 1);
            return Err(refusal.into());
        }
        Some(Ok(batch)) => Some(batch),
        None => None,
    };
    let meta = meta(&answer);
    let mut flow = Flow {
        writer: RowWriter::new(format, answer.schema()),
        answer,
        first,
        request_id: caller.request_id,
        counted: Counted {
            metrics: Arc::clone(&app.metrics),
            started,
            outcome: "cancelled",
            rows: 0,
            bytes: 0,
        },
        stage: Stage::Rows,
    };
    let head = flow.writer.begin(&meta).map_err(Problem::internal)?;
    let head = stream::once(async move { Ok::<_, io::Error>(Bytes::from(head)) });
    let rows = stream::unfold(flow, |mut flow| async move { Some((flow.next().await?, flow)) });
    let mut response = Body::from_stream(head.chain(rows)).into_response();
    response.headers_mut().insert(
        header::CONTENT_TYPE,
        HeaderValue::from_static(format.media_type()),
    );
    if let Ok(value) = HeaderValue::from_str(&ascii(&meta)) {
        response.headers_mut().insert(META, value);
    }
    Ok(response)
}

/// JSON scalars as PostgreSQL writes them; the planner finds the types.
fn parameter(value: &Value) -> Result<Parameter, Problem> {
    let text = match value {
        Value::Null => None,
        Value::Bool(truth) => Some(truth.to_string()),
        Value::Number(number) => Some(number.to_string()),
        Value::String(text) => Some(text.clone()),
        Value::Array(_) | Value::Object(_) => {
            return Err(Problem::new(400, "22023", "http.parameter_malformed").with("name", "parameters"));
        }
    };
    Ok(Parameter { text, kind: None })
}

/// Under which agreements, masked how, from which versions, and where in the audit log.
pub(super) fn meta(answer: &Answer) -> Value {
    let AnswerMeta {
        query_id,
        opened,
        versions,
        epoch,
    } = answer.meta();
    let agreements: Vec<Value> = opened
        .iter()
        .map(|view| {
            let masks: serde_json::Map<String, Value> = view
                .masks
                .iter()
                .map(|(column, treatment)| (column.clone(), json!(treatment)))
                .collect();
            let mut told = json!({
                "view": view.view,
                "agreement": view.agreement,
                "revision": view.revision,
                "scope": view.scope,
                "masks": masks,
            });
            if let (Some(keys), Some(told)) = (&view.keys, told.as_object_mut()) {
                let count = json!({"named": keys.named, "fresh": keys.fresh, "left": keys.left});
                told.insert("keys".to_owned(), count);
            }
            told
        })
        .collect();
    let versions: serde_json::Map<String, Value> = versions
        .iter()
        .map(|(feed, version)| (feed.to_string(), json!(version)))
        .collect();
    json!({
        "query_id": query_id,
        "audit_entry": answer.entry(),
        "agreements": agreements,
        "versions": versions,
        "epoch": epoch,
    })
}

/// JSON in which every character beyond ASCII is escaped: headers carry nothing else.
fn ascii(value: &Value) -> String {
    let mut out = String::new();
    for unit in value.to_string().encode_utf16() {
        match u8::try_from(unit) {
            Ok(byte) if byte.is_ascii() => out.push(char::from(byte)),
            _ => out.push_str(&format!("\\u{unit:04x}")),
        }
    }
    out
}

struct Flow {
    answer: Answer,
    first: Option<RecordBatch>,
    writer: RowWriter,
    request_id: RequestId,
    counted: Counted,
    stage: Stage,
}

#[derive(PartialEq, Eq)]
enum Stage {
    Rows,
    Over,
}

impl Flow {
    async fn next(&mut self) -> Option<io::Result<Bytes>> {
        if self.stage == Stage::Over {
            return None;
        }
        let next = match self.first.take() {
            Some(batch) => Some(Ok(batch)),
            None => self.answer.next().await,
        };
        let written = match next {
            Some(Ok(batch)) => self.writer.batch(&batch),
            Some(Err(refusal)) => return self.broken(refusal.into()),
            None => {
                self.stage = Stage::Over;
                self.counted.outcome = "done";
                self.writer.end()
            }
        };
        self.counted.rows = self.answer.rows();
        self.counted.bytes = self.answer.bytes();
        match written {
            Ok(bytes) => Some(Ok(bytes.into())),
            Err(error) => self.broken(Problem::internal(error)),
        }
    }

    fn broken(&mut self, problem: Problem) -> Option<io::Result<Bytes>> {
        self.stage = Stage::Over;
        self.counted.outcome = "failed";
        self.counted.metrics.refusals.add(&["http", &problem.code], 1);
        match self.writer.broken(&problem.render(&self.request_id)) {
            Some(words) => Some(Ok(words.into())),
            None => Some(Err(io::Error::other("the answer broke off"))),
        }
    }
}

/// Counts a query once, however its stream ends.
struct Counted {
    metrics: Arc<Metrics>,
    started: Instant,
    outcome: &'static str,
    rows: u64,
    bytes: u64,
}

impl Drop for Counted {
    fn drop(&mut self) {
        self.metrics.queries.add(&["http", self.outcome], 1);
        self.metrics.query_time.observe(&["http"], self.started.elapsed());
        self.metrics.answer_rows.add(&["http"], self.rows);
        self.metrics.answer_bytes.add(&["http"], self.bytes);
    }
}
