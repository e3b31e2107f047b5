using static OrleansUploads.Gateway.Tests.S3.S3Server;

namespace OrleansUploads.Gateway.Tests.S3;

/// <summary>Blanks that clients send as plus signs. The signature decides what a plus sign in a path is.</summary>
public sealed class S3PlusTests(S3Server s3) : IClassFixture<S3Server>
{
    [Theory]
    [InlineData("list-type=2&prefix=a+", "list-type=2&prefix=a%20", "a b")]
    [InlineData("list-type=2&prefix=a%2B", "list-type=2&prefix=a%2B", "a+b")]
    [InlineData("list-type=2&prefix=a%20", "list-type=2&prefix=a%20", "a b")]
    [InlineData("prefix=a&delimiter=+", "delimiter=%20&prefix=a", "a+b")]
    [InlineData("versions&prefix=a+b", "prefix=a%20b&versions=", "a b")]
    public async Task A_plus_sign_in_a_query_is_a_blank(string query, string signedTarget, string key)
    {
        var bucket = await NewBucketAsync();
        foreach (var isPresigned in (bool[])[false, true])
        {
            var answer = await SendAsync("GET", $"/{bucket}?{query}", $"/{bucket}?{signedTarget}", isPresigned);
            Assert.Equal([key], Texts(answer.Expect(200), "Key"));
        }
    }

    [Fact]
    public async Task A_plus_sign_in_a_header_of_the_query_is_a_blank()
    {
        var bucket = await NewBucketAsync();
        var answer = await SendAsync(
            "GET", $"/{bucket}/a%20b?response-content-type=a+b%2Bc", $"/{bucket}/a%20b?response-content-type=a%20b%2Bc", isPresigned: true);
        Assert.Equal("a b+c", answer.Expect(200).Header("Content-Type"));
    }

    [Theory]
    [InlineData("/a+b", "/a%2Bb", "plus")]
    [InlineData("/a+b", "/a+b", "plus")]
    [InlineData("/a+b", "/a%20b", "blank")]
    [InlineData("/a%2Bb", "/a%2Bb", "plus")]
    [InlineData("/a%20b", "/a%20b", "blank")]
    [InlineData("/a+b", "/a%20c", null)]
    [InlineData("/a%2Bb", "/a%20b", null)]
    [InlineData("/a%20b", "/a%2Bb", null)]
    public async Task A_plus_sign_in_a_path_is_what_the_signature_says(string path, string signedTarget, string? expected)
    {
        var bucket = await NewBucketAsync();
        foreach (var isPresigned in (bool[])[false, true])
        {
            var answer = await SendAsync("GET", $"/{bucket}{path}", $"/{bucket}{signedTarget}", isPresigned);
            if (expected is null)
            {
                ExpectError(answer, 403, "SignatureDoesNotMatch");
            }
            else
            {
                Assert.Equal(expected, answer.Expect(200).Text);
            }
        }
    }

    [Theory]
    [InlineData("/x+y+z", "/x%20y%20z", 200)]
    [InlineData("/x+y+z", "/x%2By%2Bz", 200)]
    [InlineData("/x+y+z", "/x%20y%2Bz", 403)]
    public async Task All_plus_signs_of_a_path_are_the_same(string path, string signedTarget, int status)
    {
        var bucket = await NewBucketAsync();
        (await SendAsync("PUT", $"/{bucket}{path}", $"/{bucket}{signedTarget}", isPresigned: false)).Expect(status);
        var keys = Texts((await s3.GetAsync($"/{bucket}?list-type=2&prefix=x")).Expect(200), "Key");
        Assert.Equal(status == 200 ? [Uri.UnescapeDataString(signedTarget[1..])] : [], keys);
    }

    [Fact]
    public async Task A_query_that_is_signed_with_a_plus_sign_is_refused()
    {
        var bucket = await NewBucketAsync();
        ExpectError(
            await SendAsync("GET", $"/{bucket}?prefix=a+b", $"/{bucket}?prefix=a%2Bb", isPresigned: false), 403, "SignatureDoesNotMatch");
    }

    private async Task<string> NewBucketAsync()
    {
        var bucket = await s3.NewBucketAsync();
        (await s3.SendAsync("PUT", $"/{bucket}/a%2Bb", "plus")).Expect(200);
        (await s3.SendAsync("PUT", $"/{bucket}/a%20b", "blank")).Expect(200);
        return bucket;
    }

    private Task<ApiAnswer> SendAsync(string method, string target, string signedTarget, bool isPresigned)
    {
        if (isPresigned)
        {
            return s3.OpenAsync(method, s3.Presign(method, target, signedTarget));
        }

        var headers = s3.Server.Sign(Request(method, signedTarget, null), Owner);
        return s3.Server.SendAsync(new ApiRequest(method, target), headers);
    }
}
