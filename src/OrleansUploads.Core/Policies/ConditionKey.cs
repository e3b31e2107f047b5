using System.Collections.Frozen;
using System.Diagnostics.CodeAnalysis;
using System.Globalization;

namespace OrleansUploads.Core.Policies;

/// <summary>A fact about a request that a condition can look at.</summary>
/// <param name="Name">As it is documented.</param>
/// <param name="ValueIn">Finds it in a request; null where the request has none.</param>
internal sealed record ConditionKey(string Name, Func<PolicyRequest, string?> ValueIn)
{
    /// <summary>Longer names of clients are cut before they are compared, which bounds the work.</summary>
    private const int MaxUserAgentChars = 1024;

    /// <summary>How old the archive is that a request names.</summary>
    public static readonly ConditionKey ArchiveAge = new(
        "glacier:ArchiveAgeInDays", static r => r.ArchiveAgeDays?.ToString(CultureInfo.InvariantCulture));

    private static readonly string[] TagPrefixes = ["glacier:ResourceTag/", "aws:ResourceTag/"];

    private static readonly FrozenDictionary<string, ConditionKey> Fixed = new ConditionKey[]
    {
        ArchiveAge,
        new("aws:CurrentTime", static r =>
            r.At.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture)),
        new("aws:EpochTime", static r => r.At.ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture)),
        new("aws:PrincipalAccount", static r => r.Caller.ToString()),
        new("aws:PrincipalArn", static r => r.CallerArn),
        new("aws:SecureTransport", static r => r.IsSecure ? "true" : "false"),
        new("aws:SourceIp", static r => r.Source?.ToString()),
        new("aws:UserAgent", static r =>
            r.UserAgent is { Length: > MaxUserAgentChars } ? r.UserAgent[..MaxUserAgentChars] : r.UserAgent),

        // Amazon has no values of these for long-term keys, and no other keys sign here.
        new("aws:MultiFactorAuthAge", static _ => null),
        new("aws:MultiFactorAuthPresent", static _ => null),
    }.ToFrozenDictionary(key => key.Name, StringComparer.OrdinalIgnoreCase);

    /// <summary>The names of all keys, for people.</summary>
    public static string Names { get; } = string.Join(
        ", ", Fixed.Keys.Order(StringComparer.Ordinal).Concat(TagPrefixes.Select(prefix => prefix + "{key}")));

    /// <summary>Finds a key by its name; case does not matter.</summary>
    public static bool TryFind(string name, [NotNullWhen(true)] out ConditionKey? key)
    {
        if (Fixed.TryGetValue(name, out key))
        {
            return true;
        }

        foreach (var prefix in TagPrefixes)
        {
            if (name.Length > prefix.Length && name.StartsWith(prefix, StringComparison.OrdinalIgnoreCase))
            {
                var tag = name[prefix.Length..];
                key = new ConditionKey(name, request => ValueOfTag(request.Tags, tag));
                return true;
            }
        }

        return false;
    }

    /// <summary>A tag whose key is written with other letters counts where there is none that is written the same, as the
    /// names of condition keys know no case; the first of several such in ordinal order.</summary>
    private static string? ValueOfTag(IReadOnlyDictionary<string, string> tags, string key) =>
        tags.TryGetValue(key, out var value) ? value : tags
            .Where(tag => string.Equals(tag.Key, key, StringComparison.OrdinalIgnoreCase))
            .OrderBy(tag => tag.Key, StringComparer.Ordinal)
            .Select(tag => tag.Value)
            .FirstOrDefault();
}
