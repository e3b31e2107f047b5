using static OrleansUploads.Gateway.Tests.S3.S3Server;

namespace OrleansUploads.Gateway.Tests.S3;

/// <summary>An upload of an object that several clients share: it is created with a key, and completed without a list of parts.</summary>
[Trait(TestHosts.Name, TestHosts.Grains)]
public sealed class S3SharedUploadTests(S3Server s3) : IClassFixture<S3Server>
{
    private const int MinPart = 5 << 20;

    private static readonly (string, string) Key = ("x-orleans-uploads-create-key", "night-of-the-28th");
    private static readonly (string, string) All = ("x-orleans-uploads-complete", "all-parts");

    [Fact]
    public async Task Clients_that_create_with_the_same_key_share_one_upload_of_the_object()
    {
        var bucket = await s3.NewBucketAsync();
        var uploads = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => s3.NewUploadAsync(
            $"/{bucket}/k", Key, ("x-amz-meta-a", "1"), ("x-amz-meta-b", "2"), ("x-amz-tagging", "c=3"))));
        var upload = Assert.Single(uploads.Distinct());
        Assert.NotEqual(upload, await s3.NewUploadAsync($"/{bucket}/other", Key));
        Assert.NotEqual(upload, await s3.NewUploadAsync($"/{await s3.NewBucketAsync()}/k", Key));

        foreach (var otherwise in ((string, string)[][])
            [[("x-amz-meta-a", "2")], [("x-amz-meta-a", "1"), ("x-amz-meta-b", "2")], [("x-amz-storage-class", "GLACIER")]])
        {
            var refused = await s3.SendAsync("POST", $"/{bucket}/k?uploads", "", [Key, .. otherwise]);
            ExpectError(refused, 400, "InvalidRequest");
            Assert.Contains($"was initiated with other properties: {upload}", refused.Text, StringComparison.Ordinal);
        }

        (await s3.SendAsync("DELETE", $"/{bucket}/k?uploadId={upload}")).Expect(204);
        ExpectError(
            await s3.SendAsync(
                "POST", $"/{bucket}/k?uploads", "", Key, ("x-amz-meta-a", "1"), ("x-amz-meta-b", "2"), ("x-amz-tagging", "c=3")),
            400,
            "InvalidRequest");
        ExpectError(await s3.SendAsync("POST", $"/{bucket}/k?uploads", "", (Key.Item1, "two words")), 400, "InvalidArgument");
    }

    [Fact]
    public async Task A_completion_takes_all_parts_and_its_repeats_get_the_same_answer()
    {
        var (target, upload) = await s3.OpenUploadAsync();
        byte[] first = Requests.Bytes(MinPart, 1), last = Requests.Bytes(1000, 2);
        var tags = new[] { await PutAsync(target, upload, 7, last), await PutAsync(target, upload, 2, first) };
        var size = ("x-amz-mp-object-size", $"{MinPart + 1000}");
        var complete = $"{target}?uploadId={upload}";

        ExpectError(await s3.SendAsync("POST", complete, "", All), 400, "InvalidRequest");
        ExpectError(await s3.SendAsync("POST", complete, "", All, ("x-amz-mp-object-size", "1000")), 400, "InvalidRequest");
        ExpectError(await s3.SendAsync("POST", complete, "", (All.Item1, "some"), size), 400, "InvalidArgument");
        ExpectError(await s3.SendAsync("POST", complete, CompletionDocument.Of((2, tags[1])), All, size), 400, "MalformedXML");
        ExpectError(await s3.SendAsync("POST", complete, "", size), 400, "InvalidRequest");

        var completed = (await s3.SendAsync("POST", complete, "", All, size)).Expect(200);
        Assert.Equal(
            completed.Text,
            (await s3.SendAsync("POST", complete, "<CompleteMultipartUpload xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\"/>", All, size)).Text);
        Assert.Equal(completed.Text, (await s3.SendAsync("POST", complete, CompletionDocument.Of((2, tags[1]), (7, tags[0])))).Text);
        ExpectError(await s3.SendAsync("POST", complete, "", All, ("x-amz-mp-object-size", "1000")), 400, "InvalidPart");
        var got = (await s3.GetAsync(target)).Expect(200);
        Assert.Equal([.. first, .. last], got.Body);
    }

    [Fact]
    public async Task A_completion_of_all_parts_of_an_upload_without_parts_is_refused()
    {
        var (target, upload) = await s3.OpenUploadAsync();
        ExpectError(
            await s3.SendAsync("POST", $"{target}?uploadId={upload}", "", All, ("x-amz-mp-object-size", "0")), 400, "MalformedXML");
    }

    private async Task<string> PutAsync(string target, string upload, int number, byte[] bytes) =>
        (await s3.SendAsync("PUT", $"{target}?partNumber={number}&uploadId={upload}", bytes)).Expect(200).Header("ETag")!;
}
