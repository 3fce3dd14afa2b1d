//! What is accepted as the settings of a source, and what is refused with the key that is wrong.

use super::*;

fn settings(text: &str) -> Result<Settings, String> {
    toml::from_str(text).map_err(|error| error.message().to_owned())
}

fn refusal(text: &str) -> Option<(&'static str, &'static str)> {
    let settings = settings(text).unwrap();
    settings
        .source(&places())
        .err()
        .map(|error| (error.key, error.code))
}

fn places() -> Places<'static> {
    Places {
        settings: Path::new("/nowhere"),
        inbox: Path::new("/nowhere/inbox"),
    }
}

const HEAD: &str = "feeds = ['prt_deal']\nunits = ['433100']\n";
const POSTGRES: &str =
    "[postgres]\nhost = 'db.example'\ndatabase = 'deals'\nuser = 'reader'\npassword_file = 'p'\n";
const PULL: &str = "[pull]\nquery = 'SELECT a FROM t WHERE m = :period'\n";

#[test]
fn each_kind_has_its_table_and_exactly_one_is_there() {
    assert_eq!(refusal(&format!("{HEAD}[folder]\npath = 'in'\n")), None);
    assert_eq!(refusal(&format!("{HEAD}{POSTGRES}{PULL}")), None);
    assert_eq!(refusal(HEAD), Some(("kind", "source.settings_kind")));
    let two = format!("{HEAD}{POSTGRES}{PULL}[folder]\npath = 'in'\n");
    assert_eq!(refusal(&two), Some(("kind", "source.settings_kind")));
    assert_eq!(
        refusal(&format!("{HEAD}{POSTGRES}")),
        Some(("pull", "source.settings_pull"))
    );
}

#[test]
fn an_unknown_key_is_an_error_wherever_it_stands() {
    for text in [
        format!("{HEAD}colour = 'red'\n[folder]\npath = 'in'\n"),
        format!("{HEAD}[folder]\npath = 'in'\nrady = 'marker'\n"),
        format!("{HEAD}{POSTGRES}passwort = 'x'\n{PULL}"),
        format!("{HEAD}{POSTGRES}{PULL}page = 3\n"),
        format!("{HEAD}[http]\nurl = 'https://a.example/'\nretries = 3\n"),
        format!("{HEAD}[http]\nurl = 'https://a.example/'\n[http.rows]\nsize = 3\n"),
    ] {
        assert!(settings(&text).unwrap_err().contains("unknown field"), "{text}");
    }
}

#[test]
fn a_password_is_never_a_setting() {
    let text = format!("{HEAD}{POSTGRES}{PULL}").replace("password_file", "password");
    assert!(settings(&text).is_err());
}

#[test]
fn what_cannot_be_meant_is_named() {
    let pull = |query: &str, rest: &str| format!("{HEAD}{POSTGRES}[pull]\nquery = '{query}'\n{rest}");
    for (text, key) in [
        (
            format!("feeds = []\nunits = ['433100']\n[folder]\npath = 'in'\n"),
            "feeds",
        ),
        (
            format!("feeds = ['a_b', 'a_b']\nunits = ['433100']\n[folder]\npath = 'in'\n"),
            "feeds",
        ),
        (
            format!("{HEAD}tries_max = 0\n[folder]\npath = 'in'\n"),
            "tries_max",
        ),
        (
            format!("{HEAD}periods_back = 0\n[folder]\npath = 'in'\n"),
            "periods_back",
        ),
        (
            format!("{HEAD}bytes_max = 1\n[folder]\npath = 'in'\n"),
            "bytes_max",
        ),
        (
            format!("{HEAD}[schedule]\nat = '99:00'\n[folder]\npath = 'in'\n"),
            "schedule",
        ),
        (
            format!("{HEAD}[folder]\npath = 'in'\nmarker = '/'\n"),
            "folder.marker",
        ),
        (
            format!("{HEAD}[folder]\npath = 'in'\npattern = '*.csv'\n"),
            "folder.pattern",
        ),
        (
            format!("{HEAD}[folder]\npath = 'in'\nstable_seconds = 0\n"),
            "folder.stable_seconds",
        ),
        (pull("DROP TABLE t", ""), "pull.query"),
        (pull("SELECT 1", "reading = 'key'\n"), "pull.key"),
        (pull("SELECT 1", "page_rows = 0\n"), "pull.page_rows"),
        (
            pull("SELECT 1", "").replace("db.example", "/run/postgresql"),
            "postgres.host",
        ),
    ] {
        assert_eq!(refusal(&text).map(|refusal| refusal.0), Some(key), "{text}");
    }
}
