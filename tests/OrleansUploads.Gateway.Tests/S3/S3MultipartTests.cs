using static OrleansUploads.Gateway.Tests.S3.S3Server;

namespace OrleansUploads.Gateway.Tests.S3;

[Trait(TestHosts.Name, TestHosts.Grains)]
public sealed class S3MultipartTests(S3Server s3) : IClassFixture<S3Server>
{
    private const int MinPart = 5 << 20;

    [Fact]
    public async Task Parts_become_an_object_and_repeats_get_the_same_answer()
    {
        var target = $"/{await s3.NewBucketAsync()}/dir/k";
        var upload = await s3.NewUploadAsync(target, ("Content-Type", "text/x-test"), ("x-amz-meta-a", "1"));
        byte[] first = Requests.Bytes(MinPart, 1), last = Requests.Bytes(1000, 2), unnamed = [1, 2, 3];
        var tags = new[]
        {
            await UploadAsync(target, upload, 2, first),
            await UploadAsync(target, upload, 7, last),
        };
        await UploadAsync(target, upload, 9, unnamed);
        Assert.Equal($"\"{Md5(first)}\"", tags[0]);
        ExpectError(await s3.GetAsync(target), 404, "NoSuchKey");

        var list = CompletionDocument.Of((2, tags[0]), (7, tags[1]));
        var completed = (await s3.SendAsync("POST", $"{target}?uploadId={upload}", list)).Expect(200);
        var expected = $"\"{Md5([.. Convert.FromHexString(Md5(first)), .. Convert.FromHexString(Md5(last))])}-2\"";
        Assert.Equal(expected, Text(completed, "ETag"));
        Assert.Equal("dir/k", Text(completed, "Key"));

        var got = (await s3.GetAsync(target)).Expect(200);
        Assert.Equal([.. first, .. last], got.Body);
        Assert.Equal(expected, got.Header("ETag"));
        Assert.Equal("text/x-test", got.Header("Content-Type"));
        Assert.Equal("1", got.Header("x-amz-meta-a"));

        var part = (await s3.GetAsync($"{target}?partNumber=7")).Expect(206);
        Assert.Equal(last, part.Body);
        Assert.Equal("2", part.Header("x-amz-mp-parts-count"));
        Assert.Equal($"bytes {MinPart}-{MinPart + 999}/{MinPart + 1000}", part.Header("Content-Range"));
        var missing = await s3.GetAsync($"{target}?partNumber=1");
        ExpectError(missing, 416, "InvalidPartNumber");
        Assert.Contains(
            "<PartNumberRequested>1</PartNumberRequested><ActualPartCount>2</ActualPartCount>", missing.Text, StringComparison.Ordinal);
        var middle = (await s3.GetAsync(target, ("Range", $"bytes={MinPart - 2}-{MinPart + 1}"))).Expect(206);
        Assert.Equal([.. first[^2..], .. last[..2]], middle.Body);

        var repeated = (await s3.SendAsync("POST", $"{target}?uploadId={upload}", list)).Expect(200);
        Assert.Equal(completed.Text, repeated.Text);
        ExpectError(
            await s3.SendAsync("POST", $"{target}?uploadId={upload}", CompletionDocument.Of((7, tags[1]))),
            400,
            "InvalidPart");
        ExpectError(await PutPartAsync(target, upload, 1, first), 404, "NoSuchUpload");
        ExpectError(await s3.GetAsync($"{target}?uploadId={upload}"), 404, "NoSuchUpload");
    }

    [Fact]
    public async Task A_repeat_never_brings_an_object_back()
    {
        var (target, upload) = await s3.OpenUploadAsync();
        var list = CompletionDocument.Of((1, await UploadAsync(target, upload, 1, [1])));
        (await s3.SendAsync("POST", $"{target}?uploadId={upload}", list)).Expect(200);
        (await s3.SendAsync("PUT", target, "newer")).Expect(200);
        await s3.SendAsync("POST", $"{target}?uploadId={upload}", list);
        Assert.Equal("newer", (await s3.GetAsync(target)).Text);
        (await s3.SendAsync("DELETE", target)).Expect(204);
        await s3.SendAsync("POST", $"{target}?uploadId={upload}", list);
        ExpectError(await s3.GetAsync(target), 404, "NoSuchKey");
    }

    [Fact]
    public async Task A_refused_completion_leaves_the_upload_open()
    {
        var (target, upload) = await s3.OpenUploadAsync();
        var (one, two) = (await UploadAsync(target, upload, 1, [1]), await UploadAsync(target, upload, 2, [2]));
        var complete = $"{target}?uploadId={upload}";
        var small = await s3.SendAsync("POST", complete, CompletionDocument.Of((1, one), (2, two)));
        ExpectError(small, 400, "EntityTooSmall");
        Assert.Contains(
            $"<ProposedSize>1</ProposedSize><MinSizeAllowed>{MinPart}</MinSizeAllowed><PartNumber>1</PartNumber><ETag>{one.Trim('"')}</ETag>",
            small.Text,
            StringComparison.Ordinal);
        ExpectError(await s3.SendAsync("POST", complete, CompletionDocument.Of((1, two))), 400, "InvalidPart");
        ExpectError(
            await s3.SendAsync("POST", complete, CompletionDocument.Of((1, one)), ("x-amz-mp-object-size", "2")),
            400,
            "InvalidRequest");
        ExpectError(await s3.GetAsync(target), 404, "NoSuchKey");
        (await s3.SendAsync("POST", complete, CompletionDocument.Of((1, one)), ("x-amz-mp-object-size", "1"))).Expect(200);
    }

    [Fact]
    public async Task A_condition_is_decided_at_completion()
    {
        var (target, upload) = await s3.OpenUploadAsync();
        var list = CompletionDocument.Of((1, await UploadAsync(target, upload, 1, [1])));
        ExpectError(await s3.SendAsync("POST", $"{target}?uploadId={upload}", list, ("If-Match", "*")), 404, "NoSuchKey");
        var tag = (await s3.SendAsync("PUT", target, "first")).Expect(200).Header("ETag")!;
        foreach (var (condition, value) in new[] { ("If-None-Match", "*"), ("If-Match", "\"d41d8cd98f00b204e9800998ecf8427e\"") })
        {
            var refused = await s3.SendAsync("POST", $"{target}?uploadId={upload}", list, (condition, value));
            ExpectError(refused, 412, "PreconditionFailed");
            Assert.Contains($"<Condition>{condition}</Condition>", refused.Text, StringComparison.Ordinal);
        }

        Assert.Equal("first", (await s3.GetAsync(target)).Text);
        (await s3.SendAsync("POST", $"{target}?uploadId={upload}", list, ("If-Match", tag))).Expect(200);
        Assert.Equal([1], (await s3.GetAsync(target)).Body);
    }

    [Fact]
    public async Task An_upload_is_bound_to_its_key_and_can_be_aborted()
    {
        var bucket = await s3.NewBucketAsync();
        var upload = await s3.NewUploadAsync($"/{bucket}/k");
        ExpectError(await PutPartAsync($"/{bucket}/other", upload, 1, [1]), 404, "NoSuchUpload");
        ExpectError(await PutPartAsync($"/{bucket}/k", "unknown", 1, [1]), 404, "NoSuchUpload");
        ExpectError(await PutPartAsync($"/{bucket}/k", upload, 0, [1]), 400, "InvalidArgument");
        ExpectError(await PutPartAsync($"/{bucket}/k", upload, 10_001, [1]), 400, "InvalidArgument");
        (await s3.SendAsync("DELETE", $"/{bucket}/k?uploadId={upload}")).Expect(204);
        ExpectError(await PutPartAsync($"/{bucket}/k", upload, 1, [1]), 404, "NoSuchUpload");
        ExpectError(
            await s3.SendAsync("POST", $"/{bucket}/k?uploadId={upload}", CompletionDocument.Of((1, "\"a\""))),
            404,
            "NoSuchUpload");
        Assert.Empty(Texts((await s3.GetAsync($"/{bucket}?uploads")).Expect(200), "UploadId"));
    }

    [Fact]
    public async Task Parts_are_listed_in_pages()
    {
        var (target, upload) = await s3.OpenUploadAsync();
        foreach (var number in (int[])[3, 1, 20, 10_000])
        {
            await UploadAsync(target, upload, number, [(byte)number]);
        }

        var first = (await s3.GetAsync($"{target}?uploadId={upload}&max-parts=3")).Expect(200);
        Assert.Equal(["1", "3", "20"], Texts(first, "PartNumber"));
        Assert.Equal(("true", "20"), (Text(first, "IsTruncated"), Text(first, "NextPartNumberMarker")));
        var second = (await s3.GetAsync($"{target}?uploadId={upload}&part-number-marker=20")).Expect(200);
        Assert.Equal(["10000"], Texts(second, "PartNumber"));
        Assert.Equal("false", Text(second, "IsTruncated"));
        Assert.Empty(Texts(second, "NextPartNumberMarker"));
        ExpectError(await s3.GetAsync($"{target}?uploadId={upload}&max-parts=-1"), 400, "InvalidArgument");
    }

    [Fact]
    public async Task Uploads_are_listed_in_pages_by_key_and_time()
    {
        var bucket = await s3.NewBucketAsync();
        var uploads = new List<string>();
        foreach (var key in (string[])["a", "b", "b", "b", "dir/c", "dir/d"])
        {
            uploads.Add(await s3.NewUploadAsync($"/{bucket}/{key}"));
            s3.Clock.Advance(TimeSpan.FromSeconds(1));
        }

        var listed = new List<string>();
        var query = "";
        for (var pages = 0; pages < 10; pages++)
        {
            var page = (await s3.GetAsync($"/{bucket}?uploads&max-uploads=2{query}")).Expect(200);
            listed.AddRange(Texts(page, "UploadId"));
            if (Text(page, "IsTruncated") == "false")
            {
                break;
            }

            query = $"&key-marker={Text(page, "NextKeyMarker")}&upload-id-marker={Text(page, "NextUploadIdMarker")}";
        }

        Assert.Equal(uploads, listed);
        var grouped = (await s3.GetAsync($"/{bucket}?uploads&delimiter=/&key-marker=a")).Expect(200);
        Assert.Equal(uploads[1..4], Texts(grouped, "UploadId"));
        Assert.Equal("dir/", Texts(grouped, "Prefix")[1]);
    }

    /// <summary>Amazon's markers are upload IDs, so a client can take the last upload of a page for one.</summary>
    [Fact]
    public async Task An_upload_ID_is_a_marker_for_as_long_as_the_record_of_the_upload_is_kept()
    {
        var bucket = await s3.NewBucketAsync();
        var uploads = new List<string>();
        foreach (var key in (string[])["a", "b", "b", "b", "c"])
        {
            uploads.Add(await s3.NewUploadAsync($"/{bucket}/{key}"));
            s3.Clock.Advance(TimeSpan.FromSeconds(1));
        }

        var page = (await s3.GetAsync($"/{bucket}?uploads&max-uploads=1&key-marker=b&upload-id-marker={uploads[2]}")).Expect(200);
        Assert.Equal([uploads[3]], Texts(page, "UploadId"));
        Assert.Equal(uploads[2], Text(page, "UploadIdMarker"));
        (await s3.SendAsync("DELETE", $"/{bucket}/b?uploadId={uploads[2]}")).Expect(204);
        page = (await s3.GetAsync($"/{bucket}?uploads&key-marker=b&upload-id-marker={uploads[2]}")).Expect(200);
        Assert.Equal(uploads[3..], Texts(page, "UploadId"));

        // The upload of another key says nothing about this one, and begins with the first.
        page = (await s3.GetAsync($"/{bucket}?uploads&key-marker=b&upload-id-marker={uploads[4]}")).Expect(200);
        Assert.Equal([uploads[1], .. uploads[3..]], Texts(page, "UploadId"));
    }

    [Theory]
    [InlineData("x-amz-checksum-type", "COMPOSITE", 200, "")]
    [InlineData("x-amz-checksum-type", "FULL_OBJECT", 400, "InvalidRequest")]
    [InlineData("x-amz-checksum-type", "WHOLE", 400, "InvalidRequest")]
    [InlineData("x-amz-checksum-sha256", "{0}-2", 200, "")]
    [InlineData("x-amz-checksum-sha256", "{0}", 200, "")]
    [InlineData("x-amz-checksum-sha256", "{0}-3", 400, "BadDigest")]
    [InlineData("x-amz-checksum-sha256", "{0}-", 400, "InvalidRequest")]
    [InlineData("x-amz-checksum-sha256", "{0}-0", 400, "InvalidRequest")]
    [InlineData("x-amz-checksum-sha256", "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=-2", 400, "BadDigest")]
    public async Task A_completion_may_state_the_composite_checksum_and_its_type(string header, string value, int status, string code)
    {
        var (target, upload) = await s3.OpenUploadAsync(("x-amz-checksum-algorithm", "SHA256"));
        byte[] first = new byte[MinPart], last = [1];
        var list = CompletionDocument.Of(
            (1, await UploadAsync(target, upload, 1, first)), (2, await UploadAsync(target, upload, 2, last)));
        var composite = Convert.ToBase64String(SHA256.HashData([.. SHA256.HashData(first), .. SHA256.HashData(last)]));
        var stated = (header, string.Format(CultureInfo.InvariantCulture, value, composite));
        var completed = await s3.SendAsync("POST", $"{target}?uploadId={upload}", list, stated);
        if (status == 200)
        {
            Assert.Equal(composite + "-2", Text(completed.Expect(200), "ChecksumSHA256"));
        }
        else
        {
            ExpectError(completed, status, code);
            ExpectError(await s3.GetAsync(target), 404, "NoSuchKey");
            (await s3.SendAsync("POST", $"{target}?uploadId={upload}", list)).Expect(200);
        }
    }

    [Theory]
    [InlineData("x-amz-checksum-type", "FULL_OBJECT", 400)]
    [InlineData("x-amz-checksum-type", "COMPOSITE", 200)]
    [InlineData("x-orleans-uploads-complete", "all-parts", 200)]
    public async Task A_composite_checksum_is_none_of_the_whole_and_may_be_stated_for_all_parts(string header, string value, int status)
    {
        var (target, upload) = await s3.OpenUploadAsync(("x-amz-checksum-algorithm", "SHA256"));
        var list = CompletionDocument.Of((1, await UploadAsync(target, upload, 1, [1])));
        var composite = Convert.ToBase64String(SHA256.HashData(SHA256.HashData([1]))) + "-1";
        (await s3.SendAsync(
            "POST",
            $"{target}?uploadId={upload}",
            value == "all-parts" ? "" : list,
            (header, value),
            ("x-amz-mp-object-size", "1"),
            ("x-amz-checksum-sha256", composite))).Expect(status);
    }

    [Fact]
    public async Task A_checksum_of_the_parts_is_wrong_for_an_upload_with_one_of_the_whole()
    {
        var (target, upload) = await s3.OpenUploadAsync(("x-amz-checksum-algorithm", "CRC32"), ("x-amz-checksum-type", "FULL_OBJECT"));
        var list = CompletionDocument.Of((1, await UploadAsync(target, upload, 1, [1])));
        ExpectError(await s3.SendAsync("POST", $"{target}?uploadId={upload}", list, ("x-amz-checksum-crc32", "AAAAAA==-1")), 400, "BadDigest");
        (await s3.SendAsync("POST", $"{target}?uploadId={upload}", list)).Expect(200);
    }

    private Task<ApiAnswer> PutPartAsync(string target, string upload, int number, byte[] bytes) => s3.SendAsync(
        "PUT", string.Create(CultureInfo.InvariantCulture, $"{target}?partNumber={number}&uploadId={upload}"), bytes);

    private async Task<string> UploadAsync(string target, string upload, int number, byte[] bytes) =>
        (await PutPartAsync(target, upload, number, bytes)).Expect(200).Header("ETag")!;
}
