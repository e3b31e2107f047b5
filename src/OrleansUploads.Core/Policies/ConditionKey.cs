using System.Collections.Frozen;
using System.Diagnostics.CodeAnalysis;

namespace OrleansUploads.Core.Policies;

/// <summary>A condition key: a fact about a request that a policy's condition can test.</summary>
/// <param name="Name">The documented name.</param>
/// <param name="ValueIn">Returns the key's value for a request, or null if the request has none.</param>
internal sealed record ConditionKey(string Name, Func<PolicyRequest, string?> ValueIn)
{
    /// <summary>Longer user agents are truncated before they are compared, which bounds the work.</summary>
    private const int MaxUserAgentChars = 1024;

    /// <summary>Age of the archive that a request names, in whole days.</summary>
    public static readonly ConditionKey ArchiveAge = new(
        "glacier:ArchiveAgeInDays", static r => r.ArchiveAgeDays?.ToString(CultureInfo.InvariantCulture));

    private static readonly ConditionKey CurrentTime = new("aws:CurrentTime", static r =>
        r.At.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture));

    private static readonly ConditionKey EpochTime = new(
        "aws:EpochTime", static r => r.At.ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture));

    private static readonly string[] TagPrefixes = ["glacier:ResourceTag/", "aws:ResourceTag/"];

    private static readonly FrozenDictionary<string, ConditionKey> FixedKeys = new ConditionKey[]
    {
        ArchiveAge,
        CurrentTime,
        EpochTime,
        new("aws:PrincipalAccount", static r => r.Caller.ToString()),
        new("aws:PrincipalArn", static r => r.CallerArn),
        new("aws:ResourceAccount", static r => r.Owner.ToString()),
        new("aws:SecureTransport", static r => r.IsSecure ? "true" : "false"),
        new("aws:SourceIp", static r => r.Source?.ToString()),
        new("aws:UserAgent", static r =>
            r.UserAgent is { Length: > MaxUserAgentChars } ? r.UserAgent[..MaxUserAgentChars] : r.UserAgent),

        // No service of Amazon calls this server.
        new("aws:PrincipalIsAWSService", static _ => "false"),
        new("aws:ViaAWSService", static _ => "false"),
    }.ToFrozenDictionary(key => key.Name, StringComparer.OrdinalIgnoreCase);

    /// <summary>Whether no request to this server has a value for the key.</summary>
    public bool IsAlwaysAbsent { get; private init; }

    /// <summary>Whether the key's value depends on the current time.</summary>
    public bool DependsOnTime => this == ArchiveAge || this == CurrentTime || this == EpochTime;

    /// <summary>The names of all keys that can have a value, for messages.</summary>
    public static string Names { get; } = string.Join(
        ", ", FixedKeys.Keys.Order(StringComparer.Ordinal).Concat(TagPrefixes.Select(prefix => prefix + "{key}")));

    /// <summary>Finds a key by its name, ignoring case.</summary>
    public static bool TryFind(string name, [NotNullWhen(true)] out ConditionKey? key)
    {
        if (FixedKeys.TryGetValue(name, out key))
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

        key = GlobalConditionKeys.Contains(name) ? new ConditionKey(name, static _ => null) { IsAlwaysAbsent = true } : null;
        return key is not null;
    }

    /// <summary>The value of a tag. Names of condition keys ignore case, so if no tag key matches exactly, the first tag in
    /// ordinal order whose key matches without case is used.</summary>
    private static string? ValueOfTag(IReadOnlyDictionary<string, string> tags, string key) =>
        tags.TryGetValue(key, out var value) ? value : tags
            .Where(tag => string.Equals(tag.Key, key, StringComparison.OrdinalIgnoreCase))
            .OrderBy(tag => tag.Key, StringComparer.Ordinal)
            .Select(tag => tag.Value)
            .FirstOrDefault();
}
