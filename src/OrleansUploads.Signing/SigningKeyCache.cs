using System.Collections.Concurrent;

namespace OrleansUploads.Signing;

/// <summary>Caches derived signing keys, which are valid for a whole day. Thread-safe and bounded.</summary>
public sealed class SigningKeyCache
{
    private const int MaxKeys = 1024;

    private readonly ConcurrentDictionary<(string Secret, CredentialScope Scope), SigningKey> _keys = new();

    /// <summary>Returns the signing key of a secret and scope from the cache, or derives it.</summary>
    public SigningKey GetOrDerive(string secret, CredentialScope scope)
    {
        if (_keys.TryGetValue((secret, scope), out var cached))
        {
            return cached;
        }

        // Deriving a key is cheap, so clearing the whole cache at the limit is simpler than tracking which entry to evict. It
        // also removes keys of earlier days.
        if (_keys.Count >= MaxKeys)
        {
            _keys.Clear();
        }

        return _keys.GetOrAdd((secret, scope), SigningKey.Derive(secret, scope));
    }
}
