namespace OrleansUploads.Gateway.Tests.Fuzzing;

/// <summary>Generates valid policies for one vault, in the language of docs/protocol.md.</summary>
internal sealed class PolicyGrammar(Dice dice, string arn)
{
    private static readonly string[] Orders = ["Equals", "NotEquals", "LessThan", "LessThanEquals", "GreaterThan", "GreaterThanEquals"];

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

    public string Document()
    {
        var policy = new Dictionary<string, object?>
        {
            ["Statement"] = dice.OneIn(3) ? Statement(1) : Enumerable.Range(1, 1 + dice.Below(4)).Select(Statement).ToArray(),
        };
        Maybe(2, policy, "Version", dice.Pick("2012-10-17", "2008-10-17"));
        Maybe(5, policy, "Id", dice.Pick("", "policy 1", "größe"));
        return JsonSerializer.Serialize(policy);
    }

    private Dictionary<string, object?> Statement(int number)
    {
        var (notPrincipal, notResource) = (dice.OneIn(8), dice.OneIn(10));
        var statement = new Dictionary<string, object?>
        {
            ["Effect"] = dice.Pick("Allow", "Allow", "Deny"),
            [notPrincipal ? "NotPrincipal" : "Principal"] = notPrincipal ? new { AWS = OneOrMany(Users) }
                : dice.OneIn(2) ? "*"
                : new { AWS = OneOrMany([.. Users, "*"]) },
            [dice.OneIn(8) ? "NotAction" : "Action"] = OneOrMany(
                [.. VaultActions.Names, "glacier:*", "*", "GLACIER:list*", "glacier:?bort*"]),
            [notResource ? "NotResource" : "Resource"] = notResource
                ? "arn:aws:glacier:us-east-1:111122223333:vaults/another"
                : OneOrMany(["*", arn, "arn:aws:glacier:*:*:vaults/*", arn[..^1] + "?"]),
        };
        Maybe(2, statement, "Sid", $"rule{number}");
        Maybe(2, statement, "Condition", Condition());
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
        var not = dice.Pick("", "Not");
        var (name, values) = dice.Below(7) switch
        {
            0 => ($"String{not}{dice.Pick("Equals", "EqualsIgnoreCase", "Like")}",
                Some("true", "", "a*", "boto3/*", "999988887777", "?????", "***a***b***")),
            1 => ($"Numeric{dice.Pick(Orders)}", Some("0", "-1", "365", "1.5", "1e3", "79228162514264337593543950335")),
            2 => ($"Date{dice.Pick(Orders)}", Some(
                "2026-03-01", "2026-03-01T12:00Z", "2026-03-01T12:00:00+01:00", "0", "1772366400", "9999-12-31T23:59:59.9999999Z")),
            3 => ("Bool", Some("true", "false")),
            4 => ($"{not}IpAddress", Some("127.0.0.1", "127.0.0.0/8", "0.0.0.0/0", "::1", "2001:db8::/32")),
            5 => ($"Arn{not}{dice.Pick("Equals", "Like")}", Some("arn:aws:iam::*:root", "arn:*:*:*:*:*", "arn:aws:iam::111122223333:user/Bob")),
            _ => ("Null", Some("true", "false")),
        };
        if (name != "Null")
        {
            name = dice.Pick("", "", "", "ForAllValues:", "ForAnyValue:") + name + dice.Pick("", "", "IfExists");
        }

        return (dice.OneIn(8) ? name.ToUpperInvariant() : name, values);
    }

    private void Maybe(int oneIn, Dictionary<string, object?> of, string name, object value)
    {
        if (dice.OneIn(oneIn))
        {
            of[name] = value;
        }
    }

    private Func<object> Some(params string[] values) => () => OneOrMany(values);

    private object OneOrMany(IReadOnlyList<string> values) => dice.OneIn(2)
        ? dice.PickFrom(values)
        : Enumerable.Range(0, 1 + dice.Below(3)).Select(_ => dice.PickFrom(values)).ToArray();
}
