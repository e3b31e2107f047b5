using static OrleansUploads.Gateway.Tests.S3.S3Server;

namespace OrleansUploads.Gateway.Tests.S3;

/// <summary>Times in XML documents have whole seconds: clients compare them with <c>Last-Modified</c>.</summary>
public sealed class S3TimeTests(S3Server s3) : IClassFixture<S3Server>
{
    [Fact]
    public async Task The_time_of_an_object_is_the_same_everywhere_and_has_whole_seconds()
    {
        s3.Clock.Advance(TimeSpan.FromMilliseconds(1789));
        var bucket = await s3.NewBucketAsync();
        var target = $"/{bucket}/k";
        (await s3.SendAsync("PUT", target, "hello")).Expect(200);
        foreach (var query in (string[])["list-type=2", "", "versions"])
        {
            Assert.Equal([await ReadAsync(target)], Texts((await s3.GetAsync($"/{bucket}?{query}")).Expect(200), "LastModified"));
        }

        var copied = (await s3.SendAsync("PUT", target + "2", headers: ("x-amz-copy-source", target))).Expect(200);
        Assert.Equal(await ReadAsync(target + "2"), Text(copied, "LastModified"));

        var upload = await s3.NewUploadAsync(target);
        var part = (await s3.SendAsync(
            "PUT", $"{target}?partNumber=1&uploadId={upload}", headers: ("x-amz-copy-source", target))).Expect(200);
        s3.Clock.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal(Text((await s3.GetAsync($"{target}?uploadId={upload}")).Expect(200), "LastModified"), Text(part, "LastModified"));
        Assert.EndsWith(".000Z", Text(part, "LastModified"), StringComparison.Ordinal);
        Assert.EndsWith(".000Z", Text((await s3.GetAsync($"/{bucket}?uploads")).Expect(200), "Initiated"), StringComparison.Ordinal);
        Assert.All(Texts((await s3.GetAsync("/")).Expect(200), "CreationDate"), date => Assert.EndsWith(".000Z", date, StringComparison.Ordinal));
    }

    [Fact]
    public async Task The_time_of_a_multipart_object_is_that_of_its_completion_also_when_it_is_restored()
    {
        var bucket = await s3.NewBucketAsync();
        var target = $"/{bucket}/k";
        var upload = await s3.NewUploadAsync(target, ("x-amz-storage-class", "GLACIER"));
        s3.Clock.Advance(TimeSpan.FromMilliseconds(61_789));
        var part = (await s3.SendAsync("PUT", $"{target}?partNumber=1&uploadId={upload}", "hello")).Expect(200).Header("ETag")!;
        s3.Clock.Advance(TimeSpan.FromMilliseconds(61_789));
        (await s3.SendAsync("POST", $"{target}?uploadId={upload}", CompletionDocument.Of((1, part)))).Expect(200);
        var completed = s3.Clock.Now.ToString("yyyy-MM-dd'T'HH:mm:ss'.000Z'", CultureInfo.InvariantCulture);
        await ExpectAsync();

        s3.Clock.Advance(TimeSpan.FromMilliseconds(61_789));
        (await s3.SendAsync("POST", $"{target}?restore", "<RestoreRequest><Days>1</Days></RestoreRequest>")).Expect(202);
        s3.Clock.Advance(TimeSpan.FromMilliseconds(61_789));
        var until = (await s3.SendAsync("HEAD", target)).Expect(200).Header("x-amz-restore")!.Split("expiry-date=")[1].Trim('"');
        Assert.All(await ExpectAsync(), list => Assert.Equal(ToXml(until), Text(list, "RestoreExpiryDate")));

        async Task<List<ApiAnswer>> ExpectAsync()
        {
            Assert.Equal(completed, await ReadAsync(target));
            var lists = new List<ApiAnswer>();
            foreach (var query in (string[])["list-type=2", "", "versions"])
            {
                lists.Add((await s3.GetAsync($"/{bucket}?{query}", ("x-amz-optional-object-attributes", "RestoreStatus"))).Expect(200));
                Assert.Equal([completed], Texts(lists[^1], "LastModified"));
            }

            return lists;
        }
    }

    [Theory]
    [InlineData(0, 304, 412)]
    [InlineData(60, 304, 412)]
    [InlineData(61, 200, 200)]
    [InlineData(86_400, 200, 200)]
    public async Task A_time_to_come_is_no_condition(int secondsAfterObject, int readStatus, int copyStatus)
    {
        var target = $"/{await s3.NewBucketAsync()}/k";
        (await s3.SendAsync("PUT", target, "hello")).Expect(200);
        var modified = DateTimeOffset.ParseExact((await s3.GetAsync(target)).Header("Last-Modified")!, "R", CultureInfo.InvariantCulture);
        s3.Clock.Advance(modified.AddSeconds(60) - s3.Clock.Now);
        var since = modified.AddSeconds(secondsAfterObject).ToString("R", CultureInfo.InvariantCulture);

        (await s3.GetAsync(target, ("If-Modified-Since", since))).Expect(readStatus);
        (await s3.SendAsync("HEAD", target, headers: ("If-Modified-Since", since))).Expect(readStatus);
        (await s3.SendAsync(
            "PUT", target + "2", headers: [("x-amz-copy-source", target), ("x-amz-copy-source-if-modified-since", since)])).Expect(copyStatus);
    }

    /// <summary>The <c>Last-Modified</c> time of an object, in the format of the XML documents.</summary>
    private async Task<string> ReadAsync(string target) => ToXml((await s3.SendAsync("HEAD", target)).Expect(200).Header("Last-Modified")!);

    private static string ToXml(string header) => DateTimeOffset.ParseExact(header, "R", CultureInfo.InvariantCulture)
        .ToString("yyyy-MM-dd'T'HH:mm:ss'.000Z'", CultureInfo.InvariantCulture);
}
