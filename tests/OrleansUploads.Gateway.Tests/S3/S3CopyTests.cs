using OrleansUploads.Engine.Memory;
using OrleansUploads.TestKit.PartStores;
using static OrleansUploads.Gateway.Tests.S3.S3Server;

namespace OrleansUploads.Gateway.Tests.S3;

public sealed class S3CopyTests(S3Server s3) : IClassFixture<S3Server>
{
    private const string LongAgo = "Sat, 01 Jan 2000 00:00:00 GMT";

    private static readonly byte[] Hello = "hello"u8.ToArray();

    [Fact]
    public async Task A_copy_has_the_bytes_metadata_and_tags_of_its_source()
    {
        var (source, target) = (await NewSourceAsync(), $"/{await s3.NewBucketAsync()}/copy");
        var copied = (await CopyAsync(source, target)).Expect(200);
        Assert.Equal($"\"{Md5(Hello)}\"", Text(copied, "ETag"));
        Assert.Equal("NhCmhg==", Text(copied, "ChecksumCRC32"));
        Assert.EndsWith("Z", Text(copied, "LastModified"), StringComparison.Ordinal);

        var got = (await s3.GetAsync(target, ("x-amz-checksum-mode", "ENABLED"))).Expect(200);
        Assert.Equal("hello", got.Text);
        Assert.Equal(("text/x-test", "blue"), (got.Header("Content-Type"), got.Header("x-amz-meta-colour")));
        Assert.Equal(("2", "NhCmhg=="), (got.Header("x-amz-tagging-count"), got.Header("x-amz-checksum-crc32")));
        Assert.Null(got.Header("x-amz-storage-class"));

        (await s3.SendAsync("DELETE", source)).Expect(204);
        Assert.Equal("hello", (await s3.GetAsync(target)).Text);
    }

    [Fact]
    public async Task The_request_can_replace_metadata_tags_class_and_checksum()
    {
        var (source, target) = (await NewSourceAsync(), $"/{await s3.NewBucketAsync()}/copy");
        (await CopyAsync(
            source,
            target,
            ("x-amz-metadata-directive", "REPLACE"),
            ("x-amz-tagging-directive", "REPLACE"),
            ("x-amz-tagging", "only=1"),
            ("x-amz-meta-shape", "round"),
            ("x-amz-storage-class", "STANDARD_IA"),
            ("x-amz-checksum-algorithm", "SHA256"))).Expect(200);
        var got = (await s3.GetAsync(target, ("x-amz-checksum-mode", "ENABLED"))).Expect(200);
        Assert.Equal(("binary/octet-stream", "round"), (got.Header("Content-Type"), got.Header("x-amz-meta-shape")));
        Assert.Null(got.Header("x-amz-meta-colour"));
        Assert.Equal(("1", "STANDARD_IA"), (got.Header("x-amz-tagging-count"), got.Header("x-amz-storage-class")));
        Assert.Equal("LPJNul+wow4m6DsqxbninhsWHlwfp0JecwQzYpOLmCQ=", got.Header("x-amz-checksum-sha256"));
    }

    [Theory]
    [InlineData("dir/a b+c?d%/é", "{0}/dir/a%20b%2Bc%3Fd%25/%C3%A9")]
    [InlineData("dir/a b+c?d%/é", "/{0}%2Fdir%2Fa%20b+c%3Fd%25%2F%C3%A9?versionId=null")]
    public async Task The_source_is_encoded_like_a_path(string key, string header)
    {
        var bucket = await s3.NewBucketAsync();
        (await s3.SendAsync("PUT", $"/{bucket}/{Uri.EscapeDataString(key)}", Hello)).Expect(200);
        (await s3.SendAsync(
            "PUT", $"/{bucket}/copy", headers: ("x-amz-copy-source", string.Format(CultureInfo.InvariantCulture, header, bucket)))).Expect(200);
        Assert.Equal("hello", (await s3.GetAsync($"/{bucket}/copy")).Text);
    }

    [Fact]
    public async Task Objects_of_other_accounts_cannot_be_copied()
    {
        var source = await NewSourceAsync();
        (await s3.SendAsync("PUT", "/strangers", null, Stranger)).Expect(200);
        ExpectError(
            await s3.SendAsync("PUT", "/strangers/copy", null, Stranger, ("x-amz-copy-source", source)), 403, "AccessDenied");
    }

    [Theory]
    [InlineData("x-amz-copy-source-if-match", "{0}", 200)]
    [InlineData("x-amz-copy-source-if-match", "\"other\"", 412)]
    [InlineData("x-amz-copy-source-if-none-match", "{0}", 412)]
    [InlineData("x-amz-copy-source-if-none-match", "\"other\"", 200)]
    [InlineData("x-amz-copy-source-if-modified-since", LongAgo, 200)]
    [InlineData("x-amz-copy-source-if-modified-since", "{1}", 412)]
    [InlineData("x-amz-copy-source-if-modified-since", "Fri, 01 Jan 2100 00:00:00 GMT", 200)]
    [InlineData("x-amz-copy-source-if-unmodified-since", LongAgo, 412)]
    [InlineData("x-amz-copy-source-if-unmodified-since", "{1}", 200)]
    [InlineData("If-None-Match", "*", 412)]
    [InlineData("If-Match", "\"other\"", 412)]
    public async Task Conditions_on_the_source_and_on_the_target(string header, string value, int status)
    {
        var source = await NewSourceAsync();
        var got = await s3.GetAsync(source);
        var target = $"/{await s3.NewBucketAsync()}/copy";
        (await s3.SendAsync("PUT", target, "before")).Expect(200);
        var text = string.Format(CultureInfo.InvariantCulture, value, got.Header("ETag"), got.Header("Last-Modified"));
        var copied = (await CopyAsync(source, target, (header, text))).Expect(status);
        Assert.Equal(status == 200 ? "hello" : "before", (await s3.GetAsync(target)).Text);
        if (status != 200)
        {
            ExpectError(copied, 412, "PreconditionFailed");
        }
    }

    [Fact]
    public async Task A_matching_ETag_of_the_source_outweighs_dates()
    {
        var source = await NewSourceAsync();
        var got = await s3.GetAsync(source);
        var (tag, at) = (got.Header("ETag")!, got.Header("Last-Modified")!);
        (await CopyAsync(
            source, source + "2", ("x-amz-copy-source-if-match", tag), ("x-amz-copy-source-if-unmodified-since", LongAgo))).Expect(200);
        (await CopyAsync(
            source, source + "2", ("x-amz-copy-source-if-none-match", "\"x\""), ("x-amz-copy-source-if-modified-since", at))).Expect(200);
    }

    [Fact]
    public async Task A_copy_onto_itself_must_change_something_or_state_a_storage_class()
    {
        var source = await NewSourceAsync();
        ExpectError(await CopyAsync(source, source), 400, "InvalidRequest");
        (await CopyAsync(source, source, ("x-amz-storage-class", "REDUCED_REDUNDANCY"))).Expect(200);
        var before = (await s3.GetAsync(source)).Expect(200);
        Assert.Equal(("REDUCED_REDUNDANCY", "blue"), (before.Header("x-amz-storage-class"), before.Header("x-amz-meta-colour")));
        (await CopyAsync(source, source, ("x-amz-metadata-directive", "REPLACE"), ("x-amz-meta-new", "1"))).Expect(200);
        var got = (await s3.GetAsync(source)).Expect(200);
        Assert.Equal(("hello", "1", null), (got.Text, got.Header("x-amz-meta-new"), got.Header("x-amz-meta-colour")));
        (await CopyAsync(source, source, ("x-amz-storage-class", "ONEZONE_IA"))).Expect(200);
        Assert.Equal("ONEZONE_IA", (await s3.GetAsync(source)).Header("x-amz-storage-class"));
    }

    [Fact]
    public async Task Parts_are_copied_from_objects_and_ranges_of_objects()
    {
        var large = Requests.Bytes((5 << 20) + 3, seed: 1);
        var source = await NewSourceAsync(large);
        var target = $"/{await s3.NewBucketAsync()}/copy";
        var upload = await s3.NewUploadAsync(target);
        var whole = (await CopyPartAsync(source, target, upload, 1)).Expect(200);
        var range = (await CopyPartAsync(source, target, upload, 2, ("x-amz-copy-source-range", "bytes=3-7"))).Expect(200);
        Assert.Equal($"\"{Md5(large)}\"", Text(whole, "ETag"));
        Assert.Equal($"\"{Md5(large[3..8])}\"", Text(range, "ETag"));
        var completed = await s3.SendAsync(
            "POST",
            $"{target}?uploadId={upload}",
            CompletionDocument.Of((1, Text(whole, "ETag")), (2, Text(range, "ETag"))));
        completed.Expect(200);
        byte[] expected = [.. large, .. large[3..8]];
        var got = await s3.GetAsync(target);
        Assert.Equal(expected, got.Body);

        // A multipart object that is copied at once gets the ETag of a simple one.
        (await CopyAsync(target, target + "2")).Expect(200);
        Assert.Equal(
            $"\"{Md5(expected)}\"", (await s3.SendAsync("HEAD", target + "2")).Expect(200).Header("ETag"));
    }

    [Fact]
    public async Task A_part_is_not_copied_without_its_upload_or_against_a_condition()
    {
        var source = await NewSourceAsync();
        var upload = await s3.NewUploadAsync(source + "2");
        ExpectError(await CopyPartAsync(source, source + "2", "unknown", 1), 404, "NoSuchUpload");
        ExpectError(await CopyPartAsync(source, source + "2", upload, 10_001), 400, "InvalidArgument");
        ExpectError(
            await CopyPartAsync(source, source + "2", upload, 1, ("x-amz-copy-source-if-match", "\"x\"")), 412, "PreconditionFailed");
        ExpectError(await CopyPartAsync(source + "3", source + "2", upload, 1), 404, "NoSuchKey");
    }

    [Fact]
    public async Task Damage_of_the_source_is_reported_and_makes_no_copy()
    {
        var plan = new PartStorePlan();
        await using var server = await GatewayServer.StartAsync(
            new GatewaySetup { Parts = new FaultyPartStore(new MemoryPartStore(), plan) }, services => services.AddS3Front());
        foreach (var (target, body) in new[] { ("/damaged", Array.Empty<byte>()), ("/damaged/k", Hello) })
        {
            (await server.SendAsync(Request("PUT", target, body), Owner)).Expect(200);
        }

        plan.Always(PartStoreCall.Read, PartStoreFault.Damaged);
        ExpectError(
            await server.SendAsync(Request("PUT", "/damaged/copy", null, ("x-amz-copy-source", "damaged/k")), Owner), 500, "InternalError");
        ExpectError(await server.SendAsync(Request("GET", "/damaged/copy", null), Owner), 404, "NoSuchKey");
    }

    private Task<ApiAnswer> CopyAsync(string source, string target, params (string Name, string Value)[] headers) =>
        s3.SendAsync("PUT", target, null, null, [("x-amz-copy-source", source), .. headers]);

    private Task<ApiAnswer> CopyPartAsync(
        string source, string target, string upload, int number, params (string Name, string Value)[] headers) => CopyAsync(
            source, string.Create(CultureInfo.InvariantCulture, $"{target}?partNumber={number}&uploadId={upload}"), headers);

    /// <summary>Creates an object with metadata in a new bucket and returns its address.</summary>
    private async Task<string> NewSourceAsync(byte[]? content = null)
    {
        var target = $"/{await s3.NewBucketAsync()}/source";
        (await s3.SendAsync(
            "PUT",
            target,
            content ?? Hello,
            null,
            [
                ("Content-Type", "text/x-test"),
                ("x-amz-meta-colour", "blue"),
                ("x-amz-storage-class", "REDUCED_REDUNDANCY"),
                ("x-amz-tagging", "a=1&b=2"),
                .. content is null ? new (string, string)[] { ("x-amz-checksum-crc32", "NhCmhg==") } : [],
            ])).Expect(200);
        return target;
    }
}
