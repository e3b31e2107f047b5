using System.Net;

namespace OrleansUploads.Core.Tests.Policies;

/// <summary>Policies with one statement, and a request to evaluate.</summary>
internal static class SomePolicy
{
    public const string Vault = "arn:aws:glacier:us-east-1:111122223333:vaults/photos";

    /// <summary>The owner deletes an archive of 364 days, at noon, from 203.0.113.7.</summary>
    public static PolicyRequest Request { get; } = new()
    {
        Action = VaultAction.DeleteArchive,
        Owner = Some.Account,
        Caller = Some.Account,
        At = Some.Noon,
        Source = IPAddress.Parse("203.0.113.7"),
        IsSecure = true,
        UserAgent = "Boto3/1.35 md/Botocore",
        Tags = new Dictionary<string, string>
        {
            ["LegalHold"] = "true",
            ["empty"] = "",
            ["size"] = "10.5",
            ["words"] = "ten",
            ["date"] = "2026-03-14T12:00:00Z",
        },
        ArchiveAgeDays = 364,
    };

    public static AccountId Stranger { get; } = AccountId.TryParse("999988887777", out var id) ? id : default;

    /// <summary>A policy with one statement that applies to everything, except for the given elements.</summary>
    public static PolicyDocument With(
        string effect = "Deny",
        string principal = "\"Principal\":\"*\"",
        string action = "\"Action\":\"glacier:*\"",
        string resource = "\"Resource\":\"*\"",
        string condition = "{}") => PolicyDocument.Parse(
        $$"""
        {
          "Version": "2012-10-17",
          "Statement": {
            "Sid": "only", "Effect": "{{effect}}", {{principal}}, {{action}}, {{resource}}, "Condition": {{condition}}
          }
        }
        """);

    public static EffectivePolicy InForce(PolicyDocument policy) => new(policy, Vault);

    /// <summary>Whether a policy's only statement applies to a request.</summary>
    public static bool Applies(PolicyDocument policy, PolicyRequest? request = null) =>
        Assert.Single(policy.Statements).AppliesTo(request ?? Request, Vault);
}
