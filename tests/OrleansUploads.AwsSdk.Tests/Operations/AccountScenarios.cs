using System.Net;
using Amazon.Glacier;
using Amazon.Glacier.Model;

namespace OrleansUploads.AwsSdk.Tests.Operations;

/// <summary>Settings of the account.</summary>
internal static class AccountScenarios
{
    public static IReadOnlyDictionary<string, Scenario> ByMethod { get; } = new Dictionary<string, Scenario>
    {
        [nameof(IAmazonGlacier.GetDataRetrievalPolicyAsync)] = GetDataRetrievalPolicyAsync,
        [nameof(IAmazonGlacier.SetDataRetrievalPolicyAsync)] = SetDataRetrievalPolicyAsync,
        [nameof(IAmazonGlacier.ListProvisionedCapacityAsync)] = ListProvisionedCapacityAsync,
        [nameof(IAmazonGlacier.PurchaseProvisionedCapacityAsync)] = PurchaseProvisionedCapacityAsync,
    };

    private static async Task GetDataRetrievalPolicyAsync(IAmazonGlacier glacier, string vault) =>
        Assert.Equal("None", (await RuleAsync(glacier)).Strategy);

    private static async Task SetDataRetrievalPolicyAsync(IAmazonGlacier glacier, string vault)
    {
        var set = await SetRuleAsync(glacier, new DataRetrievalRule { Strategy = "BytesPerHour", BytesPerHour = long.MaxValue });
        Assert.Equal(HttpStatusCode.NoContent, set.HttpStatusCode);
        var rule = await RuleAsync(glacier);
        Assert.Equal("BytesPerHour", rule.Strategy);
        Assert.Equal(long.MaxValue, rule.BytesPerHour);

        await SetRuleAsync(glacier, new DataRetrievalRule { Strategy = "None" });
        Assert.Equal("None", (await RuleAsync(glacier)).Strategy);
    }

    private static async Task ListProvisionedCapacityAsync(IAmazonGlacier glacier, string vault)
    {
        var unit = (await PurchaseAsync(glacier)).CapacityId;
        Assert.Contains(unit, await UnitsAsync(glacier));
    }

    private static async Task PurchaseProvisionedCapacityAsync(IAmazonGlacier glacier, string vault)
    {
        var purchased = await PurchaseAsync(glacier);
        Assert.Equal(HttpStatusCode.Created, purchased.HttpStatusCode);
        Assert.Contains(purchased.CapacityId, await UnitsAsync(glacier));
    }

    private static Task<PurchaseProvisionedCapacityResponse> PurchaseAsync(IAmazonGlacier glacier) =>
        glacier.PurchaseProvisionedCapacityAsync(new PurchaseProvisionedCapacityRequest());

    private static async Task<IEnumerable<string>> UnitsAsync(IAmazonGlacier glacier) =>
        (await glacier.ListProvisionedCapacityAsync(new ListProvisionedCapacityRequest()))
            .ProvisionedCapacityList.Select(unit => unit.CapacityId);

    private static async Task<DataRetrievalRule> RuleAsync(IAmazonGlacier glacier) =>
        Assert.Single((await glacier.GetDataRetrievalPolicyAsync(new GetDataRetrievalPolicyRequest())).Policy.Rules);

    private static Task<SetDataRetrievalPolicyResponse> SetRuleAsync(IAmazonGlacier glacier, DataRetrievalRule rule) =>
        glacier.SetDataRetrievalPolicyAsync(new SetDataRetrievalPolicyRequest { Policy = new DataRetrievalPolicy { Rules = [rule] } });
}
