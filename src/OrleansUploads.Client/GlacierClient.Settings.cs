using OrleansUploads.Client.Wire;

namespace OrleansUploads.Client;

public sealed partial class GlacierClient
{
    private const string Notifications = "notification-configuration";

    private string RetrievalPolicyPath => $"{RequestPath.Account(_account)}/policies/data-retrieval";

    private string CapacityPath => $"{RequestPath.Account(_account)}/provisioned-capacity";

    /// <summary>Returns the tags of a vault.</summary>
    public async Task<IReadOnlyDictionary<string, string>> ListTagsAsync(
        string vault, CancellationToken cancellationToken = default) =>
        (await GetAsync($"{RequestPath.Vault(_account, vault)}/tags", WireJson.Default.WireTags, cancellationToken)
            .ConfigureAwait(false)).Tags;

    /// <summary>Adds tags to a vault. A tag with a key that the vault already has replaces it.</summary>
    public Task AddTagsAsync(
        string vault, IReadOnlyDictionary<string, string> tags, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(tags);
        return SendAsync(
            new WireRequest(HttpMethod.Post, $"{RequestPath.Vault(_account, vault)}/tags?operation=add")
                .WithJson(new WireTags(tags), WireJson.Default.WireTags),
            cancellationToken);
    }

    /// <summary>Removes tags from a vault. Keys that the vault does not have are ignored.</summary>
    public Task RemoveTagsAsync(string vault, IReadOnlyList<string> keys, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(keys);
        return SendAsync(
            new WireRequest(HttpMethod.Post, $"{RequestPath.Vault(_account, vault)}/tags?operation=remove")
                .WithJson(new WireTagKeys(keys), WireJson.Default.WireTagKeys),
            cancellationToken);
    }

    /// <summary>Returns the access policy of a vault as JSON.</summary>
    /// <exception cref="GlacierException">The vault has no policy (<see cref="GlacierErrorCodes.ResourceNotFound"/>).</exception>
    public async Task<string> GetAccessPolicyAsync(string vault, CancellationToken cancellationToken = default) =>
        (await GetAsync(
            $"{RequestPath.Vault(_account, vault)}/access-policy", WireJson.Default.WirePolicy, cancellationToken)
                .ConfigureAwait(false)).Policy;

    /// <summary>Sets or replaces the access policy of a vault.</summary>
    public Task SetAccessPolicyAsync(string vault, string policy, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(policy);
        return SendAsync(
            new WireRequest(HttpMethod.Put, $"{RequestPath.Vault(_account, vault)}/access-policy")
                .WithJson(new WirePolicy(policy), WireJson.Default.WirePolicy),
            cancellationToken);
    }

    /// <summary>Deletes the access policy of a vault, if there is one.</summary>
    public Task DeleteAccessPolicyAsync(string vault, CancellationToken cancellationToken = default) =>
        SendAsync(new WireRequest(HttpMethod.Delete, $"{RequestPath.Vault(_account, vault)}/access-policy"), cancellationToken);

    /// <summary>Returns the lock of a vault.</summary>
    /// <exception cref="GlacierException">The vault has no lock (<see cref="GlacierErrorCodes.ResourceNotFound"/>).</exception>
    public Task<VaultLockDescription> GetVaultLockAsync(string vault, CancellationToken cancellationToken = default) =>
        GetAsync($"{RequestPath.Vault(_account, vault)}/lock-policy", WireJson.Default.VaultLockDescription, cancellationToken);

    /// <summary>Initiates the lock of a vault. The policy applies at once, but the lock can be aborted until it is completed.</summary>
    /// <returns>The lock ID, which completes the lock.</returns>
    public Task<string> InitiateVaultLockAsync(string vault, string policy, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(policy);
        return RunAsync(
            new WireRequest(HttpMethod.Post, $"{RequestPath.Vault(_account, vault)}/lock-policy")
                .WithJson(new WirePolicy(policy), WireJson.Default.WirePolicy),
            static (response, _) => Task.FromResult(ResponseReader.RequireHeader(response, HeaderNames.LockId)),
            cancellationToken);
    }

    /// <summary>Completes the lock of a vault. A completed lock can be neither changed nor removed.</summary>
    public Task CompleteVaultLockAsync(string vault, string lockId, CancellationToken cancellationToken = default) =>
        SendAsync(new WireRequest(HttpMethod.Post, RequestPath.Item(_account, vault, "lock-policy", lockId)), cancellationToken);

    /// <summary>Aborts the lock of a vault, if it is not complete.</summary>
    public Task AbortVaultLockAsync(string vault, CancellationToken cancellationToken = default) =>
        SendAsync(new WireRequest(HttpMethod.Delete, $"{RequestPath.Vault(_account, vault)}/lock-policy"), cancellationToken);

    /// <summary>Returns the notification configuration of a vault.</summary>
    /// <exception cref="GlacierException">The vault has no configuration
    /// (<see cref="GlacierErrorCodes.ResourceNotFound"/>).</exception>
    public Task<VaultNotificationConfig> GetVaultNotificationsAsync(string vault, CancellationToken cancellationToken = default) =>
        GetAsync(
            $"{RequestPath.Vault(_account, vault)}/{Notifications}", WireJson.Default.VaultNotificationConfig, cancellationToken);

    /// <summary>Sets or replaces the notification configuration of a vault. It applies to jobs that end afterwards.</summary>
    public Task SetVaultNotificationsAsync(
        string vault, VaultNotificationConfig notifications, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(notifications);
        return SendAsync(
            new WireRequest(HttpMethod.Put, $"{RequestPath.Vault(_account, vault)}/{Notifications}")
                .WithJson(notifications, WireJson.Default.VaultNotificationConfig),
            cancellationToken);
    }

    /// <summary>Deletes the notification configuration of a vault, if there is one.</summary>
    public Task DeleteVaultNotificationsAsync(string vault, CancellationToken cancellationToken = default) =>
        SendAsync(new WireRequest(HttpMethod.Delete, $"{RequestPath.Vault(_account, vault)}/{Notifications}"), cancellationToken);

    /// <summary>Returns the data retrieval policy of the account. Without one, retrievals are not limited.</summary>
    public async Task<DataRetrievalRule> GetDataRetrievalPolicyAsync(CancellationToken cancellationToken = default)
    {
        var document = await GetAsync(RetrievalPolicyPath, WireJson.Default.WireDataRetrievalPolicy, cancellationToken)
            .ConfigureAwait(false);
        return document.Policy.Rules is [var rule, ..] ? rule : new DataRetrievalRule(DataRetrievalStrategy.None);
    }

    /// <summary>Sets or replaces the data retrieval policy of the account.</summary>
    public Task SetDataRetrievalPolicyAsync(DataRetrievalRule policy, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(policy);
        return SendAsync(
            new WireRequest(HttpMethod.Put, RetrievalPolicyPath).WithJson(
                new WireDataRetrievalPolicy(new DataRetrievalRules([policy])), WireJson.Default.WireDataRetrievalPolicy),
            cancellationToken);
    }

    /// <summary>Returns the units of provisioned capacity that the account has.</summary>
    public async Task<IReadOnlyList<ProvisionedCapacity>> ListProvisionedCapacityAsync(CancellationToken cancellationToken = default) =>
        (await GetAsync(CapacityPath, WireJson.Default.WireCapacityList, cancellationToken).ConfigureAwait(false)).ProvisionedCapacityList;

    /// <summary>Purchases a unit of provisioned capacity, which Amazon charges for. The client <b>never retries</b> this request: if the
    /// response is lost, the unit may be purchased already.</summary>
    /// <returns>The ID of the unit.</returns>
    public Task<string> PurchaseProvisionedCapacityAsync(CancellationToken cancellationToken = default) =>
        Transport.RunAsync(
            new WireRequest(HttpMethod.Post, CapacityPath),
            static (response, _) => Task.FromResult(ResponseReader.RequireHeader(response, HeaderNames.CapacityId)),
            RetryPolicy.None,
            cancellationToken);
}
