//! Files on their way in, and their findings.

use super::*;

#[tokio::test]
async fn a_file_streams_in_up_to_its_limit() {
    let desk = Desk::open().await;
    let path = "/v1/submissions?feed=pow_usage&period=202501&unit=433100&file_name=%E7%94%A8%E7%94%B5.csv";
    let pieces = |count: usize| {
        let pieces =
            futures::stream::iter((0..count).map(|_| Ok::<_, std::io::Error>("0123456789".repeat(10))));
        desk.request("POST", path)
            .body(Body::from_stream(pieces))
            .unwrap()
    };
    let response = desk.send(pieces(10)).await;
    assert_eq!(response.status(), StatusCode::CREATED);
    let receipt = value(response).await;
    assert_eq!(
        (receipt["verdict"].as_str(), receipt["file_name"].as_str()),
        (Some("accepted"), Some("用电.csv"))
    );
    assert_eq!(desk.house.received.lock().unwrap().len(), 1_000);
    assert_eq!(desk.send(pieces(10)).await.status(), StatusCode::OK);
    assert_eq!(
        desk.send(pieces(11)).await.status(),
        StatusCode::PAYLOAD_TOO_LARGE
    );
    let announced = desk
        .request("POST", path)
        .header("content-length", "1001")
        .body(Body::empty())
        .unwrap();
    assert_eq!(desk.send(announced).await.status(), StatusCode::PAYLOAD_TOO_LARGE);
    for wrong in [
        "/v1/submissions?feed=pow_usage",
        "/v1/submissions?feed=No&period=1&unit=433100",
    ] {
        let response = desk
            .send(desk.request("POST", wrong).body(Body::empty()).unwrap())
            .await;
        assert_eq!(response.status(), StatusCode::BAD_REQUEST);
    }
    assert!(
        desk.metrics
            .render()
            .contains("taxhub_submissions_total{verdict=\"accepted\"} 1\n")
    );
}

#[tokio::test]
async fn a_sender_who_pauses_too_long_is_not_waited_for() {
    let mut settings = HttpSettings::from_limits(&Limits::default());
    settings.pause_time_max = Duration::from_millis(50);
    let desk = Desk::with(settings).await;
    let body = Body::from_stream(futures::stream::pending::<Result<String, std::io::Error>>());
    let request = desk
        .request("POST", "/v1/submissions?feed=pow_usage&period=202501&unit=433100")
        .body(body)
        .unwrap();
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
    assert_eq!(
        desk.get(&format!("{path}?limit=many")).await.status(),
        StatusCode::BAD_REQUEST
    );
}
