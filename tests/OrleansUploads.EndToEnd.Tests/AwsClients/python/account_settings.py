"""The data retrieval policy and provisioned capacity."""

from datetime import datetime, timedelta

from glacier_client import INVALID, LIMIT, MISSING, expect, refused

UNLIMITED = {"Strategy": "None"}


def run(glacier, unvalidated):
    set_policies(glacier)
    refuse_policies(glacier, unvalidated)
    purchase(glacier)


def rules(glacier):
    return glacier.get_data_retrieval_policy()["Policy"]["Rules"]


def set_policies(glacier):
    expect(rules(glacier), [UNLIMITED], "policy of a new account")
    for rule in ({"Strategy": "BytesPerHour", "BytesPerHour": 2 ** 63 - 1}, {"Strategy": "FreeTier"}, UNLIMITED):
        answer = glacier.set_data_retrieval_policy(Policy={"Rules": [rule]})
        expect(answer["ResponseMetadata"]["HTTPStatusCode"], 204, "status of setting a policy")
        expect(rules(glacier), [rule], "policy that was set")


def refuse_policies(glacier, unvalidated):
    def refuse(error, reason, *rules):
        refused(error, reason, unvalidated.set_data_retrieval_policy, Policy={"Rules": rules})

    refuse(INVALID, "there are 0")
    refuse(INVALID, "there are 2", UNLIMITED, UNLIMITED)
    refuse(INVALID, "Invalid Strategy: All", {"Strategy": "All"})
    refuse(INVALID, "Invalid BytesPerHour: 0", {"Strategy": "BytesPerHour", "BytesPerHour": 0})
    refuse(INVALID, "The strategy FreeTier does not have this field", {"Strategy": "FreeTier", "BytesPerHour": 1})
    refuse(MISSING, "BytesPerHour", {"Strategy": "BytesPerHour"})
    refuse(MISSING, "Strategy", {"BytesPerHour": 1})
    refused(MISSING, "Policy", glacier.set_data_retrieval_policy)
    expect(rules(glacier), [UNLIMITED], "policy after the refusals")


def purchase(glacier):
    expect(glacier.list_provisioned_capacity()["ProvisionedCapacityList"], [], "capacity of a new account")
    purchased = []
    for _ in range(2):
        answer = glacier.purchase_provisioned_capacity()
        expect(answer["ResponseMetadata"]["HTTPStatusCode"], 201, "status of a purchase")
        expect(len(answer["capacityId"]), 24, "length of the capacity ID")
        purchased.append(answer["capacityId"])
    refused(LIMIT, "has 2 units", glacier.purchase_provisioned_capacity)
    listed = glacier.list_provisioned_capacity()["ProvisionedCapacityList"]
    expect(sorted(unit["CapacityId"] for unit in listed), sorted(purchased), "purchased capacity")
    for unit in listed:
        start, end = (datetime.fromisoformat(unit[date].rstrip("Z")) for date in ("StartDate", "ExpirationDate"))
        expect(timedelta(days=27) < end - start <= timedelta(days=31), True, f"the unit lasts a month, from {start} to {end}")
