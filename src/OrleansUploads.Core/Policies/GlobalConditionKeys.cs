using System.Collections.Frozen;

namespace OrleansUploads.Core.Policies;

/// <summary>Amazon's global condition keys that are absent from every request to this server. An access policy may use them;
/// their conditions are evaluated as for any absent key. Source: the IAM user guide, "AWS global condition context
/// keys".</summary>
internal static class GlobalConditionKeys
{
    private static readonly FrozenSet<string> Names = new[]
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

    private static readonly string[] TagPrefixes = ["aws:PrincipalTag/", "aws:RequestTag/"];

    /// <summary>Whether a name is one of these keys. Case does not matter.</summary>
    public static bool Contains(string name) => Names.Contains(name)
        || TagPrefixes.Any(prefix => name.Length > prefix.Length && name.StartsWith(prefix, StringComparison.OrdinalIgnoreCase));
}
