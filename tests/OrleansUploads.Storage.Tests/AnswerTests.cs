using Microsoft.AspNetCore.Http;

namespace OrleansUploads.Storage.Tests;

/// <summary>What a store says of the bytes that it has acknowledged.</summary>
public sealed class AnswerTests(StoreServers servers)
{
    private const string OtherHash = "\"00000000000000000000000000000000\"";
    private const string ChecksumHeader = "x-amz-checksum-crc64nvme";
    private const string OtherChecksum = "AAAAAAAAAAA=";

    /// <summary>Whether the store answers checksums; the header of the answer that is wrong; its value; the length of the
    /// bytes.</summary>
    [Theory]
    [InlineData(false, "ETag", OtherHash, 3)]
    [InlineData(false, "ETag", OtherHash, 3_000_000)]
    [InlineData(false, "ETag", null, 3)]
    [InlineData(true, ChecksumHeader, OtherChecksum, 3)]
    [InlineData(true, ChecksumHeader, OtherChecksum, 3_000_000)]
    [InlineData(true, ChecksumHeader, null, 3)]
    public async Task An_answered_write_whose_ETag_or_checksum_is_not_that_of_the_bytes_is_a_failure(
        bool hasChecksums, string header, string? wrong, int length)
    {
        await using var proxy = await StoreProxy.StartAsync();
        Action<HttpResponse> usual = hasChecksums ? static _ => { } : WithoutChecksums;
        proxy.Change = usual;
        using var store = await OpenAsync(proxy);
        await store.StoreAsync(PartBytes.Upload(1), PartBytes.Attempt(1), PartBytes.Of(length, seed: 1));

        proxy.Change = answer =>
        {
            usual(answer);
            if (IsWrite(answer))
            {
                answer.Headers[header] = wrong;
            }
        };
        var fault = await Assert.ThrowsAnyAsync<PartStoreUnavailableException>(
            () => store.StoreAsync(PartBytes.Upload(1), PartBytes.Attempt(2), PartBytes.Of(length, seed: 2)));
        Assert.Contains($"the {(hasChecksums ? "checksum" : "ETag")} {wrong?.Trim('"') ?? "(none)"}", fault.ToString(), StringComparison.Ordinal);

        proxy.Change = usual;
        await store.StoreAsync(PartBytes.Upload(1), PartBytes.Attempt(3), PartBytes.Of(length, seed: 3));
    }

    [Fact]
    public async Task The_checksum_of_an_answer_counts_and_not_its_ETag()
    {
        await using var proxy = await StoreProxy.StartAsync();
        using var store = await OpenAsync(proxy);
        proxy.Change = static answer => answer.Headers.ETag = OtherHash;
        await store.StoreAsync(PartBytes.Upload(1), PartBytes.Attempt(1), PartBytes.Of(3, seed: 1));
    }

    [Fact]
    public async Task A_store_that_encrypts_has_ETags_of_its_own()
    {
        await using var proxy = await StoreProxy.StartAsync();
        proxy.Change = static answer =>
        {
            WithoutChecksums(answer);
            if (IsWrite(answer))
            {
                answer.Headers.ETag = OtherHash;
            }
        };
        using var store = await OpenAsync(proxy);
        var bytes = PartBytes.Of(3_000_000, seed: 3);
        await store.StoreAsync(PartBytes.Upload(1), PartBytes.Attempt(1), bytes);
        Assert.Equal(bytes, await store.LoadAsync(PartBytes.Upload(1), PartBytes.Attempt(1)));
    }

    private static bool IsWrite(HttpResponse answer) => answer.HttpContext.Request.Method == "PUT";

    private static void WithoutChecksums(HttpResponse answer)
    {
        foreach (var checksum in answer.Headers.Keys.Where(static name => name.StartsWith("x-amz-checksum", StringComparison.OrdinalIgnoreCase)).ToList())
        {
            answer.Headers.Remove(checksum);
        }
    }

    private async Task<ObjectPartStore> OpenAsync(StoreProxy proxy) => await ObjectPartStore.OpenAsync(
        await servers.OwnAsync(proxy.To), new ObjectStorageOptions { FirstWait = TimeSpan.FromMilliseconds(5) });
}
