using static OrleansUploads.Gateway.Tests.Harness.Requests;

namespace OrleansUploads.Gateway.Tests.Glacier;

/// <summary>The output of retrievals, with the archive of 6.5 MiB from Amazon's guide.</summary>
public class JobOutputTests(GatewayFixture gateway) : IClassFixture<GatewayFixture>
{
    private const int Half = MiB / 2;

    private static readonly byte[] Archive = Bytes((6 * MiB) + Half);

    [Fact]
    public async Task The_whole_output_has_its_tree_hash()
    {
        var (vault, job) = await NewJobAsync(null);
        var output = (await gateway.SendAsync(GetOutput(vault, job))).Expect(200);
        Assert.Equal("application/octet-stream", output.Header("Content-Type"));
        Assert.Equal("6815744", output.Header("Content-Length"));
        Assert.Equal("bytes", output.Header("Accept-Ranges"));
        Assert.Null(output.Header("Content-Range"));
        Assert.Equal(TreeHashOf(Archive), output.Header("x-amz-sha256-tree-hash"));
        Assert.Equal(Archive, output.Body);
    }

    [Theory]
    [InlineData(0, 1)]
    [InlineData(5, 6)]
    [InlineData(0, 2)]
    [InlineData(4, 6)]
    [InlineData(0, 4)]
    [InlineData(2, 4)]
    public async Task A_tree_hash_aligned_range_has_its_tree_hash(int firstMiB, int endMiB)
    {
        var (vault, job) = await NewJobAsync(null);
        var range = Archive[(firstMiB * MiB)..(endMiB * MiB)];
        var output = await ReadAsync(vault, job, $"bytes={firstMiB * MiB}-{(endMiB * MiB) - 1}");
        Assert.Equal($"bytes {firstMiB * MiB}-{(endMiB * MiB) - 1}/6815744", output.Header("Content-Range"));
        Assert.Equal(TreeHashOf(range), output.Header("x-amz-sha256-tree-hash"));
        Assert.Equal(range, output.Body);
    }

    [Theory]
    [InlineData(1, 3)]
    [InlineData(0, 3)]
    [InlineData(3, 5)]
    [InlineData(0, 6)]
    public async Task A_range_that_is_not_tree_hash_aligned_has_no_tree_hash(int firstMiB, int endMiB)
    {
        var (vault, job) = await NewJobAsync(null);
        var output = await ReadAsync(vault, job, $"bytes={firstMiB * MiB}-{(endMiB * MiB) - 1}");
        Assert.Null(output.Header("x-amz-sha256-tree-hash"));
        Assert.Equal(Archive[(firstMiB * MiB)..(endMiB * MiB)], output.Body);
    }

    [Theory]
    [InlineData("bytes=4194304-", 4 * MiB)]
    [InlineData("bytes=4194304-8388607", 4 * MiB)]
    [InlineData("bytes=4194304-9223372036854775806", 4 * MiB)]
    [InlineData("bytes=6291456-6815744", 6 * MiB)]
    public async Task A_range_that_ends_after_the_output_is_shortened(string range, int first)
    {
        var (vault, job) = await NewJobAsync(null);
        var output = await ReadAsync(vault, job, range);
        Assert.Equal($"bytes {first}-6815743/6815744", output.Header("Content-Range"));
        Assert.Equal(TreeHashOf(Archive.AsSpan(first)), output.Header("x-amz-sha256-tree-hash"));
        Assert.Equal(Archive[first..], output.Body);
    }

    [Fact]
    public async Task A_range_of_the_output_need_not_be_aligned()
    {
        var (vault, job) = await NewJobAsync(null);
        var output = await ReadAsync(vault, job, "bytes=1048575-1048577");
        Assert.Equal(Archive[1048575..1048578], output.Body);
        Assert.Equal("3", output.Header("Content-Length"));
        Assert.Null(output.Header("x-amz-sha256-tree-hash"));
    }

    [Theory]
    [InlineData("bytes=6815744-")]
    [InlineData("bytes=6815744-6815745")]
    [InlineData("bytes=99999999999999999999-")]
    [InlineData("bytes=-0")]
    public async Task A_range_beyond_the_output_is_refused(string range)
    {
        var (vault, job) = await NewJobAsync(null);
        (await gateway.SendAsync(GetOutput(vault, job).With("Range", range))).ExpectInvalid(
            $"The start of the range is larger than size of retrieved data: {range}.");
    }

    [Theory]
    [InlineData("bytes 0-4194303/6815744")]
    [InlineData("bytes 0-1")]
    [InlineData("bytes=2-1")]
    [InlineData("bytes=0-1,4-5")]
    [InlineData("bytes=a-b")]
    [InlineData("bytes=")]
    [InlineData("bytes=-")]
    [InlineData("bytes=0-1/6815744")]
    [InlineData("items=0-1")]
    [InlineData("0-1")]
    [InlineData("Range: bytes=0-1")]
    public async Task An_invalid_range_is_ignored(string range)
    {
        var (vault, job) = await NewJobAsync(null);
        var output = (await gateway.SendAsync(GetOutput(vault, job).With("Range", range))).Expect(200);
        Assert.Null(output.Header("Content-Range"));
        Assert.Equal(Archive.Length, output.Body.Length);
    }

    [Fact]
    public async Task A_range_may_be_the_last_bytes()
    {
        var (vault, job) = await NewJobAsync(null);
        var output = await ReadAsync(vault, job, "bytes=-5");
        Assert.Equal("bytes 6815739-6815743/6815744", output.Header("Content-Range"));
        Assert.Equal(Archive[^5..], output.Body);
    }

    [Theory]
    [InlineData(2, 4, true)]
    [InlineData(1, 3, false)]
    public async Task Output_offsets_of_a_job_for_a_range_start_at_zero(int firstMiB, int endMiB, bool isSubtree)
    {
        var (vault, job) = await NewJobAsync($"{firstMiB * MiB}-{(endMiB * MiB) - 1}");
        var expected = Archive[(firstMiB * MiB)..(endMiB * MiB)];
        var hash = isSubtree ? TreeHashOf(expected) : null;
        var described = (await gateway.SendAsync(DescribeJob(vault, job))).Json;
        Assert.Equal($"{firstMiB * MiB}-{(endMiB * MiB) - 1}", described.GetProperty("RetrievalByteRange").GetString());
        Assert.Equal(hash, described.GetProperty("SHA256TreeHash").GetString());

        var whole = (await gateway.SendAsync(GetOutput(vault, job))).Expect(200);
        Assert.Equal(hash, whole.Header("x-amz-sha256-tree-hash"));
        Assert.Equal(expected, whole.Body);

        // 1 MiB is a leaf of the archive's tree, but the job's range must be aligned too.
        var leaf = await ReadAsync(vault, job, "bytes=0-1048575");
        Assert.Equal("bytes 0-1048575/2097152", leaf.Header("Content-Range"));
        Assert.Equal(isSubtree ? TreeHashOf(expected.AsSpan(0, MiB)) : null, leaf.Header("x-amz-sha256-tree-hash"));
        Assert.Equal(expected[..MiB], leaf.Body);
    }

    [Fact]
    public async Task A_retrieved_range_may_end_with_the_archive()
    {
        var (vault, job) = await NewJobAsync("4194304-6815743");
        var output = (await gateway.SendAsync(GetOutput(vault, job))).Expect(200);
        Assert.Equal(TreeHashOf(Archive.AsSpan(4 * MiB)), output.Header("x-amz-sha256-tree-hash"));
        Assert.Equal(Archive[(4 * MiB)..], output.Body);
    }

    private async Task<ApiAnswer> ReadAsync(string vault, string job, string range) =>
        (await gateway.SendAsync(GetOutput(vault, job).With("Range", range))).Expect(206);

    private async Task<(string Vault, string Job)> NewJobAsync(string? range)
    {
        var vault = await gateway.NewVaultAsync();
        var upload = await gateway.NewUploadAsync(vault, 2 * MiB);
        await gateway.UploadPartsAsync(vault, upload, Archive, 2 * MiB);
        var completed = (await gateway.SendAsync(Complete(vault, upload, Archive))).Expect(201);
        var archive = completed.Header("x-amz-archive-id");
        var byteRange = range is null ? "null" : $"\"{range}\"";
        return (vault, await gateway.NewJobAsync(InitiateJob(
            vault, $$"""{"Type":"archive-retrieval","ArchiveId":"{{archive}}","RetrievalByteRange":{{byteRange}}}""")));
    }
}
