"""The house rules, as a test: `python3 tests/tidy` prints every breach and fails if there is one.

Rules may be added freely. The files under `exceptions/` may only shrink: a line that is no longer needed is itself a
breach. Needs Python 3.10 and `cargo`, no packages.
"""
import sys
from pathlib import Path

import documents
import edges
import sources
import texts
from repository import Repository

RULES = [
    edges.crates_depend_as_drawn,
    edges.engines_have_one_home,
    sources.first_line_tells_the_purpose,
    sources.unsafe_is_forbidden,
    sources.files_stay_short,
    sources.names_say_something,
    sources.nothing_is_left_for_later,
    sources.engines_are_named_at_home_only,
    sources.invariants_name_their_owner,
    documents.no_machine_is_named,
    documents.no_registry_is_named,
    documents.invariants_are_documented,
    documents.links_lead_somewhere,
    documents.pages_are_in_the_summary,
    documents.queries_carry_a_header,
    texts.messages_exist_in_both_languages,
    texts.codes_in_the_source_have_a_text,
    texts.people_are_not_addressed_in_code,
]


def main() -> int:
    repository = Repository(Path(__file__).resolve().parents[2])
    breaches = 0
    for rule in RULES:
        for breach in rule(repository):
            breaches += 1
            print(f"tidy: {rule.__name__.replace('_', ' ')}: {breach}")
    for leftover in repository.unused_exceptions():
        breaches += 1
        print(f"tidy: exceptions only shrink: {leftover}")
    print(f"tidy: {len(RULES) + 1} rules, {breaches} breaches")
    return 1 if breaches else 0


if __name__ == "__main__":
    sys.exit(main())
