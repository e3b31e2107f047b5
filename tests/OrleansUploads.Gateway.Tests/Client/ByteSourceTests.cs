using OrleansUploads.Client.Models;
using OrleansUploads.Client.Sources;
using OrleansUploads.Hashing;

namespace OrleansUploads.Gateway.Tests.Client;

public class ByteSourceTests
{
    private static readonly byte[] Bytes = [.. Enumerable.Range(0, 1000).Select(i => (byte)(i * 7))];

    [Theory]
    [InlineData("file")]
    [InlineData("memory")]
    public async Task Any_source_supports_concurrent_reads_at_any_offset(string kind)
    {
        using var file = new TemporaryFile(Bytes);
        using var source = kind == "file" ? ByteSource.FromFile(file.Path) : ByteSource.FromMemory(Bytes);

        Assert.Equal(1000, source.LengthBytes);
        await Parallel.ForAsync(0, 100, async (i, token) =>
        {
            var buffer = new byte[10];
            Assert.Equal(10, await source.ReadAsync(buffer, i * 10, token));
            Assert.Equal(Bytes[(i * 10)..((i * 10) + 10)], buffer);
        });
        Assert.Equal(1, await source.ReadAsync(new byte[10], 999, CancellationToken.None));
        Assert.Equal(0, await source.ReadAsync(new byte[10], 1000, CancellationToken.None));
    }

    [Fact]
    public async Task A_body_has_both_hashes_of_its_range()
    {
        var body = await HashedBody.ReadAsync(ByteSource.FromMemory(Bytes), new ByteRange(100, 200));

        Assert.Equal(100, body.LengthBytes);
        Assert.Equal(
            Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(Bytes.AsSpan(100, 100))),
            body.LinearHash.ToString());
        Assert.Equal(TreeHasher.Compute(Bytes.AsSpan(100, 100)), body.TreeHash);
    }

    [Fact]
    public async Task A_range_after_the_end_throws_EndOfStreamException() =>
        await Assert.ThrowsAsync<EndOfStreamException>(() =>
            HashedBody.ReadAsync(ByteSource.FromMemory(Bytes), new ByteRange(999, 1001)));
}
