//! Routes against a house that is not there: who gets in, how refusals read, what an answer looks like.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use arrow::array::RecordBatch;
use arrow::ipc::reader::StreamReader;
use axum::Router;
use axum::body::{Body, to_bytes};
use axum::http::{Request, Response, StatusCode};
use policy::TokenKind;
use serde_json::{Value, json};
use tower::ServiceExt;

use super::routes::{Access, ROUTES, Verb};
use super::{HttpSettings, document, router};
use crate::config::Limits;
use crate::front::Front;
use crate::front::fake::{FakeHouse, NAME, PASSWORD};
use crate::metrics::Metrics;

struct Desk {
    house: Arc<FakeHouse>,
    metrics: Arc<Metrics>,
    router: Router,
    token: String,
}

impl Desk {
    async fn open() -> Desk {
        Desk::with(HttpSettings { submission_bytes_max: 1_000, ..HttpSettings::from_limits(&Limits::default()) }).await
    }

    async fn with(settings: HttpSettings) -> Desk {
        let house = FakeHouse::open().await;
        let metrics = Arc::new(Metrics::new());
        let router = router(house.clone(), settings, metrics.clone());
        let token = house.token(TokenKind::Session).await.secret.to_string();
        Desk { house, metrics, router, token }
    }

    async fn send(&self, request: Request<Body>) -> Response<Body> {
        self.router.clone().oneshot(request).await.unwrap()
    }

    fn request(&self, method: &str, path: &str) -> axum::http::request::Builder {
        Request::builder().method(method).uri(path).header("authorization", format!("Bearer {}", self.token))
    }

    async fn get(&self, path: &str) -> Response<Body> {
        self.send(self.request("GET", path).body(Body::empty()).unwrap()).await
    }

    async fn query(&self, sql: &str, accept: &str) -> Response<Body> {
        let body = json!({ "sql": sql }).to_string();
        self.send(self.request("POST", "/v1/query").header("accept", accept).body(Body::from(body)).unwrap()).await
    }
}

async fn text(response: Response<Body>) -> String {
    String::from_utf8(to_bytes(response.into_body(), 1 << 20).await.unwrap().to_vec()).unwrap()
}

async fn value(response: Response<Body>) -> Value {
    serde_json::from_str(&text(response).await).unwrap()
}

#[tokio::test]
async fn every_route_but_the_listed_ones_wants_a_token() {
    let desk = Desk::open().await;
    let mut open = Vec::new();
    for route in ROUTES {
        let path = route.path.replace("{id}", "sub_0");
        let request = Request::builder().method(route.verb.as_str()).uri(path).body(Body::empty()).unwrap();
        let response = desk.send(request).await;
        if route.access == Access::Open {
            open.push(route.path);
            assert_ne!(response.status(), StatusCode::UNAUTHORIZED, "{}", route.path);
        } else {
            assert_eq!(response.status(), StatusCode::UNAUTHORIZED, "{}", route.path);
            assert!(response.headers().contains_key("www-authenticate"));
        }
    }
    // May only shrink.
    assert_eq!(open, ["/v1/login", "/v1/password", "/healthz", "/readyz", "/metrics", "/openapi.json"]);
}

#[tokio::test]
async fn the_description_has_every_route_and_nothing_else() {
    let document = document();
    let mut described = 0;
    for route in ROUTES {
        let operation = &document["paths"][route.path][route.verb.as_str().to_lowercase()];
        assert_eq!(operation["operationId"], route.operation.name());
        let code = format!("api.{}", route.operation.name());
        assert!(schemas::texts::get(&code).is_some(), "no text for {code}");
    }
    for path in document["paths"].as_object().unwrap().values() {
        described += path.as_object().unwrap().len();
    }
    assert_eq!(described, ROUTES.len());
    let response = Desk::open().await.get("/openapi.json").await;
    assert_eq!(value(response).await, document);
}

#[tokio::test]
async fn a_password_opens_a_session_and_a_wrong_one_says_nothing_about_names() {
    let desk = Desk::open().await;
    let login = |name: &str, password: &str| {
        let body = json!({ "name": name, "password": password }).to_string();
        Request::builder().method("POST").uri("/v1/login").body(Body::from(body)).unwrap()
    };
    let opened = value(desk.send(login(NAME, PASSWORD)).await).await;
    assert_eq!(opened["account"]["role"], "analyst_prefecture");
    let token = opened["token"].as_str().unwrap().to_owned();
    let mut wrong = Vec::new();
    for name in [NAME, "nobody.at.all"] {
        let response = desk.send(login(name, "wrong")).await;
        assert_eq!(response.status(), StatusCode::UNAUTHORIZED);
        let mut problem = value(response).await;
        assert!(problem["request_id"].as_str().unwrap().starts_with("req_"));
        problem["request_id"] = Value::Null;
        wrong.push(problem);
    }
    assert_eq!(wrong[0], wrong[1]);

    let me = Desk { token, ..desk };
    assert_eq!(me.get("/v1/catalog/feeds").await.status(), StatusCode::OK);
    let out = me.send(me.request("POST", "/v1/logout").body(Body::empty()).unwrap()).await;
    assert_eq!(out.status(), StatusCode::NO_CONTENT);
    assert_eq!(me.get("/v1/catalog/feeds").await.status(), StatusCode::UNAUTHORIZED);
}

#[tokio::test]
async fn too_many_wrong_passwords_must_wait() {
    let desk = Desk::open().await;
    for _ in 0..40 {
        let body = json!({ "name": NAME, "password": "wrong" }).to_string();
        let request = Request::builder().method("POST").uri("/v1/login").body(Body::from(body)).unwrap();
        let response = desk.send(request).await;
        if response.status() == StatusCode::TOO_MANY_REQUESTS {
            let seconds: u64 = response.headers()["retry-after"].to_str().unwrap().parse().unwrap();
            assert!(seconds > 0);
            assert_eq!(value(response).await["retry_after_s"], seconds);
            return;
        }
    }
    panic!("forty wrong passwords were let pass");
}

#[tokio::test]
async fn problems_are_documents_with_an_id_and_without_what_was_sent() {
    let desk = Desk::open().await;
    let secret = "430102199003078888";
    let request = |body: &str| desk.request("POST", "/v1/query").body(Body::from(body.to_owned())).unwrap();
    for (body, code) in [
        (format!("{{\"sql\": {secret}}}"), "http.body_wrong"),
        (format!("{{\"sql\": \"select 1\", \"no\": \"{secret}\"}}"), "http.body_wrong"),
        (format!("{{\"sql\": \"drop table x where y = '{secret}'\"}}"), "query.syntax"),
        (format!("{{\"sql\": \"select 1\", \"purpose\": \"{secret} \"}}"), "hub.purpose_malformed"),
        ("{\"sql\": \"select 1 from v_a; select 2 from v_a\"}".to_owned(), "http.one_question"),
        ("{\"sql\": \"set taxhub.purpose = 'x'\"}".to_owned(), "http.one_question"),
    ] {
        let response = desk.send(request(&body)).await;
        assert_eq!(response.headers()["content-type"], "application/problem+json");
        assert_eq!(response.headers()["cache-control"], "no-store");
        let id = response.headers()["x-request-id"].clone();
        let problem = value(response).await;
        assert_eq!(problem["code"], code, "{body}");
        assert_eq!(problem["request_id"], id.to_str().unwrap());
        assert_ne!(problem["title"], code, "a text is missing");
        assert!(!problem.to_string().contains(secret));
    }
    for (path, status) in [("/nothing", 404), ("/v1/submissions/..%2f..", 404), ("/v1/query", 405)] {
        let response = desk.get(path).await;
        assert_eq!(response.status().as_u16(), status, "{path}");
        assert_eq!(value(response).await["status"], status);
    }
}

#[tokio::test]
async fn a_request_keeps_a_harmless_id_and_loses_any_other() {
    let desk = Desk::open().await;
    for (offered, kept) in [("order-7.a_B", true), ("bad id\"}", false), (&"x".repeat(65), false)] {
        let request = Request::builder().uri("/healthz").header("x-request-id", offered).body(Body::empty()).unwrap();
        let response = desk.send(request).await;
        assert_eq!(response.headers()["x-request-id"] == *offered, kept);
    }
}

#[tokio::test]
async fn answers_come_in_four_forms_with_what_they_rest_on() {
    let desk = Desk::open().await;
    let response = desk.query("select * from v_rows", "*/*").await;
    let header: Value = serde_json::from_str(response.headers()["x-taxhub-answer"].to_str().unwrap()).unwrap();
    let answer = value(response).await;
    assert_eq!(answer["meta"], header);
    assert_eq!(answer["meta"]["agreements"][0]["scope"], "全州");
    assert_eq!(answer["meta"]["agreements"][0]["masks"]["account_no"], "token");
    assert!(answer["meta"]["audit_entry"].is_u64());
    assert_eq!(answer["rows"][1]["kwh"], "999999999999999999999999999999999999.99");
    assert_eq!(answer["rows"][0]["month"], "2025-01-01");
    assert_eq!((answer["rows_total"].as_u64(), answer["complete"].as_bool()), (Some(3), Some(true)));

    assert_eq!(text(desk.query("select * from v_rows", "application/x-ndjson").await).await.lines().count(), 3);
    assert_eq!(text(desk.query("select * from v_none", "text/csv").await).await, "county_code,kwh,subjects_n,month\n");
    let response = desk.query("select * from v_rows", "application/vnd.apache.arrow.stream").await;
    let bytes = to_bytes(response.into_body(), 1 << 20).await.unwrap();
    let batches: Vec<RecordBatch> = StreamReader::try_new(&bytes[..], None).unwrap().map(Result::unwrap).collect();
    assert_eq!(batches.iter().map(RecordBatch::num_rows).sum::<usize>(), 3);
    assert_eq!(desk.query("select * from v_rows", "image/png").await.status(), StatusCode::NOT_ACCEPTABLE);
    assert!(desk.metrics.render().contains("taxhub_answer_rows_total{protocol=\"http\"} 9\n"));
}

#[tokio::test]
async fn a_refusal_before_the_first_row_is_a_problem_and_after_it_breaks_the_answer() {
    let desk = Desk::open().await;
    let denied = desk.query("select * from v_secret", "*/*").await;
    assert_eq!(denied.status(), StatusCode::FORBIDDEN);
    assert_eq!(value(denied).await["sqlstate"], "42501");
    assert_eq!(desk.query("select * from v_refused", "*/*").await.status(), StatusCode::BAD_REQUEST);

    let broken = value(desk.query("select * from v_breaks", "*/*").await).await;
    assert_eq!((broken["complete"].as_bool(), broken["rows"].as_array().unwrap().len()), (Some(false), 3));
    assert_eq!(broken["problem"]["sqlstate"], "53200");
    let lines = text(desk.query("select * from v_breaks", "application/x-ndjson").await).await;
    assert!(lines.lines().last().unwrap().contains("\"problem\""));
    for accept in ["text/csv", "application/vnd.apache.arrow.stream"] {
        let response = desk.query("select * from v_breaks", accept).await;
        assert!(to_bytes(response.into_body(), 1 << 20).await.is_err(), "{accept} passed for whole");
    }
}

#[tokio::test]
async fn a_reader_who_leaves_stops_the_query() {
    let desk = Desk::open().await;
    let response = desk.query("select * from v_endless", "*/*").await;
    assert!(!desk.house.stopped.load(Ordering::SeqCst));
    drop(response);
    assert!(desk.house.stopped.load(Ordering::SeqCst));
    assert!(desk.metrics.render().contains("taxhub_queries_total{protocol=\"http\",outcome=\"cancelled\"} 1\n"));
}

#[tokio::test]
async fn the_purpose_comes_from_the_field_the_header_or_the_account() {
    let desk = Desk::open().await;
    let body = |purpose: Option<&str>| json!({ "sql": "select * from v_rows", "purpose": purpose }).to_string();
    let asked = |header: Option<&str>, field: Option<&str>| {
        let mut request = desk.request("POST", "/v1/query");
        if let Some(header) = header {
            request = request.header("x-taxhub-purpose", header);
        }
        request.body(Body::from(body(field))).unwrap()
    };
    for (header, field, purpose) in
        [(None, None, "tax_risk"), (Some("audit_case"), None, "audit_case"), (Some("audit_case"), Some("other"), "other")]
    {
        assert_eq!(desk.send(asked(header, field)).await.status(), StatusCode::OK);
        assert_eq!(desk.house.purpose.lock().unwrap().as_deref(), Some(purpose));
    }
    assert_eq!(desk.send(asked(Some("Not one"), None)).await.status(), StatusCode::BAD_REQUEST);
}

#[tokio::test]
async fn a_file_streams_in_up_to_its_limit() {
    let desk = Desk::open().await;
    let path = "/v1/submissions?feed=pow_usage&period=202501&unit=433100&file_name=%E7%94%A8%E7%94%B5.csv";
    let pieces = |count: usize| {
        let pieces = futures::stream::iter((0..count).map(|_| Ok::<_, std::io::Error>("0123456789".repeat(10))));
        desk.request("POST", path).body(Body::from_stream(pieces)).unwrap()
    };
    let response = desk.send(pieces(10)).await;
    assert_eq!(response.status(), StatusCode::CREATED);
    let receipt = value(response).await;
    assert_eq!((receipt["verdict"].as_str(), receipt["file_name"].as_str()), (Some("accepted"), Some("用电.csv")));
    assert_eq!(desk.house.received.lock().unwrap().len(), 1_000);
    assert_eq!(desk.send(pieces(10)).await.status(), StatusCode::OK);
    assert_eq!(desk.send(pieces(11)).await.status(), StatusCode::PAYLOAD_TOO_LARGE);
    let announced = desk.request("POST", path).header("content-length", "1001").body(Body::empty()).unwrap();
    assert_eq!(desk.send(announced).await.status(), StatusCode::PAYLOAD_TOO_LARGE);
    for wrong in ["/v1/submissions?feed=pow_usage", "/v1/submissions?feed=No&period=1&unit=433100"] {
        let response = desk.send(desk.request("POST", wrong).body(Body::empty()).unwrap()).await;
        assert_eq!(response.status(), StatusCode::BAD_REQUEST);
    }
    assert!(desk.metrics.render().contains("taxhub_submissions_total{verdict=\"accepted\"} 1\n"));
}

#[tokio::test(start_paused = true)]
async fn a_sender_who_pauses_too_long_is_not_waited_for() {
    let mut settings = HttpSettings::from_limits(&Limits::default());
    settings.pause_time_max = Duration::from_secs(5);
    let desk = Desk::with(settings).await;
    let body = Body::from_stream(futures::stream::pending::<Result<String, std::io::Error>>());
    let request = desk.request("POST", "/v1/submissions?feed=pow_usage&period=202501&unit=433100").body(body).unwrap();
    assert_eq!(desk.send(request).await.status(), StatusCode::BAD_REQUEST);
}

#[tokio::test]
async fn findings_come_in_pages_of_a_limited_size() {
    let desk = Desk::open().await;
    let path = format!("/v1/submissions/{}/findings", schemas::SubmissionId::new());
    let page = value(desk.get(&format!("{path}?after=5&limit=2")).await).await;
    assert_eq!(page, json!({ "items": [{ "row": 5 }, { "row": 6 }], "next": 7 }));
    let page = value(desk.get(&format!("{path}?limit=100000")).await).await;
    assert_eq!(page["items"].as_array().unwrap().len(), 1_000);
    assert_eq!(desk.get(&format!("{path}?limit=many")).await.status(), StatusCode::BAD_REQUEST);
}

#[tokio::test]
async fn readiness_follows_the_house() {
    let desk = Desk::open().await;
    assert!(desk.house.ready().ready);
    assert_eq!(desk.get("/readyz").await.status(), StatusCode::OK);
    desk.house.stopped.store(true, Ordering::SeqCst);
    assert_eq!(desk.get("/readyz").await.status(), StatusCode::SERVICE_UNAVAILABLE);
    assert_eq!(desk.get("/healthz").await.status(), StatusCode::OK);
    assert!(ROUTES.iter().all(|route| route.verb == Verb::Get || route.path.starts_with("/v1/")));
}
