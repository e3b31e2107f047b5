using static OrleansUploads.Gateway.Tests.S3.S3Server;

namespace OrleansUploads.Gateway.Tests.S3;

public sealed class S3AttributesTests(S3Server s3) : IClassFixture<S3Server>
{
    private const string All = "ETag,Checksum,ObjectParts, StorageClass,ObjectSize";

    [Fact]
    public async Task A_simple_object_has_every_attribute_but_parts()
    {
        var target = $"/{await s3.NewBucketAsync()}/k";
        (await s3.SendAsync(
            "PUT", target, "hello"u8.ToArray(), null, ("x-amz-checksum-crc32", "NhCmhg=="), ("x-amz-storage-class", "GLACIER_IR"))).Expect(200);
        var answer = (await s3.GetAsync(target + "?attributes", ("x-amz-object-attributes", All))).Expect(200);
        Assert.Equal("5d41402abc4b2a76b9719d911017c592", Text(answer, "ETag"));
        Assert.Equal(("NhCmhg==", "FULL_OBJECT"), (Text(answer, "ChecksumCRC32"), Text(answer, "ChecksumType")));
        Assert.Equal(("GLACIER_IR", "5"), (Text(answer, "StorageClass"), Text(answer, "ObjectSize")));
        Assert.Empty(Texts(answer, "ObjectParts"));
        Assert.Equal((await s3.GetAsync(target)).Header("Last-Modified"), answer.Header("Last-Modified"));

        var some = (await s3.GetAsync(target + "?attributes", ("x-amz-object-attributes", "ObjectSize"))).Expect(200);
        Assert.Equal("5", Text(some, "ObjectSize"));
        Assert.Empty(Texts(some, "ETag"));
        Assert.Empty(Texts(some, "Checksum"));
        var tag = (await s3.GetAsync(target + "?attributes", ("x-amz-object-attributes", "ETag"))).Expect(200);
        Assert.Empty(Texts(tag, "ObjectSize"));
        Assert.Empty(Texts(tag, "StorageClass"));
    }

    [Theory]
    [InlineData("", "missing or empty")]
    [InlineData(" , ", "missing or empty")]
    [InlineData("ETag,Owner", "Invalid attribute name specified: 'ETag,Owner'")]
    public async Task The_attributes_are_named(string names, string message)
    {
        var target = $"/{await s3.NewBucketAsync()}/k";
        (await s3.SendAsync("PUT", target, "hello")).Expect(200);
        var answer = await s3.GetAsync(target + "?attributes", ("x-amz-object-attributes", names));
        ExpectError(answer, 400, "InvalidArgument");
        Assert.Contains(message, answer.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_parts_of_a_multipart_object_are_listed_in_pages()
    {
        var (target, upload) = await s3.OpenUploadAsync(("x-amz-checksum-algorithm", "SHA256"));
        var parts = new List<(int Number, string ETag)>();
        foreach (var (number, length) in new[] { (2, 5 << 20), (5, 5 << 20), (9, 3) })
        {
            var part = string.Create(CultureInfo.InvariantCulture, $"{target}?partNumber={number}&uploadId={upload}");
            parts.Add((number, (await s3.SendAsync("PUT", part, new byte[length])).Expect(200).Header("ETag")!));
        }

        var completed = (await s3.SendAsync(
            "POST", $"{target}?uploadId={upload}", CompletionDocument.Of(parts))).Expect(200);
        var first = (await s3.GetAsync(
            target + "?attributes", ("x-amz-object-attributes", All), ("x-amz-max-parts", "2"))).Expect(200);
        Assert.Equal(Text(completed, "ETag"), $"\"{Text(first, "ETag")}\"");
        Assert.Equal("3", Text(first, "PartsCount"));
        Assert.Equal(["2", "5"], Texts(first, "PartNumber"));
        Assert.Equal(["5242880", "5242880"], Texts(first, "Size"));
        Assert.Equal(("2", "true", "5"), (Text(first, "MaxParts"), Text(first, "IsTruncated"), Text(first, "NextPartNumberMarker")));

        // The checksum of the whole is composite, and named without the number of parts.
        Assert.Equal("COMPOSITE", Text(first, "ChecksumType"));
        var checksums = Texts(first, "ChecksumSHA256");
        Assert.Equal(3, checksums.Length);
        Assert.Equal(Text(completed, "ChecksumSHA256"), checksums[0] + "-3");
        Assert.Equal(checksums[1], checksums[2]);

        var second = (await s3.GetAsync(
            target + "?attributes", ("x-amz-object-attributes", "ObjectParts"), ("x-amz-part-number-marker", "5"))).Expect(200);
        Assert.Equal(["9"], Texts(second, "PartNumber"));
        Assert.Equal(("5", "false"), (Text(second, "PartNumberMarker"), Text(second, "IsTruncated")));
        foreach (var invalid in new[] { ("x-amz-max-parts", "-1"), ("x-amz-part-number-marker", "x") })
        {
            ExpectError(await s3.GetAsync(target + "?attributes", ("x-amz-object-attributes", All), invalid), 400, "InvalidArgument");
        }
    }
}
