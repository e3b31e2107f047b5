using OrleansUploads.Core.Refusals;
using OrleansUploads.Gateway.S3;

namespace OrleansUploads.Gateway.Tests.S3;

public sealed class S3RefusalsTests
{
    [Fact]
    public void Every_refusal_about_objects_has_a_status_a_code_and_a_message()
    {
        Assert.All(RefusalMessages.OfObjects, static refusal => Assert.InRange(Describe(refusal).Status, 400, 599));
        Assert.Empty(RefusalMessages.Faults(
            RefusalMessages.OfObjects, static refusal => (Describe(refusal).Code, Describe(refusal).Message)));
    }

    [Theory]
    [InlineData("a b/c+é%\n", "a+b/c%2B%C3%A9%25%0A")]
    [InlineData("", "")]
    public void Keys_in_URLs(string key, string encoded) => Assert.Equal(encoded, S3Encoding.Url(key));

    [Theory]
    [InlineData("a")]
    [InlineData("é\u0001\uD83D\uDE00")]
    public void Tokens(string key)
    {
        Assert.True(S3Encoding.TryReadToken(S3Encoding.Token(key), out var read));
        Assert.Equal(key, read);
        Assert.False(S3Encoding.TryReadToken(System.Buffers.Text.Base64Url.EncodeToString([0xFF]), out _));
    }

    [Fact]
    public void Text_that_is_not_ASCII_is_encoded_in_headers() =>
        Assert.Equal($"=?UTF-8?B?{Convert.ToBase64String(Encoding.UTF8.GetBytes("é"))}?=", S3Encoding.Header("é"));

    private static S3Error Describe(Refusal refusal) => S3Refusals.Describe(refusal, new S3Address("b", "k"), "u");
}
