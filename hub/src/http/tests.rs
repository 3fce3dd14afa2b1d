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

mod answers;
mod files;

struct Desk {
    house: Arc<FakeHouse>,
    metrics: Arc<Metrics>,
    router: Router,
    token: String,
}

impl Desk {
    async fn open() -> Desk {
        Desk::with(HttpSettings {
            submission_bytes_max: 1_000,
            ..HttpSettings::from_limits(&Limits::default())
        })
        .await
    }

    async fn with(settings: HttpSettings) -> Desk {
        let house = FakeHouse::open().await;
        let metrics = Arc::new(Metrics::new());
        let router = router(house.clone(), settings, metrics.clone());
        let token = house.token(TokenKind::Session).await.secret.to_string();
        Desk {
            house,
            metrics,
            router,
            token,
        }
    }

    async fn send(&self, request: Request<Body>) -> Response<Body> {
        self.router.clone().oneshot(request).await.unwrap()
    }

    fn request(&self, method: &str, path: &str) -> axum::http::request::Builder {
        Request::builder()
            .method(method)
            .uri(path)
            .header("authorization", format!("Bearer {}", self.token))
    }

    async fn get(&self, path: &str) -> Response<Body> {
        self.send(self.request("GET", path).body(Body::empty()).unwrap())
            .await
    }

    async fn query(&self, sql: &str, accept: &str) -> Response<Body> {
        let body = json!({ "sql": sql }).to_string();
        self.send(
            self.request("POST", "/v1/query")
                .header("accept", accept)
                .body(Body::from(body))
                .unwrap(),
        )
        .await
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
        let request = Request::builder()
            .method(route.verb.as_str())
            .uri(path)
            .body(Body::empty())
            .unwrap();
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
    assert_eq!(
        open,
        [
            "/v1/login",
            "/v1/password",
            "/healthz",
            "/readyz",
            "/metrics",
            "/openapi.json"
        ]
    );
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
        Request::builder()
            .method("POST")
            .uri("/v1/login")
            .body(Body::from(body))
            .unwrap()
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
    let out = me
        .send(me.request("POST", "/v1/logout").body(Body::empty()).unwrap())
        .await;
    assert_eq!(out.status(), StatusCode::NO_CONTENT);
    assert_eq!(
        me.get("/v1/catalog/feeds").await.status(),
        StatusCode::UNAUTHORIZED
    );
}

#[tokio::test]
async fn too_many_wrong_passwords_must_wait() {
    let desk = Desk::open().await;
    for _ in 0..40 {
        let body = json!({ "name": NAME, "password": "wrong" }).to_string();
        let request = Request::builder()
            .method("POST")
            .uri("/v1/login")
            .body(Body::from(body))
            .unwrap();
        let response = desk.send(request).await;
        if response.status() == StatusCode::TOO_MANY_REQUESTS {
            let seconds: u64 = response.headers()["retry-after"]
                .to_str()
                .unwrap()
                .parse()
                .unwrap();
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
    let request = |body: &str| {
        desk.request("POST", "/v1/query")
            .body(Body::from(body.to_owned()))
            .unwrap()
    };
    for (body, code) in [
        (format!("{{\"sql\": {secret}}}"), "http.body_wrong"),
        (
            format!("{{\"sql\": \"select 1\", \"no\": \"{secret}\"}}"),
            "http.body_wrong",
        ),
        (
            format!("{{\"sql\": \"drop table x where y = '{secret}'\"}}"),
            "query.syntax",
        ),
        (
            format!("{{\"sql\": \"select 1\", \"purpose\": \"{secret} \"}}"),
            "hub.purpose_malformed",
        ),
        (
            "{\"sql\": \"select 1 from v_a; select 2 from v_a\"}".to_owned(),
            "http.one_question",
        ),
        (
            "{\"sql\": \"set taxhub.purpose = 'x'\"}".to_owned(),
            "http.one_question",
        ),
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
    for (path, status) in [
        ("/nothing", 404),
        ("/v1/submissions/..%2f..", 404),
        ("/v1/query", 405),
    ] {
        let response = desk.get(path).await;
        assert_eq!(response.status().as_u16(), status, "{path}");
        assert_eq!(value(response).await["status"], status);
    }
}

#[tokio::test]
async fn a_request_keeps_a_harmless_id_and_loses_any_other() {
    let desk = Desk::open().await;
    for (offered, kept) in [
        ("order-7.a_B", true),
        ("bad id\"}", false),
        (&"x".repeat(65), false),
    ] {
        let request = Request::builder()
            .uri("/healthz")
            .header("x-request-id", offered)
            .body(Body::empty())
            .unwrap();
        let response = desk.send(request).await;
        assert_eq!(response.headers()["x-request-id"] == *offered, kept);
    }
}

#[tokio::test]
async fn readiness_follows_the_house() {
    let desk = Desk::open().await;
    assert!(desk.house.ready().ready);
    assert_eq!(desk.get("/readyz").await.status(), StatusCode::OK);
    desk.house.stopped.store(true, Ordering::SeqCst);
    assert_eq!(
        desk.get("/readyz").await.status(),
        StatusCode::SERVICE_UNAVAILABLE
    );
    assert_eq!(desk.get("/healthz").await.status(), StatusCode::OK);
    assert!(
        ROUTES
            .iter()
            .all(|route| route.verb == Verb::Get || route.path.starts_with("/v1/"))
    );
}
