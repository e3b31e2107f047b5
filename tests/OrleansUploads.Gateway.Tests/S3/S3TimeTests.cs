using static OrleansUploads.Gateway.Tests.S3.S3Server;

namespace OrleansUploads.Gateway.Tests.S3;

/// <summary>Times in XML documents have whole seconds: clients compare them with <c>Last-Modified</c>.</summary>
public sealed class S3TimeTests(S3Server s3) : IClassFixture<S3Server>
{
    [Fact]
    public async Task The_time_of_an_object_is_the_same_everywhere()
    {
        var (bucket, target) = await NewObjectAsync();
        var expected = ToXml((await s3.SendAsync("HEAD", target)).Expect(200).Header("Last-Modified")!);
        foreach (var query in (string[])["list-type=2", "", "versions"])
        {
            Assert.Equal([expected], Texts((await s3.GetAsync($"/{bucket}?{query}")).Expect(200), "LastModified"));
        }
    }

    [Fact]
    public async Task The_time_of_a_copy_is_that_of_the_object()
    {
        var (_, target) = await NewObjectAsync();
        var copied = (await s3.SendAsync("PUT", target + "2", headers: ("x-amz-copy-source", target))).Expect(200);
        Assert.Equal(ToXml((await s3.GetAsync(target + "2")).Header("Last-Modified")!), Text(copied, "LastModified"));
    }

    [Fact]
    public async Task The_time_of_a_copied_part_is_that_of_the_part()
    {
        var (bucket, target) = await NewObjectAsync();
        var upload = await s3.NewUploadAsync(target);
        var copied = (await s3.SendAsync(
            "PUT", $"{target}?partNumber=1&uploadId={upload}", headers: ("x-amz-copy-source", target))).Expect(200);
        s3.Server.Setup.Clock.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal(Text((await s3.GetAsync($"{target}?uploadId={upload}")).Expect(200), "LastModified"), Text(copied, "LastModified"));
        Assert.EndsWith(".000Z", Text(copied, "LastModified"), StringComparison.Ordinal);
        Assert.EndsWith(".000Z", Text((await s3.GetAsync($"/{bucket}?uploads")).Expect(200), "Initiated"), StringComparison.Ordinal);
        Assert.All(Texts((await s3.GetAsync("/")).Expect(200), "CreationDate"), date => Assert.EndsWith(".000Z", date, StringComparison.Ordinal));
    }

    private static string ToXml(string header) => DateTimeOffset.ParseExact(header, "R", CultureInfo.InvariantCulture)
        .ToString("yyyy-MM-dd'T'HH:mm:ss'.000Z'", CultureInfo.InvariantCulture);

    private async Task<(string Bucket, string Target)> NewObjectAsync()
    {
        s3.Server.Setup.Clock.Advance(TimeSpan.FromMilliseconds(1789));
        var bucket = await s3.NewBucketAsync();
        (await s3.SendAsync("PUT", $"/{bucket}/k", "hello")).Expect(200);
        return (bucket, $"/{bucket}/k");
    }
}
