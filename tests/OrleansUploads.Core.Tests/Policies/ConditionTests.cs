using System.Net;

namespace OrleansUploads.Core.Tests.Policies;

/// <summary>Each operator with a matching value, with another value, and without a value. The vault does not have the tag
/// "absent".</summary>
public sealed class ConditionTests
{
    [Theory]
    [InlineData("StringEquals", "LegalHold", "true", true)]
    [InlineData("StringEquals", "LegalHold", "True", false)]
    [InlineData("StringEquals", "absent", "", false)]
    [InlineData("StringEquals", "empty", "", true)]
    [InlineData("StringNotEquals", "LegalHold", "true", false)]
    [InlineData("StringNotEquals", "LegalHold", "True", true)]
    [InlineData("StringNotEquals", "absent", "true", true)]
    [InlineData("StringEqualsIgnoreCase", "LegalHold", "TRUE", true)]
    [InlineData("StringEqualsIgnoreCase", "LegalHold", "truer", false)]
    [InlineData("StringEqualsIgnoreCase", "absent", "true", false)]
    [InlineData("StringNotEqualsIgnoreCase", "LegalHold", "TRUE", false)]
    [InlineData("StringNotEqualsIgnoreCase", "LegalHold", "no", true)]
    [InlineData("StringNotEqualsIgnoreCase", "absent", "TRUE", true)]
    [InlineData("StringLike", "LegalHold", "t?u*", true)]
    [InlineData("StringLike", "LegalHold", "T?u*", false)]
    [InlineData("StringLike", "absent", "*", false)]
    [InlineData("StringLike", "empty", "", true)]
    [InlineData("StringNotLike", "LegalHold", "t*", false)]
    [InlineData("StringNotLike", "LegalHold", "f*", true)]
    [InlineData("StringNotLike", "absent", "t*", true)]
    [InlineData("NumericEquals", "size", "1.05e1", true)]
    [InlineData("NumericEquals", "size", "10", false)]
    [InlineData("NumericEquals", "words", "10", false)]
    [InlineData("NumericEquals", "absent", "0", false)]
    [InlineData("NumericNotEquals", "size", "10.5", false)]
    [InlineData("NumericNotEquals", "size", "-10.5", true)]
    [InlineData("NumericNotEquals", "words", "10", true)]
    [InlineData("NumericNotEquals", "absent", "10", true)]
    [InlineData("NumericLessThan", "size", "10.51", true)]
    [InlineData("NumericLessThan", "size", "10.5", false)]
    [InlineData("NumericLessThan", "absent", "10", false)]
    [InlineData("NumericLessThanEquals", "size", "10.5", true)]
    [InlineData("NumericLessThanEquals", "size", "10.4", false)]
    [InlineData("NumericLessThanEquals", "words", "99", false)]
    [InlineData("NumericGreaterThan", "size", "9", true)]
    [InlineData("NumericGreaterThan", "size", "10.5", false)]
    [InlineData("NumericGreaterThanEquals", "size", "10.5", true)]
    [InlineData("NumericGreaterThanEquals", "size", "100", false)]
    [InlineData("Bool", "LegalHold", "true", true)]
    [InlineData("Bool", "LegalHold", "false", false)]
    [InlineData("Bool", "words", "false", false)]
    [InlineData("Bool", "absent", "false", false)]
    [InlineData("Null", "absent", "true", true)]
    [InlineData("Null", "absent", "false", false)]
    [InlineData("Null", "empty", "true", false)]
    [InlineData("Null", "empty", "false", true)]
    [InlineData("StringEqualsIfExists", "absent", "true", true)]
    [InlineData("StringEqualsIfExists", "LegalHold", "false", false)]
    [InlineData("NumericLessThanIfExists", "absent", "1", true)]
    [InlineData("NumericLessThanIfExists", "words", "1", false)]
    [InlineData("BoolIfExists", "absent", "false", true)]
    [InlineData("StringNotLikeIfExists", "absent", "t*", true)]
    [InlineData("ForAllValues:StringEquals", "absent", "true", true)]
    [InlineData("ForAllValues:StringEquals", "LegalHold", "true", true)]
    [InlineData("ForAllValues:StringEquals", "LegalHold", "false", false)]
    [InlineData("ForAllValues:StringNotEquals", "LegalHold", "true", false)]
    [InlineData("ForAnyValue:StringEquals", "LegalHold", "true", true)]
    [InlineData("ForAnyValue:StringEquals", "absent", "true", false)]
    [InlineData("ForAnyValue:StringNotEquals", "absent", "true", false)]
    [InlineData("ForAnyValue:StringNotEquals", "LegalHold", "false", true)]
    [InlineData("ForAnyValue:StringLikeIfExists", "absent", "true", true)]
    [InlineData("stringlike", "LegalHold", "tr*", true)]
    [InlineData("forallvalues:stringlikeifexists", "absent", "true", true)]
    public void An_operator_compares_a_tag(string op, string tag, string value, bool holds) =>
        Assert.Equal(holds, Holds(op, $"glacier:ResourceTag/{tag}", value));

    [Theory]
    [InlineData("NumericLessThan", "glacier:ArchiveAgeInDays", "365", true)]
    [InlineData("NumericLessThan", "glacier:archiveageindays", "364", false)]
    [InlineData("DateEquals", "aws:CurrentTime", "2026-03-14T12:00:00Z", true)]
    [InlineData("DateEquals", "aws:CurrentTime", "2026-03-14T13:00:00+01:00", true)]
    [InlineData("DateEquals", "aws:CurrentTime", "2026-03-14", false)]
    [InlineData("DateEquals", "aws:EpochTime", "1773489600", true)]
    [InlineData("DateEquals", "aws:EpochTime", "2026-03-14T12:00:00.000Z", true)]
    [InlineData("DateNotEquals", "aws:CurrentTime", "1773489600", false)]
    [InlineData("DateNotEquals", "aws:CurrentTime", "1773489601", true)]
    [InlineData("DateLessThan", "aws:CurrentTime", "2026-03-14T12:00:01Z", true)]
    [InlineData("DateLessThan", "aws:CurrentTime", "2026-03-14T12:00Z", false)]
    [InlineData("DateLessThanEquals", "aws:CurrentTime", "2026-03-14T12:00:00Z", true)]
    [InlineData("DateLessThanEquals", "aws:CurrentTime", "2026-03-14", false)]
    [InlineData("DateGreaterThan", "aws:CurrentTime", "2026-03-14", true)]
    [InlineData("DateGreaterThan", "aws:CurrentTime", "2026-03-14T12:00:00Z", false)]
    [InlineData("DateGreaterThanEquals", "aws:CurrentTime", "2026-03-14T12:00:00Z", true)]
    [InlineData("DateGreaterThanEquals", "aws:CurrentTime", "2027-01-01", false)]
    [InlineData("DateLessThanIfExists", "glacier:ResourceTag/words", "2027-01-01", false)]
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
    [InlineData("IpAddress", "glacier:ResourceTag/words", "0.0.0.0/0", false)]
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

    private static bool Holds(string op, string key, string value) =>
        SomePolicy.Applies(SomePolicy.With(condition: $$$"""{"{{{op}}}":{"{{{key}}}":"{{{value}}}"}}"""));
}
