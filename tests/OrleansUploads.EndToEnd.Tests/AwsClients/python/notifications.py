"""SetVaultNotifications, GetVaultNotifications, DeleteVaultNotifications."""

from glacier_client import INVALID, MISSING, NOT_FOUND, expect, new_vault, refused

TOPIC = "arn:aws:sns:us-east-1:111122223333:finished"
BOTH = ["ArchiveRetrievalCompleted", "InventoryRetrievalCompleted"]


def run(glacier, unvalidated):
    with new_vault(glacier, "notifications") as vault:
        refused(NOT_FOUND, "No notification configuration", glacier.get_vault_notifications, vaultName=vault)
        for events in (BOTH, BOTH[1:]):
            answer = glacier.set_vault_notifications(
                vaultName=vault, vaultNotificationConfig={"SNSTopic": TOPIC, "Events": events})
            expect(answer["ResponseMetadata"]["HTTPStatusCode"], 204, "status of setting a configuration")
            configured = glacier.get_vault_notifications(vaultName=vault)["vaultNotificationConfig"]
            expect(configured, {"SNSTopic": TOPIC, "Events": events}, "configuration")

        refuse(glacier, unvalidated, vault)
        expect(glacier.get_vault_notifications(vaultName=vault)["vaultNotificationConfig"], configured, "configuration after the refusals")
        for _ in range(2):
            answer = glacier.delete_vault_notifications(vaultName=vault)
            expect(answer["ResponseMetadata"]["HTTPStatusCode"], 204, "status of a deletion and of its repetition")
        refused(NOT_FOUND, "No notification configuration", glacier.get_vault_notifications, vaultName=vault)


def refuse(glacier, unvalidated, vault):
    def refuse_setting(error, reason, **configuration):
        refused(error, reason, unvalidated.set_vault_notifications, vaultName=vault, vaultNotificationConfig=configuration)

    refuse_setting(MISSING, "SNSTopic", Events=BOTH)
    refuse_setting(MISSING, "Events", SNSTopic=TOPIC)
    refuse_setting(INVALID, "there are none", SNSTopic=TOPIC, Events=[])
    refuse_setting(INVALID, "Invalid Events: VaultDeleted", SNSTopic=TOPIC, Events=["VaultDeleted"])
    refuse_setting(INVALID, "Invalid SNSTopic", SNSTopic="a-topic", Events=BOTH)
    refused(MISSING, "SNSTopic", glacier.set_vault_notifications, vaultName=vault)
