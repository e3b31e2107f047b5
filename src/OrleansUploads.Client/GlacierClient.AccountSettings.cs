using OrleansUploads.Client.Wire;

namespace OrleansUploads.Client;

public sealed partial class GlacierClient
{
    private string RetrievalPolicyPath => $"{RequestPath.Account(_account)}/policies/data-retrieval";

    private string CapacityPath => $"{RequestPath.Account(_account)}/provisioned-capacity";

    /// <summary>Returns the data retrieval policy of the account. Without one, retrievals are not limited.</summary>
    public async Task<DataRetrievalPolicy> GetDataRetrievalPolicyAsync(CancellationToken cancellationToken = default)
    {
        var document = await GetAsync(RetrievalPolicyPath, GlacierJson.Default.DataRetrievalPolicyDocument, cancellationToken);
        return document.Policy.Rules is [var rule, ..] ? rule : new DataRetrievalPolicy(DataRetrievalStrategy.None);
    }

    /// <summary>Sets or replaces the data retrieval policy of the account.</summary>
    public Task SetDataRetrievalPolicyAsync(DataRetrievalPolicy policy, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(policy);
        return SendAsync(
            HttpMethod.Put,
            RetrievalPolicyPath,
            Json(new DataRetrievalPolicyDocument(new DataRetrievalRules([policy])), GlacierJson.Default.DataRetrievalPolicyDocument),
            cancellationToken);
    }

    /// <summary>Returns the units of provisioned capacity that the account has.</summary>
    public async Task<IReadOnlyList<ProvisionedCapacity>> ListProvisionedCapacityAsync(CancellationToken cancellationToken = default) =>
        (await GetAsync(CapacityPath, GlacierJson.Default.CapacityListDocument, cancellationToken)).ProvisionedCapacityList;

    /// <summary>Purchases a unit of provisioned capacity, which Amazon charges for. The client <b>never retries</b> this request: if the
    /// response is lost, the unit may be purchased already.</summary>
    /// <returns>The ID of the unit.</returns>
    public Task<string> PurchaseProvisionedCapacityAsync(CancellationToken cancellationToken = default) =>
        Transport.RunAsync(
            new GlacierRequest(HttpMethod.Post, CapacityPath),
            static (response, _) => Task.FromResult(ResponseReader.RequireHeader(response, HeaderNames.CapacityId)),
            RetryPolicy.None,
            cancellationToken);
}
