using OrleansUploads.Hashing.Checksums;
using static OrleansUploads.Gateway.Tests.S3.S3Server;

namespace OrleansUploads.Gateway.Tests.S3;

/// <summary>The checksums of multipart objects: what an object gets, and where it is shown.</summary>
public sealed class S3ChecksumTests(S3Server s3) : IClassFixture<S3Server>
{
    private const int MinPart = 5 * 1024 * 1024;

    private static readonly byte[] First = Requests.Bytes(MinPart);
    private static readonly byte[] Second = "hello"u8.ToArray();
    private static readonly byte[] Whole = [.. First, .. Second];

    /// <summary>The algorithm and type at the creation, if any; the algorithm that the parts state, if any; what the object gets.</summary>
    [Theory]
    [InlineData(null, null, null, "CRC64NVME", "FULL_OBJECT")]
    [InlineData(null, null, "CRC32", "CRC32", "FULL_OBJECT")]
    [InlineData(null, null, "CRC32C", "CRC32C", "FULL_OBJECT")]
    [InlineData(null, null, "CRC64NVME", "CRC64NVME", "FULL_OBJECT")]
    [InlineData(null, null, "SHA1", "SHA1", "COMPOSITE")]
    [InlineData(null, null, "SHA256", "SHA256", "COMPOSITE")]
    [InlineData("CRC32", null, null, "CRC32", "COMPOSITE")]
    [InlineData("CRC32", null, "CRC32", "CRC32", "COMPOSITE")]
    [InlineData("CRC32", "FULL_OBJECT", "CRC32", "CRC32", "FULL_OBJECT")]
    [InlineData("SHA256", null, "SHA256", "SHA256", "COMPOSITE")]
    [InlineData("CRC64NVME", null, null, "CRC64NVME", "FULL_OBJECT")]
    public async Task A_multipart_object_shows_its_checksum_and_type_everywhere(
        string? created, string? type, string? stated, string algorithm, string expectedType)
    {
        var bucket = await s3.NewBucketAsync();
        var target = $"/{bucket}/k";
        (string, string)[] chosen = created is null ? []
            : type is null ? [("x-amz-checksum-algorithm", created)]
            : [("x-amz-checksum-algorithm", created), ("x-amz-checksum-type", type)];
        var upload = await s3.NewUploadAsync(target, chosen);
        var uploads = (await s3.GetAsync($"/{bucket}?uploads")).Expect(200);
        Assert.Equal(created is null ? [] : [created], Texts(uploads, "ChecksumAlgorithm"));
        Assert.Equal(created is null ? [] : [expectedType], Texts(uploads, "ChecksumType"));

        var document = "";
        foreach (var (number, bytes) in new[] { (1, First), (2, Second) })
        {
            (string, string)[] headers = stated is null ? [] : [($"x-amz-checksum-{stated}", Sum(stated, bytes))];
            var tag = (await s3.SendAsync("PUT", $"{target}?partNumber={number}&uploadId={upload}", bytes, null, headers)).Expect(200).Header("ETag");
            var sum = stated is null ? "" : $"<Checksum{stated}>{Sum(stated, bytes)}</Checksum{stated}>";
            document += $"<Part><PartNumber>{number}</PartNumber><ETag>{tag}</ETag>{sum}</Part>";
        }

        var parts = (await s3.GetAsync($"{target}?uploadId={upload}")).Expect(200);
        Assert.Equal(created is null ? [] : [created], Texts(parts, "ChecksumAlgorithm"));
        Assert.Equal(created is null ? [] : [expectedType], Texts(parts, "ChecksumType"));
        Assert.Equal([Sum(algorithm, First), Sum(algorithm, Second)], Texts(parts, "Checksum" + algorithm));

        var completed = await s3.SendAsync("POST", $"{target}?uploadId={upload}", $"<CompleteMultipartUpload>{document}</CompleteMultipartUpload>");
        var value = expectedType == "FULL_OBJECT" ? Sum(algorithm, Whole)
            : Sum(algorithm, [.. Convert.FromBase64String(Sum(algorithm, First)), .. Convert.FromBase64String(Sum(algorithm, Second))]) + "-2";
        Assert.Equal((value, expectedType), (Text(completed.Expect(200), "Checksum" + algorithm), Text(completed, "ChecksumType")));

        foreach (var (method, query, range, expected) in new[]
        {
            ("GET", "", null, value),
            ("HEAD", "", null, value),
            ("GET", "", $"bytes=0-{Whole.Length - 1}", value),
            ("HEAD", "", "bytes=0-", value),
            ("GET", "", $"bytes=0-{Whole.Length + 9}", value),
            ("GET", "", "bytes=1-", null),
            ("GET", "?partNumber=1", null, Sum(algorithm, First)),
            ("HEAD", "?partNumber=2", null, Sum(algorithm, Second)),
        })
        {
            (string, string)[] ranged = range is null ? [] : [("Range", range)];
            var read = await s3.SendAsync(method, target + query, null, null, [("x-amz-checksum-mode", "ENABLED"), .. ranged]);
            Assert.Equal(expected, read.Header($"x-amz-checksum-{algorithm}"));
            Assert.Equal(expected is null ? null : expectedType, read.Header("x-amz-checksum-type"));
        }

        foreach (var query in (string[])["list-type=2", "", "versions"])
        {
            var list = (await s3.GetAsync($"/{bucket}?{query}")).Expect(200);
            Assert.Equal((algorithm, expectedType), (Text(list, "ChecksumAlgorithm"), Text(list, "ChecksumType")));
        }
    }

    [Theory]
    [InlineData(null)]
    [InlineData("CRC32")]
    public async Task A_part_is_answered_with_the_checksum_that_it_states_and_no_other(string? chosen)
    {
        var (target, upload) = await s3.OpenUploadAsync(chosen is null ? [] : [("x-amz-checksum-algorithm", chosen)]);
        target = $"{target}?partNumber=1&uploadId={upload}";
        var sum = Sum("CRC32", First);
        Assert.Equal(sum, (await s3.SendAsync("PUT", target, First, null, ("x-amz-checksum-crc32", sum))).Expect(200).Header("x-amz-checksum-crc32"));
        var silent = (await s3.SendAsync("PUT", target, First)).Expect(200);
        Assert.DoesNotContain(silent.Headers.Keys, name => name.StartsWith("x-amz-checksum", StringComparison.OrdinalIgnoreCase));
    }

    [Fact]
    public async Task Parts_with_different_checksums_make_an_object_without_one()
    {
        var bucket = await s3.NewBucketAsync();
        var target = $"/{bucket}/k";
        var upload = await s3.NewUploadAsync(target);
        var first = (await s3.SendAsync("PUT", $"{target}?partNumber=1&uploadId={upload}", First, null, ("x-amz-checksum-sha1", Sum("SHA1", First)))).Expect(200);
        var second = (await s3.SendAsync("PUT", $"{target}?partNumber=2&uploadId={upload}", Second)).Expect(200);
        (await s3.SendAsync(
            "POST",
            $"{target}?uploadId={upload}",
            $"<CompleteMultipartUpload><Part><PartNumber>1</PartNumber><ETag>{first.Header("ETag")}</ETag></Part>"
            + $"<Part><PartNumber>2</PartNumber><ETag>{second.Header("ETag")}</ETag></Part></CompleteMultipartUpload>")).Expect(200);
        var read = (await s3.GetAsync(target, ("x-amz-checksum-mode", "ENABLED"))).Expect(200);
        Assert.DoesNotContain(read.Headers.Keys, name => name.StartsWith("x-amz-checksum", StringComparison.OrdinalIgnoreCase));
        Assert.Empty(Texts((await s3.GetAsync($"/{bucket}?list-type=2")).Expect(200), "ChecksumAlgorithm"));
    }

    [Fact]
    public async Task A_hash_of_the_parts_is_not_one_of_the_whole() => ExpectError(
        await s3.SendAsync(
            "POST",
            $"/{await s3.NewBucketAsync()}/k?uploads",
            "",
            ("x-amz-checksum-algorithm", "SHA1"),
            ("x-amz-checksum-type", "FULL_OBJECT")),
        400,
        "InvalidRequest");

    private static string Sum(string algorithm, byte[] bytes)
    {
        var known = Enum.GetValues<ChecksumAlgorithm>().Single(known => known.ToString().Equals(algorithm, StringComparison.OrdinalIgnoreCase));
        return ChecksumHasher.Compute(known, bytes).Base64;
    }
}
