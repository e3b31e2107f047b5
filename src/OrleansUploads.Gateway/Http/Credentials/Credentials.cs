using System.Collections.Frozen;
using OrleansUploads.Core.Policies;

namespace OrleansUploads.Gateway.Http.Credentials;

/// <summary>The known access keys. It is called for every request and concurrently, so it must be fast and thread-safe.</summary>
public interface ICredentialStore
{
    /// <summary>The credential of an access key, or null.</summary>
    ValueTask<Credential?> FindAsync(string accessKeyId, CancellationToken cancellationToken);
}

/// <summary>An access key with its secret and account.</summary>
/// <param name="accessKeyId">The ID of the key; not secret.</param>
/// <param name="secret">The secret that signs requests.</param>
/// <param name="account">The account that the signer acts for.</param>
/// <param name="scope">The limits of the key, or null for none.</param>
/// <remarks>Not a record, so that the secret never gets into a text by accident.</remarks>
public sealed class Credential(string accessKeyId, string secret, AccountId account, KeyScope? scope = null)
{
    /// <summary>The ID of the key; not secret.</summary>
    public string AccessKeyId { get; } = accessKeyId;

    /// <summary>The secret that signs requests.</summary>
    public string Secret { get; } = secret;

    /// <summary>The account that the signer acts for.</summary>
    public AccountId Account { get; } = account;

    /// <summary>The limits of the key.</summary>
    public KeyScope Scope { get; } = scope ?? KeyScope.Unlimited;

    /// <summary>The access key ID; never the secret.</summary>
    public override string ToString() => AccessKeyId;
}

/// <summary>A fixed set of credentials.</summary>
public sealed class MemoryCredentialStore(IEnumerable<Credential> credentials) : ICredentialStore
{
    private readonly FrozenDictionary<string, Credential> _byKeyId =
        credentials.ToFrozenDictionary(credential => credential.AccessKeyId, StringComparer.Ordinal);

    /// <inheritdoc/>
    public ValueTask<Credential?> FindAsync(string accessKeyId, CancellationToken cancellationToken) =>
        ValueTask.FromResult(_byKeyId.GetValueOrDefault(accessKeyId));
}
