using System.Collections.Concurrent;

namespace OrleansUploads.Signing;

/// <summary>Keeps derived signing keys, which stay the same for a whole day. Safe for many threads; bounded.</summary>
public sealed class SigningKeyCache
{
    private const int MaxKeys = 1024;

    private readonly ConcurrentDictionary<(string Secret, CredentialScope Scope), SigningKey> _keys = new();

    /// <summary>The signing key of a secret and scope, derived where it is not kept.</summary>
    public SigningKey Get(string secret, CredentialScope scope)
    {
        if (_keys.TryGetValue((secret, scope), out var kept))
        {
            return kept;
        }

        // Deriving is cheap, so dropping all at the bound beats the bookkeeping of which one to drop. Yesterday's keys
        // leave this way too.
        if (_keys.Count >= MaxKeys)
        {
            _keys.Clear();
        }

        return _keys.GetOrAdd((secret, scope), SigningKey.Derive(secret, scope));
    }
}
