using System.Collections.Concurrent;
using OrleansUploads.Core.Policies;

namespace OrleansUploads.Gateway.Glacier.Policies;

/// <summary>Policies that were asked for lately, parsed. Found by their whole text, so a policy that was replaced is never
/// mistaken for the new one.</summary>
internal sealed class ParsedPolicies
{
    /// <summary>About a thousand policies of usual length, or 25 of the longest.</summary>
    private const int MaxCharsPerGeneration = 512 * 1024;

    private readonly Lock _turn = new();
    private volatile ConcurrentDictionary<string, PolicyDocument> _young = new(StringComparer.Ordinal);
    private volatile ConcurrentDictionary<string, PolicyDocument> _old = new(StringComparer.Ordinal);
    private int _youngChars;

    /// <summary>Parses a policy, or remembers how it was parsed.</summary>
    /// <exception cref="PolicyFormatException">It is none. It was checked before it was stored, so somebody has changed it,
    /// or another version of this program has stored it; what it protects stays closed.</exception>
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

    /// <summary>What nobody has asked for while a whole generation filled up is let go of.</summary>
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
