using static OrleansUploads.Gateway.Tests.Harness.Requests;

namespace OrleansUploads.Gateway.Tests.Glacier;

/// <content>Invalid policies and locks.</content>
internal sealed partial record BadInput
{
    private const string OthersArn = "arn:aws:glacier:us-east-1:111122223333:vaults/another";

    private static string Valid => PolicyOf("Deny", "glacier:DeleteVault");

    private static IEnumerable<BadInput> Policies() =>
    [
        new("an access policy that was never set", s => GetAccessPolicy(s.Vault), 404, NotFound, "No access policy is set"),
        .. new[] { ("access", SetAccessPolicy("{0}", Valid)), ("lock", InitiateLock("{0}", Valid)) }
            .SelectMany(setting => BadPolicies(setting.Item1, setting.Item2)),
    ];

    private static IEnumerable<BadInput> Locks() =>
    [
        new("a lock that was never initiated", s => GetLock(s.Vault), 404, NotFound, "No lock is in progress or complete"),
        new("the completion of a lock that was never initiated",
            s => CompleteLock(s.Vault, new string('l', 24)), 404, NotFound, "No lock is in progress or complete"),
        new("a lock policy on a condition key that is always absent",
            s => InitiateLock(s.Vault, PolicyOf("Deny", "*", """{"StringNotEquals":{"aws:PrincipalOrgID":"o-1"}}""")),
            400,
            Invalid,
            "In statement 1 (Sid 'rule'): the condition key 'aws:PrincipalOrgID' is absent from every request"),
        new("the completion of a lock with an invalid ID",
            s => CompleteLock(s.Vault, "short"), 404, NotFound, "No lock is in progress or complete"),
    ];

    private static IEnumerable<BadInput> BadPolicies(string kind, ApiRequest setting)
    {
        BadInput WithBody(string name, string body, string code, string message) => new(
            $"{name}, for {kind}",
            s => (setting with { Target = setting.Target.Replace("{0}", s.Vault, StringComparison.Ordinal) })
                .WithBody(Encoding.UTF8.GetBytes(body)),
            400,
            code,
            message);

        BadInput With(string name, string policy, string code, string message) => WithBody(
            name, $$"""{"Policy":{{System.Text.Json.JsonSerializer.Serialize(policy)}}}""", code, message);

        var invalid = $"The specified vault {kind} policy is invalid.";
        return
        [
            WithBody("no body", "", Missing, "missing: Request body"),
            WithBody("a body that is null", "null", Missing, "missing: Request body"),
            WithBody("a body without a policy", "{}", Missing, "missing: Policy"),
            WithBody("a policy that is null", """{"Policy":null}""", Missing, "missing: Policy"),
            WithBody("a body that is not an object", "[]", Serialization, "not the JSON object of a policy"),
            WithBody("a body that is not JSON", "{", Serialization, "not the JSON object of a policy"),
            WithBody("a policy that is not a string",
                """{"Policy":{"Statement":[]}}""", Serialization, "not the JSON object of a policy"),
            With("an empty policy", "", Invalid, invalid),
            With("a policy that is not JSON", "deny", Invalid, invalid),
            With("a policy with an unpaired surrogate", """{"Id":"\ud800"}""", Invalid, "an unpaired surrogate"),
            With("a policy with an unknown version", """{"Version":"2020-01-01"}""", Invalid, "Version is '2020-01-01'"),
            With("a policy without statements", "{}", Invalid, "The policy has no Statement"),
            With("an unknown action",
                PolicyOf("Deny", "glacier:DeleteArchives"), Invalid, "'glacier:DeleteArchives' matches no operation"),
            With("an unknown effect", PolicyOf("Block", "*"), Invalid, "In statement 1 (Sid 'rule'): Effect is 'Block'"),
            With("an unknown operator",
                PolicyOf("Deny", "*", """{"NumericLess":{"glacier:ArchiveAgeInDays":"1"}}"""),
                Invalid,
                "unknown condition operator 'NumericLess'"),
            With("an unknown key",
                PolicyOf("Deny", "*", """{"NumericLessThan":{"glacier:ArchiveAge":"1"}}"""),
                Invalid,
                "unknown condition key 'glacier:ArchiveAge'"),
            With("another vault as the resource",
                Valid.Replace("\"Resource\":\"*\"", $"\"Resource\":\"{OthersArn}\"", StringComparison.Ordinal),
                Invalid,
                "In statement 1 (Sid 'rule'): the resource is not this vault"),
            With("a policy of 20,481 bytes", Valid.PadRight((20 * 1024) + 1), "LimitExceededException", "has 20481 bytes"),
        ];
    }
}
