//! Every code that this crate gives out has a sentence.

use std::path::Path;

/// The codes as they stand in the sources: `"section.key"`.
fn codes(dir: &Path, found: &mut Vec<String>) {
    for entry in std::fs::read_dir(dir).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            codes(&path, found);
        } else if !path.components().any(|part| part.as_os_str() == "tests") {
            let text = std::fs::read_to_string(&path).unwrap();
            let quoted = text.split('"').filter(|part| {
                let sections = ["denial.", "agreement.", "sign_in."];
                sections.iter().any(|section| part.starts_with(section))
            });
            found.extend(quoted.map(str::to_owned));
        }
    }
}

#[test]
fn every_code_has_a_text() {
    let mut found = Vec::new();
    codes(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src"), &mut found);
    assert!(found.len() > 40);
    for code in found {
        assert!(schemas::texts::get(&code).is_some(), "{code}");
    }
}
