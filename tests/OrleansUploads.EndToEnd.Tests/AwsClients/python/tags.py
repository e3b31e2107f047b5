"""AddTagsToVault, ListTagsForVault, RemoveTagsFromVault."""

from glacier_client import INVALID, LIMIT, MISSING, expect, new_vault, refused


def run(glacier, unvalidated):
    with new_vault(glacier, "tags") as vault:
        add_and_remove(glacier, vault)
        refuse(glacier, unvalidated, vault)
        fill_the_vault(glacier, vault)


def tags_of(glacier, vault):
    return glacier.list_tags_for_vault(vaultName=vault)["Tags"]


def add_and_remove(glacier, vault):
    expect(tags_of(glacier, vault), {}, "tags of a new vault")
    added = glacier.add_tags_to_vault(vaultName=vault, Tags={"project": "Ørsted/2026", "empty": "", "Project": "+=.@-_"})
    expect(added["ResponseMetadata"]["HTTPStatusCode"], 204, "status of adding tags")
    expect(tags_of(glacier, vault), {"project": "Ørsted/2026", "empty": "", "Project": "+=.@-_"}, "tags")
    glacier.add_tags_to_vault(vaultName=vault, Tags={"empty": "no longer"})
    expect(tags_of(glacier, vault)["empty"], "no longer", "replaced value")
    removed = glacier.remove_tags_from_vault(vaultName=vault, TagKeys=["project", "Project", "never-there"])
    expect(removed["ResponseMetadata"]["HTTPStatusCode"], 204, "status of removing tags")
    expect(tags_of(glacier, vault), {"empty": "no longer"}, "remaining tags")


def refuse(glacier, unvalidated, vault):
    before = tags_of(glacier, vault)
    for tags, reason in (
            ({}, "there are 0"),
            ({f"key-{number}": "v" for number in range(11)}, "there are 11"),
            ({"valid": "v", "aws:mine": "v"}, "aws:"),
            ({"k" * 129: "v"}, "1 to 128"),
            ({"key": "v" * 256}, "at most 255"),
            ({"ke*y": "v"}, "Invalid tag key"),
            ({"key": "v;w"}, "Invalid value of the tag")):
        refused(INVALID, reason, unvalidated.add_tags_to_vault, vaultName=vault, Tags=tags)
    refused(MISSING, "Required parameter missing", glacier.add_tags_to_vault, vaultName=vault)
    refused(INVALID, "there are 0", unvalidated.remove_tags_from_vault, vaultName=vault, TagKeys=[])
    refused(INVALID, "Invalid tag key", glacier.remove_tags_from_vault, vaultName=vault, TagKeys=["ke*y"])
    refused(MISSING, "Required parameter missing", glacier.remove_tags_from_vault, vaultName=vault)
    expect(tags_of(glacier, vault), before, "tags after the refusals")


def fill_the_vault(glacier, vault):
    glacier.remove_tags_from_vault(vaultName=vault, TagKeys=list(tags_of(glacier, vault)))
    for tens in range(5):
        glacier.add_tags_to_vault(vaultName=vault, Tags={f"key-{tens}{ones}": "value" for ones in range(10)})
    refused(LIMIT, "more than 50", glacier.add_tags_to_vault, vaultName=vault, Tags={"key-50": "value"})
    glacier.add_tags_to_vault(vaultName=vault, Tags={"key-49": "another"})
    tags = tags_of(glacier, vault)
    expect((len(tags), tags["key-49"]), (50, "another"), "tags of a full vault")
