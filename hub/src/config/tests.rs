//! Settings: what is accepted, what is refused and how the refusal reads.

use std::fs;
use std::path::Path;

use schemas::texts;

use super::{Config, reference};

fn refusal(text: &str) -> super::ConfigError {
    Config::parse(text).expect_err("the text should be refused")
}

#[test]
fn an_empty_file_is_the_defaults_and_the_defaults_are_a_file() {
    assert_eq!(Config::parse("").unwrap(), Config::default());
    assert_eq!(
        Config::parse(&Config::default().to_toml()).unwrap(),
        Config::default()
    );
}

#[test]
fn an_unknown_key_is_named_with_its_line() {
    let error = refusal("data_dir = \"d\"\n\n[limits]\nrows = 10\nrosw = 5\n");
    assert_eq!(error.code, "hub.config_wrong");
    assert!(error.args.contains(&("line", "5".to_owned())), "{error:?}");
    assert!(
        error.args.contains(&("key", "limits.rosw".to_owned())),
        "{error:?}"
    );
}

#[test]
fn a_value_of_the_wrong_kind_is_named_with_its_line() {
    let error = refusal("[listen]\nhttp = 80\n");
    assert!(error.args.contains(&("line", "2".to_owned())), "{error:?}");
    assert!(
        error.args.contains(&("key", "listen.http".to_owned())),
        "{error:?}"
    );
}

#[test]
fn an_unknown_table_is_named() {
    let error = refusal("[lisen]\nhttp = \"127.0.0.1:1\"\n");
    assert!(error.args.contains(&("key", "lisen".to_owned())), "{error:?}");
}

#[test]
fn a_network_address_needs_the_word_that_something_else_protects_it() {
    assert_eq!(
        refusal("[listen]\npg = \"0.0.0.0:5432\"\n").code,
        "hub.config_plain_network"
    );
    Config::parse("[listen]\npg = \"0.0.0.0:5432\"\nallow_plain_network = true\n").unwrap();
    Config::parse("[listen]\npg = \"[::1]:0\"\n").unwrap();
}

#[test]
fn a_bucket_needs_a_plain_address_and_its_endpoint_protection() {
    let lake = |lines: &str| format!("[lake]\naccess_key_id = \"hub\"\n{lines}");
    for url in [
        "bucket/lake",
        "http://bucket",
        "s3://hub:hush@bucket",
        "s3://bucket?x=1",
        "s3://bucket:1/x",
    ] {
        let error = refusal(&lake(&format!("url = \"{url}\"\n")));
        assert_eq!(
            (error.code, error.args[0].1.as_str()),
            ("hub.config_lake", "lake.url"),
            "{url}"
        );
        assert!(!format!("{error:?}").contains("hush"));
    }
    let plain = "url = \"s3://bucket/lake\"\nendpoint = \"http://127.0.0.1:9000\"\n";
    assert_eq!(refusal(&lake(plain)).args[0].1, "lake.endpoint");
    Config::parse(&lake(&format!("{plain}allow_http = true\n"))).unwrap();
    Config::parse(&lake("url = \"s3://bucket/lake\"\n")).unwrap();
    assert_eq!(
        refusal("[lake]\nurl = \"s3://bucket/lake\"\n").args[0].1,
        "lake.access_key_id"
    );
}

#[test]
fn feeds_that_a_centre_does_not_take_are_named_or_begun() {
    let feeds = |list: &str| Config::parse(&format!("[feeds]\nabsent = {list}\n"));
    let config = feeds(r#"["tax_*", "tob_leaf"]"#).unwrap();
    for (feed, taken) in [
        ("tax_collection", false),
        ("tob_leaf", false),
        ("tob_leaf_more", true),
        ("pow_usage", true),
    ] {
        assert_eq!(config.feeds.takes(&feed.parse().unwrap()), taken, "{feed}");
    }
    let known: Vec<schemas::FeedId> = ["tax_collection", "tob_leaf"]
        .map(|feed| feed.parse().unwrap())
        .into();
    assert_eq!(config.feeds.misspelt(known.iter()), None);
    assert_eq!(config.feeds.misspelt(known.iter().take(1)), Some("tob_leaf"));
    assert!(Config::default().feeds.takes(&known[0]));
    assert!(
        !Config::default().feeds.signs(&known[0]),
        "nothing is signed unless asked for"
    );
    let signed = Config::parse("[feeds]\nsigned = [\"tax_*\"]\n").unwrap().feeds;
    assert!(signed.signs(&known[0]) && !signed.signs(&known[1]) && signed.takes(&known[0]));
    assert_eq!(signed.misspelt_signed(known.iter().skip(1)), Some("tax_*"));
    assert!(Config::parse("[feeds]\nsigned = [\"*\"]\n").is_err());
    for list in [
        r#"["*"]"#,
        r#"[""]"#,
        r#"["tax*_x"]"#,
        r#"["Tax_*"]"#,
        r#"["tax-*"]"#,
    ] {
        assert_eq!(feeds(list).unwrap_err().code, "hub.config_feed_pattern", "{list}");
    }
    assert_eq!(refusal("[feeds]\nabsnt = []\n").code, "hub.config_wrong");
}

#[test]
fn limits_have_limits() {
    let error = refusal("[limits]\nquery_seconds = 0\n");
    assert_eq!(error.code, "hub.config_out_of_range");
    assert_eq!(
        refusal("[log]\nlevel = \"hub=lots\"\n").code,
        "hub.config_log_level"
    );
}

#[test]
fn paths_follow_the_file_not_the_working_folder() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("taxhub.toml");
    fs::write(&file, "data_dir = \"here\"\n").unwrap();
    assert_eq!(Config::load(&file).unwrap().data_dir, folder.path().join("here"));
    assert_eq!(
        Config::load(&folder.path().join("none.toml")).unwrap_err().code,
        "hub.config_unreadable"
    );
}

/// Tests run in the crate's folder, so a file of the repository has a relative path here.
#[test]
fn a_file_named_by_a_relative_path_still_gives_whole_paths() {
    let folder = tempfile::tempdir_in(".").unwrap();
    let file = folder.path().join("taxhub.toml");
    std::fs::write(&file, "data_dir = \"here\"\n").unwrap();
    let relative = Path::new(".")
        .join(folder.path().file_name().unwrap())
        .join("taxhub.toml");
    let config = Config::load(&relative).unwrap();
    assert!(config.data_dir.is_absolute());
    assert_eq!(config.data_dir.file_name().unwrap(), "here");
}

#[test]
fn every_key_has_a_text_and_the_page_in_the_repository_is_the_generated_one() {
    for (key, _) in super::reference::keys() {
        assert!(
            texts::get(&super::reference::code(&key)).is_some(),
            "no text for {key}"
        );
    }
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/reference/configuration.md");
    let kept = fs::read_to_string(path).unwrap_or_default();
    if kept != reference() {
        fs::write(path, reference()).unwrap();
        panic!(
            "docs/reference/configuration.md was out of date and is now rewritten: look at it and commit it"
        );
    }
}
