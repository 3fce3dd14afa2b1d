//! `GET /v1/leads`: what the comparison models found, one entry per taxpayer. Each model is a view and is asked like one,
//! under the asker's own agreement and with an audit entry of its own; a model without an agreement is named as refused.

use axum::Json;
use axum::extract::rejection::QueryRejection;
use axum::extract::{Query, State};
use engine::{Answer, Parameter};
use futures::StreamExt;
use schemas::RegionCode;
use serde::Deserialize;
use serde_json::{Value, json};

use super::App;
use super::asked::Asked;
use super::encode::{Format, RowWriter};
use super::query::meta;
use crate::front::{Caller, LeadModel, Problem};
use crate::leads::{Hit, merged, sums};

/// Rows taken from one model, those with the largest estimates. Further ones are reached by asking county by county.
const HITS_MAX: usize = 5_000;
const LEADS_MAX: u32 = 1_000;
const LEADS_USUAL: u32 = 100;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct LeadsQuery {
    model: Option<String>,
    county: Option<String>,
    kind: Option<String>,
    #[serde(default)]
    after: u64,
    limit: Option<u32>,
}

pub(super) async fn leads(
    State(app): State<App>,
    Asked(caller): Asked,
    query: Result<Query<LeadsQuery>, QueryRejection>,
) -> Result<Json<Value>, Problem> {
    let Query(query) = query.map_err(|_| Problem::new(400, "22023", "http.query_wrong"))?;
    let wrong = |name: &str| Problem::new(400, "22023", "http.parameter_malformed").with("name", name);
    let county = query
        .county
        .as_deref()
        .map(RegionCode::parse)
        .transpose()
        .map_err(|_| wrong("county"))?;
    let kind = match query.kind.as_deref() {
        None | Some("lead") => "lead",
        Some("information") => "information",
        Some(_) => return Err(wrong("kind")),
    };
    let mut models = app.front.models();
    if let Some(model) = &query.model {
        models.retain(|known| known.id == *model);
        if models.is_empty() {
            return Err(wrong("model"));
        }
    }
    let (mut hits, mut told, mut complete) = (Vec::new(), Vec::new(), true);
    let (mut answered, mut refused) = (0_u32, None);
    for model in &models {
        match ask(&app, &caller, model, county.as_ref(), kind).await {
            Ok((mut found, meta)) => {
                let whole = found.len() <= HITS_MAX;
                found.truncate(HITS_MAX);
                told.push(json!({
                    "model": model.id, "view": model.view, "answered": true, "hits": found.len(),
                    "complete": whole, "meta": meta,
                }));
                complete &= whole;
                answered += 1;
                hits.extend(found);
            }
            // INVARIANT (same-silence): a view that is not for this asker to know of is left out like one that is not there.
            Err(problem) if problem.sqlstate == "42P01" => refused = refused.or(Some(problem)),
            Err(problem) if problem.sqlstate == "42501" => {
                told.push(json!({
                    "model": model.id, "view": model.view, "answered": false, "code": problem.code,
                }));
                refused = Some(problem);
            }
            Err(problem) => return Err(problem),
        }
    }
    if let Some(problem) = refused.filter(|_| answered == 0) {
        return Err(problem);
    }
    let sums = sums(&hits);
    let leads = merged(hits);
    let total = leads.len();
    let page = query.limit.unwrap_or(LEADS_USUAL).clamp(1, LEADS_MAX);
    let after = usize::try_from(query.after).unwrap_or(usize::MAX);
    let items: Vec<Value> = leads.into_iter().skip(after).take(page as usize).collect();
    let end = after.saturating_add(items.len());
    let next = (end < total).then_some(end);
    Ok(Json(json!({
        "models": told, "sums": sums, "complete": complete, "total": total, "items": items, "next": next,
    })))
}

/// The rows of one model, one more than are kept so that a cut is noticed.
async fn ask(
    app: &App,
    caller: &Caller,
    model: &LeadModel,
    county: Option<&RegionCode>,
    kind: &str,
) -> Result<(Vec<Hit>, Value), Problem> {
    let of_county = if county.is_some() {
        " AND county_code = $2"
    } else {
        ""
    };
    let sql = format!(
        "SELECT * FROM {} WHERE kind = $1{of_county} ORDER BY est_tax DESC NULLS LAST, lead_key LIMIT {}",
        model.view,
        HITS_MAX + 1,
    );
    let given = |text: &str| Parameter {
        text: Some(text.to_owned()),
        kind: None,
    };
    let parameters = std::iter::once(given(kind)).chain(county.map(|code| given(code.as_str())));
    let statements = app.front.statements(caller, &sql).await?;
    let [statement] = statements.as_slice() else {
        return Err(Problem::internal("one question became several"));
    };
    let answer = app.front.run(caller, statement, parameters.collect()).await;
    let read = match answer {
        Ok(answer) => read(answer).await,
        Err(problem) => Err(problem),
    };
    app.metrics
        .queries
        .add(&["http", if read.is_ok() { "done" } else { "refused" }], 1);
    read
}

async fn read(mut answer: Answer) -> Result<(Vec<Hit>, Value), Problem> {
    let meta = meta(&answer);
    let mut writer = RowWriter::new(Format::Lines, answer.schema());
    let mut hits = Vec::new();
    while let Some(batch) = answer.next().await {
        let lines = writer.batch(&batch?).map_err(Problem::internal)?;
        for line in lines.split(|byte| *byte == b'\n').filter(|line| !line.is_empty()) {
            hits.push(serde_json::from_slice(line).map_err(Problem::internal)?);
        }
    }
    Ok((hits, meta))
}
