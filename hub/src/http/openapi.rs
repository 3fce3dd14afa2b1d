//! `/openapi.json`, made from the list of routes and the text catalogue.

use schemas::texts;
use serde_json::{Map, Value, json};

use super::operation::Operation;
use super::routes::{Access, ROUTES, Route, Takes};

/// The OpenAPI 3.1 document.
pub fn document() -> Value {
    let mut paths = Map::new();
    for route in ROUTES {
        let path = paths.entry(route.path).or_insert_with(|| json!({}));
        if let Some(path) = path.as_object_mut() {
            path.insert(route.verb.as_str().to_lowercase(), operation(route));
        }
    }
    json!({
        "openapi": "3.1.0",
        "info": { "title": "Tax Hub", "version": env!("CARGO_PKG_VERSION") },
        "paths": paths,
        "components": {
            "securitySchemes": { "token": { "type": "http", "scheme": "bearer" } },
            "schemas": { "Problem": problem(), "Feed": feed() },
        },
    })
}

fn operation(route: &Route) -> Value {
    let text = texts::render(&format!("api.{}", route.operation.name()), &[]);
    let mut operation = json!({
        "operationId": route.operation.name(),
        "summary": text.zh,
        "description": text.en,
        "parameters": parameters(route),
        "responses": responses(route),
    });
    if let Some(operation) = operation.as_object_mut() {
        if route.access == Access::SignedIn {
            operation.insert("security".to_owned(), json!([{ "token": [] }]));
        }
        if let Some(body) = body(route.takes) {
            operation.insert("requestBody".to_owned(), body);
        }
    }
    operation
}

/// What comes back when all goes well: a new thing is 201, an answer without a body 204. A file that was sent before is
/// answered with its old receipt, and that is no new thing.
fn responses(route: &Route) -> Value {
    let successes: &[(&str, &str)] = match route.operation {
        Operation::Logout
        | Operation::Decline
        | Operation::UploadOptions
        | Operation::ContinueUpload
        | Operation::EndUpload => &[("204", "No content")],
        Operation::Submit | Operation::Withdraw => &[
            ("200", "Repeated"),
            ("201", "Created"),
            ("202", "Waits for a signature"),
        ],
        Operation::Sign => &[("200", "Repeated"), ("201", "Created")],
        Operation::RunSource => &[("202", "Accepted")],
        Operation::CreateAccount | Operation::Propose | Operation::BeginUpload => &[("201", "Created")],
        _ => &[("200", "OK")],
    };
    let problem = json!({
        "description": "Problem",
        "content": { "application/problem+json": { "schema": { "$ref": "#/components/schemas/Problem" } } },
    });
    let answered = successes.iter().map(|(status, description)| {
        let content = match route.operation {
            Operation::CatalogFeeds => json!({ "application/json": { "schema": feeds() } }),
            _ => Value::Object(content(route.gives)),
        };
        let response = match *status {
            "204" => json!({ "description": description }),
            _ => json!({ "description": description, "content": content }),
        };
        ((*status).to_owned(), response)
    });
    answered.chain([("default".to_owned(), problem)]).collect()
}

fn parameters(route: &Route) -> Vec<Value> {
    let in_path = route
        .path
        .split('/')
        .filter_map(|part| part.strip_prefix('{')?.strip_suffix('}'));
    let text = json!({ "type": "string" });
    let path = in_path.map(|name| json!({ "name": name, "in": "path", "required": true, "schema": text }));
    let query = route
        .query
        .iter()
        .map(|name| json!({ "name": name, "in": "query", "schema": text }));
    let mut parameters: Vec<Value> = path.chain(query).collect();
    if route.access == Access::SignedIn {
        parameters.push(json!({ "name": "X-Taxhub-Purpose", "in": "header", "schema": text }));
    }
    for name in tus_headers(route.operation) {
        parameters.push(json!({ "name": name, "in": "header", "required": true, "schema": text }));
    }
    if route.takes == Takes::File || route.operation == Operation::Withdraw {
        parameters.push(json!({ "name": "Idempotency-Key", "in": "header", "schema": text }));
    }
    parameters
}

/// What tus 1.0.0 asks of a request.
fn tus_headers(operation: Operation) -> &'static [&'static str] {
    match operation {
        Operation::BeginUpload => &["Tus-Resumable", "Upload-Length", "Upload-Metadata"],
        Operation::ContinueUpload => &["Tus-Resumable", "Upload-Offset"],
        Operation::EndUpload => &["Tus-Resumable"],
        _ => &[],
    }
}

fn body(takes: Takes) -> Option<Value> {
    match takes {
        Takes::Nothing => None,
        Takes::File => Some(json!({ "content": { "application/octet-stream": {} } })),
        Takes::Piece => Some(json!({ "content": { "application/offset+octet-stream": {} } })),
        Takes::Json(fields) => {
            let properties: Map<String, Value> = fields
                .iter()
                .map(|name| ((*name).to_owned(), json!({})))
                .collect();
            let schema = json!({ "type": "object", "properties": properties, "additionalProperties": false });
            Some(json!({ "content": { "application/json": { "schema": schema } } }))
        }
    }
}

fn content(types: &[&str]) -> Map<String, Value> {
    types.iter().map(|name| ((*name).to_owned(), json!({}))).collect()
}

fn feeds() -> Value {
    let feed = json!({ "$ref": "#/components/schemas/Feed" });
    json!({ "type": "object", "required": ["items"], "properties": { "items": { "type": "array", "items": feed } } })
}

/// A feed of the catalogue. One that is `catalogued` has no contract yet and takes no submissions.
fn feed() -> Value {
    let text = json!({ "type": "string" });
    let both =
        json!({ "type": "object", "required": ["zh", "en"], "properties": { "zh": text, "en": text } });
    let maybe = json!({ "oneOf": [{ "type": "null" }, both.clone()] });
    let texts = json!({ "type": "array", "items": text });
    let objects = json!({ "type": "array", "items": { "type": "object" } });
    json!({
        "type": "object",
        "required": ["id", "state", "version", "title", "department", "grain", "basis", "period_kind", "units", "fields"],
        "properties": {
            "id": text,
            "state": { "enum": ["open", "catalogued"] },
            "number": { "type": ["integer", "null"] },
            "version": { "type": ["string", "null"] },
            "title": both, "department": text, "provider": maybe, "grain": maybe,
            "basis": texts, "taxes": texts, "units": texts,
            "period_kind": { "enum": ["month", "quarter", "year", "snapshot", "day", null] },
            "zero_report_allowed": { "type": "boolean" },
            "refresh": { "enum": ["real_time", "day", "month", "quarter", "half_year", "year"] },
            "due": { "type": ["object", "null"] },
            "owed_by": { "enum": ["either", "whole", "each"] },
            "scope": { "enum": ["county", "prefecture"] },
            "person": { "enum": ["organisation", "general", "identifying", "sensitive"] },
            "share_type": { "enum": [1, 2, 3] },
            "refused": maybe, "share_note": maybe, "note": maybe,
            "fields": objects,
            "resource": { "type": ["object", "null"] },
        },
    })
}

fn problem() -> Value {
    let text = json!({ "type": "string" });
    let text_or_null = json!({ "type": ["string", "null"] });
    json!({
        "type": "object",
        "required": ["type", "title", "status", "code", "request_id"],
        "properties": {
            "type": text, "title": text, "title_en": text, "detail": text, "detail_en": text, "code": text,
            "hint": text_or_null, "hint_en": text_or_null, "sqlstate": text_or_null, "request_id": text,
            "status": { "type": "integer" },
            "retry_after_s": { "type": ["integer", "null"] },
            "position": { "type": ["integer", "null"] },
        },
    })
}
