using System.Net;

namespace OrleansUploads.Core.Tests.Policies;

public sealed class ConditionTests
{
    [Theory]
    [InlineData("StringEquals", "StringNotEquals", "LegalHold", "true", "True")]
    [InlineData("StringEquals", "StringNotEquals", "empty", "", "true")]
    [InlineData("StringEqualsIgnoreCase", "StringNotEqualsIgnoreCase", "LegalHold", "TRUE", "truer")]
    [InlineData("StringLike", "StringNotLike", "LegalHold", "t?u*", "T?u*")]
    [InlineData("StringLike", "StringNotLike", "empty", "", "?")]
    [InlineData("NumericEquals", "NumericNotEquals", "size", "1.05e1", "10")]
    [InlineData("NumericEquals", "NumericNotEquals", "size", "10.5", "-10.5")]
    [InlineData("NumericEquals", "NumericNotEquals", "words", null, "10")]
    [InlineData("NumericLessThan", null, "size", "10.51", "10.5")]
    [InlineData("NumericLessThanEquals", null, "size", "10.5", "10.4")]
    [InlineData("NumericLessThanEquals", null, "words", null, "99")]
    [InlineData("NumericGreaterThan", null, "size", "9", "10.5")]
    [InlineData("NumericGreaterThanEquals", null, "size", "10.5", "100")]
    [InlineData("DateEquals", "DateNotEquals", "date", "2026-03-14T12:00:00Z", "2026-03-14")]
    [InlineData("DateEquals", "DateNotEquals", "date", "2026-03-14T13:00:00+01:00", "1773489601")]
    [InlineData("DateLessThan", null, "date", "2026-03-14T12:00:01Z", "2026-03-14T12:00Z")]
    [InlineData("DateLessThan", null, "words", null, "2027-01-01")]
    [InlineData("DateLessThanEquals", null, "date", "2026-03-14T12:00:00Z", "2026-03-14")]
    [InlineData("DateGreaterThan", null, "date", "2026-03-14", "2026-03-14T12:00:00Z")]
    [InlineData("DateGreaterThanEquals", null, "date", "2026-03-14T12:00:00Z", "2027-01-01")]
    [InlineData("Bool", null, "LegalHold", "true", "false")]
    [InlineData("Bool", null, "words", null, "false")]
    [InlineData("IpAddress", "NotIpAddress", "words", null, "0.0.0.0/0")]
    [InlineData("stringlike", "stringnotlike", "LegalHold", "tr*", "f*")]
    public void An_operator_compares_a_tag(string op, string? negation, string tag, string? matching, string other)
    {
        foreach (var form in new[] { "{0}", "{0}IfExists", "ForAllValues:{0}", "ForAnyValue:{0}", "forallvalues:{0}ifexists" })
        {
            Assert.True(matching is null || HoldsFor(op, form, tag, matching));
            Assert.False(HoldsFor(op, form, tag, other));
            Assert.True(negation is null || HoldsFor(negation, form, tag, other));
            Assert.False(negation is not null && matching is not null && HoldsFor(negation, form, tag, matching));
        }
    }

    [Theory]
    [InlineData("{0}", false, true)]
    [InlineData("{0}IfExists", true, true)]
    [InlineData("ForAllValues:{0}", true, true)]
    [InlineData("ForAnyValue:{0}", false, false)]
    [InlineData("ForAnyValue:{0}IfExists", true, true)]
    public void An_operator_compares_a_tag_that_the_vault_does_not_have(string form, bool holds, bool negationHolds)
    {
        foreach (var (op, negation, value) in new[]
        {
            ("StringEquals", "StringNotEquals", ""),
            ("StringEqualsIgnoreCase", "StringNotEqualsIgnoreCase", "true"),
            ("StringLike", "StringNotLike", "*"),
            ("NumericEquals", "NumericNotEquals", "0"),
            ("DateEquals", "DateNotEquals", "2026-03-14"),
            ("IpAddress", "NotIpAddress", "0.0.0.0/0"),
            ("ArnLike", "ArnNotLike", "arn:*:*:*:*:*"),
        })
        {
            Assert.Equal((holds, negationHolds), (HoldsFor(op, form, "absent", value), HoldsFor(negation, form, "absent", value)));
        }

        Assert.Equal((holds, holds), (HoldsFor("NumericLessThan", form, "absent", "1"), HoldsFor("Bool", form, "absent", "false")));
    }

    [Theory]
    [InlineData("absent", "true", true)]
    [InlineData("absent", "false", false)]
    [InlineData("empty", "true", false)]
    [InlineData("empty", "false", true)]
    public void Null_tells_whether_the_vault_has_a_tag(string tag, string value, bool holds) =>
        Assert.Equal(holds, HoldsFor("Null", "{0}", tag, value));

    [Theory]
    [InlineData("NumericLessThan", "glacier:ArchiveAgeInDays", "365", true)]
    [InlineData("NumericLessThan", "glacier:archiveageindays", "364", false)]
    [InlineData("DateEquals", "aws:CurrentTime", "2026-03-14T12:00:00Z", true)]
    [InlineData("DateEquals", "aws:EpochTime", "1773489600", true)]
    [InlineData("DateEquals", "aws:EpochTime", "2026-03-14T12:00:00.000Z", true)]
    [InlineData("NumericGreaterThan", "aws:EpochTime", "1773489599", true)]
    [InlineData("Bool", "aws:SecureTransport", "true", true)]
    [InlineData("Bool", "aws:SecureTransport", "FALSE", false)]
    [InlineData("Bool", "aws:MultiFactorAuthPresent", "false", false)]
    [InlineData("BoolIfExists", "aws:MultiFactorAuthPresent", "false", true)]
    [InlineData("Null", "aws:MultiFactorAuthAge", "true", true)]
    [InlineData("StringEquals", "aws:PrincipalOrgID", "o-1", false)]
    [InlineData("StringNotEquals", "aws:PrincipalOrgID", "o-1", true)]
    [InlineData("StringEqualsIfExists", "aws:principalorgid", "o-1", true)]
    [InlineData("StringEquals", "aws:PrincipalTag/team", "blue", false)]
    [InlineData("StringNotEquals", "aws:RequestTag/team", "blue", true)]
    [InlineData("StringEquals", "aws:SourceVpce", "vpce-1", false)]
    [InlineData("StringNotLike", "aws:RequestedRegion", "us-*", true)]
    [InlineData("ForAllValues:StringEquals", "aws:TagKeys", "team", true)]
    [InlineData("ForAnyValue:StringNotEquals", "aws:CalledVia", "x", false)]
    [InlineData("Null", "aws:username", "true", true)]
    [InlineData("StringEquals", "aws:ResourceAccount", "111122223333", true)]
    [InlineData("Bool", "aws:ViaAWSService", "false", true)]
    [InlineData("Bool", "aws:PrincipalIsAWSService", "true", false)]
    [InlineData("IpAddress", "aws:SourceIp", "203.0.113.7", true)]
    [InlineData("IpAddress", "aws:SourceIp", "203.0.113.0/24", true)]
    [InlineData("IpAddress", "aws:SourceIp", "203.0.113.99/24", true)]
    [InlineData("IpAddress", "aws:SourceIp", "203.0.113.0/29", true)]
    [InlineData("IpAddress", "aws:SourceIp", "203.0.113.8/29", false)]
    [InlineData("IpAddress", "aws:SourceIp", "0.0.0.0/0", true)]
    [InlineData("IpAddress", "aws:SourceIp", "::/0", false)]
    [InlineData("NotIpAddress", "aws:SourceIp", "203.0.113.0/24", false)]
    [InlineData("NotIpAddress", "aws:SourceIp", "2001:db8::/32", true)]
    [InlineData("ArnEquals", "aws:PrincipalArn", "arn:aws:iam::111122223333:root", true)]
    [InlineData("ArnEquals", "aws:PrincipalArn", "arn:aws:iam::*:ro?t", true)]
    [InlineData("ArnLike", "aws:PrincipalArn", "arn:aws:iam::1111*:root", true)]
    [InlineData("ArnLike", "aws:PrincipalArn", "arn:*:*:*:*:user/*", false)]
    [InlineData("ArnLike", "aws:PrincipalAccount", "arn:*:*:*:*:*", false)]
    [InlineData("ArnNotEquals", "aws:PrincipalArn", "arn:aws:iam::111122223333:root", false)]
    [InlineData("ArnNotLike", "aws:PrincipalArn", "arn:aws:iam::999988887777:*", true)]
    [InlineData("StringEquals", "aws:PrincipalAccount", "111122223333", true)]
    [InlineData("StringLike", "aws:UserAgent", "Boto3/*", true)]
    [InlineData("StringLike", "AWS:useragent", "*Botocore", true)]
    [InlineData("StringEquals", "glacier:ResourceTag/legalhold", "true", true)]
    [InlineData("StringEquals", "aws:ResourceTag/LegalHold", "true", true)]
    public void A_key_has_the_value_of_the_request(string op, string key, string value, bool holds) =>
        Assert.Equal(holds, Holds(op, key, value));

    [Theory]
    [InlineData("""{"StringEquals":{"glacier:ResourceTag/LegalHold":["no","true"]}}""", true)]
    [InlineData("""{"StringNotEquals":{"glacier:ResourceTag/LegalHold":["no","true"]}}""", false)]
    [InlineData("""{"StringNotEquals":{"glacier:ResourceTag/LegalHold":["no","maybe"]}}""", true)]
    [InlineData("""{"Null":{"glacier:ResourceTag/LegalHold":[true,false]}}""", true)]
    [InlineData("""{"Bool":{"aws:SecureTransport":true},"NumericLessThan":{"glacier:ArchiveAgeInDays":365}}""", true)]
    [InlineData("""{"Bool":{"aws:SecureTransport":false},"NumericLessThan":{"glacier:ArchiveAgeInDays":365}}""", false)]
    [InlineData("""{"StringEquals":{"aws:PrincipalAccount":"111122223333","glacier:ResourceTag/LegalHold":"no"}}""", false)]
    [InlineData("{}", true)]
    public void Any_value_may_match_and_all_keys_and_operators_must_match(string condition, bool holds) =>
        Assert.Equal(holds, SomePolicy.Applies(SomePolicy.With(condition: condition)));

    [Theory]
    [InlineData("NumericLessThan", false)]
    [InlineData("NumericLessThanIfExists", true)]
    [InlineData("NumericNotEquals", true)]
    public void A_request_without_an_archive_has_no_archive_age(string op, bool holds)
    {
        var policy = SomePolicy.With(condition: $$$"""{"{{{op}}}":{"glacier:ArchiveAgeInDays":"365"}}""");
        Assert.True(policy.LooksAtArchiveAge);
        Assert.Equal(holds, SomePolicy.Applies(policy, SomePolicy.Request with { ArchiveAgeDays = null }));
    }

    [Theory]
    [InlineData("::ffff:203.0.113.7", "203.0.113.0/24", true)]
    [InlineData("2001:db8::1", "2001:db8::/33", true)]
    [InlineData("2001:db8:8000::1", "2001:db8::/33", false)]
    [InlineData("2001:db8::1", "0.0.0.0/0", false)]
    [InlineData(null, "0.0.0.0/0", false)]
    public void IPv4_and_IPv6_addresses_are_compared_with_ranges_of_their_own_family(string? source, string range, bool holds)
    {
        var policy = SomePolicy.With(condition: $$$"""{"IpAddress":{"aws:SourceIp":"{{{range}}}"}}""");
        var request = SomePolicy.Request with { Source = source is null ? null : IPAddress.Parse(source) };
        Assert.Equal(holds, SomePolicy.Applies(policy, request));
    }

    [Fact]
    public void An_exact_tag_key_takes_precedence_over_one_that_differs_in_case()
    {
        var tags = new Dictionary<string, string> { ["hold"] = "b", ["HOLD"] = "a", ["Hold"] = "c" };
        string? Value(string key) => ConditionKey.TryFind($"glacier:ResourceTag/{key}", out var found)
            ? found.ValueIn(SomePolicy.Request with { Tags = tags })
            : null;
        Assert.Equal(("b", "c", "a"), (Value("hold"), Value("Hold"), Value("hOLD")));
    }

    [Theory]
    [InlineData("aws:PrincipalOrgID", true)]
    [InlineData("aws:PrincipalTag/team", true)]
    [InlineData("aws:MultiFactorAuthPresent", true)]
    [InlineData("aws:SourceIp", false)]
    [InlineData("aws:ResourceTag/team", false)]
    public void A_key_that_is_absent_from_every_request_is_found_with_its_statement(string key, bool isAlwaysAbsent)
    {
        var policy = SomePolicy.With(condition: $$$"""{"Null":{"aws:UserAgent":"false","{{{key}}}":"true"}}""");
        Assert.Equal(
            isAlwaysAbsent ? "statement 1 (Sid 'only'): " + key : null,
            policy.FindAlwaysAbsentKey() is var (statement, name) ? $"{statement}: {name}" : null);
    }

    private static bool HoldsFor(string op, string form, string tag, string value) =>
        Holds(string.Format(null, form, op), $"glacier:ResourceTag/{tag}", value);

    private static bool Holds(string op, string key, string value) =>
        SomePolicy.Applies(SomePolicy.With(condition: $$$"""{"{{{op}}}":{"{{{key}}}":"{{{value}}}"}}"""));
}
