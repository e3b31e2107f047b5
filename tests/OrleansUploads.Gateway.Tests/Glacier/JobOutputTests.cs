using static OrleansUploads.Gateway.Tests.Harness.Requests;

namespace OrleansUploads.Gateway.Tests.Glacier;

/// <summary>The output of retrievals, with the archive of 6.5 MiB from Amazon's guide.</summary>
public sealed class JobOutputTests(GatewayFixture gateway) : IClassFixture<GatewayFixture>
{
    private const string Size = "6815744";

    private static readonly byte[] Archive = Bytes((6 * MiB) + (MiB / 2));

    [Fact]
    public async Task The_whole_output_has_its_tree_hash()
    {
        var output = await ReadAsync(null);
        Assert.Equal("application/octet-stream", output.Expect(200).Header("Content-Type"));
        Assert.Equal((Size, "bytes"), (output.Header("Content-Length"), output.Header("Accept-Ranges")));
        Assert.Null(output.Header("Content-Range"));
        Assert.Equal(TreeHashOf(Archive), output.Header("x-amz-sha256-tree-hash"));
        Assert.Equal(Archive, output.Body);
    }

    [Theory]
    [InlineData("bytes=0-1048575", 0, MiB, true)]
    [InlineData("bytes=5242880-6291455", 5 * MiB, 6 * MiB, true)]
    [InlineData("bytes=4194304-6291455", 4 * MiB, 6 * MiB, true)]
    [InlineData("bytes=0-4194303", 0, 4 * MiB, true)]
    [InlineData("bytes=1048576-3145727", MiB, 3 * MiB, false)]
    [InlineData("bytes=0-3145727", 0, 3 * MiB, false)]
    [InlineData("bytes=3145728-5242879", 3 * MiB, 5 * MiB, false)]
    [InlineData("bytes=0-6291455", 0, 6 * MiB, false)]
    [InlineData("bytes=1048575-1048577", MiB - 1, MiB + 2, false)]
    [InlineData("bytes=-5", (6 * MiB) + (MiB / 2) - 5, (6 * MiB) + (MiB / 2), false)]
    [InlineData("bytes=4194304-", 4 * MiB, (6 * MiB) + (MiB / 2), true)]
    [InlineData("bytes=4194304-8388607", 4 * MiB, (6 * MiB) + (MiB / 2), true)]
    [InlineData("bytes=4194304-9223372036854775806", 4 * MiB, (6 * MiB) + (MiB / 2), true)]
    [InlineData("bytes=6291456-6815744", 6 * MiB, (6 * MiB) + (MiB / 2), true)]
    public async Task A_range_of_the_output_has_its_tree_hash_if_it_is_a_node_of_the_tree(string range, int first, int end, bool isNode)
    {
        var output = (await ReadAsync(range)).Expect(206);
        Assert.Equal($"bytes {first}-{end - 1}/{Size}", output.Header("Content-Range"));
        Assert.Equal(isNode ? TreeHashOf(Archive.AsSpan(first..end)) : null, output.Header("x-amz-sha256-tree-hash"));
        Assert.Equal(Archive[first..end], output.Body);
    }

    [Theory]
    [InlineData("bytes=6815744-")]
    [InlineData("bytes=6815744-6815745")]
    [InlineData("bytes=99999999999999999999-")]
    [InlineData("bytes=-0")]
    public async Task A_range_beyond_the_output_is_refused(string range) => (await ReadAsync(range)).ExpectInvalid(
        $"The start of the range is larger than size of retrieved data: {range}.");

    [Theory]
    [InlineData("bytes 0-4194303/6815744")]
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
        var vault = await gateway.NewVaultAsync();
        var job = await gateway.NewJobAsync(Retrieve(vault, await gateway.NewArchiveAsync(vault, Bytes(9))));

        var output = (await gateway.SendAsync(GetOutput(vault, job).With("Range", range))).Expect(200);

        Assert.Null(output.Header("Content-Range"));
        Assert.Equal(Bytes(9), output.Body);
    }

    [Theory]
    [InlineData(2 * MiB, 4 * MiB, true)]
    [InlineData(MiB, 3 * MiB, false)]
    [InlineData(4 * MiB, (6 * MiB) + (MiB / 2), true)]
    public async Task Output_offsets_of_a_job_for_a_range_start_at_zero(int first, int end, bool isNode)
    {
        var (vault, archive) = await ShareAsync();
        var job = await gateway.NewJobAsync(InitiateJob(
            vault,
            $$"""{"Type":"archive-retrieval","ArchiveId":"{{archive}}","RetrievalByteRange":"{{first}}-{{end - 1}}"}"""));
        var hash = isNode ? TreeHashOf(Archive.AsSpan(first..end)) : null;
        var described = (await gateway.SendAsync(DescribeJob(vault, job))).Json;
        Assert.Equal($"{first}-{end - 1}", described.GetProperty("RetrievalByteRange").GetString());
        Assert.Equal(hash, described.GetProperty("SHA256TreeHash").GetString());

        var whole = (await gateway.SendAsync(GetOutput(vault, job))).Expect(200);
        Assert.Equal(hash, whole.Header("x-amz-sha256-tree-hash"));
        Assert.Equal(Archive[first..end], whole.Body);

        // 1 MiB is a leaf of the archive's tree, but the job's range must be aligned too.
        var leaf = (await gateway.SendAsync(GetOutput(vault, job).With("Range", "bytes=0-1048575"))).Expect(206);
        Assert.Equal($"bytes 0-1048575/{end - first}", leaf.Header("Content-Range"));
        Assert.Equal(isNode ? TreeHashOf(Archive.AsSpan(first, MiB)) : null, leaf.Header("x-amz-sha256-tree-hash"));
        Assert.Equal(Archive[first..(first + MiB)], leaf.Body);
    }

    /// <summary>Reads a range of the output of a job for the whole archive.</summary>
    private async Task<ApiAnswer> ReadAsync(string? range)
    {
        var (vault, archive) = await ShareAsync();
        var job = await gateway.NewJobAsync(Retrieve(vault, archive));
        return await gateway.SendAsync(GetOutput(vault, job).With("Range", range));
    }

    /// <summary>The archive of all tests, uploaded in parts of 2 MiB.</summary>
    private Task<StoredArchive> ShareAsync() => gateway.ShareAsync(async () =>
    {
        var (vault, upload) = await gateway.OpenUploadAsync(2 * MiB);
        await gateway.UploadPartsAsync(vault, upload, Archive, 2 * MiB);
        var completed = (await gateway.SendAsync(Complete(vault, upload, Archive))).Expect(201);
        return new StoredArchive(vault, completed.Header("x-amz-archive-id")!);
    });

    private sealed record StoredArchive(string Vault, string Id);
}
