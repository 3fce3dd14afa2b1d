//! `docs/reference/views.md`, generated from the headers of the views: the page in the repository is the one that they make.

use std::fmt::Write;

use crate::views::{View, embedded};

fn page(views: &[View]) -> String {
    let mut page = "# Shared views\n\nThis page is made from the headers in `queries`; a test writes it anew when they change. A view is there if the \
                    centre takes all of its inputs.\n\n| View | 名称 | Title | 粒度 | Grain | Inputs |\n| --- | --- | --- | --- | --- | --- |\n"
        .to_owned();
    for view in views {
        let (title, grain) = (view.title(), view.grain());
        let _ = writeln!(
            page,
            "| [`{0}`](#{0}) | {1} | {2} | {3} | {4} | {5} |",
            view.name(),
            title.zh,
            title.en,
            grain.zh,
            grain.en,
            inputs(view)
        );
    }
    for view in views {
        section(&mut page, view);
    }
    page
}

fn section(page: &mut String, view: &View) {
    let (title, grain) = (view.title(), view.grain());
    let _ = write!(
        page,
        "\n## {}\n\n{}。{}. Owner `{}`; inputs {}.\n\n- 粒度 {}；{}\n",
        view.name(),
        title.zh,
        title.en,
        view.owner(),
        inputs(view),
        grain.zh,
        grain.en
    );
    for basis in view.basis() {
        let _ = writeln!(page, "- 依据 {basis}");
    }
    for lowered in view.lowered() {
        let (columns, reason) = (lowered.columns.join("`, `"), &lowered.reason);
        let _ = writeln!(page, "- lowered `{columns}`: {}；{}", reason.zh, reason.en);
    }
    if view.unlisted() {
        page.push_str("- unlisted\n");
    }
    page.push_str("\n| Column | Class | Level | 说明 | Meaning |\n| --- | --- | --- | --- | --- |\n");
    for column in view.columns() {
        let class = format!("{:?}", column.class).to_lowercase();
        let (name, comment) = (&column.name, &column.comment);
        let _ = writeln!(
            page,
            "| `{name}` | {class} | {:?} | {} | {} |",
            column.level, comment.zh, comment.en
        );
    }
}

fn inputs(view: &View) -> String {
    if view.inputs().is_empty() {
        return "–".to_owned();
    }
    let names = view.inputs().iter().map(|feed| format!("`{feed}`"));
    names.collect::<Vec<_>>().join(", ")
}

#[test]
fn the_page_in_the_repository_is_the_one_the_headers_make() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/reference/views.md");
    let made = page(&embedded().unwrap());
    if std::fs::read_to_string(path).unwrap_or_default() != made {
        std::fs::write(path, made).unwrap();
        panic!("docs/reference/views.md was out of date and is now rewritten: look at it and commit it");
    }
}
