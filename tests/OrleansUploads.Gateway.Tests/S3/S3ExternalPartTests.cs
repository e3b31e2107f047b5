using OrleansUploads.Signing;
using static OrleansUploads.Gateway.Tests.S3.S3Server;

namespace OrleansUploads.Gateway.Tests.S3;

/// <summary>Reports of parts of objects whose bytes the client has stored elsewhere.</summary>
[Trait(TestHosts.Name, TestHosts.Grains)]
public sealed class S3ExternalPartTests(S3ExternalPartTests.Keys s3) : IClassFixture<S3ExternalPartTests.Keys>
{
    private const string LocationHeader = "x-orleans-uploads-location";
    private const string LengthHeader = "x-orleans-uploads-length";
    private const string ETagHeader = "x-orleans-uploads-etag";
    private const string StorageHeader = "x-orleans-uploads-storage";

    private static readonly byte[] First = Requests.Bytes(5 << 20, 1);
    private static readonly byte[] Last = Requests.Bytes(1000, 2);

    private static readonly Signer Node = ScopedKeys.Node with { Rules = SigningRules.S3 };

    /// <summary>A server with keys of nodes.</summary>
    public sealed class Keys : S3Server
    {
        protected override GatewaySetup Setup => ScopedKeys.AddTo(new GatewaySetup());
    }

    private static ApiRequest Report(string target, string upload, int number, byte[] bytes, string location = "tape://7") => Request(
        "PUT",
        $"{target}?partNumber={number}&uploadId={upload}",
        null,
        (LocationHeader, location),
        (LengthHeader, bytes.Length.ToString(CultureInfo.InvariantCulture)),
        (ETagHeader, Md5(bytes)),
        ("x-amz-sha256-tree-hash", Requests.TreeHashOf(bytes)));

    private Task<ApiAnswer> SendAsync(ApiRequest request, Signer? signer = null) => s3.Server.SendAsync(request, signer ?? Node);

    private async Task<(string Target, string Upload)> OpenAsync()
    {
        var target = $"/{await s3.NewBucketAsync()}/k";
        return (target, await s3.NewUploadAsync(target, (StorageHeader, "external")));
    }

    private async Task<string> CompleteAsync(string target, string upload) => Text(
        (await s3.SendAsync("POST", $"{target}?uploadId={upload}", CompletionDocument.Of((2, Md5(First)), (7, Md5(Last))))).Expect(200),
        "ETag");

    [Fact]
    public async Task Reported_parts_become_an_object_whose_locations_are_listed_before_and_after_its_completion()
    {
        var (target, upload) = await OpenAsync();
        Assert.Equal($"\"{Md5(First)}\"", (await SendAsync(Report(target, upload, 2, First, "tape://7/2"))).Expect(200).Header("ETag"));
        (await SendAsync(Report(target, upload, 7, Last, "tape://7/7"))).Expect(200);
        (await SendAsync(Report(target, upload, 9, Last, "not chosen"))).Expect(200);
        Assert.Equal(["tape://7/2", "tape://7/7", "not chosen"], Texts(await s3.GetAsync($"{target}?uploadId={upload}"), "Location"));

        var tag = await CompleteAsync(target, upload);
        Assert.Equal(tag, await CompleteAsync(target, upload));
        Assert.EndsWith("-2\"", tag, StringComparison.Ordinal);
        Assert.Equal(["tape://7/2", "tape://7/7"], Texts(await s3.GetAsync($"{target}?uploadId={upload}"), "Location"));
        var page = await s3.GetAsync($"{target}?uploadId={upload}&part-number-marker=2&max-parts=1");
        Assert.Equal(("7", "tape://7/7", "1000"), (Text(page, "PartNumber"), Text(page, "Location"), Text(page, "Size")));

        var head = (await s3.SendAsync("HEAD", target)).Expect(200);
        Assert.Equal((tag, $"{First.Length + Last.Length}"), (head.Header("ETag"), head.Header("Content-Length")));
        ExpectError(await s3.GetAsync(target), 403, "InvalidObjectState");
        ExpectError(await s3.GetAsync($"{target}?partNumber=7"), 403, "InvalidObjectState");
        ExpectError(await s3.SendAsync("PUT", target + "-copy", null, null, ("x-amz-copy-source", target)), 403, "InvalidObjectState");
        ExpectError(await SendAsync(Report(target, upload, 2, First)), 404, "NoSuchUpload");

        (await s3.SendAsync("DELETE", target)).Expect(204);
        ExpectError(await s3.GetAsync($"{target}?uploadId={upload}"), 404, "NoSuchUpload");
    }

    [Fact]
    public async Task An_object_of_one_reported_part_has_its_location_and_cannot_be_restored()
    {
        var (target, upload) = await s3.OpenUploadAsync((StorageHeader, "external"), ("x-amz-storage-class", "GLACIER"));
        var checksum = Convert.ToBase64String(Convert.FromHexString(Requests.LinearHashOf(Last)));
        var reported = (await SendAsync(Report(target, upload, 1, Last).With("x-amz-checksum-sha256", checksum))).Expect(200);
        Assert.Equal(checksum, reported.Header("x-amz-checksum-sha256"));
        (await s3.SendAsync("POST", $"{target}?uploadId={upload}", CompletionDocument.Of((1, Md5(Last))))).Expect(200);
        Assert.Equal(["tape://7"], Texts(await s3.GetAsync($"{target}?uploadId={upload}"), "Location"));
        ExpectError(
            await s3.SendAsync("POST", $"{target}?restore", "<RestoreRequest><Days>1</Days></RestoreRequest>"), 403, "InvalidObjectState");
    }

    [Fact]
    public async Task The_answer_to_a_report_has_the_location_in_use()
    {
        var (target, upload) = await OpenAsync();
        foreach (var (bytes, reported, used) in new[] { (First, "here", "here"), (First, "there", "here"), (Last, "there", "there") })
        {
            Assert.Equal(used, (await SendAsync(Report(target, upload, 1, bytes, reported))).Expect(200).Header(LocationHeader));
        }
    }

    [Theory]
    [InlineData(LocationHeader, "a  b", 400, "InvalidArgument")]
    [InlineData(LocationHeader, "", 400, "InvalidArgument")]
    [InlineData(LengthHeader, null, 400, "InvalidArgument")]
    [InlineData(LengthHeader, "-1", 400, "InvalidArgument")]
    [InlineData(LengthHeader, "5368709121", 400, "EntityTooLarge")]
    [InlineData(ETagHeader, null, 400, "InvalidArgument")]
    [InlineData(ETagHeader, "xyz", 400, "InvalidArgument")]
    [InlineData("x-amz-sha256-tree-hash", null, 400, "InvalidArgument")]
    [InlineData("x-amz-checksum-sha256", "AAAA", 400, "InvalidRequest")]
    [InlineData("x-amz-content-sha256", "ca978112ca1bbdcafac231b39a23dc4da786eff8147c4e72b9807785afee48bb", 400, "XAmzContentSHA256Mismatch")]
    [InlineData(StorageHeader, "external", 400, "InvalidArgument")]
    public async Task A_report_that_lacks_something_or_has_something_invalid_is_refused_and_changes_nothing(
        string header, string? value, int status, string code)
    {
        var (target, upload) = await OpenAsync();
        ExpectError(await SendAsync(Report(target, upload, 1, Last).With(header, value)), status, code);
        Assert.Empty(Texts(await s3.GetAsync($"{target}?uploadId={upload}"), "PartNumber"));
    }

    [Fact]
    public async Task A_report_has_no_body()
    {
        var (target, upload) = await OpenAsync();
        var request = Report(target, upload, 1, Last).WithBody(Last).With("x-amz-content-sha256", Requests.LinearHashOf(Last));
        ExpectError(await SendAsync(request), 400, "InvalidRequest");
        ExpectError(await SendAsync(request.With(LocationHeader, null)), 400, "InvalidArgument");
    }

    [Fact]
    public async Task Each_header_of_a_report_must_be_signed()
    {
        var (target, upload) = await OpenAsync();
        foreach (var header in (string[])[LocationHeader, LengthHeader, ETagHeader, "x-amz-sha256-tree-hash"])
        {
            ExpectError(await SendAsync(Report(target, upload, 1, Last), Node with { UnsignedHeader = header }), 403, "AccessDenied");
        }

        Assert.Empty(Texts(await s3.GetAsync($"{target}?uploadId={upload}"), "PartNumber"));
    }

    [Fact]
    public async Task Only_a_key_of_a_node_or_without_a_scope_may_report_or_begin_an_external_upload()
    {
        var (target, upload) = await OpenAsync();
        foreach (var key in new[] { ScopedKeys.Uploader, ScopedKeys.OtherNode })
        {
            var signer = key with { Rules = SigningRules.S3 };
            ExpectError(await SendAsync(Report(target, upload, 1, Last), signer), 403, "AccessDenied");
            ExpectError(await SendAsync(Request("POST", target + "?uploads", null, (StorageHeader, "external")), signer), 403, "AccessDenied");
        }

        ExpectError(await SendAsync(Report(target, upload, 1, Last), Stranger), 403, "AccessDenied");
        ExpectError(await SendAsync(Report(target, upload, 1, Last), Node with { SecretKey = "other" }), 403, "SignatureDoesNotMatch");
        (await SendAsync(Report(target, upload, 1, Last), Owner)).Expect(200);
        (await SendAsync(Request("POST", target + "?uploads", null, (StorageHeader, "external")))).Expect(200);
    }

    [Fact]
    public async Task Bytes_and_locations_are_not_mixed_in_one_upload()
    {
        var (target, upload) = await OpenAsync();
        ExpectError(await s3.SendAsync("PUT", $"{target}?partNumber=1&uploadId={upload}", Last), 400, "InvalidRequest");
        (await s3.SendAsync("PUT", target + "-source", Last)).Expect(200);
        var copy = await s3.SendAsync(
            "PUT", $"{target}?partNumber=1&uploadId={upload}", null, null, ("x-amz-copy-source", target + "-source"));
        ExpectError(copy, 400, "InvalidRequest");
        var other = await s3.NewUploadAsync(target);
        ExpectError(await SendAsync(Report(target, other, 1, Last)), 400, "InvalidRequest");
        Assert.Empty(Texts(await s3.GetAsync($"{target}?uploadId={upload}"), "PartNumber"));
        Assert.Empty(Texts(await s3.GetAsync($"{target}?uploadId={other}"), "PartNumber"));
    }

    [Theory]
    [InlineData("PUT", "", LocationHeader)]
    [InlineData("PUT", "", StorageHeader)]
    [InlineData("GET", "", LocationHeader)]
    [InlineData("POST", "?uploads", LocationHeader)]
    [InlineData("PUT", "?partNumber=1&uploadId=x", LengthHeader)]
    [InlineData("POST", "?uploadId=x", LocationHeader)]
    public async Task A_header_about_external_storage_is_refused_where_it_means_nothing(string method, string query, string header)
    {
        var target = $"/{await s3.NewBucketAsync()}/k";
        ExpectError(await s3.SendAsync(method, target + query, null, null, (header, "external")), 400, "InvalidArgument");
        ExpectError(await s3.GetAsync($"{target}?{header}=external"), 501, "NotImplemented");
        ExpectError(await s3.GetAsync(target), 404, "NoSuchKey");
    }
}
