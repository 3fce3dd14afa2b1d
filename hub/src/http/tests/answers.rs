//! Questions over HTTP: forms of an answer, refusals before and after the first row, purposes.

use super::*;

#[tokio::test]
async fn answers_come_in_four_forms_with_what_they_rest_on() {
    let desk = Desk::open().await;
    let response = desk.query("select * from v_rows", "*/*").await;
    let header: Value =
        serde_json::from_str(response.headers()["x-taxhub-answer"].to_str().unwrap()).unwrap();
    let answer = value(response).await;
    assert_eq!(answer["meta"], header);
    assert_eq!(answer["meta"]["agreements"][0]["scope"], "全州");
    assert_eq!(answer["meta"]["agreements"][0]["masks"]["account_no"], "token");
    assert!(answer["meta"]["audit_entry"].is_u64());
    assert_eq!(
        answer["rows"][1]["kwh"],
        "999999999999999999999999999999999999.99"
    );
    assert_eq!(answer["rows"][0]["month"], "2025-01-01");
    assert_eq!(
        (answer["rows_total"].as_u64(), answer["complete"].as_bool()),
        (Some(3), Some(true))
    );

    assert_eq!(
        text(desk.query("select * from v_rows", "application/x-ndjson").await)
            .await
            .lines()
            .count(),
        3
    );
    assert_eq!(
        text(desk.query("select * from v_none", "text/csv").await).await,
        "county_code,kwh,subjects_n,month\n"
    );
    let response = desk
        .query("select * from v_rows", "application/vnd.apache.arrow.stream")
        .await;
    let bytes = to_bytes(response.into_body(), 1 << 20).await.unwrap();
    let batches: Vec<RecordBatch> = StreamReader::try_new(&bytes[..], None)
        .unwrap()
        .map(Result::unwrap)
        .collect();
    assert_eq!(batches.iter().map(RecordBatch::num_rows).sum::<usize>(), 3);
    assert_eq!(
        desk.query("select * from v_rows", "image/png").await.status(),
        StatusCode::NOT_ACCEPTABLE
    );
    assert!(
        desk.metrics
            .render()
            .contains("taxhub_answer_rows_total{protocol=\"http\"} 9\n")
    );
}

#[tokio::test]
async fn a_refusal_before_the_first_row_is_a_problem_and_after_it_breaks_the_answer() {
    let desk = Desk::open().await;
    let denied = desk.query("select * from v_secret", "*/*").await;
    assert_eq!(denied.status(), StatusCode::FORBIDDEN);
    assert_eq!(value(denied).await["sqlstate"], "42501");
    assert_eq!(
        desk.query("select * from v_refused", "*/*").await.status(),
        StatusCode::BAD_REQUEST
    );

    let broken = value(desk.query("select * from v_breaks", "*/*").await).await;
    assert_eq!(
        (
            broken["complete"].as_bool(),
            broken["rows"].as_array().unwrap().len()
        ),
        (Some(false), 3)
    );
    assert_eq!(broken["problem"]["sqlstate"], "53200");
    let lines = text(desk.query("select * from v_breaks", "application/x-ndjson").await).await;
    assert!(lines.lines().last().unwrap().contains("\"problem\""));
    for accept in ["text/csv", "application/vnd.apache.arrow.stream"] {
        let response = desk.query("select * from v_breaks", accept).await;
        assert!(
            to_bytes(response.into_body(), 1 << 20).await.is_err(),
            "{accept} passed for whole"
        );
    }
}

#[tokio::test]
async fn a_reader_who_leaves_stops_the_query() {
    let desk = Desk::open().await;
    let response = desk.query("select * from v_endless", "*/*").await;
    assert!(!desk.house.stopped.load(Ordering::SeqCst));
    drop(response);
    assert!(desk.house.stopped.load(Ordering::SeqCst));
    assert!(
        desk.metrics
            .render()
            .contains("taxhub_queries_total{protocol=\"http\",outcome=\"cancelled\"} 1\n")
    );
}

#[tokio::test]
async fn the_purpose_comes_from_the_field_the_header_or_the_account() {
    let desk = Desk::open().await;
    let body =
        |purpose: Option<&str>| json!({ "sql": "select * from v_rows", "purpose": purpose }).to_string();
    let asked = |header: Option<&str>, field: Option<&str>| {
        let mut request = desk.request("POST", "/v1/query");
        if let Some(header) = header {
            request = request.header("x-taxhub-purpose", header);
        }
        request.body(Body::from(body(field))).unwrap()
    };
    for (header, field, purpose) in [
        (None, None, "tax_risk"),
        (Some("audit_case"), None, "audit_case"),
        (Some("audit_case"), Some("other"), "other"),
    ] {
        assert_eq!(desk.send(asked(header, field)).await.status(), StatusCode::OK);
        assert_eq!(desk.house.purpose.lock().unwrap().as_deref(), Some(purpose));
    }
    assert_eq!(
        desk.send(asked(Some("Not one"), None)).await.status(),
        StatusCode::BAD_REQUEST
    );
}

#[tokio::test]
async fn leads_are_asked_for_like_any_view_and_a_model_without_an_agreement_is_named() {
    let desk = Desk::open().await;
    let leads = value(desk.get("/v1/leads?limit=2").await).await;
    assert_eq!(leads["models"][0]["model"], "M05");
    assert_eq!(
        (&leads["models"][0]["answered"], &leads["models"][0]["hits"]),
        (&json!(true), &json!(3))
    );
    assert!(leads["models"][0]["meta"]["audit_entry"].is_u64());
    assert_eq!(
        (&leads["models"][1]["answered"], &leads["models"][1]["code"]),
        (&json!(false), &json!("denial.no_agreement"))
    );
    assert_eq!(leads["total"], 3);
    assert_eq!(leads["items"].as_array().unwrap().len(), 2);
    assert_eq!((&leads["next"], &leads["complete"]), (&json!(2), &json!(true)));
    let rest = value(desk.get("/v1/leads?after=2").await).await;
    assert_eq!(
        (rest["items"].as_array().unwrap().len(), &rest["next"]),
        (1, &Value::Null)
    );

    assert_eq!(
        desk.get("/v1/leads?model=M26").await.status(),
        StatusCode::FORBIDDEN
    );
    for wrong in ["model=M99", "county=jishou", "kind=all", "colour=red", "after=x"] {
        assert_eq!(
            desk.get(&format!("/v1/leads?{wrong}")).await.status(),
            StatusCode::BAD_REQUEST,
            "{wrong}"
        );
    }
}
