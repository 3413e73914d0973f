"""A contact file comes in: previewed by the agent, approved by a person, merged by a worker."""

from config.demo.stage import Stage, many

VERDICTS = {
    "new": "new",
    "update": "known already",
    "duplicate": "the same person again",
    "invalid": "no usable number",
    "no_consent": "consent nobody can trace",
    "opt_out": "said no before",
}


def import_contacts(stage: Stage) -> None:
    """Preview, request, countersignature, merge."""
    tell, agent = stage.tell, stage.agent
    tell.chapter("1  A contact file comes in")
    text = stage.contacts.read_text(encoding="utf-8")
    preview = agent.use("whatsapp.contact_import.preview", name=stage.contacts.name, content=text)
    found = preview["data"]
    sums = " + ".join(f"{found[verdict]:,} {words}" for verdict, words in VERDICTS.items())
    tell.done(f"The agent previews {stage.contacts.name}, {many(found['rows'], 'line')}", f"= {sums}")
    for finding in found["findings"][:3]:
        tell.say(f"    [dim]{finding['count']:>5,} × {finding['text']}[/dim]")
    answer = stage.ask("whatsapp.contact.import", "The autumn list from the shops", preview_id=preview["preview_id"])
    tell.waits("It asks for the import; nothing is written yet", answer["request"]["review_url"])
    stage.officer.approve(answer["request"]["review_url"], note="Sources checked with the shops.")
    tell.done("Mei Chan, compliance officer, reads the page at the desk and approves")
    merged = stage.outcome_of(answer)["result"]
    tell.done(
        f"A worker merges it: {merged['created']:,} created, {merged['updated']:,} updated, "
        f"{merged['agreed']:,} consents written down, {merged['opted_out']:,} opt-outs kept",
        f"{merged['stayed_opted_out']:,} had said no here before: a file brings nobody back"
        if merged["stayed_opted_out"]
        else "",
    )
