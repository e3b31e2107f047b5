using System.Collections.Frozen;
using System.Diagnostics.CodeAnalysis;

namespace OrleansUploads.Core.Policies;

/// <summary>A condition key: a fact about a request that a policy's condition can test.</summary>
/// <param name="ValueIn">Returns null if the request has no value.</param>
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

    /// <summary>Amazon's global condition keys that are absent from every request to this server. An access policy may use
    /// them; their conditions are evaluated as for any absent key. Source: the IAM user guide, "AWS global condition context
    /// keys".</summary>
    private static readonly FrozenSet<string> AbsentKeys = new[]
    {
        // Properties of the principal. Every access key acts for its whole account, which has no tags and no organization.
        "aws:PrincipalOrgID",
        "aws:PrincipalOrgPaths",
        "aws:PrincipalServiceName",
        "aws:PrincipalServiceNamesList",
        "aws:PrincipalType",
        "aws:userid",
        "aws:username",

        // Properties of a role session. Only long-term keys sign here.
        "aws:AssumedRoot",
        "aws:ChatbotSourceArn",
        "aws:Ec2InstanceSourcePrivateIPv4",
        "aws:Ec2InstanceSourceVpc",
        "aws:FederatedProvider",
        "aws:MultiFactorAuthAge",
        "aws:MultiFactorAuthPresent",
        "aws:SourceIdentity",
        "aws:TokenIssueTime",

        // Properties of Amazon's network.
        "aws:SourceVpc",
        "aws:SourceVpcArn",
        "aws:SourceVpce",
        "aws:VpcSourceIp",
        "aws:VpceAccount",
        "aws:VpceOrgID",
        "aws:VpceOrgPaths",

        // Properties of the resource.
        "aws:ResourceOrgID",
        "aws:ResourceOrgPaths",

        // Properties of the request.
        "aws:CalledVia",
        "aws:CalledViaFirst",
        "aws:CalledViaLast",
        "aws:referer",
        "aws:RequestedRegion",
        "aws:SourceAccount",
        "aws:SourceArn",
        "aws:SourceOrgID",
        "aws:SourceOrgPaths",
        "aws:TagKeys",
    }.ToFrozenSet(StringComparer.OrdinalIgnoreCase);

    private static readonly string[] AbsentTagPrefixes = ["aws:PrincipalTag/", "aws:RequestTag/"];

    public bool IsAlwaysAbsent { get; private init; }

    /// <summary>Whether the key's value depends on the current time.</summary>
    public bool DependsOnTime => this == ArchiveAge || this == CurrentTime || this == EpochTime;

    /// <summary>The names of all keys that can have a value, for messages.</summary>
    public static string Names { get; } = string.Join(
        ", ", FixedKeys.Keys.Order(StringComparer.Ordinal).Concat(TagPrefixes.Select(prefix => prefix + "{key}")));

    public static bool TryFind(string name, [NotNullWhen(true)] out ConditionKey? key)
    {
        if (FixedKeys.TryGetValue(name, out key))
        {
            return true;
        }

        key = FindTag(name, TagPrefixes) is { } tag ? new ConditionKey(name, request => ValueOfTag(request.Tags, tag))
            : AbsentKeys.Contains(name) || FindTag(name, AbsentTagPrefixes) is not null
                ? new ConditionKey(name, static _ => null) { IsAlwaysAbsent = true }
            : null;
        return key is not null;
    }

    /// <summary>The tag in the name of a condition key, or null if the name does not have one of the prefixes.</summary>
    private static string? FindTag(string name, string[] prefixes) => Array.Find(
        prefixes,
        prefix => name.Length > prefix.Length && name.StartsWith(prefix, StringComparison.OrdinalIgnoreCase)) is { } found
            ? name[found.Length..]
            : null;

    /// <summary>The value of a tag. Names of condition keys ignore case, so if no tag key matches exactly, the first tag in
    /// ordinal order whose key matches without case is used.</summary>
    private static string? ValueOfTag(IReadOnlyDictionary<string, string> tags, string key) =>
        tags.TryGetValue(key, out var value) ? value : tags
            .Where(tag => string.Equals(tag.Key, key, StringComparison.OrdinalIgnoreCase))
            .OrderBy(tag => tag.Key, StringComparer.Ordinal)
            .Select(tag => tag.Value)
            .FirstOrDefault();
}
