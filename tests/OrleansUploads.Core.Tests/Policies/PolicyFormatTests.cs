namespace OrleansUploads.Core.Tests.Policies;

/// <summary>A policy that cannot be enforced is refused. The message names the part that cannot be enforced.</summary>
public sealed class PolicyFormatTests
{
    private const string Good = """{"Sid":"s","Effect":"Deny","Principal":"*","Action":"glacier:*","Resource":"*"}""";

    [Theory]
    [InlineData("", "not valid JSON")]
    [InlineData("{", "not valid JSON")]
    [InlineData("[]", "not a JSON object")]
    [InlineData("null", "not a JSON object")]
    [InlineData("{}", "no Statement")]
    [InlineData("""{"Statement":[]}""", "no Statement: its list is empty")]
    [InlineData("""{"Statement":["x"]}""", "In statement 1: it is not a JSON object")]
    [InlineData("""{"Version":"2012-10-18","Statement":[]}""", "Version is '2012-10-18'. It must be '2012-10-17'")]
    [InlineData("""{"Version":2012,"Statement":[]}""", "Version is not a string")]
    [InlineData("""{"Id":1,"Statement":[]}""", "Id is not a string")]
    [InlineData("""{"Statment":[]}""", "unknown element 'Statment' in the policy. Valid elements: Version, Id, Statement")]
    [InlineData("""{"Statement":[],"Statement":[]}""", "'Statement'")]
    [InlineData("""{"Statement":{"Sid":"\ud800"}}""", "an unpaired surrogate")]
    [InlineData("""{"Statement":{"\ud800":1}}""", "an unpaired surrogate")]
    [InlineData("""{"Statement":[[[[[[[[[1]]]]]]]]]}""", "not valid JSON")]
    public void A_text_that_is_not_a_policy_is_refused(string text, string message) => AssertRefused(text, message);

    [Fact]
    public void A_text_with_an_unpaired_surrogate_is_refused() =>
        AssertRefused($"{{\"Id\":\"{'\uD800'}\"}}", "an unpaired surrogate");

    [Theory]
    [InlineData("\"Effect\":\"Deny\"", "\"Effect\":\"deny\"", "Effect is 'deny'. It must be 'Allow' or 'Deny'")]
    [InlineData("\"Effect\":\"Deny\",", "", "it has no Effect")]
    [InlineData("\"Effect\":\"Deny\"", "\"Effect\":\"Deny\",\"Effect\":\"Allow\"", "'Effect'")]
    [InlineData("\"Sid\":\"s\"", "\"Sid\":1", "Sid is not a string")]
    [InlineData("\"Sid\":\"s\"", "\"Sid\":\"s\",\"Conditions\":{}", "unknown element 'Conditions' in a statement")]
    [InlineData("\"Principal\":\"*\",", "", "it has no Principal")]
    [InlineData("\"Principal\":\"*\"", "\"Principal\":\"*\",\"NotPrincipal\":\"*\"", "both Principal and NotPrincipal")]
    [InlineData("\"Principal\":\"*\"", "\"NotPrincipal\":\"*\"", "excludes everyone")]
    [InlineData("\"Principal\":\"*\"", "\"NotPrincipal\":{\"AWS\":[\"111122223333\",\"*\"]}", "excludes everyone")]
    [InlineData("\"Principal\":\"*\"", "\"Principal\":\"111122223333\"", "'111122223333' is neither '*' nor an object")]
    [InlineData("\"Principal\":\"*\"", "\"Principal\":[\"*\"]", "Principal is neither '*' nor an object")]
    [InlineData("\"Principal\":\"*\"", "\"Principal\":{}", "Principal is empty")]
    [InlineData("\"Principal\":\"*\"", "\"Principal\":{\"AWS\":[]}", "AWS is an empty list")]
    [InlineData("\"Principal\":\"*\"", "\"Principal\":{\"Service\":\"x\"}", "unknown element 'Service' in Principal")]
    [InlineData("\"Principal\":\"*\"", "\"Principal\":{\"AWS\":\"12\"}", "invalid principal '12'")]
    [InlineData("\"Principal\":\"*\"", "\"Principal\":{\"AWS\":\"arn:aws:iam::111122223333:user/*\"}", "invalid principal 'arn:aws:iam::")]
    [InlineData("\"Principal\":\"*\"", "\"Principal\":{\"AWS\":\"arn:aws:iam::1:root\"}", "invalid principal 'arn:aws:iam::1:root'")]
    [InlineData("\"Principal\":\"*\"", "\"Principal\":{\"AWS\":\"arn:aws:iam::111122223333:group/g\"}", "invalid principal 'arn:aws:iam::")]
    [InlineData("\"Principal\":\"*\"", "\"Principal\":{\"AWS\":\"arn:aws:s3:::bucket\"}", "invalid principal 'arn:aws:s3:::bucket'")]
    [InlineData("\"Principal\":\"*\"", "\"Principal\":{\"AWS\":\"arn:aws:iam::111122223333:user/\"}", "invalid principal 'arn:aws:iam::")]
    [InlineData("\"Action\":\"glacier:*\",", "", "it has no Action")]
    [InlineData("\"Action\":\"glacier:*\"", "\"Action\":[]", "Action is an empty list")]
    [InlineData("\"Action\":\"glacier:*\"", "\"Action\":[\"glacier:*\",1]", "Action is not a string")]
    [InlineData("\"Action\":\"glacier:*\"", "\"Action\":\"*\",\"NotAction\":\"*\"", "both Action and NotAction")]
    [InlineData("\"Action\":\"glacier:*\"", "\"Action\":\"glacier:DeleteArchives\"", "Archives' matches no operation")]
    [InlineData("\"Action\":\"glacier:*\"", "\"NotAction\":\"glacier:Destroy*\"", "'glacier:Destroy*' matches no operation")]
    [InlineData("\"Action\":\"glacier:*\"", "\"Action\":\"s3:*\"", "'s3:*' matches no operation")]
    [InlineData("\"Action\":\"glacier:*\"", "\"Action\":\"DeleteArchive\"", "'DeleteArchive' matches no operation")]
    [InlineData("\"Resource\":\"*\"", "\"Sid\":\"s\"", "'Sid'")]
    [InlineData(",\"Resource\":\"*\"", "", "it has no Resource")]
    [InlineData("\"Resource\":\"*\"", "\"Resource\":\"photos\"", "the resource 'photos' is not a vault")]
    [InlineData("\"Resource\":\"*\"", "\"Resource\":\"arn:aws:s3:::photos\"", "'arn:aws:s3:::photos' is not a vault")]
    [InlineData("\"Resource\":\"*\"", "\"Resource\":\"arn:aws:glacier:us-east-1:111:vaults/photos\"", "photos' is not a vault")]
    [InlineData("\"Resource\":\"*\"", "\"Resource\":\"arn:aws:glacier:us-east-1:111122223333:vault/a\"", "/a' is not a vault")]
    [InlineData("\"Resource\":\"*\"", "\"Resource\":\"arn:aws:glacier:*:*:vaults/${aws:username}\"", "a policy variable")]
    public void A_statement_that_cannot_be_enforced_is_refused(string part, string replacement, string message)
    {
        var bad = Good.Replace(part, replacement, StringComparison.Ordinal);
        AssertRefused($$"""{"Version":"2012-10-17","Statement":[{{bad}}]}""", message);
    }

    [Theory]
    [InlineData("[]", "Condition is not a JSON object")]
    [InlineData("""{"StringEqual":{"aws:SourceIp":"x"}}""", "unknown condition operator 'StringEqual'. Valid operators: ArnEquals, ")]
    [InlineData("""{"ForSomeValue:StringEquals":{"aws:SourceIp":"x"}}""", "operator 'ForSomeValue:StringEquals'")]
    [InlineData("""{"NullIfExists":{"aws:SourceIp":"true"}}""", "unknown condition operator 'NullIfExists'")]
    [InlineData("""{"ForAnyValue:Null":{"aws:SourceIp":"true"}}""", "unknown condition operator 'ForAnyValue:Null'")]
    [InlineData("""{"StringEquals":{}}""", "StringEquals has no condition keys")]
    [InlineData("""{"StringEquals":"x"}""", "StringEquals is not a JSON object")]
    [InlineData("""{"StringEquals":{"aws:PrincipalOrg":"o-1"}}""", "unknown condition key 'aws:PrincipalOrg'")]
    [InlineData("""{"StringEquals":{"aws:PrincipalTag/":"x"}}""", "unknown condition key 'aws:PrincipalTag/'")]
    [InlineData("""{"StringEquals":{"glacier:ResourceTag/":"o-1"}}""", "unknown condition key 'glacier:ResourceTag/'")]
    [InlineData("""{"StringEquals":{"aws:SourceIp":[]}}""", "aws:SourceIp is an empty list")]
    [InlineData("""{"StringEquals":{"aws:SourceIp":null}}""", "is not a string, a number, true or false")]
    [InlineData("""{"StringEquals":{"aws:UserAgent":"${aws:username}"}}""", "contains a policy variable")]
    [InlineData("""{"NumericLessThan":{"glacier:ArchiveAgeInDays":["1","ten"]}}""", "'ten' of NumericLessThan is not")]
    [InlineData("""{"NumericLessThan":{"glacier:ArchiveAgeInDays":"1,000"}}""", "'1,000' of NumericLessThan is not a")]
    [InlineData("""{"DateLessThan":{"aws:CurrentTime":"tomorrow"}}""", "'tomorrow' of DateLessThan is not a date")]
    [InlineData("""{"DateLessThan":{"aws:CurrentTime":"99999999999999"}}""", "of DateLessThan is not a date")]
    [InlineData("""{"Bool":{"aws:SecureTransport":"yes"}}""", "'yes' of Bool is not true or false")]
    [InlineData("""{"Null":{"aws:SourceIp":"yes"}}""", "'yes' of Null is not true or false")]
    [InlineData("""{"IpAddress":{"aws:SourceIp":"10.0.0.0/33"}}""", "'10.0.0.0/33' of IpAddress is not an address")]
    [InlineData("""{"IpAddress":{"aws:SourceIp":"10.1"}}""", "'10.1' of IpAddress is not an address")]
    [InlineData("""{"IpAddress":{"aws:SourceIp":"010.0.0.1"}}""", "'010.0.0.1' of IpAddress is not an address")]
    [InlineData("""{"IpAddress":{"aws:SourceIp":"10.0.0.0/"}}""", "'10.0.0.0/' of IpAddress is not an address")]
    [InlineData("""{"NotIpAddress":{"aws:SourceIp":"fe80::1%2"}}""", "'fe80::1%2' of NotIpAddress is not an address")]
    [InlineData("""{"ArnLike":{"aws:PrincipalArn":"*"}}""", "'*' of ArnLike is not an ARN of six parts")]
    public void A_condition_that_cannot_be_enforced_is_refused(string condition, string message)
    {
        var flaw = Assert.Throws<PolicyFormatException>(() => SomePolicy.With(condition: condition));
        Assert.StartsWith("In statement 1 (Sid 'only'): ", flaw.Message, StringComparison.Ordinal);
        Assert.Contains(message, flaw.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""{"Statement":@}""")]
    [InlineData("""{"Version":"2008-10-17","Id":"i","Statement":[@,@]}""")]
    [InlineData("""{ "Statement" : [ @ ] , "Version" : "2012-10-17" }""")]
    public void Version_and_ID_are_optional_and_one_or_several_statements_are_accepted(string text) =>
        Assert.NotEmpty(PolicyDocument.Parse(text.Replace("@", Good, StringComparison.Ordinal)).Statements);

    [Fact]
    public void In_the_older_policy_language_a_dollar_sign_is_literal()
    {
        var text = Good[..^1] + ""","Condition":{"StringEquals":{"aws:UserAgent":"${x}"}}}""";
        AssertRefused($$"""{"Version":"2012-10-17","Statement":{{text}} }""", "policy variable");
        var policy = PolicyDocument.Parse($$"""{"Version":"2008-10-17","Statement":{{text}} }""");
        Assert.True(SomePolicy.Applies(policy, SomePolicy.Request with { UserAgent = "${x}" }));
    }

    private static void AssertRefused(string text, string message)
    {
        var flaw = Assert.Throws<PolicyFormatException>(() => PolicyDocument.Parse(text));
        Assert.Contains(message, flaw.Message, StringComparison.Ordinal);
    }
}
