using System.Collections.Frozen;

namespace OrleansUploads.Gateway.Http.Credentials;

/// <summary>A fixed set of credentials.</summary>
public sealed class MemoryCredentialStore(IEnumerable<Credential> credentials) : ICredentialStore
{
    private readonly FrozenDictionary<string, Credential> _byKeyId =
        credentials.ToFrozenDictionary(credential => credential.AccessKeyId, StringComparer.Ordinal);

    /// <inheritdoc/>
    public ValueTask<Credential?> FindAsync(string accessKeyId, CancellationToken cancellationToken) =>
        ValueTask.FromResult(_byKeyId.GetValueOrDefault(accessKeyId));
}
