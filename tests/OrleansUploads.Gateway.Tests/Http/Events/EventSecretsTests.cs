using OrleansUploads.Gateway.Http.Events;

namespace OrleansUploads.Gateway.Tests.Http.Events;

public sealed class EventSecretsTests
{
    private const string Secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";

    private static readonly byte[] Payload = "{\"test\": 2432232314}"u8.ToArray();

    private static EventSecrets Parse(string text)
    {
        Assert.True(EventSecrets.TryParse(text, out var secrets, out var error), error);
        return secrets;
    }

    /// <summary>The example of the libraries of Standard Webhooks.</summary>
    [Fact]
    public void A_signature_is_the_one_that_existing_libraries_verify() => Assert.Equal(
        "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
        Parse(Secret + "\n").Sign("msg_p5jXN8AQM9LWM0D4loKWxJek", 1614265330, Payload));

    [Fact]
    public void During_the_change_of_a_secret_both_sign()
    {
        var next = $"whsec_{Convert.ToBase64String(new byte[64])}";
        var both = Parse($"{Secret}\r\n\r\n{next}\r\n").Sign("id", 7, Payload);
        Assert.Equal($"{Parse(Secret).Sign("id", 7, Payload)} {Parse(next).Sign("id", 7, Payload)}", both);
    }

    [Theory]
    [InlineData("", "0 secrets")]
    [InlineData("a\nb\nc\nd\ne", "5 secrets")]
    [InlineData("MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "Line 1")]
    [InlineData("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaS", "Line 1")]
    [InlineData("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLQ==", "Line 1")]
    [InlineData(Secret + "\nsecret", "Line 2")]
    public void A_wrong_secret_is_refused_with_its_line_and_the_form_but_not_repeated(string text, string expected)
    {
        Assert.False(EventSecrets.TryParse(text, out _, out var error));
        Assert.Contains(expected, error, StringComparison.Ordinal);
        Assert.Contains("openssl rand -base64 32", error, StringComparison.Ordinal);
        Assert.DoesNotContain("MfKQ9r8", error, StringComparison.Ordinal);
    }
}
