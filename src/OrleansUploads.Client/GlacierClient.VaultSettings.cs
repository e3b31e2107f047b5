using System.Runtime.CompilerServices;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using OrleansUploads.Client.Sources;
using OrleansUploads.Client.Wire;

namespace OrleansUploads.Client;

public sealed partial class GlacierClient
{
    private const string JsonType = "application/json";
    private const string Notifications = "notification-configuration";

    /// <summary>Returns the tags of a vault.</summary>
    public async Task<IReadOnlyDictionary<string, string>> ListTagsAsync(
        string vault, CancellationToken cancellationToken = default) =>
        (await GetSettingAsync(vault, "tags", GlacierJson.Default.TagsDocument, cancellationToken)).Tags;

    /// <summary>Adds tags to a vault. A tag with a key that the vault already has replaces it.</summary>
    public Task AddTagsAsync(
        string vault, IReadOnlyDictionary<string, string> tags, CancellationToken cancellationToken = default) =>
        SendAsync(
            HttpMethod.Post,
            $"{RequestPath.Vault(_account, vault)}/tags?operation=add",
            Json(new TagsDocument(tags), GlacierJson.Default.TagsDocument),
            cancellationToken);

    /// <summary>Removes tags from a vault. Keys that the vault does not have are ignored.</summary>
    public Task RemoveTagsAsync(string vault, IReadOnlyList<string> keys, CancellationToken cancellationToken = default) =>
        SendAsync(
            HttpMethod.Post,
            $"{RequestPath.Vault(_account, vault)}/tags?operation=remove",
            Json(new TagKeysDocument(keys), GlacierJson.Default.TagKeysDocument),
            cancellationToken);

    /// <summary>Returns the access policy of a vault as JSON. Fails with <see cref="GlacierErrorCodes.ResourceNotFound"/> if there is
    /// none.</summary>
    public async Task<string> GetAccessPolicyAsync(string vault, CancellationToken cancellationToken = default) =>
        (await GetSettingAsync(vault, "access-policy", GlacierJson.Default.PolicyDocument, cancellationToken)).Policy;

    /// <summary>Sets or replaces the access policy of a vault.</summary>
    public Task SetAccessPolicyAsync(string vault, string policy, CancellationToken cancellationToken = default) =>
        SendAsync(
            HttpMethod.Put,
            $"{RequestPath.Vault(_account, vault)}/access-policy",
            Json(new PolicyDocument(policy), GlacierJson.Default.PolicyDocument),
            cancellationToken);

    /// <summary>Deletes the access policy of a vault, if there is one.</summary>
    public Task DeleteAccessPolicyAsync(string vault, CancellationToken cancellationToken = default) =>
        SendAsync(
            HttpMethod.Delete, $"{RequestPath.Vault(_account, vault)}/access-policy", body: null, cancellationToken);

    /// <summary>Returns the lock of a vault. Fails with <see cref="GlacierErrorCodes.ResourceNotFound"/> if there is none.</summary>
    public Task<VaultLock> GetVaultLockAsync(string vault, CancellationToken cancellationToken = default) =>
        GetSettingAsync(vault, "lock-policy", GlacierJson.Default.VaultLock, cancellationToken);

    /// <summary>Initiates the lock of a vault. The policy applies at once, but the lock can be aborted until it is completed.</summary>
    /// <returns>The lock ID, which completes the lock.</returns>
    public Task<string> InitiateVaultLockAsync(string vault, string policy, CancellationToken cancellationToken = default) =>
        RunAsync(
            new GlacierRequest(HttpMethod.Post, $"{RequestPath.Vault(_account, vault)}/lock-policy")
            {
                Body = Json(new PolicyDocument(policy), GlacierJson.Default.PolicyDocument),
                ContentType = JsonType,
            },
            static (response, _) => Task.FromResult(ResponseReader.RequireHeader(response, HeaderNames.LockId)),
            cancellationToken);

    /// <summary>Completes the lock of a vault. A completed lock can be neither changed nor removed.</summary>
    public Task CompleteVaultLockAsync(string vault, string lockId, CancellationToken cancellationToken = default) =>
        SendAsync(
            HttpMethod.Post, RequestPath.Item(_account, vault, "lock-policy", lockId), body: null, cancellationToken);

    /// <summary>Aborts the lock of a vault, if it is not complete.</summary>
    public Task AbortVaultLockAsync(string vault, CancellationToken cancellationToken = default) =>
        SendAsync(HttpMethod.Delete, $"{RequestPath.Vault(_account, vault)}/lock-policy", body: null, cancellationToken);

    /// <summary>Returns the notification configuration of a vault. Fails with <see cref="GlacierErrorCodes.ResourceNotFound"/> if there is
    /// none.</summary>
    public Task<VaultNotifications> GetVaultNotificationsAsync(string vault, CancellationToken cancellationToken = default) =>
        GetSettingAsync(vault, Notifications, GlacierJson.Default.VaultNotifications, cancellationToken);

    /// <summary>Sets or replaces the notification configuration of a vault. It applies to jobs that end afterwards.</summary>
    public Task SetVaultNotificationsAsync(
        string vault, VaultNotifications notifications, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(notifications);
        return SendAsync(
            HttpMethod.Put,
            $"{RequestPath.Vault(_account, vault)}/{Notifications}",
            Json(notifications, GlacierJson.Default.VaultNotifications),
            cancellationToken);
    }

    /// <summary>Deletes the notification configuration of a vault, if there is one.</summary>
    public Task DeleteVaultNotificationsAsync(string vault, CancellationToken cancellationToken = default) =>
        SendAsync(HttpMethod.Delete, $"{RequestPath.Vault(_account, vault)}/{Notifications}", body: null, cancellationToken);

    private static HashedBody Json<T>(T document, JsonTypeInfo<T> type) =>
        HashedBody.Of(JsonSerializer.SerializeToUtf8Bytes(document, type));

    private Task<T> GetSettingAsync<T>(
        string vault,
        string setting,
        JsonTypeInfo<T> type,
        CancellationToken cancellationToken,
        [CallerMemberName] string operation = "") =>
        GetAsync($"{RequestPath.Vault(_account, vault)}/{setting}", type, cancellationToken, operation);

    private Task<T> GetAsync<T>(
        string pathAndQuery, JsonTypeInfo<T> type, CancellationToken cancellationToken, [CallerMemberName] string operation = "") =>
        RunAsync(
            new GlacierRequest(HttpMethod.Get, pathAndQuery),
            (response, token) => ResponseReader.ReadJsonAsync(response, type, token),
            cancellationToken,
            operation);

    private Task<bool> SendAsync(
        HttpMethod method,
        string pathAndQuery,
        HashedBody? body,
        CancellationToken cancellationToken,
        [CallerMemberName] string operation = "") =>
        RunAsync(
            new GlacierRequest(method, pathAndQuery) { Body = body, ContentType = body is null ? null : JsonType },
            static (_, _) => Task.FromResult(true),
            cancellationToken,
            operation);
}
