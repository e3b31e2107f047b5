using System.Collections.Concurrent;
using OrleansUploads.Core.Policies;
using OrleansUploads.Core.Vaults;

namespace OrleansUploads.Engine.Policies;

/// <summary>Recently used policies, parsed. The key is the whole text, so a replaced policy is never taken for the new
/// one.</summary>
public sealed class PolicyCache
{
    /// <summary>About a thousand policies of usual length, or 25 of maximum length.</summary>
    private const int MaxCharsPerGeneration = 512 * 1024;

    private readonly Lock _turn = new();
    private volatile ConcurrentDictionary<string, PolicyDocument> _young = new(StringComparer.Ordinal);
    private volatile ConcurrentDictionary<string, PolicyDocument> _old = new(StringComparer.Ordinal);
    private int _youngChars;

    /// <summary>The policies of a vault, or null if it has none. Throws as <see cref="Parse"/>.</summary>
    public EffectivePolicy? Effective(VaultPolicy? policy) =>
        policy is null ? null : new EffectivePolicy(Parse(policy.Text), policy.VaultArn);

    /// <summary>Parses a policy, or returns it from the cache.</summary>
    /// <exception cref="PolicyFormatException">The text is not a valid policy. Policies are checked before they are stored,
    /// so the stored text was changed, or another version of this program stored it. The vault stays inaccessible.</exception>
    public PolicyDocument Parse(string text)
    {
        if (_young.TryGetValue(text, out var parsed))
        {
            return parsed;
        }

        parsed = _old.TryGetValue(text, out var kept) ? kept : PolicyDocument.Parse(text);
        Keep(text, parsed);
        return parsed;
    }

    /// <summary>Adds a policy. When a generation is full, policies that were not used during it are dropped.</summary>
    private void Keep(string text, PolicyDocument parsed)
    {
        lock (_turn)
        {
            if (_young.TryAdd(text, parsed) && (_youngChars += text.Length) > MaxCharsPerGeneration)
            {
                _old = _young;
                _young = new(StringComparer.Ordinal);
                _youngChars = 0;
            }
        }
    }
}
