//! Web services that a test plays: what they say is a list of answers, one per request.

mod service;

use chrono::NaiveDate;
use tokio::io::AsyncReadExt;
use tokio::net::TcpListener;

use super::*;
use crate::parcel::SlotWords;
use service::service;

pub(crate) fn wanted() -> Wanted {
    Wanted {
        slot: SlotWords {
            feed: "prt_deal".to_owned(),
            period: "202501".to_owned(),
            unit: "433100".to_owned(),
        },
        first_day: NaiveDate::from_ymd_opt(2025, 1, 1).unwrap(),
        last_day: NaiveDate::from_ymd_opt(2025, 1, 31).unwrap(),
    }
}

fn said(status: u16, body: &str) -> String {
    format!(
        "HTTP/1.1 {status} X\r\ncontent-length: {}\r\nconnection: close\r\n\r\n{body}",
        body.len()
    )
}

fn page(body: &str) -> String {
    said(200, body)
}

fn source(address: &str, rest: &str) -> Http {
    let text = format!("feeds = ['prt_deal']\nunits = ['433100']\n[http]\nurl = '{address}{rest}");
    let settings: Settings = toml::from_str(&text).unwrap();
    Http::new(settings.http.clone().unwrap(), &settings, Path::new("/")).unwrap()
}

async fn read(source: &Http) -> Result<String, Trouble> {
    let parcel = Parcel {
        name: name(&wanted()),
        version: String::new(),
        slot: wanted().slot,
        zero: false,
        days: Some((wanted().first_day, wanted().last_day)),
    };
    let (mut reader, told) = source.open(&parcel).await?.into_parts();
    let mut text = String::new();
    match reader.read_to_string(&mut text).await {
        Ok(_) => Ok(text),
        Err(_) => Err(told.trouble().unwrap()),
    }
}

const PAGED: &str =
    "/deals?from={first_day}&page={page}'\n[http.rows]\nat = 'data.list'\ntotal = 'data.total'\n";

fn listed(total: u64, rows: &str) -> String {
    page(&format!(
        "{{\"data\": {{\"total\": {total}, \"list\": [{rows}]}}}}"
    ))
}

#[tokio::test]
async fn pages_become_one_file_and_numbers_keep_their_digits() {
    let service = service(vec![
        listed(
            3,
            r#"{"no": "A1", "price": 123456789012345678.90}, {"no": "A,2", "price": null}"#,
        ),
        listed(3, r#"{"no": "A3", "price": 0.10}"#),
    ])
    .await;
    let text = read(&source(&service.address, PAGED)).await.unwrap();
    assert_eq!(
        text,
        "no,price\r\nA1,123456789012345678.90\r\n\"A,2\",\r\nA3,0.10\r\n"
    );
    let heads = service.heads.lock().unwrap().clone();
    assert_eq!(heads.len(), 2);
    assert!(
        heads[1].starts_with("GET /deals?from=2025-01-01&page=2 "),
        "{}",
        heads[1]
    );
}

#[tokio::test]
async fn their_names_become_ours_and_other_fields_stay_there() {
    let service = service(vec![page(
        r#"[{"BID_SECTION_CODE": "A1", "secret": "x", "deep": {"a": 1}}]"#,
    )])
    .await;
    let settings = "/deals'\n[http.rows]\nfields = { BID_SECTION_CODE = 'lot_no', PRICE = 'deal_price' }\n";
    let text = read(&source(&service.address, settings)).await.unwrap();
    assert_eq!(text, "lot_no,deal_price\r\nA1,\r\n");
}

#[tokio::test]
async fn a_list_whose_count_differs_is_not_taken() {
    let fewer = vec![listed(3, r#"{"no": "A1"}"#), listed(3, "")];
    let service_fewer = service(fewer).await;
    assert_eq!(
        read(&source(&service_fewer.address, PAGED)).await,
        Err(Trouble::CountDiffers)
    );
    let moved = vec![listed(3, r#"{"no": "A1"}"#), listed(4, r#"{"no": "A2"}"#)];
    let service_moved = service(moved).await;
    assert_eq!(
        read(&source(&service_moved.address, PAGED)).await,
        Err(Trouble::Changed)
    );
}

#[tokio::test]
async fn a_service_that_gives_the_same_page_for_ever_is_noticed() {
    let same = || page(r#"[{"no": "A1"}]"#);
    let service = service(vec![same(), same(), same()]).await;
    let settings = "/deals?page={page}'\n[http.rows]\n";
    assert_eq!(
        read(&source(&service.address, settings)).await,
        Err(Trouble::CountDiffers)
    );
}

#[tokio::test]
async fn a_cursor_is_followed_to_its_end() {
    let service = service(vec![
        page(r#"{"rows": [{"no": "A1"}], "next": "b&c"}"#),
        page(r#"{"rows": [{"no": "A2"}], "next": null}"#),
    ])
    .await;
    let settings = "/deals?c={cursor}'\n[http.rows]\nat = 'rows'\nnext = 'next'\n";
    assert_eq!(
        read(&source(&service.address, settings)).await.unwrap(),
        "no\r\nA1\r\nA2\r\n"
    );
    assert!(service.heads.lock().unwrap()[1].starts_with("GET /deals?c=b%26c "));
}

#[tokio::test]
async fn what_may_be_over_soon_is_tried_again_and_what_may_not_is_told() {
    let again = service(vec![said(503, ""), said(429, ""), page(r#"[{"no": "A1"}]"#)]).await;
    let settings = "/deals'\n[http.rows]\n";
    assert_eq!(
        read(&source(&again.address, settings)).await.unwrap(),
        "no\r\nA1\r\n"
    );
    let told = [
        (401, Trouble::Credentials),
        (403, Trouble::Credentials),
        (404, Trouble::NothingThere),
        (400, Trouble::QueryRefused),
        (302, Trouble::QueryRefused),
    ];
    for (status, trouble) in told {
        let service = service(vec![said(status, "")]).await;
        assert_eq!(
            read(&source(&service.address, settings)).await,
            Err(trouble),
            "{status}"
        );
        assert_eq!(service.heads.lock().unwrap().len(), 1);
    }
}

#[tokio::test]
async fn a_page_that_breaks_off_is_asked_for_again_and_a_file_is_not_taken() {
    let broken = "HTTP/1.1 200 X\r\ncontent-length: 500\r\nconnection: close\r\n\r\n[{\"no\"";
    let pages = service(vec![broken.to_owned(), page(r#"[{"no": "A1"}]"#)]).await;
    assert_eq!(
        read(&source(&pages.address, "/deals'\n[http.rows]\n"))
            .await
            .unwrap(),
        "no\r\nA1\r\n"
    );
    let file = service(vec![broken.to_owned()]).await;
    assert_eq!(
        read(&source(&file.address, "/deals.csv'\n")).await,
        Err(Trouble::CutShort)
    );
}

#[tokio::test]
async fn a_service_that_says_no_in_a_good_answer_is_believed() {
    let settings = "/deals'\n[http.rows]\nat = 'data'\nstatus = 'code'\nstatus_good = ['0', '200']\n";
    let good = service(vec![page(r#"{"code": 200, "data": [{"no": "A1"}]}"#)]).await;
    assert_eq!(
        read(&source(&good.address, settings)).await.unwrap(),
        "no\r\nA1\r\n"
    );
    let bad = service(vec![page(r#"{"code": 500, "data": []}"#)]).await;
    assert_eq!(
        read(&source(&bad.address, settings)).await,
        Err(Trouble::QueryRefused)
    );
}

#[tokio::test]
async fn a_field_that_comes_late_is_not_lost_in_silence() {
    let service = service(vec![
        page(r#"{"rows": [{"no": "A1"}], "next": "2"}"#),
        page(r#"{"rows": [{"no": "A2", "new": "x"}], "next": null}"#),
    ])
    .await;
    let settings = "/deals?c={cursor}'\n[http.rows]\nat = 'rows'\nnext = 'next'\n";
    assert_eq!(
        read(&source(&service.address, settings)).await,
        Err(Trouble::FieldUnknown)
    );
}

#[tokio::test]
async fn what_is_no_list_of_rows_is_not_taken() {
    for body in ["", "<html>", "{", r#"[[1]]"#, r#"[{"a": [1]}]"#, r#"{"data": 1}"#] {
        let service = service(vec![page(body)]).await;
        let settings = "/deals'\n[http.rows]\n";
        assert_eq!(
            read(&source(&service.address, settings)).await,
            Err(Trouble::Unreadable),
            "{body}"
        );
    }
    let empty = service(vec![page("[]")]).await;
    assert_eq!(
        read(&source(&empty.address, "/deals'\n[http.rows]\n")).await,
        Err(Trouble::NothingThere)
    );
}

#[tokio::test]
async fn a_tag_tells_that_a_file_is_another_one() {
    let tagged = |tag: &str| {
        format!("HTTP/1.1 200 X\r\netag: \"{tag}\"\r\ncontent-length: 1\r\nconnection: close\r\n\r\na")
    };
    let service = service(vec![tagged("1"), tagged("1"), tagged("2")]).await;
    let source = source(&service.address, "/deals.csv'\n");
    let mut versions = Vec::new();
    for _ in 0..3 {
        versions.push(source.look(&[wanted()]).await.unwrap().parcels.remove(0).version);
    }
    assert!(
        versions[0] == versions[1] && versions[1] != versions[2],
        "{versions:?}"
    );
}

#[tokio::test]
async fn nobody_at_the_address_is_a_trouble_that_may_be_over_soon() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = format!("http://{}", listener.local_addr().unwrap());
    drop(listener);
    assert_eq!(
        read(&source(&address, "/deals.csv'\n")).await,
        Err(Trouble::Unreachable)
    );
}

#[test]
fn an_address_is_written_out_and_encrypted() {
    let refused = |url: &str, extra: &str| {
        let text = format!("feeds = ['prt_deal']\nunits = ['433100']\n[http]\nurl = '{url}'\n{extra}");
        let settings: Settings = toml::from_str(&text).unwrap();
        Http::new(settings.http.clone().unwrap(), &settings, Path::new("/"))
            .err()
            .map(|error| error.key)
    };
    for url in [
        "http://data.example/x",
        "https://{unit}/x",
        "https://data.example{unit}/x",
        "https://user:secret@data.example/x",
        "file:///etc/passwd",
        "ftp://data.example/x",
        "https://data.example/{periods}",
    ] {
        assert_eq!(refused(url, ""), Some("url"), "{url}");
    }
    assert_eq!(refused("https://data.example/{unit}", ""), None);
    assert_eq!(refused("https://data.example", ""), None);
    assert_eq!(refused("http://data.example/x", "plain_network = true"), None);
    assert_eq!(refused("http://127.0.0.1:1/x", ""), None);
    assert_eq!(refused("https://data.example/{page}", ""), Some("rows"));
}
