using System.Text.Json;
using OrleansUploads.Core.Policies;

namespace OrleansUploads.Gateway.Tests.Fuzzing;

/// <summary>Generates valid policies for one vault, in the language of docs/protocol.md.</summary>
/// <param name="dice">Makes the random choices.</param>
/// <param name="arn">The vault's ARN.</param>
internal sealed class PolicyGrammar(Dice dice, string arn)
{
    private static readonly string[] TextOperators =
        ["StringEquals", "StringNotEquals", "StringEqualsIgnoreCase", "StringNotEqualsIgnoreCase", "StringLike", "StringNotLike"];

    private static readonly string[] NumberOperators =
    [
        "NumericEquals", "NumericNotEquals", "NumericLessThan", "NumericLessThanEquals", "NumericGreaterThan",
        "NumericGreaterThanEquals",
    ];

    private static readonly string[] DateOperators =
        ["DateEquals", "DateNotEquals", "DateLessThan", "DateLessThanEquals", "DateGreaterThan", "DateGreaterThanEquals"];

    private static readonly string[] ArnOperators = ["ArnEquals", "ArnNotEquals", "ArnLike", "ArnNotLike"];

    private static readonly string[] Keys =
    [
        "glacier:ArchiveAgeInDays", "glacier:ResourceTag/LegalHold", "aws:ResourceTag/cost center", "aws:CurrentTime", "aws:EpochTime",
        "aws:PrincipalAccount", "aws:PrincipalArn", "aws:SecureTransport", "aws:SourceIp", "aws:UserAgent",
        "aws:MultiFactorAuthPresent", "aws:MultiFactorAuthAge", "AWS:currenttime", "GLACIER:archiveageindays",
    ];

    private static readonly string[] Users =
    [
        "111122223333", "999988887777", "arn:aws:iam::111122223333:root", "arn:aws:iam::999988887777:root",
        "arn:aws:iam::111122223333:user/Bob", "arn:aws-cn:iam::111122223333:role/path/Admin",
        "arn:aws:sts::111122223333:assumed-role/Admin/session",
    ];

    /// <summary>A complete policy.</summary>
    public string Document()
    {
        var policy = new Dictionary<string, object?>();
        if (dice.OneIn(2))
        {
            policy["Version"] = dice.Pick("2012-10-17", "2008-10-17");
        }

        if (dice.OneIn(5))
        {
            policy["Id"] = dice.Pick("", "policy 1", "größe");
        }

        policy["Statement"] = dice.OneIn(3) ? Statement(1) : Enumerable.Range(1, 1 + dice.Below(4)).Select(Statement).ToArray();
        return JsonSerializer.Serialize(policy);
    }

    private Dictionary<string, object?> Statement(int number)
    {
        var statement = new Dictionary<string, object?> { ["Effect"] = dice.Pick("Allow", "Allow", "Deny") };
        if (dice.OneIn(2))
        {
            statement["Sid"] = $"rule{number}";
        }

        if (dice.OneIn(8))
        {
            statement["NotPrincipal"] = new { AWS = OneOrMany(Users) };
        }
        else
        {
            statement["Principal"] = dice.OneIn(2) ? "*" : new { AWS = OneOrMany([.. Users, "*"]) };
        }

        statement[dice.OneIn(8) ? "NotAction" : "Action"] = OneOrMany(
            [.. VaultActions.Names, "glacier:*", "*", "GLACIER:list*", "glacier:?bort*"]);
        if (dice.OneIn(10))
        {
            statement["NotResource"] = "arn:aws:glacier:us-east-1:111122223333:vaults/another";
        }
        else
        {
            statement["Resource"] = OneOrMany(["*", arn, "arn:aws:glacier:*:*:vaults/*", arn[..^1] + "?"]);
        }

        if (dice.OneIn(2))
        {
            statement["Condition"] = Condition();
        }

        return statement;
    }

    private Dictionary<string, object?> Condition()
    {
        var condition = new Dictionary<string, object?>(StringComparer.OrdinalIgnoreCase);
        for (var i = dice.Below(3); i >= 0; i--)
        {
            var (name, values) = Operator();
            var keys = new Dictionary<string, object?>(StringComparer.OrdinalIgnoreCase);
            for (var k = dice.Below(2); k >= 0; k--)
            {
                keys[dice.Pick(Keys)] = values();
            }

            condition[name] = keys;
        }

        return condition;
    }

    private (string Name, Func<object> Values) Operator()
    {
        var (name, values) = dice.Below(7) switch
        {
            0 => (dice.Pick(TextOperators), Some("true", "", "a*", "boto3/*", "999988887777", "?????", "***a***b***")),
            1 => (dice.Pick(NumberOperators), Some("0", "-1", "365", "1.5", "1e3", "79228162514264337593543950335")),
            2 => (dice.Pick(DateOperators), Some(
                "2026-03-01", "2026-03-01T12:00Z", "2026-03-01T12:00:00+01:00", "0", "1772366400", "9999-12-31T23:59:59.9999999Z")),
            3 => ("Bool", Some("true", "false")),
            4 => (dice.Pick("IpAddress", "NotIpAddress"), Some("127.0.0.1", "127.0.0.0/8", "0.0.0.0/0", "::1", "2001:db8::/32")),
            5 => (dice.Pick(ArnOperators), Some("arn:aws:iam::*:root", "arn:*:*:*:*:*", "arn:aws:iam::111122223333:user/Bob")),
            _ => ("Null", Some("true", "false")),
        };
        if (name != "Null")
        {
            name = dice.Pick("", "", "", "ForAllValues:", "ForAnyValue:") + name + dice.Pick("", "", "IfExists");
        }

        return (dice.OneIn(8) ? name.ToUpperInvariant() : name, values);
    }

    private Func<object> Some(params string[] values) => () => OneOrMany(values);

    private object OneOrMany(IReadOnlyList<string> values) => dice.OneIn(2)
        ? dice.PickFrom(values)
        : Enumerable.Range(0, 1 + dice.Below(3)).Select(_ => dice.PickFrom(values)).ToArray();
}
