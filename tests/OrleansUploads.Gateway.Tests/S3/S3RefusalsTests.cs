using OrleansUploads.Core.Refusals;
using OrleansUploads.Gateway.S3.Protocol;
using OrleansUploads.Hashing.Checksums;

namespace OrleansUploads.Gateway.Tests.S3;

public sealed class S3RefusalsTests
{
    [Fact]
    public void Each_refusal_about_objects_has_a_code_and_a_message()
    {
        var types = typeof(ObjectRefusal).GetNestedTypes();
        Assert.NotEmpty(types);
        foreach (var type in types)
        {
            var error = S3Refusals.Describe(Create(type), new S3Address("b", "k"), "u");
            Assert.True(error is { Status: >= 400 and <= 599, Message.Length: > 0 }, type.Name);
        }
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

    private static ObjectRefusal Create(Type type)
    {
        var constructor = type.GetConstructors().Single();
        return (ObjectRefusal)constructor.Invoke([.. constructor.GetParameters().Select(parameter => Sample(parameter.ParameterType))]);
    }

    private static object Sample(Type type) =>
        type == typeof(Checksum) ? ChecksumHasher.Compute(ChecksumAlgorithm.Crc32, [])
        : type == typeof(ChecksumAlgorithm) ? ChecksumAlgorithm.Crc32
        : type == typeof(ChecksumType) ? ChecksumType.Composite
        : Activator.CreateInstance(type)!;

    [Fact]
    public void Text_that_is_not_ASCII_is_encoded_in_headers() =>
        Assert.Equal($"=?UTF-8?B?{Convert.ToBase64String(Encoding.UTF8.GetBytes("é"))}?=", S3Encoding.Header("é"));
}
